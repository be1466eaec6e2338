"""How alike one user's requests are on a route, per metric: the design effects that a rollout's gates are frozen with.

Read once, when a canary starts: from production's rows of the day before, at most 20 of a user, as the evidence is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from console.domain.cells import Counts
from console.domain.histogram import bin_of, count_above, middle, size
from console.domain.requests import USER_CAP
from console.verdict.means import cap_of
from console.verdict.users import design_effect_of_sums

MOST_ROWS = 200_000
"""The newest rows of the day are enough: a design effect needs no third digit."""
MICRO = 1e6


class Row(NamedTuple):
    """What of a request says something about its metrics."""

    user: bytes
    outcome: str
    latency_ms: float | None
    ttft_ms: float | None
    cost_usd: float | None
    satisfied: int | None
    flagged: int | None


Value = Callable[[Row], float | None]
"""A request's value in a metric; None where it says nothing about it."""


def design_effects(rows: Iterable[Row], before: Counts) -> dict[str, float]:
    """Metric -> by how much its evidence is to be divided. `before` gives the thresholds of latency and cost."""
    values = _values(before)
    taken: dict[bytes, int] = {}
    sums: dict[str, dict[bytes, list[float]]] = {name: {} for name in values}
    for row in rows:
        seen = taken.get(row.user, 0)
        if seen >= USER_CAP:
            continue
        taken[row.user] = seen + 1
        for name, value_of in values.items():
            value = value_of(row)
            if value is not None:
                user = sums[name].setdefault(row.user, [0.0, 0.0, 0.0])
                user[0] += 1
                user[1] += value
                user[2] += value * value
    return {
        name: design_effect_of_sums((int(n), total, squares) for n, total, squares in users.values())
        for name, users in sums.items()
        if users
    }


def requests_per_user(rows: Iterable[Row]) -> float:
    """How many requests a user sends on average, at most 20 of each; 1 without any row."""
    counts: dict[bytes, int] = {}
    for row in rows:
        counts[row.user] = counts.get(row.user, 0) + 1
    return sum(min(n, USER_CAP) for n in counts.values()) / len(counts) if counts else 1.0


def rows_between(db: sqlite3.Connection, series: Iterable[int], first_slot: int, end_slot: int) -> list[Row]:
    """The newest rows of `series` with first_slot <= slot < end_slot, in the order of their commit."""
    marks = ", ".join(map(str, series)) or "NULL"
    first, end = number_at(db, first_slot), number_at(db, end_slot)
    where = f"n >= ? AND n < ? AND series IN ({marks}) AND user IS NOT NULL"
    sql = f"SELECT {', '.join(Row._fields)} FROM requests WHERE {where} ORDER BY n DESC LIMIT ?"  # noqa: S608
    found = db.execute(sql, (first, end, MOST_ROWS)).fetchall()
    return [Row(*row) for row in reversed(found)]


def number_at(db: sqlite3.Connection, slot: int) -> int:
    """The number of the first row in `slot` or later. Rows stand in the order of their slots, so halving finds it."""
    low, high = (db.execute(f"SELECT {side}(n) FROM requests").fetchone()[0] or 0 for side in ("min", "max"))  # noqa: S608
    high += 1
    while low < high:
        middle_n = (low + high) // 2
        row = db.execute("SELECT n, slot FROM requests WHERE n >= ? ORDER BY n LIMIT 1", (middle_n,)).fetchone()
        if row is None or row[1] >= slot:
            high = middle_n
        else:
            low = int(row[0]) + 1
    return int(low)


def _values(before: Counts) -> Mapping[str, Value]:
    p95, p50 = _edge(before.latency, 0.05), _edge(before.latency, 0.5)
    first, cap = _edge(before.ttft, 0.5), middle(cap_of(before.cost))
    checked = before.cleared > 0
    return {
        "error": lambda row: float(row.outcome == "error"),
        "refusal": lambda row: float(row.outcome == "refusal"),
        "empty": lambda row: float(row.outcome == "empty"),
        "truncated": lambda row: float(row.outcome == "truncated"),
        "dissatisfied": lambda row: None if row.satisfied is None else float(not row.satisfied),
        "flagged": lambda row: None if row.flagged is None and checked else float(bool(row.flagged)),
        "latency_p95": lambda row: None if row.latency_ms is None else float(bin_of(row.latency_ms) > p95),
        "latency_p50": lambda row: None if row.latency_ms is None else float(bin_of(row.latency_ms) > p50),
        "ttft_p50": lambda row: None if row.ttft_ms is None else float(bin_of(row.ttft_ms) > first),
        "cost": lambda row: None if row.cost_usd is None else min(row.cost_usd * MICRO, cap),
    }


def _edge(histogram: Mapping[int, int], tail: float) -> int:
    """The bin beyond which nearest to `tail` of the values lie."""
    n = size(histogram)
    return min(histogram, key=lambda index: abs(count_above(histogram, index) - tail * n), default=0)
