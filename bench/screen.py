"""What the screen costs while it runs, and how soon it answers a key: the real console on a real terminal.

`python bench/screen.py [SECONDS]` puts the console beside 200 requests a second and measures, each for SECONDS:

- CPU of the console's process at one look a second, and of an update that changes the numbers of ten rows against the
  same update of a Textual `DataTable`, in one run;
- the time from a key to the first bytes on the terminal (of a letter that is typed: to that letter), while metrics
  update, while two answers stream, with answers of a megabyte, and on a registry of 50 routes and 1,000 models, each
  for at least 60 keys;
- memory, without the embeddings.

`--log FILE` adds a registry of 50 routes over a request log of any size; with `--rows N` one of N rows is written there
first (a minute for each million).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.answering import answering
from bench.log import ROLLOUT, rows
from bench.rollback import harness

SECONDS = 10.0
KEYS = 60
PAUSE_S = 0.11
"""Between two keys: no divisor of the second at which a look comes, nor of the tenth at which a stream is drawn."""
LETTERS = "".join(map(chr, (*range(0x430, 0x450), *range(0x3B1, 0x3CA), *range(0x561, 0x587))))
"""Cyrillic, Greek and Armenian: none of them stands anywhere else on the screen."""
SIZE = (120, 36)
PRODUCTION, CANARY = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> tuple[float, float]:
    """(resident now, highest) in MB."""
    found = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return tuple(int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def key_times(console: Any, keys: Sequence[str], seconds: float) -> list[float]:
    """Milliseconds from each key to the first bytes after it, on a terminal that had been silent for a moment."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(times) < KEYS:
        _silence(console)
        times.append(_answered(console, keys[len(times) % len(keys)]))
        console.watch(PAUSE_S)
    return times


def letter_times(console: Any, count: int = KEYS) -> list[float]:
    """Milliseconds from each letter typed to that letter on the terminal, whatever else is written meanwhile."""
    times: list[float] = []
    for number in range(count):
        letter = LETTERS[number % len(LETTERS)]
        times.append(_answered(console, letter, letter.encode()))
        console.watch(PAUSE_S)
        if letter == LETTERS[-1]:
            console.press("\x15")  # an empty line again
            console.watch(PAUSE_S)
    return times


def _answered(console: Any, key: str, echo: bytes = b"") -> float:
    pressed, before = time.time(), len(console.raw)
    console.press(key)
    while time.time() - pressed < 2:
        console.read(0.05)
        if len(console.raw) > before and echo in console.raw[before:]:
            break
    return (console.heard_at - pressed) * 1e3  # type: ignore[no-any-return]


def _silence(console: Any, quiet_s: float = 0.004, at_most_s: float = 0.2) -> None:
    """Bytes that were on their way are no answer to the key."""
    until = time.monotonic() + at_most_s
    while time.monotonic() < until:
        before = len(console.raw)
        console.read(quiet_s)
        if len(console.raw) == before:
            return


def registry_of(
    folder: Path, routes: int, models: int, pair: tuple[str, str] = (PRODUCTION, CANARY), start: str = ""
) -> Path:
    """A registry with a canary on `support`, and as many other routes and models as wanted."""
    start = start or (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    production, canary = pair
    lines = ["schema = 1", "", "[routes.support]", f'production = "{production}"', f'canary = "{canary}"']
    lines += ["canary_percentage = 25", f"canary_start = {start}", ""]
    names = [*pair, *(f"vendor-model-{n}-2026-01-{n % 28 + 1:02}" for n in range(models - 2))]
    for n in range(routes - 1):
        lines += [f"[routes.route-{n:02}]", f'production = "{names[2 + n]}"', f'fallback = "{production}"', ""]
    for name in names:
        lines += [f'[models."{name}"]', "pinned_date = 2026-05-15", 'reason = "known"', ""]
    path = folder / "registry.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def console_on(
    spine: Any,
    registry: Path,
    log: Path,
    *options: str,
    traffic: bool = True,
    environment: dict[str, str] | None = None,
) -> Iterator[Any]:
    """The console beside live traffic."""
    asking = spine.Traffic(registry, log) if traffic else None
    arguments = ["-m", "console", "--registry", str(registry), "--log", str(log), *options]
    console = spine.Terminal(arguments, SIZE, {"CONSOLE_ACTOR": "bench", **(environment or {})})
    try:
        console.wait("registry.toml")
        console.watch(3.0)
        yield console
    finally:
        console.close()
        if asking is not None:
            asking.close()


