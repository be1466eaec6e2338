"""The durable outbox of alerts, in the history's file: what is still to be told, to whom, and what became of it.

An alert and its deliveries (one for each target) are put in one transaction; from then on no crash loses them. A
sender claims a delivery for a while before it sends, so that two senders never send the same one at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from console.domain.alerts import Alert, Severity, at_least
from console.history import database
from console.text.words import plural

DeliveryState = Literal["waiting", "sent", "given up"]

GIVE_UP_S = 3 * 86_400.0
"""An alert that could not be told for three days is history, not news."""
LEASE_S = 60.0
"""How long a claim lasts: several times what one sending may take."""
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 3_600.0
ERROR_CHARACTERS = 300
KEY_CHARACTERS = 200

_SELECT = """
SELECT a.key, a.severity, a.title, a.at, a.route, a.what, a.decided, a.done, a.undo, a.resolves, d.id,
       d.target, d.state, d.attempts, d.next_at, d.owner, d.claimed_until, d.error, d.ended_at,
       (SELECT name FROM outbox) AS outbox
FROM alerts a LEFT JOIN deliveries d ON d.alert = a.key
"""
_DUE = """
WHERE d.state = 'waiting' AND d.next_at <= ? AND d.target IN (SELECT value FROM json_each(?))
AND NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.alert = a.resolves AND b.target = d.target AND b.state = 'waiting')
ORDER BY d.next_at, d.id
"""
"""What ended is not told before its beginning: it would open an incident that nobody ends."""
_PUT = "INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LATE = "state = 'waiting' AND give_up_at <= ? AND claimed_until <= ?"
_FAILING = """
(state = 'given up' OR state = 'waiting' AND attempts > 0) AND claimed_until <= ?
AND (? OR alert IN (SELECT value FROM json_each(?)))
"""
_RETRY = "state = 'waiting', next_at = ?, give_up_at = ?, attempts = 0, ended_at = NULL"
_FAILED = """
attempts = attempts + 1, error = :error, next_at = :next_at,
state = CASE WHEN give_up_at <= :next_at THEN 'given up' ELSE state END,
ended_at = CASE WHEN give_up_at <= :next_at THEN :now END
"""
_SENT = "state = 'sent', ended_at = :now, error = '', attempts = attempts + 1"
_HEALTH = """
SELECT coalesce(sum(state = 'waiting'), 0), coalesce(sum(state = 'waiting' AND attempts > 0), 0),
       coalesce(sum(state = 'given up'), 0),
       coalesce((SELECT target || ': ' || error FROM deliveries WHERE error != '' AND state != 'sent'
                 ORDER BY coalesce(ended_at, next_at) DESC LIMIT 1), '')
