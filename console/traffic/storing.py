"""One transaction: rows, their cells, their users and the feedback that arrived, or nothing of it.

What this module remembers between transactions (numbers of series, this writer's open cells) is only a copy of what
the database holds, so a failed transaction is undone by forgetting it all: see `Memory`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from console.domain.cells import SLOT_S
from console.domain.requests import USER_CAP, RequestRow
from console.traffic.cells import CellTally, close_slots, own_cells, write_cells, writing_slot
from console.traffic.keys import UserKeys

_MANY = 400
"""Values in one IN (...): SQLite before 3.32 allows 999 parameters."""
_REMEMBERED = 100_000


class Feedback(NamedTuple):
    """A person's rating or a checker's word on an earlier request; None says nothing. `at` is when it arrived."""

    request: str
    satisfied: bool | None
    flagged: bool | None
    at: float


@dataclass(slots=True)
class Memory:
    """A copy of what the database holds. Replaced by an empty one whenever a transaction failed."""

    slot: int = -1
    cells: dict[int, CellTally] = field(default_factory=dict)
    series: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    shapes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    rollouts: dict[str, int] = field(default_factory=dict)
    capped: set[tuple[int, bytes, str]] = field(default_factory=set)
    """Users whose every further request is known to change nothing in `rollout_users`."""


class Batch(NamedTuple):
    """What one transaction is to store."""

    rows: Sequence[RequestRow]
    feedback: Sequence[Feedback] = ()


class Stored(NamedTuple):
    """What one transaction stored: its slot, and the feedback whose request is not in the log (yet)."""

    slot: int
    unmatched: tuple[Feedback, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose cells these are: the number of this process in the table `writers`, and its key for user ids."""

    id: int
    keys: UserKeys


def register_writer(db: sqlite3.Connection, host: str, pid: int, now: float, version: str) -> int:
    """A new number for a process, its start and its host."""
    cursor = db.execute(
        "INSERT INTO writers (host, pid, started_at, version) VALUES (?, ?, ?, ?)", (host, pid, now, version)
    )
    return int(cursor.lastrowid or 0)


def store(db: sqlite3.Connection, writer: Writer, memory: Memory, batch: Batch, now: float, seq: int) -> Stored:
    """Stores `batch` in the open transaction, in the slot of `now`; closes the slots before it.

    Call it after BEGIN IMMEDIATE and take `now` after it too: that is what makes slots close.
    """
    slot = writing_slot(db, now)
    if slot != memory.slot:
        close_slots(db, slot, seq)
        memory.cells = own_cells(db, slot, writer.id)
        memory.slot = slot
    gains = insert_rows(db, writer.keys, memory, batch.rows, [slot] * len(batch.rows))
    unmatched = tuple(_feed(db, batch.feedback, slot, gains))
    for (_, series), gain in gains.items():
        memory.cells.setdefault(series, CellTally()).merge(gain)
    write_cells(db, [(slot, series, memory.cells[series]) for _, series in gains], writer.id, seq)
    return Stored(slot, unmatched)


Gains = dict[tuple[int, int], CellTally]
"""(slot, series) -> what a batch adds to that cell."""


def insert_rows(
    db: sqlite3.Connection, keys: UserKeys, memory: Memory, rows: Sequence[RequestRow], slots: Sequence[int]
) -> Gains:
    """Inserts `rows`, each in its slot, and returns what they add to cells. Counts users and served models."""
    series = [_series_id(db, memory, (row.route, row.rollout, row.arm, row.model)) for row in rows]
    users = [keys.of(row.user) if row.user else None for row in rows]
    evidence = _count_users(db, memory, rows, users, slots)
    db.executemany(INSERT_ROW, _records(db, memory, rows, series, users, evidence, slots))
    _count_served(db, rows, series)
    gains: Gains = {}
    for row, number, counts, slot in zip(rows, series, evidence, slots, strict=True):
        cell = gains.get((slot, number))
        if cell is None:
            cell = gains[slot, number] = CellTally()
        (cell.evidence if counts else cell.rest).add(row)
    return gains


_COLUMNS = (
    "id, at, slot, series, served, user, why, evidence, outcome, error_class, latency_ms, ttft_ms, input_tokens,"
    " output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost_usd, price, retries, shape, messages,"
    " characters, satisfied, flagged"
)
INSERT_ROW = f"INSERT INTO requests ({_COLUMNS}) VALUES ({', '.join('?' * (_COLUMNS.count(',') + 1))})"  # noqa: S608


