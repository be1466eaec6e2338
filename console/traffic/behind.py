"""The requests behind a number: the newest on an arm that count against it, or the slowest and dearest.

The log keeps no text, so neither does this. It looks at the newest rows only, within one short read: what is wrong now
is among them, and ten million rows are not to be searched while somebody waits.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from console.domain.choice import Arm
from console.domain.record import record
from console.traffic.pricing import OwnPrice, Pricing, own_price
from console.traffic.reading import LogReader

LOOKED_AT = 100_000
"""The newest rows of the log, all routes together: about 100 ms."""
LISTED = 300

Kind = Literal["error", "refusal", "truncated", "empty", "dissatisfied", "flagged", "latency", "ttft", "cost", "all"]
_BAD: dict[Kind, str] = {
    "error": "outcome = 'error'",
    "refusal": "outcome = 'refusal'",
    "truncated": "outcome = 'truncated'",
    "empty": "outcome = 'empty'",
    "dissatisfied": "satisfied = 0",
    "flagged": "flagged = 1",
    "latency": "latency_ms IS NOT NULL",
    "ttft": "ttft_ms IS NOT NULL",
    "cost": "cost_usd IS NOT NULL",
    "all": "1",
}
_SEEN: dict[Kind, str] = {"dissatisfied": "satisfied IS NOT NULL", "flagged": "flagged IS NOT NULL"}
"""A share of the requests that somebody rated, or that a checker saw: as the verdict reckons."""
Order = Literal["newest", "slowest", "dearest", "failed"]
_ORDERS: dict[Order, str] = {
    "newest": "n DESC",
    "slowest": "latency_ms DESC, n DESC",
    "dearest": "cost_usd DESC, output_tokens DESC, n DESC",
    "failed": "outcome = 'error' DESC, n DESC",
}
"""Where the application runs without a price list, the longest answers of a model are its dearest."""
_RANK: dict[Kind, str] = {"latency": "latency_ms DESC", "ttft": "ttft_ms DESC", "cost": "cost_usd DESC"}
_AT = "min(max(CAST(at AS REAL), 0), 253402300799)"
_TEXTS = ("requests.id", "model", "coalesce(served, model)", "hex(user)", "why", "outcome", "error_class")
_REALS, _WHOLES = (
    ("latency_ms", "ttft_ms", "cost_usd"),
    ("input_tokens", "output_tokens", "retries", "satisfied", "flagged", "cached_tokens", "cache_write_tokens"),
)
_COLUMNS = ", ".join(
    (
        _AT,
        "evidence = 1",
        *(f"coalesce(CAST({name} AS TEXT), '')" for name in _TEXTS),
        *(f"min(CAST({name} AS REAL), 1e12)" for name in _REALS),
        *(f"CAST({name} AS INTEGER)" for name in _WHOLES),
    )
)
"""A file from elsewhere may hold anything in any column; what is read is of its kind, and within bounds."""
_FOUND_BY = ("requests.id", "model", "served", "hex(user)", "outcome", "error_class")
_SAID = {"dissatisfied": "satisfied = 0", "flagged": "flagged = 1"}
"""What a request is found by: its id, both models, its user's hash, how it ended, and what was said of it."""
RANKED = frozenset(_RANK)
"""Every request has such a value: the largest come first, whatever the order."""
Mark = tuple[int, float]
"""How far a log was read: its newest row, and its last commit, which may have been a user's word on an older one."""


class Row(NamedTuple):
    """One request as the log has it. `at` is its epoch second; None: not recorded. `user` is the keyed hash, in hex."""

    at: float
    evidence: bool
    id: str
    asked: str
    served: str
    user: str
    why: str
    outcome: str
    error_class: str
    latency_ms: float | None
    ttft_ms: float | None
    cost_usd: float | None
    input_tokens: int | None
    output_tokens: int | None
    retries: int | None
    satisfied: int | None
    flagged: int | None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    worked_out: bool = False
    """Whether the log has no cost, and `cost_usd` is what the price list asks for these tokens at that time."""


class Share(NamedTuple):
    """How many of an arm's requests in sight count against the number, of how many users, and of which errors.

    `matching` of the bad ones hold what was typed: all of them where nothing was.
    """

    bad: int
    of: int
    users: int = 0
    classes: tuple[tuple[str, int], ...] = ()
    matching: int = 0


@record
class Behind:
    """What stands behind one number of a rollout, on one arm. `since` is when the oldest row in sight began."""

    rows: tuple[Row, ...] = ()
    canary: Share = Share(0, 0)
    production: Share = Share(0, 0)
    since: float | None = None
    mark: Mark = (0, 0.0)


