"""The append-only record of every change of the registry: what `history` prints and `undo` reads.

A change is written before the file is touched (`intended`) and marked after it was replaced (`committed`), so that a
crash at any moment loses neither: the next console to open the history looks at the file and decides.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from console.domain.errors import HistoryInvalid
from console.domain.record import record
from console.history import database
from console.history.records import EDITED, EXTERNAL, Draft, Entry
from console.history.summary import summarise

PATIENCE_S = 60.0
"""An intention this old is nobody's any more, even if a process with its number still runs."""

_SELECT = """
SELECT c.number, c.at, c.actor, c.action, c.route, c.summary, c.reason, c.command, c.evidence, c.undoes, c.state,
       b.data AS before, a.data AS after, c.owner
FROM changes c JOIN contents b ON b.sha256 = c.before JOIN contents a ON a.sha256 = c.after
"""
_INSERT = """
INSERT INTO changes (at, actor, action, route, summary, reason, command, evidence, undoes, before, after, state, owner)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def beside(registry: str | Path) -> Path:
    """Where the history of a registry is: `<stem>.history.db` next to the file itself, behind symbolic links."""
    target = Path(os.path.realpath(registry))
    return target.parent / f"{target.stem}.history.db"  # with_name raises for "/", which is refused as a directory


class History:
    """The history in the file `path`, which is created (0600) by the first change.

    `owner` names this process, and `clock` gives epoch seconds; both only serve to find intentions that nobody will
    finish. Every method may raise HistoryInvalid; none keeps the file open.
    """

    def __init__(self, path: Path, *, owner: str = "", clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}"
        self._clock = clock

    def entries(self, limit: int = 50, route: str | None = None) -> tuple[Entry, ...]:
        """The newest changes first, those of one route (or of every route), without abandoned ones."""
        with database.reading(self.path) as connection:
            if connection is None:
                return ()
            rows = connection.execute(
                f"{_SELECT} WHERE c.state != 'abandoned' AND c.route = coalesce(?, c.route)"
                " ORDER BY c.number DESC LIMIT ?",
                (route, limit),
            ).fetchall()
            undone = _undone(connection)
        return tuple(self._entry(row, undone) for row in rows)

    def entry(self, number: int) -> Entry | None:
        """The change with this number, abandoned ones too; None if there is none."""
        return self._one("WHERE c.number = ?", (number,))

    def routes(self) -> tuple[str, ...]:
        """The routes that any change was about, in the order of their first one."""
        query = (
            "SELECT route FROM changes WHERE state != 'abandoned' AND route != '' GROUP BY route ORDER BY min(number)"
        )
        with database.reading(self.path) as connection:
            rows = [] if connection is None else connection.execute(query).fetchall()
        return tuple(str(row["route"]) for row in rows)

    def latest(self) -> Entry | None:
        """What `undo` without a number takes back: the newest change that stands and is no undo itself."""
        with database.reading(self.path) as connection:
            if connection is None:
                return None
            undone = _undone(connection)
            marks = ",".join("?" * len(undone))
            row = connection.execute(
                f"{_SELECT} WHERE c.state = 'committed' AND c.undoes IS NULL AND c.number NOT IN ({marks})"
                " ORDER BY c.number DESC LIMIT 1",
                tuple(undone),
            ).fetchone()
        return None if row is None else self._entry(row, undone)

    def last_known(self) -> bytes | None:
        """What the file held after the newest change that was made; None before the first."""
        query = "SELECT a.data FROM changes c JOIN contents a ON a.sha256 = c.after"
        with database.reading(self.path) as connection:
            if connection is None:
                return None
            row = connection.execute(f"{query} WHERE c.state = 'committed' ORDER BY c.number DESC LIMIT 1").fetchone()
        return None if row is None else bytes(row["data"])

    def begin(self, draft: Draft) -> Pending:
        """The journal of one write: hand it to the registry's writer."""
        return Pending(self, draft)

    def record_external(self, before: bytes, after: bytes, at: datetime) -> Entry | None:
        """Record that somebody else turned `before` into `after`.

        None where that is not so, seen from inside the transaction: another console has just recorded it, or is about
        to. Read `last_known()` before the file, else the other console's change could be taken for a foreign one.
        """
        summary, route = summarise(before, after)
        draft = Draft(at=at, actor=EXTERNAL, action=EDITED, route=route, summary=summary)
        with database.writing(self.path) as connection:
            known = _last_digest(connection)
            if (known is not None and known != _digest(before)) or before == after:
                return None
            pending = "SELECT 1 FROM changes WHERE state = 'intended' AND after = ?"
            if connection.execute(pending, (_digest(after),)).fetchone():
                return None
            number = self._insert(connection, draft, before, after, "committed")
        return self.entry(number)

    def recover(self, current: bytes) -> int:
        """Decide the changes that a crash left open, given what the file holds; returns how many.

        An intention whose outcome is in the file was made; one that its process can no longer finish was not.
        """
        decided = 0
        with database.reading(self.path) as connection:
            query = "SELECT 1 FROM changes WHERE state = 'intended'"
            if connection is None or not connection.execute(query).fetchone():
                return 0
        with database.writing(self.path) as connection:
            rows = connection.execute("SELECT number, after, owner FROM changes WHERE state = 'intended'").fetchall()
            for row in rows:
                if row["after"] == _digest(current):
                    _mark(connection, row["number"], "committed")
                elif self._is_alive(row["owner"]):
                    continue
                else:
                    _mark(connection, row["number"], "abandoned")
                decided += 1
        return decided

    def intend(self, draft: Draft, before: bytes, after: bytes) -> int:
        """Write down what is about to be done; returns its number."""
        with database.writing(self.path) as connection:
            return self._insert(connection, draft, before, after, "intended")

    def mark(self, number: int, state: str) -> None:
        """Say how an intended change ended."""
        with database.writing(self.path) as connection:
            _mark(connection, number, state)

    def _one(self, where: str, values: tuple[object, ...]) -> Entry | None:
        with database.reading(self.path) as connection:
            if connection is None:
                return None
            row = connection.execute(f"{_SELECT} {where}", values).fetchone()
            return None if row is None else self._entry(row, _undone(connection))

    def _entry(self, row: sqlite3.Row, undone: dict[int, int]) -> Entry:
        try:
            return _entry(row, undone)
        except (ValueError, TypeError, RecursionError) as error:
            raise HistoryInvalid(f"{self.path}: change {row['number']} is damaged", database.HINT) from error

    def _insert(self, connection: sqlite3.Connection, draft: Draft, before: bytes, after: bytes, state: str) -> int:
        for data in (before, after):
            connection.execute("INSERT OR IGNORE INTO contents (sha256, data) VALUES (?, ?)", (_digest(data), data))
        evidence = None if draft.evidence is None else json.dumps(dict(draft.evidence), ensure_ascii=False)
        values = (
            draft.at.astimezone(UTC).isoformat(), draft.actor, draft.action, draft.route, draft.summary, draft.reason,
            draft.command, evidence, draft.undoes, _digest(before), _digest(after), state,
            f"{self._owner}:{self._clock():.0f}",
        )  # fmt: skip
        return int(connection.execute(_INSERT, values).lastrowid or 0)

    def _is_alive(self, owner: str) -> bool:
        """Whether the process that wrote an intention may still be about to finish it."""
        host, process, since = owner.rsplit(":", 2)
        if abs(self._clock() - float(since)) > PATIENCE_S:
            return False
        if host != self._owner.rsplit(":", 1)[0]:
            return True
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@record
class Pending:
    """One change on its way: intended, then committed or abandoned."""

    history: History
    draft: Draft

    def intend(self, before: bytes, after: bytes) -> int:
        """Write the change down before the file is touched. Raises HistoryInvalid: then nothing may be written."""
        return self.history.intend(self.draft, before, after)

    def commit(self, number: int) -> None:
        """The file was replaced."""
        try:
            self.history.mark(number, "committed")
        except HistoryInvalid:
            # The change is made and its intention is on disk: `recover` marks it next time. An error here would tell
            # a person that nothing was written.
            return

    def abandon(self, number: int) -> None:
        """The file was not replaced."""
        try:
            self.history.mark(number, "abandoned")
        except HistoryInvalid:
            # The write's own failure is on its way to the person; `recover` marks this one next time.
            return


