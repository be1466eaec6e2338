"""What the examples of a prompt say of the values that a function is meant for: texts of a form, numbers in bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from console.triage.imagining.pools import Arguments

_BOUNDS = re.compile(r"(-?\d{1,9})\s*(?:<=|≤|<)\s*`?(\w+)`?\s*(?:<=|≤|<)\s*(?:(10)\s*\^\s*(\d{1,2})|(\d{1,12}))")
_OF_CASE = re.compile(
    r"\bcase\b|case-|\bupper|\blower|\bcapital|\bdigits?\b|\bpunctuation|\bspecial|\bspaces?\b", re.IGNORECASE
)
_TWO_DIGITS = re.compile(r"\d\d")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_BRACKETS = re.compile(r"[()\[\]{}\s]*")


def bounds_of(prompt: str) -> dict[str, tuple[int, int]]:
    """`1 <= n <= 1000` as the bounds of `n`."""
    return {
        name: (int(low), 10 ** int(power) if ten else int(high))
        for low, name, ten, power, high in _BOUNDS.findall(prompt)
    }


def within(given: Arguments, parameters: Sequence[str], bounds: dict[str, tuple[int, int]]) -> bool:
    """Whether every whole number lies within the bounds that a prompt gives its parameter, or within its only ones."""
    if len(parameters) == 1 == len(bounds):
        bounds = dict(zip(parameters, bounds.values(), strict=True))
    return all(
        bounds[name][0] <= value <= bounds[name][1]
        for name, value in zip(parameters, given, strict=False)
        if name in bounds and isinstance(value, int) and not isinstance(value, bool)
    )


def fits(given: Arguments, shown: Sequence[Arguments], prompt: str) -> bool:
    """Whether every text is like those at its place in the examples."""
    return all(
        not isinstance(value, str) or _is_like(value, [one[place] for one in shown if place < len(one)], prompt)
        for place, value in enumerate(given)
    )


def _is_like(text: str, examples: Sequence[object], prompt: str) -> bool:
    known = [one for one in examples if isinstance(one, str)]
    used = set("".join(known))
    if text in known or not used:
        return True
    if used <= {"0", "1"}:
        return set(text) <= used
    if all(map(_BRACKETS.fullmatch, known)) and all(map(_balanced, known)):
        return _balanced(text) and set(text) <= used
    if any(not (sign.isalnum() or sign.isspace()) for sign in used):
        counts = not any(map(_TWO_DIGITS.search, known))
        return not text or _form(text, counts=counts) in {_form(one, counts=counts) for one in known}
    return _OF_CASE.search(prompt) is not None or set(map(_class, text)) <= set(map(_class, used))


def _balanced(text: str) -> bool:
    opened: list[str] = []
    for sign in text:
        if sign in "([{":
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            return False
    return not opened


def _class(sign: str) -> str:
    return "0" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign


def _form(text: str, *, counts: bool) -> str:
    """`python_program` as `a_a`, `2026-01-02` as `0000-00-00`: runs of letters are one, of digits if `counts`."""
    return re.sub(r"([aA0])\1+" if counts else r"([aA])\1+", r"\1", "".join(map(_class, text)))
