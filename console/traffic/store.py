"""The writer's end of the log: opens the file, commits batches, and survives what happens to files.

Used by one thread. Every failure ends as a message and "not stored": whether to try again is the caller's business.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from console.domain.errors import LogInvalid
from console.domain.requests import RequestRow
from console.traffic import upkeep
from console.traffic.files import Identity, connect_writer, identity, look, put_aside
from console.traffic.keys import UserKeys, load_key
from console.traffic.schema import get_meta, migrate, set_meta
from console.traffic.storing import Batch, Feedback, Memory, Writer, register_writer, store
from console.traffic.tally import Malformed

Warn = Callable[[str], None]
Written = Literal["stored", "later", "never"]
"""`later`: nothing was stored, try again. `never`: these rows cannot be stored by any retry."""
_BUSY_S = 1.0
"""How long SQLite itself waits for a lock. The caller tries again without end, reducing its queue in between."""
_LOCKED_LONG_S = 5.0
"""Writers that are busy keep each other out for a second or two; only longer waits are worth a word."""
_FEEDBACK_WAITS_S = 10.0
_KEY_ID = "users_key"


class Store:
    """The file behind one writing process. `orphans` counts feedback on requests that are not in the log."""

    def __init__(self, path: Path, *, clock: Callable[[], float], retention_days: float, warn: Warn) -> None:
        self._path = path
        self._clock = clock
        self._retention_days = retention_days
        self._warn = warn
        self._db: sqlite3.Connection | None = None
        self._file: Identity | None = None
        self._writer: Writer | None = None
        self._memory = Memory()
        self._waiting: tuple[Feedback, ...] = ()
        self._seq = 0
        self._rows = 0
        self._upkept = -1
        self._locked_for = 0.0
        self.orphans = 0
        self.error = ""

    def write(self, rows: Sequence[RequestRow], feedback: Sequence[Feedback], dropped: int) -> Written:
        """Commits everything or nothing; `error` says why not."""
        try:
            db, writer = self._opened()
            self._commit(db, writer, rows, feedback, dropped)
        except sqlite3.IntegrityError as error:
            return self._without_duplicates(error, rows, feedback, dropped)
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError, UnicodeError) as error:
            self._failed(error)
            return "never"
        except (sqlite3.Error, OSError, LogInvalid, ValueError) as error:
            self._failed(error)
            return "later"
        self.error, self._locked_for = "", 0.0
        self._keep_up(db)
        return "stored"

    def close(self) -> None:
        """Closes the file; writing again opens it again."""
        db, self._db = self._db, None
        self._memory = Memory()
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    def _opened(self) -> tuple[sqlite3.Connection, Writer]:
        """The connection, opened anew when the file was replaced or deleted under it."""
        if self._db is not None and self._file != identity(self._path):
            self._warn(f"{self._path} was replaced or deleted; the request log goes on in the file that is there now")
            self.close()
        if self._db is None or self._writer is None:
            db = connect_writer(self._path, busy_s=_BUSY_S)
            try:
                self._file = identity(self._path)
                self._writer = self._registered(db)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db, self._writer

    def _registered(self, db: sqlite3.Connection) -> Writer:
        now = self._clock()
        migrate(db, now)
        keys = UserKeys(load_key(self._path))
        db.execute("BEGIN IMMEDIATE")
        known = get_meta(db, _KEY_ID)
        if known != keys.key_id:
            set_meta(db, _KEY_ID, keys.key_id)
        number = register_writer(db, socket.gethostname(), os.getpid(), now, _version())
        db.execute("COMMIT")
        if known not in (None, keys.key_id):
            self._warn(f"{self._path} was written with another key: known users start anew")
        self._seq = self._rows = 0
        return Writer(number, keys)

    def _commit(
        self,
        db: sqlite3.Connection,
        writer: Writer,
        rows: Sequence[RequestRow],
        feedback: Sequence[Feedback],
        dropped: int,
    ) -> None:
        db.execute("BEGIN IMMEDIATE")
        now = self._clock()
        batch = Batch(rows, (*self._waiting, *feedback))
        stored = store(db, writer, self._memory, batch, now, self._seq + 1)
        waiting = tuple(item for item in stored.unmatched if now - item.at < _FEEDBACK_WAITS_S)
        orphans = self.orphans + len(stored.unmatched) - len(waiting)
        db.execute(
            "UPDATE writers SET seq = ?, rows = ?, dropped = ?, lost_feedback = ?, last_commit_at = ? WHERE id = ?",
            (self._seq + 1, self._rows + len(rows), dropped, orphans, now, writer.id),
        )
        db.execute("COMMIT")
        self._seq += 1
        self._rows += len(rows)
        self._waiting, self.orphans = waiting, orphans

    @property
    def waiting(self) -> bool:
        """Whether feedback waits for its request to arrive from another process."""
        return bool(self._waiting)

    def _failed(self, error: Exception) -> None:
        self.error = f"{type(error).__name__}: {error}"
        self._memory = Memory()
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            self._locked_for += _BUSY_S
            if self._locked_for >= _LOCKED_LONG_S:
                self._warn(f"the request log {self._path} is locked by another process; rows are waiting")
            if self._db is not None and self._db.in_transaction:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
            return
        self._warn(f"the request log {self._path} cannot be written: {error}")
        was_open, seen = self._db is not None, self._file
        self.close()
        # Only a file that was ours can be called corrupt: what was never a request log is not touched.
        if _corrupt(error) and (was_open or look(self._path).kind == "log"):
            aside = put_aside(self._path, seen if was_open else identity(self._path))
            if aside is not None:
                self._warn(f"{self._path} is corrupt; it was moved to {aside} and a new log begun")

    def _without_duplicates(
        self, cause: sqlite3.IntegrityError, rows: Sequence[RequestRow], feedback: Sequence[Feedback], dropped: int
    ) -> Written:
        """A commit that failed late may have been stored after all: leaves out what is in the log already."""
        self._memory = Memory()
        db = self._db
        if db is None:
            self._failed(cause)
            return "later"
        try:
            if db.in_transaction:
                db.execute("ROLLBACK")
            fresh: dict[str, RequestRow] = {}
            for row in rows:
                if not db.execute("SELECT 1 FROM requests WHERE id = ?", (row.id,)).fetchone():
                    fresh.setdefault(row.id, row)
        except sqlite3.Error as error:
            self._failed(error)
            return "later"
        if len(fresh) < len(rows):
            return self.write(list(fresh.values()), feedback, dropped)
        self._failed(cause)
        return "never"

    def _keep_up(self, db: sqlite3.Connection) -> None:
        """A bounded piece of upkeep for every slot this process writes. It can wait, so its failure is no failure."""
        if self._memory.slot == self._upkept:
            return
        self._upkept = self._memory.slot
        try:
            upkeep.step(db, self._clock(), self._retention_days)
        except sqlite3.Error as error:
            self._warn(f"upkeep of the request log {self._path} has to wait: {error}")


def _corrupt(error: Exception) -> bool:
    text = str(error)
    if isinstance(error, Malformed):
        return True
    return isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text)


def _version() -> str:
    try:
        return version("model-console")
    except PackageNotFoundError:
        return ""


class Warnings:
    """Passes each distinct message on at most once in ten minutes."""

    def __init__(self, emit: Warn, every_s: float = 600.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._emit = emit
        self._every_s = every_s
        self._clock = clock
        self._said: dict[str, float] = {}

    def __call__(self, message: str) -> None:
        """Emits `message` unless it was emitted a short time ago."""
        now = self._clock()
        last = self._said.get(message)
        if last is None or now - last >= self._every_s:
            self._said[message] = now
            # Log handlers are the application's own: one that fails may not end the thread that writes.
            with suppress(Exception):
                self._emit(message)
