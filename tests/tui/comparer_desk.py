"""The app with the comparer open, against two models whose answers a test decides, and what a person sees of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from console.compare.similarity import Embedder, Similarity
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.compare import CompareScreen
from console.tui.screens.past import PastPage
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.prompt import Prompt
from tests.compare.two_models import World

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OLD, NEW, THIRD = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
REGISTRY = f"""\
schema = 1

[routes.support]
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 25
canary_start = 2026-11-20T09:00:00Z
fallback = "{THIRD}"

[models."{OLD}"]
pinned_date = 2026-05-15
reason = "known"

[models."{NEW}"]
pinned_date = 2026-11-18
reason = "new"

[models."{THIRD}"]
pinned_date = 2026-05-15
reason = "other pool"
"""


class Always(Embedder):
    """No model is loaded."""

    def warm(self) -> None:
        pass

    def similarity(self, left: str, right: str) -> Similarity:
        return Similarity(0.5, 0.4, "meaning")


class Desk:
    """The app with the comparer open, and what a person sees of it."""

    def __init__(self, pilot: Pilot[None], folder: Path, world: World) -> None:
        self.pilot, self.folder, self.world = pilot, folder, world
        self.said: list[str] = []

    @property
    def screen(self) -> CompareScreen:
        found = self.pilot.app.screen
        assert isinstance(found, CompareScreen)
        return found

    @property
    def text(self) -> str:
        return "\n".join(self.screen.query_one(ComparerPane).plain())

    @property
    def keys(self) -> str:
        return "\n".join(self.screen.query_one(KeyBar).plain())

    @property
    def prompt(self) -> Prompt:
        return self.screen.query_one(Prompt)

    @property
    def told(self) -> str:
        return "\n".join(note.message for note in self.pilot.app._notifications)

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30.0
        while not condition():
            assert time.monotonic() < deadline, f"{self.pilot.app.screen}\n{self.told}"
            await self.pilot.pause(0.01)

    async def shows(self, *words: str) -> None:
        await self.until(lambda: isinstance(self.pilot.app.screen, CompareScreen))
        await self.until(lambda: all(word in self.text for word in words))

    async def asks(self, prompt: str, words: str = "both finished") -> None:
        self.prompt.put(prompt)
        await self.pilot.press("enter")
        await self.shows(words)

    async def hears(self, words: str) -> None:
        await self.until(lambda: words in self.told)

    @property
    def earlier(self) -> str:
        return "\n".join(self.pilot.app.screen.query_one(PastPage).plain())

    async def opens(self, screen: type[object]) -> None:
        await self.until(lambda: isinstance(self.pilot.app.screen, screen) and self.pilot.app.focused is not None)


@asynccontextmanager
async def desk(
    folder: Path, world: World, size: tuple[int, int] = (120, 36), *, read_only: bool = False
) -> AsyncIterator[Desk]:
    """The comparer of a console with a registry in `folder`."""
    registry = folder / "registry.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    runtime = Runtime(
        registry,
        folder / "requests.db",
        "olga@desk",
        lambda: Endpoints.stand_in(world.url),
        stand_in=True,
        read_only=read_only,
        embedder=Always,
        clock=lambda: AT,
    )
    async with ConsoleApp(runtime).run_test(size=size, notifications=True) as pilot:
        made = Desk(pilot, folder, world)
        await made.until(lambda: getattr(pilot.app.screen, "route", None) is not None)
        await pilot.press("enter")
        await made.opens(CompareScreen)
        yield made
