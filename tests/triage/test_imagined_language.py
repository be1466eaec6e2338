"""How much of the language the interpreter of answers knows: each program comes to what Python itself makes of it."""

from __future__ import annotations

import ast

import pytest

from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine
from console.triage.imagining.structures import Streamed

CLASSES = """
class Animal:
    count = 0
    def __init__(self, name):
        self.name = name
        Animal.count += 1
    def speak(self):
        return f"{self.name} makes a sound"
    @classmethod
    def named(cls, name):
        return cls(name + "!")
    @staticmethod
    def legs(n):
        return 2 * n
class Dog(Animal):
    def __init__(self, name, age=3):
        super().__init__(name)
        self.age = age
    def speak(self):
        return super().speak() + ", woof"
def f(x):
    d = Dog.named("Rex")
    return (d.speak(), d.age, Animal.count, Dog.legs(2), isinstance(d, Animal), isinstance(x, Animal),
            d.__class__.__name__)

class Temperature:
    def __init__(self, celsius):
        self._celsius = celsius
    @property
    def celsius(self):
        return self._celsius
    @celsius.setter
    def celsius(self, value):
        if value < -273:
            raise ValueError("too cold")
        self._celsius = value
    @property
    def fahrenheit(self):
        return self._celsius * 9 / 5 + 32
def f(x):
    t = Temperature(x)
    t.celsius = 100
    try:
        t.celsius = -300
    except ValueError as error:
        return t.fahrenheit, str(error)

class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __eq__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)
    def __lt__(self, other):
        return self.x < other.x
    def __len__(self):
        return 2
    def __getitem__(self, i):
        return (self.x, self.y)[i]
    def __contains__(self, v):
        return v in (self.x, self.y)
    def __hash__(self):
        return hash(self.x)
    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
    def __bool__(self):
        return self.x != 0
    def __call__(self, z):
        return self.x + z
    def __neg__(self):
        return Vector(-self.x, -self.y)
    def __iter__(self):
        yield self.x
        yield self.y
def f(x):
    a, b = Vector(1, 2), Vector(0, 4)
    b += a
    return (repr(a + b), a == Vector(1, 2), a == 1, len(a), a[1], 2 in a, sorted([b, a], reverse=True)[0].x,
            bool(Vector(0, 1)),
            a(9), repr(-a), list(a), str(2 * a), max(a, b).y, len({a, Vector(1, 2)}), [*a], repr([a]), f"{a!r} {a}")

from dataclasses import dataclass, field
@dataclass
class Item:
    name: str
    price: float
    tags: list = field(default_factory=list)
    count: int = 1
    @property
    def total(self):
        return self.price * self.count
    def __post_init__(self):
        self.count += 1
@dataclass(order=True, frozen=True)
class Point:
    x: int
    y: int = 0
def f(x):
    a, b = Item("a", 2.5), Item("b", 1.0, count=4)
    a.tags.append(1)
    try:
        Point(1).x = 3
    except AttributeError:
        x = "frozen"
    return (a.tags, b.tags, a.total, b.total, repr(Point(1)), Point(1) < Point(1, 2), {Point(1): 1}[Point(1)],
            a == b, x, repr(a))

from enum import Enum, auto
class Color(Enum):
    RED = 1
    GREEN = "g"
class Step(Enum):
    ONE = auto()
    TWO = auto()
def f(x):
    return (Color.RED.name, Color("g").value, [c.name for c in Color], Color["RED"] is Color.RED,
            Step.TWO.value, Color.RED == 1)

from abc import ABC, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self):
        pass
    def twice(self):
        return 2 * self.area()
class Square(Shape):
    def __init__(self, a):
        self.a = a
    def area(self):
        return self.a ** 2
def f(x):
    try:
        Shape()
    except TypeError:
        return Square(3).twice()

class Empty(Exception):
    pass
class Low(ValueError):
    def __init__(self, have, need):
        super().__init__(f"have {have}, need {need}")
        self.need = need
def f(x):
    found = []
    try:
        raise Empty("nothing")
    except Empty as error:
        found.append(str(error))
    try:
        raise Low(1, 5)
    except ValueError as error:
        found += [str(error), error.need, isinstance(error, Low)]
    try:
        try:
            raise KeyError("a")
        except KeyError as error:
            raise Low(2, 3) from error
    except Exception as error:
        found.append(type(error).__name__)
    try:
        try:
            int("x")
        except ValueError:
            raise
    except ValueError as error:
        found.append(error.args[0][:7])
    return found

from collections import namedtuple
from typing import NamedTuple
P = namedtuple("P", "x y")
class Q(NamedTuple):
    name: str
    n: int = 2
def f(x):
    p = P(1, y=2)
    a, b = p
    return p.x + p.y, a, b, p == (1, 2), repr(p), p._replace(x=5).x, Q("a").n, P(*[3, 4])[1]

class Stack:
    def __init__(self):
        self._items = []
    def push(self, item):
        self._items.append(item)
        return self
    def __iter__(self):
        return iter(self._items)
    def max(self):
        return max(self._items)
def f(x):
    s = Stack().push(1).push(3)
    return list(s), s.max(), [y for y in s], getattr(s, "nothing", 4), hasattr(s, "push")

from functools import total_ordering
@total_ordering
class V:
    def __init__(self, n):
        self.n = n
    def __eq__(self, other):
        return self.n == other.n
    def __lt__(self, other):
        return self.n < other.n
def f(x):
    return V(1) <= V(1), V(2) > V(1), V(1) >= V(2), max([V(1), V(3)]).n

class Countdown:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        return self
    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n
def f(x):
    return list(Countdown(3)), sum(Countdown(4)), next(Countdown(2)), [a for a in Countdown(2)]

class Node:
    def __init__(self, v, next=None):
        self.v = v
        self.next = next
class Linked:
    def __init__(self):
        self.head = None
    def add(self, v):
        self.head = Node(v, self.head)
    def to_list(self):
        out, cur = [], self.head
        while cur:
            out.append(cur.v)
            cur = cur.next
        return out
def f(x):
    l = Linked()
    for i in range(3):
        l.add(i)
    return l.to_list()

class Timer:
    def __enter__(self):
        self.log = ["in"]
        return self
    def __exit__(self, kind, value, trace):
        self.log.append("out")
        return True
def f(x):
    with Timer() as t:
        t.log.append("body")
        raise ValueError
    return t.log
"""
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


def split(programs: str) -> list[str]:
    return [f"\n{one}" for one in programs.strip("\n").split("\n\n")]


def called(source: str, given: object) -> object:
    return Machine(ast.parse(source), Budget(5_000, 40_000)).call("f", (given,))[0]


@pytest.mark.parametrize("source", [*split(CLASSES), *split(PLAIN)])
def test_it_agrees_with_python(source: str) -> None:
    names: dict[str, object] = {"__name__": "builtins"}  # where data classes look for their module
    exec(source, names)  # programs of ours: the imagined language must match the real one
    assert called(source, 4) == names["f"](4)  # type: ignore[operator]


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
