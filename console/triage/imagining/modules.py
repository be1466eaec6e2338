"""The modules an imagined program may import: harmless functions, each bounded."""

from __future__ import annotations

import ast
import bisect
import copy
import csv
import functools
import heapq
import itertools
import json
import math
import operator
import string
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from console.triage.imagining.classes import AUTO, BASES, MARKS, as_data, ordered_totally, record_kind
from console.triage.imagining.dates import DATE_MODULES
from console.triage.imagining.library import add_static, lazily, ordered, power
from console.triage.imagining.objects import Field, Function, Instance, Kind
from console.triage.imagining.values import Own, Stream, Unknown, calculated, limited, listed, walked

_LARGEST_FACTORIAL = 60


def _checked(function: Callable[..., Any], most: int) -> Callable[..., Any]:
    """Only for whole numbers up to `most`: beyond them the result is too large."""

    def called(*given: Any) -> Any:
        if any(isinstance(one, int) and abs(one) > most for one in given):
            raise Unknown
        return function(*given)

    return called


def _product(*pools: Any, repeat: int = 1) -> Any:
    if len(pools) * repeat > 8:
        raise Unknown
    return itertools.product(*pools, repeat=repeat)


def _combined(function: Callable[..., Any]) -> Callable[..., Any]:
    """`permutations` and the like, whose results hold as many as they are asked for."""

    def called(items: Any, size: Any = None) -> Any:
        pool = listed(items)
        if size is not None and isinstance(size, int) and size > len(pool) + 8:
            raise Unknown
        return function(pool) if size is None else function(pool, size)

    return called


def _accumulate(items: Any, function: Any = None, *, initial: Any = None) -> Iterator[Any]:
    add = function or (lambda before, this: calculated(_ADD, before, this))
    source = iter(walked(items))
    if initial is None:
        try:
            initial = next(source)
        except StopIteration:
            return
    yield initial
    for one in source:
        initial = limited(add(initial, one))
        yield initial


_ADD, _TIMES = ast.Add(), ast.Mult()


def _grouped(items: Any, key: Any = None) -> list[Any]:
    return [(name, Stream(list(group))) for name, group in itertools.groupby(walked(items), key)]


def _product_of(items: Any, *, start: Any = 1) -> Any:
    return functools.reduce(lambda one, other: calculated(_TIMES, one, other), walked(items), start)


def _reduce(function: Any, items: Any, *start: Any) -> Any:
    return functools.reduce(lambda one, other: limited(function(one, other)), walked(items), *start)


def _copied(value: Any, depth: int = 0) -> Any:
    """`deepcopy`, of what values and objects hold; of those that hold themselves it is Unknown."""
    if depth > 20:
        raise Unknown
    kind = value.__class__
    if kind in (list, set, deque, tuple):
        return kind(_copied(one, depth + 1) for one in value)
    if isinstance(value, dict):
        found = copy.copy(value)
        found.update({key: _copied(one, depth + 1) for key, one in value.items()})
        return found
    if isinstance(value, Instance):
        value.kind.spend()
        made = Instance(value.kind)
        made.fields = {name: _copied(one, depth + 1) for name, one in value.fields.items()}
        return made
    if isinstance(value, Stream):
        raise Unknown
    return value


def _shallow(value: Any) -> Any:
    if isinstance(value, Stream):
        raise Unknown
    return value if isinstance(value, Own) and not isinstance(value, Instance) else copy.copy(value)


def _median(items: Any) -> Any:
    values = sorted(items)
    if not values:
        raise ValueError("no median for empty data")
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _mean(items: Any) -> Any:
    values = listed(items)
    if not values:
        raise ValueError("mean requires at least one data point")
    exact = sum(map(Fraction, values), Fraction()) / len(values)
    if any(isinstance(one, float) for one in values) or exact.denominator != 1:
        return float(exact)
    return int(exact)


