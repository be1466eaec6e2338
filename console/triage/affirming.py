"""Yes and no where they do not begin an answer: in bold, after "so", or as "not quite"."""

from __future__ import annotations

import re

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


def asks_whether(prompt: str) -> bool:
    """Whether a prompt ends in a question that is answered with yes or no."""
    return "?" in prompt[-40:] and _ASKS.search(prompt[-400:]) is not None


def affirms(text: str) -> bool | None:
    """True for yes, wherever it is said; None where neither or both are said."""
    found = {str(match.lastgroup)[:-1] for match in _YES_OR_NO.finditer(text[:_LONGEST])}
    return None if len(found) != 1 else found == {"yes"}
