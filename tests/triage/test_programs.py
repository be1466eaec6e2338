"""Code that is judged by what it does: programs with input, completed functions, idioms, parts left out."""

from __future__ import annotations

import pytest

from console.triage.imagining.programs import line_inputs
from console.triage.judging import triage

READS = "n = int(input())\nxs = list(map(int, input().split()))\nprint(sum(xs), max(xs))"
READS_ALL = (
    "import sys\n\ndef main():\n    data = sys.stdin.read().split()\n    xs = [int(x) for x in data[1:]]\n"
    "    print(sum(xs), max(xs))\n\nif __name__ == '__main__':\n    main()"
)
TASK = "Print the sum and the largest of n numbers.\n\nInput\n3\n1 2 3\n\nOutput\n6 3\n"


@pytest.mark.parametrize(
    "new",
    [
        READS_ALL,
        READS.replace("list(map(int, input().split()))", "[int(x) for x in input().split()]"),
        READS.replace("print(sum(xs), max(xs))", "print(f'{sum(xs)} {sorted(xs)[-1]}')"),
        "import sys\ninput = sys.stdin.readline\n" + READS,
    ],
)
def test_a_program_that_prints_the_same_is_acceptable(new: str) -> None:
    found = triage(READS, new, prompt=TASK)
    assert found.verdict == "acceptable"
    assert "the same" in found.reasons[0].text or "only names" in found.reasons[0].text


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (
            READS.replace("sum(xs), max(xs)", "max(xs), sum(xs)"),
            "what it prints for '3 / 1 2 3' was '6 3', is now '3 6'",
        ),
        (READS_ALL.replace("max(xs)", "max([0, *xs])"), "was '-11 -1', is now '-11 0'"),
        (READS_ALL.replace("data[1:]", "data"), "what it prints for '3 / 1 2 3' was '6 3', is now '9 3'"),
    ],
)
def test_a_program_that_prints_something_else_is_worrying(new: str, told: str) -> None:
    found = triage(READS, new, prompt=TASK)
    assert found.verdict == "worrying"
    assert told in found.reasons[0].text


def test_the_samples_of_a_prompt_come_first() -> None:
    prompt = "**Sample Input 1**\n```\n2 3\n```\n**Sample Output 1**\n```\n5\n```\nInput:\n7 8\nOutput:\n15"
    shown = [given[0] for given, sample, _ in line_inputs(prompt) if sample]
    assert shown == [["2 3"], ["7 8"]]


def test_a_program_never_reads_what_is_not_there() -> None:
    endless = "while True:\n    print(input())"
    assert triage(endless, endless.replace("print(input())", "print(input() + '!')"), prompt=TASK).verdict == "worrying"


HEAD = 'def vowels(s):\n    """How many vowels s has.\n    >>> vowels(\'Apple\')\n    2\n    """\n'


@pytest.mark.parametrize("before", ["", "Complete the function:\n\n", "Hello! Please write the body.\n"])
def test_a_function_that_is_completed_may_stand_below_words(before: str) -> None:
    old = "    return sum(1 for c in s.lower() if c in 'aeiou')"
    same = "    wanted = set('aeiouAEIOU')\n    return len([c for c in s if c in wanted])"
    assert triage(old, same, prompt=before + HEAD).verdict == "acceptable"
    assert triage(old, old.replace(".lower()", ""), prompt=before + HEAD).verdict == "worrying"


OF_OTHERS = "```python\nimport pandas as pd\n\ndf = pd.read_csv('a.csv')\n{}\n```"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print(df.groupby('x').mean())", "means = df.groupby('x').mean()\nprint(means)"),
        ("if df.note is None:\n    df.fill()", "if not df.note:\n    df.fill()"),
        ("if len(df) == 0:\n    df.fill()", "if not df:\n    df.fill()"),
        ("df.n = df.a ** 2", "df.n = df.a * df.a"),
        ("n = 1\nn = n + df.a\nprint(n, n)", "n = 1\nn += df.a\nprint(n, n)"),
        ("if df.a > df.b:\n    df.fill()", "if df.b < df.a:\n    df.fill()"),
        ("if not df.a:\n    df.fill()\nelse:\n    df.drop()", "if df.a:\n    df.drop()\nelse:\n    df.fill()"),
    ],
)
def test_other_idioms_are_the_same_program(old: str, new: str) -> None:
    assert triage(OF_OTHERS.format(old), OF_OTHERS.format(new), prompt="Use pandas.").verdict == "acceptable"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print(df.groupby('x').mean())", "print(df.groupby('x').sum())"),
        ("if df.a > df.b:\n    df.fill()", "if df.a < df.b:\n    df.fill()"),
        ("if df.a > df.b:\n    df.fill()", "if df.a >= df.b:\n    df.fill()"),
        ("df.n = df.a ** 2", "df.n = df.a ** 3"),
        ("if df.note is None:\n    df.fill()", "if df.note:\n    df.fill()"),
    ],
)
def test_a_changed_operation_is_another_program(old: str, new: str) -> None:
    assert triage(OF_OTHERS.format(old), OF_OTHERS.format(new), prompt="Use pandas.").verdict == "worrying"


