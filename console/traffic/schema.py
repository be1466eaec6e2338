"""The tables of the request log, and how an older log becomes a newer one.

Migrations are an append-only list of named functions. They may add nullable columns, tables and views, nothing else:
processes with an older version of this package keep writing the same file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x4D434C47
"""Stands in the file's header (`PRAGMA application_id`): how a request log is told from another program's database."""


def _first_tables(db: sqlite3.Connection) -> None:
    """Rows, cells and what they refer to.

    `series` numbers each (route, rollout, arm, model); `shapes` each way of calling.
    `requests.served` is NULL where the asked model answered, and empty where the answer did not say. A cell's
    `evidence` and `rest` are disjoint, their sum is what the screen shows. Writer 0 owns the cells of closed slots,
    merged over all writers.
    """
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            db.execute(statement)


_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE series (
  id INTEGER PRIMARY KEY, route TEXT NOT NULL, rollout TEXT NOT NULL, arm TEXT NOT NULL, model TEXT NOT NULL,
  UNIQUE (route, rollout, arm, model));
CREATE TABLE shapes (
  id INTEGER PRIMARY KEY, prompt_hash TEXT NOT NULL, parameters TEXT NOT NULL, sdk TEXT NOT NULL,
  UNIQUE (prompt_hash, parameters, sdk));
CREATE TABLE requests (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at REAL NOT NULL, slot INTEGER NOT NULL, series INTEGER NOT NULL,
  served TEXT, user BLOB, why TEXT, evidence INTEGER NOT NULL, outcome TEXT NOT NULL, error_class TEXT,
  latency_ms REAL, ttft_ms REAL, input_tokens INTEGER, output_tokens INTEGER, cached_tokens INTEGER,
  cache_write_tokens INTEGER, reasoning_tokens INTEGER, cost_usd REAL, price TEXT, retries INTEGER,
  shape INTEGER, messages INTEGER, characters INTEGER, satisfied INTEGER, flagged INTEGER);
CREATE TABLE cells (
  slot INTEGER NOT NULL, series INTEGER NOT NULL, writer INTEGER NOT NULL, seq INTEGER NOT NULL,
  slots INTEGER NOT NULL, requests INTEGER NOT NULL, evidence BLOB NOT NULL, rest BLOB NOT NULL,
  PRIMARY KEY (slot, series, writer)) WITHOUT ROWID;
CREATE TABLE totals (
  series INTEGER PRIMARY KEY, evidence BLOB NOT NULL, rest BLOB NOT NULL, last_slot INTEGER NOT NULL);
CREATE TABLE served (
  series INTEGER NOT NULL, model TEXT NOT NULL, hour INTEGER NOT NULL, requests INTEGER NOT NULL, last_at REAL NOT NULL,
  PRIMARY KEY (series, model, hour)) WITHOUT ROWID;
CREATE TABLE rollouts (
  id INTEGER PRIMARY KEY, rollout TEXT NOT NULL UNIQUE, first_slot INTEGER NOT NULL,
  production INTEGER NOT NULL DEFAULT 0, canary INTEGER NOT NULL DEFAULT 0);
CREATE TABLE rollout_users (
  rollout INTEGER NOT NULL, user BLOB NOT NULL, arm TEXT NOT NULL, first_slot INTEGER NOT NULL,
  counted INTEGER NOT NULL, errors INTEGER NOT NULL, refusals INTEGER NOT NULL, truncated INTEGER NOT NULL,
  empty INTEGER NOT NULL, rated INTEGER NOT NULL DEFAULT 0, dissatisfied INTEGER NOT NULL DEFAULT 0,
  flagged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (rollout, user, arm)) WITHOUT ROWID;
CREATE TABLE writers (
  id INTEGER PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started_at REAL NOT NULL, version TEXT,
  seq INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
  lost_feedback INTEGER NOT NULL DEFAULT 0, last_commit_at REAL);
CREATE VIEW request_log AS
  SELECT requests.id, datetime(at, 'unixepoch') AS started, route, rollout, arm, model,
  nullif(coalesce(served, model), '') AS served, hex(user) AS user, why, evidence, outcome, error_class, latency_ms,
  ttft_ms, input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost_usd, price, retries,
  prompt_hash, parameters, sdk, messages, characters, satisfied, flagged
  FROM requests JOIN series ON series.id = requests.series LEFT JOIN shapes ON shapes.id = requests.shape;
"""


def _evidence(db: sqlite3.Connection) -> None:
    """The evidence of each rollout, its watermark and the gates it was frozen with. See console.traffic.snapshots."""
    db.execute(
        "CREATE TABLE evidence (rollout TEXT PRIMARY KEY, watermark INTEGER NOT NULL, saved_at REAL NOT NULL,"
        " plan TEXT NOT NULL, gates TEXT NOT NULL, state TEXT NOT NULL, notes TEXT NOT NULL) WITHOUT ROWID"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first_tables, _evidence)


def migrate(db: sqlite3.Connection, now: float) -> None:
    """Brings the log behind `db` up to this version, in one transaction. A newer log is left as it is."""
    if _pending(db):
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at REAL NOT NULL)")
            for migration in _pending(db):
                migration(db)
                db.execute("INSERT INTO migrations VALUES (?, ?)", (migration.__name__, now))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    if db.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        # The header that tells a request log from other files would stay in the journal for a thousand pages.
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def _pending(db: sqlite3.Connection) -> list[Callable[[sqlite3.Connection], None]]:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return list(MIGRATIONS)
    done = {name for (name,) in db.execute("SELECT name FROM migrations")}
    return [migration for migration in MIGRATIONS if migration.__name__ not in done]


def get_meta(db: sqlite3.Connection, key: str) -> int | float | str | None:
    """The value kept under `key`, or None."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(db: sqlite3.Connection, key: str, value: float | str) -> None:
    """Keeps `value` under `key`."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


THROUGH = "closed_through"
"""Every cell of a slot up to this one is merged, owned by writer 0 and counted in `totals`; no slot up to it grows."""
PULL_BACKS = "pull_backs"
"""How often that happened: what a writer remembers of its cells no longer holds after it."""
PULLED_BACK = "pulled_back_to"
"""The slot into which the last clock that was ahead put what it had written later: see `console.traffic.cells`."""


def closed_through(db: sqlite3.Connection) -> int:
    """The last slot that is merged over all writers, or -1."""
    value = get_meta(db, THROUGH)
    return -1 if value is None else int(value)
