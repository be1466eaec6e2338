"""Classes in the interpreter of answers: each program comes to what Python itself makes of it."""

from __future__ import annotations

import pytest

from tests.triage.imagined import agreed, split

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


@pytest.mark.parametrize("source", split(CLASSES))
def test_it_agrees_with_python(source: str) -> None:
    assert agreed(source)
