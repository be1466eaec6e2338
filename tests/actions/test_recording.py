"""What the suite said about a model, written into its pin: the change, its undo, and the gate that reads it."""

from __future__ import annotations

import pytest

from console.actions.gates import PROMOTE, SUITE_PASSED, Case, Level
from console.actions.models import ModelFacts
from console.actions.requests import Promote, RecordSuite, Undo
from console.actions.standing import Standing
from console.domain.registry import Route
from tests.actions.conftest import TEXT

NEW = "claude-sonnet-5-5"
PASSED = RecordSuite("support", NEW, True, "214 cases, 210 same, 4 acceptable")
FAILED = RecordSuite("support", NEW, False, "214 cases, 3 worrying")


def test_a_passed_run_is_three_lines_of_the_pin(desk, path, clock):
    outcome = desk.apply(desk.plan(PASSED))
    added = [text for kind, text in outcome.plan.diff if kind == "added"]
    day = clock.now.date()
    assert added == ["tested = true", "regression_tested = true", f"last_regression_test = {day}"]
    assert not [text for kind, text in outcome.plan.diff if kind == "removed"]
    assert "# since May" in path.read_text()


def test_undo_gives_every_byte_back(desk, path):
    desk.apply(desk.plan(PASSED))
    desk.apply(desk.plan(Undo()))
    assert path.read_text() == TEXT


def test_the_history_keeps_the_result_in_words(desk):
    desk.apply(desk.plan(FAILED, Standing("suite not passed", "3 worrying: refund-damaged")))
    entry = desk.history.latest()
    assert entry.action == "record"
    assert entry.summary == f"{NEW} did not pass the suite of support: 214 cases, 3 worrying"
    assert entry.evidence["sentence"] == "3 worrying: refund-damaged"
    assert entry.command == f"console regress support --model {NEW} --record"


def test_a_failed_run_after_a_passed_one_takes_the_mark_away(desk, path):
    desk.apply(desk.plan(PASSED))
    desk.apply(desk.plan(FAILED))
    assert "regression_tested = false" in path.read_text()


def test_a_model_that_nobody_pinned_has_no_place_for_a_result(desk, path):
    plan = desk.plan(RecordSuite("support", "claude-opus-9", True, "1 case"))
    assert "not in the registry" in plan.refusal.message
    assert "console pin support experimental claude-opus-9" in plan.refusal.hint
    assert path.read_text() == TEXT


def test_the_same_result_of_the_same_day_is_no_change(desk):
    desk.apply(desk.plan(PASSED))
    assert "already" in desk.plan(PASSED).refusal.message


def test_promoting_what_did_not_pass_asks_for_a_reason(desk):
    desk.apply(desk.plan(FAILED))
    plan = desk.plan(Promote("support"), Standing("pass"))
    assert plan.needs_reason
    assert f"{NEW} did not pass its suite on" in plan.gate.sentence
    desk.apply(desk.plan(PASSED))
    assert not desk.plan(Promote("support"), Standing("pass")).needs_reason


@pytest.mark.parametrize(
    ("suite", "facts", "asked"),
    [
        (None, {}, ""),
        ("s.toml", {}, "the suite of support has not run on m"),
        ("s.toml", {"regression_tested": True}, ""),
        (None, {"regression_tested": True}, ""),
    ],
)
def test_the_gate_asks_only_where_there_is_a_suite_or_a_result(suite, facts, asked):
    case = Case(Route("support", "a", suite=suite), Standing("pass"), ModelFacts("m", "pinned", **facts))
    assert SUITE_PASSED(case).sentence == asked
    assert (PROMOTE(case).level is Level.REASON) == bool(asked)
