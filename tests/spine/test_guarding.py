"""The console as a guard on a real terminal: it acts, says so, and leaves the post however it is left."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.domain.requests import RequestRow
from console.guard.post import holder
from console.history.store import History, beside
from console.registry.reading import read
from console.traffic.importing import write_history

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"


@pytest.fixture
def regressed(registry: Path, log: Path) -> Path:
    """A request log in which every fourth request of the canary failed."""
    route = read(registry).registry.routes["support"]
    end = time.time() - 15
    rows = [
        RequestRow(
            id=f"{arm}-{i}",
            at=end - 2_000 + i * 5,
            route="support",
            model=model,
            arm=arm,
            why="bucket",  # type: ignore[arg-type]
            rollout=route.rollout_id,
            user=f"{arm}-{i}",
            latency_ms=800.0,
            outcome="error" if arm == "canary" and i % 4 == 0 else "ok",
        )
        for i in range(400)
        for arm, model in (("production", OLD), ("canary", NEW))
    ]
    write_history(log, sorted(rows, key=lambda row: row.at))
    return registry


def test_a_console_that_guards_rolls_back_before_anybody_presses_a_key(
    open_console: Callable[..., Any], regressed: Path
) -> None:
    console = open_console("--guard")
    console.wait("guard watching")
    console.wait_for(lambda: read(regressed).registry.routes["support"].canary_percentage == 0, within_s=20.0)
    console.wait("rolled back 25 % → 0 %")
    assert [entry.actor for entry in History(beside(regressed)).entries()] == ["guard"]
    console.press("q")
    assert console.end() == 0
    assert console.restored
    assert holder(regressed) is None


def test_started_from_the_palette_it_is_gone_with_the_console_after_a_signal(
    open_console: Callable[..., Any], registry: Path
) -> None:
    console = open_console()
    console.wait("no guard")
    console.press("\x10")
    console.type("start the guard")
    console.wait("Start the guard here")
    console.press("\r")
    console.wait("guard watching")
    console.signal(signal.SIGTERM)
    assert console.end() == 128 + signal.SIGTERM
    assert console.restored
    assert holder(registry) is None
