"""What the values that are tried are chosen by: what a prompt speaks of, how parameters are called, what a class is."""

from __future__ import annotations

import ast

import pytest

from console.triage.imagining.comparing import equal
from console.triage.imagining.constants import constants_of
from console.triage.imagining.pools import annotated_pool, pools_of
from console.triage.imagining.programs import line_inputs
from console.triage.imagining.structures import Failed, Given, Shown, Streamed
from console.triage.imagining.topics import records_on, texts_on
from console.triage.imagining.trying import tried
from console.triage.imagining.variants import reordered


def verdict(old: str, new: str, prompt: str = "") -> tuple[str, bool]:
    """What is told of two programs, and whether they do the same."""
    reason, same = tried(ast.parse(old), ast.parse(new), prompt)
    return ("" if reason is None else reason.text), same


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("True if s is a valid IPv4 address", "256.1.1.1"),
        ("checks an email address", "ann@example.com"),
        ("a palindrome, ignoring case", "No lemon, no melon"),
        ("from camelCase to snake_case", "myVariableName"),
        ("compares two versions", "1.2.10"),
        ("a strong password", "Passw0rd!"),
        ("a Roman numeral", "XLIV"),
        ("evaluates an arithmetic expression", "2+3*4"),
    ],
)
def test_what_a_prompt_speaks_of_is_tried(prompt: str, text: str) -> None:
    assert text in texts_on(prompt)
    assert texts_on("Reverse a string.") == ()


def test_records_have_the_keys_that_a_prompt_names() -> None:
    found = records_on('employees is a list of dicts with the keys "name", "department" and "salary"')
    assert found[0][0] == {"name": "a", "department": "x", "salary": 3}  # type: ignore[index]
    assert records_on("a list of numbers, 'a' and 'bc'") == ()
    grouped = (
        "def mean(employees):\n    groups = {}\n    for e in employees:\n"
        "        groups.setdefault(e['department'], []).append(e['salary'])\n"
        "    return {k: sum(v) / len(v) for k, v in groups.items()}"
    )
    running = (
        "def mean(employees):\n    found = {}\n    for e in employees:\n        d, s = e['department'], e['salary']\n"
        "        found[d] = (found[d] + s) / 2 if d in found else s\n    return found"
    )
    prompt = 'mean(employees) of a list of dicts with "department" and "salary": the average salary of each department'
    assert verdict(grouped, running, prompt)[0].startswith("mean([{'department'")


def test_names_of_what_is_never_negative() -> None:
    assert all(one >= 0 for pool in pools_of(ast.arg("coins"))[:1] for xs in pool for one in xs)  # type: ignore[attr-defined]
    assert any(one < 0 for pool in pools_of(ast.arg("nums"))[:1] for xs in pool for one in xs)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("annotation", "first"),
    [
        ("Optional[List[int]]", [5, 2, 8, 8, 1]),
        ("'ListNode'", Given("ListNode", (1, 2, 3, 4, 5))),
        ("list[int] | None", [5, 2, 8, 8, 1]),
        ("typing.List[str]", ["b", "apple", "kiwi"]),
    ],
)
def test_annotations_in_many_forms(annotation: str, first: object) -> None:
    pool = annotated_pool(annotation)
    assert pool is not None
    assert pool[0] == first
    assert annotated_pool("Socket") is None


def test_graphs_are_tried_where_parameters_are_called_so() -> None:
    source = (
        "def reach(graph, start):\n    seen, todo = set(), [start]\n    while todo:\n        node = todo.pop()\n"
        "        if node not in seen:\n            seen.add(node)\n            todo.extend(graph[node])\n"
        "    return len(seen)"
    )
    recursive = (
        "def reach(graph, start, seen=None):\n    seen = set() if seen is None else seen\n    seen.add(start)\n"
        "    for other in graph[start]:\n        if other not in seen:\n            reach(graph, other, seen)\n"
        "    return len(seen)"
    )
    assert verdict(source, recursive)[1]
    assert "reach({" in verdict(source, source.replace("len(seen)", "len(seen) - 1"))[0]


def test_texts_keep_the_form_of_what_is_shown() -> None:
    assert reordered("a=1;b=2") == ["a=2;b=3", "b=2;a=1", "a=1", "a=1;b=2;a=1"]
    assert reordered("abc") == []


