"""Facts that changed in reworded prose, also inside of JSON; the same facts in other units; values of ideas."""

from __future__ import annotations

import itertools
import json

import pytest

from console.demo.standin.texts import GENERAL, SUBJECTS, Subject
from console.triage.figures import facts_of, spelt_out
from console.triage.judging import triage

OLD = "You can return any item within 30 days of delivery, as long as it is unused. Any collection point takes it."
NEW = "No problem: for 14 days after delivery you are free to send the item back, provided it has not been used."


@pytest.mark.parametrize("key", ["reply", "answer", "summary"])
def test_a_changed_value_in_other_words_is_worrying_in_prose_and_in_json(key: str) -> None:
    reason = triage(OLD, NEW).reasons[0]
    assert reason.text == "value changed: 30 days → 14 days"
    found = triage(json.dumps({key: OLD, "id": 1}), json.dumps({key: NEW, "id": 1}))
    assert found.verdict == "worrying"
    assert found.reasons[0].text == f"{key}: value changed: 30 days → 14 days"


@pytest.mark.parametrize("value", ["30 days", "thirty days", "30-day", "720 hours"])
def test_the_same_value_in_another_spelling_is_no_change(value: str) -> None:
    new = f"No problem: after delivery you have a period of {value} to send the item back, provided it is unused."
    assert triage(OLD, new).verdict == "acceptable"


def test_a_refusal_inside_of_a_json_text_is_one() -> None:
    new = {"reply": "I'm sorry, but I can't help with that request."}
    found = triage(json.dumps({"reply": OLD}), json.dumps(new), prompt="How do I return it? Answer as JSON.")
    assert found.verdict == "worrying"


def test_prose_in_an_answer_field_may_be_reworded() -> None:
    old, new = ({"answer": text} for text in (OLD, NEW.replace("14", "30")))
    assert triage(json.dumps(old), json.dumps(new)).verdict == "acceptable"


def test_ideas_and_examples_have_values_of_their_own() -> None:
    old = "Mix 50 g of oats with 150 ml of milk and leave them in the fridge for 8 hours."
    new = "Whisk 3 eggs with a splash of milk, fry them for 2 minutes and serve them with toast."
    assert triage(old, new, prompt="Give me an idea for a healthy breakfast.").verdict == "acceptable"


def _text(subject: Subject, voice: str, fact: str, *, data: bool) -> str:
    sentences = subject.warm if voice == "warm" else subject.plain
    text = " ".join(sentences).replace("{days}", fact)
    return json.dumps({"intent": subject.intent, "reply": text}) if data else f"Hello,\n\n{text}\n\nKind regards"


@pytest.mark.parametrize("subject", [*SUBJECTS, GENERAL], ids=lambda subject: subject.name)
@pytest.mark.parametrize("data", [False, True], ids=["mail", "JSON"])
def test_every_fact_that_the_stand_in_may_change_is_found(subject: Subject, data: bool) -> None:
    for old, new in itertools.permutations(("plain", "warm")):
        right, same = (_text(subject, voice, subject.right, data=data) for voice in (old, new))
        wrong = _text(subject, new, subject.wrong, data=data)
        assert triage(right, wrong).verdict == "worrying"
        assert triage(wrong, right).verdict == "worrying"
        assert triage(right, same).verdict == "acceptable"


@pytest.mark.parametrize(
    ("sentence", "kind", "shown"),
    [
        ("It takes 3 to 5 working days.", "time", "3 to 5 working days"),
        ("It costs $49 a month.", "money", "$49"),
        ("We open at 9:30 am.", "clock", "9:30 am"),
        ("Founded in 1937 by two engineers.", "year", "1937"),
        ("Closed on Tuesdays.", "day", "Tuesday"),
        ("Hand it in by 15 March.", "date", "15 March"),
        ("It pays 3.5 % interest.", "share", "3.5 %"),
        ("There are 40 seats.", "count of seat", "40 seats"),
        ("Call 020 7946 0123.", "code", "020 7946 0123"),
    ],
)
def test_facts_have_a_kind_and_are_shown_as_written(sentence: str, kind: str, shown: str) -> None:
    assert (kind, shown) in [(fact.kind, fact.shown) for fact in facts_of(spelt_out(sentence))]
