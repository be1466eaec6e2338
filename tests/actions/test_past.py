"""What the history tells of a route, read once for every change, whichever history the change is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console.actions.past import ProductionChanges, ShareChanges
from console.history.records import Entry

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"


def registry(production: str, percentage: int) -> bytes:
    models = "".join(f'[models."{model}"]\npinned_date = 2026-05-15\nreason = "known"\n' for model in (OLD, NEW))
    canary = "claude-sonnet-5-5"
    return (
        f'schema = 1\n[routes.support]\nproduction = "{production}"\ncanary = "{canary}"\n'
        f"canary_percentage = {percentage}\ncanary_start = 2026-11-20T09:00:00Z\n{models}"
        f'[models."{canary}"]\npinned_date = 2026-05-15\nreason = "new"\n'
    ).encode()


def entry(before: bytes, after: bytes, at: datetime) -> Entry:
    return Entry(at=at, actor="olga", action="edit", summary="s", number=1, before=before, after=after)


def test_the_first_change_of_a_new_history_is_not_that_of_the_one_before() -> None:
    """`doctor --set-history-aside` while a guard or a console runs."""
    shares, productions = ShareChanges(), ProductionChanges()
    first = [entry(registry(OLD, 5), registry(OLD, 25), AT)]
    assert [change.percentage for change in shares.of(first)] == [25]
    assert productions.newest(first) == {}
    second = [entry(registry(OLD, 25), registry(NEW, 50), AT + timedelta(days=1))]
    assert [change.percentage for change in shares.of(second)] == [50]
    assert productions.newest(second)["support"].after == NEW
