"""The end of a model against the ladder that replaces it: the last day to start, what is to spare, what is too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.ladder import HORIZON_DAYS, against_ladder, ladder_days
from console.catalog.lifecycle import SOON_DAYS, clock
from console.catalog.source import advice
from console.catalog.source.judging import standard
from console.domain.registry import Canary, Gates, Pin, Registry, Route

RETIRING = "claude-sonnet-4-5-20250929"
END = date(2026, 11, 30)
START = datetime(2026, 11, 1, tzinfo=UTC)


def words(days: float, today: date, *, running: bool = False) -> str:
    found = against_ladder(clock(RETIRING, today), days, today, running=running)
    return found.words if found else ""


@pytest.mark.parametrize(
    ("days", "today", "running", "said"),
    [
        (3.0, date(2026, 11, 20), False, "the ladder needs 3 days: start by 27 Nov"),
        (2.2, date(2026, 11, 20), False, "the ladder needs 3 days: start by 27 Nov"),
        (1.0, date(2026, 11, 29), False, "the ladder needs 1 day: start by 29 Nov"),
        (7.0, date(2026, 11, 26), False, "the ladder needs 7 days: 3 days too few are left"),
        (2.0, date(2026, 11, 29), True, "the ladder still needs 2 days: 1 day too few are left"),
        (2.0, date(2026, 11, 23), True, "the ladder still needs 2 days: 5 to spare"),
        (0.0, date(2026, 11, 20), False, ""),
        (3.0, date(2026, 12, 5), False, ""),
        (3.0, END - timedelta(days=HORIZON_DAYS), False, "the ladder needs 3 days: start by 27 Nov"),
        (3.0, END - timedelta(days=HORIZON_DAYS + 1), False, ""),
        (120.0, END - timedelta(days=HORIZON_DAYS + 10), False, "the ladder needs 120 days: 20 days too few are left"),
    ],
)
def test_the_end_is_tied_to_the_ladder(days: float, today: date, running: bool, said: str) -> None:
    assert words(days, today, running=running) == said


@pytest.mark.parametrize(
    ("rate", "running", "said", "short"),
    [
        (0.0, True, "the ladder still needs 3 days: 4 to spare", "ladder 3 d, 4 to spare"),
        (2.0, True, "the ladder still needs 3 days: 4 to spare", "ladder 3 d, 4 to spare"),
        (4.0, True, "at this rate the ladder needs about 4 days: 3 to spare", "ladder ≈ 4 d, 3 to spare"),
        (7.0, True, "at this rate the ladder needs about 7 days: 0 to spare", "ladder ≈ 7 d, 0 to spare"),
        (7.5, True, "at this rate the ladder needs about 8 days: 1 day too few are left", "at this rate 1 day too few"),
        (
            11.0,
            True,
            "at this rate the ladder needs about 11 days: 4 days too few are left",
            "at this rate 4 days too few",
        ),
        (11.0, False, "the ladder needs 3 days: start by 27 Nov", "start by 27 Nov"),
    ],
)
def test_too_little_traffic_is_as_good_as_a_long_ladder(rate: float, running: bool, said: str, short: str) -> None:
    today = END - timedelta(days=7)
    found = against_ladder(clock(RETIRING, today), 3.0, today, running=running, at_rate_days=rate)
    assert found is not None
    assert (found.words, found.short) == (said, short)


def test_the_example_that_everybody_knows() -> None:
    today = END - timedelta(days=34)
    found = against_ladder(clock(RETIRING, today), 21.0, today)
    assert found is not None
    assert (found.days, found.spare, found.start_by) == (21, 13, date(2026, 11, 9))
    assert (found.words, found.short) == ("the ladder needs 21 days: start by 9 Nov", "start by 9 Nov")


@pytest.mark.parametrize("model_id", ["claude-sonnet-5-5", "gpt-6-luna", "my-model"])
def test_floors_and_unknown_ends_start_no_clock(model_id: str) -> None:
    today = date(2027, 9, 20)
    assert against_ladder(clock(model_id, today), 21.0, today) is None


@given(st.floats(0.01, 400), st.integers(0, 500))
def test_a_ladder_started_on_the_last_day_fits_and_a_day_later_does_not(days: float, before: int) -> None:
    today = END - timedelta(days=before)
    found = against_ladder(clock(RETIRING, today), days, today)
    if found is None:
        assert before > max(HORIZON_DAYS, days)
        return
    assert (END - found.start_by).days >= days > (END - found.start_by).days - 1
    assert (found.spare < 0) == (today > found.start_by)


@pytest.mark.parametrize(("percentage", "left"), [(0, 3.0), (5, 3.0), (25, 2.0), (30, 1.0), (50, 1.0), (100, 0.0)])
def test_only_the_steps_that_are_still_to_come_count(percentage: float, left: float) -> None:
    canary = Canary("claude-sonnet-5-5", percentage, START)
    assert ladder_days(Route("a", RETIRING, canary=canary, steps=(5, 25, 50, 100))) == left


def test_a_slower_ladder_takes_longer() -> None:
    route = Route("a", RETIRING)
    slow = replace(route, gates=replace(Gates(), min_step_time_s=7 * 86_400.0))
    assert ladder_days(slow) == 7 * ladder_days(route) > 0


def test_the_clock_waits_for_a_person_so_long_before_the_last_day_to_start() -> None:
    def tone(before: int) -> str:
        found = clock(RETIRING, END - timedelta(days=before), ladder_days=21.0)
        assert found is not None
        return found.tone

    assert tone(SOON_DAYS + 22) == "none"
    assert tone(SOON_DAYS + 21) == tone(21) == "waiting"
    assert tone(20) == "bad"


def test_check_fails_a_route_whose_ladder_no_longer_fits() -> None:
    slow = replace(Gates(), min_step_time_s=20 * 86_400.0)
    route = Route("a", RETIRING, gates=slow)
    known = Registry({"a": route}, {RETIRING: Pin(RETIRING, date(2026, 5, 15), "214 cases, no differences")})
    today = END - timedelta(days=45)
    (ending,) = (one for one in advice.remarks(known, standard(today, known)) if one.trouble.rule == "retires")
    assert ending.trouble.level == "error"
    assert "the ladder needs 60 days: 15 days too few are left" in ending.trouble.message
    early = END - timedelta(days=75)
    (ending,) = (one for one in advice.remarks(known, standard(early, known)) if one.trouble.rule == "retires")
    assert ending.trouble.level == "warning"
    assert "start by 1 Oct" in ending.trouble.message
