"""The functions an imagined program may use: those of the language, and the harmless ones of some modules.

Each is the real one where its result is bounded by its input, and a bounded one otherwise. None can reach anything
outside of the values it is given.
"""

from __future__ import annotations

import ast
import bisect
import copy
import functools
import heapq
import itertools
import math
import re
import string
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

from console.triage.imagining.scopes import Module
from console.triage.imagining.values import LARGEST, METHODS, Unknown, calculated, eager, limited, listed

_KINDS = (int, float, str, bool, list, tuple, dict, set, frozenset, Counter, OrderedDict, defaultdict, deque)
_SETS = frozenset({set, frozenset})
_LARGEST_FACTORIAL = 60
_LONGEST_SEARCHED = 64
_PATTERN = re.compile(r"(?:[^()*+{}\\]|\\.|[*+]|\((?:\?(?::|<?[=!]))?|\)(?![*+{])|\{\d\}){1,100}")
"""Patterns in which no group is repeated: with at most three repetitions none takes long on a short text."""
_MOST_REPEATED, _MOST_OPTIONAL = 3, 6


def _eager(function: Callable[..., Any]) -> Callable[..., Any]:
    """Its result as a list, its sets in one order."""

    def called(*given: Any, **keywords: Any) -> Any:
        return eager(function(*map(_ordered, given), **keywords))

    return called


def _ordered(value: Any) -> Any:
    return listed(value) if isinstance(value, (set, frozenset)) else value


def _checked(function: Callable[..., Any], most: int) -> Callable[..., Any]:
    """Only for whole numbers up to `most`: beyond them the result is too large."""

    def called(*given: Any) -> Any:
        if not all(isinstance(one, int) and abs(one) <= most for one in given):
            raise Unknown
        return function(*given)

    return called


def _range(*bounds: int) -> list[int]:
    found = range(*bounds)
    if len(found) > LARGEST:
        raise Unknown
    return list(found)


def _isinstance(value: object, kinds: Any) -> bool:
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if kind not in _KINDS:
            raise Unknown
    return isinstance(value, kinds)


def _next(items: Any, *default: object) -> object:
    """Generators are lists here, so the first of one is the next of what nobody has begun to read."""
    found = listed(items)
    if found or default:
        return found[0] if found else default[0]
    raise StopIteration


def _power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None:
        return calculated(ast.Pow(), base, exponent)
    return pow(base, limited(exponent), modulus)


def _product(*pools: Any, repeat: int = 1) -> Any:
    if len(pools) * repeat > 8:
        raise Unknown
    return itertools.product(*pools, repeat=repeat)


def _format(value: Any, spec: str = "") -> str:
    """Numbers in another base or with decimals; widths may be of any size."""
    if not re.fullmatch(r",?(?:\.\d{1,2})?[bdoxXf%eg]?|0?\d{1,2}[bdxX]?", spec):
        raise Unknown
    return format(value, spec)


