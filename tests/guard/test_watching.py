"""The guard on a real registry and a real log: what it sees, does, writes down and tells."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.actions.requests import Hold, Promote, Resume, SetShare, StartCanary, Undo
from console.domain.errors import HistoryInvalid
from console.history.outbox import Outbox
from console.history.store import beside

OLD, NEW, CHEAP = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
BAD = {"canary": 5}


def auto(world, **more) -> None:
    world.settings(auto_rollback=True, auto_advance=True, auto_promote=True, **more)


def test_a_regression_takes_the_canary_to_nothing_and_holds_it(world, guard) -> None:
    world.record(bad=BAD)
    seen = guard()
    assert seen.decision.kind == "roll back"
    assert seen.number == 1
    canary = world.route.canary
    assert canary is not None
    assert canary.percentage == 0
    assert canary.held is not None
    assert canary.held.startswith("error rate 20.0 % against 0.00 %")
    (entry,) = world.history
    assert (entry.actor, entry.action, entry.route) == ("guard", "rollback", "support")
    assert entry.reason == canary.held
    assert entry.evidence is not None
    assert entry.evidence["state"] == "regression"
    assert entry.evidence["canary_requests"] > 0
    assert any(detail.startswith("decided on requests up to 2026-11-23 13:") for detail in entry.evidence["details"])
    (alert,) = world.alerts
    assert (alert.key, alert.severity) == ("history/1", "critical")
    assert "error rate 20.0 %" in alert.decided
    assert "console undo 1 --force" in alert.undo
    assert any("rolled back, 25 → 0 %" in line for line in world.said)


def test_what_it_rolled_back_stays_so(world, guard) -> None:
    auto(world)
    world.record(bad=BAD)
    guard()
    before = world.registry.read_bytes()
    for _ in range(5):
        world.forward(hours=7)
        world.record(n=50)
        assert guard().decision.kind == "nothing"
    fresh = world.guard()
    assert {seen.decision.kind for seen in fresh.round()} == {"nothing"}
    fresh.close()
    assert world.registry.read_bytes() == before
    assert len(world.history) == 1
    assert len(world.alerts) == 1


def test_a_person_who_undoes_it_is_not_fought(world, guard) -> None:
    world.record(bad=BAD)
    guard()
    world.forward(minutes=5)
    world.act(Undo(1), "we want to see it fail", force=True)
    assert world.route.canary_percentage == 25
    seen = guard()
    assert seen.decision.kind == "alert"
    assert world.route.canary_percentage == 25
    assert "took the rollback back" in guard().decision.sentence
    assert [alert.key for alert in world.alerts].count(f"regression/{world.route.rollout_id}") == 1


def test_a_resumed_canary_is_a_new_rollout_and_watched_anew(world, guard) -> None:
    world.record(bad=BAD)
    guard()
    world.forward(minutes=5)
    world.act(Resume("support"))
    assert guard().decision.kind == "nothing"
    world.forward(minutes=20)
    world.record(bad=BAD)
    assert guard().decision.kind == "roll back"
    assert world.route.canary_percentage == 0


def test_without_auto_rollback_it_only_tells_once(world, guard) -> None:
    world.settings(auto_rollback=False)
    world.record(bad=BAD)
    assert guard().decision.kind == "alert"
    for _ in range(3):
        assert guard().decision.kind == "nothing"
    assert world.route.canary_percentage == 25
    assert [alert.severity for alert in world.alerts] == ["critical"]


def test_a_grace_counts_down_before_the_rollback(world, guard) -> None:
    world.settings(auto_rollback=True, grace='"15m"')
    world.record(bad=BAD)
    seen = guard()
    assert seen.decision.kind == "nothing"
    assert seen.intent.when is not None
    assert seen.decision.sentence.startswith("rolls back: error rate")
    world.now = seen.intent.when - timedelta(seconds=1)
    assert guard().decision.kind == "nothing"
    world.forward(seconds=1)
    assert guard().decision.kind == "roll back"


def test_a_pass_and_the_time_of_a_step_lead_up_the_ladder(world, guard) -> None:
    auto(world)
    world.record(n=500, seconds=3_000)
    assert guard().decision.kind == "advance"
    assert world.route.canary_percentage == 50
    (entry,) = world.history
    assert (entry.actor, entry.action, entry.summary) == ("guard", "rollout", "support canary 25 → 50 %")
    assert [alert.severity for alert in world.alerts] == ["info"]
    # The pass of a step is no pass of the next one, and its time begins anew.
    assert guard().decision.kind == "nothing"
    world.forward(minutes=59)
    world.record(n=500, seconds=3_000)
    waiting = guard()
    assert (waiting.sight.state, waiting.decision.kind) == ("pass", "nothing")
    assert waiting.decision.sentence == "promotes if it still passes"
    world.forward(minutes=2)
    world.record(n=50, seconds=60)
    assert guard().decision.kind == "promote"
    assert (world.route.production, world.route.fallback) == (NEW, OLD)
    assert world.history[0].action == "promote"


def test_nothing_is_raised_unless_the_route_allows_it(world, guard) -> None:
    world.record(n=500, seconds=3_000)
    seen = guard()
    assert seen.sight.state == "pass"
    assert seen.decision.kind == "nothing"
    assert world.history == ()


def test_a_freeze_stops_raising_and_not_lowering(world, guard) -> None:
    auto(world, freeze='["Mon 12:00-Mon 18:00 UTC"]')
    world.record(n=500, seconds=3_000)
    seen = guard()
    assert seen.decision.kind == "nothing"
    assert seen.intent.when == world.now.replace(hour=18, minute=0, second=0)
    world.forward(minutes=10)
    world.record(bad={"canary": 2})
    assert guard().decision.kind == "roll back"


def test_a_person_may_hold_against_it(world, guard) -> None:
    auto(world)
    world.act(Hold("support", "wait for olga"))
    world.record(n=500, seconds=3_000)
    seen = guard()
    assert seen.sight.state == "pass"
    assert "wait for olga" in seen.decision.sentence
    assert world.route.canary_percentage == 25


def test_a_share_set_by_hand_begins_the_time_of_its_step(world, guard) -> None:
    auto(world)
    world.record(n=200, seconds=3_000)
    world.edit('min_step_time = "1h"', 'min_step_time = "6h"')
    guard()
    world.act(SetShare("support", 30.0))
    guard()
    world.forward(minutes=350)
    world.record(n=500, seconds=2_000)
    seen = guard()
    assert seen.sight.state == "pass"
    assert seen.decision.kind == "nothing"
    assert seen.intent.when is not None
    assert seen.intent.when > world.now


def test_an_edit_by_hand_begins_it_too(world, guard) -> None:
    auto(world)
    world.record(n=600, seconds=3_000)
    world.act(SetShare("support", 30.0))
    guard()
    world.forward(minutes=2)
    world.edit("canary_percentage = 30", "canary_percentage = 40")
    guard()
    assert world.history[0].actor == "external"
    world.forward(minutes=50)
    world.record(n=500, seconds=2_000)
    seen = guard()
    assert (seen.sight.state, seen.decision.kind) == ("pass", "nothing")


def test_another_model_that_answers_holds_the_canary(world, guard) -> None:
    world.record(n=300)
    guard()
    world.forward(minutes=1)
    world.record(n=100, seconds=30, served="claude-sonnet-4-0")
    seen = guard()
    assert seen.decision.kind == "hold"
    assert "is answered by claude-sonnet-4-0" in (world.route.canary.held or "")
    assert world.route.canary_percentage == 25
    assert [alert.severity for alert in world.alerts] == ["warning"]
    # Whoever resumes knows of it: the same cause holds it no second time, and raises nothing either.
    world.act(Resume("support"), "it is the same model")
    world.forward(minutes=1)
    world.record(n=100, seconds=30, served="claude-sonnet-4-0")
    assert guard().decision.kind == "nothing"
    fresh = world.guard()
    assert "hold" not in {seen.decision.kind for seen in fresh.round()}
    fresh.close()


def test_silence_holds_what_it_would_raise_and_only_tells_of_the_rest(world, guard) -> None:
    world.record(n=300)
    guard()
    world.forward(minutes=31)
    assert guard().decision.kind == "alert"
    assert guard().decision.kind == "nothing"
    assert world.route.canary is not None
    assert world.route.canary.held is None
    auto(world)
    fresh = world.guard()
    held = next(seen for seen in fresh.round() if seen.sight.route.name == "support")
    fresh.close()
    assert held.decision.kind == "hold"
    assert "no request in the log since 13:59" in (world.route.canary.held or "")


def test_a_route_that_is_asked_twice_an_hour_is_not_silent_after_ten_minutes(world, guard) -> None:
    world.record(n=10, seconds=17_900)
    world.forward(minutes=20)
    assert guard().sight.doubts == ()


def test_a_missing_log_advances_nothing_and_is_told(world, guard) -> None:
    auto(world)
    assert guard().decision.kind == "nothing"
    world.forward(seconds=61)
    seen = guard()
    assert seen.decision.kind == "hold"
    assert "no request log" in seen.decision.sentence


def test_a_damaged_log_is_told_and_a_mended_one_is_read(world, guard) -> None:
    world.record(bad=BAD)
    good = world.log.read_bytes()
    world.log.write_bytes(b"no database, and longer than sixteen bytes")
    guard()
    world.forward(seconds=70)
    assert guard().decision.kind == "alert"
    world.log.write_bytes(good)
    world.forward(seconds=10)
    assert guard().decision.kind == "roll back"


def test_a_clock_that_jumped_holds_what_it_would_raise(world, guard) -> None:
    auto(world)
    world.edit('min_step_time = "1h"', 'min_step_time = "24h"')
    world.record(n=600)
    assert guard().sight.state == "pass"
    world.forward(seconds=1)
    world.skew_s = 90_000.0
    seen = guard()
    assert seen.decision.kind == "hold"
    assert "clock jumped 1 d 1 h forward" in seen.decision.sentence
    assert world.route.canary_percentage == 25


def test_requests_of_the_future_hold_the_canary(world, guard) -> None:
    world.record(n=600)
    world.skew_s = -3_600.0
    seen = guard()
    assert seen.decision.kind == "hold"
    assert "in the future: a clock is off" in seen.decision.sentence


def test_one_route_that_cannot_be_judged_stops_no_other(world, guard, monkeypatch) -> None:
    world.edit(
        '[routes.summarise]\nproduction = "gpt-4.1-mini-2025-04-14"',
        "[routes.summarise]\n"
        f'production = "gpt-4.1-mini-2025-04-14"\ncanary = "{NEW}"\n'
        "canary_percentage = 5\ncanary_start = 2026-11-23T09:00:00Z",
    )
    world.record(bad=BAD)
    watching = world.guard()
    real = type(watching._eyes)._canary
    monkeypatch.setattr(
        type(watching._eyes),
        "_canary",
        lambda self, route, now: 1 / 0 if route.name == "summarise" else real(self, route, now),
    )
    seen = {each.sight.route.name: each for each in watching.round()}
    watching.close()
    assert seen["support"].decision.kind == "roll back"
    assert seen["summarise"].decision.kind == "alert"
    assert "ZeroDivisionError" in seen["summarise"].decision.sentence
    assert world.route.canary_percentage == 0


def test_an_invalid_registry_is_told_once_and_watched_on(world, guard) -> None:
    world.record(n=300)
    guard()
    good = world.registry.read_text()
    world.registry.write_text(good.replace("canary_percentage = 25", "canary_percentage = 500"))
    world.forward(minutes=5)
    world.record(bad={"canary": 2})
    for _ in range(3):
        seen = guard()
        assert seen.decision.kind == "roll back"
        assert "500" in seen.problem or seen.problem == "tried a moment ago"
        world.forward(seconds=1)
    assert {alert.severity for alert in world.alerts} == {"critical"}
    assert len(world.alerts) == 2  # that it cannot be read, and that the guard could not act
    world.registry.write_text(good)
    world.forward(seconds=60)
    assert guard().number is not None
    assert world.route.canary_percentage == 0


def test_a_registry_edited_while_it_acts_is_decided_anew(world, guard, monkeypatch) -> None:
    world.act(Hold("support", "look at this first"))
    world.record(bad=BAD)
    watching = world.guard()
    plan = type(watching._desk).plan

    def edited_first(self, *arguments, **more):
        monkeypatch.undo()
        world.edit("canary_percentage = 25", "canary_percentage = 40")
        return plan(self, *arguments, **more)

    monkeypatch.setattr(type(watching._desk), "plan", edited_first)
    first = next(seen for seen in watching.round() if seen.sight.route.name == "support")
    assert first.number is None
    assert "deciding anew" in first.problem
    assert world.route.canary_percentage == 40
    again = next(seen for seen in watching.round() if seen.sight.route.name == "support")
    watching.close()
    assert again.number is not None
    assert [entry.actor for entry in world.history] == ["guard", "external", "olga@desk"]
    assert world.history[0].summary == "support canary rolled back, 40 → 0 %"


def test_a_file_that_cannot_be_written_is_told_and_tried_again(world, guard, monkeypatch) -> None:
    world.record(bad=BAD)
    from console.domain.errors import Refused
    from console.registry import writing

    def protected(target, name):
        raise Refused(f"{name} is write-protected for this user")

    monkeypatch.setattr(writing, "_must_be_writable", protected)
    assert "write-protected" in guard().problem
    assert guard().problem == "tried a moment ago"
    world.forward(seconds=2)
    assert "write-protected" in guard().problem
    assert [alert.severity for alert in world.alerts] == ["critical"]
    monkeypatch.undo()
    world.forward(seconds=5)
    assert guard().number == 1


def test_a_raise_that_keeps_failing_delays_no_rollback(world, guard) -> None:
    """Promoting needs a person's word here, so the guard tries it once a minute; a regression does not wait."""
    auto(world)
    world.edit("canary_percentage = 25", 'canary_percentage = 50\nsuite = "suites/support.toml"')
    world.record(n=2_000, seconds=3_000)
    for _ in range(7):
        world.forward(minutes=1)
        world.record(n=20, seconds=50)
        assert "a person's reason is needed" in guard().problem
    assert guard().problem == "tried a moment ago"
    world.record(n=400, seconds=2, bad={"canary": 2})
    world.forward(seconds=20)
    assert guard().decision.kind == "roll back"
    assert world.route.canary_percentage == 0


