"""What a prompt asks for: a number, a name, an order, one value."""

from __future__ import annotations

import re
from functools import lru_cache

from console.triage.phrases import either, holds_any

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|old|tall|fast|big|often)\b|\b(?:calculate|compute|convert|evaluate|solve"
    r"|find the|wie ?viele?|wie (?:hoch|lange|weit|alt)|combien|cuánt[oa]s?|quant[oaie]s?|berechne|calcule[rz]?"
    r"|(?:what|which) (?:date|year)\b"
    r"|what(?: is|'s|’s) the (?:(?:expected|total|average|final|maximum|minimum|smallest|largest) )?"
    r"(?:value|sum|total|number|area|probability|product|remainder|average|difference|cost|price"
    r"|perimeter|volume))\b"
    r"|多少|几个|幾つ|いくつ|いくら|何(?:個|人|円|本|枚)",
    re.IGNORECASE,
)
ASKS_NAME = re.compile(r"(?:^|[.\n] *)(?:in |on |at )?(?:who|whom|whose|which|where|when|what|name)\b", re.IGNORECASE)
_ASKS_ORDER = re.compile(
    r"\b(?:in (?:\w+ )?order|order (?:the|these|by|of)|rank|sort|arrange|chronolog|from \w+ to|first, second"
    r"|who (?:finished|came) where)",
    re.IGNORECASE,
)
_ORDER_WORDS = either("order|rank|sort|arrange|chronolog|from |first, |where")
_ASKS_VALUE = re.compile(
    r"\b(?:how (?:many|much|long|far|old|tall|fast|big|often|large)|when|what(?: is|'s| was| are) the|calculate|compute"
    r"|convert|evaluate|solve|find the|which (?:year|date|number))\b",
    re.IGNORECASE,
)
_ASKS_DAY = re.compile(r"\bday of the week\b|\b(?:which|what) (?:week)?day\b", re.IGNORECASE)
_NUMBER_WORDS = either(
    "how |calc|compute|convert|evaluate|solve|find the|wie|combien|cuánt|quant|berechne|what|多少|几个|幾つ|いく|何"
)
"""Without one of these a prompt is not searched for the pattern, which takes a hundred times as long."""
_PROMPT = 2_000
"""Characters of the end of a prompt that are read."""


@lru_cache(maxsize=8)
def asks_number(prompt: str) -> bool:
    """Whether a prompt asks for a number in so many words."""
    asked = prompt[-_PROMPT:]
    return holds_any(asked.lower(), _NUMBER_WORDS) and _ASKS_NUMBER.search(asked) is not None


@lru_cache(maxsize=8)
def asks_order(prompt: str) -> bool:
    """Whether a prompt asks for things in an order."""
    return holds_any(prompt.lower(), _ORDER_WORDS) and _ASKS_ORDER.search(prompt) is not None


def asks_day(prompt: str) -> bool:
    """Whether a prompt asks for a day of the week."""
    return "day" in prompt and _ASKS_DAY.search(prompt[-_PROMPT:]) is not None


def asks_value(prompt: str) -> bool:
    """Whether one value answers a prompt; not, where it leaves open what to speak of. Without a prompt it may."""
    asked = prompt[-_PROMPT:]
    return not prompt or any(map(str.isdigit, asked)) or _ASKS_VALUE.search(asked) is not None


def calculates(old: str, new: str, prompt: str) -> bool:
    """Whether numbers in two answers may be steps on the way to a result, which each goes as it likes."""
    asked = prompt[-_PROMPT:]
    given = any(map(str.isdigit, asked)) and asks_number(prompt)
    return given or "=" in old or "=" in new
