"""When models end: the shipped dates, what overrides them, and what the clock says on each side of a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog import facts
from console.catalog.lifecycle import FLOORS, clock, lifecycle
from console.domain.registry import Pin

TODAY = date(2026, 11, 23)
RETIRING = "claude-sonnet-4-5-20250929"
ALL_IDS = st.sampled_from([row["id"] for row in facts.document("lifecycle.json")["models"] if "platform" not in row])
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))


def pin(model_id: str, **changes: object) -> Pin:
    return replace(Pin(model_id, date(2026, 5, 15), "because"), **changes)


def test_the_retiring_model_has_its_date_kind_and_replacement() -> None:
    life = lifecycle(RETIRING)
    assert life is not None
    assert (life.state, life.retires, life.retires_kind) == ("deprecated", date(2026, 11, 30), "exact")
    assert (life.replacement, life.as_of) == ("claude-sonnet-5-5", TODAY)
    assert life.source.startswith("https://")


def test_an_alias_has_the_life_of_the_snapshot_it_points_to() -> None:
    assert lifecycle("claude-sonnet-4-5") == lifecycle(RETIRING)


@pytest.mark.parametrize("model_id", ["claude-sonnet-9", "", "my-finetune", "\x1b]0;x\x07", "azure/gpt-4o"])
def test_what_is_not_in_the_data_is_unknown_and_has_no_clock(model_id: str) -> None:
    assert lifecycle(model_id) is None
    assert clock(model_id, TODAY) is None


def test_dates_are_of_one_platform_and_do_not_leak_to_another() -> None:
    assert lifecycle("us.anthropic.claude-sonnet-4-5-20250929-v1:0") is None
    assert lifecycle("claude-sonnet-4-5@20250929") is None
    assert lifecycle(RETIRING, "bedrock") is None
    own, vertex = lifecycle("gemini-2.5-pro"), lifecycle("gemini-2.5-pro", "vertex")
    assert own is not None
    assert vertex is not None
    assert (own.retires, vertex.retires) == (date(2026, 12, 1), date(2026, 10, 20))


@pytest.mark.parametrize("form", ["models/gemini-2.5-pro", "gemini/gemini-2.5-pro", " gemini-2.5-pro "])
def test_another_spelling_of_the_makers_own_api_is_the_same_model(form: str) -> None:
    assert lifecycle(form) == lifecycle("gemini-2.5-pro") is not None


@pytest.mark.parametrize(
    ("today", "words", "tone", "left"),
    [
        (date(2026, 10, 30), "retires in 31 days · 30 Nov", "none", 31),
        (date(2026, 10, 31), "retires in 30 days · 30 Nov", "waiting", 30),
        (TODAY, "retires in 7 days · 30 Nov", "waiting", 7),
        (date(2026, 11, 28), "retires in 2 days · 30 Nov", "waiting", 2),
        (date(2026, 11, 29), "retires in 1 day · 30 Nov", "bad", 1),
        (date(2026, 11, 30), "retires today · 30 Nov", "bad", 0),
        (date(2026, 12, 1), "retired 1 day ago", "bad", -1),
        (date(2026, 12, 3), "retired 3 days ago", "bad", -3),
    ],
)
def test_the_clock_on_each_side_of_a_deadline(today: date, words: str, tone: str, left: int) -> None:
    seen = clock(RETIRING, today)
    assert seen is not None
    assert (seen.words, seen.tone, seen.days_left, seen.deadline) == (words, tone, left, True)
    assert seen.replacement == "claude-sonnet-5-5"


def test_a_far_date_carries_its_year() -> None:
    seen = clock(RETIRING, date(2025, 1, 1))
    assert seen is not None
    assert seen.words == "retires in 698 days · 30 Nov 2026"


def test_a_ladder_that_no_longer_fits_turns_the_clock_red() -> None:
    fits, late = clock(RETIRING, TODAY, ladder_days=6.9), clock(RETIRING, TODAY, ladder_days=7.1)
    assert fits is not None
    assert late is not None
    assert (fits.tone, late.tone) == ("waiting", "bad")


def test_a_model_whose_requests_move_says_rerouted_not_retired() -> None:
    before, after = clock("gemini-2.5-pro", TODAY), clock("gemini-3.5-flash", TODAY)
    assert before is not None
    assert after is not None
    assert before.words == "rerouted in 8 days · 1 Dec"
    assert (after.words, after.tone) == ("rerouted 46 days ago", "bad")
    assert after.replacement == "gemini-3.6-flash"


def test_a_floor_is_no_deadline_before_and_after_its_day() -> None:
    ahead, passed = clock("claude-sonnet-5-5", TODAY), clock("claude-haiku-4-5-20251001", TODAY)
    assert ahead is not None
    assert passed is not None
    assert (ahead.words, ahead.deadline) == ("not before 28 Sep", False)
    assert (passed.words, passed.deadline) == ("no date announced, possible since 15 Oct", False)


@given(ALL_IDS, DAYS, st.floats(0, 400))
def test_a_floor_is_never_coloured_and_a_clock_never_fails(model_id: str, today: date, ladder: float) -> None:
    life, seen = lifecycle(model_id), clock(model_id, today, ladder_days=ladder)
    assert life is not None
    assert seen is not None
    if life.retires_kind in FLOORS and life.state != "retired":
        assert (seen.tone, seen.deadline) == ("none", False)


@given(ALL_IDS, DAYS, st.integers(1, 400))
def test_the_alarm_only_grows_as_days_pass(model_id: str, today: date, later: int) -> None:
    order = ("none", "waiting", "bad")
    first, second = clock(model_id, today), clock(model_id, today + timedelta(days=later))
    assert first is not None
    assert second is not None
    assert order.index(second.tone) >= order.index(first.tone)


def test_deprecated_without_a_date_waits_for_a_person() -> None:
    seen = clock("claude-mythos-preview", TODAY)
    assert seen is not None
    assert (seen.words, seen.tone, seen.on) == ("deprecated, date to be announced", "waiting", None)


def test_active_without_a_date_says_so() -> None:
    seen = clock("gpt-6-luna", TODAY)
    assert seen is not None
    assert (seen.words, seen.tone, seen.deadline) == ("no date announced", "none", False)


def test_the_registry_wins_over_the_shipped_data() -> None:
    own = pin(RETIRING, retires=date(2026, 12, 23), replacement="claude-opus-5-5")
    seen = clock(RETIRING, TODAY, own)
    assert seen is not None
    assert (seen.words, seen.replacement, seen.as_of) == ("retires in 30 days · 23 Dec", "claude-opus-5-5", None)


def test_the_registry_can_give_only_the_replacement() -> None:
    seen = clock(RETIRING, TODAY, pin(RETIRING, replacement="claude-opus-5-5"))
    assert seen is not None
    assert (seen.on, seen.replacement, seen.as_of) == (date(2026, 11, 30), "claude-opus-5-5", TODAY)


def test_the_registry_gives_a_clock_to_a_model_nobody_knows_and_to_a_floor() -> None:
    for model_id in ("in-house-7b", "claude-sonnet-5-5"):
        seen = clock(model_id, TODAY, pin(model_id, retires=date(2026, 11, 24)))
        assert seen is not None
        assert (seen.tone, seen.deadline) == ("bad", True)


def test_every_shipped_row_has_a_source_and_a_date_only_with_its_kind() -> None:
    rows = facts.document("lifecycle.json")["models"]
    assert len(rows) == 184
    assert all(row["source"] for row in rows)
    assert all("retires_kind" in row for row in rows if "retires" in row)
    assert all(" " not in row["replacement"] and "*" not in row["replacement"] for row in rows if "replacement" in row)


def test_the_models_that_end_soon_are_in_the_data() -> None:
    ends = {
        "gpt-4.1-mini-2025-04-14": date(2027, 1, 14),
        "gpt-5-2025-08-07": date(2026, 12, 11),
        "o3-2025-04-16": date(2026, 12, 11),
        "gpt-5.4-nano-2026-03-17": date(2027, 4, 1),
    }
    for model_id, day in ends.items():
        life = lifecycle(model_id)
        assert life is not None
        assert life.retires == day