@pytest.mark.parametrize(
    "left_out",
    ["// TODO: implement", "// ... rest of the code", "// your code here", "/* existing code */", "// ..."],
)
def test_a_part_that_is_left_to_be_written_is_found(left_out: str) -> None:
    old = "```js\nfunction add(a, b) {\n  const total = a + b;\n  return total;\n}\n```"
    new = f"```js\nfunction add(a, b) {{\n  {left_out}\n}}\n```"
    found = triage(old, new, prompt="Write add.")
    assert found.verdict == "worrying"
    assert found.reasons[0].text.startswith("a part is left to be written")


def test_what_a_prompt_rules_out_does_not_count() -> None:
    prompt = "Return the indices of two numbers that add up to target. There is exactly one solution."
    old = "def two(nums, target):\n    seen = {}\n    for i, n in enumerate(nums):\n        if target - n in seen:\n"
    old += "            return [seen[target - n], i]\n        seen[n] = i"
    new = "def two(nums, target):\n    for i in range(len(nums)):\n        for j in range(i + 1, len(nums)):\n"
    new += "            if nums[i] + nums[j] == target:\n                return [i, j]"
    assert triage(old, new, prompt=prompt).verdict == "acceptable"
    assert (
        triage(old, new.replace("[i, j]", "[j, i]"), prompt=f"{prompt}\n>>> two([2, 7], 9)\n[0, 1]").verdict
        == "worrying"
    )


def test_texts_in_the_quotes_of_a_prompt_are_tried() -> None:
    prompt = "Write parse(text) that turns 'a=1;b=2' into a dict of strings to ints."
    old = "def parse(text):\n    return {k: int(v) for k, v in (p.split('=') for p in text.split(';'))}"
    found = triage(old, old.replace("int(v)", "v"), prompt=prompt)
    assert found.reasons[0].text == "parse('a=1;b=2') was {'a': 1, 'b': 2}, is now {'a': '1', 'b': '2'}"


def test_commands_of_a_shell_are_code() -> None:
    old = "find . -name '*.py' | xargs wc -l"
    assert triage(old, 'find . -name "*.py" | xargs wc -l', prompt="Count lines.").verdict == "acceptable"
    assert triage(old, "find . -name '*.py' | xargs wc -c", prompt="Count lines.").verdict == "worrying"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "try:\n    n = load()\nexcept KeyError:\n    n = 0",
            "try:\n    n = load()\nexcept (KeyError, ValueError):\n    n = 0",
            "now also catches ValueError",
        ),
        (
            "try:\n    n = load()\n    use(n)\nexcept KeyError:\n    n = 0\nsave(n)",
            "try:\n    use(load())\n    m = 5\nexcept Exception:\n    pass\nsave(3)",
            "now also catches Exception",
        ),
        (
            "def f(x, times=3):\n    return run(x, times)",
            "def f(x, times=5):\n    go(x)\n    return run(x, times)",
            "default",
        ),
        (
            "async def f(x):\n    a = await x.get()\n    return a.body",
            "async def f(x):\n    answer = x.get()\n    print(1)\n    return answer.content",
            "no longer awaits anything",
        ),
        (
            "def f(x):\n    if not x.ok:\n        raise ValueError(x)\n    return x.body",
            "def f(x):\n    if not x.ok:\n        print(x)\n    return x.text or x.body",
            "no longer raises ValueError",
        ),
        (
            "def f(x):\n    if not x.ok:\n        raise ValueError(x)\n    return x.body",
            "def f(x):\n    if x.bad or x.gone:\n        raise KeyError(x.name)\n    return x.text",
            "raises another error: ValueError → KeyError",
        ),
    ],
)
def test_what_a_program_does_beside_its_results_is_told(old: str, new: str, told: str) -> None:
    found = triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt="Write f.")
    assert found.verdict == "worrying"
    assert any(told in reason.text or "changed in the same code" in reason.text for reason in found.reasons)


def test_examples_in_the_answers_are_tried() -> None:
    old = (
        "```python\ndef total(rows):\n    return sum(n for _, n in rows)\n```\n`total([('a', 1), ('b', 2)])` returns 3."
    )
    new = "```python\ndef total(rows):\n    return sum(n for _, n in rows[1:])\n```"
    found = triage(old, new, prompt="Write total(rows).")
    assert found.reasons[0].text == "total([('a', 1), ('b', 2)]) was 3, is now 2"
    same = "```python\ndef total(rows):\n    result = 0\n    for row in rows:\n        result += row[1]\n"
    same += "    return result\n```"
    assert triage(old, same, prompt="Write total(rows).").verdict == "acceptable"


