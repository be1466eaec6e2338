"""What the examples of a prompt rule out: inputs of another form are not held against a program."""

from __future__ import annotations

import pytest

from console.triage.imagining.domain import bounds_of, fits, within
from console.triage.imagining.examples import examples
from console.triage.imagining.inputs import _PROMISES, spoken_of
from console.triage.judging import triage


@pytest.mark.parametrize(
    ("prompt", "bounds"),
    [
        ("1 <= num <= 1000", {"num": (1, 1000)}),
        ("* `0 <= k <= 10^5`", {"k": (0, 100_000)}),
        ("-5 ≤ x < 7 and 2 <= y <= 3", {"x": (-5, 7), "y": (2, 3)}),
        ("-10^5 <= nums[i] <= 10^5", {"nums[]": (-100_000, 100_000)}),
        ("-2^31 <= x <= 9^99", {"x": (-(2**31), 9**63)}),
        ("no bounds", {}),
    ],
)
def test_bounds_are_read(prompt: str, bounds: dict[str, tuple[int, int]]) -> None:
    assert bounds_of(prompt) == bounds


def test_numbers_out_of_bounds_are_known() -> None:
    assert within((1000,), ["number"], {"num": (1, 1000)})  # the only ones are meant for it
    assert not within((1001,), ["number"], {"num": (1, 1000)})
    assert within((1001, 5), ["a", "b"], {"b": (1, 9)})
    assert not within((1001, 10), ["a", "b"], {"b": (1, 9)})
    assert within((True, [99]), ["a", "b"], {"a": (5, 9), "b": (1, 2)})
    assert not within(([1, [99]],), ["a"], {"a[]": (1, 9)})
    assert within((99,), ["n"], {"a[]": (1, 9)})


@pytest.mark.parametrize(
    ("prompt", "promises"),
    [
        ("You are given a sorted array of integers.", True),
        ("The intervals are sorted in ascending order.", True),
        ("It is guaranteed that the answer is unique.", True),
        ("You may assume that the input is always valid.", True),
        ("Each input has exactly one solution.", True),
        ("Return a sorted list.", False),
        ("The function returns the planets sorted by their distance.", False),
        ("Is it possible to get an array sorted in non-decreasing order?", False),
        ("Tell whether three sides form a valid triangle.", False),
        ("Parts are separated by exactly one blank line.", False),
        ("Check the sign, assuming positivity if there is none.", False),
    ],
)
def test_what_a_prompt_promises_of_inputs_is_told_from_what_it_asks_for(prompt: str, promises: bool) -> None:
    assert (_PROMISES.search(prompt) is not None) is promises


@pytest.mark.parametrize(
    ("text", "shown", "prompt", "like"),
    [
        ("2026-03-04", ["2026-01-02"], "", True),
        ("20-10-6202", ["2026-01-02"], "", False),
        ("exercises_of", ["python_program"], "", True),
        ("PYTHON_PROGRAM", ["python_program"], "", False),
        ("(())", ["( ) (( ))"], "", True),
        (")) ((", ["( ) (( ))"], "", False),
        ("110", ["11", "1010"], "", True),
        ("22", ["11", "1010"], "", False),
        ("hello", ["abc"], "", True),
        ("HELLO", ["abc"], "", False),
        ("HELLO", ["abc"], "The case does not count.", True),
        ("h3llo", ["abc"], "Count the digits.", True),
        ("", ["a-b"], "", True),
        ("ll", ["l", "a"], "", False),
        ("a\tb", ["a b"], "Split at spaces.", False),
        ("a\tb", ["a b"], "Split at white space.", True),
        ("two spaces here", ["Hello, world!"], "", True),
    ],
)
def test_texts_are_like_the_examples_or_not(text: str, shown: list[str], prompt: str, like: bool) -> None:
    assert fits((text, 1), [(one, 2) for one in shown], prompt) is like


def test_markdown_does_not_change_an_example() -> None:
    prompt = '**Input:** s = "3\\[a\\]2\\[bc\\]"\n**Output:** "aaabcbc"'
    assert examples(prompt, "decode", ["s"]) == [("3[a]2[bc]",)]


DATE = 'def turn(day):\n    """Turn a day around.\n    >>> turn("2026-01-02")\n    \'02-01-2026\'\n    """\n'
SPLIT = "    y, m, d = day.split('-')\n    return f'{d}-{m}-{y}'"
CUT = "    return day[8:] + day[4:8] + day[:4]"
MONTH = "    return day[5:7] + '-' + day[8:] + '-' + day[:4]"


def test_only_texts_of_the_form_that_is_shown_tell_two_programs_apart() -> None:
    assert triage(SPLIT, CUT, prompt=DATE).verdict == "acceptable"
    assert triage(SPLIT, MONTH, prompt=DATE).verdict == "worrying"


def test_an_error_on_a_shown_example_is_told_though_the_other_has_none() -> None:
    prompt = (
        'def lower(d):\n    """True if all keys are lower case.\n    >>> lower({"a": 1, 8: 2})\n    False\n    """\n'
    )
    old = "    return all(key.islower() for key in d)"
    new = "    return all(isinstance(key, str) and key.islower() for key in d)"
    found = triage(old, new, prompt=prompt)
    assert found.verdict == "worrying"
    assert "was AttributeError" in found.reasons[0].text