def test_a_regression_is_rolled_back_as_soon_as_the_registry_is_mended(world, guard) -> None:
    world.record(n=50)
    guard()
    good = world.registry.read_text()
    world.registry.write_text("schema = 2")
    world.forward(minutes=5)
    world.record(bad=BAD)
    for _ in range(7):
        world.forward(minutes=1)
        world.record(n=20, seconds=50, bad=BAD)
        assert guard().decision.kind == "roll back"
    world.registry.write_text(good)
    assert guard().number == 1


def test_an_alert_that_found_the_history_locked_is_put_when_it_is_free(world, guard, monkeypatch) -> None:
    world.record(bad=BAD)
    guard()

    def locked(self, alert):
        raise HistoryInvalid("history.db: is locked by another program")

    monkeypatch.setattr(Outbox, "put", locked)
    world.registry.write_text("schema = 2")
    for _ in range(3):
        guard()
    assert sum("cannot be read" in line for line in world.said) == 1
    monkeypatch.undo()
    guard()
    assert [alert.title for alert in world.alerts][:1] == ["registry.toml cannot be read: the guard can change nothing"]


def test_a_broken_history_stops_no_rollback_and_every_raise(world, guard) -> None:
    auto(world)
    world.record(n=500, seconds=3_000)
    path = beside(world.registry)
    path.write_bytes(b"no database, and longer than sixteen bytes")
    seen = guard()
    assert seen.decision.kind == "nothing"
    assert "does not say since when" in seen.decision.sentence
    world.forward(minutes=10)
    world.record(bad={"canary": 2})
    assert guard().decision.kind == "roll back"
    assert world.route.canary_percentage == 0


