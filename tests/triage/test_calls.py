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
        ("[go(to='San Francisco, CA')]", "[go(to='San Francisco')]"),
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


def _openai(*arguments: str) -> str:
    calls = [
        {"id": f"call_{at}{len(text)}", "type": "function", "function": {"name": "weather", "arguments": text}}
        for at, text in enumerate(arguments)
    ]
    return json.dumps({"role": "assistant", "content": None, "tool_calls": calls})


def _anthropic(said: str, mark: str, **arguments: object) -> str:
    call = {"type": "tool_use", "id": mark, "name": "weather", "input": arguments}
    return json.dumps({"content": [*([{"type": "text", "text": said}] if said else []), call]})


def _gemini(**arguments: object) -> str:
    parts = [{"functionCall": {"name": "weather", "args": arguments}}]
    return json.dumps({"candidates": [{"content": {"role": "model", "parts": parts}}]})


def _responses(mark: str, **arguments: object) -> str:
    call = {"type": "function_call", "call_id": mark, "name": "weather", "arguments": json.dumps(arguments)}
    return json.dumps({"output": [{"type": "reasoning", "summary": []}, call]})


MESSAGES = {
    "tool_calls": (
        _openai('{"city": "Bath", "days": 2}'),
        _openai('{"days":2,"city":"Bath"}'),
        _openai('{"city": "Bath"}'),
    ),
    "tool_use": (
        _anthropic("I look it up.", "toolu_1", city="Bath"),
        _anthropic("", "toolu_2", city="Bath"),
        _anthropic("", "toolu_1", city="Ely"),
    ),
    "functionCall": (_gemini(city="Bath", days=2), _gemini(days=2, city="bath"), _gemini(city="Bath", days=3)),
    "function_call": (
        _responses("call_1", city="Bath"),
        _responses("call_2", city="Bath"),
        _responses("call_1", town="Bath"),
    ),
}


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_the_calls_in_a_whole_message_of_a_provider_are_compared(kind: str) -> None:
    old, same, other = MESSAGES[kind]
    assert triage(old, same).verdict == "acceptable"
    found = triage(old, other)
    assert found.verdict == "worrying"
    assert found.reasons[0].check == "tool call"


def test_a_message_that_calls_nothing_any_more_is_said() -> None:
    old = _anthropic("I look it up.", "toolu_1", city="Bath")
    new = json.dumps({"content": [{"type": "text", "text": "It is probably warm in Bath."}]})
    assert triage(old, new).reasons[0].text.startswith("tool call disappeared: weather(")
    assert triage(old, '{"name": "weather", "arguments": {"city": "Bath"}}').reasons[0].text == (
        "the same call in another form: JSON of tool_use → JSON"
    )


def test_parallel_calls_are_compared_with_those_they_are_like() -> None:
    old = "[score(team='Reds', year=2019), score(team='Blues', year=2020), score(team='Greens', year=2021)]"
    new = "[score(team='Greens', year=2021), score(year=2020, team='Blues'), score(team='Reds', year=2018)]"
    assert [reason.text for reason in triage(old, new).reasons] == ["argument score.year changed: 2019 → 2018"]
    assert triage(old, new.replace("2018", "2019")).verdict == "acceptable"


SIGNED = (
    "def book(city: str, seats: int = 1, cabin='economy', note: str | None = None)\n"
    "lang is optional and English by default. units: one of ['meters', 'feet']. lot: 'small' or 'large'"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("city='Oslo'", "city='Oslo', seats=1, cabin='economy', note=None"),
        ("city='Oslo', lang='English'", "city='Oslo'"),
        ("city='Oslo', tags=[], label=None", "city='Oslo'"),
        ("city='Los Angeles'", "city='Los Angeles, CA'"),
        ("city='Portland, Oregon'", "city='Portland, OR'"),
        ("league='Major League Baseball'", "league='MLB'"),
        ("day='2021-12-25'", "day='December 25, 2021'"),
        ("day='12/25/2021'", "day='2021-12-25'"),
        ("length='3', scale='kilometers'", "length='3', scale='km'"),
        ("dish='the noodle soups'", "dish='noodle soup'"),
        ("teams=['Reds', 'Blues']", "teams=['Blues', 'Reds']"),
        ("text='I run ten minutes late.'", "text='Hi, just to let you know that I run about 10 minutes late.'"),
        ("text='Call Ann (it is her birthday)'", "text='Call Ann for her birthday'"),
    ],
)
def test_what_a_function_takes_for_the_same_is_acceptable(old: str, new: str) -> None:
    assert triage(f"[book({old})]", f"[book({new})]", prompt=SIGNED).verdict == "acceptable"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("city='Oslo'", "city='Oslo', seats=2"),
        ("city='Oslo'", "city='Oslo', cabin='business'"),
        ("units='meters'", "units='m'"),
        ("lot='small'", "lot='smalls'"),
        ("city='Portland, OR'", "city='Portland, ME'"),
        ("day='2021-12-25'", "day='2021-12-26'"),
        ("day='03/04/2021'", "day='05/03/2021'"),
        ("point=[1, 2]", "point=[2, 1]"),
        ("flag=True", "flag=False"),
        ("text='Buy milk and eggs.'", "text='Buy milk.'"),
        ("text='Please do not come.'", "text='Please do come.'"),
        ("text='I am ten minutes late.'", "text='I am 20 minutes late.'"),
        ("filter={'from': 1, 'to': 5}", "filter={'from': 1}"),
    ],
)
def test_what_a_function_takes_for_another_value_is_worrying(old: str, new: str) -> None:
    assert triage(f"[book({old})]", f"[book({new})]", prompt=SIGNED).verdict == "worrying"


def test_a_date_whose_form_the_prompt_prescribes_keeps_it() -> None:
    old, new = "[book(day='2021-12-25')]", "[book(day='25 December 2021')]"
    assert triage(old, new).verdict == "acceptable"
    assert triage(old, new, prompt="day is written YYYY-MM-DD").verdict == "worrying"


def test_a_value_that_shares_words_worries_less_than_another_one() -> None:
    said = [triage("[book(dish='noodle soup')]", f"[book(dish='{dish}')]").score for dish in ("soup", "fish pie")]
    assert 0.5 <= said[0] < said[1]


def test_hundreds_of_calls_are_paired_in_bounded_time() -> None:
    old = [{"name": "f", "arguments": {"a": at, "b": "x"}} for at in range(400)]
    new = [{"name": "f", "arguments": {"a": at + 1, "b": "y"}} for at in range(400)]
    assert triage("", "", old_tools=old, new_tools=new).verdict == "worrying"
