"""The judgement in the comparer's view: the word, the reason with its chips, the words it names, the similarity."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.compare.records import Pair
from console.compare.running import compared
from console.providers.records import Answer, Failure, Question, ToolCall
from console.text.diffing import Run as Difference
from console.text.diffing import difference
from console.view.compared import comparison_view
from console.view.comparison import ComparisonView
from console.view.judged import marked, similarity

OLD = "Damaged items can be returned within 30 days of delivery. Keep the box and add a photo."
NEW = "Damaged items can be returned within 14 days of delivery. Keep the box and add a photo."


def view(left: str | Answer, right: str | Answer, prompt: str = "How long?") -> ComparisonView:
    answers = [side if isinstance(side, Answer) else Answer("m", "m", side, "ok") for side in (left, right)]
    pair = Pair(Question.of("a", prompt), Question.of("b", prompt), prompt)
    return comparison_view(compared(pair, answers[0], answers[1], datetime(2026, 11, 24, tzinfo=UTC)), "support")


def test_a_changed_value_is_the_reason_with_two_chips() -> None:
    shown = view(OLD, NEW)
    assert shown.triage == "worrying"
    assert shown.values == ("30 days", "14 days")
    assert shown.reason.endswith(":")
    assert "30" not in shown.reason


def test_the_words_a_reason_names_are_marked_on_both_sides() -> None:
    shown = view(OLD, NEW)
    for answer, value, text in ((shown.answers[0], "30 days", OLD), (shown.answers[1], "14 days", NEW)):
        assert [run.text for run in answer.runs if run.kind == "named"] == [value]
        assert "".join(run.text for run in answer.runs) == text


def test_a_named_value_that_did_not_change_there_is_left_alone() -> None:
    old, new = "Of the 30 lamps we sold 12. The answer is 30.", "Of the 30 lamps we sold 12. The answer is 18."
    left = view(old, new).answers[0]
    assert [run.text for run in left.runs if run.kind == "named"] == ["30"]
    assert left.runs[-2].kind == "named"


def test_a_high_similarity_beside_a_worrying_change_is_called_out() -> None:
    assert "above the usual 0.70 line: shown, not used" in view(OLD, NEW).similarity
    assert "below the usual 0.70 line" in view("The sum is 84.", "84 it is, all in all, as one can see.").similarity


def test_the_same_answers_need_no_similarity() -> None:
    shown = view(OLD, OLD + "\n")
    assert shown.triage == "same"
    assert shown.similarity == ""
    assert shown.values is None
    assert shown.reason


def test_open_ended_answers_are_for_a_person() -> None:
    old = "Start with a walk through the old town, then take the ferry to the island and have lunch at the harbour."
    new = "Book a bicycle tour first; afterwards visit the modern art museum and finish with dinner near the opera."
    assert view(old, new, "Plan a day in our city.").triage == "needs a human"


def test_the_deciding_reason_comes_first() -> None:
    shown = view('{"answer": 1, "note": "x"}', '{"answer": 2, "note": "x", "more": 1}')
    assert shown.triage == "worrying"
    assert shown.second


def test_a_side_that_failed_is_not_judged() -> None:
    failed = Answer("m", "", "", "error", Failure("timeout", "no answer in 300 s"))
    shown = view(OLD, failed)
    assert shown.triage == ""
    assert shown.reason == ""
    assert shown.similarity == ""


def test_a_refusal_without_text_and_a_lost_tool_call_are_worrying() -> None:
    assert "the provider refused" in view(OLD, Answer("m", "m", "", "refusal")).reason
    called = Answer("m", "m", "", "ok", tool_calls=(ToolCall("book", '{"seats": 2}'),))
    assert "tool call disappeared" in view(called, OLD).reason
    assert view(called, called).triage == "same"


def test_text_from_the_answers_is_neutralised() -> None:
    shown = view("The answer is \x1b[31m42.", "The answer is \x1b[31m24.")
    assert shown.triage == "worrying"
    everything = "".join([shown.reason, shown.second, *(shown.values or ())])
    assert "\x1b" not in everything


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(min_size=1, max_size=4), max_size=3))
def test_marking_never_changes_a_text(old: str, new: str, names: list[str]) -> None:
    for runs, text in zip(difference(old, new), (old, new), strict=True):
        assert "".join(piece for piece, _ in marked(runs, names)) == text


@pytest.mark.parametrize(
    ("left", "right", "value"), [("a b c d", "a b c d", 1.0), ("aa bb", "cc dd", 0.2), ("", "", 1.0)]
)
def test_similarity_is_the_share_of_characters_on_both_sides(left: str, right: str, value: float) -> None:
    assert similarity(*difference(left, right)) == pytest.approx(value, abs=0.2)
    assert similarity([Difference("ab", True)], [Difference("ab", False)]) == 0.5
