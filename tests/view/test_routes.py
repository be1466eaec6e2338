"""The registry pane's records: pins with shares, clocks, reasons and warnings; and what ends when."""

from __future__ import annotations

from datetime import date

import pytest

from console.catalog import facts
from console.domain.registry import Registry, Route
from console.view.records import State
from console.view.routes import facts_as_of, pin_view, retirements, route_view

TODAY = date(2026, 11, 23)
OLD = "claude-sonnet-4-5-20250929"


def test_a_route_with_its_pins_and_shares(route, registry) -> None:
    shown = route_view(route, registry, State.WATCHING, TODAY)
    assert (shown.name, shown.percentage, shown.held, shown.override) == ("support", 25, "", "")
    assert [(pin.tier, pin.share) for pin in shown.pins] == [("production", 75), ("canary", 25), ("fallback", None)]


def test_a_route_without_a_canary_sends_everybody_to_production(route, registry, changed) -> None:
    shown = route_view(changed(route, canary=None), registry, State.NO_CANARY, TODAY)
    assert [(pin.tier, pin.share) for pin in shown.pins] == [("production", 100), ("fallback", None)]


def test_held_and_override_are_shown(route, registry, changed) -> None:
    shown = route_view(changed(route, held="legal"), registry, State.HELD, TODAY, "gpt-x")
    assert (shown.held, shown.override) == ("legal", "gpt-x")


def test_a_retirement_with_its_clock_and_replacement(route, make_pin) -> None:
    pin = pin_view("production", OLD, make_pin(), route, date(2026, 11, 1))
    assert pin.retires == date(2026, 11, 30)
    assert pin.clock == "retires in 29 days · 30 Nov"
    assert pin.clock_tone == "waiting"
    assert pin.replacement == "claude-sonnet-5-5"


def test_a_ladder_that_cannot_finish_in_time_is_red(route, make_pin) -> None:
    assert pin_view("production", OLD, make_pin(), route, date(2026, 11, 26)).clock_tone == "waiting"
    assert pin_view("production", OLD, make_pin(), route, date(2026, 11, 29)).clock_tone == "bad"


def test_a_retired_model_in_use_is_red(route, make_pin) -> None:
    pin = pin_view("production", OLD, make_pin(), route, date(2026, 12, 3))
    assert pin.clock.startswith("retired 3 days ago")
    assert pin.clock_tone == "bad"


def test_the_registrys_own_date_wins(route, make_pin) -> None:
    mine = make_pin(retires=date(2026, 12, 24), replacement="claude-opus-5")
    pin = pin_view("production", OLD, mine, route, TODAY)
    assert (pin.retires, pin.replacement) == (date(2026, 12, 24), "claude-opus-5")


def test_a_floor_is_no_date(registry, route, make_pin) -> None:
    """`not sooner than` says nothing about when a model ends."""
    pin = pin_view("canary", "claude-sonnet-5-5", make_pin("claude-sonnet-5-5"), route, TODAY)
    assert pin.clock_tone == "none"
    assert pin.clock == ""


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"pinned_by": "olga", "reason": "214 cases"}, "pinned 15 May by olga: 214 cases"),
        ({"reason": "214 cases"}, "pinned 15 May: 214 cases"),
        ({"pinned_date": date(2025, 5, 15)}, "pinned 15 May 2025"),
    ],
)
def test_who_pinned_when_and_why(route, make_pin, more, text) -> None:
    assert pin_view("production", OLD, make_pin(**more), route, TODAY).why == text


@pytest.mark.parametrize(
    ("model", "note", "tone"),
    [
        ("gpt-5", "alias: may move to other weights", "waiting"),
        ("my-own-model", "cannot be pinned: nothing promises that it stays", "waiting"),
        (OLD, "", "none"),
    ],
)
def test_ids_that_may_move_are_warned_of(route, make_pin, model, note, tone) -> None:
    pin = pin_view("experimental", model, make_pin(model), route, TODAY)
    assert (pin.note, pin.note_tone) == (note, tone)


def test_the_last_suite_run_is_told(route, make_pin) -> None:
    pin = pin_view("production", OLD, make_pin(last_regression_test=date(2026, 6, 1)), route, TODAY)
    assert pin.note == "suite run 1 Jun"


def test_a_model_without_a_table_has_no_why(route) -> None:
    assert pin_view("experimental", "x", None, route, TODAY).why == ""


def test_retirements_are_the_nearest_first_and_once_a_route(make_pin) -> None:
    routes = {
        "a": Route("a", "gpt-4.1-mini-2025-04-14"),
        "b": Route("b", OLD, fallback=OLD),
        "c": Route("c", "claude-sonnet-5-5"),
    }
    found = retirements(Registry(routes, {}), TODAY)
    assert [(event.on, event.route) for event in found] == [
        (date(2026, 11, 30), "b"),
        (date(2027, 1, 14), "a"),
    ]
    assert [event.tone for event in found] == ["waiting", "plain"]


def test_hostile_names_are_tamed(make_pin, route) -> None:
    bad = "m\x1b]0;x\x07"
    pin = pin_view("experimental", bad, make_pin(bad, reason=bad, pinned_by=bad), route, TODAY)
    assert not {"\x1b", "\x07"} & set(pin.model_id + pin.why)


def test_productions_end_is_tied_to_the_rest_of_the_ladder(route, make_pin, changed) -> None:
    today = date(2026, 11, 20)
    running = pin_view("production", OLD, make_pin(), route, today)
    assert running.ladder == "the ladder still needs 2 days: 8 to spare"
    assert running.ladder_short == "ladder 2 d, 8 to spare"
    quiet = pin_view("production", OLD, make_pin(), changed(route, canary=None), today)
    assert (quiet.ladder, quiet.ladder_short) == ("the ladder needs 3 days: start by 27 Nov", "start by 27 Nov")
    assert quiet.start_by == date(2026, 11, 27)


@pytest.mark.parametrize("tier", ["canary", "fallback", "experimental"])
def test_other_tiers_have_no_ladder(route, make_pin, tier) -> None:
    pin = pin_view(tier, OLD, make_pin(), route, TODAY)
    assert (pin.ladder, pin.start_by) == ("", None)


def test_without_an_announced_end_there_is_no_day_to_start(route, make_pin) -> None:
    pin = pin_view("production", "claude-sonnet-5-5", make_pin("claude-sonnet-5-5"), route, TODAY)
    assert (pin.ladder, pin.ladder_short, pin.start_by) == ("", "", None)


def test_what_is_known_is_as_old_as_its_oldest_fact_and_the_registrys_own_dates_have_no_age(make_pin) -> None:
    known = Registry({"support": Route("support", OLD)}, {OLD: make_pin()})
    assert facts_as_of(known, TODAY) == facts.as_of()
    own = Registry({"support": Route("support", OLD)}, {OLD: make_pin(retires=date(2027, 1, 1))})
    assert facts_as_of(own, TODAY) is None
    assert facts_as_of(Registry({"support": Route("support", "in-house")}, {}), TODAY) is None
