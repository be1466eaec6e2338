"""What happens to a log in a server: stalls, event loops, clocks that differ, journal modes, versions side by side."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from console.domain.choice import Choice
from console.traffic import schema
from console.traffic.files import connect_writer
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader
from console.traffic.store import Store
from console.traffic.upkeep import integrity

CHOICE = Choice("support", "old", "production", "bucket", "r")
MODES = {"wal": (3, 53, 0), "truncate": (3, 40, 1)}
"""Versions of SQLite that allow each mode."""


def send(log: RequestLog, n: int = 1) -> float:
    """Sends `n` requests; the slowest of them in seconds."""
    slowest = 0.0
    for i in range(n):
        start = time.perf_counter()
        with log.request(CHOICE, f"u{i % 7}"):
            pass
        slowest = max(slowest, time.perf_counter() - start)
    return slowest


@pytest.fixture
def counts(path: Path) -> Callable[[], int]:
    """The number of rows, after checking that cells, totals and writers count the same and the file is sound."""

    def count() -> int:
        db = sqlite3.connect(path)
        try:
            sums = [
                db.execute(sql).fetchone()[0] or 0
                for sql in (
                    "SELECT count(*) FROM requests",
                    "SELECT sum(requests) FROM cells",
                    "SELECT sum(rows) FROM writers",
                )
            ]
        finally:
            db.close()
        assert len(set(sums)) == 1, sums
        assert integrity(path) == ()
        return sums[0]

    return count


class Stall(threading.Event):
    """Set to let the disk go on; `reached` is set when a transaction waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()


@pytest.fixture
def stalled(monkeypatch) -> Iterator[Stall]:
    """A disk that stands still until the event is set."""
    from console.traffic import store

    go_on, real = Stall(), store.store

    def waits(*given: object) -> object:
        go_on.reached.set()
        assert go_on.wait(20)
        return real(*given)

    monkeypatch.setattr(store, "store", waits)
    yield go_on
    go_on.set()


def test_a_disk_that_stands_still_grows_the_queue_and_slows_nobody(path, stalled, counts) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log)
    assert stalled.reached.wait(10)
    slowest = send(log, 2_000)
    assert log.status().queued == 2_001
    assert log.status().committed == 0
    assert slowest < 0.25
    stalled.set()
    assert log.flush(10)
    assert log.close()
    assert (log.status().dropped, counts()) == (0, 2_001)


def test_a_disk_that_stands_still_for_long_costs_the_oldest_rows(path, stalled, query) -> None:
    log = RequestLog(path, every_s=0.01, queue=100)
    send(log)
    assert stalled.reached.wait(10)
    send(log, 500)
    assert log.status().dropped == 400
    stalled.set()
    assert log.flush(10)
    assert log.close()
    assert query("SELECT count(*) FROM requests") == [(101,)]
    assert query("SELECT sum(dropped) FROM writers") == [(400,)]


def test_closing_does_not_wait_for_a_disk_longer_than_it_may(path, stalled) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log)
    assert stalled.reached.wait(10)
    start = time.monotonic()
    assert not log.close(timeout=0.2)
    assert time.monotonic() - start < 4


async def test_hundreds_of_tasks_are_recorded_while_the_loop_goes_on(path, query, counts) -> None:
    log = RequestLog(path, every_s=0.02)
    slowest = 0.0

    async def work(user: int) -> None:
        nonlocal slowest
        for _ in range(10):
            async with log.request(CHOICE, f"u{user}") as request:
                await asyncio.sleep(0)
                request.record(output_tokens=user)
            start = time.perf_counter()
            await asyncio.sleep(0)
            slowest = max(slowest, time.perf_counter() - start)

    await asyncio.gather(*(work(user) for user in range(200)))
    assert await asyncio.to_thread(log.close)
    assert counts() == 2_000
    # Blocks of different tasks are entangled; what each recorded must not be.
    assert query("SELECT count(*) FROM (SELECT 1 FROM requests GROUP BY user, output_tokens)") == [(200,)]
    assert slowest < 2


@pytest.mark.parametrize("mode", MODES)
def test_rows_survive_in_both_journal_modes(path, mode, monkeypatch, counts) -> None:
    monkeypatch.setattr("console.traffic.store.connect_writer", partial(connect_writer, version=MODES[mode]))
    log, reader, seen = RequestLog(path, every_s=0.005), LogReader(path), []
    for _ in range(10):
        send(log, 30)
        assert log.flush()
        reader.refresh()
        seen.append(sum(found.requests for found in reader.totals("support", "r").values()))
    assert seen == [30 * n for n in range(1, 11)]
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA journal_mode").fetchone() == (mode if mode == "wal" else "delete",)
    db.close()
    reader.close()
    assert log.close()
    assert counts() == 300


@pytest.mark.parametrize("mode", MODES)
def test_a_committed_row_is_seen_by_a_reader_that_comes_later_in_both_modes(path, mode, clock, make_row) -> None:
    db = connect_writer(path, busy_s=1, version=MODES[mode])
    schema.migrate(db, clock.now)
    db.close()
    store = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
    assert store.write([make_row()], [], 0) == "stored"
    reader = LogReader(path)
    assert reader.totals("support", make_row().rollout)["production"].requests == 1
    reader.close()
    store.close()


