"""One look at real files: a registry, a log and a history, also while they are being written or broken."""

from __future__ import annotations

import sqlite3

import pytest

from console.actions.requests import Drop, Hold, Promote, Resume, Rollback, SetShare
from console.domain.errors import LogInvalid, RegistryInvalid
from console.history.store import History, beside
from console.traffic.importing import write_history
from console.traffic.reading import LogMissing
from console.view.records import State


def canary(look, name="support"):
    return next(shown for shown in look().view.canaries if shown.route == name)


def test_without_a_log_there_is_no_data_and_the_registry_is_shown(look) -> None:
    found = look()
    assert [shown.state for shown in found.view.canaries] == [State.NO_DATA, State.NO_DATA]
    assert [shown.sentence for shown in found.view.canaries] == ["no requests yet"] * 2
    assert [route.name for route in found.view.routes] == ["support", "summarise"]
    assert isinstance(found.problem, LogMissing)
    assert found.view.data_age_s is None
    assert found.verdicts == {}


def test_an_empty_log_is_no_requests_yet(world, look) -> None:
    world.log.touch()
    assert canary(look).state is State.NO_DATA
    assert canary(look).sentence == "no requests yet"


def test_counts_verdict_and_age_come_from_the_log(world, look) -> None:
    world.record(300)
    found = look()
    support, summarise = found.view.canaries
    assert (support.production_requests, support.canary_requests) == (300, 300)
    assert support.state in (State.WATCHING, State.WARMING_UP, State.PASS)
    assert support.split == "split as set"
    assert [step.state for step in support.steps] == ["done", "done", "current", "todo"]
    assert found.verdicts["support"].canary_n > 0
    assert found.users[world.rollout] == {"production": 300, "canary": 300}
    assert found.problem is None
    assert found.view.problem == ""
    assert 0 <= found.view.data_age_s <= 120
    assert summarise.state is State.NO_DATA


def test_a_regression_says_what_to_press_and_whom_it_moves(world, look) -> None:
    world.record(600, canary_bad=4)
    shown = canary(look)
    assert shown.state is State.REGRESSION
    assert shown.sentence.startswith("error rate 25.0 % against 0.00 %: +25.0 points")
    assert shown.second == "press r to roll back 50 % → 0 %; 600 users return to production"
    assert shown.plots[0].title == "Error rate"


def test_after_the_rollback_it_says_that_it_is_done(world, look) -> None:
    world.record(600, canary_bad=4)
    look()
    world.act(Rollback("support"))
    world.forward(seconds=2)
    shown = canary(look)
    assert shown.state is State.REGRESSION
    assert shown.second == "rolled back 50 % → 0 %; console undo"


def test_after_a_rollback_by_the_guard_it_says_where_to_read_why(world, look) -> None:
    world.record(600, canary_bad=4)
    look()
    world.act(Rollback("support"), "error rate", actor="guard")
    world.forward(seconds=2)
    assert canary(look).second == "the guard rolled back 50 % → 0 %; console history --why 1"


def test_a_hold_is_shown_with_why(world, look) -> None:
    world.record(300)
    world.act(Hold("support", "waiting for legal"), "waiting for legal")
    shown = canary(look)
    assert (shown.state, shown.sentence) == (State.HELD, "held 14:00: “waiting for legal”; a person clears it")


def test_a_hold_keeps_its_time_over_other_changes_and_is_dated_once_it_is_old(world, look) -> None:
    world.record(300)
    world.act(Hold("support", "waiting for legal"), "waiting for legal")
    world.forward(hours=1)
    world.act(SetShare("support", 25), "less of it")
    assert canary(look).sentence == "held 14:00: “waiting for legal”; a person clears it"
    world.forward(hours=12)
    assert canary(look).sentence == "held 23 Nov: “waiting for legal”; a person clears it"


def test_a_hold_that_no_history_tells_of_has_no_time(world, look) -> None:
    world.record(300)
    text = world.registry.read_text(encoding="utf-8")
    world.registry.write_text(text.replace("fallback", 'canary_held = "by hand"\nfallback', 1), encoding="utf-8")
    assert canary(look).sentence == "“by hand”; a person clears it"


