"""The running app on the world of one fixed moment, as SVG: what changed on a screen shows as a changed picture.

`pytest tests/tui/test_svg_pictures.py --snapshot-update` takes them anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, TextArea

from bench.screenshots import clean
from console.tui.app import ConsoleApp
from console.tui.review_app import ReviewApp
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.history import HistoryScreen
from console.tui.screens.main import MainScreen
from console.tui.styles import LIGHT_NAME
from console.view.records import State
from tests.tui import worlds

SIZES = ((80, 24), (120, 36), (200, 50))
PATIENCE_S = 30.0


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageSnapshotExtension)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A user without settings, a past, or a forced model."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            patch.setenv(variable, str(folder))
        patch.delenv("LLM_MODEL", raising=False)
        patch.delenv("NO_COLOR", raising=False)
        yield folder


@pytest.fixture(scope="module")
def healthy(home: Path) -> worlds.World:
    (home / "healthy").mkdir()
    return worlds.healthy(home / "healthy")


@pytest.fixture(scope="module")
def regressed(home: Path) -> worlds.World:
    (home / "regression").mkdir()
    return worlds.regression(home / "regression")


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came"
        await pilot.pause(0.02)
    await pilot.pause()


async def taken(pilot: Pilot[Any]) -> str:
    """The screen once it stands still, without what is random (ids) and what blinks."""
    last: list[Strip] = []
    for each in pilot.app.screen.query("*"):
        if isinstance(each, Input | TextArea):
            each.cursor_blink = False
    for _ in range(100):
        await pilot.pause(0.1)
        rows = pilot.app.screen._compositor.render_strips()  # a tenth of what a picture costs
        if rows == last:
            return clean(pilot.app.export_screenshot(title="console"))
        last = rows
    raise AssertionError("the screen never stood still")


def looked(app: App[Any], state: State) -> bool:
    """Whether the main screen shows `state` with its past."""
    main = next((screen for screen in app.screen_stack if isinstance(screen, MainScreen)), None)
    canary = main.canary if main else None
    seen = bool(canary and canary.plots and any(point.production for point in canary.plots[0].points))
    return canary is not None and canary.state is state and seen


async def resized(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: pilot.app.screen.size == size)


async def test_a_regression_at_three_sizes_and_its_dialogs(regressed: worlds.World, picture: SnapshotAssertion) -> None:
    app = ConsoleApp(regressed.runtime())
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: looked(app, State.REGRESSION))
        for size in SIZES:
            await resized(pilot, size)
            assert await taken(pilot) == picture(name="{}x{}".format(*size))
        for size in SIZES[:2]:
            await resized(pilot, size)
            for key, name in (("r", "rollback"), ("p", "promote")):
                await pilot.press(key)
                await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
                assert await taken(pilot) == picture(name=f"{name}-{size[0]}x{size[1]}")
                await pilot.press("escape")
                await until(pilot, lambda: isinstance(app.screen, MainScreen))
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen) and "Same as" in shown(app))
        assert await taken(pilot) == picture(name="history")


def shown(app: App[Any]) -> str:
    return "\n".join("\n".join(widget.plain()) for widget in app.screen.query("HistoryPage"))  # type: ignore[attr-defined]


async def test_a_healthy_canary_at_three_sizes_in_light_and_its_registry(
    healthy: worlds.World, picture: SnapshotAssertion
) -> None:
    app = ConsoleApp(healthy.runtime())
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: looked(app, State.WATCHING))
        for size in SIZES:
            await resized(pilot, size)
            assert await taken(pilot) == picture(name="{}x{}".format(*size))
        app.theme = LIGHT_NAME
        await pilot.pause(0.1)
        assert await taken(pilot) == picture(name="light-200x50")
        await resized(pilot, SIZES[0])
        await pilot.press("1")
        await pilot.pause()
        assert await taken(pilot) == picture(name="registry-80x24")


async def test_a_review_at_three_sizes(home: Path, picture: SnapshotAssertion) -> None:
    (home / "review").mkdir()
    app = ReviewApp(worlds.reviewed(home / "review"))
    async with app.run_test(size=SIZES[1]) as pilot:
        await pilot.press("j", "j")
        for size in SIZES:
            await resized(pilot, size)
            assert await taken(pilot) == picture(name="{}x{}".format(*size))
