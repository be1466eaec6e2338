"""The users of each rollout: who counts as evidence, how often, and with which outcomes.

A user's first 20 requests on a rollout count, over both arms and all processes. So what the table holds is read before
it is added to, unless nobody else has written to the log since this connection did: SQLite's `data_version` tells.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from console.domain.cells import SLOT_S
from console.domain.requests import USER_CAP, RequestRow

_MANY = 400
"""Values in one IN (...): SQLite before 3.32 allows 999 parameters."""
_REMEMBERED = 50_000
_OUTCOME = {"error": 1, "refusal": 2, "truncated": 3, "empty": 4}

User = tuple[int, bytes]
"""Number of the rollout, key of the user."""
OnArm = tuple[int, bytes, str]


@dataclass(slots=True)
class KnownUsers:
    """A copy of what the database holds. `capped` never becomes false; `rows` and `counted` hold at `version` only."""

    rollouts: dict[str, int] = field(default_factory=dict)
    capped: set[OnArm] = field(default_factory=set)
    """Users whose every further request is known to change nothing."""
    version: int = -1
    rows: set[OnArm] = field(default_factory=set)
    """Which rows of `rollout_users` exist, of the users in `counted`."""
    counted: dict[User, int] = field(default_factory=dict)

    def at(self, version: int) -> None:
        """Forgets what another process may have changed, and everything when it is too much."""
        if version != self.version or len(self.counted) > _REMEMBERED:
            self.version = version
            self.rows.clear()
            self.counted.clear()
        if len(self.capped) > _REMEMBERED:
            self.capped.clear()


def count_users(
    db: sqlite3.Connection,
    known: KnownUsers,
    rows: Sequence[RequestRow],
    users: Sequence[bytes | None],
    slots: Sequence[int],
) -> list[bool]:
    """Which rows are evidence: chosen by bucket, after the warm-up, among the user's first 20 on the rollout.

    Adds them to `rollout_users` in the open transaction.
    """
    evidence = [False] * len(rows)
    taking_part = _taking_part(db, known, rows, users, slots)
    if not taking_part:
        return evidence
    known.at(int(db.execute("PRAGMA data_version").fetchone()[0]))
    _learn(db, known, {key[:2] for _, key in taking_part} - known.counted.keys())
    counted = known.counted
    gains: dict[OnArm, list[int]] = {}
    for index, key in taking_part:
        row, slot = rows[index], slots[index]
        gain = gains.get(key)
        if gain is None:
            gain = gains[key] = [0, 0, 0, 0, 0, slot]
        user = key[:2]
        seen = counted[user]
        if seen < USER_CAP and row.why == "bucket" and slot * SLOT_S >= row.evidence_from:
            evidence[index] = True
            counted[user] = seen + 1
            gain[0] += 1
            if row.outcome != "ok":
                gain[_OUTCOME[row.outcome]] += 1
    _write_users(db, known.rows, gains)
    known.capped.update(key for key in gains if counted[key[:2]] >= USER_CAP)
    known.rows.update(gains)
    return evidence


def _taking_part(
    db: sqlite3.Connection,
    known: KnownUsers,
    rows: Sequence[RequestRow],
    users: Sequence[bytes | None],
    slots: Sequence[int],
) -> list[tuple[int, OnArm]]:
    """The index and user of every row that may change `rollout_users`."""
    rollouts, capped = known.rollouts, known.capped
    found: list[tuple[int, OnArm]] = []
    for index, (row, user) in enumerate(zip(rows, users, strict=True)):
        # Whom a breaker takes away is no evidence, but left out the split of users would look wrong after an outage.
        arm = row.arm if row.why == "bucket" else row.assigned if row.why == "breaker" else None
        if arm is not None and row.rollout and user is not None:
            rollout = rollouts.get(row.rollout)
            if rollout is None:
                rollout = rollouts[row.rollout] = _rollout_id(db, row.rollout, slots[index])
            key = (rollout, user, arm)
            if key not in capped:
                found.append((index, key))
    return found


def _rollout_id(db: sqlite3.Connection, rollout: str, slot: int) -> int:
    db.execute("INSERT OR IGNORE INTO rollouts (rollout, first_slot) VALUES (?, ?)", (rollout, slot))
    row = db.execute("SELECT id FROM rollouts WHERE rollout = ?", (rollout,)).fetchone()
    return int(row[0])


def _learn(db: sqlite3.Connection, known: KnownUsers, wanted: set[User]) -> None:
    """Reads what the table says of `wanted`, users without a row included."""
    known.counted.update(dict.fromkeys(wanted, 0))
    by_rollout: dict[int, list[bytes]] = {}
    for rollout, user in wanted:
        by_rollout.setdefault(rollout, []).append(user)
    for rollout, users in by_rollout.items():
        users.sort()
        for start in range(0, len(users), _MANY):
            part = users[start : start + _MANY]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT user, arm, counted FROM rollout_users WHERE rollout = ? AND user IN ({marks})"  # noqa: S608
            for user, arm, count in db.execute(sql, (rollout, *part)):
                known.rows.add((rollout, user, arm))
                known.counted[rollout, user] += count


def _write_users(db: sqlite3.Connection, present: set[OnArm], gains: Mapping[OnArm, list[int]]) -> None:
    # In the order of the table: neighbours are found on the page that was just read.
    ordered = sorted(gains.items())
    new = [(*key, gain[5], *gain[:5]) for key, gain in ordered if key not in present]
    db.executemany(
        "INSERT INTO rollout_users (rollout, user, arm, first_slot, counted, errors, refusals, truncated, empty)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new,
    )
    changed = [(key, gain) for key, gain in ordered if gain[0] and key in present]
    db.executemany(
        "UPDATE rollout_users SET counted = counted + ? WHERE rollout = ? AND user = ? AND arm = ?",
        [(gain[0], *key) for key, gain in changed],
    )
    db.executemany(
        "UPDATE rollout_users SET errors = errors + ?, refusals = refusals + ?, truncated = truncated + ?,"
        " empty = empty + ? WHERE rollout = ? AND user = ? AND arm = ?",
        [(*gain[1:5], *key) for key, gain in changed if any(gain[1:5])],
    )
    added: dict[tuple[int, str], int] = {}
    for rollout, _, arm in (key for key in gains if key not in present):
        added[rollout, arm] = added.get((rollout, arm), 0) + 1
    for (rollout, arm), users in added.items():
        column: Literal["production", "canary"] = "canary" if arm == "canary" else "production"
        db.execute(f"UPDATE rollouts SET {column} = {column} + ? WHERE id = ?", (users, rollout))  # noqa: S608
