"""Promoting, and the two rollbacks."""

from __future__ import annotations

import pytest

from console.actions.requests import Promote, Resume, Rollback, SetShare
from console.actions.standing import Standing
from console.domain.errors import Refused

PASS = Standing("pass", "all 5 metrics, n = 18,402; support can be promoted", canary_requests=18_402)


def test_promote_is_the_diff_that_the_design_promises(desk):
    plan = desk.plan(Promote("support"), PASS)

    assert plan.diff == (
        ("same", "[routes.support]"),
        ("removed", 'production = "claude-sonnet-4-5-20250929"  # since May'),
        ("removed", 'canary = "claude-sonnet-5-5"'),
        ("removed", "canary_percentage = 5"),
        ("removed", "canary_start = 2026-11-20T09:00:00Z"),
        ("removed", 'fallback = "claude-haiku-4-5-20251001"'),
        ("added", 'production = "claude-sonnet-5-5"  # since May'),
        ("added", 'fallback = "claude-sonnet-4-5-20250929"'),
    )


def test_a_promotion_says_everything_a_dialog_shows(desk):
    plan = desk.plan(Promote("support"), PASS)

    assert plan.title == "Promote claude-sonnet-5-5 to production on support"
    assert plan.verb == "Promote"
    assert (plan.before, plan.after, plan.lowers) == (5, 100, False)
    assert plan.command == 'console promote support --reason "…"'
    assert plan.undo == "console undo"
    assert plan.undo_note == "claude-sonnet-4-5-20250929 becomes the fallback (retires in 7 days · 30 Nov)"
    assert (plan.model_id, plan.arm) == ("claude-sonnet-5-5", "canary")
    assert not plan.needs_reason
    assert plan.refusal is None


def test_promote_ends_the_rollout_and_keeps_every_other_line(do, path, text, route):
    do(Promote("support"), PASS)

    assert route().production == "claude-sonnet-5-5"
    assert route().fallback == "claude-sonnet-4-5-20250929"
    assert route().canary is None
    kept = set(path.read_text().splitlines())
    assert {line for line in text.splitlines() if "#" in line and "since May" not in line} <= kept


def test_promote_on_a_route_without_a_fallback_adds_one(do, edit, route):
    edit('fallback = "claude-haiku-4-5-20251001"\n', "")
    do(Promote("support"), PASS)
    assert route().fallback == "claude-sonnet-4-5-20250929"


@pytest.mark.parametrize("state", ["", "watching", "undecided", "warming up", "suspect data", "no data"])
def test_promote_without_a_pass_needs_a_typed_reason(desk, route, state):
    plan = desk.plan(Promote("support"), Standing(state))
    assert plan.needs_reason
    with pytest.raises(Refused, match="a reason is needed"):
        desk.apply(plan)
    with pytest.raises(Refused, match="a reason is needed"):
        desk.apply(plan, reason="  \n ")

    desk.apply(plan, reason="the old one retires tonight")
    assert route().production == "claude-sonnet-5-5"


def test_promoting_a_regression_needs_force_and_a_reason(desk, path):
    plan = desk.plan(Promote("support"), Standing("regression", "error rate 3.4 % against 1.0 %"))
    before = path.read_bytes()

    assert plan.forceable
    assert "error rate 3.4 %" in plan.refusal.message
    for how in ({"reason": "I know"}, {"force": True}):
        with pytest.raises(Refused):
            desk.apply(plan, **how)
    assert path.read_bytes() == before

    desk.apply(plan, reason="I know", force=True)
    assert path.read_bytes() != before


def test_worse_signals_have_to_be_acknowledged(desk):
    plan = desk.plan(Promote("support"), Standing("pass", signals=("output_tokens",)))
    assert plan.needs_reason
    assert "output_tokens" in plan.gate.sentence


def test_a_held_canary_cannot_be_promoted_even_by_force(desk, edit):
    edit("canary_percentage = 5", 'canary_percentage = 5\ncanary_held = "legal"')
    plan = desk.plan(Promote("support"), PASS)
    assert "“legal”" in plan.refusal.message
    with pytest.raises(Refused, match="held"):
        desk.apply(plan, reason="now", force=True)


def test_promote_without_a_canary_is_refused_with_what_to_do(desk):
    plan = desk.plan(Promote("summarise"), PASS)
    assert plan.refusal.message == "summarise has no canary"
    assert "console canary summarise" in plan.refusal.hint
    assert plan.diff == ()