def _mode(items: Any) -> Any:
    found = Counter(listed(items)).most_common(1)
    if not found:
        raise ValueError("no mode for empty data")
    return found[0][0]


def _keeping(function: Any = None, **_: Any) -> Any:
    """`lru_cache`, with and without its brackets: a function keeps what it gave."""
    if not isinstance(function, Function):
        return _keeping
    function.kept = {}
    return function


def _data(kind: Any = None, **said: Any) -> Any:
    if not isinstance(kind, Kind):
        return lambda late: _data(late, **said)
    return as_data(kind, kind.members.pop("__annotated__", []), **said)


def _wrapping(_: Any, **__: Any) -> Callable[[Any], Any]:
    return lambda function: function


def _decimal(value: Any = 0) -> Decimal:
    found = Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > 40 or len(found.as_tuple().digits) > 60:
        raise Unknown
    return found


def _json_text(
    value: Any, *, indent: Any = None, sort_keys: bool = False, ensure_ascii: bool = True, **more: Any
) -> str:
    """`json.dumps`, of plain values."""
    if more.keys() - {"separators"} or (indent is not None and not (isinstance(indent, int) and indent <= 8)):
        raise Unknown
    return json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=ensure_ascii, **more)


def _json_value(text: Any, **more: Any) -> Any:
    if more:
        raise Unknown
    return limited(json.loads(text))


def _rows_of(lines: Any, *, delimiter: str = ",", **more: Any) -> Stream:
    """`csv.reader`, with another delimiter at most."""
    if more.keys() - {"quotechar", "skipinitialspace"}:
        raise Unknown
    return Stream(csv.reader(iter(walked(lines)), delimiter=delimiter, **more))


def _records_of(lines: Any, fieldnames: Any = None, **more: Any) -> Stream:
    rows = iter(_rows_of(lines, **more))
    names = listed(fieldnames) if fieldnames is not None else next(rows, [])
    return Stream(dict(zip(names, row, strict=False)) for row in rows if row)


def _fraction(*given: Any) -> Fraction:
    if any(isinstance(one, str) and (len(one) > 40 or "e" in one.lower()) for one in given):
        raise Unknown
    return limited(Fraction(*given))  # type: ignore[no-any-return]


def _partial(function: Any, *given: Any, **keywords: Any) -> Any:
    return lambda *more, **named: function(*given, *more, **{**keywords, **named})


_MATH = """ceil copysign cos degrees dist exp fabs floor fmod gcd hypot isclose isfinite isinf isnan isqrt lcm log log10
log2 log1p cbrt radians sin sqrt tan trunc atan atan2 acos asin pi e tau inf nan"""
_OPERATOR = "add sub mul truediv floordiv mod neg and_ or_ xor eq ne lt le gt ge not_ contains"
_BOUNDED = {"add": ast.Add, "mul": ast.Mult, "mod": ast.Mod}


def _itemgetter(*places: Any) -> Callable[[Any], Any]:
    return operator.itemgetter(*places)


_chain = lazily(itertools.chain)
add_static(_chain, "from_iterable", lambda items: _chain(*walked(items)))

