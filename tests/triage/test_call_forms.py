"""The forms in which models write calls: each is read, and a form that what reads it may not know is said."""

from __future__ import annotations

import time

import pytest

from console.triage.arguments import argument_changes
from console.triage.calls import Call
from console.triage.judging import triage
from console.triage.reading import Reading
from console.triage.written import offered, written_calls

ROOM = (
    'You may call: {"name": "book.room", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, '
    '"nights": {"type": "integer"}, "quiet": {"type": "boolean", "default": false}}}}\n\nBook two nights in Ghent.'
)
BOOKED = Call("book.room", {"city": "Ghent", "nights": 2})
SOURCE = "[book.room(city='Ghent', nights=2)]"
OBJECT = '{"name": "book.room", "arguments": {"city": "Ghent", "nights": 2}}'
TAGGED = f"<tool_call>\n{OBJECT}\n</tool_call>"
STRICT = f"{ROOM}\nYou should not include any other text in the response."


@pytest.mark.parametrize(
    "text",
    [
        SOURCE,
        "book.room(city='Ghent', nights=2)",
        f"```python\n{SOURCE}\n```",
        f"```tool_code\n{SOURCE}\n```",
        "```javascript\nbook.room(city='Ghent', nights=2)\n```",
        f"This books it:\n\n{SOURCE}\n\nLet me know.",
        f"Here it is.\n```\n{SOURCE}\n```\nIt fits.",
        "Call: book.room(city='Ghent', nights=2)<bot_end> \nThought: That books it.",
        "Tool call: book.room(city='Ghent', nights=2)",
        "<<function>>book.room(city='Ghent', nights=2)",
        OBJECT,
        f"[{OBJECT}]",
        f"```json\n{OBJECT}\n```",
        f"[TOOL_CALLS] [{OBJECT}]</s>",
        f"<|python_tag|>{OBJECT}<|eom_id|>",
        TAGGED,
        "<tool_call>{'name': 'book.room', 'arguments': {'city': 'Ghent', 'nights': 2}}</tool_call>",
        '[{"book.room": {"city": "Ghent", "nights": 2}}]',
        '[{"book.room": "{\\"city\\": \\"Ghent\\", \\"nights\\": 2}"}]',
        '{"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "book.room", "arguments": '
        '"{\\"city\\": \\"Ghent\\", \\"nights\\": 2}"}}]}',
        "[book.room(city='Ghent', nights=1 + 1)]",
    ],
)
def test_a_call_is_read_in_every_form(text: str) -> None:
    assert written_calls(Reading(text), offered(ROOM)) == (BOOKED,)


def test_several_objects_below_each_other_are_several_calls() -> None:
    other = OBJECT.replace("Ghent", "Liège")
    assert len(written_calls(Reading(f"{OBJECT}\n{other}"))) == 2
    assert len(written_calls(Reading(f"{OBJECT};\n\n{other}\n"))) == 2
    assert triage(f"{OBJECT}\n{other}", f"[{other}, {OBJECT}]", prompt=ROOM).verdict != "worrying"
    assert written_calls(Reading('{"a": 1}\n{"b": 2}')) == ()


@pytest.mark.parametrize(
    "text", ["Use print(1) to see it.", "f(x) is continuous.", "[1, 2, 3]", '{"city": "Ghent"}', ""]
)
def test_what_only_looks_like_a_call_is_none(text: str) -> None:
    assert written_calls(Reading(text), offered(ROOM)) == ()


