"""What the examples of a prompt say of the values that a function is meant for: texts of a form, numbers in bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from console.triage.imagining.pools import Arguments

_LARGEST_POWER = 63
_OF_MACHINES = (2**31, 2**32, 2**63)
_NUMBER = r"(-?\d{1,12}(?:\s*\^\s*\d{1,2})?)"
_BOUNDS = re.compile(rf"(?<![\d^]){_NUMBER}\s*(?:<=|≤|<)\s*`?(\w+)(\[\w+\])?`?\s*(?:<=|≤|<)\s*{_NUMBER}")
_OF_CASE = re.compile(
    r"\bcase\b|case-|\bupper|\blower|\bcapital|\bdigits?\b|\bpunctuation|\bspecial|\bspaces?\b", re.IGNORECASE
)
_DECIDES = re.compile(r"\b(?:false|no) otherwise\b|\breturns? true if\b|\bwhether (?:the|a|an)\b", re.IGNORECASE)
"""A function that tells texts of one form from all others."""
_SQUARE = re.compile(
    r"\b[nN] ?[x×*] ?[nN]\b|\bsquare (?:\w+ )?(?:matrix|grid|board|image)|\bn == (\w+)\.length == \1\[\w\]\.length"
)
_OF_SPACE = re.compile(r"\bwhite.?space|\btabs?\b|\bnew.?lines?\b|\blines\b", re.IGNORECASE)
_OF_TWO = re.compile(r"\b(?:list|array|tuple|pair)s? of (?:two|three|2|3)\b|\b(?:two|three) (?:strings|numbers)\b")
_WORDS = re.compile(r"[A-Za-z]{2,}[,!?.]? [A-Za-z]{2,}")
"""Sentences have signs of their own."""
_TWO_DIGITS = re.compile(r"\d\d")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_BRACKETS = re.compile(r"[()\[\]{}\s]*")


@lru_cache(maxsize=64)
def _says(what: re.Pattern[str], prompt: str) -> bool:
    """Whether a prompt speaks of something: asked for every input."""
    return what.search(prompt) is not None


def bounds_of(prompt: str) -> dict[str, tuple[int, int]]:
    """`1 <= n <= 1000` as the bounds of `n`, `0 <= x[i] <= 9` as those of `x[]`."""
    return {
        f"{name}[]" if inner else name: (_value(low), _value(high))
        for low, name, inner, high in _BOUNDS.findall(prompt)
    }


def at_bounds(given: Arguments, parameters: Sequence[str], bounds: dict[str, tuple[int, int]]) -> list[Arguments]:
    """Inputs with a number at its bounds where those are those of a machine's numbers: -2^31 and 2^31 - 1."""
    found: list[Arguments] = []
    for place, (name, value) in enumerate(zip(parameters, given, strict=False)):
        low, high = bounds.get(name, (0, 0))
        if type(value) is int and high in _OF_MACHINES:
            found += [(*given[:place], one, *given[place + 1 :]) for one in (high - 1, low + 1 if low < 0 else low)]
    return found


def _value(number: str) -> int:
    """`10^5` and `-2^31` as numbers; larger powers are as good as none."""
    base, _, power = number.replace(" ", "").partition("^")
    sign = -1 if base.startswith("-") else 1
    return sign * int(abs(int(base)) ** min(int(power or 1), _LARGEST_POWER))


def within(given: Arguments, parameters: Sequence[str], bounds: dict[str, tuple[int, int]]) -> bool:
    """Whether every whole number lies within the bounds that a prompt gives its parameter, or within its only ones."""
    if len(parameters) == 1 == len(bounds) and not next(iter(bounds)).endswith("[]"):
        bounds = dict(zip(parameters, bounds.values(), strict=True))
    return all(
        _lies_in(value, bounds.get(name), bounds.get(f"{name}[]"))
        for name, value in zip(parameters, given, strict=False)
    )


def _lies_in(value: object, own: tuple[int, int] | None, inner: tuple[int, int] | None) -> bool:
    if isinstance(value, list):
        return inner is None or all(_lies_in(one, inner, inner) for one in value)
    return own is None or isinstance(value, bool) or not isinstance(value, int) or own[0] <= value <= own[1]


def fits(given: Arguments, shown: Sequence[Arguments], prompt: str) -> bool:
    """Whether every text is like those at its place in the examples, and every list as long, where it says so."""
    if not _keeps_lengths(given, shown):
        return False
    for place, value in enumerate(given):
        examples = [one[place] for one in shown if place < len(one)]
        if isinstance(value, str) and not _is_like(value, examples, prompt):
            return False
        if isinstance(value, list) and not _is_square(value) and _wants_squares(examples, prompt):
            return False
        if isinstance(value, list) and _says(_OF_TWO, prompt) and len(examples) > 1:
            lengths = {len(one) for one in examples if isinstance(one, list)}
            if len(lengths) == 1 and len(value) not in lengths:
                return False
    return True


def as_written(given: Arguments, shown: Sequence[Arguments]) -> Arguments:
    """Texts in capitals where all those of the examples are."""
    return tuple(
        value.upper() if isinstance(value, str) and _in_capitals([one[place] for one in shown]) else value
        for place, value in enumerate(given)
    )


def _in_capitals(examples: Sequence[object]) -> bool:
    return all(isinstance(one, str) and one.isupper() for one in examples)


def _keeps_lengths(given: Arguments, shown: Sequence[Arguments]) -> bool:
    """Whether each number is the length of a list at another place that is so in all of several examples."""
    if len(shown) < 2:
        return True
    return all(
        _is_length(given, place, of) or not all(_is_length(one, place, of) for one in shown)
        for place, number in enumerate(given)
        for of, value in enumerate(given)
        if type(number) is int and isinstance(value, list)
    )


def _is_length(example: Arguments, place: int, of: int) -> bool:
    value = example[of]
    return isinstance(value, list) and example[place] == len(value)


def _wants_squares(examples: Sequence[object], prompt: str) -> bool:
    return _says(_SQUARE, prompt) or (len(examples) > 1 and all(map(_is_matrix, examples)))


def _is_matrix(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and isinstance(value[0], list) and _is_square(value)


def _is_square(value: list[object]) -> bool:
    """Whether a list has as many values as each list in it, or no lists."""
    return all(len(row) == len(value) for row in value if isinstance(row, list))


def _is_like(text: str, examples: Sequence[object], prompt: str) -> bool:
    known = [one for one in examples if isinstance(one, str)]
    used = set("".join(known))
    if text in known or not used:
        return True
    if used <= {"0", "1"}:
        return set(text) <= used
    if all(map(_BRACKETS.fullmatch, known)) and all(map(_balanced, known)):
        return _balanced(text) and set(text) <= used
    if all(len(one) == 1 for one in known) and len(text) > 1:
        return False
    if set(text) & {"\t", "\n"} - used and not _says(_OF_SPACE, prompt):
        return False
    wordy = any(_WORDS.search(one) for one in known)
    if any(not (sign.isalnum() or sign.isspace()) for sign in used) and not wordy:
        counts = not any(map(_TWO_DIGITS.search, known))
        if _says(_DECIDES, prompt):
            return True
        return not text or _form(text, counts=counts) in {_form(one, counts=counts) for one in known}
    return _says(_OF_CASE, prompt) or set(map(_class, text)) <= set(map(_class, used))


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
