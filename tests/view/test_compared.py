"""A comparison while it streams and when it is done, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.compare.records import Compared, Delta, Done, Pair
from console.compare.running import compared
from console.providers.records import Answer, Failure, Question
from console.view.compared import SHOWN_CHARACTERS, Unfolding, comparison_view

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PAIR = Pair(Question.of("old", "hi", "Be kind"), Question.of("new", "hi", "Be kind"), "hi")
LEFT = Answer(
    "old", "old", "Hello dear customer", "ok", stop_reason="end_turn", latency_ms=2_310.0, ttft_ms=400.0,
    input_tokens=1_000, output_tokens=100, cost_usd=0.006,
)  # fmt: skip
RIGHT = Answer(
    "new", "new", "Hello valued customer", "ok", stop_reason="end_turn", latency_ms=3_020.0, ttft_ms=500.0,
    input_tokens=1_300, output_tokens=136, reasoning_tokens=20, cost_usd=0.0079,
)  # fmt: skip


@pytest.fixture
def unfolding() -> Unfolding:
    return Unfolding(PAIR, "support")


def done(left: Answer = LEFT, right: Answer = RIGHT):
    return comparison_view(compared(PAIR, left, right, AT), "support")


def test_before_anything_arrives_both_are_waited_for(unfolding) -> None:
    view = unfolding.view()
    assert view.status == "waiting for old and new"
    assert [answer.note for answer in view.answers] == ["waiting", "waiting"]
    assert [answer.side for answer in view.answers] == ["production", "canary"]
    assert view.system == "Be kind (7 characters)"


def test_text_grows_without_differences(unfolding) -> None:
    unfolding.take(Delta("left", "Hello "))
    unfolding.take(Delta("left", "dear"))
    left, right = unfolding.view().answers
    assert [(run.text, run.kind) for run in left.runs] == [("Hello dear", "same")]
    assert (left.note, right.note) == ("writing", "waiting")


def test_a_side_that_is_done_is_no_longer_waited_for(unfolding) -> None:
    unfolding.take(Done("left", LEFT))
    view = unfolding.view()
    assert view.status == "waiting for new"
    assert view.answers[0].figures[0].text == "2.31 s"


def test_at_the_end_the_differences_appear(unfolding) -> None:
    unfolding.take(Compared(compared(PAIR, LEFT, RIGHT, AT)))
    view = unfolding.view()
    assert view.status == "both finished"
    assert view.finished_at == AT
    assert "".join(run.text for run in view.answers[0].runs) == LEFT.text
    assert {run.kind for run in view.answers[0].runs} - {"same"}


def test_the_runs_together_are_the_answer() -> None:
    for answer, text in zip(done().answers, (LEFT.text, RIGHT.text), strict=True):
        assert "".join(run.text for run in answer.runs) == text


def test_only_the_newer_side_has_ratios() -> None:
    old, new = done().answers
    assert [figure.ratio for figure in old.figures] == ["", "", "", ""]
    assert [(figure.text, figure.ratio) for figure in new.figures] == [
        ("3.02 s", "×1.31"),
        ("1,300 in", "×1.30"),
        ("136 out", "×1.36"),
        ("$0.0079", "×1.32"),
    ]


def test_what_was_measured_row_by_row() -> None:
    rows = {row.label.strip(): row for row in done().measured}
    assert list(rows) == ["first word", "finished", "tokens in", "tokens out", "of these thinking", "cost"]
    assert rows["tokens in"].note == "same text, other tokenizer"
    assert rows["tokens out"].note == "stop: end_turn, both"
    assert (rows["of these thinking"].production, rows["of these thinking"].canary) == ("", "20")
    assert rows["cost"].note == "+$1.90 per 1,000 requests"
    assert rows["finished"].ratio == pytest.approx(3_020 / 2_310)


def test_cheaper_is_a_minus_and_no_price_is_said() -> None:
    cheaper = {row.label: row for row in done(right=replace(RIGHT, cost_usd=0.005)).measured}
    assert cheaper["cost"].note == "−$1.00 per 1,000 requests"
    unknown = {row.label: row for row in done(right=replace(RIGHT, cost_usd=None)).measured}
    assert (unknown["cost"].canary, unknown["cost"].ratio, unknown["cost"].note) == ("no price", None, "")
    assert "no price" in [figure.text for figure in done(right=replace(RIGHT, cost_usd=None)).answers[1].figures]


def test_different_stops_are_both_named() -> None:
    rows = {
        row.label: row for row in done(right=replace(RIGHT, stop_reason="max_tokens", outcome="truncated")).measured
    }
    assert rows["tokens out"].note == "stop: end_turn, max_tokens"


def test_a_failure_has_its_reason_and_its_hint() -> None:
    failure = Failure(
        "no_key", "no key for anthropic: ANTHROPIC_API_KEY is not set", "--stand-in answers without a key."
    )
    view = done(right=Answer("new", "", "", "error", failure))
    assert view.status == "no answer from new"
    assert view.answers[1].problem == (
        "no key for anthropic: ANTHROPIC_API_KEY is not set · --stand-in answers without a key."
    )
    assert view.answers[0].problem == ""
    assert all(row.ratio is None for row in view.measured)


def test_both_sides_may_fail() -> None:
    failed = Failure("server", "HTTP 500")
    view = done(Answer("old", "", "", "error", failed), Answer("new", "", "", "error", failed))
    assert view.status == "no answer from old and new"


def test_a_stand_in_is_marked() -> None:
    assert done(right=replace(RIGHT, stand_in=True)).status == "both finished · stand-in answers"


def test_another_served_model_and_an_outcome_are_noted() -> None:
    assert done(right=replace(RIGHT, served_model="newer")).answers[1].note == "served by newer"
    assert done(right=replace(RIGHT, outcome="refusal")).answers[1].note == "refusal"
    assert done().answers[1].note == ""


def test_a_long_answer_is_cut_and_says_by_how_much(unfolding) -> None:
    long = "word " * 30_000
    shown = done(right=replace(RIGHT, text=long)).answers[1]
    assert sum(len(run.text) for run in shown.runs) < SHOWN_CHARACTERS + 100
    assert shown.runs[-1].text == f"\n… {len(long) - SHOWN_CHARACTERS:,} more characters"
    for _ in range(30):
        unfolding.take(Delta("left", "x" * 10_000))
    assert len(unfolding.view().answers[0].runs[0].text) <= SHOWN_CHARACTERS + 10_000


def test_hostile_answers_are_tamed(unfolding) -> None:
    bad = "A\x1b]52;c;UFdORUQ=\x07\x9b31m\u202e END"
    unfolding.take(Delta("left", bad))
    failure = Failure("server", bad)
    view = done(replace(LEFT, text=bad, served_model=bad), Answer(bad, "", bad, "error", failure))
    texts = [run.text for shown in (unfolding.view(), view) for answer in shown.answers for run in answer.runs]
    texts += [part for answer in view.answers for part in (answer.note, answer.problem, answer.model_id)]
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set("".join(texts) + view.status + view.prompt)
