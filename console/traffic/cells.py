"""Cells in the database: written while a slot is open, merged over all writers when it closes, folded when it ages.

Every process writes cells of its own (the key holds its writer's number), absolute and without reading anybody else's.
The first commit after a slot's end merges that slot's cells over all writers, adds them to the totals and moves
`closed_through`; from then on no writer may add to it. So opening a log costs the totals and the few open cells.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from console.domain.cells import SLOT_S
from console.traffic.schema import PULL_BACKS, PULLED_BACK, THROUGH, closed_through, get_meta, set_meta
from console.traffic.tally import Tally, decode, encode

MERGED = 0
"""The writer number of cells that are merged over all writers."""
MINUTE, HOUR = 6, 360
"""Slots of a minute and of an hour."""
_MINUTES_AFTER = 48 * HOUR
_HOURS_AFTER = 30 * 24 * HOUR
_AHEAD = 10 * MINUTE
"""A clock that was set back by less is waited for: until it is there again, no verdict hears anything new."""
_LONG_AGO = 1_750_000_000 // int(SLOT_S)
"""The middle of 2025: a clock that says less, in a log that says more, has not been set yet."""
_MINUTES_MARK = "minutes_through"
_HOURS_MARK = "hours_through"
NEVER = 1 << 62


class CellTally:
    """The two disjoint halves of a cell: what may be evidence, and the rest."""

    __slots__ = ("evidence", "rest")

    def __init__(self, evidence: Tally | None = None, rest: Tally | None = None) -> None:
        self.evidence = evidence or Tally()
        self.rest = rest or Tally()

    def merge(self, other: CellTally) -> None:
        """Adds both halves of `other`."""
        self.evidence.merge(other.evidence)
        self.rest.merge(other.rest)


class StoredCell(NamedTuple):
    """One row of the table `cells`, its counts still encoded."""

    slot: int
    series: int
    writer: int
    seq: int
    slots: int
    evidence: bytes
    rest: bytes

    def tally(self) -> CellTally:
        """Its counts."""
        return CellTally(decode(self.evidence), decode(self.rest))


_SELECT = "SELECT slot, series, writer, seq, slots, evidence, rest FROM cells "


def slot_of(now: float) -> int:
    """The slot of epoch second `now`."""
    return int(now // SLOT_S)


def writing_slot(db: sqlite3.Connection, now: float) -> int:
    """The slot that a commit at `now` belongs to: never one that is already closed, even if the clock was set back.

    A clock that was far ahead is not waited for: verdicts would stand still until then. Nor is one that was not set
    yet believed: it would put the whole past into one slot.
    """
    slot, through = slot_of(now), closed_through(db)
    if through - slot > _AHEAD and not slot < _LONG_AGO <= through:
        _pull_back(db, slot - 1)
        return slot
    return max(slot, through + 1)


def _pull_back(db: sqlite3.Connection, slot: int) -> None:
    """Moves what a wrong clock put after `slot` into it. Totals count what they did: all of it is in them already."""
    latest = db.execute("SELECT max(slot) FROM cells").fetchone()[0]
    if latest is not None:
        close_slots(db, latest + 1)
    cells = [cell._replace(slot=slot) for cell in read_cells(db, slot - 1)]
    db.execute("DELETE FROM cells WHERE slot >= ?", (slot,))
    write_cells(db, _merged(cells), MERGED, 0)
    db.execute("UPDATE totals SET last_slot = ? WHERE last_slot > ?", (slot, slot))
    set_meta(db, THROUGH, slot)
    set_meta(db, PULLED_BACK, slot)
    set_meta(db, PULL_BACKS, pull_backs(db) + 1)


def pull_backs(db: sqlite3.Connection) -> int:
    """How often cells were moved because a clock had been ahead."""
    return int(get_meta(db, PULL_BACKS) or 0)


def read_cells(
    db: sqlite3.Connection, after: int, before: int = NEVER, series: Iterable[int] | None = None
) -> list[StoredCell]:
    """The cells with after < slot < before, by slot and series; of all series, or of those in `series`."""
    chosen = "" if series is None else f" AND series IN ({', '.join(map(str, series))})"
    rows = db.execute(_SELECT + f"WHERE slot > ? AND slot < ?{chosen} ORDER BY slot, series", (after, before))
    return [StoredCell(*row) for row in rows.fetchall()]


def grid(db: sqlite3.Connection) -> Callable[[int], tuple[int, int]]:
    """Where the cells of a slot are: the first slot and the number of slots of the minute or hour they fold into."""
    folded = [(slots, int(get_meta(db, mark) or 0)) for slots, mark in ((HOUR, _HOURS_MARK), (MINUTE, _MINUTES_MARK))]

    def place(slot: int) -> tuple[int, int]:
        for slots, through in folded:
            if slot < through:
                return slot - slot % slots, slots
        return slot, 1

    return place


def own_cells(db: sqlite3.Connection, slot: int, writer: int) -> dict[int, CellTally]:
    """What `writer` has written into `slot`, by series."""
    rows = db.execute(_SELECT + "WHERE slot = ? AND writer = ?", (slot, writer)).fetchall()
    return {cell.series: cell.tally() for cell in (StoredCell(*row) for row in rows)}


def write_cells(
    db: sqlite3.Connection, cells: Iterable[tuple[int, int, CellTally]], writer: int, seq: int, slots: int = 1
) -> None:
    """Stores (slot, series, counts) as absolute values: writing the same twice changes nothing."""
    db.executemany(
        "INSERT OR REPLACE INTO cells (slot, series, writer, seq, slots, requests, evidence, rest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                slot,
                series,
                writer,
                seq,
                slots,
                cell.evidence.requests + cell.rest.requests,
                encode(cell.evidence),
                encode(cell.rest),
            )
            for slot, series, cell in cells
        ],
    )


def close_slots(db: sqlite3.Connection, before: int, seq: int = 0) -> int:
    """Merges every open slot earlier than `before` and adds it to the totals. Returns how many cells were merged."""
    through = closed_through(db)
    if before <= through + 1:
        return 0
    cells = read_cells(db, through, before)
    closed = list(_merged(cells))
    db.execute("DELETE FROM cells WHERE slot > ? AND slot < ?", (through, before))
    write_cells(db, closed, MERGED, seq)
    add_to_totals(db, closed)
    set_meta(db, THROUGH, before - 1)
    return len(cells)


def _merged(cells: list[StoredCell], slots: int = 1) -> Iterator[tuple[int, int, CellTally]]:
    """The cells of each (slot, series) as one, on a grid of `slots` slots."""
    ordered = sorted(cells, key=lambda cell: (cell.slot // slots, cell.series))
    for (step, series), group in groupby(ordered, key=lambda cell: (cell.slot // slots, cell.series)):
        total = CellTally()
        for cell in group:
            total.merge(cell.tally())
        yield step * slots, series, total


class Total(NamedTuple):
    """Everything of one series in closed slots since the log began, and the last of these slots."""

    tally: CellTally
    last_slot: int


def read_totals(db: sqlite3.Connection) -> dict[int, Total]:
    """The totals by series."""
    rows = db.execute("SELECT series, evidence, rest, last_slot FROM totals").fetchall()
    return {series: Total(CellTally(decode(evidence), decode(rest)), last) for series, evidence, rest, last in rows}


def add_to_totals(db: sqlite3.Connection, closed: Iterable[tuple[int, int, CellTally]]) -> None:
    """Adds closed (slot, series, counts) to the totals of their series."""
    gains: dict[int, Total] = {}
    for slot, series, tally in closed:
        gain = gains.get(series) or Total(CellTally(), slot)
        gain.tally.merge(tally)
        gains[series] = gain._replace(last_slot=max(slot, gain.last_slot))
    for series, gain in gains.items():
        row = db.execute("SELECT evidence, rest, last_slot FROM totals WHERE series = ?", (series,)).fetchone()
        if row:
            gain.tally.merge(CellTally(decode(row[0]), decode(row[1])))
        db.execute(
            "INSERT OR REPLACE INTO totals (series, evidence, rest, last_slot) VALUES (?, ?, ?, ?)",
            (
                series,
                encode(gain.tally.evidence),
                encode(gain.tally.rest),
                max(gain.last_slot, row[2] if row else -1),
            ),
        )


def fold_old(db: sqlite3.Connection, now: float, budget: int = HOUR) -> int:
    """Folds slots older than 48 h into minutes and minutes older than 30 days into hours, in the open transaction.

    Looks at no more than `budget` slots of each kind and returns how many cells it folded; call until it returns 0.
    """
    today = slot_of(now)
    folded = _fold(db, MINUTE, min(today - _MINUTES_AFTER, closed_through(db) + 1), _MINUTES_MARK, budget)
    in_minutes = int(get_meta(db, _MINUTES_MARK) or 0)
    return folded + _fold(db, HOUR, min(today - _HOURS_AFTER, in_minutes), _HOURS_MARK, budget * MINUTE)


def fold_ahead(db: sqlite3.Connection, now: float) -> None:
    """Folds everything that is old at `now` and has `grid` place what comes later so, in the open transaction."""
    while fold_old(db, now):
        pass
    today = slot_of(now)
    for slots, after, mark in ((MINUTE, _MINUTES_AFTER, _MINUTES_MARK), (HOUR, _HOURS_AFTER, _HOURS_MARK)):
        horizon = (today - after) // slots * slots
        if int(get_meta(db, mark) or 0) < horizon:
            set_meta(db, mark, horizon)


def _fold(db: sqlite3.Connection, slots: int, horizon: int, mark: str, budget: int) -> int:
    horizon -= horizon % slots
    done = int(get_meta(db, mark) or 0)
    first = db.execute("SELECT min(slot) FROM cells WHERE slot >= ?", (done,)).fetchone()[0]
    if first is None or first >= horizon:
        return 0
    first -= first % slots
    end = min(horizon, first + max(budget - budget % slots, slots))
    cells = read_cells(db, first - 1, end)
    folded = list(_merged(cells, slots))
    db.execute("DELETE FROM cells WHERE slot >= ? AND slot < ?", (first, end))
    write_cells(db, folded, MERGED, max((cell.seq for cell in cells), default=0), slots)
    set_meta(db, mark, end)
    return len(cells)
