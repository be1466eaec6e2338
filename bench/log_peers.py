"""The peers of the request log, each run in a process of the interpreter that has them: see bench/log.py.

.venv-peers/bin/python bench/log_peers.py span|langfuse N      caller's path in microseconds: [p50, p99]
.venv-peers/bin/python bench/log_peers.py duckdb LOG           one aggregation with quantiles in ms, and how
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGES = ("opentelemetry-sdk", "langfuse", "duckdb", "gunicorn")
QUERY = (
    "SELECT series, outcome, count(*), avg(latency_ms), sum(cost_usd), quantile_cont(latency_ms, [0.5, 0.95, 0.99])"
    " FROM {} GROUP BY series, outcome"
)


def timed(work: Callable[[], object], n: int) -> list[float]:
    """p50 and p99 in microseconds, with a pause in every 200 for the exporter's thread."""
    times = []
    for i in range(n):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
        if i % 200 == 199:
            time.sleep(0.02)
    times.sort()
    return [times[n // 2] / 1e3, times[int(n * 0.99)] / 1e3]


def span(n: int) -> list[float]:
    """An OpenTelemetry span with five attributes, a batch processor and an exporter that does nothing."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nothing(SpanExporter):
        def export(self, spans: Any) -> Any:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nothing()))
    tracer = provider.get_tracer("bench")

    def work() -> None:
        with tracer.start_as_current_span("chat") as current:
            current.set_attribute("gen_ai.request.model", "old")
            current.set_attribute("gen_ai.response.model", "old")
            current.set_attribute("gen_ai.usage.input_tokens", 1000)
            current.set_attribute("gen_ai.usage.output_tokens", 100)
            current.set_attribute("user", "user-1")

    return timed(work, n)


def langfuse(n: int) -> list[float]:
    """A Langfuse generation with model, usage and user, sent to a port where nobody listens."""
    logging.disable(logging.CRITICAL)
    from langfuse import Langfuse

    client = Langfuse(public_key="pk", secret_key="sk", base_url="http://127.0.0.1:9", timeout=1)

    def work() -> None:
        with client.start_as_current_observation(name="chat", as_type="generation", model="old") as current:
            current.update(usage_details={"input": 1000, "output": 100}, metadata={"user": "user-1"})

    return timed(work, n)


def duckdb(path: str) -> list[object]:
    """The totals of every arm from rows: on the log itself where DuckDB's extension is there, else on a copy."""
    import duckdb as peer

    db = peer.connect()
    table, how = "log.requests", "on the log itself"
    try:
        db.execute("LOAD sqlite")
        db.execute(f"ATTACH '{path}' AS log (TYPE sqlite, READ_ONLY)")
    except peer.Error:
        table, how = "requests", "on a columnar copy of its rows (its SQLite extension is not installed)"
        copied(db, path)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        db.execute(QUERY.format(table)).fetchall()
        times.append((time.perf_counter() - start) * 1e3)
    return [sorted(times)[2], how]


def copied(db: Any, path: str) -> None:
    rows = sqlite3.connect(path).execute("SELECT series, outcome, latency_ms, cost_usd FROM requests")
    with tempfile.NamedTemporaryFile("w", suffix=".csv", dir=Path(path).parent, delete=False) as file:
        for row in rows:
            file.write(",".join("" if value is None else str(value) for value in row) + "\n")
    names = "{'series': 'INT', 'outcome': 'TEXT', 'latency_ms': 'DOUBLE', 'cost_usd': 'DOUBLE'}"
    db.execute(f"CREATE TABLE requests AS SELECT * FROM read_csv('{file.name}', header=false, columns={names})")
    with suppress(OSError):
        Path(file.name).unlink()


def main() -> None:
    kind, given = sys.argv[1:3]
    found: object = duckdb(given) if kind == "duckdb" else {"span": span, "langfuse": langfuse}[kind](int(given))
    print(json.dumps(found), flush=True)
    os._exit(0)  # exporters keep threads that wait for servers


if __name__ == "__main__":
    main()
