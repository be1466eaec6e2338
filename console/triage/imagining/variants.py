"""Values that are a little different from others: what is tried beside the examples of a prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from console.triage.imagining.pools import Arguments
from console.triage.imagining.structures import Given

_SEPARATORS = (";", "&", "|", "\n", ", ", ",", " ", "-", ":", "/")
_FEW = 2
_ONE_DIGIT = re.compile(r"(?<!\d)\d(?!\d)")
_SIGN = re.compile(r"[_.@/-]")
_OTHER_DIGITS = str.maketrans("0123456789", "1234567890")


def neighbours(given: Arguments) -> Iterator[Arguments]:
    """Inputs in which one of the arguments is a little different."""
    for place, value in enumerate(given):
        for other in variants(value):
            yield (*given[:place], other, *given[place + 1 :])


def variants(value: object) -> list[object]:
    """Values of the kind of one, shorter, longer, turned round, or at an edge."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, 0, 2 * value, 1]
    if isinstance(value, float):
        return [value + 1.0, value / 2, 2 * value]
    if isinstance(value, str):
        return [value[::-1], value[:1], "", value.upper(), value + value[:2], value[1:], *reordered(value)]
    if isinstance(value, list):
        return [value[::-1], value[:1], [], value + value[:2], value[1:], value[2:] + value[:1], *of_numbers(value)]
    if isinstance(value, tuple):
        return [value[::-1]]
    if isinstance(value, Given):
        return [replace(value, values=value.values[:1]), replace(value, values=())]
    if isinstance(value, dict):
        deeper: list[object] = [{"z": value}] if any(isinstance(one, dict) for one in value.values()) else []
        return [dict(list(value.items())[:1]), {}, *deeper]
    return []


def further(value: object) -> list[object]:
    """What functions of such a value often forget.

    A text that begins with a capital, has a number of two digits, zeros between digits, another letter; a list of zeros
    or ones only; one that goes up, down below where it began, and up again.
    """
    if isinstance(value, list):
        return _further_lists(value)
    if not isinstance(value, str):
        return []
    if value.isdigit() and len(value) > 1:
        return ["2101", "06", "10"]
    if len(value) == 1 and value.isalpha():
        return ["q" if value == "z" else "z"]
    found = [value.capitalize(), _ONE_DIGIT.sub("12", value, count=1)]
    if (sign := _SIGN.search(value)) is not None:
        found.append(value + sign[0])
    return [one for one in found if one != value]


def _further_lists(value: list[object]) -> list[object]:
    numbers = [one for one in value if type(one) is int]
    if not numbers or len(numbers) < len(value):
        return []
    if set(numbers) <= {0, 1}:
        return [[0], [0, 0], [1, 1], [0, 0, 0]]
    first = numbers[0]
    return [[first, first + 1, first - 1, first]] if len(numbers) > _FEW else []


def reordered(text: str) -> list[str]:
    """A text with other digits, and with its parts in another order, the first one alone, and the first one again."""
    found = [text.translate(_OTHER_DIGITS)]
    separator = next((one for one in _SEPARATORS if one in text.strip()), "")
    parts = text.split(separator) if separator else []
    if len(parts) > 1:
        found += [separator.join(several) for several in (parts[::-1], parts[:1], [*parts, parts[0]])]
    return [one for one in found if one != text]


def of_numbers(value: list[object]) -> list[object]:
    """Lists of numbers with another sign, in order, and with one of them changed."""
    numbers = [one for one in value if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if not numbers or len(numbers) != len(value):
        return []
    middle = len(numbers) // 2
    return [
        [-one for one in numbers],
        sorted(numbers),
        [*numbers[:middle], 2 * numbers[middle] + 1, *numbers[middle + 1 :]],
        [*numbers, max(numbers)],
    ]
