"""What keeps a log small and trustworthy: old slots folded, old rows deleted, the file's integrity looked at."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from console.traffic.cells import close_slots, fold_old, slot_of

RETENTION_DAYS = 30
_DAY_S = 86_400
_ROWS = 20_000
_WRITER_DAYS = 30
_PAUSE_MS = 5_000


def step(db: sqlite3.Connection, now: float, retention_days: float = RETENTION_DAYS, rows: int = _ROWS) -> int:
    """One bounded piece of upkeep in a transaction of its own; returns how much it did, 0 when nothing is left.

    A writer runs it after closing a slot; the console runs it when it opens a log that nobody writes.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        done = fold_old(db, now) + _expire(db, now, retention_days * _DAY_S, rows) + _retire_writers(db, now)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return done


def _expire(db: sqlite3.Connection, now: float, keep_s: float, rows: int) -> int:
    """Deletes the oldest rows that started more than `keep_s` seconds ago. Rows stand in the order of their commit.

    A clock that ran ahead leaves rows of the future: they go with the old ones that were committed after them.
    """
    before, ahead = now - keep_s, now + _DAY_S
    oldest = db.execute("SELECT n, at FROM requests WHERE at <= ? ORDER BY n LIMIT 1", (ahead,)).fetchone()
    if oldest is None or oldest[1] >= before:
        return 0
    end = oldest[0] + rows
    (last,) = db.execute("SELECT max(n) FROM requests WHERE n < ? AND at < ?", (end, before)).fetchone()
    cursor = db.execute("DELETE FROM requests WHERE n <= ? AND (at < ? OR at > ?)", (last, before, ahead))
    return cursor.rowcount


def _retire_writers(db: sqlite3.Connection, now: float) -> int:
    """Adds up the writers that have been silent for 30 days in writer 0: what was dropped stays counted."""
    before = now - _WRITER_DAYS * _DAY_S
    old = "id > 0 AND coalesce(last_commit_at, started_at) < ?"
    count, rows, dropped, lost = db.execute(
        f"SELECT count(*), sum(rows), sum(dropped), sum(lost_feedback) FROM writers WHERE {old}",  # noqa: S608
        (before,),
    ).fetchone()
    if count:
        db.execute("INSERT OR IGNORE INTO writers (id, host, pid, started_at) VALUES (0, '', 0, 0)")
        db.execute(
            "UPDATE writers SET rows = rows + ?, dropped = dropped + ?, lost_feedback = lost_feedback + ? WHERE id = 0",
            (rows, dropped, lost),
        )
        db.execute(f"DELETE FROM writers WHERE {old}", (before,))  # noqa: S608
    return int(count)


def tidy(path: Path, now: float, retention_days: float = RETENTION_DAYS) -> int:
    """All the upkeep the log at `path` needs, in short transactions; returns how much was done.

    Raises:
        sqlite3.Error: the log is locked, corrupt or cannot be written.
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        db.execute(f"PRAGMA busy_timeout = {_PAUSE_MS}")
        db.execute("BEGIN IMMEDIATE")
        done = close_slots(db, slot_of(now))
        db.execute("COMMIT")
        while piece := step(db, now, retention_days):
            done += piece
        return done
    finally:
        db.close()


def integrity(path: Path) -> tuple[str, ...]:
    """What `PRAGMA integrity_check` finds in the log at `path`; empty when it is sound. Reads the whole file."""
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)").fetchall()]
        finally:
            db.close()
    except sqlite3.Error as error:
        return (str(error),)
    return tuple(line for line in found if line != "ok")
