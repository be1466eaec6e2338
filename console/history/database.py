"""The history's SQLite file: opening it safely, and its schema.

Every connection lives for one operation, so nothing is shared between threads or forks, and a second console is just
another connection. A rollback journal with `synchronous=FULL` is the slowest and the safest choice; a history has a
few rows a week.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from console.domain.errors import HistoryInvalid

APPLICATION_ID = 0x434E534C
"""Marks the file as ours, so that another program's database is never written to."""
BUSY_S = 5.0

HINT = "`console doctor` says what is wrong with it and can move it aside. The registry was not touched."
_FULL = "Make room on that disk, and repeat the command. The registry was not touched."
_GUARDS = """
CREATE TRIGGER changes_stay BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER contents_stay BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER contents_fixed BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER changes_fixed BEFORE UPDATE OF number, at, actor, action, route, summary, reason, command, evidence,
undoes, before, after, owner ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""
_OUTBOX = """
CREATE TABLE outbox (name TEXT NOT NULL);
INSERT INTO outbox VALUES (lower(hex(randomblob(8))));
CREATE TABLE alerts (
  key TEXT PRIMARY KEY, severity TEXT NOT NULL, title TEXT NOT NULL, at TEXT NOT NULL, route TEXT NOT NULL,
  what TEXT NOT NULL, decided TEXT NOT NULL, done TEXT NOT NULL, undo TEXT NOT NULL, resolves TEXT NOT NULL,
  put_at REAL NOT NULL);
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY, alert TEXT NOT NULL REFERENCES alerts (key), target TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL,
  give_up_at REAL NOT NULL, owner TEXT NOT NULL DEFAULT '', claimed_until REAL NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', ended_at REAL, UNIQUE (alert, target));
CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE state = 'waiting';
"""


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that cannot write, or None where there is no history yet. Raises HistoryInvalid."""
    with _failures(path):
        if not path.exists() or path.stat().st_size == 0:
            yield None
            return
        with contextlib.closing(_connect_to_read(path)) as connection:
            if _is_ours(connection, path):
                yield connection
            else:
                yield None


@contextlib.contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection inside one exclusive transaction, committed at the end. Raises HistoryInvalid."""
    with _failures(path):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with contextlib.closing(_connect(f"{path.absolute().as_uri()}?mode=rw")) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                _migrate(connection, 0 if not _is_ours(connection, path) else _version(connection))
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk may have ended it
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, after taking back what a crash left half written: it could not do that itself."""
    uri = path.absolute().as_uri()
    connection = _connect(f"{uri}?mode=ro")
    try:
        _version(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        with contextlib.closing(_connect(f"{uri}?mode=rw")) as mending:
            _version(mending)
        connection = _connect(f"{uri}?mode=ro")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """True: our file; False: an empty one. Raises HistoryInvalid for anybody else's."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    version = _version(connection)
    if mark == APPLICATION_ID:
        if version > len(MIGRATIONS):
            raise HistoryInvalid(f"{path}: was written by a newer version of the console", "Upgrade this one.")
        return True
    if mark == 0 and version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        return False
    raise HistoryInvalid(f"{path}: is another program's database", HINT)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the file from `version` to the newest, inside the caller's transaction."""
    if version == len(MIGRATIONS):
        return
    for migration in MIGRATIONS[version:]:
        migration(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _changes(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # slow to import, and needed once in the life of a registry

    database = Database(connection, execute_plugins=False)
    database.table("contents").create({"sha256": str, "data": bytes}, pk="sha256", not_null={"data"})
    columns = {"number": int, "at": str, "actor": str, "action": str, "route": str, "summary": str, "reason": str}
    more = {"command": str, "evidence": str, "undoes": int, "before": str, "after": str, "state": str, "owner": str}
    database.table("changes").create(
        columns | more,
        pk="number",
        foreign_keys=[("before", "contents", "sha256"), ("after", "contents", "sha256")],
        not_null=set(columns | more) - {"evidence", "undoes", "number"},
    )
    for statement in _GUARDS.split("END;\n"):
        if statement.strip():
            connection.execute(f"{statement} END;")


def _outbox(connection: sqlite3.Connection) -> None:
    for statement in _OUTBOX.split(";\n"):
        if statement.strip():
            connection.execute(statement)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_changes, _outbox)
"""What makes the newest schema of an empty file. Only ever added to: a file's `user_version` counts those it has."""


@contextlib.contextmanager
def _failures(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say into one clear error."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise HistoryInvalid(f"{path}: is locked by another program", "Try again in a moment.") from error
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        raise HistoryInvalid(f"{path}: {error}", _FULL if full else HINT) from error
    except sqlite3.DatabaseError as error:
        raise HistoryInvalid(f"{path}: is no history, or is damaged: {error}", HINT) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise HistoryInvalid(f"{path}: {os.strerror(error.errno or 0)}", _FULL if full else HINT) from error