def _mark(connection: sqlite3.Connection, number: int, state: str) -> None:
    connection.execute("UPDATE changes SET state = ? WHERE number = ?", (state, number))


def _last_digest(connection: sqlite3.Connection) -> str | None:
    query = "SELECT after FROM changes WHERE state = 'committed' ORDER BY number DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return None if row is None else str(row["after"])


def _undone(connection: sqlite3.Connection) -> dict[int, int]:
    """Change -> the change that took it back, where that one was not taken back itself."""
    query = "SELECT number, undoes FROM changes WHERE undoes IS NOT NULL AND state = 'committed' ORDER BY number DESC"
    undone: dict[int, int] = {}
    for number, undoes in connection.execute(query).fetchall():
        if number not in undone:
            undone.setdefault(undoes, number)
    return undone


def _entry(row: sqlite3.Row, undone: dict[int, int]) -> Entry:
    evidence = None if row["evidence"] is None else json.loads(row["evidence"])
    if not isinstance(evidence, dict | None):
        raise TypeError
    return Entry(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        action=row["action"],
        route=row["route"],
        summary=row["summary"],
        reason=row["reason"],
        command=row["command"],
        evidence=evidence,
        undoes=row["undoes"],
        before=bytes(row["before"]),
        after=bytes(row["after"]),
        state=row["state"],
        undone_by=undone.get(row["number"]),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
