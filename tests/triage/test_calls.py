"""Calls that are written otherwise and are the same, and those that are not."""

from __future__ import annotations

import json

import pytest

from console.triage.judging import triage

AREA = (
    '{"name": "area", "parameters": {"base": {"type": "integer"}, "unit": {"type": "string", "description": '
    '"The unit of measure (defaults to \'units\' if not specified)"}, "digits": {"type": "integer", "default": 2}}}'
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[area(base=10)]", "[area(base=10, unit='units')]"),
        ("[area(base=10, unit='units')]", "[area(base=10)]"),
        ("[area(base=10)]", "[area(base=10, digits=2)]"),
        ("[plot(f='x**2 + 1')]", "[plot(f='x^2 + 1')]"),
        ("[plot(f='2*x')]", "[plot(f='lambda x: 2 * x')]"),
        ("[go(to='San Francisco, CA')]", "[go(to='San Francisco,CA')]"),
        ("[note(text='Call Ann.')]", "[note(text='Call Ann')]"),
        ("[add(at='2026-02-10T09:30')]", "[add(at='2026-02-10T09:30:00Z')]"),
        (
            "[mail(body='Hello Jo, please find the invoice attached.')]",
            "[mail(body='Hi Jo, please find attached the invoice.')]",
        ),
        (
            "Thought 1: Look.\nAction 1: Search[Norway]\nThought 2: Done.\nAction 2: Finish[Oslo]",
            "Thought 1: I look it up.\nAction 1: Search[Kingdom of Norway]\nThought 2: So.\nAction 2: Finish[oslo]",
        ),
    ],
)
def test_the_same_call_in_another_spelling_is_acceptable(old: str, new: str) -> None:
    assert triage(old, new, prompt=AREA).verdict != "worrying"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[area(base=10)]", "[area(base=10, unit='cm')]"),
        ("[area(base=10)]", "[area(base=10, digits=3)]"),
        ("[plot(f='x**2 + 1')]", "[plot(f='x^2 - 1')]"),
        ("[go(to='San Francisco, CA')]", "[go(to='San Francisco')]"),
        ("[add(at='2026-02-10T09:30')]", "[add(at='2026-10-02T09:30')]"),
        ("[add(day='2026-05-01')]", "[add(day='2026-01-05')]"),
        (
            "[note(text='Remember to call the plumber about the leaking tap in the kitchen.')]",
            "[note(text='Remember to call the painter about the broken lamp in the kitchen.')]",
        ),
        ("Thought: So.\nAction: Finish[Oslo]", "Thought: So.\nAction: Finish[Bergen]"),
        ("Thought: So.\nAction: Finish[Oslo]", "Thought: I look.\nAction: Search[Norway]"),
        ('<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>', '{"name": "f", "arguments": {"a": 1}}'),
    ],
)  # fmt: skip
def test_another_call_is_worrying(old: str, new: str) -> None:
    assert triage(old, new, prompt=AREA).verdict == "worrying"


def test_a_call_that_is_newly_in_a_fence_is_said() -> None:
    found = triage("[area(base=10)]", "```python\n[area(base=10)]\n```", prompt=AREA)
    assert [reason.text for reason in found.reasons] == ["bare call is newly wrapped in a fence"]


THOUGHT = "<think>The user wants it short.</think>\n"


@pytest.mark.parametrize("text", ["42", '{"a": 1}', "Oslo", "def f(x):\n    return x"])
def test_thinking_in_front_of_what_a_program_reads_is_worrying(text: str) -> None:
    found = triage(text, THOUGHT + text)
    assert found.verdict == "worrying"
    assert found.reasons[0].text == "thinking is newly in front of the answer"
    assert triage(THOUGHT + text, text).verdict == "acceptable"


def test_thinking_is_no_part_of_an_answer() -> None:
    old = "<think>First 17, no, 24. Then 42.</think>The total is 42 euros for all three of them."
    new = "<think>I can't help with that? I can. 99 is wrong.</think>The total is 42 euros for all three of them."
    assert triage(old, new).verdict == "same"
    assert triage(old, new.replace("is 42", "is 24")).verdict == "worrying"


REPLIES = [
    ("42", "The answer is 42, since 6 times 7 is 42."),
    ("B", "B) Jupiter"),
    ("$\\frac{1}{2}$", "It comes to one half, that is 0.5."),
    ("Yes.", "Yes, that is possible within the first 30 days."),
]


@pytest.mark.parametrize(("old", "new"), REPLIES)
@pytest.mark.parametrize("key", ["reply", "message", "text"])
def test_a_short_text_in_an_envelope_may_become_a_long_one(old: str, new: str, key: str) -> None:
    prompt = "Which planet is the largest?\nA) Mars\nB) Jupiter"
    assert triage(json.dumps({key: old}), json.dumps({key: new}), prompt=prompt).verdict == "acceptable"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"city": "Oslo"}, {"city": "The city that you mean is Oslo"}),
        ({"answer": "B"}, {"answer": "C"}),
        ({"answer": "'BaNaNa'"}, {"answer": "'bAnAnA'"}),
        ({"answer": "\\frac{1}{2}"}, {"answer": "\\frac{1}{3}"}),
        ({"reply": "The shop opens at 9 am on Mondays."}, {"reply": "On Mondays the shop opens at 10 am."}),
    ],
)
def test_another_value_in_data_is_worrying(old: dict[str, str], new: dict[str, str]) -> None:
    assert triage(json.dumps(old), json.dumps(new)).verdict == "worrying"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"answer": "B"}, {"answer": "(B) Jupiter"}),
        ({"answer": "'BaNaNa'"}, {"answer": "BaNaNa"}),
        ({"answer": "\\frac{1}{2}"}, {"answer": "0.5"}),
        ({"answer": "[1, 2, 3]"}, {"answer": "[1,2,3]"}),
    ],
)
def test_the_same_answer_in_data_is_acceptable(old: dict[str, str], new: dict[str, str]) -> None:
    prompt = "Which planet is the largest?\nA) Mars\nB) Jupiter"
    assert triage(json.dumps(old), json.dumps(new), prompt=prompt).verdict == "acceptable"


def test_a_formula_with_single_backslashes_in_data_is_read() -> None:
    whole, single = '{"answer": "\\\\frac{1}{2}"}', '{"answer": "\\frac{1}{2}"}'
    assert triage(single, single.replace("1", "3")).reasons[0].text.startswith("answer changed: ")
    assert triage(single, whole).verdict != "worrying"