def test_bounds_that_a_prompt_sets_are_tried() -> None:
    node = ast.parse("def f(x):\n    return x").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert constants_of([node], "at least 8 characters, more than 3.5 and up to 20")[0] == [8, 20]
    old = "import re\ndef ok(password):\n    return bool(re.search('[a-z]', password)) and len(password) > 7"
    new = "import re\ndef ok(password):\n    return bool(re.search('[a-z]', password)) and len(password) > 8"
    assert "ok(" in verdict(old, new, "ok(password): at least 8 characters, one of them a small letter")[0]


@pytest.mark.parametrize(
    ("lines", "fits"), [(["2", "3", "4"], True), (["2", "3 4"], False), (["a"], False), (["3", "5", "6", "7"], True)]
)
def test_invented_input_of_another_form_may_be_ruled_out(lines: list[str], fits: bool) -> None:
    found = {tuple(given[0]): fit for given, _, fit in line_inputs("Input\n3\n1\n2\n9\n\nOutput\n6\n")}
    assert found.get(tuple(lines), fits) is fits


# --- objects

MIN_STACK = """
class MinStack:
    def __init__(self):
        self._stack = []
        self._mins = []
    def push(self, val):
        self._stack.append(val)
        if not self._mins or val <= self._mins[-1]:
            self._mins.append(val)
    def pop(self):
        if self._stack.pop() == self._mins[-1]:
            self._mins.pop()
    def get_min(self):
        return self._mins[-1]
"""


def test_what_is_put_in_twice_is_taken_out_twice() -> None:
    assert "get_min" in verdict(MIN_STACK, MIN_STACK.replace("<=", "<"))[0]


def test_what_holds_few_things_is_filled() -> None:
    cache = """
from collections import OrderedDict
class Cache:
    def __init__(self, capacity):
        self._data, self._capacity = OrderedDict(), capacity
    def get(self, key):
        if key not in self._data:
            return -1
        self._data.move_to_end(key)
        return self._data[key]
    def put(self, key, value):
        self._data[key] = value
        self._data.move_to_end(key)
        if len(self._data) > self._capacity:
            self._data.popitem(last=False)
"""
    assert (
        "Cache.get("
        in verdict(cache, cache.replace("        self._data.move_to_end(key)\n        return", "        return"))[0]
    )
    assert "Cache.get(" in verdict(cache, cache.replace("> self._capacity", "> self._capacity + 1"))[0]


VECTOR = """
class Vector:
    def __init__(self, x, y):
        self._x, self._y = x, y
    def __add__(self, other):
        return Vector(self._x + other._x, self._y + other._y)
    def __eq__(self, other):
        return (self._x, self._y) == (other._x, other._y)
    def __str__(self):
        return f"({self._x}, {self._y})"
    @property
    def length(self):
        return abs(self._x) + abs(self._y)
    @length.setter
    def length(self, value):
        if value < 0:
            raise ValueError("negative")
        self._x, self._y = value, 0
"""


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("self._y + other._y", "self._y - other._y", "Vector.__add__("),
        ("(self._x, self._y) ==", "(self._x, 0) ==", "Vector.__eq__("),
        ('f"({self._x}', 'f"<{self._x}', "Vector.__add__("),
        ("= value, 0", "= value, 1", "Vector.length() was"),
    ],
)
def test_operators_and_properties_are_tried(was: str, becomes: str, told: str) -> None:
    assert told in verdict(VECTOR, VECTOR.replace(was, becomes))[0]
    assert verdict(VECTOR, VECTOR.replace("_x", "_left"))[1]


def test_a_new_return_value_that_nobody_asked_for_counts_little() -> None:
    old = "class A:\n    def __init__(self):\n        self.n = 0\n    def add(self, n):\n        self.n += n"
    new = f"{old}\n        return self.n"
    weights = [tried(ast.parse(one), ast.parse(two), "A has add(n).")[0] for one, two in ((old, new), (new, old))]
    assert [one is not None and one.weight >= 0.5 for one in weights] == [False, True]


# --- what is equal