def test_an_error_on_many_ordinary_inputs_that_is_gone_is_told() -> None:
    prompt = "Remove the first c from s.\nassert cut('hello', 'l') == 'helo'\nassert cut('abc', 'a') == 'bc'"
    old = "def cut(s, c):\n    at = s.index(c)\n    return s[:at] + s[at + 1:]"
    new = "def cut(s, c):\n    return s.replace(c, '', 1)"
    assert triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt).verdict == "worrying"


def test_any_order_is_any_order() -> None:
    prompt = "Return all pairs of numbers, in any order.\n>>> pairs([1, 2, 3])\n[(1, 2), (1, 3), (2, 3)]"
    old = "def pairs(x):\n    return [(a, b) for i, a in enumerate(x) for b in x[i + 1:]]"
    new = "def pairs(x):\n    return [(x[i], x[j]) for j in range(len(x)) for i in range(j)]"
    lost = "def pairs(x):\n    return [(x[i], x[j]) for j in range(len(x) - 1) for i in range(j)]"
    assert triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt).verdict == "acceptable"
    assert triage(f"```python\n{old}\n```", f"```python\n{lost}\n```", prompt=prompt).verdict == "worrying"


def test_what_is_to_be_changed_in_place_has_to_be() -> None:
    prompt = "Compress chars in place and return the new length.\n>>> f(['a', 'a'])\n1"
    old = "def f(x):\n    x[:] = sorted(set(x))\n    return len(x)"
    new = "def f(x):\n    x = sorted(set(x))\n    return len(x)"
    found = triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt)
    assert found.reasons[0].text.startswith("f no longer changes what it is given")
    freely = prompt.replace("in place", "(you need not do it in place)")
    assert triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=freely).verdict != "worrying"


def test_large_whole_numbers_are_compared_to_the_last_digit() -> None:
    prompt = 'Clamp s.\nassert clamp("42") == 42'
    old = "def clamp(s):\n    return min(2**31 - 1, int(s))"
    new = "def clamp(s):\n    return min(2**31, int(s))"
    assert triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt).verdict == "worrying"


def _told(prompt: str, old: str, new: str) -> str:
    """The verdict on two functions, and the reason for it."""
    found = triage(f"```python\n{old}\n```", f"```python\n{new}\n```", prompt=prompt)
    return f"{found.verdict}: {found.reasons[0].text}" if found.reasons else found.verdict


def test_an_example_that_takes_long_gets_more_steps_than_other_inputs() -> None:
    old = (
        "def lps(s):\n    n = len(s)\n    best = [[0] * n for _ in range(n)]\n    for i in range(n - 1, -1, -1):\n"
        "        best[i][i] = 1\n        for j in range(i + 1, n):\n            if s[i] == s[j]:\n"
        "                best[i][j] = best[i + 1][j - 1] + 2\n            else:\n"
        "                best[i][j] = max(best[i + 1][j], best[i][j - 1])\n    return best[0][n - 1]"
    )
    new = (
        "def lps(s):\n    n, best = len(s), 0\n    for i in range(n):\n        for j in range(i, n):\n"
        "            if s[i:j + 1] == s[i:j + 1][::-1]:\n                best = max(best, j - i + 1)\n    return best"
    )
    prompt = "The length of the longest palindromic subsequence.\nassert lps('TENS OF TENS AND ONE') == 9"
    assert _told(prompt, old, new).startswith("worrying: lps('TENS OF TENS AND ONE') was")


def test_numbers_at_the_bounds_of_a_machine_are_tried() -> None:
    old = (
        "def reverse(x):\n    sign = -1 if x < 0 else 1\n    found = sign * int(str(abs(x))[::-1])\n"
        "    return found if -2**31 <= found < 2**31 else 0"
    )
    new = "def reverse(x):\n    return (-1 if x < 0 else 1) * int(str(abs(x))[::-1])"
    example = "Input: x = 123\nOutput: 321\n"
    assert "2147483647" in _told(f"{example}-2^31 <= x <= 2^31 - 1", old, new)
    assert _told(f"{example}-1000 <= x <= 1000", old, new).startswith("acceptable")


def test_a_square_is_not_held_against_a_program_where_a_prompt_speaks_of_squares() -> None:
    old = "def turn(m):\n    return [list(row)[::-1] for row in zip(*m)][:len(m[0])]"
    new = "def turn(m):\n    n = len(m)\n    return [[m[n - 1 - j][i] for j in range(n)] for i in range(n)]"
    example = "Input: m = [[1,2],[3,4]]\nOutput: [[3,1],[4,2]]"
    assert _told(f"You are given an n x n matrix. Turn it.\n{example}", old, new).startswith("acceptable")
    assert _told(f"Turn a matrix.\n{example}", old, new).startswith("worrying")


