"""How fast the request log is: the caller's path, sustained rows, refresh and opening against the size of the log.

    python bench/log.py [--quick] [--rows 10000000] [--no-peers]

OpenTelemetry, Langfuse and DuckDB are measured in the same run, in processes of `.venv-peers`; what is missing there
is installed first. `--rows` adds a log of that many rows, which is deleted afterwards; with `--only-rows` it is all
that is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.log_peers import PACKAGES, timed
from console import Router, instrument
from console.domain.choice import Choice
from console.domain.histogram import bin_of, quantile
from console.domain.registry import Canary, Route
from console.domain.requests import RequestRow
from console.traffic.evidence import EvidenceKeeper
from console.traffic.files import connect_writer
from console.traffic.importing import write_history
from console.traffic.keys import UserKeys
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader
from console.traffic.schema import migrate
from console.traffic.snapshots import Snapshots
from console.traffic.storing import INSERT_ROW, Batch, Memory, Writer, register_writer, store

ROLLOUT = "support|new|2026-11-20T09:00:00Z"
CHOICE = Choice("support", "old", "production", "bucket", ROLLOUT)
ANSWER = {
    "type": "message",
    "model": "old",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "Hello"}],
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}
PEERS = Path(__file__).resolve().parent.parent / ".venv-peers"
PEER_SCRIPT = Path(__file__).with_name("log_peers.py")


def say(name: str, text: str) -> None:
    print(f"{name:<44} {text}", flush=True)


def percentile(times: list[float], q: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * q))]


def peer(*arguments: str) -> list[Any] | None:
    """What a peer measured, or None where it cannot be run."""
    try:
        command = [str(PEERS / "bin" / "python"), str(PEER_SCRIPT), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
        return list(json.loads(done.stdout.splitlines()[-1]))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def install_peers() -> None:
    """Adds what is missing to the peers' environment; without it the peers' lines say that they were not measured."""
    if not PEERS.exists():
        venv.create(PEERS, with_pip=True)
    command = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES]
    subprocess.run(command, timeout=600, check=False, capture_output=True)


CALL = {"model": "old", "max_tokens": 100, "system": "Be brief", "messages": [{"role": "user", "content": "Hi"}]}


def ours(directory: Path, n: int, call: dict[str, Any] | None) -> list[float]:
    log = RequestLog(directory / "caller.db", price=lambda *_: None)

    def work() -> None:
        with log.request(CHOICE, "user-1", call=call) as request:
            request.record(ANSWER)

    found = timed(work, n)
    log.close()
    return found


def caller(directory: Path, n: int, peers: bool) -> None:
    """The caller's path, in turns with the peers: a machine that is busy for a while is busy for all of them."""
    measured: dict[str, list[list[float]]] = {}
    for _ in range(3):
        measured.setdefault("with call=", []).append(ours(directory, n, CALL))
        measured.setdefault("without call=", []).append(ours(directory, n, None))
        for name in ("span", "langfuse") if peers else ():
            found = peer(name, str(n // 5 if name == "langfuse" else n))
            if found:
                measured.setdefault(name, []).append(found)
    best_of = {name: min(found) for name, found in measured.items()}
    for name, (p50, p99) in best_of.items():
        say(f"caller's path, {name}", f"p50 {p50:.2f} µs, p99 {p99:.2f} µs (best of {len(measured[name])}, n = {n:,})")
    for name in ("span", "langfuse"):
        if name in best_of:
            ratios = [best_of[name][0] / best_of[kind][0] for kind in ("with call=", "without call=")]
            say(f"{name} / ours (goal ≥ 10)", f"{ratios[0]:.1f} with call=, {ratios[1]:.1f} without")
        else:
            say(name, "not measured: it is not installed in .venv-peers")


def rows(n: int, start: float, end: float) -> Iterator[RequestRow]:
    choose = random.Random(1)
    for i in range(n):
        at = start + (end - start) * i / n
        canary = i % 20 == 0
        yield RequestRow(
            id=f"{int(at * 1000):011x}-bench-{i:x}",
            at=at,
            route="support",
            model="new" if canary else "old",
            arm="canary" if canary else "production",
            why="bucket",
            rollout=ROLLOUT,
            user=f"user-{choose.randrange(20_000)}",
            outcome="error" if i % 97 == 0 else "ok",
            latency_ms=choose.lognormvariate(7.0, 0.6),
            ttft_ms=choose.lognormvariate(5.0, 0.6),
            served="new" if canary else "old",
            input_tokens=1000,
            output_tokens=300,
            cost_usd=0.003,
        )


def sustained(directory: Path, n: int) -> None:
    """Rows and cells through the writer's own transaction, beside executemany of the same rows into the same table."""
    now = time.time()
    counted = list(rows(n, now - 60, now))
    plain = [row._replace(rollout="", why="default") for row in counted]
    rates: dict[str, float] = {}
    for kind in ("rows only", "rows and cells", "rows, cells and users of a rollout") * 3:
        made = counted if "users" in kind else plain
        path = directory / f"{kind}.db"
        for file in directory.glob(f"{kind}*"):
            file.unlink()
        db = connect_writer(path, busy_s=1)
        migrate(db, now)
        writer, memory = Writer(register_writer(db, "bench", 0, now, ""), UserKeys(b"k" * 32)), Memory()
        elapsed = 0.0
        for at in range(0, n, 1_000):
            part = made[at : at + 1_000]
            records = [_record(row) for row in part] if kind == "rows only" else []
            start = time.perf_counter()
            db.execute("BEGIN IMMEDIATE")
            if records:
                db.executemany(INSERT_ROW, records)
            else:
                store(db, writer, memory, Batch(part), now + at / 10_000, at)
            db.execute("COMMIT")
            elapsed += time.perf_counter() - start
        db.close()
        rates[kind] = max(rates.get(kind, 0.0), n / elapsed)
    for kind, rate in rates.items():
        say(f"sustained, {kind}, batches of 1,000", f"{rate:,.0f} rows/s")
    base = rates.pop("rows only")
    say("ratio (goal ≥ 0.6)", ", ".join(f"{kind} {rate / base:.2f}" for kind, rate in rates.items()))


_USER = b"0123456789abcdef"


def _record(row: RequestRow) -> tuple[object, ...]:
    return (
        row.id, row.at, 179_000_000, 1, None, _USER, row.why, True, row.outcome, None, row.latency_ms, row.ttft_ms,
        row.input_tokens, row.output_tokens, None, None, None, row.cost_usd, None, row.retries, None, None, None, None,
        None,
    )  # fmt: skip


def end_to_end(directory: Path, n: int) -> None:
    log = RequestLog(directory / "end.db", queue=10**9, price=lambda *_: None)
    start = time.perf_counter()
    for i in range(n):
        with log.request(CHOICE, f"user-{i % 5000}") as request:
            request.record(ANSWER)
    log.close(120)
    took = time.perf_counter() - start
    say(
        "end to end, one process, flat out",
        f"{n / took:,.0f} requests/s until committed, {log.status().dropped} dropped",
    )


def refreshing(directory: Path, n: int, peers: bool) -> float:
    """One refresh after a commit of up to 100 new rows, and opening, on a log of `n` rows over 14 days."""
    path = directory / f"{n}.db"
    now = time.time()
    start = time.perf_counter()
    write_history(path, rows(n, now - 14 * 86_400, now - 30), now=now)
    took = time.perf_counter() - start
    size = path.stat().st_size
    opened = best(lambda: _open(path), 20)
    judged = judging(path, now)
    log = RequestLog(path, every_s=0.005, price=lambda *_: None)
    reader, times = LogReader(path), []
    reader.refresh()
    reader.totals("support", ROLLOUT)
    for _ in range(40):
        for _ in range(100):
            with log.request(CHOICE, "user-1") as request:
                request.record(ANSWER)
        assert log.flush()
        begun = time.perf_counter()
        assert reader.refresh()
        reader.totals("support", ROLLOUT)
        times.append((time.perf_counter() - begun) * 1e3)
    idle = best(reader.refresh, 200)
    log.close()
    reader.close()
    median = percentile(times, 0.5)
    say(
        f"{n:>12,} rows ({size / 1e6:,.0f} MB)",
        f"refresh {median:.2f} ms after 100 rows, {idle * 1e3:.0f} µs when nothing is new; "
        f"open to totals {opened:.2f} ms (goal ≤ 10), to the evidence {judged:.1f} ms (goal ≤ 150); "
        f"written at {n / took:,.0f} rows/s",
    )
    if n >= 1_000_000:
        indexed(path, median)
        found = peer("duckdb", str(path)) if peers else None
        if found:
            say("DuckDB with quantiles", f"{found[0]:.0f} ms, {found[0] / median:,.0f}x a refresh, {found[1]}")
    for file in directory.glob(f"{n}.db*"):
        file.unlink()
    return median


def judging(path: Path, now: float) -> float:
    """Opening to the verdict in ms, as a console that starts anew: the evidence was saved by an earlier look."""
    route = Route("support", "old", canary=Canary("new", 5.0, datetime(2026, 11, 20, 9, tzinfo=UTC)))
    assert route.rollout_id == ROLLOUT

    def look() -> None:
        reader = LogReader(path)
        EvidenceKeeper(reader, Snapshots(path)).verdict(route, now)
        reader.close()

    look()
    return best(look, 5)


def indexed(path: Path, ours_ms: float) -> None:
    """What the same totals cost from rows with a covering index."""
    db = sqlite3.connect(path)
    db.execute("CREATE INDEX covering ON requests (series, outcome, latency_ms, cost_usd)")
    sql = "SELECT series, outcome, count(*), avg(latency_ms), sum(cost_usd) FROM requests GROUP BY series, outcome"
    cost = best(lambda: db.execute(sql).fetchall(), 3)
    db.close()
    say("SQL with a covering index (goal ≥ 300x)", f"{cost:.0f} ms, {cost / ours_ms:,.0f}x a refresh, no quantiles")


def best(work: Callable[[], object], times: int) -> float:
    """The median of `times` runs in milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1e3)
    return percentile(found, 0.5)


def _open(path: Path) -> None:
    reader = LogReader(path)
    reader.totals("support", ROLLOUT)
    reader.close()


def accuracy() -> None:
    choose = random.Random(2)
    values = sorted(choose.lognormvariate(7.0, 0.8) for _ in range(200_000))
    histogram: dict[int, int] = {}
    for value in values:
        histogram[bin_of(value)] = histogram.get(bin_of(value), 0) + 1
    for q in (0.5, 0.95, 0.99):
        exact = values[int(q * len(values))]
        error = abs((quantile(histogram, q) or 0.0) / exact - 1)
        say(f"p{q * 100:.0f} from the histogram", f"{error:.2%} from exact (limit 2.4 %)")


def instrumented(directory: Path, n: int) -> None:
    """What `instrument` adds to a call: the same client with and without, and nothing behind it."""
    registry = directory / "registry.toml"
    pin = '[models."old"]\nprovider = "anthropic"\npinned_date = 2026-05-15\nreason = "bench"\n'
    registry.write_text(f'schema = 1\n[routes.support]\nproduction = "old"\n{pin}')
    router = Router(registry, default="none", cache_dir=directory, environment={})
    log = RequestLog(Path(tempfile.gettempdir()) / "never written", queue=100, every_s=1e9)

    class Client:
        def post(self, path: str, **options: Any) -> Any:
            return ANSWER

    plain, wrapped = Client(), instrument(Client(), router, log)
    body = {**CALL, "model": "route:support"}
    times = [best(lambda it=it: it.post("/v1/messages", body=body), n) * 1e3 for it in (plain, wrapped)]
    say("instrument adds to a call", f"p50 {times[1] - times[0]:.1f} µs")
    log._closed = True
    router.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--no-peers", action="store_true", help="without OpenTelemetry, Langfuse and DuckDB")
    parser.add_argument("--rows", type=int, default=0, help="the largest log, e.g. 10000000")
    parser.add_argument("--only-rows", action="store_true", help="nothing but logs of different sizes")
    options = parser.parse_args()
    scale, peers = 10 if options.quick else 1, not options.no_peers
    if peers:
        install_peers()
    directory = Path(tempfile.mkdtemp(prefix="bench-log-"))
    try:
        say("python, sqlite, cores", f"{sys.version.split()[0]}, {sqlite3.sqlite_version}, {os.cpu_count()}")
        if not options.only_rows:
            caller(directory, 50_000 // scale, peers)
            instrumented(directory, 5_000)
            sustained(directory, 200_000 // scale)
            end_to_end(directory, 100_000 // scale)
            accuracy()
        sizes = [10_000, 100_000] if options.quick else [100_000, 1_000_000]
        medians = [refreshing(directory, n, peers) for n in [*sizes, *([options.rows] if options.rows else [])]]
        say("largest refresh / smallest (goal ≤ 1.5)", f"{max(medians) / min(medians):.2f}")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
