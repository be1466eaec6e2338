"""The evidence of a rollout on disk: its frozen gates, its numbers and its watermark, in one row and one transaction.

A restart goes on from there instead of reading days of cells anew, and gets the same numbers. Whoever may write keeps
it: console, guard, or both; a row is replaced only by one that has seen at least as much.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from console.domain.cells import SLOT_S
from console.domain.errors import LogInvalid
from console.domain.record import record
from console.traffic.files import connect_writer, look
from console.traffic.schema import migrate

_BUSY_S = 0.25
"""A console that waits for a lock is a console that stands still: the next save will do."""


@record
class Kept:
    """One rollout's evidence. All parts are plain JSON values; `watermark` is the last slot that was taken in."""

    watermark: int
    plan: dict[str, Any]
    gates: dict[str, Any]
    state: dict[str, Any]
    notes: dict[str, Any]


class Snapshots:
    """Loads and saves `Kept` by rollout, in the request log at `path`. With `writable` false it only loads."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        self._path = Path(path).absolute()
        self._writable = writable

    def load(self, rollout: str) -> Kept | None:
        """What is kept of `rollout`; None where there is nothing, or nothing that can be read."""
        if look(self._path).kind != "log":
            return None
        try:
            db = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S, isolation_level=None)
            try:
                return _read(db, rollout)
            finally:
                db.close()
        except sqlite3.Error:
            return None

    def save(self, rollout: str, kept: Kept, now: float) -> bool:
        """Keep `kept` unless a row with a later watermark is there.

        Whether it is kept: a log that is locked, or on a network where nobody writes one, can be read all the same.
        """
        if not self._writable or look(self._path).kind != "log":
            return False
        try:
            db = connect_writer(self._path, busy_s=_BUSY_S)
        except (sqlite3.Error, OSError, LogInvalid):
            return False
        try:
            migrate(db, now)
            db.execute("BEGIN IMMEDIATE")
            row = db.execute("SELECT watermark FROM evidence WHERE rollout = ?", (rollout,)).fetchone()
            # A watermark of the future was saved by a clock that was ahead, and is nobody's any more.
            newer = row is None or row[0] <= kept.watermark or row[0] * SLOT_S > now
            if newer:
                values = (json.dumps(part) for part in (kept.plan, kept.gates, kept.state, kept.notes))
                db.execute(
                    "INSERT OR REPLACE INTO evidence (rollout, watermark, saved_at, plan, gates, state, notes)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (rollout, kept.watermark, now, *values),
                )
            db.execute("COMMIT")
        except sqlite3.Error:
            return False
        finally:
            with suppress(sqlite3.Error):
                db.close()
        return newer


def _read(db: sqlite3.Connection, rollout: str) -> Kept | None:
    row = db.execute(
        "SELECT watermark, plan, gates, state, notes FROM evidence WHERE rollout = ?", (rollout,)
    ).fetchone()
    if row is None:
        return None
    try:
        plan, gates, state, notes = parts = [json.loads(part) for part in row[1:]]
    except ValueError:
        return None
    if not all(isinstance(part, dict) for part in parts):
        return None
    return Kept(int(row[0]), plan, gates, state, notes)
