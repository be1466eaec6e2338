"""Processes that fork, exit and are killed; files that are locked, full, deleted, truncated and corrupt."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from console.domain.choice import Choice
from console.traffic.log import RequestLog
from console.traffic.upkeep import integrity

CHOICE = Choice("support", "old", "production", "bucket", "r")
HEAD = """
import os, sys, time
from console import Choice, RequestLog
choice = Choice("support", "old", "production", "bucket", "r")
def send(log, n):
    for i in range(n):
        with log.request(choice, f"u{i}"):
            pass
"""


def python(code: str, path: Path, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + textwrap.dedent(code), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def send(log: RequestLog, n: int = 1) -> float:
    """Sends `n` requests; the slowest of them in seconds."""
    slowest = 0.0
    for _ in range(n):
        start = time.perf_counter()
        with log.request(CHOICE, "u"):
            pass
        slowest = max(slowest, time.perf_counter() - start)
    return slowest


def consistent(path: Path) -> int:
    """The number of rows, after checking that cells and writers count the same and the file is sound."""
    db = sqlite3.connect(path)
    try:
        rows, cells, writers = (
            db.execute(sql).fetchone()[0] or 0
            for sql in (
                "SELECT count(*) FROM requests",
                "SELECT sum(requests) FROM cells",
                "SELECT sum(rows) FROM writers",
            )
        )
    finally:
        db.close()
    assert rows == cells == writers
    assert integrity(path) == ()
    return rows


def test_interpreter_exit_drains_a_full_queue(path) -> None:
    process = python("log = RequestLog(sys.argv[1], every_s=60, batch=10**9)\nsend(log, 9_000)", path)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert consistent(path) == 9_000


def test_exit_does_not_hang_on_a_locked_log(path) -> None:
    log = RequestLog(path)
    send(log)
    assert log.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    process = python("log = RequestLog(sys.argv[1], exit_s=0.5)\nsend(log, 10)", path)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert time.monotonic() - start < 4
    other.close()


def test_preforked_workers_write_their_own_rows_once(path) -> None:
    process = python(
        """
        log = RequestLog(sys.argv[1])
        send(log, 100)
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                send(log, 250)
                sys.exit(0 if log.close() else 1)
            children.append(child)
        send(log, 50)
        assert all(os.waitpid(child, 0)[1] == 0 for child in children)
        """,
        path,
    )
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert consistent(path) == 150 + 4 * 250


def test_children_forked_while_their_parent_writes_can_write_too(path) -> None:
    """SQLite's record of held locks is inherited: a child forked inside a transaction would be locked out for ever."""
    process = python(
        """
        import threading
        log = RequestLog(sys.argv[1], every_s=0.001)
        stop = threading.Event()
        def keep_writing():
            while not stop.wait(0.0003):
                send(log, 1)
        writing = threading.Thread(target=keep_writing)
        writing.start()
        assert log.flush()
        children = []
        for _ in range(16):
            child = os.fork()
            if child == 0:
                send(log, 10)
                os._exit(0 if log.close() else 1)
            children.append(child)
            stop.wait(0.003)
        codes = [os.waitpid(child, 0)[1] for child in children]
        stop.set()
        writing.join()
        print(codes, file=sys.stderr) if any(codes) else None
        """,
        path,
    )
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    consistent(path)


def test_a_fork_does_not_wait_for_a_disk_for_ever(path, monkeypatch) -> None:
    monkeypatch.setattr("console.traffic.forking._WAIT_S", 0.1)
    log = RequestLog(path)
    send(log)
    assert log.flush()
    with log.storing:
        start = time.monotonic()
        child = os.fork()
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert time.monotonic() - start < 2
    send(log)
    assert log.flush()
    assert log.close()


def _work(path: str) -> None:
    send(RequestLog(path, every_s=60), 200)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_children_drain_without_atexit(path, method) -> None:
    context = multiprocessing.get_context(method)
    if method == "spawn":
        code = """
        import multiprocessing
        log = RequestLog(sys.argv[1], every_s=60)
        send(log, 200)
        multiprocessing.util._exit_function()
        os._exit(0)
        """
        process = python("import multiprocessing.util\n" + textwrap.dedent(code), path)
        assert process.wait(30) == 0
    else:
        child = context.Process(target=_work, args=(str(path),))
        child.start()
        child.join(30)
        assert child.exitcode == 0
    assert consistent(path) == 200


def test_kill_loses_the_queue_and_nothing_that_was_committed(path, until) -> None:
    code = """
    log = RequestLog(sys.argv[1], every_s=0.01)
    while True:
        send(log, 50)
        assert log.flush(10)
        print(log.status().committed, flush=True)
    """
    running = [python(code, path) for _ in range(3)]
    acknowledged = 0
    try:
        for process in running:
            for _ in range(5):
                last = process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read().split()
            acknowledged += int(rest[-1] if rest else last)
    finally:
        for process in running:
            process.kill()
            process.communicate()
    rows = consistent(path)
    assert acknowledged <= rows <= acknowledged + 3 * 50


