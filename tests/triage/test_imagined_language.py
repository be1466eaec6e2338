"""How much of the language the interpreter of answers knows: each program comes to what Python itself makes of it."""

from __future__ import annotations

import ast

import pytest

from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine
from console.triage.imagining.structures import Streamed
from tests.triage.imagined import agreed, called, split

PLAIN = """
from itertools import count, islice, takewhile, cycle, repeat, starmap, chain, tee
def f(x):
    def naturals():
        n = 0
        while True:
            yield n
            n += 1
    g = naturals()
    first = next(g), next(g)
    return (first, list(islice(g, 3)), list(takewhile(lambda n: n < 12, g)), next(n for n in naturals() if n > 7),
            list(islice(cycle("ab"), 3)), list(repeat(1, 2)), list(starmap(pow, [(2, 3)])),
            list(islice(count(5, 2), 2)),
            any(n > 5 for n in naturals()), list(chain.from_iterable([[1], [2]])))

def f(x):
    it = iter([1, 2, 3, 4, 5])
    pairs = list(zip(it, it))
    e = enumerate("ab", start=1)
    m = map(str, [1, 2])
    return (pairs, next(e), list(e), list(m), list(m), list(reversed("abc")), list(filter(None, [0, 1])),
            next(iter([]), "d"))

def f(x):
    log = []
    def g():
        try:
            for i in range(3):
                if i == 1:
                    continue
                log.append(i)
                yield i
            else:
                yield from (7, 8)
            return
        finally:
            log.append("end")
    for v in g():
        log.append(v)
    return log

def g(x, seen=[]):
    seen.append(x)
    return seen
def f(x):
    g(x)
    return g(x), g(x, [])

total = 0
def add(n):
    global total
    total += n
    return total
def f(x):
    add(2)
    return add(3)

def f(x):
    def outer():
        n = 1
        def inner():
            nonlocal n
            n *= 5
            return n
        inner()
        return inner()
    return outer()

def f(x):
    def kind(v):
        match v:
            case 0 | 1:
                return "small"
            case int(n) if n > 10:
                return f"big {n}"
            case [a, *rest]:
                return a, rest
            case {"k": value, **others}:
                return value, others
            case str():
                return "text"
            case None:
                return "none"
            case _:
                return "other"
    return [kind(v) for v in (1, 50, [1, 2, 3], {"k": 1, "l": 2}, "a", None, 2.5)]

def f(x):
    return ("%d:%02d %5.1f|%-4s|%s %r %%" % (3, 4, 2.25, "a", [1], "b"), "%(n)s" % {"n": 1},
            "{} {1!r}".replace("{1!r}", "x"),
            "{0} {1:>4} {n:.1f}".format(1, "a", n=2.25), "a".center(5, "*"), "7".zfill(3), "a".ljust(3) + "|",
            "b".rjust(3),
            f"{1234567.891:,.2f} {7:03d} {'x':^5} {255:#x} {0.25:.0%} {-3:+d}", "{:>3}|{:<3}".format(1, 2))

def f(x):
    d = {"b": 1, "a": 2}
    d |= {"c": 3}
    s = {1, 2}
    s |= {3}
    s -= {1}
    first, *middle, last = range(5)
    return (sorted(d.items(), key=lambda kv: (-kv[1], kv[0])), d.pop("zz", None), s, middle, min(d, key=d.get),
            max([], default=0),
            sum([[1], [2]], []), divmod(-7, 2), pow(3, 4, 5), round(2.5), round(2.675, 2), abs(-3), int("ff", 16),
            bin(5), hex(255),
            chr(97), ord("a"), [1, 2, 3, 4][::-2], "abc"[-2:], 1 < 2 < 3 > 2, [*range(2)], {**d},
            list(zip("ab", [1, 2])), (y := 5) + y)

from collections import Counter, deque, OrderedDict, defaultdict
def f(x):
    c = Counter("abca") - Counter("a")
    q = deque([1, 2, 3], maxlen=3)
    q.append(4)
    q.rotate(1)
    o = OrderedDict(a=1, b=2)
    o.move_to_end("a")
    d = defaultdict(lambda: [0])
    d["k"].append(1)
    return (dict(c), Counter("aab").most_common(1), (Counter("ab") + Counter("b"))["b"], list(q), list(o),
            dict(d), Counter("ab") & Counter("bc"))

import heapq, bisect, math, operator
from functools import reduce, cmp_to_key, lru_cache, partial, wraps
def logged(function):
    @wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs) + 1
    return inner
@logged
def plus(a, b=2):
    return a + b
@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def f(x):
    h = [5, 1, 3]
    heapq.heapify(h)
    heapq.heappush(h, 0)
    b = [1, 3, 5]
    bisect.insort(b, 4)
    return (heapq.heappop(h), heapq.nsmallest(2, h), b, bisect.bisect_left(b, 4), math.isqrt(17), math.prod([2, 3]),
            math.hypot(3, 4),
            reduce(operator.mul, [1, 2, 3]), sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)), fib(25),
            partial(plus, 1)(b=5), plus(1),
            sorted([(1, "b"), (0, "a")], key=operator.itemgetter(1)), math.gcd(12, 18), math.lcm(4, 6),
            math.ceil(2.1), math.inf > 1)

from datetime import date, datetime, timedelta
def f(x):
    d = date(2024, 2, 28) + timedelta(days=2)
    t = datetime.strptime("2024-03-01 10:30", "%Y-%m-%d %H:%M")
    try:
        date(2023, 2, 29)
    except ValueError:
        x = "no"
    return (d.isoformat(), d.weekday(), (date(2024, 3, 1) - date(2024, 2, 1)).days, t.hour, t.strftime("%d.%m.%Y"),
            f"{d:%d/%m}", x,
            date.fromisoformat("2024-01-05").replace(day=1) < d, timedelta(hours=1, minutes=5).total_seconds(),
            str(t), d.year)

import re
EMAIL = re.compile(r"^(?P<user>[\\w.]+)@(?P<host>[\\w.]+)$", re.IGNORECASE)
def f(x):
    m = EMAIL.match("Ann.B@x.org")
    return (m.group("user"), m.groupdict(), EMAIL.match("no"), re.sub(r"(\\w)(\\d)", r"\\2\\1", "a1b2"),
            re.split(r"[,;]\\s*", "a, b;c"),
            re.findall(r"(?:ab){2}", "ababab"), bool(re.fullmatch(r"((25[0-5]|[1-9]?\\d)\\.){3}\\d", "1.20.255.3")),
            re.sub(r"\\d+", lambda m: str(int(m.group()) * 2), "a1b20"), re.search(r"b+?", "abbb").span())

def f(x):
    values = [1, 2, 3, 4]
    for v in values:
        if v % 2:
            values.remove(v)
    text = ""
    for i, (a, b) in enumerate({"k": 1, "l": 2}.items(), 1):
        text += f"{i}{a}{b}"
    matrix = [[1, 2], [3, 4]]
    flat = [v for row in matrix for v in row if v != 3]
    del values[0], matrix[0][0]
    a = b = []
    a += [1]
    return values, text, flat, matrix, b, {v: len(v) for v in ("a", "bb")}, list(map(list, zip(*[[1, 2], [3, 4]])))

def f(x):
    found = []
    for value in ("3", "x", None, [1]):
        try:
            found.append(10 // (int(value) - 3))
        except ValueError:
            found.append("value")
        except (TypeError, ZeroDivisionError) as error:
            found.append(type(error).__name__)
        else:
            found.append("else")
        finally:
            found.append(".")
    try:
        {}["a"]
    except KeyError as error:
        found.append(str(error))
    try:
        assert x > 99, "small"
    except AssertionError as error:
        found.append(str(error))
    return found

from statistics import mean, median
from fractions import Fraction
from decimal import Decimal, ROUND_HALF_UP
def f(x):
    return (mean([1, 2, 4]), median([3, 1, 2, 10]), str(Fraction(3, 6) + 1),
            str(Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)),
            str(Decimal("0.1") + Decimal("0.2")))

def f(x):
    def go(n):
        return 0 if n == 0 else 1 + go(n - 1)
    words = "the cat the dog".split()
    return (go(30), type(words) is list, type(3) == int, type("a").__name__, isinstance(True, int),
            callable(go), sorted(set(words)), "a b".title())

import copy, string, json as j
def f(x):
    a = [[1], {"k": [2]}]
    b, c = copy.deepcopy(a), a.copy()
    a[0].append(9)
    a[1]["k"].append(9)
    return (b, c[0], string.ascii_lowercase[:3], "abc".translate(str.maketrans("ab", "xy")), "Hello".swapcase(),
            "a-b".partition("-"))
"""


