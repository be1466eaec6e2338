"""Which inputs two programs are tried on, and that the bugs of real answers are found on them."""

from __future__ import annotations

import ast
import time

import pytest

from console.triage.imagining.clocks import Clock
from console.triage.imagining.constants import around, constants_of
from console.triage.imagining.examples import examples
from console.triage.imagining.expressions import Budget
from console.triage.imagining.inputs import spoken_of
from console.triage.imagining.machine import Machine
from console.triage.imagining.programs import line_inputs
from console.triage.imagining.trying import tried


def verdict(old: str, new: str, prompt: str = "") -> tuple[str, bool]:
    """What is told of two programs, and whether they do the same."""
    reason, same = tried(ast.parse(old), ast.parse(new), prompt)
    return ("" if reason is None else reason.text), same


def function(source: str) -> ast.FunctionDef:
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


# --- inputs


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("f(2) is 4", [(2,)]),
        ("f(2) yields 4", [(2,)]),
        ("f('a') should return 1", [("a",)]),
        ("f(3) evaluates to 9", [(3,)]),
        ("Input: [1, 2]\nOutput: 3", [([1, 2],)]),
        ('Input: "abc"', [("abc",)]),
        ("**Input:** `[true, null]`", [([True, None],)]),
        ("Input: x = [3,null,7]\nOutput: 1", [([3, None, 7],)]),
        ("Input: a number", []),
    ],
)
def test_more_ways_to_show_an_example(prompt: str, wanted: list[tuple[object, ...]]) -> None:
    assert examples(prompt, "f", ["x"]) == wanted


def test_constants_of_both_programs_are_tried_with_those_beside_them() -> None:
    one = function("def f(age):\n    return age >= 18")
    two = function("def f(age):\n    return age > 18 or age == 'old'")
    assert constants_of([one, two]) == ([18], ["old"])
    assert around(([18], ["old"]), (5,)) == [(18,), (17,), (19,)]
    assert around(([2], ["old"]), ("x",)) == [("old",), ("aB",), ("a",), ("aB3",)]
    assert ([1, 2, 3],) in around(([3], []), ([7],))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("age >= 18", "age > 18", "f(18) was True, is now False"),
        ("age < 150", "age <= 150", "f(150) was False, is now True"),
        ("'big' if age > 999 else 'small'", "'big' if age >= 999 else 'small'", "f(999) was 'small', is now 'big'"),
    ],
)
def test_a_border_that_moved_is_found(old: str, new: str, told: str) -> None:
    source = "def f(age):\n    return {}"
    assert verdict(source.format(old), source.format(new))[0] == told


@pytest.mark.parametrize(
    ("body", "other"),
    [
        ("best = xs[0]", "best = 0"),  # only negative numbers tell
        ("best = xs[0]", "best = -1"),
    ],
)
def test_lists_of_negative_numbers_are_tried(body: str, other: str) -> None:
    source = "def largest(xs):\n    {}\n    for x in xs:\n        if x > best:\n            best = x\n    return best"
    prompt = "largest(xs) returns the largest number.\n>>> largest([1, 5, 2])\n5"
    assert "is now" in verdict(source.format(body), source.format(other), prompt)[0]


def test_ties_and_what_is_sorted_already_are_tried() -> None:
    first = "def f(xs):\n    return xs.index(max(xs))"
    last = "def f(xs):\n    return len(xs) - 1 - xs[::-1].index(max(xs))"
    assert " was " in verdict(first, last)[0]
    rising = "def f(xs):\n    return all(a < b for a, b in zip(xs, xs[1:]))"
    assert " was " in verdict(rising, rising.replace("<", "<="))[0]


def test_an_edge_counts_where_the_prompt_speaks_of_it() -> None:
    assert spoken_of("", "an empty text counts 0")
    assert spoken_of(-1, "negative numbers raise")
    assert not spoken_of(-1, "a non-negative number")
    assert not spoken_of("", "a text")
    old = "def f(text, sub):\n    return text.count(sub)"
    new = "def f(text, sub):\n    return text.count(sub) if sub else 0"
    prompt = ">>> f('aaa', 'a')\n3"
    weights = [tried(ast.parse(old), ast.parse(new), more + prompt)[0] for more in ("", "An empty sub counts 0.\n")]
    assert [one is not None and one.weight >= 0.5 for one in weights] == [False, True]