def test_a_second_hold_has_a_time_of_its_own(world, look) -> None:
    world.record(300)
    for reason in ("waiting for legal", "once more"):
        world.act(Hold("support", reason), reason)
        world.forward(minutes=5)
        world.act(Resume("support"), "go on")
    world.act(Hold("support", "waiting for legal"), "waiting for legal")
    world.forward(minutes=5)
    assert canary(look).sentence == "held 14:10: “waiting for legal”; a person clears it"


def test_a_history_that_was_restored_tells_its_own_time_of_a_hold(world, look) -> None:
    world.record(300)
    before = world.registry.read_bytes()
    world.act(Hold("support", "waiting for legal"), "waiting for legal")
    assert canary(look).sentence == "held 14:00: “waiting for legal”; a person clears it"
    beside(world.registry).unlink()  # another file with the same number for another change takes its place
    world.registry.write_bytes(before)
    world.forward(minutes=7)
    world.act(Hold("support", "waiting for legal"), "waiting for legal")
    assert [entry.number for entry in History(beside(world.registry)).entries()] == [1]
    assert canary(look).sentence == "held 14:07: “waiting for legal”; a person clears it"


def test_an_arm_that_fell_silent_leaves_nothing_to_compare(world, look) -> None:
    world.record(300)
    world.forward(minutes=30)
    shown = canary(look)
    assert shown.state is State.NO_COMPARISON
    assert shown.sentence == "no production request in the last 10 min: nothing to compare"


def test_a_split_that_is_off_voids_the_numbers(world, look) -> None:
    rows = [*world.rows(950, "production"), *world.rows(50, "canary")]
    write_history(world.log, sorted(rows, key=lambda row: row.at))
    shown = canary(look)
    assert shown.state is State.SUSPECT
    assert shown.sentence == "canary share 5.0 % of users, 50 % configured: numbers void"
    assert shown.split_tone == "waiting"


def test_new_requests_are_seen_at_the_next_look(world, look) -> None:
    world.record(100)
    assert canary(look).canary_requests == 100
    world.forward(hours=1)
    world.record(50)
    assert canary(look).canary_requests == 150


def test_a_change_of_the_registry_is_seen_at_the_next_look(world, look) -> None:
    world.record(100)
    assert look().view.routes[0].percentage == 50
    world.act(SetShare("support", 75), "go on")
    found = look()
    assert found.view.routes[0].percentage == 75
    assert found.snapshot.registry.routes["support"].canary_percentage == 75
    assert found.view.changes[0].text.startswith("support canary 50 → 75 %")
    assert (world.now, "75 %") in found.view.canaries[0].plots[0].steps


def test_a_dropped_canary_leaves_no_verdict_behind(world, look) -> None:
    world.record(100)
    assert "support" in look().verdicts
    world.act(Drop("support"))
    found = look()
    assert found.verdicts == {}
    shown = found.view.canaries[0]
    assert shown.state is State.NO_CANARY
    assert (shown.sentence, shown.second) == ("everybody gets the production model", "c starts a canary")


@pytest.mark.parametrize(
    "data",
    [b"", b"schema = 1\n[routes.support", b"schema = 1\n", b"\xff\xfe"],
    ids=["empty", "half", "no routes", "junk"],
)
def test_a_broken_registry_keeps_the_last_good_one(world, look, data) -> None:
    world.record(100)
    before = look().view
    good = world.registry.read_bytes()
    world.registry.write_bytes(data)
    found = look()
    assert isinstance(found.problem, RegistryInvalid)
    assert "registry.toml" in found.view.problem
    assert found.view.routes == before.routes
    assert found.view.canaries[0].canary_requests == 100
    world.registry.write_bytes(good)
    again = look()
    assert again.problem is None
    assert again.view.problem == ""