def test_texts_of_every_form_are_tried_where_a_function_tells_them_apart() -> None:
    old = "import re\ndef joined(text):\n    return bool(re.fullmatch(r'[a-z]+(_[a-z]+)*', text)) and '_' in text"
    new = "import re\ndef joined(text):\n    return bool(re.match(r'[a-z]+_[a-z]+', text))"
    told = _told("Returns true if words are joined, false otherwise.\nassert joined('aab_cbb') == True", old, new)
    assert told == "worrying: joined('aab_cbb_') was False, is now True"


@pytest.mark.parametrize(
    ("prompt", "verdict"), [("Return any of them.", "acceptable"), ("Return the first of them.", "worrying")]
)
def test_another_right_answer_counts_less_where_there_are_several(prompt: str, verdict: str) -> None:
    old = "def pair(nums):\n    return min(zip(nums, nums[1:]))"
    new = "def pair(nums):\n    return max(zip(nums, nums[1:]))"
    assert _told(f"{prompt}\n>>> pair([1, 2, 3])", old, new).startswith(verdict)


def test_what_went_through_a_set_as_a_tuple_has_no_order() -> None:
    old = "def shared(a, b):\n    return tuple(set(a) & set(b))"
    new = "def shared(a, b):\n    found = []\n    for one in a:\n        if one in b and one not in found:\n"
    new += "            found.append(one)\n    return tuple(found)"
    calls = "shared((11, 14, 13), (17, 14, 13))", "shared((3, 4, 5), (5, 7, 4))", "shared((1, 2), (2, 3))"
    told = _told("\n".join(f"assert set({call}) == wanted" for call in calls), old, new)
    assert told.startswith("acceptable: the same results")


def test_recursion_that_takes_long_is_no_loop_without_end() -> None:
    old = (
        "def sequence(n):\n    if n < 3:\n        return 1\n"
        "    return sequence(sequence(n - 1)) + sequence(n - sequence(n - 1))"
    )
    new = (
        "def sequence(n):\n    found = [0, 1, 1]\n    for i in range(3, n + 1):\n"
        "        found.append(found[found[i - 1]] + found[i - found[i - 1]])\n    return found[n]"
    )
    prompt = "assert sequence(10) == 6\nassert sequence(2) == 1"
    assert "no end" not in _told(prompt, old, new)
    endless = "def sequence(n):\n    return sequence(n - 1) + sequence(n - 2)"
    assert "no end in sight" in _told(prompt, new, endless)


@pytest.mark.parametrize(
    ("given", "shown", "like"),
    [
        (([1, 2], 2), [([1, 2, 3], 3), ([4], 1)], True),
        (([1, 2], 3), [([1, 2, 3], 3), ([4], 1)], False),
        (([1, 2], 3), [([1, 2, 3], 3)], True),
        (([[1, 2]],), [([[1, 2], [3, 4]],), ([[1, 2], [3, 5]],)], False),
        (([[1]],), [([[1, 2], [3, 4]],), ([[1, 2], [3, 5]],)], True),
    ],
)
def test_what_all_of_several_examples_share_is_kept(
    given: tuple[object, ...], shown: list[tuple[object, ...]], like: bool
) -> None:
    assert fits(given, shown, "") is like


def test_examples_with_an_argument_a_line_and_with_many_brackets_are_read() -> None:
    lines = "Input: \n   grid : [[0, 1], [1, 1]]\n   bucket_capacity : 2\n   Output: 2\n"
    assert examples(lines, "fill", ["grid", "capacity"]) == [([[0, 1], [1, 1]], 2)]
    assert examples(">>> depth('(()()) ((())) () ((())()())')\n[2]", "depth", ["text"]) == [
        ("(()()) ((())) () ((())()())",)
    ]


def test_a_promise_that_results_fit_is_none_about_inputs() -> None:
    assert _PROMISES.search("The product is guaranteed to fit in a 32-bit integer.") is None
    assert _PROMISES.search("The array is guaranteed to hold an answer.")


@pytest.mark.parametrize(
    ("value", "prompt", "told"),
    [
        (0, "-9 <= k <= 9", True),
        (-1, "-9 <= k <= 9", True),
        (0, "0 <= k <= 9", True),
        (-1, "0 <= k <= 9", False),
        (0, "1 <= k <= 9", False),
        (0, "", False),
        (5, "-9 <= k <= 9", False),
    ],
)
def test_bounds_speak_of_zero_and_of_what_is_below(value: int, prompt: str, told: bool) -> None:
    assert spoken_of(value, prompt) is told


@pytest.mark.parametrize(("prompt", "verdict"), [("Read standard input.", "worrying"), ("Ask for it.", "acceptable")])
def test_a_program_that_says_what_it_waits_for_prints_more_than_was_asked_for(prompt: str, verdict: str) -> None:
    old = "n = int(input())\nprint(n * 2)"
    assert _told(f"{prompt} Double a number.", old, old.replace("input()", "input('How many? ')")).startswith(verdict)


def test_a_body_that_begins_with_several_names_is_code() -> None:
    prompt = "def fib(n):\n    '''The n-th number.\n    >>> fib(5)\n    5\n    '''\n"
    old = "    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)"
    new = "    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a"
    assert triage(old, new, prompt=prompt).verdict == "acceptable"
