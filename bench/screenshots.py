"""Pictures of the running console: `python -m bench.screenshots OUTDIR` (`make screenshots`).

Makes the demo's world at one fixed moment, opens the real app on it, drives it as a person would, and writes what is on
the screen: each scene as SVG, dark and light, and those that the README shows as PNG too. The clock stands and nobody
asks meanwhile, so two runs write the same bytes. Every wait is for something to be on the screen.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from bench.drawn_glyphs import drawn, on_grid, seamless
from console.tui.app import ConsoleApp
from console.tui.review_app import ReviewApp
from console.tui.screens.behind import BehindPage, BehindScreen
from console.tui.screens.compare import CompareScreen
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.past import PastScreen
from console.tui.screens.review import ReviewScreen
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.view.records import State
from tests.tui import worlds

SIZE = (120, 36)
PNG_WIDTH = 1700
"""Pixels: sharp on a dense display at half the size, and below 400 kB."""
DEADLINE_S = 60.0
FONT = "'DejaVu Sans Mono', 'Fira Code', Menlo, Consolas, monospace"
"""DejaVu first: it has every circle and arrow of the screen, and cairo looks into one font only."""
PNGS = ("console",)
"""What the README shows."""

Scene = Callable[["Tour"], Awaitable[None]]


async def until(pilot: Pilot[Any], what: str, condition: Callable[[], bool]) -> None:
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


def picture(app: App[Any]) -> str:
    """What is on the screen, as an SVG that looks the same in every viewer."""
    return seamless(drawn(clean(app.export_screenshot(title="console"))))


class Tour:
    """One way through an app, with every scene in both themes."""

    def __init__(self, app: App[Any], pilot: Pilot[Any], folder: Path) -> None:
        self.app, self.pilot, self._folder = app, pilot, folder

    async def on(self, kind: type[Screen[Any]]) -> None:
        """Wait until a screen of this kind is in front."""
        await until(self.pilot, kind.__name__, lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()

    async def shoot(self, name: str) -> None:
        """Write the screen as `name` in the dark and in the light theme."""
        for blinking in self.app.screen.query("Input, TextArea"):
            blinking.cursor_blink = False  # type: ignore[attr-defined]
        for theme, suffix in ((LIGHT_NAME, "-light"), (DARK_NAME, "")):
            self.app.theme = theme
            await self.pilot.pause(0.2)
            svg = picture(self.app)
            (self._folder / f"{name}{suffix}.svg").write_text(svg, encoding="utf-8")
            if name in PNGS:
                target = self._folder / f"{name}{suffix}.png"
                import cairosvg  # half a second, for pictures only

                cairosvg.svg2png(bytestring=on_grid(svg).encode(), write_to=str(target), output_width=PNG_WIDTH)

    @property
    def main(self) -> MainScreen | None:
        """The main screen, wherever it stands on the stack."""
        return next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)

    async def live(self, state: State) -> None:
        """Wait for a look with its past: the verdict, and the plot's line."""
        await self.on(MainScreen)
        await until(self.pilot, state, lambda: self._is(state))

    def _is(self, state: State) -> bool:
        canary = self.main.canary if self.main else None
        drawn_ = bool(canary and canary.plots and any(point.production for point in canary.plots[0].points))
        return canary is not None and canary.state is state and drawn_


async def healthy(tour: Tour) -> None:
    """A comparison of earlier, the main screen with it, and the dialog before a promotion."""
    await tour.live(State.WATCHING)
    await tour.pilot.press("enter")
    await tour.on(CompareScreen)
    await tour.pilot.press("ctrl+o")
    await tour.on(PastScreen)
    await tour.pilot.press("enter")
    await tour.on(CompareScreen)
    screen = tour.app.screen
    await until(
        tour.pilot, "the comparison", lambda: isinstance(screen, CompareScreen) and screen.comparison is not None
    )
    await tour.shoot("comparison")
    await tour.pilot.press("escape")
    await tour.live(State.WATCHING)
    await tour.pilot.press("2")
    await tour.shoot("console")
    await tour.pilot.press("p")
    await tour.on(ConfirmScreen)
    await tour.shoot("promote")
    await tour.pilot.press("escape")
    await tour.on(MainScreen)


async def regressed(tour: Tour) -> None:
    """The banner, the requests behind its number, and what the way out would write."""
    await tour.live(State.REGRESSION)
    await tour.shoot("regression")
    await tour.pilot.press("l")
    await tour.on(BehindScreen)
    page = tour.app.screen.query_one(BehindPage)
    await until(tour.pilot, "the failed requests", lambda: "Errors of canary" in page.plain()[0])
    await tour.shoot("requests")
    await tour.pilot.press("escape")
    await tour.on(MainScreen)
    await tour.pilot.press("r")
    await tour.on(ConfirmScreen)
    await tour.shoot("rollback")
    await tour.pilot.press("escape")
    await tour.on(MainScreen)


async def reviewing(tour: Tour) -> None:
    """The first changed case of a run."""
    await tour.on(ReviewScreen)
    await tour.pilot.press("j", "j")
    await tour.shoot("review")


async def walk(app: App[Any], scene: Scene, folder: Path) -> None:
    """Open `app` and go through `scene`."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await scene(Tour(app, pilot, folder))
    if app.return_code:
        raise RuntimeError(f"the console stopped with {app.return_code}")


@contextmanager
def alone() -> Iterator[Path]:
    """A folder for the worlds, and an environment in which this user has neither settings nor a past."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="console-pictures-") as name:
        for variable in [each for each in os.environ if each.startswith(("LLM_MODEL", "CONSOLE_"))]:
            del os.environ[variable]
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_CACHE_HOME"] = name
        try:
            yield Path(name)
        finally:
            os.environ.clear()
            os.environ.update(kept)


def take(folder: Path) -> None:
    """Every picture."""
    folder = folder.absolute()
    with alone() as home:
        for name in ("healthy", "regression", "review"):
            (home / name).mkdir()
        world = worlds.healthy(home / "healthy")
        worlds.compare_before(world)
        asyncio.run(walk(ConsoleApp(world.runtime()), healthy, folder))
        worse = worlds.regression(home / "regression")
        with chdir(worse.log.parent):  # a command on the screen names no folder of this machine
            asyncio.run(walk(ConsoleApp(worse.runtime()), regressed, folder))
        asyncio.run(walk(ReviewApp(worlds.reviewed(home / "review")), reviewing, folder))


def main(arguments: list[str]) -> int:
    """Write the pictures into the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: screenshots.py OUTDIR\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    take(folder)
    for path in sorted(folder.glob("*.*g")):
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
