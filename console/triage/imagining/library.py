"""The functions an imagined program may use: those of the language, and what hangs on its types.

Each is the real one where its result is bounded by its input, and a bounded one otherwise. None can reach anything
outside of the values it is given.
"""

from __future__ import annotations

import ast
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from console.triage.imagining.dates import DATE_METHODS, DATE_STATICS
from console.triage.imagining.objects import Instance, Kind, Raised, is_one
from console.triage.imagining.texts import TEXT_METHODS, format_value
from console.triage.imagining.values import (
    ERRORS,
    LARGEST,
    METHODS,
    Own,
    Stream,
    Unknown,
    calculated,
    grown,
    limited,
    listed,
    tamed,
    walked,
)

_KINDS = (
    int, float, str, bool, list, tuple, dict, set, frozenset, Counter, OrderedDict, defaultdict, deque, bytes, date,
    datetime, time, timedelta, Fraction, Decimal, type(None), *ERRORS.values(),
)  # fmt: skip
_SETS = frozenset({set, frozenset})


def lazily(function: Callable[..., Any]) -> Callable[..., Any]:
    """Its result as a stream, its sets in one order."""

    def called(*given: Any, **keywords: Any) -> Any:
        return tamed(function(*map(ordered, given), **keywords))

    return called


def ordered(value: Any) -> Any:
    """Sets in one order; what nobody could go through is Unknown."""
    if isinstance(value, (set, frozenset)):
        return listed(value)
    if hasattr(value, "__next__") and not isinstance(value, Own):
        raise Unknown
    return value


def _range(*bounds: int) -> list[int]:
    found = range(*bounds)
    if len(found) > LARGEST:
        raise Unknown
    return list(found)


def _isinstance(value: object, kinds: Any) -> bool:
    several = kinds if isinstance(kinds, tuple) else (kinds,)
    found = False
    for kind in several:
        if isinstance(kind, tuple):
            found = found or _isinstance(value, kind)
        elif not isinstance(kind, Kind) and kind not in _KINDS:
            raise Unknown
        else:
            found = found or is_one(value, kind)
    return found


def _issubclass(kind: Any, above: Any) -> bool:
    if not isinstance(kind, Kind) or not isinstance(above, Kind):
        raise Unknown
    return above in kind.line


def kind_of(value: Any) -> Any:
    """The class of a value: one of the program's, or one of those it can name anyway."""
    if isinstance(value, Instance):
        return value.kind
    if isinstance(value, Raised):
        return value.instance.kind
    if type(value) in _KINDS:
        return type(value)
    raise Unknown


def _next(items: Any, *default: object) -> object:
    if not isinstance(items, (Stream, Instance)):
        raise TypeError("not an iterator")
    return next(items, *default)


def _iter(items: Any, *end: Any) -> Any:
    return Stream(iter(items, *end) if end else walked(items))


def power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """`pow`, bounded."""
    if modulus is None:
        return calculated(ast.Pow(), base, exponent)
    return pow(limited(base), limited(exponent), modulus)


