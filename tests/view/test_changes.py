"""The history as lines, and the moments at which a share changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.actions.past import ShareChanges
from console.actions.requests import Drop, PinTier, Promote, Resume, Rollback, SetShare, StartCanary, Undo
from console.history.records import Entry
from console.history.store import History, beside
from console.view.changes import change_view, label

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def shares(world):
    """(route, percentage) of every change so far, the oldest first."""

    def ask() -> list[tuple[str, float]]:
        entries = History(beside(world.registry)).entries()
        return [(change.route, change.percentage) for change in reversed(ShareChanges().of(entries))]

    return ask


def entry(**more: object) -> Entry:
    values = {"at": AT, "actor": "olga@desk", "action": "rollout", "summary": "support canary 5 → 25 %", "number": 3}
    return Entry(**{**values, "before": b"", "after": b"", **more})  # type: ignore[arg-type]


def test_a_change_is_a_line() -> None:
    shown = change_view(entry(reason="looks good"))
    assert (shown.number, shown.at, shown.text) == (3, AT, "support canary 5 → 25 %")
    assert (shown.actor, shown.reason, shown.undone) == ("olga", "looks good", False)


def test_an_undone_change_is_marked() -> None:
    assert change_view(entry(undone_by=4)).undone is True


def test_hostile_words_are_tamed() -> None:
    bad = "x\x1b]0;y\x07\nz"
    shown = change_view(entry(reason=bad, summary=bad, actor=bad))
    assert not {"\x1b", "\x07", "\n"} & set(shown.reason + shown.text + shown.actor)


def test_steps_and_rollbacks_are_changes_of_the_share(world, shares) -> None:
    world.act(SetShare("support", 75), "go on")
    world.act(Rollback("support"))
    assert shares() == [("support", 75), ("support", 0)]


def test_a_new_rollout_is_one_although_its_share_is_the_same(world, shares) -> None:
    world.act(Rollback("support"))
    world.forward(minutes=1)
    world.act(Resume("support"), "again")
    assert [route for route, _ in shares()] == ["support", "support"]


def test_other_changes_are_none(world, shares) -> None:
    world.act(PinTier("summarise", "fallback", "gpt-5.4-mini-2026-03-17"), "x")
    assert shares() == []


def test_promote_and_drop_end_the_share(world, shares) -> None:
    world.act(Promote("support"), "by hand")
    world.act(Undo())
    world.act(Drop("support"))
    assert [percentage for _, percentage in shares()] == [0, 50, 0]


def test_a_started_canary_is_a_change(world, shares) -> None:
    world.act(StartCanary("summarise", "gpt-5.4-mini-2026-03-17", 10, "to try"), "to try")
    assert shares() == [("summarise", 10)]


def test_content_that_is_no_registry_is_passed_over() -> None:
    assert ShareChanges().of([entry(before=b"\xff", after=b"not toml [")]) == ()


def test_a_change_that_never_happened_does_not_count(world) -> None:
    world.act(SetShare("support", 75), "go on")
    made = History(beside(world.registry)).entries()[0]
    assert ShareChanges().of([replace(made, state="intended")]) == ()
    assert ShareChanges().of([made])[0].percentage == 75


def test_what_a_change_was_before_is_known(world) -> None:
    world.act(SetShare("support", 75), "go on")
    change = ShareChanges().of(History(beside(world.registry)).entries())[0]
    assert (change.before, label(change)) == (50, "75 %")