def test_defaults_are_given_too() -> None:
    old = "def f(x, digits=2):\n    return round(x, digits)"
    assert verdict(old, old.replace("round(x, digits)", "round(x, 2)"), ">>> f(2.34567)\n2.35")[0].startswith("f(")


def test_a_program_is_tried_on_samples_like_its_own() -> None:
    shown = line_inputs("Input:\nb 2\na 1\nOutput:\nx")
    assert [given[0] for given, sample, _ in shown if sample] == [["b 2", "a 1"]]
    assert (["a 1", "b 2"],) in [given for given, *_ in shown]
    assert (["3", "3 2 1"],) in [given for given, *_ in line_inputs("Input\n3\n1 2 3\nOutput\n6")]


def test_whole_programs_without_input_are_compared_by_what_they_print() -> None:
    loop = "for i in range(1, 16):\n    print('Fizz' * (i % 3 == 0) + 'Buzz' * (i % 5 == 0) or i)"
    listed = (
        "i = 1\nwhile i <= 15:\n    word = ''\n    if i % 3 == 0:\n        word += 'Fizz'\n    if i % 5 == 0:\n"
        "        word += 'Buzz'\n    print(word or i)\n    i += 1"
    )
    assert verdict(loop, listed, "Print FizzBuzz up to 15.")[1]
    assert "was" in verdict(loop, listed.replace("<= 15", "< 15"), "Print FizzBuzz up to 15.")[0]
    assert verdict("print('a', end='')\nprint('b')", "print('ab')")[1]


# --- trees and lists

DEPTH = (
    "class Solution:\n    def maxDepth(self, root: Optional[TreeNode]) -> int:\n"
    "        if not root:\n            return 0\n"
    "        return 1 + max(self.maxDepth(root.left), self.maxDepth(root.right))"
)
LEVELS = (
    "class Solution:\n    def maxDepth(self, root: Optional[TreeNode]) -> int:\n"
    "        depth, level = 0, [root] if root else []\n"
    "        while level:\n            depth += 1\n"
    "            level = [c for n in level for c in (n.left, n.right) if c]\n        return depth"
)
REVERSE = (
    "class Solution:\n    def reverseList(self, head: Optional[ListNode]) -> Optional[ListNode]:\n        prev = None\n"
    "        while head:\n            head.next, prev, head = prev, head, head.next\n        return prev"
)
AGAIN = (
    "class Solution:\n    def reverseList(self, head: Optional[ListNode]) -> Optional[ListNode]:\n"
    "        if not head or not head.next:\n            return head\n        rest = self.reverseList(head.next)\n"
    "        head.next.next = head\n        head.next = None\n        return rest"
)


def test_trees_and_linked_lists_are_built_and_compared() -> None:
    assert verdict(DEPTH, LEVELS)[1]
    assert verdict(DEPTH, DEPTH.replace("max(", "min("))[0].startswith("maxDepth(TreeNode[3, 9, 20")
    assert verdict(REVERSE, AGAIN)[1]
    assert "ListNode[5, 4, 3, 2, 1]" in verdict(REVERSE, AGAIN.replace("return rest", "return head"))[0]


def test_examples_of_trees_are_trees() -> None:
    prompt = "Input: root = [1,null,2]\nOutput: 2"
    assert verdict(DEPTH, DEPTH.replace("max(", "min("), prompt)[0] == "maxDepth(TreeNode[1, None, 2]) was 2, is now 1"


def test_a_tree_in_order_and_two_of_its_nodes() -> None:
    old = (
        "class Solution:\n    def lca(self, root: 'TreeNode', p: 'TreeNode', q: 'TreeNode') -> 'TreeNode':\n"
        "        if p.val < root.val and q.val < root.val:\n            return self.lca(root.left, p, q)\n"
        "        if p.val > root.val and q.val > root.val:\n            return self.lca(root.right, p, q)\n"
        "        return root"
    )
    new = (
        "class Solution:\n    def lca(self, root: 'TreeNode', p: 'TreeNode', q: 'TreeNode') -> 'TreeNode':\n"
        "        node = root\n        while (p.val - node.val) * (q.val - node.val) > 0:\n"
        "            node = node.left if p.val < node.val else node.right\n        return node"
    )
    assert verdict(old, new, "The tree is a binary search tree.")[1]
    assert "lca(" in verdict(old, new.replace("p.val < node", "p.val > node"), "A binary search tree.")[0]


