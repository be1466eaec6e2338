"""What is imagined stays within its limits, however hostile: in steps, in sizes, in time, and in what it can reach."""

from __future__ import annotations

import ast
import re
import time

import pytest

from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine
from console.triage.imagining.searching import ways
from console.triage.imagining.trying import tried
from console.triage.imagining.values import OF_PROGRAMS, Unknown


def called(source: str, given: object = 1) -> object:
    return Machine(ast.parse(source), Budget(3_000, 40_000)).call("f", (given,))[0]


@pytest.mark.parametrize(
    "body",
    [
        "x.__class__.__mro__", "f.__globals__", "f.__code__", "f.__closure__", "A.__subclasses__()",
        "A().__init__.__func__",
        "A().__reduce__()", "A.__dict__", "A.__bases__", "super.__class__", "type(A())", "(i for i in [1]).gi_frame",
        "iter([1]).__reduce__()", "E().__traceback__", "E().with_traceback(None)", "ValueError('a').__traceback__",
        "ValueError.__subclasses__()", "getattr(A(), '__class__').__mro__", "getattr(f, '__globals__')",
        "'{0.__class__}'.format(A())", "'{0[0]}'.format([1])", "'{:{}}'.format(1, 99)", "f'{A():>9999}'.__class__",
        "int.__subclasses__()", "str.mro()", "date.today()", "datetime.now()", "open", "globals", "date.__subclasses__",
        "re.compile('a').__class__", "re.compile('a').scanner('a')", "math.__spec__", "P(1).__class__", "P(1).__dict__",
        "namedtuple('a b', 'x')", "object.__subclasses__()", "object().__class__", "lru_cache.__globals__",
        "hasattr(f, '__globals__')", "setattr(f, '__globals__', 1)", "setattr(str, 'a', 1)", "setattr([], 'a', 1)",
    ],
)  # fmt: skip
def test_nothing_behind_the_values_can_be_reached(body: str) -> None:
    source = (
        "import re, math\nfrom datetime import date, datetime\nfrom collections import namedtuple\n"
        "from functools import lru_cache\nP = namedtuple('P', 'x')\nclass A:\n    pass\nclass E(Exception):\n    pass\n"
        f"def f(x):\n    return {body}"
    )
    try:
        found = called(source)
    except (Unknown, *OF_PROGRAMS):
        return
    assert found is None or callable(found) is False, found  # `setattr` of a program's own function leaves nothing


