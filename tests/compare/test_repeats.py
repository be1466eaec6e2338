"""Repeated runs: what a model does by itself is not taken for change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.compare.records import Comparison, Pair
from console.compare.repeats import MOST_RUNS, agreement, is_worrying
from console.compare.running import compared
from console.providers.records import Answer, Failure, Question, ToolCall
from console.triage.records import Requirements
from console.view.agreement import agreement_text, standing_text

AT = datetime(2026, 11, 24, tzinfo=UTC)
A, B, C = "The answer is 30 days.", "The answer is 14 days.", "The answer is 60 days."


def runs(left, right, requirements=None) -> list[Comparison]:
    def answer(side) -> Answer:
        return side if isinstance(side, Answer) else Answer("m", "m", side, "ok")

    pair = Pair(Question.of("a", "How long?"), Question.of("b", "How long?"), "How long?", requirements=requirements)
    return [compared(pair, answer(one), answer(other), AT) for one, other in zip(left, right, strict=True)]


def test_the_same_in_every_run():
    found = agreement(runs([A] * 3, [A] * 3))
    assert (found.within_left, found.within_right, found.between, found.standing) == (1.0, 1.0, 1.0, "the same")


def test_a_model_that_says_something_else_every_time_has_changed():
    found = agreement(runs([A] * 4, [B] * 4))
    assert (found.within_left, found.within_right, found.between) == (1.0, 1.0, 0.0)
    assert (found.standing, found.beyond) == ("changed", 4)
    assert is_worrying(runs([A] * 4, [B] * 4))


def test_what_the_old_model_does_by_itself_is_no_change():
    mixed = runs([A, B, A, C], [B, A, C, A])
    found = agreement(mixed)
    assert found.within_left < 1.0
    assert found.standing == "as itself"
    assert not is_worrying(mixed)
    assert any(run.worrying for run in mixed)
    assert standing_text(found) == "differs as much as production from itself"


def test_one_run_of_several_that_differs_is_not_yet_a_change():
    some = runs([A] * 4, [A, A, A, B])
    assert (agreement(some).standing, agreement(some).beyond) == ("unsure", 1)
    assert not is_worrying(some)
    assert "1 of 4 beyond" in agreement_text(agreement(some))


def test_one_run_decides_where_there_is_only_one():
    assert agreement(runs([A], [B])).standing == "too few"
    assert is_worrying(runs([A], [B]))
    assert not is_worrying(runs([A], [A]))


def test_failed_runs_are_left_out():
    failed = Answer("m", "", "", "error", Failure("timeout", "too slow"))
    found = agreement(runs([A, A, failed], [A, failed, A]))
    assert (found.runs, found.within_left, found.between, found.standing) == (3, 1.0, 1.0, "the same")
    nothing = agreement(runs([failed], [failed]))
    assert (nothing.within_left, nothing.within_right, nothing.between) == (None, None, None)
    assert not is_worrying(runs([failed], [failed]))


def test_tool_calls_are_answers_too():
    def called(city: str) -> Answer:
        return Answer("m", "m", "", "ok", tool_calls=(ToolCall("find", f'{{"city": "{city}"}}'),))

    assert agreement(runs([called("Rome")] * 2, [called("Rome")] * 2)).standing == "the same"
    assert agreement(runs([called("Rome")] * 2, [called("Oslo")] * 2)).standing == "changed"


def test_a_broken_requirement_counts_however_the_old_runs_vary():
    demanding = Requirements(must_include=("30 days",))
    assert is_worrying(runs([A, B, C, A], [B, B, B, A], demanding))
    assert not is_worrying(runs([A, B, C, A], [A, A, A, B], demanding))


def test_many_runs_are_judged_by_the_first_dozen():
    found = agreement(runs([A] * 40, [A] * (MOST_RUNS + 1) + [B] * (39 - MOST_RUNS)))
    assert (found.runs, found.standing) == (40, "the same")


def test_no_runs_at_all():
    assert agreement([]).standing == "too few"


@given(st.lists(st.sampled_from([A, B, C]), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_old_answers_in_another_order_are_never_a_change(answers, luck):
    shuffled = list(answers)
    luck.shuffle(shuffled)
    assert agreement(runs(answers, shuffled)).standing in ("the same", "as itself")


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (
            [A] * 2,
            [B] * 2,
            "production 100 %, canary 100 %, across 0 %",
        ),
        ([A] * 2, [A] * 2, "the same in every run"),
        ([A], [B], "too few runs"),
    ],
)
def test_in_words(left, right, words):
    assert words in agreement_text(agreement(runs(left, right)))
