"""The values of imagined programs: which operations, functions and methods there are, and how large they may get."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LARGEST = 1_000
"""Elements of a list, characters of a text."""
_HEAVIEST = 500
"""Values in a value that holds others, each time it is met: `x = [x, x]` doubles with every step."""
_MOST_BITS = 512


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}  # fmt: skip
COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other, ast.NotIn: lambda one, other: one not in other,
}  # fmt: skip
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
BUILTINS: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "all": all, "any": any, "bool": bool, "chr": chr, "dict": dict, "divmod": divmod,
    "enumerate": lambda *a, **k: list(enumerate(*a, **k)), "filter": lambda f, items: list(filter(f, items)),
    "float": float, "int": int, "len": len, "list": list, "map": lambda f, *items: list(map(f, *items)), "max": max,
    "min": min, "ord": ord, "range": lambda *a: _range(*a), "reversed": lambda items: list(items)[::-1],
    "round": round, "set": set, "sorted": sorted, "str": str, "sum": sum, "tuple": tuple,
    "zip": lambda *items: list(zip(*items, strict=False)),
}  # fmt: skip
METHODS: Mapping[type, frozenset[str]] = {
    str: _words(
        """lower upper strip lstrip rstrip split join replace startswith endswith isdigit isalpha isalnum isspace
        isupper islower find rfind count index title capitalize swapcase splitlines"""
    ),
    list: _words("append extend insert pop remove sort reverse index count copy clear"),
    dict: _words("get items keys values pop setdefault update copy"),
    set: _words("add remove discard union intersection difference issubset issuperset copy"),
    tuple: _words("index count"),
}
ERRORS: Mapping[str, type[Exception]] = {
    error.__name__: error
    for error in (
        Exception, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, AttributeError, LookupError,
        ArithmeticError, OverflowError, AssertionError, StopIteration, NotImplementedError, RuntimeError,
    )
}  # fmt: skip
OF_PROGRAMS = tuple(ERRORS.values())


_HOLDERS = (list, tuple, dict, set)


class Unknown(BaseException):
    """Something this interpreter does not know, or a limit that was reached. No handler of a program catches it."""


def _range(*bounds: int) -> list[int]:
    found = range(*bounds)
    if len(found) > LARGEST:
        raise Unknown
    return list(found)


def limited(value: Any) -> Any:
    """The value itself. Raises Unknown where it is too large."""
    if isinstance(value, (str, list, tuple, dict, set)) and len(value) > LARGEST:
        raise Unknown
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise Unknown
    if isinstance(value, _HOLDERS) and any(isinstance(one, _HOLDERS) for one in _inside(value)):
        _weigh(value)
    return value


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _weigh(value: Any) -> None:
    """Raises Unknown for a value that is too large when each part is counted as often as it is met."""
    left, weight = [value], 0
    while left:
        one = left.pop()
        weight += len(one)
        if weight > _HEAVIEST:
            raise Unknown
        left += [part for part in _inside(one) if isinstance(part, _HOLDERS)]


def in_order(value: set[Any]) -> list[Any]:
    """The things of a set in one order."""
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=repr)