def test_what_a_prompt_offers_is_known_by_its_schema_or_its_source() -> None:
    assert offered(ROOM) == {"book.room", "book_room"}
    assert offered("Function:\ndef add(a: int, b: int):\n    ...\nUser Query: What is 1 + 2?") == {"add"}
    assert offered('My name: {"name": "Jo"}') == frozenset()
    assert offered("def add(a, b):\n    ...") == frozenset()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SOURCE, "[book.room(city='Ghent', nights=2, quiet=false)]"),
        (SOURCE, "[book.room(nights=2, city='Ghent')]"),
        (SOURCE, f"```tool_code\n{SOURCE}\n```"),
        (f"```python\n{SOURCE}\n```", SOURCE),
        (f"[{OBJECT}]", '[{"name": "book.room", "parameters": {"nights": 2, "city": "ghent"}}]'),
        ("[book.room(city='New York City', nights=2)]", "[book.room(city='NYC', nights=2)]"),
        ("[book.room(city='New York City', nights=2)]", "[book.room(city='New York', nights=2)]"),
        ("[book.room(city='Ghent, Belgium', nights=2)]", SOURCE),
        ("None of the functions can do that, so I can't call one.", "[]"),
        ("None of the functions fits, I can't book it.", "The best thing is to ring the hotel: 09 225 30 46."),
        ("Which city do you mean?", "I'd be glad to. Could you please tell me the city and the number of nights?"),
        (f"Call: {SOURCE[1:-1]}\nThought: It books a room.", SOURCE),
    ],
)
def test_the_same_call_or_none_in_another_form_is_acceptable(old: str, new: str) -> None:
    assert triage(old, new, prompt=ROOM).verdict != "worrying"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SOURCE, SOURCE.replace("2", "3")),
        (SOURCE, "[book.room(city='Ghent', nights='2')]"),
        (SOURCE, "[book.room(city='Ghent', nights=2, quiet=true)]"),
        (f"[{OBJECT}]", f"[{OBJECT}, {OBJECT}]"),
        (f"{OBJECT}\n{OBJECT}", OBJECT),
        (SOURCE, "I have booked two nights in Ghent for you."),
        (SOURCE, "[book_room(city='Ghent', nights=2)]"),
        (TAGGED, OBJECT),
        (TAGGED, TAGGED.replace('"', "'")),
        (OBJECT, f"Sure! Here is the call:\n\n{OBJECT}"),
        (f"{ROOM[:0]}{SOURCE}", "[cancel.room(city='Ghent', nights=2)]"),
    ],
)
def test_another_call_or_a_form_that_is_not_read_is_worrying(old: str, new: str) -> None:
    assert triage(old, new, prompt=ROOM).verdict == "worrying"


def test_words_around_a_call_count_where_the_prompt_rules_them_out() -> None:
    wordy = f"Here is the call:\n\n{SOURCE}"
    fenced = f"```python\n{SOURCE}\n```"
    assert triage(SOURCE, wordy, prompt=ROOM).verdict == "acceptable"
    assert triage(SOURCE, wordy, prompt=STRICT).verdict == "worrying"
    assert triage(SOURCE, fenced, prompt=STRICT).verdict == "worrying"


def test_a_place_keeps_what_it_lies_in_where_a_format_asks_for_it() -> None:
    asked = ROOM.replace('"city": {"type": "string"}', '"city": {"description": "in the format \'City, Country\'"}')
    old = "[book.room(city='Ghent, Belgium', nights=2)]"
    assert triage(old, SOURCE, prompt=asked).verdict == "worrying"
    assert triage(old, SOURCE, prompt=ROOM).verdict == "acceptable"


@pytest.mark.parametrize(
    "sign", ["{", "[", "f(", "Call: ", "<<a>>", "<tool_call>", '{"a": "{', "```\n", "x(\n", "1*", '{"a":1}']
)
def test_no_run_of_signs_takes_long_to_read_as_calls(sign: str) -> None:
    text = sign * (18_000 // len(sign))
    start = time.process_time()
    written_calls(Reading(text), offered(ROOM))
    triage(text[:6_000], SOURCE, prompt=ROOM)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("old", "new", "weight"),
    [
        ("330 / 138.5", "330/138.5", 0.3),
        ("3 * (4 + 5)", "3*(4+5)", 0.3),
        ("330 / 138.5", "330 * 138.5", 0.6),
        ("select name from people where town is Ghent", "view is select name from people where town is Ghent", 0.6),
        ("select name from people where town is Rome", "view is select name from people where town is Rome", 0.3),
    ],
)
def test_spaces_in_an_expression_say_nothing_and_a_quoted_value_is_given_whole(
    old: str, new: str, weight: float
) -> None:
    prompt = 'Use "select name from people where town is Ghent" as its source.'
    assert [one.weight for one in argument_changes("f", {"x": old}, {"x": new}, prompt)] == [weight]


def test_a_country_may_be_written_short() -> None:
    old, new = {"area": "USA"}, {"area": "United States"}
    assert [one.weight for one in argument_changes("f", old, new, "")] == [0.45]
