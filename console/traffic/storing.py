"""One transaction: rows, their cells, their users and the feedback that arrived, or nothing of it.

What this module remembers between transactions (numbers of series, this writer's open cells) is only a copy of what
the database holds, so a failed transaction is undone by forgetting it all: see `Memory`.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from console.domain.requests import RequestRow
from console.traffic.cells import CellTally, close_slots, own_cells, pull_backs, write_cells, writing_slot
from console.traffic.keys import UserKeys
from console.traffic.users import KnownUsers, count_users

_REMEMBERED = 100_000
_NO_SHAPE = ("", "", "")


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
    pull_backs: int = -1
    cells: dict[int, CellTally] = field(default_factory=dict)
    series: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    shapes: dict[tuple[str, str, str], int | None] = field(default_factory=dict)
    users: KnownUsers = field(default_factory=KnownUsers)


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
    slot, moved = writing_slot(db, now), pull_backs(db)
    if (slot, moved) != (memory.slot, memory.pull_backs):
        close_slots(db, slot, seq)
        memory.cells = own_cells(db, slot, writer.id)
        memory.slot, memory.pull_backs = slot, moved
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
    if not rows:
        return {}
    # A row of columns: what is done column by column is done in C.
    fields: Any = RequestRow._make(zip(*rows, strict=True))
    series = _series_ids(db, memory, list(zip(fields.route, fields.rollout, fields.arm, fields.model, strict=True)))
    users = keys.of_all(fields.user)
    evidence = count_users(db, memory.users, rows, users, slots) if any(fields.rollout) else [False] * len(rows)
    shapes = _shape_ids(db, memory, list(zip(fields.prompt_hash, fields.parameters, fields.sdk, strict=True)))
    db.executemany(INSERT_ROW, _records(fields, series, users, evidence, slots, shapes))
    groups: dict[tuple[int, int], tuple[list[RequestRow], list[RequestRow]]] = {}
    for key, row, counts in zip(zip(slots, series, strict=True), rows, evidence, strict=True):
        group = groups.get(key)
        if group is None:
            group = groups[key] = ([], [])
        group[counts].append(row)
    gains: Gains = {}
    for key, (rest, counted) in groups.items():
        gains[key] = CellTally()
        gains[key].rest.add_all(rest)
        gains[key].evidence.add_all(counted)
    _count_served(db, fields, series)
    return gains


_COLUMNS = (
    "id, at, slot, series, served, user, why, evidence, outcome, error_class, latency_ms, ttft_ms, input_tokens,"
    " output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost_usd, price, retries, shape, messages,"
    " characters, satisfied, flagged"
)
INSERT_ROW = f"INSERT INTO requests ({_COLUMNS}) VALUES ({', '.join('?' * (_COLUMNS.count(',') + 1))})"  # noqa: S608


def _records(
    fields: Any,
    series: Sequence[int],
    users: Sequence[bytes | None],
    evidence: Sequence[bool],
    slots: Sequence[int],
    shapes: Sequence[int | None],
) -> Iterator[tuple[object, ...]]:
    """The values of `INSERT_ROW` for every row. `served` is NULL where the asked model answered."""
    return zip(
        fields.id,
        fields.at,
        slots,
        series,
        [None if served == model else served for served, model in zip(fields.served, fields.model, strict=True)],
        users,
        fields.why,
        evidence,
        fields.outcome,
        [name or None for name in fields.error_class],
        fields.latency_ms,
        fields.ttft_ms,
        fields.input_tokens,
        fields.output_tokens,
        fields.cached_tokens,
        fields.cache_write_tokens,
        fields.reasoning_tokens,
        fields.cost_usd,
        [price or None for price in fields.price],
        fields.retries,
        shapes,
        fields.messages,
        fields.characters,
        fields.satisfied,
        fields.flagged,
        strict=True,
    )


def _series_ids(db: sqlite3.Connection, memory: Memory, keys: list[tuple[str, str, str, str]]) -> list[int]:
    known = memory.series
    for key in set(keys) - known.keys():
        db.execute("INSERT OR IGNORE INTO series (route, rollout, arm, model) VALUES (?, ?, ?, ?)", key)
        row = db.execute("SELECT id FROM series WHERE (route, rollout, arm, model) = (?, ?, ?, ?)", key).fetchone()
        known[key] = int(row[0])
    return [known[key] for key in keys]


def _shape_ids(db: sqlite3.Connection, memory: Memory, keys: list[tuple[str, str, str]]) -> list[int | None]:
    if len(memory.shapes) >= _REMEMBERED:
        memory.shapes.clear()
    known = memory.shapes
    known[_NO_SHAPE] = None
    for key in set(keys) - known.keys():
        db.execute("INSERT OR IGNORE INTO shapes (prompt_hash, parameters, sdk) VALUES (?, ?, ?)", key)
        row = db.execute("SELECT id FROM shapes WHERE (prompt_hash, parameters, sdk) = (?, ?, ?)", key).fetchone()
        known[key] = int(row[0])
    return [known[key] for key in keys]


def _count_served(db: sqlite3.Connection, fields: Any, series: Sequence[int]) -> None:
    """Counts by the hour which model answered each series: an alias that moves shows here."""
    hours = [at // 3_600 for at in fields.at]
    last: dict[tuple[int, str, float], float] = {}
    keys = list(zip(series, fields.served, hours, strict=True))
    for key, at in zip(keys, fields.at, strict=True):
        if at > last.get(key, -1.0):
            last[key] = at
    for key, count in Counter(keys).items():
        if not key[1]:
            continue
        db.execute("INSERT OR IGNORE INTO served (series, model, hour, requests, last_at) VALUES (?, ?, ?, 0, 0)", key)
        db.execute(
            "UPDATE served SET requests = requests + ?, last_at = max(last_at, ?)"
            " WHERE series = ? AND model = ? AND hour = ?",
            (count, last.get(key, 0.0), *key),
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
