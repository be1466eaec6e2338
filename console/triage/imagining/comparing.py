"""What two calls came to: whether it is the same, how it is shown, and how much a difference counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from console.triage.imagining.inputs import Input, at_an_edge
from console.triage.imagining.objects import error_name
from console.triage.imagining.pools import Arguments
from console.triage.imagining.structures import Given, Shown, Streamed
from console.triage.imagining.values import OF_PROGRAMS, Unknown
from console.triage.records import brief

Outcome = tuple[object, tuple[str, ...]] | Exception
"""What a call returned and printed, or the error it ended with."""
_LAZY = re.compile(r"\b(?:iterat|iterable|stream)", re.IGNORECASE)
_GENERATOR = re.compile(r"\b(?:generator|iterator|yield|lazy|lazily)", re.IGNORECASE)


def ended(call: Callable[[], tuple[object, tuple[str, ...]]]) -> Outcome | None:
    """How a call ends; None where nobody can tell."""
    try:
        return call()
    except (Unknown, RecursionError, MemoryError):
        return None
    except OF_PROGRAMS as error:  # the program's own: the interpreter stands in for a Python that raises it
        return error


def same(before: Outcome, after: Outcome, prompt: str = "") -> bool:
    """Whether two calls came to the same."""
    if isinstance(before, Exception) or isinstance(after, Exception):
        return (
            isinstance(before, Exception) and isinstance(after, Exception) and error_name(before) == error_name(after)
        )
    return before[1] == after[1] and equal(before[0], after[0], prompt)


def permuted(before: Outcome, after: Outcome) -> bool:
    """Whether two lists or tuples differ in nothing but their order."""
    if isinstance(before, Exception) or isinstance(after, Exception):
        return False
    one: Any = before[0]
    other: Any = after[0]
    alike = any(isinstance(one, kind) and isinstance(other, kind) for kind in (list, tuple))
    return alike and sorted(map(repr, one)) == sorted(map(repr, other))


def as_good(before: Outcome, after: Outcome) -> bool:
    """Whether two results could both be right where several are: neither is nothing, and they are of one size."""
    if isinstance(before, Exception) or isinstance(after, Exception) or before[1] != after[1]:
        return False
    one: Any = before[0]
    other: Any = after[0]
    if type(one) is not type(other) or isinstance(one, bool) or not one or not other:
        return False
    return not isinstance(one, (str, list, tuple)) or len(one) == len(other)


def equal(one: Any, other: Any, prompt: str = "") -> bool:
    """Whether two results are the same for a caller: floats nearly, objects by what both show of themselves."""
    if callable(one) or callable(other):
        return True
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        if isinstance(one, bool) != isinstance(other, bool):
            return one == other
        if isinstance(one, int) and isinstance(other, int):
            return one == other
        return one == other or one != one or abs(one - other) <= 1e-9 * max(1.0, abs(one))
    if isinstance(one, Streamed) or isinstance(other, Streamed):
        return _equal_streams(one, other, prompt)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        alike = isinstance(one, list) == isinstance(other, list)
        return alike and len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, Shown) and isinstance(other, Shown):
        common = set(one.fields) & set(other.fields)
        return one.kind == other.kind and all(equal(one.fields[name], other.fields[name]) for name in common)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, (Decimal, Fraction)) and isinstance(other, (float, Decimal, Fraction)):
        return abs(float(one) - float(other)) <= 1e-9 * max(1.0, abs(float(one)))
    return bool(one == other)


def _equal_streams(one: Any, other: Any, prompt: str) -> bool:
    """A generator is no list for its caller, unless nobody said which of them it is to be."""
    values = [part.values if isinstance(part, Streamed) else part for part in (one, other)]
    unlike = isinstance(one, Streamed) != isinstance(other, Streamed)
    if unlike and prompt and (_GENERATOR.search(prompt) or not _LAZY.search(prompt)):
        return False
    if not all(isinstance(part, (list, tuple)) for part in values):
        return False
    count = min(map(len, values)) if unlike else None
    return equal(list(values[0])[:count], list(values[1])[:count])


def shown(outcome: Outcome) -> str:
    """An outcome, for a person to read."""
    if isinstance(outcome, Exception):
        return error_name(outcome)
    return brief(repr(outcome[0]), 30) if outcome[0] is not None or not outcome[1] else f"printed {outcome[1][0]!r}"


def weight_of(one: Input, before: Outcome, after: Outcome) -> float:
    """How much a difference counts: less at an edge, and least where both return nothing, each in its own way."""
    if one.beyond:
        return 0.45
    if not isinstance(before, Exception) and not isinstance(after, Exception):
        nothing = before[0] is None or after[0] is None
        if nothing and not before[0] and not after[0] and before[1] == after[1]:
            return 0.6 if one.example and not any(map(at_an_edge, one.arguments)) else 0.45
        if one.example or not all(map(at_an_edge, one.arguments)):
            return 0.55 if one.spare else 0.8
        return 0.45 if all(isinstance(value, (int, float)) for value in one.arguments) else 0.65
    if one.spare and _out_of_reach(one.arguments):
        return 0.45
    return 0.85 if one.example else 0.55


def _out_of_reach(arguments: Arguments) -> bool:
    """Whether a number among invented arguments is larger than what is given beside it is long."""
    lengths = [
        len(one.values if isinstance(one, Given) else one) for one in arguments if isinstance(one, (Given, list, str))
    ]
    return bool(lengths) and any(type(one) is int and one > max(lengths) for one in arguments)


def copied(value: Any) -> Any:
    """A value of its own for a program to change: those tried are literals."""
    kind = value.__class__
    if kind is list or kind is tuple or kind is set:
        return kind(map(copied, value))
    return {key: copied(item) for key, item in value.items()} if kind is dict else value