def test_rollback_takes_the_canarys_traffic_and_holds_it(do, route):
    outcome = do(Rollback("support"))

    assert route().canary.percentage == 0
    assert route().canary.held == "rolled back by olga@desk"
    assert route().production == "claude-sonnet-4-5-20250929"
    assert outcome.summary == "support canary rolled back, 5 → 0 %"
    assert outcome.command == "console rollback support --canary"


def test_the_reason_of_a_rollback_is_why_it_is_held(do, route):
    outcome = do(Rollback("support"), reason="users\ncomplain")
    assert route().canary.held == "users complain"
    assert outcome.command == "console rollback support --canary --reason 'users complain'"


def test_without_a_reason_a_regression_is_why_it_is_held(do, route):
    do(Rollback("support"), Standing("regression", "error rate 5.0 % against 1.5 %: +3.5 points"))
    assert route().canary.held == "regression: error rate 5.0 % against 1.5 %"


@pytest.mark.parametrize("state", ["", "pass", "regression", "suspect data", "error"])
def test_no_verdict_blocks_a_rollback(do, route, state):
    do(Rollback("support"), Standing(state))
    assert route().canary_percentage == 0


def test_a_second_rollback_without_a_word_leaves_production_alone(do, desk):
    do(Rollback("support"), reason="slow")
    refusal = desk.plan(Rollback("support")).refusal
    assert "already: “slow”" in refusal.message
    assert "`console rollback support --production`" in refusal.hint


def test_production_too_is_rolled_back_where_that_is_said(do, desk, route):
    do(Rollback("support"))
    plan = desk.plan(Rollback("support", "production"))

    assert plan.title == "Roll back production on support to claude-haiku-4-5-20251001"
    assert plan.arm == "production"
    desk.apply(plan)
    assert (route().production, route().fallback) == ("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929")


def test_a_second_rollback_of_the_canary_is_refused(do, desk):
    do(Rollback("support"), reason="slow")
    assert "already: “slow”" in desk.plan(Rollback("support", "canary")).refusal.message


def test_production_rolled_back_under_a_canary_holds_the_canary(do, route):
    do(Rollback("support", "production"))
    assert route().production == "claude-haiku-4-5-20251001"
    assert route().canary.percentage == 5
    assert route().canary.held.startswith("production rolled back by ")


def test_the_held_canary_says_why_production_was_rolled_back(do, route):
    do(Rollback("support", "production"), reason="provider outage")
    assert route().canary.held == "production rolled back: provider outage"


def test_a_fallback_that_is_the_canary_ends_the_rollout(do, edit, route):
    edit('fallback = "claude-haiku-4-5-20251001"', 'fallback = "claude-sonnet-5-5"')
    do(Rollback("support", "production"))
    assert route().production == "claude-sonnet-5-5"
    assert route().canary is None


def test_rollback_without_a_fallback_says_what_would_help(desk):
    plan = desk.plan(Rollback("summarise"))
    assert "no fallback" in plan.refusal.message
    assert "console pin summarise production" in plan.refusal.hint


def test_rollback_of_a_canary_that_is_not_there_is_refused(desk):
    assert "no canary" in desk.plan(Rollback("summarise", "canary")).refusal.message


def test_after_a_promotion_rollback_returns_to_the_old_model(do, route):
    do(Promote("support"), PASS)
    do(Rollback("support"))
    assert route().production == "claude-sonnet-4-5-20250929"


def test_nothing_raises_what_was_rolled_back(do, desk):
    do(Rollback("support"))
    for request in (SetShare("support", 50), SetShare("support", "next"), Promote("support")):
        plan = desk.plan(request, PASS)
        assert "held" in plan.refusal.message
        with pytest.raises(Refused):
            desk.apply(plan, reason="please", force=True)


def test_resume_after_a_rollback_is_a_new_rollout(do, route, clock):
    old = route().rollout_id
    do(Rollback("support"))
    clock.forward(hours=2)
    do(Resume("support"))

    assert route().canary.percentage == 5
    assert route().canary.held is None
    assert route().canary.start == clock.now.replace(microsecond=0)
    assert route().rollout_id != old


def test_resume_within_the_second_of_the_start_is_still_another_rollout(do, edit, route):
    edit("2026-11-20T09:00:00Z", "2026-11-23T14:32:05Z")
    old = route().rollout_id
    do(Rollback("support"))
    do(Resume("support"))
    assert route().rollout_id != old


def test_resume_after_a_regression_needs_a_reason(do, desk):
    do(Rollback("support"))
    plan = desk.plan(Resume("support"), Standing("regression"))
    assert plan.needs_reason
    assert plan.refusal is None
