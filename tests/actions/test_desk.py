"""The desk itself: what is recorded, what happens when the file, the history or the rights are not as they were."""

from __future__ import annotations

import multiprocessing
import sys
from itertools import pairwise

import pytest

from console.actions.desk import Desk
from console.actions.requests import Hold, Promote, Rollback, SetShare, Undo
from console.actions.standing import Standing
from console.domain.errors import HistoryInvalid, ReadOnly, RegistryChanged, RegistryInvalid


def test_a_change_is_recorded_with_who_when_why_and_on_what_evidence(desk, path, clock):
    before = path.read_bytes()
    standing = Standing("pass", "all metrics", ("p95 ×0.96",), 300.0, 20_000, 18_402, ("tokens",), 6_214, 100_000)
    outcome = desk.apply(desk.plan(Promote("support"), standing), reason="looks good")

    entry = desk.history.entry(outcome.number)

    assert (entry.actor, entry.at, entry.action, entry.route) == ("olga@desk", clock.now, "promote", "support")
    assert entry.reason == "looks good"
    assert entry.command == "console promote support --reason 'looks good'"
    assert (entry.before, entry.after) == (before, path.read_bytes())
    assert entry.evidence["canary_requests"] == 18_402
    assert entry.evidence["details"] == ["p95 ×0.96"]
    assert entry.state == "committed"


def test_without_a_verdict_there_is_no_evidence(desk):
    outcome = desk.apply(desk.plan(SetShare("support", 25)))
    assert desk.history.entry(outcome.number).evidence is None


def test_planning_writes_nothing(desk, path):
    before = sorted(path.parent.iterdir())
    for request in (SetShare("support", 25), Promote("support"), Rollback("support"), Undo()):
        desk.plan(request)
    assert sorted(path.parent.iterdir()) == before


def test_the_outcome_carries_the_new_registry(desk):
    outcome = desk.apply(desk.plan(SetShare("support", 25)))
    assert outcome.snapshot.registry.routes["support"].canary_percentage == 25


def test_a_file_that_changed_meanwhile_is_not_overwritten(desk, edit, path):
    plan = desk.plan(SetShare("support", 25))
    edit("canary_percentage = 5", "canary_percentage = 7")
    before = path.read_bytes()

    with pytest.raises(RegistryChanged) as caught:
        desk.apply(plan)

    assert "-canary_percentage = 5" in caught.value.difference
    assert "+canary_percentage = 7" in caught.value.difference
    assert path.read_bytes() == before


def test_a_plan_is_made_once(desk):
    plan = desk.plan(SetShare("support", 25))
    desk.apply(plan)
    with pytest.raises(RegistryChanged):
        desk.apply(plan)


def test_what_is_written_is_what_was_shown(desk, clock):
    plan = desk.plan(Rollback("support"))
    clock.forward(minutes=9)
    outcome = desk.apply(plan)
    assert outcome.plan.diff == plan.diff


def test_a_read_only_desk_plans_and_writes_nothing(desk_of, desk, path):
    reader = desk_of(read_only=True)
    before = path.read_bytes()
    plan = reader.plan(SetShare("support", 25))

    assert isinstance(plan.refusal, ReadOnly)
    assert plan.diff
    with pytest.raises(ReadOnly):
        reader.apply(plan, reason="r", force=True)
    with pytest.raises(ReadOnly):
        reader.apply(desk.plan(Rollback("support")))
    assert reader.notice() is None
    assert path.read_bytes() == before
    assert not reader.history.path.exists()


def test_an_invalid_file_is_one_error_for_every_action(desk, path):
    path.write_text("schema = 1\n")
    with pytest.raises(RegistryInvalid):
        desk.plan(Rollback("support"))


def test_a_broken_history_stops_raising_but_never_lowering(desk, path):
    desk.history.path.write_bytes(b"this is no database" * 99)
    before = path.read_bytes()

    with pytest.raises(HistoryInvalid):
        desk.apply(desk.plan(SetShare("support", 25)))
    assert path.read_bytes() == before

    outcome = desk.apply(desk.plan(Rollback("support")))
    assert outcome.number == 0
    assert any("not recorded" in note for note in outcome.notes)
    assert outcome.snapshot.registry.routes["support"].canary_percentage == 0


def test_a_hand_edit_before_a_change_enters_the_history_first(desk, edit):
    desk.apply(desk.plan(SetShare("support", 25)))
    edit("canary_percentage = 25", "canary_percentage = 30")
    desk.apply(desk.plan(SetShare("support", 50)))

    assert [(entry.actor, entry.summary) for entry in reversed(desk.history.entries())] == [
        ("olga@desk", "support canary 5 → 25 %"),
        ("external", "edited by hand: support.canary_percentage 25 → 30"),
        ("olga@desk", "support canary 30 → 50 %"),
    ]


def test_notice_finds_nothing_where_nothing_happened(desk):
    assert desk.notice() is None
    desk.apply(desk.plan(SetShare("support", 25)))
    assert desk.notice() is None
    assert len(desk.history.entries()) == 1


def test_a_change_that_a_crash_left_open_is_found_again(desk, path, edit):
    plan = desk.plan(SetShare("support", 25))
    desk.apply(plan)
    number = desk.history.intend(_draft(desk), path.read_bytes(), path.read_bytes().replace(b"= 25\n", b"= 50\n"))
    edit("canary_percentage = 25", "canary_percentage = 50")

    assert desk.notice() is None
    assert desk.history.entry(number).state == "committed"


def _draft(desk):
    return desk.history.begin(desk.history.entry(1)).draft


def test_reasons_are_tidied_before_they_are_kept(desk, path):
    desk.apply(desk.plan(Hold("support")), reason="line one\n\tline\0two " + "x" * 900)
    held = desk.plan(SetShare("support", 5)).snapshot.registry.routes["support"].canary.held
    assert held.startswith("line one line two x")
    assert len(held) == 500


def test_a_reason_given_while_planning_is_shown_and_kept(desk):
    plan = desk.plan(Rollback("support"), reason="slow")
    assert ("added", 'canary_held = "slow"') in plan.diff
    desk.apply(plan)
    assert desk.history.entry(1).reason == "slow"


def _walk(path, name, count):
    desk = Desk(path, actor=name)
    made = 0
    while made < count:
        current = desk.plan(SetShare("support", 5)).snapshot.registry.routes["support"].canary_percentage
        plan = desk.plan(SetShare("support", 10 + (current + 7) % 80))
        if plan.refusal is not None:  # the other one has just set the same share
            continue
        try:
            desk.apply(plan)
        except RegistryChanged:
            continue
        made += 1


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_two_consoles_at_once_lose_no_change(desk, path):
    context = multiprocessing.get_context("fork")
    people = [context.Process(target=_walk, args=(path, name, 12)) for name in ("olga", "ben")]
    for person in people:
        person.start()
    for person in people:
        person.join(60)

    entries = list(reversed(desk.history.entries(limit=100)))

    assert [person.exitcode for person in people] == [0, 0]
    assert sorted(entry.actor for entry in entries) == ["ben"] * 12 + ["olga"] * 12
    assert all(one.after == other.before for one, other in pairwise(entries))
    assert entries[-1].after == path.read_bytes()
