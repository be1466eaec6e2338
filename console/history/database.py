"""The history's SQLite file: opening it safely, and its schema.

Every connection lives for one operation, so nothing is shared between threads or forks, and a second console is just
another connection. A rollback journal with `synchronous=FULL` is the slowest and the safest choice; a history has a
few rows a week.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from console.domain.errors import HistoryInvalid

APPLICATION_ID = 0x434E534C
"""Marks the file as ours, so that another program's database is never written to."""
VERSION = 1
BUSY_S = 5.0

_HINT = "`console doctor` says what is wrong with it and can move it aside. The registry was not touched."
_GUARDS = """
CREATE TRIGGER changes_stay BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER contents_stay BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER contents_fixed BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER changes_fixed BEFORE UPDATE OF number, at, actor, action, route, summary, reason, command, evidence,
undoes, before, after, owner ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that cannot write, or None where there is no history yet. Raises HistoryInvalid."""
    with _failures(path):
        if not path.exists() or path.stat().st_size == 0:
            yield None
            return
        with contextlib.closing(_connect(f"{path.absolute().as_uri()}?mode=ro")) as connection:
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
            if not _is_ours(connection, path):
                _create(connection)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """True: our file; False: an empty one. Raises HistoryInvalid for anybody else's."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if mark == APPLICATION_ID:
        if version > VERSION:
            raise HistoryInvalid(f"{path}: was written by a newer version of the console", "Upgrade this one.")
        return True
    if mark == 0 and version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        return False
    raise HistoryInvalid(f"{path}: is another program's database", _HINT)


def _create(connection: sqlite3.Connection) -> None:
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
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


@contextlib.contextmanager
def _failures(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say into one clear error."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise HistoryInvalid(f"{path}: is locked by another program", "Try again in a moment.") from error
        raise HistoryInvalid(f"{path}: {error}", _HINT) from error
    except sqlite3.DatabaseError as error:
        raise HistoryInvalid(f"{path}: is no history, or is damaged: {error}", _HINT) from error
    except OSError as error:
        raise HistoryInvalid(f"{path}: {os.strerror(error.errno or 0)}", _HINT) from error
