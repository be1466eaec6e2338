"""Yes and no where they do not begin an answer: in bold, after "so", or as "not quite"."""

from __future__ import annotations

import re

from console.triage.reading import Reading
from console.triage.records import Reason, changed

_ASKS = re.compile(
    r"(?:^|[.!?:\n,] *)(?:so |and |but )?"
    r"(?:is|are|am|can|could|do|does|did|will|would|has|have|had|should|was|were|may) [^.!?\n]{1,300}\?\s*$",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"^\W{0,4}(?P<no1>no\b(?! (?:one|matter|doubt|problem))|not (?:quite|really|exactly|necessarily|yet)\b"
    r"|(?:sadly|unfortunately|i'm afraid)(?: not|,? no)\b|nope\b)"
    r"|^\W{0,4}(?P<yes1>yes|yep|absolutely|certainly|definitely|indeed|of course)\b"
    r"|\*\*(?:(?P<no2>no)|(?P<yes2>yes))[.,!:]?\*\*|\bso,? (?:the answer is )?(?:(?P<no3>no)|(?P<yes3>yes))(?=[.,!:])"
    r"|\banswer is \W{0,2}(?:(?P<no4>no)|(?P<yes4>yes))\b",
    re.IGNORECASE,
)
_LONGEST = 6_000


def affirmation_change(old: Reading, new: Reading, prompt: str) -> tuple[list[Reason], bool] | None:
    """A yes that is a no now, and whether both say the same; None where the prompt or a side leaves it open."""
    if "?" not in prompt[-40:] or _ASKS.search(prompt[-400:]) is None:
        return None
    before, after = _said(old.text), _said(new.text)
    if before is None or after is None:
        return None
    if before == after:
        return [], True
    one, other = ("yes" if said else "no" for said in (before, after))
    return [changed("stated answer", "stated answer changed:", one, other, 0.85)], False


def _said(text: str) -> bool | None:
    """True for yes; None where neither or both are said."""
    found = {str(match.lastgroup)[:-1] for match in _YES_OR_NO.finditer(text[:_LONGEST])}
    return None if len(found) != 1 else found == {"yes"}