def _records(
    db: sqlite3.Connection,
    memory: Memory,
    rows: Sequence[RequestRow],
    series: Sequence[int],
    users: Sequence[bytes | None],
    evidence: Sequence[bool],
    slots: Sequence[int],
) -> Iterator[tuple[object, ...]]:
    for row, number, user, counts, slot in zip(rows, series, users, evidence, slots, strict=True):
        yield (
            row.id,
            row.at,
            slot,
            number,
            row.served if row.served != row.model else None,
            user,
            row.why,
            counts,
            row.outcome,
            row.error_class or None,
            row.latency_ms,
            row.ttft_ms,
            row.input_tokens,
            row.output_tokens,
            row.cached_tokens,
            row.cache_write_tokens,
            row.reasoning_tokens,
            row.cost_usd,
            row.price or None,
            row.retries,
            _shape_id(db, memory, (row.prompt_hash, row.parameters, row.sdk)),
            row.messages,
            row.characters,
            row.satisfied,
            row.flagged,
        )


def _series_id(db: sqlite3.Connection, memory: Memory, key: tuple[str, str, str, str]) -> int:
    number = memory.series.get(key)
    if number is None:
        db.execute("INSERT OR IGNORE INTO series (route, rollout, arm, model) VALUES (?, ?, ?, ?)", key)
        row = db.execute("SELECT id FROM series WHERE (route, rollout, arm, model) = (?, ?, ?, ?)", key).fetchone()
        number = memory.series[key] = int(row[0])
    return number


def _shape_id(db: sqlite3.Connection, memory: Memory, key: tuple[str, str, str]) -> int | None:
    if key == ("", "", ""):
        return None
    number = memory.shapes.get(key)
    if number is None:
        if len(memory.shapes) >= _REMEMBERED:
            memory.shapes.clear()
        db.execute("INSERT OR IGNORE INTO shapes (prompt_hash, parameters, sdk) VALUES (?, ?, ?)", key)
        row = db.execute("SELECT id FROM shapes WHERE (prompt_hash, parameters, sdk) = (?, ?, ?)", key).fetchone()
        number = memory.shapes[key] = int(row[0])
    return number


def _rollout_id(db: sqlite3.Connection, memory: Memory, rollout: str, slot: int) -> int:
    number = memory.rollouts.get(rollout)
    if number is None:
        db.execute("INSERT OR IGNORE INTO rollouts (rollout, first_slot) VALUES (?, ?)", (rollout, slot))
        row = db.execute("SELECT id FROM rollouts WHERE rollout = ?", (rollout,)).fetchone()
        number = memory.rollouts[rollout] = int(row[0])
    return number


_OUTCOME = {"error": 1, "refusal": 2, "truncated": 3, "empty": 4}


def _count_users(
    db: sqlite3.Connection,
    memory: Memory,
    rows: Sequence[RequestRow],
    users: Sequence[bytes | None],
    slots: Sequence[int],
) -> list[bool]:
    """Which rows are evidence: chosen by bucket, after the warm-up, among the user's first 20 on the rollout."""
    evidence = [False] * len(rows)
    taking_part: list[tuple[int, int, bytes]] = []
    for index, (row, user) in enumerate(zip(rows, users, strict=True)):
        if row.why == "bucket" and row.rollout and user is not None:
            rollout = _rollout_id(db, memory, row.rollout, slots[index])
            if (rollout, user, row.arm) not in memory.capped:
                taking_part.append((index, rollout, user))
    if not taking_part:
        return evidence
    known, counted = _known_users(db, {(rollout, user) for _, rollout, user in taking_part})
    gains: dict[tuple[int, bytes, str], list[int]] = {}
    for index, rollout, user in taking_part:
        row, slot = rows[index], slots[index]
        gain = gains.get((rollout, user, row.arm))
        if gain is None:
            gain = gains[rollout, user, row.arm] = [0, 0, 0, 0, 0, slot]
        seen = counted.get((rollout, user), 0)
        if seen < USER_CAP and slot * SLOT_S >= row.evidence_from:
            evidence[index] = True
            counted[rollout, user] = seen + 1
            gain[0] += 1
            if row.outcome != "ok":
                gain[_OUTCOME[row.outcome]] += 1
    _write_users(db, known, gains)
    if len(memory.capped) > _REMEMBERED:
        memory.capped.clear()
    memory.capped.update(key for key in gains if counted.get(key[:2], 0) >= USER_CAP)
    return evidence