FROM deliveries WHERE state = 'waiting' OR state = 'given up' AND ended_at > ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one target. `target` is its name, never its address.

    `number` is 0 and `target` "" where no target was configured when the alert was put. `next_at` is the epoch second
    of the next attempt, `ended_at` that at which it was sent or given up, None before. `id` is unique among all
    outboxes and the same at every attempt: what receivers can tell a repetition by; `resolves_id` is that of the alert
    that this one ends, or "".
    """

    number: int
    target: str
    alert: Alert
    id: str
    resolves_id: str = ""
    state: DeliveryState = "waiting"
    attempts: int = 0
    next_at: float = 0.0
    error: str = ""
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """How many deliveries wait, how many of them failed before, and how many were given up in the last three days."""

    waiting: int = 0
    failing: int = 0
    given_up: int = 0
    last_error: str = ""

    @property
    def not_arrived(self) -> str:
        """`2 alerts have not arrived yet, 1 alert was given up (slack: answers 500)`; "" while all is well."""
        parts = []
        if self.failing:
            parts.append(f"{plural(self.failing, 'alert has', 'alerts have')} not arrived yet")
        if self.given_up:
            parts.append(f"{plural(self.given_up, 'alert was', 'alerts were')} given up")
        why = f" ({self.last_error})" if parts and self.last_error else ""
        return ", ".join(parts) + why


class Outbox:
    """The outbox in the history's file at `path`.

    `targets` are the names of those to be told, each with the mildest severity that it hears of; `clock` gives epoch
    seconds; `owner` names the claims of this object. Every method may raise HistoryInvalid; none keeps the file open.
    """

    def __init__(
        self,
        path: Path,
        targets: Mapping[str, Severity] | None = None,
        *,
        owner: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._targets = dict(targets or {})
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._clock = clock

    def put(self, alert: Alert) -> bool:
        """Keep `alert` for its targets; on return no crash loses it. False where its key was put before."""
        now = self._clock()
        told = {name for name, least in self._targets.items() if at_least(alert.severity, least)}
        if self.has(alert.key):
            return False
        with database.writing(self.path) as connection:
            fields = (
                alert.key, alert.severity, alert.title, alert.at.astimezone(UTC).isoformat(), alert.route,
                alert.what, alert.decided, alert.done, alert.undo, alert.resolves, now,
            )  # fmt: skip
            if not connection.execute(_PUT, fields).rowcount:
                return False
            # Whoever was told that something began is told that it ended, however mild that news is.
            began = connection.execute("SELECT target FROM deliveries WHERE alert = ?", (alert.resolves,)).fetchall()
            connection.executemany(
                "INSERT INTO deliveries (alert, target, next_at, give_up_at) VALUES (?, ?, ?, ?)",
                [(alert.key, name, now, now + GIVE_UP_S) for name in sorted(told | {row["target"] for row in began})],
            )
        return True

    def stamp(self) -> object:
        """Something that differs after every write of anybody, at the cost of one call of the system."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def has(self, key: str) -> bool:
        """Whether an alert with this key was ever put."""
        return bool(self._read("SELECT 1 FROM alerts WHERE key = ?", (key,)))

    def claim(self, targets: Collection[str], limit: int = 20) -> tuple[Delivery, ...]:
        """What is due for `targets`, the oldest first, and this object's alone until it is settled or the lease ends.

        A claim of a process of this machine that is gone counts no longer.
        """
        now = self._clock()
        values = (now, json.dumps(list(targets)))
        if not any(self._is_free(row, now) for row in self._read(f"{_SELECT} {_DUE}", values)):
            return ()
        with database.writing(self.path) as connection:
            now = self._clock()  # others may have claimed while this one waited for the file
            rows = connection.execute(f"{_SELECT} {_DUE}", values).fetchall()
            mine = [row for row in rows if self._is_free(row, now)][:limit]
            connection.executemany(
                "UPDATE deliveries SET owner = ?, claimed_until = ? WHERE id = ?",
                [(self._owner, now + LEASE_S, row["id"]) for row in mine],
            )
        return tuple(_delivery(row) for row in mine)

    def sent(self, delivery: Delivery) -> None:
        """The target has it."""
        self._settle(delivery, _SENT, {"now": self._clock()})

    def failed(self, delivery: Delivery, error: str, *, after_s: float = 0.0) -> None:
        """This attempt failed: try again with doubling pauses (5 s .. 1 h, at least `after_s`).

        After three days the alert is given up. `error` is kept: it may carry no address of a target.
        """
        now = self._clock()
        pause = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(delivery.attempts, 30))
        values = {"next_at": now + max(pause, min(after_s, LONGEST_RETRY_S)), "now": now}
        self._settle(delivery, _FAILED, {**values, "error": error[:ERROR_CHARACTERS]})

    def expire(self) -> int:
        """Give up what is older than three days, of every target: also of those that nobody sends to any more."""
        now = self._clock()
        if not self._read(f"SELECT 1 FROM deliveries WHERE {_LATE}", (now, now)):  # noqa: S608 - all constants
            return 0
        with database.writing(self.path) as connection:
            expired = f"UPDATE deliveries SET state = 'given up', ended_at = ? WHERE {_LATE}"  # noqa: S608 - the same
            return connection.execute(expired, (now, now, now)).rowcount

    def retry(self, keys: Sequence[str] = ()) -> int:
        """Make what failed or was given up due at once, for three more days; all of it, or of these alerts only."""
        now = self._clock()
        which = (now, not keys, json.dumps(list(keys)))
        if not self._read(f"SELECT 1 FROM deliveries WHERE {_FAILING}", which):  # noqa: S608 - all constants
            return 0
        with database.writing(self.path) as connection:
            update = f"UPDATE deliveries SET {_RETRY} WHERE {_FAILING}"  # noqa: S608 - the same
            return connection.execute(update, (now, now + GIVE_UP_S, *which)).rowcount

    def deliveries(self, limit: int = 50, unsent: bool = False, target: str | None = None) -> tuple[Delivery, ...]:
        """Every alert with every target (or with `target`), the newest first; or only what was not sent."""
        where = "WHERE (? IS NULL OR d.target = ?)" + (" AND d.state != 'sent'" if unsent else "")
        values = (target, target, limit)
        rows = self._read(f"{_SELECT} {where} ORDER BY a.put_at DESC, a.rowid DESC, d.id LIMIT ?", values)
        return tuple(_delivery(row) for row in rows)

    def about(self, key: str) -> tuple[Delivery, ...]:
        """The alert with this key at every target."""
        rows = self._read(f"{_SELECT} WHERE a.key = ? ORDER BY d.id", (key,))
        return tuple(_delivery(row) for row in rows)

    def health(self) -> OutboxHealth:
        """Whether alerts reach people."""
        rows = self._read(_HEALTH, (self._clock() - GIVE_UP_S,))
        return OutboxHealth(*rows[0]) if rows else OutboxHealth()

    def _settle(self, delivery: Delivery, assignments: str, values: Mapping[str, object]) -> None:
        """Ends this object's claim. A claim that ran out and became another sender's is left to that one."""
        update = f"UPDATE deliveries SET {assignments}, owner = '', claimed_until = 0"  # noqa: S608 - a constant
        with database.writing(self.path) as connection:
            mine = {**values, "id": delivery.number, "owner": self._owner}
            connection.execute(f"{update} WHERE id = :id AND owner = :owner", mine)

    def _is_free(self, row: sqlite3.Row, now: float) -> bool:
        # A clock that was set back leaves claims far in the future, which nobody made.
        if not now < row["claimed_until"] <= now + 2 * LEASE_S:
            return True
        host, process, _ = row["owner"].rsplit(":", 2)
        if host != self._owner.rsplit(":", 2)[0]:
            return False
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except (PermissionError, ValueError):
            return False
        return False

    def _read(self, query: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        """Rows, or none where the file is not there, or of a version that had no outbox."""
        with database.reading(self.path) as connection:
            if (
                connection is None
                or not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone()
            ):
                return []
            return connection.execute(query, values).fetchall()


def _delivery(row: sqlite3.Row) -> Delivery:
    alert = Alert(
        key=row["key"],
        severity=cast(Severity, row["severity"]),
        title=row["title"],
        at=datetime.fromisoformat(row["at"]),
        route=row["route"],
        what=row["what"],
        decided=row["decided"],
        done=row["done"],
        undo=row["undo"],
        resolves=row["resolves"],
    )
    identity = _identity(row["outbox"], alert.key)
    if row["id"] is None:
        return Delivery(number=0, target="", alert=alert, id=identity)
    return Delivery(
        number=row["id"],
        target=row["target"],
        alert=alert,
        id=identity,
        resolves_id=_identity(row["outbox"], alert.resolves) if alert.resolves else "",
        state=cast(DeliveryState, row["state"]),
        attempts=row["attempts"],
        next_at=row["next_at"],
        error=row["error"],
        ended_at=row["ended_at"],
    )


def _identity(outbox: str, key: str) -> str:
    """What receivers know an alert by. Long keys are hashed: PagerDuty takes 255 characters."""
    short = key if len(key) <= KEY_CHARACTERS else f"sha256/{hashlib.sha256(key.encode()).hexdigest()}"
    return f"console-{outbox}/{short}"
