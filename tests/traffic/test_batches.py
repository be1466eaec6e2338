"""However rows are batched, and by however many writers, the log holds what a row-by-row account of them says."""

from __future__ import annotations

import itertools
import math
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.histogram import LAST_BIN, bin_of, bins_of
from console.domain.requests import OUTCOMES, USER_CAP, RequestRow
from console.traffic.keys import UserKeys
from console.traffic.reading import LogReader
from console.traffic.store import Store
from console.traffic.tally import Tally
from console.traffic.users import KnownUsers, count_users
from tests.effort import examples

NOW = 1_795_000_000.0
numbers = st.none() | st.integers(0, 10**6)
rows = st.builds(
    RequestRow,
    id=st.just(""),
    at=st.floats(NOW - 7_200, NOW),
    route=st.sampled_from(["support", "chat"]),
    model=st.sampled_from(["old", "new"]),
    arm=st.sampled_from(["production", "canary"]),
    why=st.sampled_from(["bucket", "bucket", "bucket", "default", "pinned conversation", "breaker"]),
    rollout=st.sampled_from(["", "one", "one", "two"]),
    evidence_from=st.sampled_from([0.0, 0.0, 0.0, NOW + 1e6]),
    user=st.sampled_from(["", "a", "a", "a", "b"]),
    outcome=st.sampled_from([*OUTCOMES, "ok", "ok"]),
    error_class=st.sampled_from(["", "TimeoutError"]),
    latency_ms=st.none() | st.floats(0, 1e7),
    ttft_ms=st.none() | st.floats(0, 1e7),
    served=st.sampled_from(["", "old", "moved"]),
    input_tokens=numbers,
    output_tokens=numbers,
    cached_tokens=numbers,
    reasoning_tokens=numbers,
    cost_usd=st.none() | st.integers(0, 400).map(lambda n: n / 4),
    price=st.sampled_from(["", "3/15/0.3/3.75"]),
    retries=st.integers(0, 3),
    parameters=st.sampled_from(["", "model messages"]),
    cache_write_tokens=numbers,
    prompt_hash=st.sampled_from(["", "hash"]),
    sdk=st.just(""),
    messages=numbers,
    characters=numbers,
    satisfied=st.none() | st.booleans(),
    flagged=st.none() | st.booleans(),
    assigned=st.sampled_from([None, "production", "canary"]),
)
batches = st.lists(st.tuples(st.integers(0, 1), st.lists(rows, max_size=12)), min_size=1, max_size=8)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30))
def test_the_bins_of_many_values_are_those_of_each(values: list[float]) -> None:
    assert bins_of(values) == [bin_of(value) for value in values]


def test_the_last_bin_is_shared_by_everything_beyond() -> None:
    assert bins_of([1e300, math.inf, 5.0]) == [LAST_BIN, LAST_BIN, bin_of(5.0)]
    assert bins_of([]) == []


@given(st.lists(rows, max_size=20), st.sampled_from([1, 3]))
def test_counting_many_is_counting_each(batch: list[RequestRow], times: int) -> None:
    batch = batch * times  # few are counted one by one
    together, each = Tally(), Tally()
    together.add_all(batch)
    for row in batch:
        each.add(row)
    assert together.counts() == each.counts()


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(rows, max_size=12), st.lists(rows, max_size=12))
def test_counting_goes_on_where_it_was(first: list[RequestRow], second: list[RequestRow]) -> None:
    twice, once = Tally(), Tally()
    twice.add_all(first)
    twice.add_all(second)
    once.add_all(first + second)
    assert twice.counts() == once.counts()


@given(st.lists(st.text(max_size=5)))
def test_the_keys_of_many_users_are_those_of_each(users: list[str]) -> None:
    keys, again = UserKeys(b"k" * 32), UserKeys(b"k" * 32)
    assert keys.of_all(users) == [again.of(user) if user else None for user in users]
    assert keys.of_all(users) == keys.of_all(users)


