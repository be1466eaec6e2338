"""A plan in the words of a dialog: consequence, users, undo, and the exact lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.actions.desk import Desk
from console.actions.requests import Hold, PinTier, Promote, Rollback, SetShare, Undo
from console.actions.standing import Standing
from console.text.safe import SafeText
from console.view.planned import plan_view, standing_of
from console.view.records import CanaryView, MetricView, State

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
STANDING = Standing(
    "watching", "no regression so far", ("error rate 0.97 % against 0.95 %",), canary_users=620, production_users=620
)


@pytest.fixture
def desk(world) -> Desk:
    return Desk(world.registry, actor="olga@desk", clock=lambda: world.now)


def test_a_step_up_says_who_moves(desk) -> None:
    shown = plan_view(desk.plan(SetShare("support", 100 - 25), STANDING))
    assert shown.users == "310 users move to the canary: 50 % → 75 %"
    assert (shown.state, shown.sentence) == (State.WATCHING, "no regression so far")
    assert shown.details == "error rate 0.97 % against 0.95 %"
    assert shown.lowers is False


def test_a_rollback_says_who_returns_and_how_it_is_undone(desk) -> None:
    shown = plan_view(desk.plan(Rollback("support"), STANDING))
    assert shown.users == "620 users move back to production: 50 % → 0 %"
    assert shown.undo == "u or console undo writes these lines back; users follow in 2 s"
    assert shown.lowers is True
    assert shown.needs_reason is False


def test_one_user_is_singular(desk) -> None:
    few = Standing("watching", canary_users=1, production_users=1)
    assert plan_view(desk.plan(Rollback("support"), few)).users.startswith("1 user moves back")


def test_without_evidence_it_says_so(desk) -> None:
    shown = plan_view(desk.plan(Rollback("support")))
    assert shown.state is State.NO_DATA
    assert shown.sentence == "no evidence is at hand"
    assert shown.users == "50 % → 0 % of users; none seen on this rollout yet"


def test_a_hold_moves_nobody(desk) -> None:
    assert plan_view(desk.plan(Hold("support", "legal"), STANDING)).users == ("nobody moves: the share stays at 50 %")


def test_a_rollback_of_production_moves_everybody_and_says_whose_verdict_it_shows(desk) -> None:
    desk.apply(desk.plan(Rollback("support"), STANDING))
    shown = plan_view(desk.plan(Rollback("support", "production"), STANDING))
    assert shown.users == "everybody moves to claude-haiku-4-5-20251001"
    assert shown.sentence == "the canary, at 0 %: no regression so far"


def test_a_rollback_of_production_beside_a_canary_leaves_the_canarys_users_alone(desk) -> None:
    shown = plan_view(desk.plan(Rollback("support", "production"), STANDING))
    assert shown.users == "50 % of users move to claude-haiku-4-5-20251001"
    assert shown.sentence == "the canary: no regression so far"


def test_another_production_model_and_its_undo_say_where_everybody_goes(desk, world) -> None:
    desk.apply(desk.plan(PinTier("summarise", "production", "gpt-5.4-mini-2026-03-17"), reason="cheaper"))
    was = "gpt-4.1-mini-2025-04-14"
    assert plan_view(desk.plan(Undo())).users == f"everybody moves to {was}"


def test_taking_a_promotion_back_says_who_returns(desk) -> None:
    desk.apply(desk.plan(Promote("support"), STANDING, reason="looked at by hand"))
    shown = plan_view(desk.plan(Undo()))
    assert shown.users == "50 % of users move to claude-sonnet-4-5-20250929"
    assert shown.undo.startswith("u in the history or console undo NUMBER writes")


def test_the_diff_is_the_files(desk, world) -> None:
    shown = plan_view(desk.plan(Promote("support"), STANDING))
    removed = [line.text for line in shown.diff if line.kind == "removed"]
    added = [line.text for line in shown.diff if line.kind == "added"]
    assert 'production = "claude-sonnet-5-5"' in added
    assert "canary_percentage = 50" in removed
    assert all(line in world.registry.read_text() for line in removed)
    assert shown.command.startswith("console promote support")


def test_promoting_without_a_pass_asks_for_a_reason_and_says_why(desk) -> None:
    shown = plan_view(desk.plan(Promote("support"), STANDING))
    assert shown.needs_reason is True
    assert shown.asks == "a typed reason: the verdict is watching, not pass"
    assert not shown.refusal
    with_reason = plan_view(desk.plan(Promote("support"), STANDING, reason="looked at by hand"))
    assert with_reason.needs_reason is False


def test_a_refusal_is_told(desk) -> None:
    shown = plan_view(desk.plan(Promote("summarise")))
    assert "canary" in shown.refusal
    assert shown.diff == ()


def test_hostile_sentences_are_tamed(desk) -> None:
    shown = plan_view(desk.plan(Rollback("support"), Standing("watching", "a\x1b]0;x\x07\nb", ("c\x9b",))))
    assert not {"\x1b", "\x07", "\n", "\x9b"} & set(shown.sentence + shown.details)


def metric(name: str, label: str, **more: object) -> MetricView:
    words = {key: SafeText(value) if isinstance(value, str) else value for key, value in more.items()}
    return MetricView(name, label, **{"production": SafeText("1.00 %"), "canary": SafeText("1.10 %"), **words})


def test_the_standing_of_a_canary(verdict, judged) -> None:
    cost = judged("cost", role="signal", decided="regression")
    metrics = (
        metric("error", "error rate"),
        metric("latency_p95", "latency p95", change="×0.96"),
        metric("cost", "cost per 1k", change="×1.46", limit="1.40", inside=False),
        metric("refusal", "refusals"),
    )
    shown = CanaryView(SafeText("support"), State.WATCHING, SafeText("fine so far"), metrics=metrics, since=NOW)
    later = NOW + timedelta(minutes=332)
    found = standing_of(shown, verdict(metrics=(judged(), cost)), {"canary": 5, "production": 95}, later)
    assert found.details == (
        "error rate 1.10 % against 1.00 %",
        "latency p95 ×0.96",
        "cost per 1k ×1.46 (limit 1.40)",
    )
    assert (found.state, found.signals, found.step_minutes) == ("watching", ("cost",), 332.0)
    assert (found.canary_requests, found.production_requests) == (1_000, 20_000)
    assert (found.canary_users, found.production_users) == (5, 95)


def test_the_time_of_a_step_begins_with_its_share(world, look, desk) -> None:
    """Whoever raised the share an hour ago is told so before the next step, however old the canary is."""
    world.record(300)
    world.act(SetShare("support", 75), "go on")
    world.forward(hours=1)
    world.record(300)
    found = look()
    (shown,) = (view for view in found.view.canaries if view.route == "support")
    standing = standing_of(shown, found.verdicts["support"], {}, world.now)
    assert standing.step_minutes == pytest.approx(60)
    assert desk.plan(SetShare("support", 90), standing).notes[-1] == "1 h of 1 d at 75 %"


def test_the_standing_without_a_verdict() -> None:
    shown = CanaryView(SafeText("support"), State.NO_DATA, SafeText(""), production_requests=7, canary_requests=3)
    found = standing_of(shown, None, {}, NOW)
    assert found.step_minutes is None
    assert (found.production_requests, found.canary_requests, found.canary_users) == (7, 3, None)