def test_the_alert_of_a_guard_that_died_is_put_by_the_next(world, guard, monkeypatch) -> None:
    world.record(bad=BAD)
    from console.guard import watching

    with monkeypatch.context() as patched:
        patched.setattr(watching.Guard, "_pay", lambda self: None)
        guard()
    assert len(world.history) == 1
    assert world.alerts == []
    for _ in range(2):
        fresh = world.guard()
        fresh.round()
        fresh.close()
    assert [alert.key for alert in world.alerts] == ["history/1"]


def test_an_old_change_is_no_news(world, guard) -> None:
    world.record(bad=BAD)
    guard()
    beside(world.registry)
    world.forward(days=4)
    fresh = world.guard()
    fresh._outbox = Outbox(world.folder / "another.history.db", {"slack": "info"})
    fresh.round()
    fresh.close()
    assert [each.alert.key for each in fresh._outbox.deliveries() if each.alert.key.startswith("history/")] == []


def test_the_end_of_a_model_is_told_once(world, guard) -> None:
    guard()
    world.forward(hours=1)
    guard()
    assert [alert.key for alert in world.told].count(f"retires/{OLD}/2026-11-30/7") == 1


def test_a_guard_that_is_not_asked_for_notices_tells_none(world) -> None:
    watching = world.guard(notices=False)
    watching.round()
    watching.close()
    assert world.told == []


