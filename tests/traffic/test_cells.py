"""Cells of many writers become one when their slot closes, age into minutes and hours, and never lose a request."""

from __future__ import annotations

import sqlite3

import pytest

from console.domain.cells import total
from console.traffic.cells import (
    HOUR,
    MERGED,
    MINUTE,
    CellTally,
    close_slots,
    fold_old,
    grid,
    own_cells,
    read_cells,
    read_totals,
    slot_of,
    write_cells,
    writing_slot,
)
from console.traffic.schema import MIGRATIONS, closed_through, migrate

DAY = 24 * HOUR


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, 0.0)
    yield db
    db.close()


def tally(requests: int = 1, evidence: int = 0) -> CellTally:
    cell = CellTally()
    cell.rest.plain[0], cell.evidence.plain[0] = requests - evidence, evidence
    cell.rest.latency = {7: requests - evidence} if requests > evidence else {}
    return cell


def shown(db: sqlite3.Connection) -> int:
    cells = [cell.tally() for cell in read_cells(db, -1)]
    return total(part.counts() for cell in cells for part in (cell.rest, cell.evidence)).requests


def test_writing_a_cell_twice_changes_nothing(db) -> None:
    for _ in range(2):
        write_cells(db, [(5, 1, tally(3))], writer=1, seq=1)
    assert shown(db) == 3
    assert {series: cell.rest.requests for series, cell in own_cells(db, 5, 1).items()} == {1: 3}
    assert own_cells(db, 5, 2) == {}


def test_closing_merges_the_writers_and_adds_to_the_totals(db) -> None:
    for writer in (1, 2, 3):
        write_cells(db, [(5, 1, tally(2, 1)), (6, 1, tally()), (5, 2, tally())], writer, seq=writer)
    assert close_slots(db, before=6) == 6
    closed = [(cell.slot, cell.series, cell.writer) for cell in read_cells(db, -1, 6)]
    assert closed == [(5, 1, MERGED), (5, 2, MERGED)]
    totals = read_totals(db)
    assert {n: (t.tally.rest.requests, t.tally.evidence.requests, t.last_slot) for n, t in totals.items()} == {
        1: (3, 3, 5),
        2: (3, 0, 5),
    }
    assert shown(db) == 3 * 4
    assert len(read_cells(db, 5)) == 3, "the open slot keeps its writers apart"


def test_closing_again_changes_nothing(db) -> None:
    write_cells(db, [(5, 1, tally(4))], 1, 1)
    close_slots(db, 6)
    before = (read_cells(db, -1), db.execute("SELECT * FROM totals").fetchall())
    assert close_slots(db, 6) == 0
    assert (read_cells(db, -1), db.execute("SELECT * FROM totals").fetchall()) == before


def test_a_closed_slot_is_never_written_again(db) -> None:
    close_slots(db, 100)
    assert closed_through(db) == 99
    assert writing_slot(db, now=1005.0) == 100
    assert writing_slot(db, now=500.0) == 100, "the clock was set back"


@pytest.mark.parametrize("ahead", [162, 20 * DAY])
def test_a_clock_that_was_far_ahead_is_not_waited_for(db, ahead) -> None:
    write_cells(db, [(ahead, 1, tally(3)), (ahead + 1, 1, tally(2))], 1, 1)
    close_slots(db, ahead + 1)
    assert writing_slot(db, now=1000.0) == 100
    assert closed_through(db) == 99
    assert [(cell.slot, cell.tally().rest.requests) for cell in read_cells(db, -1)] == [(99, 5)]
    assert read_totals(db)[1].tally.rest.requests == 5
    assert read_totals(db)[1].last_slot == 99, "or the arm would seem alive until then"


def test_a_clock_that_starts_in_1970_moves_nothing_of_the_past(db) -> None:
    """A machine without a battery, before it asked for the time: the past may not be put into one slot for that."""
    today = 1_795_000_000 // 10
    write_cells(db, [(today, 1, tally(3)), (today + 1, 1, tally(2))], 1, 1)
    close_slots(db, today + 1)
    assert writing_slot(db, now=30.0) == today + 1
    assert [cell.slot for cell in read_cells(db, -1)] == [today, today + 1]


def fill(db: sqlite3.Connection, first: int, last: int) -> int:
    write_cells(db, [(slot, series, tally(2, 1)) for slot in range(first, last) for series in (1, 2)], MERGED, 1)
    close_slots(db, last)
    return shown(db)


def test_slots_older_than_two_days_fold_into_minutes(db) -> None:
    requests = fill(db, 0, 100)
    now = (2 * DAY + 50) * 10.0
    while fold_old(db, now):
        pass
    cells = read_cells(db, -1)
    assert {(cell.slot, cell.slots) for cell in cells if cell.slots > 1} == {(n, MINUTE) for n in range(0, 48, MINUTE)}
    assert min(cell.slot for cell in cells if cell.slots == 1) == 48, "only whole minutes are folded"
    assert shown(db) == requests
    assert grid(db)(20) == (18, MINUTE)
    assert grid(db)(60) == (60, 1)


def test_minutes_older_than_thirty_days_fold_into_hours(db) -> None:
    requests = fill(db, 0, 3 * HOUR)
    now = (30 * DAY + 2 * HOUR) * 10.0
    while fold_old(db, now, budget=100):
        pass
    cells = read_cells(db, -1)
    assert sorted({(cell.slot, cell.slots) for cell in cells if cell.slots > MINUTE}) == [(0, HOUR), (HOUR, HOUR)]
    assert {cell.slots for cell in cells if cell.slot >= 2 * HOUR} == {MINUTE}
    assert shown(db) == requests
    assert grid(db)(5) == (0, HOUR)


def test_folding_is_bounded_and_comes_to_an_end(db) -> None:
    requests = fill(db, 0, 4 * HOUR)
    now = 10 * DAY * 10.0
    steps = 0
    while folded := fold_old(db, now, budget=60):
        assert folded <= 2 * 60
        steps += 1
    assert 1 < steps <= 4 * HOUR / 60
    assert shown(db) == requests


def test_a_gap_of_years_folds_at_once(db) -> None:
    fill(db, 0, 6)
    fill(db, 10**7, 10**7 + 6)
    while fold_old(db, (10**7 + 40 * DAY) * 10.0):
        pass
    assert shown(db) == 2 * 6 * 2 * 2


def test_totals_do_not_change_when_cells_fold(db) -> None:
    fill(db, 0, 100)
    before = db.execute("SELECT * FROM totals").fetchall()
    fold_old(db, 60 * DAY * 10.0)
    assert db.execute("SELECT * FROM totals").fetchall() == before


def test_migrations_are_applied_once_and_newer_ones_left_alone(db) -> None:
    db.execute("INSERT INTO migrations VALUES ('of a newer version', 0)")
    migrate(db, 1.0)
    names = [name for (name,) in db.execute("SELECT name FROM migrations ORDER BY applied_at, name")]
    assert names == sorted([*(migration.__name__ for migration in MIGRATIONS), "of a newer version"])


def test_a_failed_migration_leaves_nothing_behind(monkeypatch) -> None:
    def broken(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("disk full")

    db = sqlite3.connect(":memory:", isolation_level=None)
    monkeypatch.setattr("console.traffic.schema.MIGRATIONS", (broken,))
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, 0.0)
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_slots_are_ten_seconds() -> None:
    assert [slot_of(now) for now in (0.0, 9.99, 10.0, 1_795_000_005.0)] == [0, 0, 1, 179_500_000]