def test_processes_whose_clocks_differ_count_everything_once(path, counts) -> None:
    times = [1_795_000_000.0, 1_795_000_000.0 - 3_600, 1_795_000_000.0 + 45]
    logs = [RequestLog(path, clock=lambda at=at: at) for at in times]
    for log in logs * 2:
        send(log, 4)
        assert log.flush()
    for log in logs:
        assert log.close()
    assert counts() == 24


def test_a_clock_that_was_days_ahead_is_not_waited_for(path, clock, counts, query) -> None:
    log = RequestLog(path, clock=clock)
    right = clock.now
    for now in (right + 3 * 86_400, right, right + 10):
        clock.now = now
        send(log, 5)
        assert log.flush()
    assert log.close()
    assert counts() == 15
    assert query("SELECT max(slot) <= ? FROM cells", int((right + 10) // 10)) == [(1,)]


def colours(db: sqlite3.Connection) -> None:
    """What a later version may add: nullable columns and tables."""
    db.execute("ALTER TABLE requests ADD COLUMN colour TEXT")
    db.execute("ALTER TABLE cells ADD COLUMN colour TEXT")
    db.execute("ALTER TABLE rollout_users ADD COLUMN colour TEXT")
    db.execute("ALTER TABLE shapes ADD COLUMN colour TEXT")
    db.execute("CREATE TABLE colours (name TEXT)")


def test_an_older_version_goes_on_writing_while_a_newer_one_migrates(
    path, clock, make_row, monkeypatch, counts
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        older = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
        assert older.write([make_row()], [], 0) == "stored"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, colours))
        newer = Store(path, clock=clock, retention_days=30, warn=pytest.fail)
        assert newer.write([make_row()], [], 0) == "stored"
    for store in (older, newer) * 3:
        clock.now += 7
        assert store.write([make_row(user="same"), make_row(sdk="another")], [], 0) == "stored"
    older.close()
    newer.close()
    assert counts() == 14


def test_migrations_are_applied_once_by_whoever_comes_first(path, clock, query) -> None:
    barrier, failures = threading.Barrier(6), []

    def open_it() -> None:
        barrier.wait(10)
        try:
            db = connect_writer(path, busy_s=10)
            schema.migrate(db, clock.now)
            db.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [name for (name,) in query("SELECT name FROM migrations")] == sorted(
        migration.__name__ for migration in schema.MIGRATIONS
    )


def test_a_migration_that_fails_leaves_the_log_as_it_was(path, clock, monkeypatch, query) -> None:
    log = RequestLog(path, clock=clock)
    send(log)
    assert log.close()

    def fails(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE requests ADD COLUMN half TEXT")
        raise sqlite3.OperationalError("no more space")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fails))
    db = connect_writer(path, busy_s=1)
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db, clock.now)
    assert not db.in_transaction
    db.close()
    assert "half" not in [row[1] for row in query("PRAGMA table_info(requests)")]


def test_every_migration_only_adds_what_older_writers_can_leave_out(path, clock, make_row) -> None:
    """The first version's statements must work on the newest schema: each column added since may be NULL."""
    db = connect_writer(path, busy_s=1)
    for migration in schema.MIGRATIONS[:1]:
        migration(db)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = {table: {row[1] for row in db.execute(f"PRAGMA table_info({table})")} for table in tables}
    for migration in schema.MIGRATIONS[1:]:
        migration(db)
    for table, columns in before.items():
        info = db.execute(f"PRAGMA table_info({table})").fetchall()
        assert columns <= {row[1] for row in info}
        assert [row[1] for row in info if row[1] not in columns and row[3] and row[4] is None] == []
    db.close()


def test_a_process_that_leaves_in_the_middle_of_its_requests_keeps_its_queue(path, counts) -> None:
    code = """
        import sys, threading
        from console import Choice, RequestLog
        choice = Choice("support", "old", "production", "bucket", "r")
        log = RequestLog(sys.argv[1], every_s=60)
        def work():
            for i in range(500):
                with log.request(choice, "u"):
                    pass
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        raise SystemExit(3)
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path)], capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (3, b"")
    assert counts() == 2_000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_small_file_system_that_is_full_and_then_is_not(tmp_path, until) -> None:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        log = RequestLog(place / "requests.db", every_s=0.005)
        send(log, 10)
        assert log.flush()
        filler = place / "filler"
        with pytest.raises(OSError, match="space"):
            filler.write_bytes(b"x" * 2_000_000)
        assert send(log, 1_500) < 0.25
        assert until(lambda: "full" in log.status().error or "I/O" in log.status().error)
        filler.unlink()
        assert log.flush(10)
        assert log.close()
        db = sqlite3.connect(place / "requests.db")
        assert db.execute("SELECT count(*) FROM requests").fetchone() == (1_510,)
        db.close()
    finally:
        subprocess.run(["umount", place], check=True)
