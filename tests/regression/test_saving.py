"""Saved runs: what was saved is what is loaded, for the user alone, and damage is never taken for a run."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.errors import Refused
from console.providers.records import Answer, Failure, ToolCall
from console.regression import saving
from console.regression.records import CaseResult, Figures, Run, SuiteRun
from console.triage.records import Reason, Triage

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def result(case: str = "refund", answer: str = "30 days") -> CaseResult:
    failure = Failure("rate_limited", "slow down", status=429, retry_after_s=2.5)
    return CaseResult(
        case=case,
        status="worrying",
        cluster="facts",
        old=("60 days", answer),
        new=(
            Run(Answer("new", "new-1", answer, "ok", latency_ms=12.5, tool_calls=(ToolCall("f", "{}"),))),
            Run(Answer("new", "", "", "error", failure), cached=True),
        ),
        triage=Triage("worrying", 0.9, (Reason("values", "days 60 → 30", 0.9, ("60", "30")),), needs_human=False),
        flaky=True,
        old_figures=Figures(100, 5, 7, None),
        new_figures=Figures(120.5, 5.5, 7.5, 0.01),
        note="the question changed",
        prompt="How long?",
        old_calls=((ToolCall("g", "[]"),), ()),
        accepted=True,
        accepted_on=date(2026, 11, 1),
        params_hash="abc",
        pair=(1, 0),
        tags=("billing",),
        line=7,
    )


def run_of(folder: Path, model: str = "new", *results: CaseResult) -> SuiteRun:
    return SuiteRun(
        "support", folder / "support.toml", "support", "old", model, False, NOW, 3.25, results or (result(),)
    )


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    path = saving.save(run, tmp_path, lambda: NOW)
    assert saving.load(path) == run
    assert saving.load_latest(run.suite_path, folder=tmp_path) == run


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=[])))
def test_any_answer_is_loaded_as_it_was(tmp_path: Path, text: str) -> None:
    run = run_of(tmp_path, "new", result(answer=text))
    loaded = saving.load(saving.save(run, tmp_path))
    # JSON joins two halves of one character, as the providers' own JSON does.
    assert loaded is not None
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert loaded.results[0].new[0].answer.text == whole


def test_the_last_run_on_any_model_or_on_one(tmp_path: Path) -> None:
    first, second = run_of(tmp_path, "a"), run_of(tmp_path, "b")
    paths = [saving.save(run, tmp_path, lambda: NOW) for run in (second, first)]
    os.utime(paths[0], (1_000, 1_000))
    os.utime(paths[1], (2_000, 2_000))
    assert saving.load_latest(first.suite_path, folder=tmp_path) == first
    assert saving.load_latest(first.suite_path, "b", folder=tmp_path) == second
    assert saving.load_latest(first.suite_path, "c", folder=tmp_path) is None
    assert saving.load_latest(tmp_path / "other.toml", folder=tmp_path) is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = saving.save(run_of(tmp_path), tmp_path, lambda: NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_run_is_forgotten_after_a_month(tmp_path: Path) -> None:
    old = saving.save(run_of(tmp_path, "old"), tmp_path, lambda: NOW)
    month = (NOW - timedelta(days=31)).timestamp()
    os.utime(old, (month, month))
    saving.save(run_of(tmp_path, "new"), tmp_path, lambda: NOW)
    assert not old.exists()


def test_another_names_suite_in_the_same_place_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert saving.path_of(tmp_path / "link/s.toml", "m", tmp_path) == saving.path_of(
        tmp_path / "real/s.toml", "m", tmp_path
    )


def test_what_is_damaged_is_no_run(tmp_path: Path) -> None:
    path = saving.save(run_of(tmp_path), tmp_path, lambda: NOW)
    whole = json.loads(path.read_text())
    for key, value in (("results", 3), ("started", "yesterday"), ("seconds", "long"), ("suite", None), ("stand_in", 1)):
        path.write_text(json.dumps({**whole, "run": {**whole["run"], key: value}}))
        assert saving.load(path) is None, key
    for text in ("", "[]", "null", "{", json.dumps({**whole, "schema": 2}), json.dumps({"schema": 1, "run": {}})):
        path.write_text(text)
        assert saving.load(path) is None, text
    whole["run"]["results"][0]["status"] = "fine"
    path.write_text(json.dumps(whole))
    assert saving.load_latest(tmp_path / "support.toml", folder=tmp_path) is None


def test_a_field_that_a_later_version_wrote_is_left_out(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    path = saving.save(run, tmp_path, lambda: NOW)
    whole = json.loads(path.read_text())
    whole["run"]["mood"] = "good"
    path.write_text(json.dumps(whole))
    assert saving.load(path) == run


def test_a_folder_that_cannot_be_made_is_one_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="the run could not be kept for a review"):
        saving.save(run_of(tmp_path), tmp_path / "file", lambda: NOW)


def test_counts_shares_and_costs(tmp_path: Path) -> None:
    def each(status: str, cost: float | None, cluster: str = "") -> CaseResult:
        figures = Figures(cost_usd=cost)
        return CaseResult(status, status, cluster, (), (), old_figures=figures, new_figures=figures)  # type: ignore[arg-type]

    run = run_of(tmp_path, "m", each("same", 1), each("worrying", None, "facts"), each("not measured", None, "fault"))
    assert run.counts == {"same": 1, "acceptable": 0, "worrying": 1, "failed": 0, "not measured": 1}
    assert (run.old_cost_usd, run.new_cost_usd, run.bad) == (1, 1, 1)
    assert run.not_measured == pytest.approx(1 / 3)
    assert run.unmeasured
    assert list(run.clusters) == ["facts"]
