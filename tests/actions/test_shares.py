"""The ladder, exact percentages, holds, and the end of a canary."""

from __future__ import annotations

import pytest

from console.actions.naming import no_route
from console.actions.requests import Drop, Hold, Resume, SetShare
from console.actions.standing import Standing
from console.domain.errors import Refused, Usage


def test_raising_changes_one_line(desk, path, text):
    plan = desk.plan(SetShare("support", 25))
    assert plan.diff == (
        ("same", "[routes.support]"),
        ("removed", "canary_percentage = 5"),
        ("added", "canary_percentage = 25"),
    )
    outcome = desk.apply(plan)
    assert path.read_text() == text.replace("canary_percentage = 5", "canary_percentage = 25")
    assert outcome.summary == "support canary 5 → 25 %"
    assert outcome.command == "console rollout support 25"


def test_next_and_back_walk_the_ladder(do, route):
    for to, expected in (("next", 25), ("next", 50), ("back", 25), ("back", 5)):
        do(SetShare("support", to))
        assert route().canary_percentage == expected


def test_the_next_step_from_the_last_one_below_100_is_promote(do, desk):
    do(SetShare("support", 50))
    plan = desk.plan(SetShare("support", "next"))
    assert (plan.action, plan.verb, plan.after) == ("promote", "Promote", 100)
    assert plan.command.startswith("console promote support")
    assert plan.needs_reason


def test_one_hundred_percent_is_promote(desk):
    assert desk.plan(SetShare("support", 100)).action == "promote"


def test_back_from_the_first_step_is_rollback(do, desk, route):
    plan = desk.plan(SetShare("support", "back"))
    assert (plan.action, plan.lowers) == ("rollback", True)
    desk.apply(plan)
    assert route().canary.held is not None


def test_zero_percent_is_rollback(desk):
    assert desk.plan(SetShare("support", 0)).action == "rollback"


def test_steps_between_rungs_go_to_the_nearest_rung(do, desk):
    do(SetShare("support", 30))
    assert desk.plan(SetShare("support", "next")).after == 50
    assert desk.plan(SetShare("support", "back")).after == 25


@pytest.mark.parametrize(("value", "written"), [(12.5, "12.5"), (0.0001, "0.0001"), (7.0, "7"), (33.3333, "33.3333")])
def test_percentages_have_up_to_four_decimals(do, path, value, written):
    do(SetShare("support", value))
    assert f"canary_percentage = {written}\n" in path.read_text()


@pytest.mark.parametrize("value", [-1, 100.5, 500, float("nan"), float("inf"), 0.00001, 33.33333])
def test_a_percentage_that_cannot_be_meant_is_a_wrong_use(desk, value):
    with pytest.raises(Usage, match="percentage"):
        desk.plan(SetShare("support", value))


def test_the_same_percentage_is_refused(desk):
    assert desk.plan(SetShare("support", 5)).refusal.message == "support is already at 5 %"


def test_an_unknown_route_names_the_nearest(desk):
    with pytest.raises(Usage, match='there is no route "suport"; did you mean "support"'):
        desk.plan(SetShare("suport", 25))
    with pytest.raises(Usage, match="there are: support, summarise"):
        desk.plan(SetShare("zzz", 25))


def test_of_many_routes_some_are_named_and_the_rest_counted():
    said = str(no_route("zzz", [f"r{number:04}" for number in range(1_000)]))
    assert said.endswith("there are: " + ", ".join(f"r{number:04}" for number in range(10)) + " and 990 more")
    assert 'did you mean "SUPPORT"?' in str(no_route("suport", ["SUPPORT", "x"]))
    assert str(no_route("x", [])) == 'there is no route "x"; there is none yet'


def test_raising_a_regression_needs_force(desk):
    plan = desk.plan(SetShare("support", 25), Standing("regression", "error rate +2.4 points"))
    with pytest.raises(Refused, match=r"error rate \+2.4 points"):
        desk.apply(plan, reason="r")
    desk.apply(plan, reason="r", force=True)


@pytest.mark.parametrize("state", ["", "watching", "pass"])
def test_raising_otherwise_only_confirms(desk, state):
    plan = desk.plan(SetShare("support", 25), Standing(state))
    assert plan.refusal is None
    assert not plan.needs_reason


def test_forcing_is_part_of_the_command(desk):
    plan = desk.plan(SetShare("support", 25), Standing("regression"))
    assert plan.command == 'console rollout support 25 --reason "…" --force'


def test_going_on_early_is_said_and_not_forbidden(desk):
    early = desk.plan(SetShare("support", 25), Standing("watching", step_minutes=332))
    assert early.notes == ("5 h 32 min of 1 d at 5 %",)
    assert early.refusal is None
    assert desk.plan(SetShare("support", 25), Standing("watching", step_minutes=24 * 60)).notes == ()


def test_a_hold_keeps_the_share_from_rising_but_not_from_falling(do, desk, route):
    do(SetShare("support", 50))
    do(Hold("support", "waiting for legal"))
    assert route().canary.held == "waiting for legal"
    assert route().canary_percentage == 50

    assert "“waiting for legal”" in desk.plan(SetShare("support", 60)).refusal.message
    do(SetShare("support", 25))
    assert (route().canary_percentage, route().canary.held) == (25, "waiting for legal")


def test_a_hold_without_a_reason_says_who(do, route):
    do(Hold("support"))
    assert route().canary.held == "held by olga@desk"


def test_holding_twice_is_refused(do, desk):
    do(Hold("support", "first"))
    assert "held already: “first”" in desk.plan(Hold("support", "second")).refusal.message


def test_resume_gives_the_same_rollout_back(do, path, text):
    do(Hold("support"))
    do(Resume("support"))
    assert path.read_text() == text


def test_resume_of_what_is_not_held_is_refused(desk):
    assert desk.plan(Resume("support")).refusal.message == "support is not held"


def test_drop_takes_every_key_of_the_canary_and_keeps_its_pin(do, path, route):
    do(Hold("support", "legal"))
    do(Drop("support"))
    assert route().canary is None
    assert "canary" not in path.read_text()
    assert '[models."claude-sonnet-5-5"]' in path.read_text()


@pytest.mark.parametrize("request_type", [Hold, Resume, Drop])
def test_without_a_canary_there_is_nothing_to_do(desk, request_type):
    assert desk.plan(request_type("summarise")).refusal.message == "summarise has no canary"
