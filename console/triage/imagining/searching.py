"""Regular expressions of imagined programs: only those that cannot take long on a short text, and each paid for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from console.triage.imagining.scopes import Module
from console.triage.imagining.values import Unknown, tamed

_LONGEST_PATTERN, _LONGEST_TEXT = 200, 100
_MOST_WAYS = 200_000.0
"""Ways in which a pattern may be tried at one place of a text: some 10 ns each."""
_STEP = 150
"""Of so many of them each costs a step."""
_MOST_REPEATS = 8
_CATEGORIES: Mapping[Any, Callable[[str], bool]] = {
    codes.CATEGORY_DIGIT: str.isdecimal,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


def ways(pattern: str, length: int) -> float:
    """In how many ways a pattern can be tried on a text of some length, at most. Raises `re.error` or Unknown."""
    if len(pattern) > _LONGEST_PATTERN:
        raise Unknown
    parsed = _parsed(pattern)
    if _repeats(parsed) > _MOST_REPEATS:
        raise Unknown
    return _ways(parsed, length)


def _repeats(items: Any) -> int:
    """How many parts of a pattern may be repeated more or less often."""
    found = 0
    for code, rest in items:
        if code in _REPEATS:
            found += (rest[0] != rest[1]) + _repeats(rest[2])
        elif code is codes.SUBPATTERN:
            found += _repeats(rest[3])
        elif code is codes.BRANCH:
            found += sum(map(_repeats, rest[1]))
    return found


@lru_cache(maxsize=64)
def _parsed(pattern: str) -> Any:
    try:
        return parser.parse(pattern)
    except (RecursionError, OverflowError) as error:
        raise Unknown from error


def _ways(items: Any, length: int) -> float:
    found = 1.0
    for code, rest in items:
        found *= _of_one(code, rest, length)
        if found > _MOST_WAYS:
            raise Unknown
    return found


def _of_one(code: Any, rest: Any, length: int) -> float:
    if code in _REPEATS:
        least, most, inner = rest
        once, times = _ways(inner, length), min(int(most), length)
        if once == 1 and _takes(inner) and _single(inner):
            return max(1.0, times - int(least) + 1)
        if _set_apart(inner):
            return float(length + 1)
        if times > 8:  # a group that is repeated without end
            raise Unknown
        return float(max(1.0, times - int(least) + 1) * (once + 1) ** times)
    if code is codes.SUBPATTERN:
        return _ways(rest[3], length)
    if code is codes.BRANCH:
        return float(sum(_ways(one, length) for one in rest[1]))
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(rest[1], length)
    if code in (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY, codes.AT, codes.RANGE, codes.CATEGORY):
        return 1.0
    raise Unknown


def _set_apart(items: Any) -> bool:
    """Whether each turn of a repeated group is marked by a sign of its own, as in `(_[a-z]+)*`: one way for each text.

    It is the sign and one run of others, either of them first. Two runs could share the same signs in many ways; a
    letter may be one of others where case does not count.
    """
    while len(items) == 1 and items[0][0] is codes.SUBPATTERN:
        items = items[0][1][3]
    if len(items) != 2:
        return False
    (one, sign), (other, run) = sorted(items, key=lambda item: item[0] is not codes.LITERAL)
    if one is not codes.LITERAL or chr(sign).isalpha() or other not in _REPEATS:
        return False
    repeated = run[2]
    return len(repeated) == 1 and repeated[0][0] is codes.IN and not _may_be(repeated[0][1], chr(sign))


def _may_be(signs: Any, sign: str) -> bool:
    """Whether a sign may be one of a set; what is not known may be."""
    for code, rest in signs:
        if code is codes.LITERAL:
            found = chr(rest) == sign
        elif code is codes.RANGE:
            found = rest[0] <= ord(sign) <= rest[1]
        elif code is codes.CATEGORY and rest in _CATEGORIES:
            found = _CATEGORIES[rest](sign)
        else:
            return True
        if found:
            return True
    return False


def _takes(inner: Any) -> bool:
    return bool(inner.getwidth()[0])


def _single(inner: Any) -> bool:
    """Whether what is repeated can be read in one way only: it has no choice in it, and always the same length."""
    low, high = inner.getwidth()
    return bool(low == high)


def _pay(pattern: str, texts: list[str], once: bool, spend: Callable[[], None]) -> None:
    """Takes the steps that a search costs, at one place or at all of a text. Raises Unknown where there are less."""
    length = max(map(len, texts), default=0)
    if length > _LONGEST_TEXT:
        raise Unknown
    cost = ways(pattern, length) * (1 if once or pattern.startswith("^") else length + 1)
    for _ in range(int(cost / _STEP)):
        spend()


def _searching(name: str, spend: Callable[[], None]) -> Callable[..., Any]:
    """A function of `re`, for harmless patterns on short texts."""
    function = getattr(re, name)

    def called(pattern: Any, *rest: Any, **flags: Any) -> Any:
        if isinstance(pattern, Pattern):
            pattern, flags = pattern.text, {**flags, "flags": pattern.flags}
        if not isinstance(pattern, str):
            raise Unknown
        texts = [one for one in rest if isinstance(one, str)]
        try:
            _pay(pattern, texts, name in ("match", "fullmatch"), spend)
        except re.error as error:
            raise ValueError(str(error)) from None
        return tamed(function(pattern, *rest, **flags))

    return called


class Pattern(Module):
    """What `re.compile` gives."""

    __slots__ = ("flags", "text")

    def __init__(self, text: Any, flags: int, spend: Callable[[], None]) -> None:
        if not isinstance(text, str):
            raise Unknown
        self.text, self.flags = text, int(flags)
        found = {name: partial(_searching(name, spend), text, flags=self.flags) for name in _NAMES}
        super().__init__({**found, "pattern": text})


_NAMES = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")
_FLAGS = {
    name: int(getattr(re, name))
    for name in ["IGNORECASE", "I", "VERBOSE", "X", "MULTILINE", "M", "DOTALL", "S", "ASCII", "A"]
}


def searches(spend: Callable[[], None]) -> Mapping[str, Any]:
    """The module `re`, each search paid for with steps."""
    found: dict[str, Any] = {name: _searching(name, spend) for name in _NAMES}
    return {**found, **_FLAGS, "compile": lambda text, flags=0: Pattern(text, flags, spend), "escape": re.escape}
