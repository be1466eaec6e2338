"""Users whose window closed: what the exact mode judges by instead of requests.

A user's window begins with his first request on a rollout and closes half an hour later, whatever happened in it. He
counts once, on the arm where he was seen first: a share that grows moves users, and a user on both arms would make the
arms depend on each other. All of it is read from rows that do not change, so a restart finds the same users.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from console.domain.cells import Block
from console.domain.choice import Arm
from console.traffic.clusters import number_at
from console.verdict.per_user import bin_of_user
from console.verdict.plan import PER_USER as METRICS

WINDOW_SLOTS = 180
"""Half an hour: most users have sent what they send, and nobody waits a day for evidence."""


_Users = dict[str, dict[int, int]]


class Closing(NamedTuple):
    """One user at the end of his window. `bad` stands in the order of the metrics that are judged by users."""

    slot: int
    arm: Arm
    requests: int
    bad: tuple[int, ...]


def closings(db: sqlite3.Connection, rollout: str, after_slot: int, last_slot: int) -> list[Closing]:
    """The users of `rollout` whose window closed after `after_slot` and no later than `last_slot`."""
    row = db.execute("SELECT id, first_slot FROM rollouts WHERE rollout = ?", (rollout,)).fetchone()
    if row is None:
        return []
    number, first = row
    start, end = (number_at(db, slot) for slot in (max(first, after_slot + 1 - WINDOW_SLOTS), last_slot + 1))
    bad = ", ".join(f"sum(requests.outcome = '{name}')" for name in METRICS)
    window, range_ = WINDOW_SLOTS, (WINDOW_SLOTS, after_slot, WINDOW_SLOTS, last_slot)
    rows = db.execute(
        f"SELECT users.first_slot + ?, users.arm, count(*), {bad} FROM requests"  # noqa: S608
        " JOIN series ON series.id = requests.series AND series.rollout = ?"
        " JOIN rollout_users AS users ON users.rollout = ? AND users.user = requests.user AND users.arm = series.arm"
        " WHERE requests.n >= ? AND requests.n < ? AND requests.evidence AND requests.slot < users.first_slot + ?"
        " AND users.first_slot + ? > ? AND users.first_slot + ? <= ? AND NOT EXISTS"
        " (SELECT 1 FROM rollout_users AS other WHERE other.rollout = users.rollout AND other.user = users.user"
        "  AND other.arm != users.arm AND other.first_slot <= users.first_slot)"
        " GROUP BY requests.user, users.arm",
        (window, rollout, number, start, end, window, *range_),
    ).fetchall()
    return [Closing(slot, arm, n, tuple(counts)) for slot, arm, n, *counts in rows]


def closings_of(rows: Iterable[tuple[int, str, Arm, str]]) -> list[Closing]:
    """The same of (slot, user, arm, outcome) in order of time: of a log that is rehearsed."""
    found: dict[str, tuple[int, Arm, list[int]]] = {}
    for slot, user, arm, outcome in rows:
        begun, own, counts = found.setdefault(user, (slot, arm, [0] * (1 + len(METRICS))))
        if own == arm and slot < begun + WINDOW_SLOTS:
            counts[0] += 1
            if outcome in METRICS:
                counts[1 + METRICS.index(outcome)] += 1
    return [Closing(begun + WINDOW_SLOTS, arm, n, tuple(bad)) for begun, arm, (n, *bad) in found.values()]


def with_users(blocks: Sequence[Block], closed: Iterable[Closing]) -> Iterator[Block]:
    """`blocks` in order, each with the users whose window closed after the block before it and by its end."""
    ends = [block.last_slot for block in blocks]
    gathered: list[tuple[_Users, _Users]] = [({}, {}) for _ in blocks]
    for closing in closed:
        place = bisect_left(ends, closing.slot)
        if place == len(ends):
            continue
        mine = gathered[place][closing.arm == "canary"]
        for name, bad in zip(METRICS, closing.bad, strict=True):
            histogram, index = mine.setdefault(name, {}), bin_of_user(closing.requests, bad)
            histogram[index] = histogram.get(index, 0) + 1
    for block, (production, canary) in zip(blocks, gathered, strict=True):
        yield replace(block, production_users=production, canary_users=canary)
