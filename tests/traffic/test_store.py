"""A transaction stores everything or nothing, and what is remembered between transactions never outlives a failure."""

from __future__ import annotations

import sqlite3

import pytest

from console.traffic.reading import LogReader
from console.traffic.store import Store
from console.traffic.storing import Feedback

ROLLOUT = "support|new|2026-11-20T09:00:00Z"


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def store(path, clock, heard):
    store = Store(path, clock=clock, retention_days=30, warn=heard.append)
    yield store
    store.close()


def totals(path):
    reader = LogReader(path)
    try:
        return reader.totals("support", ROLLOUT)
    finally:
        reader.close()


def test_rows_and_cells_are_stored_together(store, path, make_row, query) -> None:
    assert store.write([make_row(), make_row(arm="canary")], [], 0) == "stored"
    assert query("SELECT count(*) FROM requests") == [(2,)]
    assert query("SELECT sum(requests) FROM cells") == [(2,)]
    assert {arm: counts.requests for arm, counts in totals(path).items()} == {"production": 1, "canary": 1}


def test_a_failed_transaction_leaves_no_trace_in_later_ones(store, path, make_row, query, monkeypatch) -> None:
    assert store.write([make_row()], [], 0) == "stored"
    rows = [make_row(user="same"), make_row(user="same", arm="canary", route="never seen")]
    with monkeypatch.context() as patch:

        def fails(*_: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        patch.setattr("console.traffic.storing.write_cells", fails)
        assert store.write(rows, [], 0) == "later"
    assert "disk I/O error" in store.error
    assert store.write(rows, [], 0) == "stored"
    assert store.error == ""
    assert query("SELECT count(*) FROM requests") == [(3,)]
    assert query("SELECT sum(requests) FROM cells") == [(3,)]
    assert query("SELECT sum(counted), count(*) FROM rollout_users") == [(3, 3)]


def test_a_batch_that_was_stored_after_all_is_not_stored_twice(store, make_row, query) -> None:
    rows = [make_row(), make_row()]
    assert store.write(rows, [], 0) == "stored"
    assert store.write([*rows, make_row()], [], 0) == "stored"
    assert query("SELECT count(*) FROM requests") == [(3,)]
    assert query("SELECT sum(requests) FROM cells") == [(3,)]


def test_rows_that_no_retry_can_store_are_given_up(store, make_row, query) -> None:
    assert store.write([make_row(latency_ms=0.0, characters=object())], [], 0) == "never"
    assert store.write([make_row()], [], 0) == "stored"
    assert query("SELECT count(*) FROM requests") == [(1,)]


def test_feedback_counts_in_the_slot_of_its_arrival(store, clock, make_row, query) -> None:
    row = make_row()
    store.write([row], [], 0)
    clock.now += 100
    store.write([], [Feedback(row.id, False, None, clock.now)], 0)
    found = query("SELECT slot, requests FROM cells ORDER BY slot")
    assert [requests for _, requests in found] == [1, 0]
    assert found[1][0] - found[0][0] == 10


def test_feedback_on_evidence_is_evidence(store, path, make_row, clock) -> None:
    counted, other = make_row(), make_row(why="override")
    store.write([counted, other], [Feedback(row.id, None, True, clock.now) for row in (counted, other)], 0)
    reader = LogReader(path)
    assert reader.totals("support", ROLLOUT)["production"].flagged == 2
    assert reader.evidence_totals("support", ROLLOUT)["production"].flagged == 1
    reader.close()


def test_feedback_waits_ten_seconds_for_its_request(store, clock, make_row, query) -> None:
    row = make_row()
    store.write([], [Feedback(row.id, True, None, clock.now)], 0)
    assert (store.waiting, store.orphans) == (True, 0)
    clock.now += 5
    store.write([row], [], 0)
    assert (store.waiting, store.orphans) == (False, 0)
    assert query("SELECT satisfied FROM requests") == [(1,)]
    store.write([], [Feedback("never", True, None, clock.now)], 0)
    clock.now += 11
    store.write([], [], 0)
    assert (store.waiting, store.orphans) == (False, 1)
    assert query("SELECT lost_feedback FROM writers") == [(1,)]


def test_every_start_is_a_writer_with_a_host_and_a_sequence(store, path, clock, make_row, query) -> None:
    store.write([make_row()], [], 0)
    store.write([make_row()], [], 3)
    other = Store(path, clock=clock, retention_days=30, warn=print)
    other.write([make_row()], [], 0)
    other.close()
    found = query("SELECT seq, rows, dropped, host != '', pid > 0 FROM writers ORDER BY id")
    assert found == [(2, 2, 3, 1, 1), (1, 1, 0, 1, 1)]
    assert query("SELECT writer, seq, requests FROM cells ORDER BY writer") == [(1, 2, 2), (2, 1, 1)]


def test_an_unreadable_cell_is_corruption_and_not_an_endless_loop(store, path, clock, make_row, heard) -> None:
    store.write([make_row()], [], 0)
    db = sqlite3.connect(path)
    db.execute("UPDATE cells SET evidence = x'0102'")
    db.commit()
    db.close()
    clock.now += 60
    row = make_row()
    assert store.write([row], [], 0) == "later"
    assert store.write([row], [], 0) == "stored"
    assert any("corrupt" in text for text in heard)
    assert totals(path)["production"].requests == 1


def test_another_programs_database_stays_untouched(store, path, make_row) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    for _ in range(3):
        assert store.write([make_row()], [], 0) == "later"
    assert "another program" in store.error
    assert path.read_bytes() == before


def test_rows_of_an_hour_that_fall_into_one_slot_share_it(store, clock, make_row, query) -> None:
    clock.now += 3_600
    store.write([make_row(at=clock.now - 3_600), make_row(at=clock.now)], [], 0)
    assert query("SELECT DISTINCT slot FROM requests") == [(int(clock.now // 10),)]
    assert query("SELECT sum(requests) FROM served") == [(None,)]


def test_which_models_answered_is_kept_by_the_hour(store, make_row, clock, query) -> None:
    store.write([make_row(served="old"), make_row(served="other"), make_row(served="other")], [], 0)
    store.write([make_row(served="other")], [], 0)
    assert query("SELECT model, sum(requests) FROM served GROUP BY model ORDER BY model") == [("old", 1), ("other", 3)]
    assert query("SELECT count(*) FROM requests WHERE served IS NULL") == [(1,)]


def test_names_are_stored_once(store, make_row, query) -> None:
    for _ in range(3):
        store.write([make_row(prompt_hash="a", parameters="model", sdk="anthropic 2")], [], 0)
    assert query("SELECT count(*) FROM shapes") == [(1,)]
    assert query("SELECT count(*) FROM series") == [(1,)]


def test_a_short_lock_is_no_news_and_a_long_one_is(store, path, make_row, heard, monkeypatch) -> None:
    monkeypatch.setattr("console.traffic.store._BUSY_S", 0.01)
    store.write([make_row()], [], 0)
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("console.traffic.store._LOCKED_LONG_S", 0.05)
    row = make_row()
    for _ in range(4):
        assert store.write([row], [], 0) == "later"
    assert heard == []
    assert store.write([row], [], 0) == "later"
    assert "locked by another process" in heard[0]
    other.execute("ROLLBACK")
    other.close()
    assert store.write([row], [], 0) == "stored"
