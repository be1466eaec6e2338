"""The interpreter of answers: what it knows, what it refuses to know, and that nothing of an answer ever runs."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from console.triage.imagining.examples import examples
from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine
from console.triage.imagining.trying import tried
from console.triage.imagining.values import Unknown
from console.triage.judging import triage

PROGRAMS = """
[1, 2, 3]
def f(x):
    return [i * i for i in x if i % 2]

[1, 2, 3]
def f(x):
    a, *b = x
    return b, a

'abc'
def f(x):
    return {k: v for k, v in zip(x, range(9))}

[1, 5, 3]
def f(x):
    return sorted(x, key=lambda y: -y)[:2]

4
def f(x):
    t = 0
    while True:
        t += 1
        if t > x:
            break
    return t

[1, 2]
def f(x):
    for i in x:
        if i > 9:
            return i
    else:
        return None

[1]
def f(x):
    try:
        return x[9]
    except (IndexError, KeyError) as e:
        return 'no'

'q'
def f(x):
    try:
        int(x)
    except ValueError:
        x = 'bad'
    finally:
        x += '!'
    return x

[1, 2]
def f(x):
    n = 0
    def g(y):
        nonlocal n
        n += y
    for i in x:
        g(i)
    return n

6
def f(x):
    def go(n):
        return 1 if n < 2 else n * go(n - 1)
    return go(x)

3
def f(x, *rest, k=2, **more):
    return x * k + len(rest) + len(more)

[1, 2]
def f(x):
    def g():
        for i in x:
            yield i
        yield from x
    return list(g())

['a', 'bb']
from collections import Counter, defaultdict, deque
def f(x):
    d = defaultdict(list)
    for w in x:
        d[len(w)].append(w)
    q = deque(x)
    q.appendleft('z')
    return dict(d), list(q), Counter('aab').most_common(1)

18
import math
def f(x):
    return math.isqrt(x) + math.gcd(x, 6) + math.factorial(4)

'aab'
from itertools import groupby, combinations
def f(x):
    return [k for k, g in groupby(x)], list(combinations(x, 2))

[4, 2, 7]
import heapq
def f(x):
    heapq.heapify(x)
    return heapq.heappop(x), heapq.nlargest(2, x)

5
from functools import reduce, lru_cache
@lru_cache(None)
def f(x):
    return reduce(lambda a, b: a + b, range(x), 0)

'ab1c'
import re
def f(x):
    return re.findall(r'[a-z]+', x), re.sub(r'\\d', '#', x)

'1h30m'
import re
PATTERN = re.compile(r'(?:(\\d+)h)?(?:(\\d+)m)?')
def f(x):
    found = PATTERN.fullmatch(x)
    again = re.search('[a-z]', x)
    return found.groups(), found[1], again.start(), [m.group() for m in re.finditer('[0-9]+', x)], re.match('z', x)

2.5
def f(x):
    return f'{x:.2f} {x!r}', '%' in 'a', x if (y := 3) else y

[1, 2]
def f(x):
    d = {'a': 1, **{'b': 2}}
    del d['a']
    return d, [*x, 0], x[::-1]

4
class A:
    def __init__(self, n):
        self.n = n
    def twice(self):
        return 2 * self.n
def f(x):
    return A(x).twice()

'abc'
def f(x):
    return ''.join(map(str.upper, x)), dict.fromkeys(x), x.partition('b')
