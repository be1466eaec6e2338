"""How alike one user's requests are on a route, per metric: the design effects that a rollout's gates are frozen with.

Read once, when a canary starts: from production's rows of the day before, at most 20 of a user, as the evidence is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
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


_OUTCOMES = ("error", "refusal", "empty", "truncated")


class _Edges(NamedTuple):
    """Where a value counts as bad, from what production did before.

    Latencies are bins of a histogram, `cost` is the most that one request counts for, in millionths of a dollar. Where
    requests are `checked`, one that no check saw says nothing.
    """

    slow: int
    half: int
    first: int
    cost: float
    checked: bool


class _User:
    """One user's requests in every metric: how many, the sum of their values, and for costs of the squares."""

    __slots__ = (
        *("bad", "costs", "costs_squared", "flagged", "half", "late", "n", "priced", "rated", "seen", "slow"),
        *("timed", "tokened", "unhappy"),
    )

    def __init__(self) -> None:
        self.n = self.rated = self.unhappy = self.seen = self.flagged = 0
        self.timed = self.slow = self.half = self.tokened = self.late = self.priced = 0
        self.costs = self.costs_squared = 0.0
        self.bad: dict[str, int] = {}

    def add(self, row: Row, edges: _Edges) -> None:
        """One more request. Once per row of a day: ten small functions a row took four times as long."""
        self.n += 1
        if row.outcome != "ok":
            self.bad[row.outcome] = self.bad.get(row.outcome, 0) + 1
        if row.satisfied is not None:
            self.rated += 1
            self.unhappy += not row.satisfied
        if row.flagged is not None or not edges.checked:
            self.seen += 1
            self.flagged += bool(row.flagged)
        if row.latency_ms is not None:
            taken = bin_of(row.latency_ms)
            self.timed += 1
            self.slow += taken > edges.slow
            self.half += taken > edges.half
        if row.ttft_ms is not None:
            self.tokened += 1
            self.late += bin_of(row.ttft_ms) > edges.first
        if row.cost_usd is not None:
            cost = min(row.cost_usd * MICRO, edges.cost)
            self.priced += 1
            self.costs += cost
            self.costs_squared += cost * cost

    def sums(self) -> dict[str, tuple[int, float, float]]:
        """Metric -> (requests, sum of values, sum of squared values): the square of 0 or 1 is itself."""
        shares = {name: (self.n, self.bad.get(name, 0)) for name in _OUTCOMES} | {
            "dissatisfied": (self.rated, self.unhappy),
            "flagged": (self.seen, self.flagged),
            "latency_p95": (self.timed, self.slow),
            "latency_p50": (self.timed, self.half),
            "ttft_p50": (self.tokened, self.late),
        }
        found = {name: (n, float(bad), float(bad)) for name, (n, bad) in shares.items()}
        return found | {"cost": (self.priced, self.costs, self.costs_squared)}


def design_effects(rows: Iterable[Row], before: Counts) -> dict[str, float]:
    """Metric -> by how much its evidence is to be divided. `before` gives the thresholds of latency and cost."""
    edges = _edges(before)
    users: dict[bytes, _User] = {}
    for row in rows:
        user = users.get(row.user)
        if user is None:
            user = users[row.user] = _User()
        if user.n < USER_CAP:
            user.add(row, edges)
    sums: dict[str, list[tuple[int, float, float]]] = {}
    for user in users.values():
        for name, values in user.sums().items():
            if values[0]:
                sums.setdefault(name, []).append(values)
    return {name: design_effect_of_sums(values) for name, values in sums.items()}


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


def _edges(before: Counts) -> _Edges:
    slow, half = _edge(before.latency, 0.05), _edge(before.latency, 0.5)
    return _Edges(slow, half, _edge(before.ttft, 0.5), middle(cap_of(before.cost)), before.cleared > 0)


def _edge(histogram: Mapping[int, int], tail: float) -> int:
    """The bin beyond which nearest to `tail` of the values lie."""
    n = size(histogram)
    return min(histogram, key=lambda index: abs(count_above(histogram, index) - tail * n), default=0)
