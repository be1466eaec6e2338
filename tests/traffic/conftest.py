"""Helpers: a real log in a temporary directory, choices of both arms, rows, and waiting for a condition."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.demo.standin import process
from console.demo.standin.process import StandIn
from console.domain.choice import Choice
from console.domain.requests import RequestRow
from console.traffic.log import RequestLog

ROLLOUT = "support|new|2026-11-20T09:00:00Z"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.db"


@pytest.fixture
def log(path: Path, clock: Clock) -> Iterator[RequestLog]:
    log = RequestLog(path, clock=clock, every_s=0.01)
    yield log
    log.close()


@pytest.fixture
def choice() -> Callable[..., Choice]:
    def make(arm: str = "production", why: str = "bucket", rollout: str = ROLLOUT, **more: object) -> Choice:
        return Choice("support", "old" if arm == "production" else "new", arm, why, rollout, **more)

    return make


@pytest.fixture
def make_row(clock: Clock) -> Callable[..., RequestRow]:
    """Rows with unique ids, one second apart, that answered at once."""
    made = iter(range(10**9))

    def make(**more: object) -> RequestRow:
        n = next(made)
        fields = {
            "id": f"row-{n:08}",
            "at": clock.now + n,
            "route": "support",
            "model": "new" if more.get("arm") == "canary" else "old",
            "why": "bucket",
            "rollout": ROLLOUT,
            "user": f"user-{n}",
            "latency_ms": 0.0,
        }
        return RequestRow(**{**fields, **more})

    return make


@pytest.fixture
def query(path: Path) -> Callable[..., list[tuple]]:
    def ask(sql: str, *values: object) -> list[tuple]:
        db = sqlite3.connect(path)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    return ask


@pytest.fixture
def until() -> Callable[[Callable[[], object]], object]:
    def wait(condition: Callable[[], object], seconds: float = 8.0) -> object:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.01)
        return found

    return wait


@pytest.fixture(scope="session")
def running_stand_in() -> Iterator[StandIn]:
    with process.start(scale=0.0) as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> Iterator[StandIn]:
    """A provider that answers at once and never fails by chance, set back afterwards."""
    running_stand_in.control.reset()
    running_stand_in.control.set(error_rate=0.0, refusal_rate=0.0)
    yield running_stand_in
    running_stand_in.control.reset()
    running_stand_in.control.scale(0.0)