def _known_users(
    db: sqlite3.Connection, wanted: set[tuple[int, bytes]]
) -> tuple[set[tuple[int, bytes, str]], dict[tuple[int, bytes], int]]:
    """The (rollout, user, arm) that are in the database, and how many requests of each user count already."""
    known: set[tuple[int, bytes, str]] = set()
    counted: dict[tuple[int, bytes], int] = {}
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
                known.add((rollout, user, arm))
                counted[rollout, user] = counted.get((rollout, user), 0) + count
    return known, counted


def _write_users(
    db: sqlite3.Connection, known: set[tuple[int, bytes, str]], gains: Mapping[tuple[int, bytes, str], list[int]]
) -> None:
    # In the order of the table: neighbours are found on the page that was just read.
    ordered = sorted(gains.items())
    new = [(*key, gain[5], *gain[:5]) for key, gain in ordered if key not in known]
    db.executemany(
        "INSERT INTO rollout_users (rollout, user, arm, first_slot, counted, errors, refusals, truncated, empty)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new,
    )
    changed = [(key, gain) for key, gain in ordered if gain[0] and key in known]
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
    for rollout, _, arm in (key for key in gains if key not in known):
        added[rollout, arm] = added.get((rollout, arm), 0) + 1
    for (rollout, arm), users in added.items():
        column: Literal["production", "canary"] = "canary" if arm == "canary" else "production"
        db.execute(f"UPDATE rollouts SET {column} = {column} + ? WHERE id = ?", (users, rollout))  # noqa: S608


def _count_served(db: sqlite3.Connection, rows: Sequence[RequestRow], series: Sequence[int]) -> None:
    """Counts by the hour which model answered each series: an alias that moves shows here."""
    seen: dict[tuple[int, str, int], tuple[int, float]] = {}
    for row, number in zip(rows, series, strict=True):
        if row.served:
            key = (number, row.served, int(row.at // 3_600))
            count, last = seen.get(key, (0, 0.0))
            seen[key] = (count + 1, max(last, row.at))
    for key, (count, last) in seen.items():
        db.execute("INSERT OR IGNORE INTO served (series, model, hour, requests, last_at) VALUES (?, ?, ?, 0, 0)", key)
        db.execute(
            "UPDATE served SET requests = requests + ?, last_at = max(last_at, ?)"
            " WHERE series = ? AND model = ? AND hour = ?",
            (count, last, *key),
        )


def _feed(db: sqlite3.Connection, feedback: Sequence[Feedback], slot: int, gains: Gains) -> Iterator[Feedback]:
    """Counts feedback in `slot`; yields what has no request. The first word on a request counts, later ones do not."""
    for item in feedback:
        row = db.execute(
            "SELECT n, series, evidence, satisfied, flagged, user FROM requests WHERE id = ?", (item.request,)
        ).fetchone()
        if row is None:
            yield item
            continue
        n, series, evidence, old_satisfied, old_flagged, user = row
        satisfied = item.satisfied if old_satisfied is None else None
        flagged = item.flagged if old_flagged is None else None
        if satisfied is None and flagged is None:
            continue
        db.execute(
            "UPDATE requests SET satisfied = coalesce(satisfied, ?), flagged = coalesce(flagged, ?) WHERE n = ?",
            (satisfied, flagged, n),
        )
        cell = gains.setdefault((slot, series), CellTally())
        (cell.evidence if evidence else cell.rest).feedback(satisfied, flagged)
        if evidence:
            _feed_user(db, series, user, satisfied, flagged)


def _feed_user(db: sqlite3.Connection, series: int, user: bytes, satisfied: bool | None, flagged: bool | None) -> None:
    db.execute(
        "UPDATE rollout_users SET rated = rated + ?, dissatisfied = dissatisfied + ?, flagged = flagged + ?"
        " WHERE rollout = (SELECT rollouts.id FROM rollouts JOIN series USING (rollout) WHERE series.id = ?)"
        " AND user = ? AND arm = (SELECT arm FROM series WHERE id = ?)",
        (satisfied is not None, satisfied is False, flagged is True, series, user, series),
    )
