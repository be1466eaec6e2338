"""The values of imagined programs: which operations, functions and methods there are, and how large they may get."""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LARGEST = 1_000
"""Elements of a list, characters of a text."""
_HEAVIEST = 500
"""Values in a value that holds others, each time it is met: `x = [x, x]` doubles with every step."""
_MOST_BITS = 512
_HOLDERS = (list, tuple, dict, set, deque)
PLAIN = frozenset({int, str, float, bool, type(None)})
"""Types of values that hold no others and never change."""
_EAGER = (str, int, float, *_HOLDERS, frozenset, type)
_AT_ONCE = frozenset({*_EAGER, *PLAIN})


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


class Unknown(BaseException):
    """Something this interpreter does not know, or a limit that was reached. No handler of a program catches it."""


COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other, ast.NotIn: lambda one, other: one not in other,
}  # fmt: skip
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip

_DICT = words("get items keys values pop popitem setdefault update copy clear")
METHODS: Mapping[type, frozenset[str]] = {
    str: words(
        """lower upper strip lstrip rstrip split rsplit join replace startswith endswith isdigit isnumeric isdecimal
        isalpha isalnum isspace isupper islower istitle isidentifier find rfind count index rindex title capitalize
        swapcase casefold splitlines partition rpartition removeprefix removesuffix translate"""
    ),
    list: words("append extend insert pop remove sort reverse index count copy clear"),
    dict: _DICT,
    OrderedDict: _DICT | words("move_to_end"),
    defaultdict: _DICT,
    Counter: _DICT | words("most_common elements total subtract"),
    set: words(
        """add remove discard union intersection difference symmetric_difference issubset issuperset isdisjoint copy
        update clear"""
    ),
    frozenset: words("union intersection difference issubset issuperset isdisjoint copy"),
    tuple: words("index count"),
    deque: words("append appendleft pop popleft extend extendleft rotate reverse count index clear copy"),
    int: words("bit_length bit_count"),
    float: words("is_integer"),
    re.Match: words("group groups start end span"),
}
"""`format`, `center`, `zfill` and the like are not among them: they make a text of any length out of a number."""

ERRORS: Mapping[str, type[Exception]] = {
    error.__name__: error
    for error in (
        Exception, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, AttributeError, LookupError,
        ArithmeticError, OverflowError, AssertionError, StopIteration, NotImplementedError, RuntimeError,
    )
}  # fmt: skip
OF_PROGRAMS = tuple(ERRORS.values())


def unknown(*_: Any, **__: Any) -> Any:
    """What nobody knows. Raises Unknown."""
    raise Unknown


def _small(value: object, most: float) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= most


def _power(left: Any, right: Any) -> Any:
    return left**right if _small(left, 1e6) and _small(right, 64) else unknown()


def _shifted(left: Any, right: Any) -> Any:
    return left << right if _small(right, _MOST_BITS) else unknown()


def _modulo(left: Any, right: Any) -> Any:
    return unknown() if isinstance(left, str) else left % right


def _times(left: Any, right: Any) -> Any:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, list, tuple, deque)) and isinstance(other, int) and len(one) * other > LARGEST:
            raise Unknown
    return left * right


def _checked(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: limited(operation(left, right))


OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    kind: _checked(operation)
    for kind, operation in {
        ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: _times, ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv, ast.Mod: _modulo, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
        ast.BitXor: operator.xor, ast.RShift: operator.rshift, ast.LShift: _shifted, ast.Pow: _power,
    }.items()
}  # fmt: skip
"""`left op right`. They raise Unknown where the result would be too large, before it is made."""


def calculated(op: ast.operator, left: Any, right: Any) -> Any:
    """`left op right`. Raises Unknown where the result would be too large, before it is made."""
    return OPERATIONS.get(type(op), unknown)(left, right)


def limited(value: Any) -> Any:
    """The value itself. Raises Unknown where it is too large."""
    kind = value.__class__
    if kind is int:
        if value.bit_length() > _MOST_BITS:
            raise Unknown
    elif kind in PLAIN:
        if kind is str and len(value) > LARGEST:
            raise Unknown
    elif isinstance(value, _HOLDERS):
        if len(value) > LARGEST:
            raise Unknown
        kinds = set(map(type, _inside(value)))
        if not PLAIN.issuperset(kinds) and any(issubclass(one, _HOLDERS) for one in kinds):
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


def listed(value: object) -> list[Any]:
    """The things in a value, in one order: a set has none that two programs would share."""
    if value.__class__ in (list, tuple, str):
        return list(value)
    if isinstance(value, (set, frozenset)):
        try:
            return sorted(value)
        except TypeError:
            return sorted(value, key=repr)
    if not isinstance(value, (list, tuple, str, dict, deque)):
        raise TypeError("not iterable")
    return list(value)


def eager(value: Any, most: int = LARGEST) -> Any:
    """Views and iterators as lists, everything else as it is; Unknown where there is more to come than `most`."""
    if value.__class__ in _AT_ONCE or isinstance(value, _EAGER) or not hasattr(value, "__iter__"):
        return value
    found = []
    for one in value:
        found.append(one)
        if len(found) > most:
            raise Unknown
    return found
