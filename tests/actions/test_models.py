"""Which models may get traffic: new pins, aliases, retired ids, slips of the hand."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from console.actions.requests import PinTier, StartCanary
from console.domain.errors import Refused, Usage
from console.registry.reading import read

NEW = "gpt-5.4-mini-2026-03-17"


def test_a_canary_starts_on_the_first_step(do, route, clock):
    do(StartCanary("summarise", NEW))
    canary = route("summarise").canary
    assert (canary.model_id, canary.percentage, canary.held) == (NEW, 5, None)
    assert canary.start == clock.now.replace(microsecond=0)


def test_a_canary_starts_at_any_percentage(do, desk, route):
    plan = desk.plan(StartCanary("summarise", NEW, 12.5))
    assert plan.command == f"console canary summarise {NEW} --percentage 12.5"
    desk.apply(plan)
    assert route("summarise").canary_percentage == 12.5


@pytest.mark.parametrize("share", [0, 100])
def test_a_canary_starts_between_nobody_and_everybody(desk, share):
    with pytest.raises(Usage):
        desk.plan(StartCanary("summarise", NEW, share))


def test_a_model_that_is_new_in_the_file_gets_a_pin_with_the_reason(desk, path):
    plan = desk.plan(StartCanary("summarise", "gpt-4o-2024-08-06"))
    assert plan.needs_reason
    with pytest.raises(Refused, match="say why"):
        desk.apply(plan)

    desk.apply(plan, reason="twice as fast")
    assert tomllib.loads(path.read_text())["models"]["gpt-4o-2024-08-06"] == {
        "provider": "openai",
        "pinned_date": date(2026, 11, 23),
        "pinned_by": "olga@desk",
        "reason": "twice as fast",
        "tested": False,
    }


def test_the_reason_may_come_with_the_request(do, desk):
    do(StartCanary("summarise", "gpt-4o-2024-08-06", reason="twice as fast"))
    assert desk.history.entry(1).reason == "twice as fast"


def test_the_provider_of_gemini_has_the_registrys_name(do, path):
    do(StartCanary("summarise", "gemini-2.5-flash", reason="cheap"))
    assert read(path).registry.models["gemini-2.5-flash"].provider == "gemini"


def test_a_second_canary_is_refused(desk):
    plan = desk.plan(StartCanary("support", "claude-haiku-4-5-20251001"))
    assert plan.refusal.message == "support already has a canary: claude-sonnet-5-5 at 5 %"
    assert "console drop support" in plan.refusal.hint


def test_production_cannot_be_its_own_canary(desk):
    assert "production model" in desk.plan(StartCanary("summarise", "gpt-4.1-mini-2025-04-14")).refusal.message


def test_an_alias_is_refused_with_the_pinned_ids_it_could_be(desk):
    plan = desk.plan(StartCanary("summarise", "claude-haiku-4-5"))
    assert "alias" in plan.refusal.message
    assert "claude-haiku-4-5-20251001" in plan.refusal.message
    with pytest.raises(Refused, match="alias"):
        desk.apply(plan, reason="r", force=True)


def test_an_alias_that_its_pin_allows_is_started_with_a_note(do, edit, desk):
    table = '[models."gpt-5"]\npinned_date = 2026-01-01\nreason = "moves on purpose"\nallow_alias = true\n# the end'
    edit("# the end", table)
    plan = desk.plan(StartCanary("summarise", "gpt-5"))
    assert plan.refusal is None
    assert any("alias" in note for note in plan.notes)


def test_an_id_that_cannot_be_pinned_is_allowed_with_a_note(desk):
    plan = desk.plan(StartCanary("summarise", "gpt-5.6-sol"))
    assert plan.refusal is None
    assert any("cannot be pinned" in note for note in plan.notes)


def test_a_retired_model_needs_force(desk, route):
    plan = desk.plan(StartCanary("summarise", "claude-3-opus-20240229"))
    assert "retired" in plan.refusal.message
    assert "claude-opus-4-8" in plan.refusal.message
    with pytest.raises(Refused):
        desk.apply(plan, reason="r")
    desk.apply(plan, reason="r", force=True)
    assert route("summarise").canary.model_id == "claude-3-opus-20240229"


def test_a_slip_of_the_hand_is_not_pinned(desk):
    plan = desk.plan(StartCanary("summarise", "claud-sonnet-5-5"))
    assert 'did you mean "claude-sonnet-5-5"' in plan.refusal.message


@pytest.mark.parametrize("model", ["", "a|b", " x", "a\x1b[2Jb"])
def test_what_cannot_name_a_model_is_a_wrong_use(desk, model):
    with pytest.raises(Usage, match="not a model id"):
        desk.plan(StartCanary("summarise", model, reason="r"))


def test_a_left_over_hold_does_not_hold_a_new_canary(do, edit, route):
    edit("[routes.summarise]  # ticket summaries", '[routes.summarise]  # ticket summaries\ncanary_held = "old"')
    do(StartCanary("summarise", NEW))
    assert route("summarise").canary.held is None


def test_a_pin_on_a_tier_is_one_line(do, desk, route):
    plan = desk.plan(PinTier("summarise", "fallback", NEW))
    assert [kind for kind, _ in plan.diff] == ["same", "added"]
    desk.apply(plan)
    assert route("summarise").fallback == NEW


def test_pinning_production_needs_a_reason(desk, route):
    plan = desk.plan(PinTier("summarise", "production", NEW))
    with pytest.raises(Refused, match="everybody at once"):
        desk.apply(plan)
    desk.apply(plan, reason="no users yet")
    assert route("summarise").production == NEW


def test_production_stays_while_a_canary_is_compared_with_it(desk):
    plan = desk.plan(PinTier("support", "production", "claude-haiku-4-5-20251001"))
    assert "has a canary" in plan.refusal.message
    assert "console drop support" in plan.refusal.hint


@pytest.mark.parametrize("tier", ["canary", "prod"])
def test_a_tier_that_cannot_be_pinned_is_a_wrong_use(desk, tier):
    with pytest.raises(Usage):
        desk.plan(PinTier("support", tier, NEW))


def test_an_alias_may_be_tried_but_not_serve_everybody(desk):
    assert desk.plan(PinTier("summarise", "experimental", "gpt-5")).refusal is None
    assert "alias" in desk.plan(PinTier("summarise", "production", "gpt-5")).refusal.message


@pytest.mark.parametrize(("tier", "model"), [("production", "gpt-4.1-mini-2025-04-14"), ("experimental", NEW)])
def test_the_same_pin_twice_is_refused(desk, tier, model):
    assert "is already the" in desk.plan(PinTier("summarise", tier, model)).refusal.message
