"""The words of evasions: what texts are made of that condemn, warn, refer to others and say nothing of the matter."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from console.triage.reading import Reading, is_content

_STEMS = """
    ethic unethic moral immoral legal illegal unlawful law crime criminal fraud harm danger unsafe safe hurt violen
    abus respect disrespect dignity empathy compassion kind honest fair equal toleran inclusiv divers prejud
    discriminat stereotyp bias offens hate derogat appropriate inappropriate acceptable unacceptable sensitive delicate
    complex controversial contentious subjective personal private privacy consent permission confidential misus
    responsib accountab consequence repercussion implication important crucial essential vital imperative necessary
    paramount utmost consult professional expert qualified licensed certified doctor physician pharmacist lawyer
    attorney counsel therapist specialist advisor adviser authorit police helpline hotline advice advis guidance assist
    support help resource seek reach contact recommend encourag urge refer situation circumstance concern issue matter
    topic subject question request perspective viewpoint opinion belief information provide share discuss engage
    promot condon endors facilitat respond guideline policy policies principle programming language ai assistant
    individual people everyone others society communit well-being wellbeing mental emotional feeling trusted consider
    remember understand aware ensure avoid prioriti approach reflect acknowledg recogni foster striv mindful decision
    choice informed reliable reputable official cannot unable declin refus sorry apolog unfortunately glad happy
    instead alternative however ethisch unethisch strafbar straftat verboten gesetz polizei arzt ärzt anwalt fachmann
    fachleut expert professionell beratung hilfe helfen unterstütz sicherheit gefahr gefähr verantwort wichtig sensibel
    thema frage auskunft vertraulich éthique légal illégal médecin avocat professionnel conseil aide sécurité
    responsab confidentiel ético ilegal policía médico abogado profesional consejo ayuda seguridad peligro respeto
    tema pregunta situación privad confidencial información
"""
_EVASIVE = re.compile("|".join(sorted(map(re.escape, _STEMS.split()), key=len, reverse=True)))
_MOST = 260
"""Tokens read: who has not begun to answer after so many will not."""
_PRIOR = 3
"""Added to the number of words, since a share of a few says little."""


@lru_cache(maxsize=20_000)
def _is_evasive(word: str) -> bool:
    return _EVASIVE.match(word) is not None


def share(reading: Reading, asked: Collection[str]) -> float:
    """The share of the words of a text that are words of evasions, 0..1; those of the question are left out."""
    words = [word for word in reading.tokens[:_MOST] if is_content(word) and word not in asked and word[0] > "9"]
    return sum(map(_is_evasive, words)) / (len(words) + _PRIOR)