@pytest.mark.parametrize("source", split(PLAIN))
def test_it_agrees_with_python(source: str) -> None:
    assert agreed(source)


def test_a_generator_is_asked_for_no_more_than_is_looked_at() -> None:
    endless = "def f(x):\n    while True:\n        yield x\n        x *= 2"
    assert called(endless, 1) == Streamed([2**n for n in range(12)])


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(x):\n    raise ValueError('no')", ValueError),
        ("def f(x):\n    return x.missing", AttributeError),
        ("def f(x):\n    return x + 'a'", TypeError),
        ("class A:\n    pass\ndef f(x):\n    return A().missing", AttributeError),
        ("class A:\n    pass\ndef f(x):\n    return A(1)", TypeError),
        ("class A:\n    def __init__(self, a):\n        pass\ndef f(x):\n    return A()", TypeError),
        ("def f(x):\n    d = {1: 2}\n    for k in d:\n        d[k + 1] = 1", RuntimeError),
        ("def f(x):\n    a, b = [1, 2, 3]", ValueError),
        ("def f(x):\n    return next(iter([]))", StopIteration),
        ("def f(x):\n    return x[0]", TypeError),
        ("def f(x):\n    (1, 2)[0] = 3", TypeError),
        ("def f(x):\n    raise", RuntimeError),
    ],
)
def test_errors_are_those_of_python(source: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        called(source, 4)


def test_a_forgotten_import_is_an_error_where_nothing_else_imports_it() -> None:
    source = "def f(x):\n    return math.sqrt(x)"
    with pytest.raises(NameError):
        Machine(ast.parse(source), Budget(3_000, 40_000), imports_all=False).call("f", (4,))
    assert Machine(ast.parse(source), Budget(3_000, 40_000), imports_all=True).call("f", (4,))[0] == 2.0