# --- objects

ACCOUNT = """
class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
    def deposit(self, amount):
        self.balance += amount
    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("too much")
        self.balance -= amount
class Savings(Account):
    def __init__(self, owner, balance=0, rate=0.5):
        super().__init__(owner, balance)
        self.rate = rate
    def add_interest(self):
        self.deposit(self.balance * self.rate)
"""
ASKED = "`Account(owner, balance=0)` has deposit, withdraw (raises ValueError) and `balance`; Savings adds interest."


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("self.balance += amount", "self.balance = amount", "balance after Account.deposit("),
        ("amount > self.balance", "amount >= self.balance", "Account.withdraw(5) was None, is now ValueError"),
        ("raise ValueError", "raise KeyError", "was ValueError, is now KeyError"),
        ("super().__init__(owner, balance)", "self.owner = owner", "is now AttributeError"),
        ("balance * self.rate", "balance + self.rate", "balance after Savings.add_interest()"),
    ],
)
def test_what_objects_do_and_hold_is_compared(was: str, becomes: str, told: str) -> None:
    assert told in verdict(ACCOUNT, ACCOUNT.replace(was, becomes), ASKED)[0]


def test_objects_of_the_same_behaviour_are_the_same() -> None:
    other = ACCOUNT.replace("amount > self.balance", "self.balance - amount < 0").replace("too much", "not enough")
    assert verdict(ACCOUNT, other, ASKED)[1]


def test_an_argument_may_be_an_object_of_the_program() -> None:
    shop = (
        "from dataclasses import dataclass\n@dataclass\nclass Item:\n    name: str\n    price: float\n"
        "    count: int = 1\n"
        "class Cart:\n    def __init__(self):\n        self._items = []\n"
        "    def add(self, item):\n        self._items.append(item)\n"
        "    def total(self):\n        return sum(i.price * i.count for i in self._items)\n"
    )
    assert verdict(shop, shop.replace("i.price * i.count", "i.count * i.price"))[1]
    assert "Cart.total() was 3.5, is now " in verdict(shop, shop.replace("i.price * i.count", "i.price + i.count"))[0]


# --- twice, lazily, with functions, in time

KEEP = "\n    seen.append(x)\n    return seen"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"def f(x, seen=None):\n    seen = seen or []{KEEP}", f"def f(x, seen=[]):{KEEP}"),
        (f"def f(x):\n    seen = []{KEEP}", f"seen = []\ndef f(x):{KEEP}"),
        ("def f(x):\n    return x * 2", "n = 1\ndef f(x):\n    global n\n    n += 1\n    return x * n"),
    ],
)  # fmt: skip
def test_what_is_kept_from_one_call_to_the_next_is_found(old: str, new: str) -> None:
    assert verdict(old, new)[0].startswith("called again, f(")
    assert verdict(old, old.replace("x", "value"))[1]


PRIMES = """
def primes():
    n = 2
    while True:
        if all(n % d for d in range(2, n)):
            yield n
        n += 1
"""


def test_endless_generators_are_compared_by_their_begin() -> None:
    other = (
        "from itertools import count\ndef primes():\n    found = []\n    for n in count(2):\n"
        "        if not any(n % p == 0 for p in found):\n            found.append(n)\n            yield n"
    )
    assert verdict(PRIMES, other)[1]
    assert "primes() was [2, 3, 5" in verdict(PRIMES, PRIMES.replace("n = 2", "n = 1"))[0]


def test_a_generator_is_no_list_unless_one_was_asked_for() -> None:
    lazy = "def evens(xs):\n    return filter(lambda x: x % 2 == 0, xs)"
    listed = "def evens(xs):\n    return [x for x in xs if x % 2 == 0]"
    assert " was " in verdict(listed, lazy, "evens(xs) returns a list of the even numbers.")[0]
    assert verdict(listed, lazy, "evens(xs) returns an iterable of the even numbers.")[1]


RETRY = """
import functools, time
def retry(times):
    def decorate(fn):
        @functools.wraps(fn)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return fn(*args, **kwargs)
                except Exception:
                    if attempt == times - 1:
                        raise
                    time.sleep(1)
        return wrapper
    return decorate
"""


