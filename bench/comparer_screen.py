"""The longest time the comparer's screen stands still while the embeddings model loads and answers stream.

The real console runs without a terminal, on a registry of its own, against a provider in another process. Every 5 ms
its event loop should come by; how late it is, is how long no key is taken and no frame drawn. Used by
`bench/compare.py --similarity`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from bench.answering import answering
from console.compare.similarity import Embedder
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.compare import CompareScreen
from console.tui.screens.main import WARM_AFTER_S

TICK_S = 0.005
PATIENCE_S = 120.0
STREAMED_S = 3
REGISTRY = """\
schema = 1
[routes.support]
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage = 25
canary_start = 2026-11-20T09:00:00Z
[models."claude-sonnet-4-5-20250929"]
pinned_date = 2026-05-15
reason = "known"
[models."claude-sonnet-5-5"]
pinned_date = 2026-11-18
reason = "new"
"""


class Ticks:
    """When the loop came by, and the longest it stayed away."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK_S)
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - last - TICK_S)
            last = now

    def take(self) -> float:
        """The longest since the last time this was asked, in ms."""
        longest, self.longest_s = self.longest_s, 0.0
        return longest * 1_000

    def stop(self) -> None:
        """No more."""
        self._task.cancel()


async def _until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the comparer did not get there")
        await pilot.pause(0.01)


async def _ask(pilot: Pilot[None], screen: CompareScreen, prompt: str) -> float:
    """Type `prompt`, and wait for the comparison; how long that took, in seconds."""
    screen.query_one(Input).value = ""
    before, begun = screen.comparison, time.perf_counter()
    await pilot.press(*("space" if sign == " " else sign for sign in prompt), "enter")
    await _until(pilot, lambda: screen.comparison not in (None, before))
    return time.perf_counter() - begun


async def _measure(folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    embedder = Embedder()
    registry = folder / "registry.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    endpoints = partial(Endpoints.from_environment, environment)
    runtime = Runtime(registry, folder / "requests.db", "bench", endpoints, embedder=lambda: embedder)
    async with ConsoleApp(runtime).run_test(size=(120, 36)) as pilot:
        await _until(pilot, lambda: getattr(pilot.app.screen, "route", None) is not None)
        await asyncio.sleep(WARM_AFTER_S + 2)  # a person looks before asking
        ticks = Ticks()
        await pilot.press("enter")
        await _until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen) and pilot.app.focused is not None)
        opening = ticks.take()
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        begun = time.perf_counter()
        answered = await _ask(pilot, screen, f"stream {STREAMED_S}")
        streaming = ticks.take()
        await _until(pilot, lambda: screen._view is not None and screen._view.similarity.startswith("similarity"))
        loaded = time.perf_counter() - begun
        loading = ticks.take()
        await _ask(pilot, screen, "megabyte")
        await asyncio.sleep(1)
        megabyte = ticks.take()
        ticks.stop()
    embedder.close()
    return {
        "opening_gap_ms": opening,
        "streaming_gap_ms": streaming,
        "loading_gap_ms": loading,
        "megabyte_gap_ms": megabyte,
        "answered_s": answered,
        "similarity_after_s": loaded,
    }


def measure(rounds: int) -> dict[str, float]:
    """Open the comparer, ask at once, and wait until the similarity is there: the middle, and the worst, of `rounds`.

    Each round is a process of its own, as a person's console is.
    """
    command = [sys.executable, "-m", "bench.comparer_screen"]
    found = [json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout) for _ in range(rounds)]
    middle = {name: statistics.median(one[name] for one in found) for name in found[0]}
    return middle | {f"{name}_worst": max(one[name] for one in found) for name in found[0]}


def main() -> None:
    """One round, as JSON."""
    with tempfile.TemporaryDirectory() as folder, answering() as environment:
        os.environ["CONSOLE_STATE"] = folder
        print(json.dumps(asyncio.run(_measure(Path(folder), environment))))


if __name__ == "__main__":
    main()
