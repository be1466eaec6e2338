"""Pictures of the running console for the README: `python bench/screenshots.py OUTDIR` (`make screenshots`).

Starts the demo's world and the real app on it, drives it as a person would, and writes what is on the screen, each as
SVG; the README's own (`console.png`) as PNG too. Every wait is for something to be on the screen.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cairosvg
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from bench.drawn_glyphs import drawn
from console.demo.start import Demo
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.compare import CompareScreen
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.main import MainScreen
from console.view.records import State

SIZE = (120, 36)
PNG_WIDTH = 1700
"""Pixels: sharp on a dense display at half the size, and below 400 kB."""
DEADLINE_S = 60.0
ACTOR = "ana@oncall"
PROMPT = "A customer asks for a refund after 40 days. Answer in two sentences."
FONT = "'DejaVu Sans Mono', 'Fira Code', Menlo, Consolas, monospace"
"""DejaVu first: it has every circle and arrow of the screen, and cairo looks into one font only."""
TUFT = 40
"""Requests of the live users that a picture waits for, so that it shows traffic and not only the days before."""


async def until(pilot: Pilot[None], what: str, condition: Callable[[], bool]) -> None:
    """Wait for `condition`; raises TimeoutError, which names what did not come."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_S
    while not condition():
        if loop.time() > deadline:
            raise TimeoutError(f"not on the screen after {DEADLINE_S:g} s: {what}")
        await pilot.pause(0.05)


def clean(svg: str) -> str:
    """`svg` without what differs from run to run (ids) and without fonts fetched from elsewhere."""
    svg = re.sub(r"terminal-\d+", "console", svg)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: Fira Code, monospace", f"font-family: {FONT}", svg)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


class Tour:
    """The way through the app, and where its pictures go."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[None], folder: Path) -> None:
        self._app = app
        self._pilot = pilot
        self._folder = folder

    async def run(self) -> None:
        """Take every picture."""
        await self._live()
        await self._compare()
        await self._shoot("console", png=True)
        await self._dialog("promote")

    async def _live(self) -> None:
        await self._on(MainScreen)
        await until(self._pilot, "the first look", lambda: self._requests() > 0)
        first = self._requests()
        await until(self._pilot, "live requests", lambda: self._requests() > first + TUFT)
        await until(self._pilot, "a verdict that watches", lambda: self._state() in (State.WATCHING, State.PASS))

    async def _compare(self) -> None:
        await self._pilot.press("enter")
        await self._on(CompareScreen)
        self._app.screen.query_one("#prompt", Input).value = PROMPT
        await self._pilot.press("enter")
        await until(self._pilot, "both answers", self._answered)
        await self._shoot("comparison")
        await self._pilot.press("escape")
        await self._on(MainScreen)
        await self._pilot.press("2")

    async def _dialog(self, name: str) -> None:
        await self._pilot.press("p")
        await self._on(ConfirmScreen)
        await self._shoot(name)
        await self._pilot.press("escape")
        await self._on(MainScreen)

    async def _on(self, kind: type[Screen[Any]]) -> None:
        await until(self._pilot, kind.__name__, lambda: isinstance(self._app.screen, kind))
        await self._pilot.pause()

    async def _shoot(self, name: str, *, png: bool = False) -> None:
        await self._pilot.pause()
        svg = drawn(clean(self._app.export_screenshot(title="console")))
        (self._folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        if png:
            target = self._folder / f"{name}.png"
            cairosvg.svg2png(bytestring=svg.encode(), write_to=str(target), output_width=PNG_WIDTH)

    def _main(self) -> MainScreen | None:
        return next((screen for screen in self._app.screen_stack if isinstance(screen, MainScreen)), None)

    def _requests(self) -> int:
        screen = self._main()
        canary = screen.canary if screen else None
        return canary.production_requests + canary.canary_requests if canary else 0

    def _state(self) -> State | None:
        screen = self._main()
        canary = screen.canary if screen else None
        return canary.state if canary else None

    def _answered(self) -> bool:
        screen = self._app.screen
        view = screen._view if isinstance(screen, CompareScreen) else None
        return view is not None and view.finished_at is not None


async def take(demo: Demo, folder: Path) -> None:
    """Open the app on `demo` and walk through it."""
    app = ConsoleApp(
        Runtime(demo.registry, demo.log, ACTOR, lambda: Endpoints.stand_in(demo.url), stand_in=True),
    )
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await Tour(app, pilot, folder).run()
    if app.return_code:
        raise RuntimeError(f"the console stopped with {app.return_code}")


def main(arguments: list[str]) -> int:
    """Write the pictures into the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: screenshots.py OUTDIR\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for variable in [name for name in os.environ if name.startswith("LLM_MODEL")]:
        del os.environ[variable]
    with Demo("healthy") as demo:
        asyncio.run(take(demo, folder))
    for path in sorted(folder.glob("*.*g")):
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