def _round(value: Any, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > 20:
        raise Unknown
    return round(value, digits)


def _sum(items: Any, start: Any = 0) -> Any:
    if items.__class__ is list and start.__class__ is int and all(one.__class__ in (int, float) for one in items):
        return sum(items, start)
    for one in walked(items):
        start = calculated(_ADD, start, one)
    return start


_ADD = ast.Add()


def _callable(value: Any) -> bool:
    return value.kind.find("__call__") is not None if isinstance(value, Instance) else callable(value)


def _represented(value: Any) -> str:
    if callable(value) and not isinstance(value, Own):
        raise Unknown
    return repr(value)


def _end() -> Any:
    """What reads beyond the last line."""
    raise EOFError("EOF when reading a line")


def _unknown() -> Any:
    raise Unknown


BUILTINS: Mapping[str, Any] = {
    "abs": abs, "all": all, "any": any, "bin": bin, "bool": bool, "chr": chr, "dict": dict, "divmod": divmod,
    "enumerate": lazily(enumerate), "filter": lazily(filter), "float": float, "format": format_value,
    "frozenset": frozenset, "hash": lambda value: hash(value) if isinstance(value, (int, Instance)) else _unknown(),
    "hex": hex, "int": int, "isinstance": _isinstance, "issubclass": _issubclass, "iter": _iter, "len": len,
    "list": list, "map": lazily(map), "max": max, "min": min, "next": _next, "oct": oct, "ord": ord, "pow": power,
    "range": _range, "repr": _represented, "reversed": lambda items: Stream(listed(items)[::-1]), "round": _round,
    "set": set, "slice": slice, "sorted": sorted, "str": str, "sum": _sum, "tuple": tuple, "zip": lazily(zip),
    "callable": _callable, "__name__": "imagined", "NotImplemented": NotImplemented, "Ellipsis": Ellipsis,
    "__end__": _end,
    "bytes": lambda value=b"", *_: bytes(value) if isinstance(value, (list, bytes)) else _unknown(),
    **ERRORS,
}  # fmt: skip
"""`id` is not among them: it differs from run to run."""


_STATIC: dict[tuple[int, str], Any] = {
    (id(dict), "fromkeys"): lambda items, value=None: dict.fromkeys(listed(items), value),
    (id(OrderedDict), "fromkeys"): lambda items, value=None: OrderedDict.fromkeys(listed(items), value),
    (id(str), "maketrans"): str.maketrans,
    (id(float), "fromhex"): _unknown,
    (id(set), "union"): lambda *sets: set().union(*map(listed, sets)),
    (id(set), "intersection"): lambda first, *sets: set(first).intersection(*map(listed, sets)),
    **DATE_STATICS,
}


def add_static(function: Any, name: str, found: Any) -> None:
    """What hangs on a function of the library by a name."""
    _STATIC[id(function), name] = found


def static(holder: object, name: str) -> Any:
    """`dict.fromkeys`, `str.lower` and the like: what hangs on a type or function; None where nothing known does."""
    found = _STATIC.get((id(holder), name))
    if found is not None:
        return found
    if isinstance(holder, type):
        if name in METHODS.get(holder, ()) or (holder is str and name in TEXT_METHODS and name != "format"):
            return lambda value, *rest: bound(value, name, *rest) if isinstance(value, holder) else _wrong()
        if name == "__name__" and holder in _KINDS:
            return holder.__name__
    elif isinstance(holder, str) and name in TEXT_METHODS:
        return lambda *given, **keywords: limited(TEXT_METHODS[name](holder, *given, **keywords))
    elif isinstance(holder, (date, time)) and name in DATE_METHODS:
        return lambda *given: DATE_METHODS[name](holder, *given)
    return None


def _wrong() -> None:
    raise TypeError


def bound(holder: Any, name: str, *given: Any, **keywords: Any) -> Any:
    """A known method of a value called: its result tame, and both within limits."""
    if isinstance(holder, str) and name in TEXT_METHODS:
        return limited(TEXT_METHODS[name](holder, *given, **keywords))
    if given and name in _IN_ORDER:
        given = (ordered(given[0]), *given[1:])
    result = tamed(getattr(holder, name)(*given, **keywords))
    if name in _ADDS_ONE and given:
        grown(holder, given[-1])
    elif name in _GROWS:
        limited(holder)
    return limited(result)


_ADDS_ONE = frozenset({"append", "appendleft", "add", "insert", "setdefault"})
_GROWS = frozenset({"extend", "extendleft", "update", "symmetric_difference_update"})
_IN_ORDER = frozenset({"join", "extend", "extendleft", "update"})
_PUT_IN_ORDER = (list, tuple, Counter, deque)


def ordered_arguments(function: object, given: list[Any]) -> list[Any]:
    """The arguments of a call, sets in one order where the function would ask for one."""
    if _SETS.isdisjoint(map(type, given)) or function not in _PUT_IN_ORDER:
        return given
    return [ordered(one) for one in given]