@pytest.mark.parametrize(
    "body",
    [
        "from itertools import count\n    return sum(count())",
        "from itertools import count\n    return max(count())",
        "from itertools import count\n    return list(map(lambda n: n, count()))",
        "from itertools import count\n    return [sum(c) for c in map(count, [1])]",
        "from itertools import cycle\n    return 'b' in cycle('a')",
        "from itertools import repeat\n    return list(repeat([0] * 900))",
        "from itertools import count, islice\n    return list(islice(count(), 10 ** 9, None))",
        "from itertools import product, count\n    return list(product(count(), count()))",
        "from itertools import permutations\n    return sum(1 for _ in permutations(range(1000)))",
        "from itertools import combinations\n    return list(combinations(range(999), 10 ** 9))",
        "from itertools import chain\n    return list(chain.from_iterable([range(1000)] * 1000))",
        "def g():\n        while True:\n            pass\n        yield 1\n    return list(g())",
        "def g():\n        while True:\n            yield 1\n    return sum(g())",
        "def g():\n        yield from g()\n    return list(g())",
        "return sum(g for g in iter(int, 1))",
        "for v in [1]:\n        pass\n    a = [1]\n    for v in a:\n        a.append(v)",
        "return '%999999999d' % 1",
        "return '%.999999999f' % 1.0",
        "return '%*d' % (999999999, 1)",
        "return '{:999999999}'.format(1)",
        "return 'a'.ljust(10 ** 9)",
        "return 'a'.center(10 ** 9)",
        "return str.zfill('1', 10 ** 9)",
        "return ('\\t' * 900).expandtabs(900)",
        "return ('a' * 900).encode() * 900",
        "x = b'a'\n    for i in range(99):\n        x = x + x\n    return x",
        "return 'a'.replace('', 'b' * 900)  * 9",
        "from decimal import Decimal\n    return int(Decimal('1e999999'))",
        "from decimal import Decimal\n    x = Decimal(10) ** 30\n    for i in range(50):\n        x *= x\n    return x",
        "from decimal import Decimal\n    return f'{Decimal(\"1e99999\"):f}'",
        "from fractions import Fraction\n    return Fraction('1e999999999')",
        "from fractions import Fraction\n    x = Fraction(3, 2)\n    for i in range(90):\n        x *= x\n    return x",
        "import operator\n    return operator.mul('a' * 999, 10 ** 9)",
        "import operator\n    return operator.mod('%999999999d', 1)",
        "from functools import reduce\n    return reduce(lambda a, b: a + a, range(900), 'a')",
        "from copy import deepcopy\n    x = [1]\n    x.append(x)\n    return deepcopy(x)",
        "from datetime import timedelta\n    return [timedelta(days=9 ** 9 ** 9)]",
        "from datetime import datetime\n    return datetime.strptime('a' * 900, '%Y' + ' ' * 900 + 'b')",
        "from datetime import datetime\n    return datetime.now().strftime('%999999999d')",
        "import re\n    return re.match('(a*)*b', 'a' * 60)",
        "import re\n    return re.match('(a|a)*b', 'a' * 60)",
        "import re\n    return re.match('(a|b|ab)*c', 'ab' * 40)",
        "import re\n    return re.match('(.*,){9}x', ',' * 90)",
        "import re\n    return re.match('(?:x+x+)+y', 'x' * 60)",
        "import re\n    return re.search('.*.*.*.*x', 'a' * 99)",
        "import re\n    return re.search(r'(a+)\\1+b', 'a' * 90)",
        "import re\n    return re.findall('(?=(a+)+b)', 'a' * 60)",
        "import re\n    return [re.search('.*.*x', 'a' * 90) for _ in range(900)]",
        "import re\n    return re.sub('a', lambda m: 'b' * 900, 'a' * 90)",
        "import re\n    return re.sub('(a)', r'\\1' * 500, 'a' * 90)",
        "import re\n    return re.compile('(' * 5000)",
        "import math\n    return math.comb(10 ** 6, 10 ** 5)",
        "return sum([[0] * 900] * 900, [])",
        "return sorted([[0] * 900] * 900)",
        "return [0] * 900 == [[0] * 900] * 900",
        "return bytes(10 ** 9)",
        "match [0] * 900:\n        case [*a]:\n            return a * 900",
        "return int('9' * 900) ** 9",
        "return round(1.5, 10 ** 9)",
        "print('a' * 900, sep='b' * 900, end='c' * 900)\n    return 'a' * 1001",
    ],
)
def test_what_would_take_for_ever_ends_at_once(body: str) -> None:
    began = time.process_time()
    with pytest.raises((Unknown, RecursionError, MemoryError, *OF_PROGRAMS)):
        called(f"def f(x):\n    {body}", 1)
    assert time.process_time() - began < 0.5


DATA = "from dataclasses import dataclass\n@dataclass\nclass N:\n    a: object\n    b: object\n"