def test_a_production_model_that_another_one_answers_for_is_told(world, guard) -> None:
    world.record(n=300)
    world.act(Promote("support"))
    guard()
    world.forward(hours=3)
    world.record(n=50, served="claude-sonnet-6")
    guard()
    assert any("claude-sonnet-6" in alert.title for alert in world.alerts)


def test_a_dry_guard_changes_and_tells_nothing(world, guard) -> None:
    world.record(bad=BAD)
    before = sorted(path.name for path in world.folder.iterdir())
    dry = world.guard(acts=False)
    seen = next(each for each in dry.round() if each.sight.route.name == "support")
    dry.close()
    assert seen.decision.kind == "roll back"
    assert seen.number is None
    assert world.route.canary_percentage == 25
    assert sorted(path.name for path in world.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("fallback_edit", "kind"), [(None, "roll back"), ((f'fallback = "{OLD}"', f'fallback = "{CHEAP}"'), "alert")]
)
def test_production_that_fails_after_its_promotion_goes_back(world, guard, fallback_edit, kind) -> None:
    world.record(n=800, seconds=10_000)
    world.act(Promote("support"))
    if fallback_edit:
        world.edit(*fallback_edit)
    assert guard().decision.sentence == f"watches {NEW} after its promotion"
    world.forward(minutes=10)
    world.record(n=300, seconds=500)
    assert guard().decision.kind == "nothing"
    world.forward(minutes=10)
    world.record(n=300, seconds=500, bad={"production": 5})
    seen = guard()
    assert seen.decision.kind == kind
    assert "since the promotion" in seen.decision.sentence
    assert world.route.production == (OLD if kind == "roll back" else NEW)
    world.forward(minutes=10)
    assert guard().decision.kind == "nothing"


