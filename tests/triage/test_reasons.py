"""The words of the reasons, their order and values; provider calls, errors, doubt; single checks at their edges."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from console.triage.garbage import garbled, strange_word
from console.triage.judging import triage
from console.triage.normalising import folded, sentences, tokens, unmarked
from console.triage.options import options_of, picked
from console.triage.quantities import canonical, quantity, same_quantity, with_iso_dates
from console.triage.reading import Reading
from console.triage.records import Reason, Requirements, Triage, brief, changed
from console.triage.refusing import refusal


def told(old: str, new: str, **more: object) -> list[str]:
    return [reason.text for reason in triage(old, new, **more).reasons]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("The answer is 42.", "The answer is 24.", "stated answer changed: 42 → 24"),
        ('{"urgency": "a b"}', '{"urgency_level": "a b"}', "key renamed: urgency → urgency_level"),
        ('{"a": {"b": 1}}', '{"a": {}}', "key missing: a.b"),
        ('{"a": 1}', '{"a": 1, "c": 2}', "key added: c"),
        ('{"a": [1, 2]}', '{"a": [1]}', "a has another length: 2 → 1"),
        ('{"a": [{"b": 1}]}', '{"a": [{"b": 2}]}', "a[0].b changed: 1 → 2"),
        ('{"a": 1}', '{"a": "x"}', 'a has another type: number 1 → text "x"'),
        ('{"a": true}', '{"a": 1}', "a has another type: boolean true → number 1"),
        ('{"a": 1}', '```\n{"a": 1}\n```', "bare JSON is newly wrapped in a fence"),
        ("[f(x=1)]", "[f(x=2)]", "argument f.x changed: 1 → 2"),
        ("[f(x=1, y=2)]", "[f(x=1)]", "argument lost: f.y was 2"),
        ("[f(x=1)]", "[g(x=1)]", "other function called: f → g"),
        ("Open on 3 days a week.", "Open on 4 days a week.", "value changed: 3 → 4"),
        (
            "It is safe to swim here today.",
            "It is dangerous to swim here today.",
            "turned into its opposite: safe → dangerous",
        ),
        ("Go.", "", "the new answer is empty"),
    ],
)
def test_a_reason_names_what_changed(old: str, new: str, text: str) -> None:
    assert text in told(old, new)


def test_the_values_of_a_reason_are_old_then_new_and_stand_at_the_end_of_its_text() -> None:
    reason = triage("The answer is 42.", "The answer is 24.").reasons[0]
    assert reason.values == ("42", "24")
    assert reason.label == "stated answer changed:"
    assert Reason("x", "lost", 0.5).label == "lost"


def test_long_values_are_cut_and_stay_on_one_line() -> None:
    reason = changed("x", "changed:", "a\nb " * 100, "", 0.5)
    assert reason.values is not None
    assert len(reason.values[0]) <= 60
    assert "\n" not in reason.text
    assert reason.values[1] == "nothing"
    assert brief("word " * 1_000_000).endswith("…")


def test_reasons_keep_the_order_of_the_checks() -> None:
    found = triage('{"answer": 1, "team": "a"}', 'Here:\n{"answer": 2, "tem": "a"}')
    assert [reason.check for reason in found.reasons][:3] == ["shape", "json", "json"]


def test_the_same_is_without_reasons() -> None:
    assert triage("A b.", " A  b.\n") == Triage("same", 0.0)


@dataclass(frozen=True)
class Call:
    name: str
    arguments: str


BOOK = Call("book", '{"seats": 2, "day": "Mon"}')


def test_calls_of_a_provider_are_compared_by_value() -> None:
    assert triage("", "", old_tools=[BOOK], new_tools=[Call("book", '{"day":"mon","seats":2.0}')]).verdict == "same"
    other = triage("", "", old_tools=[BOOK], new_tools=[Call("book", '{"day":"Mon","seats":3}')])
    assert other.verdict == "worrying"
    assert other.reasons[0].text == "argument book.seats changed: 2 → 3"


def test_a_call_that_appeared_or_disappeared_is_worrying() -> None:
    assert told("Booked.", "Booked.", old_tools=[BOOK])[0].startswith("tool call disappeared: book(seats=2")
    assert told("Booked.", "Booked.", new_tools=[BOOK])[0].startswith("tool call appeared: book(")


@pytest.mark.parametrize(
    "tool",
    [
        {"name": "book", "arguments": {"seats": 2, "day": "Mon"}},
        {"type": "function", "function": {"name": "book", "arguments": '{"seats": 2, "day": "Mon"}'}},
        {"type": "tool_use", "name": "book", "input": {"seats": 2, "day": "Mon"}},
        ("book", {"seats": 2, "day": "Mon"}),
    ],
)
def test_calls_are_read_as_providers_write_them(tool: object) -> None:
    assert triage("", "", old_tools=[BOOK], new_tools=[tool]).verdict == "same"


def test_arguments_that_are_no_json_are_compared_as_text() -> None:
    assert triage("", "", old_tools=[Call("f", "{a")], new_tools=[Call("f", "{b")]).verdict == "worrying"
    assert triage("", "", old_tools=[3, {"x": 1}], new_tools=[]).verdict == "worrying"


def test_a_freely_worded_argument_may_be_worded_otherwise() -> None:
    one, other = (Call("ask", f'{{"q": "{text}"}}') for text in ("how tall is the old tower", "how tall is the tower"))
    assert triage("", "", old_tools=[one], new_tools=[other]).verdict == "acceptable"


def test_an_error_says_which_side() -> None:
    assert told("a", "b", new_error="429 too many requests")[0] == "the new answer is an error: 429 too many requests"
    assert told("a", "b", old_error="timeout")[0] == "the old answer is an error: timeout"


def test_open_ended_answers_that_share_little_are_left_to_a_person() -> None:
    old = "Start with a walk through the old town, then take the ferry to the island and have lunch at the harbour."
    new = "Book a bicycle tour first; afterwards visit the modern art museum and finish with dinner near the opera."
    found = triage(old, new, prompt="Plan a day in our city.")
    assert found.verdict == "acceptable"
    assert found.needs_human


def test_a_person_is_not_asked_about_what_is_certain() -> None:
    assert not triage("The answer is 42.", "The answer is 24.").needs_human
    assert not triage("Fine, thanks.", "Fine, thanks!").needs_human


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot provide instructions for this.",
        "As an AI language model, I cannot have an opinion on this.",
        "I am unable to assist with that request.",
        "I must respectfully decline.",
        "Lo siento, pero no puedo ayudar con eso.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.",
        "抱歉，我无法提供这些信息。",
    ],
)
def test_refusals_are_recognised(text: str) -> None:
    assert refusal(Reading(text)) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry that your parcel has not arrived. We sent a new one today.",
        "I can't recommend this restaurant enough: go there!",
        "Unfortunately I cannot attend on Friday, but Ann will.",
        "You cannot return worn shoes. Unworn ones can be returned within 30 days.",
        "I cannot do it in one line; here are three steps:\n1. Open it.\n2. Turn it.\n3. Close it.",
        "It is important to remember that the oven is hot.",
        "",
    ],
)
def test_what_only_sounds_like_a_refusal_is_none(text: str) -> None:
    assert refusal(Reading(text)) < 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("1,000", "1000"), ("0.5", "1/2"), ("2 1/2", "2.5"), ("50%", "0.5"), ("50 %", "50"), ("$18", "18.00")),
        *(("3.14", "3.14159"), ("24 hours", "1 day"), ("90 minutes", "1.5 hours"), ("1 km", "1000 m"), ("1e3", "1000")),
        *(("12 months", "1 year"), ("2 million", "2,000,000"), ("twelve", "12"), ("7 apples", "7"), ("-5", "- 5")),
    ],
)
def test_quantities_that_are_the_same(one: str, other: str) -> None:
    left, right = quantity(one), quantity(other)
    assert left is not None
    assert right is not None
    assert same_quantity(left, right)
    assert same_quantity(right, left)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            ("42", "24"),
            ("5", "-5"),
            ("30 days", "1 month"),
            ("30 minutes", "30 hours"),
            ("0.05", "0.5"),
            ("3.1", "3.2"),
        ),
        *(("1/3", "0.3"), ("5 kg", "5 km"), ("1000000", "1000001")),
    ],
)
def test_quantities_that_differ(one: str, other: str) -> None:
    left, right = quantity(one), quantity(other)
    assert left is not None
    assert right is not None
    assert not same_quantity(left, right)
    assert not same_quantity(right, left)


@pytest.mark.parametrize(
    "text", ["", "abc", "1 of 3 to 5", "3 (or 4)", "9" * 100, "1/0", "17 is the number that you want"]
)
def test_what_is_no_single_quantity(text: str) -> None:
    assert quantity(text) is None


def test_numbers_have_one_spelling() -> None:
    assert [canonical(token) for token in ("1,000.0", "2/4", "007", "three", "x", "50.0%")] == [
        *("1000", "1/2", "7", "3", "x", "50%")
    ]


@pytest.mark.parametrize("text", ["July 19, 1945", "19 July 1945", "19th of July 1945", "1945-07-19", "Jul. 19 1945"])
def test_dates_have_one_spelling(text: str) -> None:
    assert with_iso_dates(f"on {text}.") == "on 19450719."


def test_texts_are_folded_without_changing_what_they_say() -> None:
    assert folded("“it’s” – 1\u200b0") == '"it\'s" - 10'
    assert folded("10²") == "10²"
    assert folded("ＡＢＣ１") == "ABC1"
    assert folded("e\u0301") == "é"


def test_words_numbers_and_sentences() -> None:
    assert tokens("It's -5 or 1,000.5, not 3-4: 東京!") == ["it's", "-5", "or", "1,000.5", "not", "3", "4", "東", "京"]
    assert sentences("One. Two is 3.5 long!\n- three\n\n***") == ["One.", "Two is 3.5 long!", "- three"]
    assert unmarked("# A\n\n- **b** `c`") == "A b c"


def test_options_of_a_prompt() -> None:
    assert options_of("Q?\n(A). Red\n(B). Blue") == {"A": "red", "B": "blue"}
    assert options_of("Q? (A) Red (B) Blue") == {"A": "red", "B": "blue"}
    assert options_of("A dog. B movies.") == {}
    options = {"A": "red", "B": "blue"}
    assert [picked(text, options) for text in ("(B)", "B. Blue", "b", "blue", "A dog", "Blue it is")] == [
        *("B", "B", "B", "B", None, None)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "xqzv bnrtk wqpl zzkjf hhgd vbnq kjhg",
        "#@!%^&*()_+{}|:<>?~` #@!%^&*(){}|:<>?",
        "word word word word word word word word word word word word",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "it \ufffd\ufffd is",
        "lamp orbit quartz velvet engine harbor pixel tundra copper meadow falcon ribbon",
    ],
)
def test_garbage_is_recognised(text: str) -> None:
    assert garbled(Reading(text), Counter({"the": 30, "lamp's": 70}))


@pytest.mark.parametrize(
    "text",
    [
        "Keep the original packaging and include a photo of the damage.",
        "1. Hand-pulling\n2. Mulching\n3. Vinegar\n4. Weed barriers",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "4² + 2² = 20, 2² + 0² = 4, 4² = 16, 1² + 6² = 37",
        '"total": 12, "items": ["lamp", "desk"]}\n```',
        "Bitte prüfen Sie die Ware sofort nach dem Empfang.",
        "京都は日本の古い都です。",
        "HTTP, SQL, TLS and DNS are used by NGINX.",
        "",
    ],
)
def test_language_data_and_lists_are_no_garbage(text: str) -> None:
    assert garbled(Reading(text), Counter({"the": 30, "lamp": 70})) == ""


def test_real_words_are_not_strange() -> None:
    for word in ("rhythm", "strengths", "queue", "jazz", "matchstick", "iraq", "syzygy", "lengths", "wednesday"):
        assert not strange_word(word), word
    for word in ("xqzv", "bnrtk", "zzkjf", "qwxjz"):
        assert strange_word(word), word


def test_typographic_quotes_inside_of_json_are_no_delimiters() -> None:
    before = '{"reply": "Open the order, choose “Return item” within 30 days.", "needs_human": false}'
    schema = Requirements(schema={"type": "object", "required": ["reply", "needs_human"]})
    assert triage(before, before.replace("Open", "Please open"), requirements=schema).verdict != "worrying"
    lost = triage(before, before.replace("needs_human", "human"), requirements=schema)
    assert any("needs_human" in reason.text for reason in lost.reasons if reason.check == "required")
    assert not any("no JSON" in reason.text for reason in lost.reasons)
    days = triage(before, before.replace("30 days", "14 days"))
    assert (days.verdict, "30" in days.reasons[0].text) == ("worrying", True), days


def test_a_tail_in_another_language_is_not_garbled() -> None:
    tail = "Không có hàm nào trong danh sách được cung cấp có thể dùng để tra cứu thời tiết Hà Nội"
    english = Reading("None of the available functions can be used to get the weather in this town.").counts
    assert not garbled(Reading(tail), english)
    plain = "wooden lantern marble harvest copper silver candle window bridge garden forest river"
    assert garbled(Reading(plain), english) == "words that make no sentence"