@pytest.mark.parametrize(
    ("one", "other", "prompt", "same"),
    [
        (1, 1.0, "", True),
        (1, True, "", True),
        (0.1 + 0.2, 0.3, "", True),
        ([1], (1,), "", False),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, "", True),
        (Streamed([1, 2]), [1, 2], "", True),
        (Streamed([1, 2]), [1, 2], "returns a list", False),
        (Streamed([1, 2]), [1, 2], "a generator", False),
        (Streamed([1, 2]), [1, 2], "any iterable", True),
        (Streamed([1, 2]), Streamed([1, 2]), "a generator", True),
        (Shown("A", {"x": 1, "more": 2}), Shown("A", {"x": 1}), "", True),
        (Shown("A", {"x": 1}), Shown("A", {"x": 2}), "", False),
        (Shown("A", {"x": 1}), Shown("B", {"x": 1}), "", False),
        (Failed("ValueError"), Failed("ValueError"), "", True),
    ],
)
def test_results_are_compared_as_a_caller_would(one: object, other: object, prompt: str, same: bool) -> None:
    assert equal(one, other, prompt) is same


# --- what is ruled out


@pytest.mark.parametrize(
    ("old", "new", "prompt"),
    [
        ("xs[0]", "min(xs[:1])", "Given a non-empty list of numbers, return the first."),
        ("s[:3] + '-' + s[3:]", "(s[:3] + '-' if len(s) > 3 else s) + s[3:]", "f(s): s is a string of ten digits"),
    ],
)
def test_what_a_prompt_rules_out_is_not_held_against_anybody(old: str, new: str, prompt: str) -> None:
    name = "xs" if "xs" in old else "s"
    source = f"def f({name}):\n    return {{}}"
    reason, _ = tried(ast.parse(source.format(old)), ast.parse(source.format(new)), prompt)
    assert reason is not None
    assert reason.weight < 0.5


def test_larger_inputs_are_left_out_where_smaller_ones_take_too_long() -> None:
    one = "from itertools import permutations\ndef f(s):\n    return sorted({''.join(p) for p in permutations(s)})"
    two = (
        "def f(s):\n    if len(s) < 2:\n        return [s]\n    found = set()\n    for i, c in enumerate(s):\n"
        "        for rest in f(s[:i] + s[i + 1:]):\n            found.add(c + rest)\n    return sorted(found)"
    )
    assert verdict(one, two, "f(s): all distinct permutations of a string, sorted")[1]
    assert verdict(one, two.replace("found.add(c + rest)", "found.add(rest + c)"), "permutations of a string")[1]


def test_errors_alone_do_not_make_two_programs_the_same() -> None:
    source = "def f(x, unit):\n    if unit == 'metric ton':\n        return {}\n    raise ValueError(unit)"
    assert "f(" in verdict(source.format("x * 2"), source.format("x * 3"), "f(x, unit) raises ValueError for others")[0]


def test_a_number_may_be_what_is_given_beside_it() -> None:
    old = "def drop(xs, k):\n    return xs[k:]"
    new = "def drop(xs, k):\n    return xs[k:] if k < len(xs) else xs"
    assert "drop([" in verdict(old, new, ">>> drop([1, 2, 3], 1)\n[2, 3]")[0]


def test_a_length_that_the_prompt_promises_is_kept() -> None:
    old = "def nearest(xs):\n    xs = sorted(xs)\n    return min((b - a for a, b in zip(xs, xs[1:])), default=None)"
    new = "def nearest(xs):\n    xs = sorted(xs)\n    return min(xs[i + 1] - xs[i] for i in range(len(xs) - 1))"
    shown = "\n>>> nearest([1.0, 4.0, 2.5])\n1.5"
    reason, _ = tried(ast.parse(old), ast.parse(new), f"A list of length at least two.{shown}")
    assert reason is not None
    assert reason.weight < 0.5
    reason, _ = tried(ast.parse(old), ast.parse(new), f"A list.{shown}")
    assert reason is not None
    assert reason.weight > 0.5


def test_times_that_are_given_never_go_back() -> None:
    limiter = """
class Limiter:
    def __init__(self, max_calls, period):
        self._most, self._period, self._calls = max_calls, period, []
    def allow(self, now):
        self._calls = [one for one in self._calls if now - one < self._period]
        if len(self._calls) < self._most:
            self._calls.append(now)
            return True
        return False
"""
    queued = limiter.replace("now - one < self._period", "one > now - self._period")
    assert verdict(limiter, queued)[1]
    assert "Limiter.allow(" in verdict(limiter, limiter.replace("< self._most", "<= self._most"))[0]