def _round(value: Any, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > 20:
        raise Unknown
    return round(value, digits)


def _accumulate(items: Any, function: Any = None, *, initial: Any = None) -> list[Any]:
    found: list[Any] = [] if initial is None else [initial]
    for one in listed(items):
        add = function or (lambda before, this: calculated(ast.Add(), before, this))
        found.append(limited(add(found[-1], one)) if found else one)
    return found


def _grouped(items: Any, key: Any = None) -> list[Any]:
    return [(name, list(group)) for name, group in itertools.groupby(items, key)]


def _searching(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of `re` for harmless patterns on short texts."""

    def called(pattern: str, *rest: Any, **flags: Any) -> Any:
        texts = [one for one in rest if isinstance(one, str)]
        signs = re.findall(r"(?<![\\(])[*+?]", pattern)
        optional = signs.count("?")
        unsafe = _PATTERN.fullmatch(pattern) is None or len(signs) - optional > _MOST_REPEATED
        longest = _LONGEST_SEARCHED if optional < _MOST_REPEATED else _LONGEST_SEARCHED // 2
        if unsafe or optional > _MOST_OPTIONAL or any(len(text) > longest for text in texts):
            raise Unknown
        return eager(function(pattern, *rest, **flags))

    return called


_SEARCHES: Mapping[str, Callable[..., Any]] = {
    name: _searching(getattr(re, name))
    for name in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")
}


def _compiled(pattern: str, flags: int = 0) -> Module:
    return Module({name: functools.partial(search, pattern, flags=flags) for name, search in _SEARCHES.items()})


def format_value(value: Any, spec: str) -> str:
    """A value in an f-string."""
    return _format(value, spec)


BUILTINS: Mapping[str, Any] = {
    "abs": abs, "all": all, "any": any, "bin": bin, "bool": bool, "chr": chr, "dict": dict, "divmod": divmod,
    "enumerate": _eager(enumerate), "filter": _eager(filter), "float": float, "format": _format,
    "frozenset": frozenset, "hex": hex, "int": int, "isinstance": _isinstance, "iter": _eager(iter), "len": len,
    "list": list, "map": _eager(map), "max": max, "min": min, "next": _next, "oct": oct, "ord": ord, "pow": _power,
    "range": _range, "repr": repr, "reversed": lambda items: listed(items)[::-1], "round": _round, "set": set,
    "sorted": sorted, "str": str, "sum": sum, "tuple": tuple, "zip": _eager(zip), "__name__": "imagined",
}  # fmt: skip

_MATH = """ceil copysign cos degrees dist exp fabs floor fmod gcd hypot isclose isfinite isinf isnan isqrt lcm log log10
log2 radians sin sqrt tan trunc atan atan2 acos asin pi e tau inf nan"""

MODULES: Mapping[str, Mapping[str, Any]] = {
    "math": {name: getattr(math, name) for name in _MATH.split()}
    | {"factorial": _checked(math.factorial, _LARGEST_FACTORIAL), "comb": _checked(math.comb, _LARGEST_FACTORIAL)}
    | {"perm": _checked(math.perm, _LARGEST_FACTORIAL), "pow": lambda one, other: float(_power(one, other))}
    | {"prod": lambda items: functools.reduce(lambda one, other: calculated(ast.Mult(), one, other), items, 1)},
    "collections": {"Counter": Counter, "OrderedDict": OrderedDict, "defaultdict": defaultdict, "deque": deque},
    "itertools": {
        "accumulate": _accumulate, "chain": _eager(itertools.chain),
        "combinations": _eager(itertools.combinations), "groupby": _eager(_grouped),
        "islice": _eager(itertools.islice), "pairwise": _eager(itertools.pairwise),
        "permutations": _eager(itertools.permutations), "product": _eager(_product),
        "takewhile": _eager(itertools.takewhile), "dropwhile": _eager(itertools.dropwhile),
        "zip_longest": _eager(itertools.zip_longest),
        "combinations_with_replacement": _eager(itertools.combinations_with_replacement),
    },
    "functools": {"reduce": functools.reduce, "cmp_to_key": functools.cmp_to_key},
    "heapq": {
        name: getattr(heapq, name) for name in ("heappush", "heappop", "heapify", "heappushpop", "heapreplace")
    } | {name: _eager(getattr(heapq, name)) for name in ("nlargest", "nsmallest", "merge")},
    "bisect": {name: getattr(bisect, name) for name in ("bisect", "bisect_left", "bisect_right", "insort")},
    "string": {
        name: getattr(string, name)
        for name in ("ascii_lowercase", "ascii_uppercase", "ascii_letters", "digits", "punctuation")
    },
    "copy": {"copy": copy.copy, "deepcopy": copy.deepcopy},
    "re": {**_SEARCHES, "compile": _compiled, "IGNORECASE": re.IGNORECASE, "I": re.IGNORECASE},
    "sys": {"maxsize": 2**63 - 1},
}  # fmt: skip

_CHAINED: Callable[..., Any] = MODULES["itertools"]["chain"]
_STATIC: Mapping[tuple[int, str], Callable[..., Any]] = {
    (id(dict), "fromkeys"): lambda items, value=None: dict.fromkeys(listed(items), value),
    (id(OrderedDict), "fromkeys"): lambda items, value=None: OrderedDict.fromkeys(listed(items), value),
    (id(str), "maketrans"): str.maketrans,
    (id(_CHAINED), "from_iterable"): lambda items: _CHAINED(*items),
}


def static(holder: object, name: str) -> Callable[..., Any] | None:
    """`dict.fromkeys`, `str.lower` and the like: what hangs on a type or function; None where nothing known does."""
    found = _STATIC.get((id(holder), name))
    if found is None and isinstance(holder, type) and name in METHODS.get(holder, ()):
        return lambda value, *rest: bound(value, name, *rest) if isinstance(value, holder) else _wrong()
    return found


def _wrong() -> None:
    raise TypeError


def bound(holder: Any, name: str, *given: Any, **keywords: Any) -> Any:
    """A known method of a value called: its result, eager, and both within limits."""
    result = eager(getattr(holder, name)(*map(_ordered_for(name), given), **keywords))
    limited(holder)
    return limited(result)


def _ordered_for(name: str) -> Callable[[Any], Any]:
    """What puts things into an order gets sets in one."""
    return _ordered if name in ("join", "extend", "extendleft") else lambda value: value


def ordered_arguments(function: object, given: list[Any]) -> list[Any]:
    """The arguments of a call, sets in one order where the function would ask for one."""
    if _SETS.isdisjoint(map(type, given)) or function not in (list, tuple, enumerate, Counter, deque):
        return given
    return [_ordered(one) for one in given]