@pytest.mark.parametrize(
    "source",
    [
        "class N:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\ndef f(x):\n    n = N(1, 1)\n"
        "    for i in range(60):\n        n = N(n, n)\n    return n",
        DATA + "def f(x):\n    n, m = N(1, 1), N(1, 1)\n"
        "    for i in range(60):\n        n, m = N(n, n), N(m, m)\n    return n == m",
        DATA + "def f(x):\n    n = N(1, 1)\n    for i in range(60):\n        n = N(n, n)\n    return repr(n)",
        "class A:\n    def __eq__(self, other):\n        return self == other\ndef f(x):\n    return A() == A()",
        "class A:\n    def __getattr__(self, name):\n        return self.other\ndef f(x):\n    return A().y",
        "class A:\n    @property\n    def y(self):\n        return self.y\ndef f(x):\n    return A().y",
        "class A:\n    def __len__(self):\n        return 10 ** 9\n"
        "    def __getitem__(self, i):\n        return i\ndef f(x):\n    return list(A())",
        "class A:\n    def __iter__(self):\n        return self\n"
        "    def __next__(self):\n        return 1\ndef f(x):\n    return sum(A())",
        "class A:\n    def __hash__(self):\n        return hash(self)\ndef f(x):\n    return {A()}",
        "class A:\n    def __repr__(self):\n        return 'a' * 900\ndef f(x):\n    return repr([A()] * 900)",
        "class A(A):\n    pass\ndef f(x):\n    return A()",
        "class A:\n    def __init__(self):\n        self.a = A()\ndef f(x):\n    return A()",
        "def d(g):\n    return d(g)\n@d\ndef f(x):\n    return 1",
        "class A:\n    def __add__(self, other):\n        return self + other\ndef f(x):\n    return A() + A()",
        "def f(x):\n    y = [1]\n    for i in range(900):\n        y = map(lambda v: v, y)\n    return list(y)",
    ],
)
def test_hostile_objects_end_at_once(source: str) -> None:
    began = time.process_time()
    with pytest.raises((Unknown, RecursionError, *OF_PROGRAMS)):
        called(source)
    assert time.process_time() - began < 0.5


def test_an_object_that_holds_itself_is_shown_once() -> None:
    source = "class N:\n    pass\ndef f(x):\n    n = N()\n    n.me = n\n    n.all = [n]\n    return n"
    assert repr(called(source)) == "N(me='…', all=['…'])"


def test_a_cycle_of_nodes_is_compared_and_no_more() -> None:
    looped = (
        "class Solution:\n    def f(self, head: ListNode) -> ListNode:\n        node = head\n"
        "        while node and node.next:\n"
        "            node = node.next\n        if node:\n            node.next = head\n        return head"
    )
    reason, same = tried(ast.parse(looped), ast.parse(looped.replace("node = head", "node = last = head", 1)))
    assert reason is not None
    assert same


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        (r"^[\w.+-]+@[\w-]+\.[\w.-]+$", 30),
        (r"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|[1-9]?\d)", 20),
        (r"(?P<key>\w+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>\S+))", 60),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", 20),
        (r"^\d{4}-\d{2}-\d{2}$", 100),
        (r"^#?([a-f0-9]{6}|[a-f0-9]{3})$", 100),
        (r"^[a-z]+(?:_[a-z]+)*$", 100),
        (r"^[a-z]+(?:_[a-z]+)*$", 7),
        (r"^(\w+ )*\w+$", 100),
    ],
)
def test_patterns_of_every_day_are_bounded(pattern: str, length: int) -> None:
    assert ways(pattern, length) < 200_000
    assert re.compile(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|ab)*",
        "(a*)*",
        "(a?b?){30}",
        ".*.*.*.*",
        r"(a)\1",
        "(?:ab+)*",
        r"(_\w+)*$",
        "(-a*a*)*",
        "(?i)(a[B-Z]+)*x",
        "a" * 300,
    ],
)
def test_patterns_that_may_take_long_are_not_tried(pattern: str) -> None:
    with pytest.raises(Unknown):
        ways(pattern, 60)


def test_all_hostile_calls_of_a_pair_together_end_at_once() -> None:
    hostile = "import re\n" + "\n".join(
        f"def f{n}(x):\n    while True:\n        re.search('.*.*x', 'a' * 9)\n        sorted([[1] * 20] * 20) + [{{0}}]"
        for n in range(50)
    )
    began = time.process_time()
    assert tried(ast.parse(hostile.format(1)), ast.parse(hostile.format(2))) == (None, False)
    assert time.process_time() - began < 1.0