MODULES: Mapping[str, Mapping[str, Any]] = {
    "math": {name: getattr(math, name) for name in _MATH.split()}
    | {"factorial": _checked(math.factorial, _LARGEST_FACTORIAL), "comb": _checked(math.comb, _LARGEST_FACTORIAL)}
    | {"perm": _checked(math.perm, _LARGEST_FACTORIAL), "pow": lambda one, other: float(power(one, other))}
    | {"prod": _product_of, "fsum": lambda items: math.fsum(walked(items)), "modf": math.modf},
    "collections": {
        "Counter": Counter, "OrderedDict": OrderedDict, "defaultdict": defaultdict, "deque": deque,
        "namedtuple": lambda name, fields, defaults=(): record_kind(name, fields, defaults),
    },
    "itertools": {
        "accumulate": lazily(_accumulate), "chain": _chain, "combinations": lazily(_combined(itertools.combinations)),
        "groupby": lambda items, key=None: Stream(_grouped(ordered(items), key)), "islice": lazily(itertools.islice),
        "pairwise": lazily(itertools.pairwise), "permutations": lazily(_combined(itertools.permutations)),
        "product": lazily(_product), "takewhile": lazily(itertools.takewhile),
        "dropwhile": lazily(itertools.dropwhile), "zip_longest": lazily(itertools.zip_longest),
        "combinations_with_replacement": lazily(_combined(itertools.combinations_with_replacement)),
        "count": lazily(itertools.count), "cycle": lazily(itertools.cycle), "repeat": lazily(itertools.repeat),
        "starmap": lazily(itertools.starmap), "filterfalse": lazily(itertools.filterfalse),
        "compress": lazily(itertools.compress),
        "tee": lambda items, n=2: tuple(Stream(listed(items)) for _ in range(min(n, 4))),
    },
    "functools": {
        "reduce": _reduce, "cmp_to_key": functools.cmp_to_key, "lru_cache": _keeping, "cache": _keeping,
        "wraps": _wrapping, "partial": _partial, "total_ordering": ordered_totally,
        "cached_property": MARKS["cached_property"],
    },
    "heapq": {
        name: getattr(heapq, name) for name in ("heappush", "heappop", "heapify", "heappushpop", "heapreplace")
    } | {name: lazily(getattr(heapq, name)) for name in ("nlargest", "nsmallest", "merge")},
    "bisect": {
        name: getattr(bisect, name)
        for name in ("bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right")
    },
    "operator": {name: getattr(operator, name) for name in _OPERATOR.split()}
    | {name: (lambda one, other, kind=kind: calculated(kind(), one, other)) for name, kind in _BOUNDED.items()}
    | {"itemgetter": _itemgetter, "pow": power},
    "string": {
        name: getattr(string, name)
        for name in ("ascii_lowercase", "ascii_uppercase", "ascii_letters", "digits", "punctuation", "whitespace")
    },
    "copy": {"copy": _shallow, "deepcopy": _copied},
    "statistics": {"mean": _mean, "median": _median, "mode": _mode, "fmean": lambda items: float(_mean(items))},
    "decimal": {
        "Decimal": _decimal, "ROUND_HALF_UP": ROUND_HALF_UP, "ROUND_HALF_EVEN": ROUND_HALF_EVEN,
        "ROUND_DOWN": ROUND_DOWN,
    },
    "fractions": {"Fraction": _fraction},
    "dataclasses": {"dataclass": _data, "field": lambda **said: Field(**said)},
    "json": {"dumps": _json_text, "loads": _json_value, "JSONDecodeError": json.JSONDecodeError},
    "csv": {"reader": _rows_of, "DictReader": _records_of},
    "io": {"StringIO": lambda text="": Stream(text.splitlines(keepends=True))},
    "abc": {"ABC": BASES["ABC"], "abstractmethod": MARKS["abstractmethod"]},
    "enum": {"Enum": BASES["Enum"], "IntEnum": BASES["IntEnum"], "StrEnum": BASES["StrEnum"],
             "auto": lambda: AUTO, "unique": lambda kind: kind},
    "typing": {"NamedTuple": BASES["NamedTuple"], "Generic": BASES["Generic"], "Protocol": BASES["Protocol"],
               "TypeVar": lambda *_, **__: None, "cast": lambda _, value: value, "TYPE_CHECKING": False},
    "sys": {"maxsize": 2**63 - 1, "setrecursionlimit": lambda _: None},
    **DATE_MODULES,
}  # fmt: skip


ASSUMED: Mapping[str, Any] = {
    name: found
    for module in ("math", "collections", "itertools", "functools", "heapq", "bisect", "string", "operator")
    for name, found in MODULES[module].items()
    if name not in ("pow", "e", "count", "repeat", "add", "sub", "mul", "mod", "copysign", "digits")
}
"""What an answer for a site that imports everything may use without importing it."""
