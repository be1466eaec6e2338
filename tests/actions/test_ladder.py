"""Arithmetic of shares, for any ladder and any share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.actions.naming import tidy
from console.actions.shares import arrow, checked, first_step, next_step, raises, served, step_back
from console.domain.errors import Usage
from console.domain.registry import Canary, Route

START = datetime(2026, 11, 20, tzinfo=UTC)
PERCENTAGES = st.integers(0, 1_000_000).map(lambda n: n / 10_000)
LADDERS = st.lists(PERCENTAGES.filter(bool), min_size=1, max_size=6, unique=True).map(
    lambda steps: tuple(sorted(steps))
)


def route(percentage=None, steps=(5, 25, 50, 100), production="a", canary="b", fallback="c"):
    trial = None if percentage is None else Canary(canary, percentage, START)
    return Route("r", production, trial, fallback, steps=steps)


@given(LADDERS, PERCENTAGES)
def test_next_is_above_and_back_is_below(steps, share):
    here = route(share, steps)
    assert next_step(here) > share or next_step(here) == 100
    assert step_back(here) < share or (share == 0 == step_back(here))


@given(LADDERS)
def test_next_climbs_the_whole_ladder_to_100_and_back_returns(steps):
    share, seen = 0.0, []
    while share < 100:
        share = next_step(route(share, steps))
        seen.append(share)
    assert seen == [step for step in steps if step < 100] + [100]
    while share > 0:
        seen.pop()
        share = step_back(route(share, steps))
        assert share == (seen[-1] if seen else 0)


@given(LADDERS)
def test_a_rollout_never_begins_at_everybody(steps):
    assert 0 < first_step(route(steps=steps)) < 100


@given(PERCENTAGES)
def test_whole_percentages_are_written_without_decimals(share):
    value = checked(share)
    assert value == share
    assert isinstance(value, int) == share.is_integer()


@given(
    st.floats(0, 100).filter(lambda value: round(value, 4) != value)
    | st.floats(100.0001)
    | st.floats(max_value=-0.0001)
)
def test_any_other_number_is_a_wrong_use(value):
    with pytest.raises(Usage, match="percentage"):
        checked(value)


@given(PERCENTAGES)
def test_everybody_is_served_by_somebody(share):
    assert sum(served(route(share)).values()) == pytest.approx(100)


@given(PERCENTAGES, PERCENTAGES)
def test_only_more_users_on_the_trial_is_a_raise(before, after):
    assert raises(route(before), route(after)) == (after > before)


def test_promoting_is_a_raise_and_taking_it_back_is_none():
    trial, promoted = route(50), route(production="b", fallback="a")
    assert raises(trial, promoted)
    assert not raises(promoted, trial)


def test_going_to_the_fallback_is_no_raise():
    assert not raises(route(), route(production="c", fallback="a"))


def test_a_new_canary_is_a_raise_and_its_end_is_none():
    assert raises(route(), route(1))
    assert not raises(route(1), route())


@pytest.mark.parametrize(
    ("before", "after", "text"), [(5, 25, "5 → 25 %"), (0, 0.0001, "0 → 0.0001 %"), (12.5, 0, "12.5 → 0 %")]
)
def test_arrows(before, after, text):
    assert arrow(before, after) == text


@given(st.text(max_size=700))
def test_a_tidy_reason_is_one_line_that_fits_and_stays(reason):
    tidied = tidy(reason)
    assert "\n" not in tidied
    assert "\0" not in tidied
    assert len(tidied) <= 500
    assert tidy(tidied) == tidied