class Account:
    """What the log should hold, worked out one row after the other."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str]] = Counter()
        self.users: dict[tuple[str, str, str], Counter[str]] = {}
        self.evidence: dict[str, bool] = {}
        self.tallies: dict[tuple[str, str, str, str], Tally] = {}
        self.served: Counter[tuple[str, str, str, str, str]] = Counter()

    def add(self, row: RequestRow) -> None:
        series = (row.route, row.rollout, row.arm, row.model)
        self.tallies.setdefault(series, Tally()).add(row)
        if row.served:
            self.served[(*series, row.served)] += 1
        self.evidence[row.id] = False
        arm = row.arm if row.why == "bucket" else row.assigned if row.why == "breaker" else None
        if arm is None or not row.rollout or not row.user:
            return
        known = (row.rollout, row.user, arm) in self.users
        counts = self.counted[row.rollout, row.user] < USER_CAP and row.evidence_from <= NOW and row.why == "bucket"
        if not known and self.counted[row.rollout, row.user] >= USER_CAP:
            self.users[row.rollout, row.user, arm] = Counter()
            return
        found = self.users.setdefault((row.rollout, row.user, arm), Counter())
        if counts:
            self.evidence[row.id] = True
            self.counted[row.rollout, row.user] += 1
            found["counted"] += 1
            found[row.outcome] += 1


def stored_users(db: sqlite3.Connection) -> dict[tuple[str, bytes, str], tuple[int, ...]]:
    sql = (
        "SELECT rollouts.rollout, user, arm, counted, errors, refusals, truncated, empty"
        " FROM rollout_users JOIN rollouts ON rollouts.id = rollout_users.rollout"
    )
    return {row[:3]: row[3:] for row in db.execute(sql)}


def expected_users(account: Account, keys: UserKeys) -> dict[tuple[str, bytes, str], tuple[int, ...]]:
    names = ("counted", "error", "refusal", "truncated", "empty")
    return {
        (rollout, keys.of(user), arm): tuple(found[name] for name in names)
        for (rollout, user, arm), found in account.users.items()
    }


def check(path: Path, account: Account) -> None:
    db = sqlite3.connect(path)
    try:
        rows_of = dict(db.execute("SELECT id, evidence FROM requests").fetchall())
        assert {name: bool(found) for name, found in rows_of.items()} == account.evidence
        keys = UserKeys(bytes.fromhex(path.with_name(path.name + ".key").read_text().strip()))
        assert stored_users(db) == expected_users(account, keys)
        sql = "SELECT rollout, production, canary FROM rollouts"
        arms = Counter((rollout, arm) for rollout, _, arm in account.users)
        for rollout, production, canary in db.execute(sql):
            assert (production, canary) == (arms[rollout, "production"], arms[rollout, "canary"])
        sql = "SELECT route, rollout, arm, series.model, served.model, sum(requests) FROM served"
        found = db.execute(f"{sql} JOIN series ON series.id = served.series GROUP BY 1, 2, 3, 4, 5").fetchall()
        assert {row[:5]: row[5] for row in found} == account.served
    finally:
        db.close()


@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(batches)
def test_two_writers_store_what_an_account_of_the_rows_says(tmp_path_factory, batches) -> None:
    path = tmp_path_factory.mktemp("log") / "requests.db"
    writers = [Store(path, clock=lambda: NOW, retention_days=30, warn=pytest.fail) for _ in range(2)]
    account, names = Account(), itertools.count()
    for writer, batch in batches:
        named = [row._replace(id=f"row-{next(names):05}") for row in batch]
        assert writers[writer].write(named, [], 0) == "stored"
        for row in named:
            account.add(row)
    check(path, account)
    reader = LogReader(path)
    for route, rollout in {(series[0], series[1]) for series in account.tallies}:
        totals = reader.totals(route, rollout)
        for arm in ("production", "canary"):
            mine = Tally()
            for series, tally in account.tallies.items():
                if series[:3] == (route, rollout, arm):
                    mine.merge(tally)
            if mine:
                assert totals[arm] == mine.counts()
    reader.close()
    for writer in writers:
        writer.close()


def test_what_is_known_of_users_is_forgotten_when_another_connection_writes(path, make_row, clock) -> None:
    first, second = (Store(path, clock=clock, retention_days=30, warn=pytest.fail) for _ in range(2))
    for store in (first, second, first, second, first):
        assert store.write([make_row(user="same") for _ in range(6)], [], 0) == "stored"
    db = sqlite3.connect(path)
    assert db.execute("SELECT counted FROM rollout_users").fetchall() == [(USER_CAP,)]
    assert db.execute("SELECT sum(evidence), count(*) FROM requests").fetchone() == (USER_CAP, 30)
    db.close()
    first.close()
    second.close()


def test_users_are_not_read_again_while_one_process_writes(path, make_row, clock) -> None:
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    assert store.write([make_row(user="same")], [], 0) == "stored"
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    assert store.write([make_row(user="same")], [], 0) == "stored"
    assert [sql for sql in asked if "FROM rollout_users" in sql] == []
    assert [sql for sql in asked if "UPDATE rollout_users" in sql] != []
    store.close()


def test_what_is_known_of_users_is_bounded(path, make_row, clock, monkeypatch) -> None:
    monkeypatch.setattr("console.traffic.users._REMEMBERED", 10)
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    for _ in range(4):
        assert store.write([make_row() for _ in range(9)], [], 0) == "stored"
        assert len(store._memory.users.counted) <= 20
    store.close()


def test_a_user_beyond_the_cap_costs_no_statement(path, make_row, clock) -> None:
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    assert store.write([make_row(user="same") for _ in range(USER_CAP + 3)], [], 0) == "stored"
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    assert store.write([make_row(user="same")], [], 0) == "stored"
    assert [sql for sql in asked if "rollout_users" in sql] == []
    store.close()


def test_nobody_taking_part_asks_nothing(make_row) -> None:
    db = sqlite3.connect(":memory:")
    row = make_row(rollout="")
    assert count_users(db, KnownUsers(), [row], [b"u"], [1]) == [False]
    db.close()


def test_an_empty_batch_is_a_batch(path, clock) -> None:
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    assert store.write([], [], 3) == "stored"
    store.close()
    db = sqlite3.connect(path)
    assert db.execute("SELECT rows, dropped FROM writers").fetchall() == [(0, 3)]
    db.close()


def test_every_value_of_a_row_ends_in_its_own_column(path, clock, query) -> None:
    row = RequestRow(
        id="x",
        at=NOW,
        route="support",
        model="old",
        arm="canary",
        why="bucket",
        rollout="one",
        user="olga",
        outcome="refusal",
        error_class="Refused",
        latency_ms=1.5,
        ttft_ms=0.5,
        served="older",
        input_tokens=1,
        output_tokens=2,
        cached_tokens=3,
        cache_write_tokens=4,
        reasoning_tokens=5,
        cost_usd=0.25,
        price="3/15/0.3/3.75",
        retries=6,
        prompt_hash="hash",
        parameters="model",
        sdk="anthropic 2",
        messages=7,
        characters=8,
        satisfied=True,
        flagged=False,
    )
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    assert store.write([row], [], 0) == "stored"
    store.close()
    names = [name for name in RequestRow._fields if name not in ("at", "user", "evidence_from", "assigned")]
    ((*found,),) = query(f"SELECT {', '.join(names)} FROM request_log")
    assert found == [getattr(row, name) for name in names]