def test_a_clock_that_was_ahead_for_a_moment_ends_no_watch_over_a_promotion(world, guard) -> None:
    world.record(n=800, seconds=10_000)
    world.act(Promote("support"))
    guard()
    world.forward(minutes=1)
    world.skew_s = 7_200
    guard()
    world.skew_s = 0
    world.forward(minutes=10)
    world.record(n=300, seconds=500, bad={"production": 5})
    assert guard().decision.kind == "roll back"
    assert world.route.production == OLD


def test_a_promotion_is_watched_no_longer_than_its_window(world, guard) -> None:
    world.settings(auto_rollback=True, rollback_window='"1h"')
    world.record(n=800, seconds=10_000)
    world.act(Promote("support"))
    world.forward(minutes=61)
    world.record(n=300, seconds=500, bad={"production": 2})
    assert guard().decision.sentence == "there is no canary to watch"


def test_an_undone_swap_is_not_repeated(world, guard) -> None:
    world.record(n=800, seconds=10_000)
    world.act(Promote("support"))
    world.forward(minutes=10)
    world.record(n=300, seconds=500, bad={"production": 2})
    assert guard().decision.kind == "roll back"
    world.act(Undo(2), "it was the provider", force=True)
    assert world.route.production == NEW
    assert guard().decision.kind == "nothing"


def test_a_next_canary_is_judged_beside_the_watch(world, guard) -> None:
    world.record(n=800, seconds=10_000)
    world.act(Promote("support"))
    world.forward(minutes=1)
    world.act(StartCanary("support", CHEAP, 5))
    world.forward(minutes=20)
    world.record(n=300, seconds=500, bad={"production": 3, "canary": 3})
    seen = guard()
    assert seen.decision.kind == "roll back"
    assert world.route.production == OLD
