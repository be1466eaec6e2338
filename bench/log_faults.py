"""What a request log may cost and lose when things break: killed writers, and databases that are locked, full, gone.

    python bench/log_faults.py [--quick] [--seconds 60] [--writers 8]

First, writer processes are killed at random for `--seconds`: what they had been told was committed is compared with
what the log holds. Then the caller's path is timed while the database is healthy, locked, full, deleted and corrupt.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import console.traffic.store as log_store
from console.domain.choice import Choice
from console.traffic.log import RequestLog
from console.traffic.upkeep import integrity

CHOICE = Choice("support", "old", "production", "bucket", "r")
WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from console import Choice, RequestLog
choice = Choice("support", "old", "production", "bucket", "r")
log = RequestLog(sys.argv[1], every_s=0.05)
total = 0
while True:
    for i in range(25):
        with log.request(choice, f"user-{i}") as request:
            request.record(output_tokens=7)
    total += 25
    if log.flush(60):
        print(total, flush=True)
    else:
        print("lost", flush=True)
"""


def say(name: str, text: str) -> None:
    print(f"{name:<28} {text}", flush=True)


class Victim:
    """A writer process and what it was told: the last line it printed is the number of rows that are committed."""

    def __init__(self, path: Path) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self.acknowledged, self.lost = 0, 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), root], stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("lost"):
                self.lost += 1
            elif line.endswith("\n"):
                self.acknowledged = int(line)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join()


def killing(directory: Path, seconds: float, writers: int) -> None:
    path, choose = directory / "killed.db", random.Random(1)
    victims = [Victim(path) for _ in range(writers)]
    dead: list[Victim] = []
    end, largest = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        time.sleep(choose.uniform(0.05, 0.4))
        index = choose.randrange(writers)
        victims[index].kill()
        dead.append(victims[index])
        victims[index] = Victim(path)
        journals = [path.with_name(path.name + side) for side in ("-journal", "-wal")]
        largest = max([largest, *(file.stat().st_size for file in journals if file.exists())])
    for victim in victims:
        victim.kill()
    everyone = dead + victims
    acknowledged = sum(victim.acknowledged for victim in everyone)
    db = sqlite3.connect(path)
    rows = db.execute("SELECT count(*) FROM requests").fetchone()[0]
    cells = db.execute("SELECT sum(requests) FROM cells").fetchone()[0]
    db.close()
    say("writers, kills, seconds", f"{writers}, {len(everyone)}, {seconds:.0f}")
    say("acknowledged, found", f"{acknowledged:,}, {rows:,} (in cells {cells:,})")
    say("acknowledged and lost", f"{max(0, acknowledged - rows)} (found may exceed: killed before it could say so)")
    say("flushes that failed", str(sum(victim.lost for victim in everyone)))
    say("integrity_check", "; ".join(integrity(path)) or "ok")
    say("largest journal", f"{largest / 1e6:.2f} MB (goal ≤ 64)")


@contextlib.contextmanager
def healthy(path: Path) -> Iterator[None]:
    yield


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    db.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
        db.close()


@contextlib.contextmanager
def full(path: Path) -> Iterator[None]:
    """Files may not grow in this process: what SQLite sees on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def deleted(path: Path) -> Iterator[None]:
    path.unlink()
    yield


@contextlib.contextmanager
def corrupt(path: Path) -> Iterator[None]:
    with path.open("r+b") as file:
        file.write(b"\xa5" * path.stat().st_size)
    yield


@contextlib.contextmanager
def stalled(path: Path) -> Iterator[None]:
    """Every transaction takes 100 ms longer, as on a disk that is busy with something else."""
    real = log_store.store

    def slowly(*given: Any) -> Any:
        time.sleep(0.1)
        return real(*given)

    log_store.store = slowly
    try:
        yield
    finally:
        log_store.store = real


def latency(directory: Path, fault: Callable[[Path], contextlib.AbstractContextManager[None]], n: int) -> None:
    path = directory / f"{fault.__name__}.db"
    log = RequestLog(path, price=lambda *_: None)
    for _ in range(100):
        with log.request(CHOICE, "user"):
            pass
    log.flush()
    times = []
    with fault(path):
        for i in range(n):
            start = time.perf_counter_ns()
            with log.request(CHOICE, "user") as request:
                request.record(output_tokens=7)
            times.append((time.perf_counter_ns() - start) / 1e3)
            # Spread over seconds, so that the writer meets the fault while requests go on.
            if i % 10 == 9:
                time.sleep(0.002)
        queued = log.status().queued
    recovered = log.flush(15)
    status = log.status()
    log.close()
    times.sort()
    p50, p99, p999 = (times[min(n - 1, int(n * q))] for q in (0.5, 0.99, 0.999))
    say(
        fault.__name__,
        f"p50 {p50:.1f} µs, p99 {p99:.1f} µs, p99.9 {p999:.0f} µs, worst {times[-1] / 1e3:.1f} ms; queued {queued:,}, "
        f"dropped {status.dropped:,} of {n + 100:,}, committed {status.committed:,}, "
        f"recovered {'yes' if recovered else 'NO'}",
    )


def noticing(directory: Path) -> None:
    """Seconds from the deletion of a log under steady traffic to the first row in the new file."""
    path = directory / "noticed.db"
    log = RequestLog(path, price=lambda *_: None)
    with log.request(CHOICE, "user"):
        pass
    log.flush()
    path.unlink()
    start = time.monotonic()
    while not path.exists() and time.monotonic() - start < 10:
        with log.request(CHOICE, "user"):
            pass
        time.sleep(0.01)
    say("deleted, noticed after", f"{time.monotonic() - start:.2f} s (goal ≤ 5)")
    log.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 seconds of killing and 2,000 requests for each fault")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--writers", type=int, default=8)
    options = parser.parse_args()
    logging.getLogger("console.traffic").setLevel(logging.ERROR)
    directory = Path(tempfile.mkdtemp(prefix="bench-log-faults-"))
    try:
        killing(directory, 5.0 if options.quick else options.seconds, options.writers)
        for fault in (healthy, stalled, locked, full, deleted, corrupt):
            latency(directory, fault, 2_000 if options.quick else 20_000)
        noticing(directory)
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