def test_a_locked_log_slows_nobody_and_loses_nothing(path, until) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log)
    assert log.flush()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    slowest = send(log, 300)
    assert until(lambda: "locked" in log.status().error)
    other.execute("ROLLBACK")
    other.close()
    assert log.flush(10)
    assert log.status().error == ""
    assert log.close()
    assert slowest < 0.25, "the writer waits a second for the lock, requests must not"
    assert consistent(path) == 301


def test_a_deleted_log_is_begun_anew(path, until) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log, 10)
    assert log.flush()
    path.unlink()
    send(log, 5)
    assert log.flush(5)
    assert log.close()
    assert consistent(path) == 5


def test_a_rotated_log_goes_on_in_a_new_file(path) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log, 10)
    assert log.flush()
    old = path.rename(path.with_name("old.db"))
    send(log, 5)
    assert log.flush(5)
    assert log.close()
    assert (consistent(old), consistent(path)) == (10, 5)


def test_a_log_truncated_in_place_is_begun_anew(path) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log, 10)
    assert log.flush()
    os.truncate(path, 0)
    send(log, 5)
    assert log.flush(10)
    assert log.close()
    assert consistent(path) == 5


@pytest.mark.parametrize("keep", [0, 20])
def test_a_corrupt_log_is_moved_aside_and_a_new_one_begun(path, keep, caplog) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log, 3_000)
    assert log.flush()
    with path.open("r+b") as file:
        file.seek(keep)
        file.write(b"\xa5" * (path.stat().st_size - keep))
    slowest = send(log, 20)
    assert log.flush(10)
    assert log.close()
    assert slowest < 0.25
    aside = [file for file in path.parent.iterdir() if ".corrupt-" in file.name and not file.name.endswith("-journal")]
    assert len(aside) == 1
    assert aside[0].stat().st_size > 100_000
    assert "moved to" in caplog.text
    assert consistent(path) == 20


def test_a_corrupt_log_is_moved_aside_by_a_process_that_finds_it_so(path) -> None:
    log = RequestLog(path)
    send(log, 3_000)
    assert log.close()
    with path.open("r+b") as file:
        file.seek(200)
        file.write(b"\xa5" * (path.stat().st_size - 200))
    log = RequestLog(path, every_s=0.01)
    send(log, 7)
    assert log.flush(10)
    assert log.close()
    assert consistent(path) == 7


def test_a_full_disk_keeps_the_queue_until_there_is_space(path) -> None:
    process = python(
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        log = RequestLog(sys.argv[1], every_s=0.01)
        send(log, 10)
        assert log.flush()
        size = os.stat(sys.argv[1]).st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, resource.RLIM_INFINITY))
        start = time.monotonic()
        slowest = 0.0
        for _ in range(2_000):
            at = time.perf_counter()
            send(log, 1)
            slowest = max(slowest, time.perf_counter() - at)
        deadline = time.monotonic() + 8
        while not log.status().error and time.monotonic() < deadline:
            time.sleep(0.01)
        print(log.status().error, flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert log.flush(10), log.status()
        assert log.status().dropped == 0
        assert slowest < 0.25, slowest
        """,
        path,
    )
    said, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "full" in said or "I/O error" in said
    assert consistent(path) == 2_010


def test_a_directory_that_cannot_be_written_costs_rows_and_nothing_else(tmp_path) -> None:
    parent = tmp_path / "file"
    parent.write_text("in the way")
    log = RequestLog(parent / "requests.db", queue=50, every_s=0.01)
    assert send(log, 5_000) < 0.25
    assert not log.close(timeout=0.3)
    status = log.status()
    assert status.dropped + status.queued == 5_000
    assert status.error


def test_a_newer_log_is_written_by_this_version(path) -> None:
    log = RequestLog(path)
    send(log)
    assert log.close()
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE requests ADD COLUMN colour TEXT")
    db.execute("ALTER TABLE cells ADD COLUMN colour TEXT")
    db.execute("INSERT INTO migrations VALUES ('colours', 0)")
    db.commit()
    db.close()
    log = RequestLog(path)
    send(log, 4)
    assert log.close()
    assert consistent(path) == 5


def test_a_clock_set_back_loses_nothing(path, clock) -> None:
    log = RequestLog(path, clock=clock)
    for now in (clock.now, clock.now + 30, clock.now - 600, clock.now + 10):
        clock.now = now
        send(log, 3)
        assert log.flush()
    assert log.close()
    assert consistent(path) == 12


def test_a_lost_key_is_noticed(path, caplog) -> None:
    log = RequestLog(path)
    send(log)
    assert log.close()
    path.with_name("requests.db.key").unlink()
    log = RequestLog(path)
    send(log)
    assert log.close()
    assert "another key" in caplog.text
    assert consistent(path) == 2


def test_the_writer_outlives_a_defect(path, caplog, monkeypatch) -> None:
    log = RequestLog(path, every_s=0.01)
    send(log)
    assert log.flush()
    with monkeypatch.context() as patch:
        patch.setattr("console.traffic.store.store", lambda *_: 1 / 0)
        send(log, 3)
        assert not log.flush()
    send(log, 2)
    assert log.flush()
    assert log.status().dropped == 3
    assert "ZeroDivisionError" in caplog.text
    assert log.close()
    assert consistent(path) == 3
