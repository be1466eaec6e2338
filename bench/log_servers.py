"""The request log inside real servers and on real disks: gunicorn with 8 workers, asyncio under load, a disk that is
full and then is not, and two versions of this package that write one log.

    python bench/log_servers.py [--quick]

gunicorn runs from `.venv-peers`, where it is installed if it is missing. The full disk is a tmpfs of 2 MB, which only
root can mount.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import logging
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.log import PEERS, install_peers
from console.domain.choice import Choice
from console.traffic.log import RequestLog
from console.traffic.upkeep import integrity

ROOT = Path(__file__).resolve().parent.parent
CHOICE = Choice("support", "old", "production", "bucket", "r")
APPLICATION = """
import os, sys
sys.path.insert(0, os.environ["ROOT"])
from console import Choice, RequestLog
log = RequestLog(os.environ["LOG"])
choice = Choice("support", "old", "production", "bucket", "r")
with log.request(choice, "the master"):
    pass
def app(environ, start_response):
    with log.request(choice, environ["PATH_INFO"]) as request:
        request.record(output_tokens=7)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""
WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from console import Choice, RequestLog
choice = Choice("support", "old", "production", "bucket", "r")
log = RequestLog(sys.argv[1], every_s=0.01)
for batch in range(int(sys.argv[3])):
    for i in range(50):
        with log.request(choice, f"user-{i}"):
            pass
    assert log.flush(30)
assert log.close(30)
"""


def say(name: str, text: str) -> None:
    print(f"{name:<40} {text}", flush=True)


def counted(path: Path) -> str:
    db = sqlite3.connect(path)
    rows, cells, writers = (
        db.execute(sql).fetchone()[0]
        for sql in (
            "SELECT count(*) FROM requests",
            "SELECT sum(requests) FROM cells",
            "SELECT count(*) FROM writers WHERE rows > 0",
        )
    )
    db.close()
    return f"{rows:,} rows, {cells:,} in cells, {writers} processes, integrity {'; '.join(integrity(path)) or 'ok'}"


def gunicorn(directory: Path, n: int) -> None:
    """Preloaded, so that the log and its thread exist before the fork; ended by the signal that a deployment sends."""
    (directory / "application.py").write_text(APPLICATION)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PEERS / "bin" / "gunicorn"), "--preload", "-w", "8", "-b", f"127.0.0.1:{port}", "application:app"]
    environment = {**os.environ, "ROOT": str(ROOT), "LOG": str(directory / "gunicorn.db")}
    try:
        server = subprocess.Popen([*command, "--log-level", "error"], cwd=directory, env=environment)
    except OSError:
        say("gunicorn", "not measured: it is not installed in .venv-peers")
        return
    pids: list[str] = []
    try:
        _answers(port)
        threads = [threading.Thread(target=_ask, args=(port, n // 8, pids)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    say("gunicorn, 8 workers, preloaded", f"{len(pids):,} answers of {len(set(pids))} workers, plus 1 of the master")
    say("", counted(directory / "gunicorn.db"))


def _answers(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("gunicorn does not listen")


def _ask(port: int, n: int, pids: list[str]) -> None:
    for i in range(n):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", f"/user-{i}")
        pids.append(connection.getresponse().read().decode())
        connection.close()


async def _loop(log: RequestLog | None, tasks: int, calls: int) -> list[float]:
    """How late the event loop is, in ms, while `tasks` tasks make `calls` calls each."""
    late: list[float] = []
    running = True

    async def look() -> None:
        while running:
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - start - 0.005) * 1e3)

    async def work(user: str) -> None:
        for _ in range(calls):
            if log is None:
                await asyncio.sleep(0.05)
                continue
            async with log.request(CHOICE, user) as request:
                await asyncio.sleep(0.05)
                request.record(output_tokens=7)

    looking = asyncio.create_task(look())
    await asyncio.gather(*(work(f"user-{n}") for n in range(tasks)))
    running = False
    await looking
    return sorted(late)


def event_loop(directory: Path, calls: int) -> None:
    log = RequestLog(directory / "asyncio.db", price=lambda *_: None)
    for name, given in (("without", None), ("with the log", log)):
        late = asyncio.run(_loop(given, 200, calls))
        p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
        say(f"asyncio, 4,000 calls/s, {name}", f"event loop late by p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    log.close(30)
    say("", f"{200 * calls:,} calls, {counted(directory / 'asyncio.db')}, {log.status().dropped} dropped")


def full_disk(directory: Path) -> None:
    """Writes until a tmpfs of 2 MB is full, goes on, frees it, and looks whether anything is missing."""
    place = directory / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True).returncode:
        say("full disk", "not measured: no tmpfs can be mounted here")
        return
    try:
        (place / "filler").write_bytes(b"x" * 1_500_000)
        log = RequestLog(place / "requests.db", price=lambda *_: None)
        sent, worst, deadline = 0, 0.0, time.monotonic() + 20
        while "full" not in log.status().error and time.monotonic() < deadline:
            start = time.perf_counter()
            with log.request(CHOICE, f"user-{sent % 50}"):
                pass
            worst, sent = max(worst, time.perf_counter() - start), sent + 1
            time.sleep(0.0002)
        error, queued = log.status().error, log.status().queued
        (place / "filler").unlink()
        recovered = log.flush(20)
        say(
            "full disk, then freed",
            f"{error!r} after {sent:,} requests, {queued:,} waiting, worst call {worst * 1e3:.1f} ms",
        )
        say("", f"recovered {recovered}, {log.status().dropped} dropped, {counted(place / 'requests.db')}")
        log.close()
    finally:
        subprocess.run(["umount", place], check=False)


def two_versions(directory: Path, batches: int) -> None:
    """The first version of the log there ever was, taken from the repository, and this one, at the same time."""
    listed = ["git", "log", "--format=%h", "--diff-filter=A", "--", "console/traffic/log.py"]
    first = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    old = directory / "old"
    old.mkdir()
    packed = subprocess.run(["git", "archive", first[-1], "console"], cwd=ROOT, capture_output=True) if first else None
    if packed is None or packed.returncode:
        say("two versions", "not measured: no repository here")
        return
    subprocess.run(["tar", "-x", "-C", old], input=packed.stdout, check=True)
    path = directory / "versions.db"
    arguments = [[sys.executable, "-c", WRITER, str(path), str(root), str(batches)] for root in (old, ROOT, old, ROOT)]
    running = [subprocess.Popen(argument, stderr=subprocess.PIPE) for argument in arguments]
    codes = [process.wait(120) for process in running]
    db = sqlite3.connect(path)
    applied = [name for (name,) in db.execute("SELECT name FROM migrations")]
    db.close()
    say(f"two versions ({first[-1]} and this)", f"exit codes {codes}, migrations {' '.join(applied)}")
    say("", f"{4 * batches * 50:,} sent, {counted(path)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    options = parser.parse_args()
    scale = 10 if options.quick else 1
    logging.getLogger("console.traffic").setLevel(logging.ERROR)
    install_peers()
    directory = Path(tempfile.mkdtemp(prefix="bench-log-servers-"))
    try:
        gunicorn(directory, 8_000 // scale)
        event_loop(directory, 100 // scale)
        full_disk(directory)
        two_versions(directory, 100 // scale)
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