def idle_cost(console: Any, seconds: float) -> float:
    """Share of one core that the console takes while nobody presses a key."""
    console.watch(2.0)
    began, before = time.monotonic(), cpu_s(console.pid)
    console.watch(seconds)
    return (cpu_s(console.pid) - before) / (time.monotonic() - began)


def table_cost() -> tuple[float, float]:
    """CPU ms of an update of ten rows, the median of sixty: (a DataTable in an app, our live pane in the console)."""
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Table(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable()

        def on_mount(self) -> None:
            table = self.query_one(DataTable)
            self.columns = table.add_columns(*(f"column {n}" for n in range(7)))
            self.rows = [table.add_row(*(f"{row}.{n}" for n in range(7))) for row in range(10)]

        def update(self, n: int) -> None:
            table = self.query_one(DataTable)
            for row in self.rows:
                for column in self.columns:
                    table.update_cell(row, column, f"{n / 7:.3f}")

    return asyncio.run(_updates(Table(), lambda app, n: app.update(n))), asyncio.run(_pane_updates())


async def _pane_updates() -> float:
    """In the console itself, where the pane stands among the others."""
    from dataclasses import replace

    from textual.app import App

    from console.text.safe import SafeText
    from console.tui.app import ConsoleApp
    from console.tui.screens.main import MainScreen
    from console.tui.widgets.live_pane import LivePane
    from tests.tui import samples, worlds

    view, fleet = samples.canary(), samples.fleet()

    def update(app: App[Any], n: int) -> None:
        value = SafeText(f"{n / 7:.3f}")
        rows = tuple(
            replace(row, production=value, canary=value, change=value, limit=value, meter=n % 9 / 9, to_decide=value)
            for row in (view.metrics * 2)[:10]
        )
        app.screen.query_one(LivePane).show(replace(view, metrics=rows, canary_requests=n), fleet)

    with tempfile.TemporaryDirectory() as folder:
        app = ConsoleApp(worlds.healthy(Path(folder)).runtime())

        async def ready(pilot: Any) -> None:
            while not (isinstance(app.screen, MainScreen) and app.screen.look is not None):
                await pilot.pause(0.05)
            app.screen._poller.stop()

        return await _updates(app, update, ready)


async def _updates(
    app: Any, update: Callable[[Any, int], None], ready: Callable[[Any], Any] | None = None, times: int = 60
) -> float:
    async with app.run_test(size=SIZE) as pilot:
        if ready is not None:
            await ready(pilot)
        await pilot.pause(0.3)
        update(app, 0)
        await pilot.pause(0.2)
        changed = [await _spent(pilot, partial(update, app, n)) for n in range(1, times + 1)]
        idle = [await _spent(pilot, lambda: None) for _ in range(times)]
    return (statistics.median(changed) - statistics.median(idle)) * 1e3


async def _spent(pilot: Any, do: Callable[[], None]) -> float:
    """CPU seconds of `do` and of what it leads to on the screen."""
    before = time.process_time()
    do()
    await pilot.pause()
    await pilot.pause(0.02)
    return time.process_time() - before


def line(name: str, times: Sequence[float]) -> None:
    """One row of the table of keys."""
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    print(f"{name:<52}{len(times):>6}{statistics.median(times):>8.1f}{p95:>8.1f}{max(times):>8.1f}", flush=True)


def keys_of(spine: Any, folder: Path, seconds: float, log: Path | None) -> None:
    """The table of keys."""
    print(f"\n{'ms from key to first bytes (goal: p95 40)':<52}{'keys':>6}{'p50':>8}{'p95':>8}{'max':>8}")
    registry = registry_of(folder, 2, 3)
    with console_on(spine, registry, folder / "requests.db") as console:
        line("while metrics update at 200 requests/s", key_times(console, ("j", "k", "m"), seconds))
    with answering() as provider:
        _answers(spine, registry, folder / "requests.db", provider, seconds)
    big = folder / "big"
    big.mkdir()
    _many(spine, registry_of(big, 50, 1_000), big / "requests.db", "50 routes, 1,000 models", seconds, traffic=True)
    if log is not None:
        _, canary, start = ROLLOUT.split("|")
        registry = registry_of(big, 50, 1_000, ("old", canary), start)
        _many(
            spine, registry, log, f"the same on {log.name}, {log.stat().st_size / 1e6:,.0f} MB", seconds, traffic=False
        )


def _answers(spine: Any, registry: Path, log: Path, provider: dict[str, str], seconds: float) -> None:
    with console_on(spine, registry, log, environment=provider) as console:
        _ask(console, f"stream {PAUSE_S * 3 * KEYS + 20:.0f}", "writing")
        before, began = cpu_s(console.pid), time.monotonic()
        line("a letter while two answers stream", letter_times(console))
        share = (cpu_s(console.pid) - before) / (time.monotonic() - began)
        print(f"{'  CPU meanwhile':<52}{share:>14.1%}")
    with console_on(spine, registry, log, environment=provider) as console:
        _ask(console, "megabyte", "both finished")
        line("two answers of a megabyte, scrolled", key_times(console, ("\x1b[B", "\x1b[B", "\x1b[A"), seconds))
        print(f"{'  memory, MB':<52}{memory_mb(console.pid)[0]:>14.0f}")


def _ask(console: Any, prompt: str, until: str) -> None:
    """In the comparer, on the whole screen."""
    console.press("3")
    console.press("\r")
    console.watch(2.0)
    console.press(prompt)
    console.watch(0.5)
    console.press("\r")
    console.wait(until)
    console.press("\x15")
    console.watch(1.0)


def _many(spine: Any, registry: Path, log: Path, name: str, seconds: float, *, traffic: bool) -> None:
    with console_on(spine, registry, log, traffic=traffic) as console:
        line(name, key_times(console, ("j", "j", "k"), seconds))
        print(f"{'  its CPU between keys':<52}{idle_cost(console, seconds):>14.1%}")
        print(f"{'  its memory, MB':<52}{memory_mb(console.pid)[0]:>14.0f}")


def _write_log(parser: argparse.ArgumentParser, path: Path | None, count: int) -> None:
    """Two weeks of requests."""
    if path is None or path.exists():
        parser.error("--rows needs a --log that does not exist yet")
    from console.traffic.importing import write_history

    now = time.time()
    write_history(path, rows(count, now - 14 * 86_400, now - 30), now=now)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=float, default=SECONDS)
    parser.add_argument("--log", type=Path, help="a request log to look at, for instance one of 10 million rows")
    parser.add_argument("--rows", type=int, default=0, help="write a log of so many rows to --log first")
    given = parser.parse_args()
    if given.rows:
        _write_log(parser, given.log, given.rows)
    spine = harness()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registry = registry_of(folder, 2, 3)
        with console_on(spine, registry, folder / "requests.db") as console:
            print(f"live refresh, one look a second: {idle_cost(console, given.seconds):.1%} of a core (goal 2 %)")
            now, most = memory_mb(console.pid)
            print(f"memory without embeddings: {now:.0f} MB, at most {most:.0f} MB (goal 120)")
        table, pane = table_cost()
        print(f"new numbers in ten rows: DataTable {table:.1f} ms, ours {pane:.1f} ms: 1/{table / pane:.1f} (goal 1/8)")
        keys_of(spine, folder, given.seconds, given.log)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
