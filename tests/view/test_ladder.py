"""The rungs of a rollout: what is done, how far the current one is, and when the next may come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.domain.registry import Gates
from console.verdict.verdict import Needed
from console.view.ladder import days_at_rate, ladder, progress, time_left_s

DAY = 86_400.0


def rungs(route, verdict, now, hours: float = 5 + 32 / 60, rate: float = 0.0):
    return ladder(route, verdict, now - timedelta(hours=hours), now, rate)


def test_without_a_canary_there_is_no_ladder(route, now, changed) -> None:
    assert rungs(changed(route, canary=None), None, now) == ()


def test_steps_before_during_and_after(route, verdict, now) -> None:
    found = rungs(route, verdict(), now)
    assert [(step.percentage, step.state) for step in found] == [
        (5, "done"),
        (25, "current"),
        (50, "todo"),
        (100, "todo"),
    ]
    assert found[1].note == "5 h 32 min of 1 d"


def test_the_note_of_a_step_that_has_run_its_time(route, verdict, now) -> None:
    assert rungs(route, verdict(), now, hours=30)[1].note == "1 d 6 h"


def test_the_next_step_says_when_and_later_ones_do_not(route, verdict, now) -> None:
    found = rungs(route, verdict(needed=Needed(1, 100, 200)), now, hours=18, rate=1.0)
    assert found[2].note == "in ≈ 6 h"
    assert found[3].note == ""


def test_a_pass_after_the_minimum_time_can_go_on(route, verdict, now) -> None:
    assert rungs(route, verdict("pass"), now, hours=25)[2].note == "can go on"
    assert rungs(route, verdict("pass"), now, hours=12)[2].note == "in ≈ 12 h"


@pytest.mark.parametrize("state", ["regression"])
def test_a_regression_promises_no_next_step(route, verdict, now, state) -> None:
    assert [step.note for step in rungs(route, verdict(state), now)[2:]] == ["", ""]


def test_without_a_verdict_or_a_share_nothing_is_promised(route, verdict, now, changed) -> None:
    assert rungs(route, None, now)[2].note == ""
    stopped = rungs(changed(route, percentage=0), verdict(), now)
    assert [step.state for step in stopped] == ["todo"] * 4
    assert {step.note for step in stopped} == {""}


def test_a_share_off_the_ladder_is_a_rung_of_its_own(route, verdict, now, changed) -> None:
    found = rungs(changed(route, percentage=12.5), verdict(), now)
    assert [step.percentage for step in found] == [5, 12.5, 25, 50, 100]
    assert found[1].state == "current"


def test_progress_is_the_slower_of_time_and_requests(route, verdict) -> None:
    half_known = verdict(canary_n=1_000, needed=Needed(1, 1_000, 2_000))
    assert progress(route, half_known, DAY / 4) == pytest.approx(0.25)
    assert progress(route, half_known, DAY) == pytest.approx(0.5)
    assert progress(route, verdict("pass"), DAY / 2) == pytest.approx(0.5)
    assert progress(route, verdict("pass"), 3 * DAY) == 1.0
    assert progress(route, None, DAY / 2) == pytest.approx(0.5)


def test_progress_while_warming_up_and_before_the_first_request(route, verdict) -> None:
    warming = verdict("warming up", canary_n=25, missing_requests=75, needed=None)
    assert progress(route, warming, DAY) == pytest.approx(0.25)
    assert progress(route, verdict("warming up", canary_n=0, missing_requests=100, needed=None), DAY) == 0.0


def test_a_route_without_a_minimum_time(route, verdict, changed) -> None:
    hasty = changed(route, gates=Gates(min_step_time_s=0.0))
    assert progress(hasty, verdict("pass"), 0.0) == 1.0
    assert time_left_s(hasty, verdict("pass"), 0.0, 0.0) == 0.0


def test_time_left_needs_a_rate_where_requests_are_missing(route, verdict) -> None:
    assert time_left_s(route, verdict(), 0.0, 0.0) is None
    assert time_left_s(route, verdict(needed=Needed(1, 100, 200)), DAY, 0.5) == pytest.approx(200.0)
    assert time_left_s(route, verdict(needed=Needed(1, 100, 200)), 0.0, 0.5) == pytest.approx(DAY)


def test_a_clock_that_went_back_is_no_negative_time(route, verdict, now) -> None:
    assert rungs(route, verdict(), now, hours=-2)[1].note == "0 s of 1 d"


@pytest.mark.parametrize(
    ("missing", "rate", "days"),
    [
        (0, 0.01, 2),  # six hours of this step, then a day at 50 %
        (864, 0.01, 2),
        (2_000, 0.01, 4),
        (100_000, 0.01, 117),
        (2_000, 0.0, 0),
    ],
)
def test_the_rest_of_the_ladder_at_the_rate_of_now(route, verdict, now, missing, rate, days) -> None:
    found = verdict(missing_requests=missing, needed=Needed(1, missing, missing + 1) if missing else None)
    assert days_at_rate(route, found, now - timedelta(hours=18), now, rate) == days


def test_a_stopped_or_broken_rollout_has_no_pace(route, verdict, now, changed) -> None:
    since = now - timedelta(hours=1)
    assert days_at_rate(route, verdict("regression"), since, now, 1.0) == 0
    assert days_at_rate(changed(route, percentage=0), verdict(), since, now, 1.0) == 0
    assert days_at_rate(changed(route, percentage=100), verdict("pass"), since, now, 1.0) == 0