@pytest.mark.parametrize(
    ("was", "becomes"), [("range(times)", "range(times - 1)"), ("raise\n", "pass\n"), ("return fn", "fn")]
)
def test_decorators_are_tried_on_functions_that_fail(was: str, becomes: str) -> None:
    assert "retry(" in verdict(RETRY, RETRY.replace(was, becomes))[0]
    assert verdict(RETRY, RETRY.replace("wrapper", "inner").replace("range(times)", "range(0, times)"))[1]


def test_functions_that_take_functions_are_given_some() -> None:
    old = "def compose(f, g):\n    return lambda x: f(g(x))"
    assert verdict(old, "def compose(f, g):\n    def both(value):\n        return f(g(value))\n    return both")[1]
    assert "compose(" in verdict(old, old.replace("f(g(x))", "g(f(x))"))[0]


def test_time_passes_only_in_sleep_and_between_calls() -> None:
    limiter = """
import time
class Limiter:
    def __init__(self, rate: float, capacity: float):
        self.rate, self.capacity, self._tokens, self._last = rate, capacity, capacity, time.monotonic()
    def allow(self):
        now = time.monotonic()
        self._tokens = min(self.capacity, self._tokens + (now - self._last) * self.rate)
        self._last = now
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        return False
"""
    assert verdict(limiter, limiter.replace("time.monotonic", "time.perf_counter"))[1]
    clock = Clock()
    before = clock.seconds()
    clock.sleep(5)
    assert clock.seconds() - before == 5
    clock.restart()
    assert clock.seconds() == before
    with pytest.raises(ValueError, match="non-negative"):
        clock.sleep(-1)
    began = time.monotonic()
    slow = "import time\ndef f(x):\n    time.sleep(10 ** 6)\n    return time.time() > 0"
    assert Machine(ast.parse(slow), Budget(3_000, 40_000)).call("f", (1,))[0] is True
    assert time.monotonic() - began < 5


# --- no end, other errors

SEARCH = """
def search(arr, target):
    low, high = 0, len(arr) - 1
    while low <= high:
        mid = (low + high) // 2
        if arr[mid] == target:
            return mid
        if arr[mid] < target:
            low = mid + 1
        else:
            high = mid - 1
    return -1
"""


def test_a_loop_without_an_end_is_told_on_either_side() -> None:
    endless = SEARCH.replace("low = mid + 1", "low = mid")
    prompt = "search(arr, target) in a sorted list."
    assert verdict(SEARCH, endless, prompt)[0].endswith("is now no end in sight")
    assert "was no end in sight" in verdict(endless, SEARCH, prompt)[0]
    recursive = "def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)"
    assert verdict(recursive, "def fact(n):\n    return n * fact(n - 1)")[0] == "fact(3) was 6, is now no end in sight"
    assert "no end" not in verdict(recursive, "def fact(n):\n    return __import__('math').factorial(n)")[0]


def test_a_slow_program_has_an_end() -> None:
    quick = "def total(n):\n    return n * (n + 1) // 2"
    slow = "def total(n):\n    return sum(1 for i in range(n + 1) for j in range(i))"
    assert verdict(quick, slow, ">>> total(4)\n10")[1]


def test_an_error_that_the_prompt_names_must_stay() -> None:
    old = "def f(n):\n    if n < 0:\n        raise ValueError('negative')\n    return n * 2"
    new = "def f(n):\n    return n * 2"
    prompt = "f(n) doubles n and raises ValueError for negative numbers.\n>>> f(2)\n4\n>>> f(-1)"
    assert verdict(old, new, prompt)[0] == "f(-1) was ValueError, is now -2"
    assert verdict(new, old, prompt)[0] == "f(-1) was -2, is now ValueError"
    assert verdict(old, old.replace("'negative'", "f'{n} < 0'"), prompt)[1]


def test_a_forgotten_import_is_told() -> None:
    old = "import math\ndef f(x):\n    return math.floor(x / 2)"
    new = "def f(x):\n    return math.floor(x / 2)"
    assert verdict(old, new, ">>> f(4)\n2")[0] == "f(4) was 2, is now NameError"
    assert verdict(old, new, "import math\n>>> f(4)\n2")[1]
    assert verdict(
        "class Solution:\n    def f(self, x):\n        return {*[x]}",
        "class Solution:\n    def f(self, x):\n        return set(Counter([x]))",
    )[1]