"""
"""What a function is given, and its program."""


def called(source: str, *given: object, name: str = "f") -> object:
    """What a function of `source` returns in the interpreter."""
    return Machine(ast.parse(source), Budget(3_000, 40_000)).call(name, given)[0]


@pytest.mark.parametrize("case", PROGRAMS.strip().split("\n\n"))
def test_it_agrees_with_python(case: str) -> None:
    given, _, source = case.partition("\n")
    names: dict[str, object] = {}
    exec(source, names)  # a few lines of ours: the imagined language must match the real one
    wanted = names["f"](ast.literal_eval(given))  # type: ignore[operator]
    assert called(source, ast.literal_eval(given)) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "open('x.txt', 'w')", "__import__('os').system('true')", "eval('1')", "exec('1')", "().__class__.__bases__",
        "(lambda: 0).__globals__", "x.__class__", "getattr(x, 'pop')", "'{0.__class__}'.format(x)", "'%*d' % (x, x)",
        "globals()", "input()", "type(x)", "vars()", "breakpoint()", "str.format('{}', x)", "x.__init__",
    ],
)  # fmt: skip
def test_what_could_reach_out_is_unknown(body: str) -> None:
    with pytest.raises(Unknown):
        called(f"def f(x):\n    return {body}", [1])


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef f(x):\n    return os.listdir('.')",
        "from os import system\ndef f(x):\n    return system('true')",
        "import subprocess as s\ndef f(x):\n    return s.run(['true'])",
        "import math\ndef f(x):\n    return math.__loader__",
        "def f(x):\n    with open('y') as h:\n        return h.read()",
        "import asyncio\ndef f(x):\n    asyncio.sleep(9)",
        "import random\ndef f(x):\n    return random.random()",
        "def f(x):\n    break",
        "class A(dict):\n    pass\ndef f(x):\n    return A()",
    ],
)
def test_modules_files_and_strangers_are_unknown(source: str) -> None:
    with pytest.raises(Unknown):
        called(source, [1])


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        pass",
        "return 9 ** 9 ** 9",
        "return 'a' * 10 ** 9",
        "return [0] * 10 ** 9",
        "return list(range(10 ** 12))",
        "x = [1]\n    for i in range(99):\n        x = [x, x]\n    return x",
        "x = 2\n    for i in range(999):\n        x = x * x\n    return x",
        "return f(x)",
        "return round(5, -10 ** 9)",
        "return 1 << 10 ** 9",
        "return f'{1:999999999}'",
        "from itertools import permutations\n    return list(permutations(range(12)))",
        "from itertools import product\n    return list(product(range(9), repeat=10 ** 9))",
        "from itertools import accumulate\n    return list(accumulate(['a' * 999] * 999))",
        "from collections import deque\n    return deque([0]) * 10 ** 9",
        "from collections import Counter\n    return list(Counter({'a': 10 ** 12}).elements())",
        "import math\n    return math.factorial(10 ** 7)",
        "import re\n    return re.findall('(a+)+$', 'a' * 40 + 'b')",
        "import re\n    return re.findall('a?' * 28 + 'a' * 28, 'a' * 28)",
        "import re\n    return re.search('(?:a+)+b', 'a' * 40)",
        "import re\n    return re.compile('(?:a|a)*b').match('a' * 40)",
        "import re\n    return re.search('a?' * 9 + 'a' * 9, 'a' * 64)",
        "return ' '.join('a' * 1000 for _ in range(1000))",
    ],
)
def test_what_would_take_for_ever_ends_at_once(body: str) -> None:
    began = time.process_time()
    with pytest.raises((Unknown, TypeError, OverflowError)):
        called(f"def f(x):\n    {body}", [1])
    assert time.process_time() - began < 1.0


def test_many_heavy_functions_share_one_budget() -> None:
    slow = "\n".join(f"def f{n}(x):\n    while True:\n        x = x + {{0}}" for n in range(200))
    began = time.process_time()
    reason, same = tried(ast.parse(slow.format(1)), ast.parse(slow.format(2)))
    assert (reason, same) == (None, False)
    assert time.process_time() - began < 2.0


def test_deep_code_is_no_error() -> None:
    deep = "def f(x):\n    return " + "(" * 80 + "x" + " + 1)" * 80
    assert triage(deep, deep.replace("+ 1", "+ 2", 1), prompt="Write f.").verdict in ("acceptable", "worrying")
    endless = "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)"
    assert triage(endless, endless.replace("g(x)", "g(x) + 1"), prompt="Write f.").score > 0


def test_judging_code_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evil = "def f(x):\n    open('trace', 'w').write('x')\n    return x\nopen('trace', 'w').write('x')"
    triage(evil, evil.replace("return x", "return -x"), prompt="Write f.")
    assert list(tmp_path.iterdir()) == []


def test_a_different_result_is_told_with_its_input() -> None:
    old = "```python\ndef add(a, b):\n    return a + b\n```"
    found = triage(old, old.replace("+", "-"), prompt="def add(a, b):\n    '''>>> add(2, 3)\n    5'''")
    assert [reason.text for reason in found.reasons] == ["add(2, 3) was 5, is now -1"]


def test_the_same_results_are_acceptable() -> None:
    old = "```python\ndef total(nums):\n    return sum(nums)\n```"
    new = "```python\ndef total(nums):\n    result = 0\n    for n in nums:\n        result += n\n    return result\n```"
    found = triage(old, new, prompt="Write total(nums).")
    assert found.verdict == "acceptable"
    assert found.reasons[0].text.startswith("the same results on the ")


def test_annotations_say_what_to_try() -> None:
    old = "class Solution:\n    def same(self, s: str, t: str) -> bool:\n        return sorted(s) == sorted(t)"
    found = triage(old, old.replace("sorted(", "set("), prompt="Complete the class.")
    assert [reason.text for reason in found.reasons] == ["same('aab', 'abb') was False, is now True"]


def test_an_order_that_a_set_never_promised_may_change() -> None:
    old = "def both(a, b):\n    return list(set(a) & set(b))"
    new = "def both(a, b):\n    return [x for x in dict.fromkeys(a) if x in b]"
    assert triage(old, new, prompt="What is in both lists?").verdict == "acceptable"
    assert triage(new, new.replace("in dict.fromkeys(a)", "in set(a)"), prompt="Keep the order.").score > 0


def test_objects_are_compared_by_what_their_methods_return() -> None:
    stack = (
        "class Stack:\n    def __init__(self):\n        self.items = []\n    def push(self, item):\n"
        "        self.items.append(item)\n    def pop(self):\n        return self.items.pop()\n"
    )
    found = triage(stack, stack.replace("pop()", "pop(0)"), prompt="Write a stack.")
    assert found.verdict == "worrying"
    renamed = stack.replace("self.items", "self._data").replace("item)", "x)").replace(", item", ", x")
    assert triage(stack, renamed, prompt="Write a stack.").verdict == "acceptable"


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        (">>> f([1, 2], 3)\n0", [([1, 2], 3)]),
        ("assert f('a(b', 1) == 2\nassert not f('', 0)", [("a(b", 1), ("", 0)]),
        ("For example, f(2, 3) returns 8 and f(1, 1) -> 1.", [(2, 3), (1, 1)]),
        ("Input: nums = [2,7], k = 9\nOutput: 1", [([2, 7], 9)]),
        ("Solution().f([1], 2) == 3", [([1], 2)]),
        ("Call f(x, y) where x is a list.", []),
        ("f(1) returns 2", []),
        (">>> f([1, 2\n", []),
    ],
)
def test_examples_of_a_prompt(prompt: str, wanted: list[tuple[object, ...]]) -> None:
    assert examples(prompt, "f", ["nums", "k"]) == wanted
