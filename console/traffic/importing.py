"""Bulk writing of rows that carry their own times: a demo's past days, an application's old log."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from console.domain.cells import SLOT_S
from console.domain.requests import RequestRow
from console.traffic.cells import (
    MERGED,
    add_to_totals,
    close_slots,
    fold_ahead,
    grid,
    read_cells,
    write_cells,
)
from console.traffic.files import connect_writer
from console.traffic.keys import UserKeys, load_key
from console.traffic.schema import get_meta, migrate, set_meta
from console.traffic.storing import Gains, Memory, insert_rows, register_writer

_CHUNK = 20_000
_BUSY_S = 10.0


def write_history(path: Path, rows: Iterable[RequestRow], *, now: float | None = None, chunk: int = _CHUNK) -> int:
    """Writes `rows` into the log at `path`, each in the slot in which it ended. Returns how many.

    Rows in the order of their times are fastest. Do not import into slots that an application is writing: slots up to
    the newest row are closed. With `now` (epoch seconds), rows too old for cells of their own slot are counted by the
    minute or hour at once: several times faster for weeks of rows. Otherwise that follows when the log is kept up.

    Raises:
        LogInvalid: the path holds something else.
        sqlite3.Error: a row's id is in the log already, or the log is locked, full or corrupt. Whole chunks stay.
    """
    db = connect_writer(Path(path).absolute(), busy_s=_BUSY_S)
    try:
        return _write(db, Path(path).absolute(), iter(rows), now, chunk)
    finally:
        db.close()


def _write(db: sqlite3.Connection, path: Path, rows: Iterator[RequestRow], now: float | None, chunk: int) -> int:
    keys, memory, written, newest, writer = UserKeys(load_key(path)), Memory(), 0, 0.0, 0
    while part := list(islice(rows, chunk)):
        newest = max(newest, *(row.at for row in part))
        migrate(db, newest)
        db.execute("BEGIN IMMEDIATE")
        try:
            writer = writer or register_writer(db, socket.gethostname(), os.getpid(), newest, "import")
            if get_meta(db, "users_key") is None:
                set_meta(db, "users_key", keys.key_id)
            if now is not None:
                fold_ahead(db, now)
            slots = [_slot(row) for row in part]
            _add(db, insert_rows(db, keys, memory, part, slots), max(slots))
            written += len(part)
            db.execute("UPDATE writers SET rows = ?, last_commit_at = ? WHERE id = ?", (written, newest, writer))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    return written


def _slot(row: RequestRow) -> int:
    return int((row.at + (row.latency_ms or 0.0) / 1000) // SLOT_S)


def _add(db: sqlite3.Connection, gains: Gains, newest: int) -> None:
    """Adds to merged cells that may be there already, and to the totals."""
    close_slots(db, newest + 1)
    add_to_totals(db, [(slot, series, gain) for (slot, series), gain in gains.items()])
    placed: dict[int, Gains] = {}
    place = grid(db)
    for (slot, series), gain in gains.items():
        first, slots = place(slot)
        cells = placed.setdefault(slots, {})
        if (first, series) in cells:
            cells[first, series].merge(gain)
        else:
            cells[first, series] = gain
    for slots, cells in placed.items():
        for cell in read_cells(db, min(cells)[0] - 1, max(cells)[0] + 1):
            if (cell.slot, cell.series) in cells:
                cells[cell.slot, cell.series].merge(cell.tally())
        write_cells(db, [(*key, cell) for key, cell in cells.items()], MERGED, 0, slots)