def test_a_registry_that_is_gone_keeps_the_last_good_one(world, look) -> None:
    look()
    world.registry.unlink()
    found = look()
    assert "there is no such file" in found.view.problem
    assert [route.name for route in found.view.routes] == ["support", "summarise"]


def test_a_registry_that_was_never_good_is_an_empty_screen_with_its_reason(world) -> None:
    world.registry.write_text("nonsense")
    lookout = world.lookout()
    found = lookout.look(world.now)
    lookout.close()
    assert found.snapshot is None
    assert found.view.routes == ()
    assert "is not valid TOML" in found.view.problem


def break_it(path) -> None:
    path.write_bytes(b"junk " * 1_000)


def another_program(path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()


def remove(path) -> None:
    path.unlink()


@pytest.mark.parametrize("spoil", [break_it, another_program, remove])
def test_a_log_that_becomes_unreadable_keeps_the_last_numbers(world, look, spoil) -> None:
    world.record(200)
    before = look().view
    world.forward(minutes=2)
    spoil(world.log)
    found = look()
    shown = found.view.canaries[0]
    assert isinstance(found.problem, LogInvalid)
    assert (shown.state, shown.stale) == (State.ERROR, True)
    assert (shown.production_requests, shown.canary_requests) == (200, 200)
    assert shown.metrics == before.canaries[0].metrics
    assert str(world.log) in shown.sentence
    assert found.view.data_age_s == pytest.approx(before.data_age_s + 120)


def test_a_log_that_can_be_read_again_is_fresh_again(world, look) -> None:
    world.record(200)
    look()
    data = world.log.read_bytes()
    break_it(world.log)
    assert canary(look).stale
    world.log.unlink()
    world.log.write_bytes(data)
    shown = canary(look)
    assert (shown.stale, shown.canary_requests) == (False, 200)


def test_a_locked_log_is_told_and_waited_for_shortly(world, look) -> None:
    world.record(100)
    look()
    holder = sqlite3.connect(world.log, isolation_level=None)
    try:
        holder.execute("PRAGMA journal_mode = delete")
        holder.execute("BEGIN EXCLUSIVE")
        shown = canary(look)
        assert shown.stale
        assert "is locked by another process" in shown.sentence
    finally:
        holder.close()
    assert not canary(look).stale


def test_old_numbers_of_another_rollout_are_not_shown(world, look) -> None:
    """They would stand beside the name of a model that they are not about."""
    world.record(200)
    look()
    world.act(Promote("support"), "by hand")
    break_it(world.log)
    shown = canary(look)
    assert shown.state is State.ERROR
    assert shown.canary_requests == 0


def test_a_broken_history_is_no_reason_to_go_dark(world, look) -> None:
    world.record(50)
    beside(world.registry).write_bytes(b"no history " * 500)
    found = look()
    assert found.view.changes == ()
    assert found.view.canaries[0].canary_requests == 50


def test_plots_are_kept_until_a_slot_closes(world, look) -> None:
    world.record(100)
    first = canary(look).plots
    world.forward(seconds=1)
    assert all(a is b for a, b in zip(canary(look).plots, first, strict=True))
    world.forward(seconds=30)
    assert not any(a is b for a, b in zip(canary(look).plots, first, strict=True))


def test_the_environments_override_is_shown(world) -> None:
    lookout = world.lookout(environment={"LLM_MODEL_SUPPORT": "gpt-x"})
    routes = lookout.look(world.now).view.routes
    lookout.close()
    assert [route.override for route in routes] == ["gpt-x", ""]


def test_a_read_only_lookout_writes_nothing(world) -> None:
    world.record(100)
    before = {path.name: path.read_bytes() for path in world.folder.iterdir()}
    lookout = world.lookout(read_only=True)
    view = lookout.look(world.now).view
    lookout.close()
    assert view.read_only is True
    assert {path.name: path.read_bytes() for path in world.folder.iterdir()} == before


def test_retirements_are_in_the_view(look) -> None:
    assert [(str(event.on), event.route) for event in look().view.retirements] == [
        ("2026-11-30", "support"),
        ("2027-01-14", "summarise"),
    ]
