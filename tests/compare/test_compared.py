"""Two answers that are there: ratios field by field, what is judged, and the differences at the edges of the limits."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.compare.records import Pair, Ratios
from console.compare.running import compared, ratios
from console.providers.records import Answer, Failure, Question, ToolCall
from console.text.diffing import WORD_LEVEL_CHARACTERS, Run, difference

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAIR = Pair(Question.of("old", "Where is it?"), Question.of("new", "Where is it?"), "Where is it?")
MEASURED = {
    "latency": "latency_ms",
    "ttft": "ttft_ms",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cost": "cost_usd",
}


def answer(text: str = "It left on Monday.", **more: Any) -> Answer:
    return Answer("m", "m", text, more.pop("outcome", "ok"), **more)


@pytest.mark.parametrize(("ratio", "measured"), MEASURED.items())
def test_each_ratio_is_the_right_side_over_the_left_and_of_nothing_else(ratio: str, measured: str):
    found = ratios(answer(**{measured: 4.0}), answer(**{measured: 10.0}))
    assert {field.name: getattr(found, field.name) for field in fields(Ratios) if field.name != ratio} == {
        name: None for name in MEASURED if name != ratio
    }
    assert getattr(found, ratio) == 2.5


@pytest.mark.parametrize(
    ("left", "right", "ratio"), [(None, 1.0, None), (1.0, None, None), (0.0, 1.0, None), (1, 0, 0)]
)
def test_what_is_unknown_or_nothing_has_no_ratio(left: float | None, right: float | None, ratio: float | None):
    assert ratios(answer(cost_usd=left), answer(cost_usd=right)).cost == ratio


def test_a_side_that_failed_has_no_ratios_and_no_judgement_but_its_differences():
    broken = answer("It left", outcome="error", failure=Failure("early_end", "m"), latency_ms=5.0)
    for left, right in ((answer(latency_ms=5.0), broken), (broken, answer(latency_ms=5.0))):
        found = compared(PAIR, left, right, AT)
        assert found.ratios == Ratios()
        assert found.triage is None
        assert not found.same_text


def test_two_answers_are_judged_as_old_and_new():
    found = compared(PAIR, answer("You have 30 days."), answer("You have 14 days."), AT)
    assert found.triage is not None
    assert found.triage.verdict == "worrying"
    same = compared(PAIR, answer(), answer(), AT)
    assert same.triage is not None
    assert same.triage.verdict == "same"
    assert (same.prompt, same.at) == ("Where is it?", AT)


def test_what_a_model_calls_is_judged_with_what_it_says():
    call, other = ToolCall("refund", '{"order": 1}'), ToolCall("refund", '{"order": 2}')
    same = compared(PAIR, answer(tool_calls=(call,)), answer(tool_calls=(call,)), AT).triage
    changed = compared(PAIR, answer(tool_calls=(call,)), answer(tool_calls=(other,)), AT).triage
    assert same is not None
    assert changed is not None
    assert (same.verdict, changed.verdict) == ("same", "worrying")


def test_a_refusal_without_a_word_is_worrying():
    refused = compared(PAIR, answer(), answer(" ", outcome="refusal"), AT).triage
    assert refused is not None
    assert refused.verdict == "worrying"


@pytest.mark.parametrize(
    ("left", "right", "same"), [("a b", "a  b\n", True), ("a b", "a c", False), ("", "", True), ("", "a", False)]
)
def test_the_text_is_the_same_where_no_word_differs(left: str, right: str, same: bool):
    assert compared(PAIR, answer(left), answer(right), AT).same_text is same


def changed(runs: tuple[Run, ...]) -> list[str]:
    return [run.text for run in runs if run.changed]


@pytest.mark.parametrize("extra", [0, 1])
def test_words_are_marked_up_to_the_limit_and_lines_beyond(extra: int):
    padding = "x" * (WORD_LEVEL_CHARACTERS + extra - len("old word here\n"))
    ours, theirs = difference(f"old word here\n{padding}", f"new word here\n{padding}")
    assert changed(ours) == (["old"] if extra == 0 else ["old word here"])
    assert changed(theirs) == (["new"] if extra == 0 else ["new word here"])


def test_indentation_of_a_line_is_white_space_too():
    long = "y" * (WORD_LEVEL_CHARACTERS + 1)
    ours, theirs = difference(f"  same\n{long}", f"same  \n{long}")
    assert changed(ours) == changed(theirs) == []


@given(st.integers(100, 160), st.integers(0, 3))
def test_a_block_of_any_length_that_moved_in_is_marked_whole(size: int, at: int):
    """Around the bound of the exact search, where another method takes over."""
    frame = [f"keep{number}" for number in range(4)]
    block = [f"new{number}" for number in range(size)]
    ours, theirs = difference(" ".join(frame), " ".join([*frame[:at], *block, *frame[at:]]))
    assert changed(ours) == []
    assert " ".join(changed(theirs)).split() == block


@given(st.lists(st.sampled_from("ab"), max_size=12), st.lists(st.sampled_from("ab"), max_size=12))
def test_the_two_directions_agree_on_how_much_is_kept(left: list[str], right: list[str]):
    def kept(runs: tuple[Run, ...]) -> int:
        return sum(len(run.text.split()) for run in runs if not run.changed)

    there, back = difference(" ".join(left), " ".join(right)), difference(" ".join(right), " ".join(left))
    assert kept(there[0]) == kept(there[1]) == kept(back[0]) == kept(back[1])
