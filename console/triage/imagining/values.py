"""The values of imagined programs: which operations, functions and methods there are, and how large they may get."""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

LARGEST = 1_000
"""Elements of a list, characters of a text."""
_HEAVIEST = 500
"""Values in a value that holds others, each time it is met: `x = [x, x]` doubles with every step."""
_MOST_BITS = 512
_HOLDERS = (list, tuple, dict, set, deque)
PLAIN = frozenset({int, str, float, bool, type(None)})
"""Types of values that hold no others and never change."""
_WHOLE = (str, int, float, *_HOLDERS, frozenset, type, bytes)
_AT_ONCE = frozenset({*_WHOLE, *PLAIN})


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


class Unknown(BaseException):
    """Something this interpreter does not know, or a limit that was reached. No handler of a program catches it."""


class Own:
    """What the interpreter itself made: nothing of it is to be unpacked before a program does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()}>"


def _free() -> None:
    """What a step costs that nobody pays for."""


class Stream(Own):
    """An iterator of the program: what it gives is made when it is asked for, and each of it costs a step."""

    __slots__ = ("_items", "_left", "spend")

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = iter(items)
        self._left = LARGEST
        self.spend: Callable[[], None] = _free

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self.spend()
        self._left -= 1
        if self._left < 0:
            raise Unknown
        return next(self._items)


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
        swapcase casefold splitlines partition rpartition removeprefix removesuffix translate isascii isprintable
        encode"""
    ),
    list: words("append extend insert pop remove sort reverse index count copy clear"),
    dict: _DICT,
    OrderedDict: _DICT | words("move_to_end"),
    defaultdict: _DICT,
    Counter: _DICT | words("most_common elements total subtract"),
    set: words(
        """add remove discard union intersection difference symmetric_difference issubset issuperset isdisjoint copy
        update clear pop difference_update intersection_update symmetric_difference_update"""
    ),
    frozenset: words("union intersection difference symmetric_difference issubset issuperset isdisjoint copy"),
    tuple: words("index count"),
    deque: words("append appendleft pop popleft extend extendleft rotate reverse count index clear copy insert remove"),
    int: words("bit_length bit_count"),
    float: words("is_integer as_integer_ratio"),
    bytes: words("decode hex"),
    re.Match: words("group groups groupdict start end span"),
    date: words("weekday isoweekday isoformat toordinal replace"),
    datetime: words("weekday isoweekday isoformat toordinal replace date time"),
    time: words("isoformat replace"),
    timedelta: words("total_seconds"),
    Fraction: words("limit_denominator"),
    Decimal: words("quantize normalize is_nan"),
}
"""`format`, `center`, `zfill` and the like are not among them: they make a text of any length out of a number."""
FIELDS: Mapping[type, frozenset[str]] = {
    date: words("year month day"),
    datetime: words("year month day hour minute second microsecond"),
    time: words("hour minute second microsecond"),
    timedelta: words("days seconds microseconds"),
    Fraction: words("numerator denominator"),
    int: words("real imag numerator denominator"),
    deque: words("maxlen"),
    defaultdict: words("default_factory"),
}
"""What of a value may be read beside its methods."""

ERRORS: Mapping[str, type[Exception]] = {
    error.__name__: error
    for error in (
        Exception, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, AttributeError, LookupError,
        ArithmeticError, OverflowError, AssertionError, StopIteration, NotImplementedError, RuntimeError, NameError,
        UnboundLocalError, PermissionError, FileNotFoundError, OSError, TimeoutError, RecursionError,
        UnicodeDecodeError, EOFError,
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
    return formatted(left, right) if isinstance(left, str) else left % right


_DIRECTIVE = re.compile(r"%(?:\(\w{1,30}\))?[-+ #0]{0,2}\d{0,2}(?:\.\d{1,2})?[sdifgGeExXoc%r]|[^%]")


def formatted(text: str, values: Any) -> str:
    """`text % values`, with widths of two digits at most."""
    if "".join(_DIRECTIVE.findall(text)) != text or not _printable(values):
        raise Unknown
    return str(text % values)


def _printable(value: Any) -> bool:
    return isinstance(value, (str, int, float, list, tuple, dict, set, Own, type(None), date, timedelta, Exception))


def _times(left: Any, right: Any) -> Any:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, list, tuple, deque, bytes)) and isinstance(other, int) and len(one) * other > LARGEST:
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
    elif kind is bytes:
        if len(value) > LARGEST:
            raise Unknown
    elif isinstance(value, _HOLDERS):
        if len(value) > LARGEST:
            raise Unknown
        kinds = set(map(type, _inside(value)))
        if not PLAIN.issuperset(kinds) and any(issubclass(one, _HOLDERS) for one in kinds):
            _weigh(value)
    elif kind is Decimal:
        if value.is_finite() and abs(value.adjusted()) > _MOST_BITS:
            raise Unknown
    elif kind is Fraction and max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise Unknown
    return value


def grown(holder: Any, value: Any) -> None:
    """Looks at the size of what has got one more value. Raises Unknown where it is too large."""
    if value.__class__ in PLAIN:
        if len(holder) > LARGEST:
            raise Unknown
    else:
        limited(holder)


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


_GONE_THROUGH: tuple[Any, ...] = (list, tuple, str, dict, deque, bytes, Own)
_GROWING: tuple[Any, ...] = (list, dict, deque, Own)


def listed(value: Any) -> list[Any]:
    """The things in a value, in one order: a set has none that two programs would share."""
    if value.__class__ in (list, tuple, str):
        return list(value)
    if isinstance(value, (set, frozenset)):
        try:
            return sorted(value)
        except TypeError:
            return sorted(value, key=repr)
    if isinstance(value, _GONE_THROUGH):
        return list(value)
    if hasattr(value, "__next__"):
        raise Unknown
    raise TypeError(f"'{type(value).__name__}' object is not iterable")


def walked(value: Any) -> Iterable[Any]:
    """The things in a value one after the other, made as they are asked for; those of a list that grows, too."""
    return value if isinstance(value, _GROWING) else listed(value)


def tamed(value: Any) -> Any:
    """Views as lists, iterators as streams, everything else as it is; Unknown where a view is too large."""
    if value.__class__ in _AT_ONCE or isinstance(value, (*_WHOLE, Own)) or not hasattr(value, "__iter__"):
        return value
    if hasattr(value, "__next__"):
        return Stream(value)
    if len(value) > LARGEST:
        raise Unknown
    return list(value)
