"""The numbers and texts that programs name themselves: what they do differently is often found right beside those."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from console.triage.imagining.pools import Arguments
from console.triage.trees import nodes_of

_LARGEST, _LONGEST, _LONGEST_LIST = 1_000_000, 20, 12
_MOST_NUMBERS, _MOST_TEXTS, _MOST = 4, 5, 14
_BITS = 64
_FILL = "aB3$xY7! k-Q9z_w"
"""What a text of a certain length is cut from: letters of both cases, digits, signs."""
_LACKING = ("aB3xY7kQ9zw", "ab3$xy7!kq9", "AB3$XY7!KQ9", "aB$xY!kQ#zw")
"""The same without signs, upper case, lower case, digits: each may be asked for."""
_SHORTEST = 4
_BOUND = re.compile(r"\b(?:least|most|than|over|under|above|below|to|exactly|between|and) (\d{1,6})\b(?![.,]\d)")
Constants = tuple[list[int], list[str]]


def constants_of(functions: Sequence[ast.FunctionDef], prompt: str = "") -> Constants:
    """The whole numbers beyond 1 and the short texts in some functions, each once; and bounds that a prompt sets."""
    numbers: dict[int, None] = {int(one): None for one in _BOUND.findall(prompt) if int(one) > 1}
    texts: dict[str, None] = {}
    powers: dict[str, None] = {}
    for function in functions:
        for node in nodes_of(function):
            if isinstance(node, (ast.Compare, ast.Dict, ast.MatchValue, ast.Set, ast.Tuple, ast.List)):
                _texts_in(node, texts)
            elif isinstance(node, ast.Constant) and type(node.value) is int and 1 < abs(node.value) <= _LARGEST:
                numbers[node.value] = None
            elif isinstance(node, ast.BinOp) and (power := _power(node)) is not None:
                powers[str(power)] = powers[str(power - 1)] = None
    texts = {**powers, **texts}
    return list(numbers)[:_MOST_NUMBERS], list(texts)[:_MOST_TEXTS]


def _power(node: ast.BinOp) -> int | None:
    """`2 ** 31` as a number, where it is such a bound."""
    base, exponent = node.left, node.right
    if isinstance(node.op, ast.LShift) and isinstance(base, ast.Constant) and base.value == 1:
        base = ast.Constant(2)
    elif not isinstance(node.op, ast.Pow):
        return None
    values = [one.value if isinstance(one, ast.Constant) else None for one in (base, exponent)]
    if not (type(values[0]) is int and type(values[1]) is int and values[0] in (2, 10) and 0 < values[1] <= _BITS):
        return None
    return int(values[0] ** values[1])


def _texts_in(node: ast.AST, texts: dict[str, None]) -> None:
    for field in ("left", "comparators", "keys", "value", "elts"):
        part = getattr(node, field, None)
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and 0 < len(one.value) <= _LONGEST:
                texts[one.value] = None


def around(constants: Constants, base: Arguments) -> list[Arguments]:
    """Inputs like `base` in which one argument is a constant of the functions, or one more or less."""
    numbers, texts = constants
    found = [
        (*base[:place], other, *base[place + 1 :])
        for place, value in enumerate(base)
        for other in _near(value, numbers, texts)
    ]
    step = max(1, len(found) // _MOST)
    return found[::step][:_MOST]


def _near(value: object, numbers: list[int], texts: list[str]) -> Iterator[object]:
    if isinstance(value, str):
        yield from (one for one in texts if not one.isdigit() or any(map(str.isdigit, value)))
    for number in numbers:
        for one in (number, number - 1, number + 1):
            if isinstance(value, int) and not isinstance(value, bool):
                yield one
            elif isinstance(value, float):
                yield float(one)
            elif isinstance(value, str) and 0 < one <= _LONGEST:
                yield (_FILL * 2)[:one]
                if one == number + 1 and one > _SHORTEST:
                    yield from ((fill * 3)[:one] for fill in _LACKING)
            elif isinstance(value, list) and 0 < one <= _LONGEST_LIST and all(type(part) is int for part in value):
                yield list(range(1, one + 1))
        if isinstance(value, list) and value and all(type(part) is int for part in value):
            yield [number - 1, number, number + 1]
