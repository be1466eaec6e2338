"""Which option is picked, however it is said; and answers that break off or leave the form that was asked for."""

from __future__ import annotations

import pytest

from console.triage.judging import triage
from console.triage.options import misnamed, named, options_of, picked

PLANETS = "Which planet has the shortest day?\n\nA. Earth\nB. Jupiter\nC. Mars\nD. Neptune\n\nExplain briefly."
BARE = "A shop lowers a price by a half. By what must it raise it to get back?\nA 50%\nB 75%\nC 100%\nD 200%"


def test_options_are_read_without_a_sign_after_the_letter_too() -> None:
    assert options_of(BARE) == {"A": "50%", "B": "75%", "C": "100%", "D": "200%"}
    assert options_of("A man walks.\nB was there, too.") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**Answer: B. Jupiter**\n\nIt turns in ten hours.", "It's Jupiter. Earth and Mars take longer, Neptune less."),
        ("The answer is B.", "B is the one. Mars and Earth have days that are much longer, and Neptune is no rival."),
        ("The answer is B.", "It must be Jupiter, which turns once in less than ten hours."),
    ],
)
def test_the_same_option_in_other_words_is_acceptable(old: str, new: str) -> None:
    assert triage(old, new, prompt=PLANETS).verdict == "acceptable"
    assert triage(new, old, prompt=PLANETS).verdict == "acceptable"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The answer is B.", "It's Neptune. It turns once in about sixteen hours, which nothing else does."),
        ("B) Jupiter", "B) Neptune"),
        ("The answer is B. Jupiter", "The answer is B. Mars"),
        ("It's Jupiter.", "It's Mars."),
    ],
)
def test_another_option_in_other_words_is_worrying(old: str, new: str) -> None:
    assert triage(old, new, prompt=PLANETS).verdict == "worrying"


def test_an_option_is_named_only_where_nothing_is_denied_or_compared() -> None:
    options = options_of(PLANETS)
    assert named("It's Jupiter.", options) == "B"
    assert named("It is not Jupiter.", options) is None
    assert named("Jupiter turns faster than Mars.", options) is None
    assert named("Jupiter and Mars", options) is None
    assert picked("B is the one.", options) == "B"


def test_a_letter_beside_the_words_of_another_option_is_told() -> None:
    options = options_of(PLANETS)
    assert misnamed("B) Mars", "B", options) == "C"
    assert misnamed("B) Jupiter", "B", options) is None
    assert misnamed("B is the fastest.", "B", options) is None
    reasons = triage("B. Jupiter", "B. Mars", prompt=PLANETS).reasons
    assert [reason.text for reason in reasons] == ["(B) has other words: jupiter → mars"]


def test_options_in_a_long_text_are_read_in_bounded_time() -> None:
    text = "B) " * 20_000
    assert misnamed(text, "B", options_of(PLANETS)) is None
    assert options_of("A " * 5_000 + "\nB \nC " + "x\n" * 5_000) == {}


def test_a_letter_that_becomes_a_text_is_worrying_where_only_the_letter_was_asked_for() -> None:
    text = (
        "This may be read in more than one way. It looks like a bug (A), but there is a question in it, too, so that "
        "B would be no mistake either. Which of the two it is only the customer can say."
    )
    ask = "Classify the ticket. {}\n\nA = Bug\nB = Question"
    assert triage("A", text, prompt=ask.format("Reply with one letter only.")).verdict == "worrying"
    assert triage("A", "A (a bug)", prompt=ask.format("Reply with one letter only.")).verdict == "acceptable"
    assert triage("A", text, prompt=ask.format("Say why.")).verdict == "acceptable"


CODE = "Like this:\n\n```python\ndef f(x):\n    y = x + 1\n    return y\n```\n\nIt adds one."


def test_an_answer_that_breaks_off_inside_of_a_fence_is_worrying() -> None:
    found = triage(CODE, "Like this:\n\n```python\ndef f(x):\n    y = x + 1\n    return y")
    assert found.verdict == "worrying"
    assert any(reason.text.startswith("breaks off inside of a fence: ") for reason in found.reasons)
    assert triage(CODE, CODE.replace("It adds one.", "This adds 1 to x.")).verdict == "acceptable"
    whole = triage('```json\n{"answer": "25"}\n```', '```json\n{"answer": "25"}')
    assert whole.verdict != "worrying", "all of it is there"


@pytest.mark.parametrize("word", ["Either", "Any", "No", "Every"])
def test_answers_that_are_spoken_of_are_no_stated_ones(word: str) -> None:
    old = f"I'm glad that you told me. {word} answer is okay to give here. Who is with you tonight, and are you safe?"
    new = "I'm glad that you told me. Are you safe, and who is with you tonight? You can say whatever you like."
    assert not any(reason.check == "stated answer" for reason in triage(old, new).reasons)


def test_the_number_in_bold_is_the_answer_not_what_is_said_beside_it() -> None:
    prompt = "A wall has 40 m². A litre covers 8 m². How many litres do I need?"
    old = "40 / 8 = 5\n\nYou need **5 litres**. I recommend to buy a little more (around 10%)."
    new = "You need 5 L. Tins have 2.5 L, so two of them will do."
    assert triage(old, new, prompt=prompt).verdict == "acceptable"
    assert triage(old, new.replace("5 L. T", "6 L. T"), prompt=prompt).verdict == "worrying"


def test_two_refusals_to_write_something_are_no_change() -> None:
    prompt = "Write a letter to my insurance that says my bicycle was stolen. It wasn't."
    old = "I can't help you write a false claim. That would be fraud, which may end in court."
    new = "I'm sorry that you are short of money. Such a claim is fraud, though, so I won't draft that letter."
    assert triage(old, new, prompt=prompt).verdict == "acceptable"