def read_behind(
    reader: LogReader,
    route: str,
    rollout: str,
    arm: Arm,
    kind: Kind,
    order: Order = "newest",
    *,
    typed: str = "",
    looked_at: int = LOOKED_AT,
    prices: Mapping[str, OwnPrice] | None = None,
) -> Behind:
    """The requests of `arm` behind `kind`, and how often it is on both arms. Raises LogMissing or LogInvalid.

    Listed are those that hold every word of `typed`, letter case aside: of all in sight, not of the first 300 only.
    A cost that was not known where the request was made is worked out here; `prices` are the registry's own.
    """
    bad, seen, by = _BAD[kind], _SEEN.get(kind, "1"), _RANK.get(kind, _ORDERS[order])
    sight = (
        "FROM requests JOIN series ON series.id = requests.series"
        " WHERE n > (SELECT coalesce(max(n), 0) FROM requests) - :looked_at AND route = :route AND rollout = :rollout"
    )
    holds, wanted = _holding(typed)
    given = {"looked_at": looked_at, "route": route, "rollout": rollout, "arm": arm, "listed": LISTED, **wanted}
    with reader.reading() as db:
        mark = _mark(db)
        rows = db.execute(
            f"SELECT {_COLUMNS} {sight} AND arm = :arm AND {bad} AND {holds} ORDER BY {by} LIMIT :listed", given
        ).fetchall()
        counted = db.execute(
            f"SELECT arm, {bad}, coalesce(error_class, ''), count(*), sum({seen}), min({_AT}),"
            f" sum(CASE WHEN {bad} AND {holds} THEN 1 END) {sight} GROUP BY 1, 2, 3",
            given,
        ).fetchall()
        users = dict(db.execute(f"SELECT arm, count(DISTINCT user) {sight} AND {bad} GROUP BY 1", given).fetchall())
    cleared = any(row[4] for row in counted if not row[1])
    whole = 3 if kind == "flagged" and not cleared else 4  # a checker that tells of bad ones only has seen them all
    shares = {
        each: _share([(row[1], row[2], row[whole]) for row in counted if row[0] == each])._replace(
            users=users.get(each, 0), matching=sum(row[6] or 0 for row in counted if row[0] == each)
        )
        for each in ("canary", "production")
    }
    return Behind(
        rows=_priced([Row(*row) for row in rows], prices),
        canary=shares["canary"],
        production=shares["production"],
        since=min((row[5] for row in counted), default=None),
        mark=mark,
    )


def is_newer(reader: LogReader, mark: Mark) -> bool:
    """Whether anything was committed after a reading that got as far as `mark`: asked in a thousandth of its time."""
    with reader.reading() as db:
        return _mark(db) != mark


def _mark(db: sqlite3.Connection) -> Mark:
    newest = db.execute("SELECT coalesce(max(n), 0) FROM requests").fetchone()[0]
    return newest, float(db.execute("SELECT coalesce(max(last_commit_at), 0) FROM writers").fetchone()[0])


def _holding(typed: str) -> tuple[str, dict[str, str]]:
    """A condition that a request holds every word of `typed`, and what it is given.

    It asks column by column: joining them to one text first takes three times as long.
    """
    wanted = {f"word{n}": "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for n, word in enumerate(typed.split())}
    columns = (*((name, "1") for name in _FOUND_BY), *((f"'{said}'", where) for said, where in _SAID.items()))
    words = [" OR ".join(f"{text} LIKE :{name} ESCAPE '\\' AND {where}" for text, where in columns) for name in wanted]
    return " AND ".join(f"({word})" for word in words) or "1", wanted


def _priced(rows: Iterable[Row], prices: Mapping[str, OwnPrice] | None) -> tuple[Row, ...]:
    """Rows with the costs that the log does not have: the application may run without a price list, this does not.

    One by one only. A cell's sums tell neither what went into the cache nor how costs are spread, so what the verdict
    reads stays without.
    """
    pricing = Pricing()

    def priced(row: Row) -> Row:
        if row.cost_usd is not None:
            return row
        tokens = (row.input_tokens, row.output_tokens, row.cached_tokens, row.cache_write_tokens)
        cost = pricing.of(row.served or row.asked, tokens, row.at, own_price(prices, row.asked, row.served)).cost_usd
        return row if cost is None else row._replace(cost_usd=cost, worked_out=True)

    return tuple(map(priced, rows))


def _share(counted: list[tuple[int | None, str, int]]) -> Share:
    classes: dict[str, int] = {}
    for bad, name, n in counted:
        if bad and name:
            classes[name] = classes.get(name, 0) + n
    ordered = sorted(classes.items(), key=lambda each: (-each[1], each[0]))
    return Share(sum(n for bad, _, n in counted if bad), sum(n for _, _, n in counted), classes=tuple(ordered))