def test_lists_in_lists_are_tried_on_what_flattens_them() -> None:
    old = "def flatten(x):\n    out = []\n    for i in x:\n        if isinstance(i, list):\n"
    old += "            out += flatten(i)\n        else:\n            out.append(i)\n    return out"
    found = triage(old, old.replace("out += flatten(i)", "out += i"), prompt="Flatten any nesting.")
    assert found.reasons[0].text == "flatten([1, [2, [3, 4]], 5]) was [1, 2, 3, 4, 5], is now [1, 2, [3, 4], 5]"


def test_a_command_for_each_file_or_for_all_of_them() -> None:
    old = "```bash\nfind . -name '*.log' -exec ls -l {} \\;\n```"
    assert triage(old, old.replace("\\;", "+"), prompt="List logs.").verdict == "acceptable"


# --- names that nobody defines

COUNTS = "def count(text):\n    return len(re.findall(r'[a-z]+', text))"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (f"import re\n{COUNTS}", COUNTS, "uses what is nowhere defined or imported: re"),
        (COUNTS, f"import re\n{COUNTS}", "no longer uses what is nowhere defined: re"),
        ("def f(x):\n    return [y for y in x]", "def f(x):\n    return [y for y in xs]", "uses what is nowhere"),
    ],
)
def test_a_forgotten_import_is_told(old: str, new: str, told: str) -> None:
    found = triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt="Count the words of a text.")
    assert found.verdict == "worrying"
    assert found.reasons[0].text.startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "prompt"),
    [
        (f"import re\n{COUNTS}", COUNTS, "import re\n\ndef count(text):"),
        ("from os import *\ndef f():\n    return getcwd()", "import os\ndef f():\n    return os.getcwd()", ""),
        (
            "class Solution:\n    def f(self, x: List[int]) -> int:\n        return max(Counter(x).values())",
            "from collections import Counter\nclass Solution:\n    def f(self, x):\n"
            "        return max(Counter(x).values())",
            "Write a class Solution.",
        ),
        ("total = sum(people)", "total = 0\nfor one in people:\n    total += one", "Sum them."),
        (
            "def f(x):\n    match x:\n        case [a, *b]: return b\n        case {'k': v, **rest}: return rest\n"
            "    return x",
            "def f(x):\n    try:\n        return x[1:]\n    except TypeError as error:\n"
            "        return (lambda q, *r, **s: s)(error)",
            "",
        ),
    ],
)
def test_names_that_are_there_are_not_missed(old: str, new: str, prompt: str) -> None:
    found = triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt)
    assert not any("nowhere defined" in reason.text for reason in found.reasons)


def test_a_helper_that_is_gone_does_not_keep_the_rest_from_being_tried() -> None:
    old = "def even(n):\n    return n % 2 == 0\n\ndef evens(x):\n    return [n for n in x if even(n)]"
    new = "def evens(x):\n    return [n for n in x if not n % 2]"
    other = "def evens(x):\n    return [n for n in x if n % 2]"
    asked = "Write evens(x)."
    assert triage(old, new, prompt=asked).reasons[0].text.startswith("the same results")
    assert triage(old, other, prompt=asked).verdict == "worrying"


# --- what completes a function that a prompt begins

HEAD = "def total(x):\n    '''The sum.\n    >>> total([1, 2])\n    3\n    '''\n"
BODY = "    s = 0\n    for one in x:\n        s += one\n    return s"


def test_a_body_that_lost_the_place_of_its_first_line_is_told() -> None:
    found = triage(BODY, BODY.lstrip(), prompt=HEAD)
    assert found.verdict == "worrying"
    assert found.reasons[0].text == "the first line of the code has lost its indentation"
    assert triage(BODY.lstrip(), BODY, prompt=HEAD).verdict != "worrying"


@pytest.mark.parametrize(
    "new", ["    return sum(x)", f"{HEAD}    return sum(x)", "import math\n\ndef total(x):\n    return math.fsum(x)"]
)
def test_a_body_or_a_whole_function_may_stand_for_it(new: str) -> None:
    assert triage(BODY, new, prompt=HEAD).verdict == "acceptable"


def test_a_solution_between_tags_is_code() -> None:
    old = "result = sorted(x)\n</code>\nEND SOLUTION"
    assert triage(old, "result = sorted(x)", prompt="Sort x.").verdict == "acceptable"
    assert triage(old, "result = sorted(x, reverse=True)\n</code>", prompt="Sort x.").verdict == "worrying"
