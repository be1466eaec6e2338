"""`z`: one pane alone on the screen, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.tui.app import ConsoleApp
from console.tui.screens.main import MainScreen
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar, TabRow, TopBar
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.registry_pane import RegistryPane
from tests.tui import worlds
from tests.tui.test_app import until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> worlds.World:
    return worlds.healthy(tmp_path_factory.mktemp("zooming"))


async def main_screen(pilot: Pilot[None]) -> MainScreen:
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.screen.look is not None)
    await pilot.pause()
    assert isinstance(app.screen, MainScreen)
    return app.screen


def seen(main: MainScreen) -> list[str]:
    """The panes that have a place on the screen."""
    return [type(pane).__name__ for pane in main.query("Pane") if pane.display and pane.region.area]


def footer(main: MainScreen) -> str:
    return "".join(main.query_one(KeyBar).plain())


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 50)])
async def test_the_focused_pane_has_all_rows_between_header_and_footer(
    size: tuple[int, int], world: worlds.World
) -> None:
    async with ConsoleApp(world.runtime()).run_test(size=size) as pilot:
        main = await main_screen(pilot)
        before, rows = seen(main), main.query_one(LivePane).region.height
        await pilot.press("z")
        await pilot.pause()
        live = main.query_one(LivePane)
        assert (live.region.x, live.region.y, live.region.size) == (0, 1, (size[0], size[1] - 2))
        assert live.region.height > rows
        assert seen(main) == ["LivePane"]
        assert main.query_one(TopBar).display, "what is wrong elsewhere is still said"
        assert "z all panes" in footer(main)
        assert live.plain()[0].startswith("▌ 2 Live canary")
        await pilot.press("z")
        await pilot.pause()
        assert (seen(main), live.region.height) == (before, rows)
        assert main.query_one(TabRow).display == (size[0] < 118)
        assert "all panes" not in footer(main)


async def test_another_pane_that_is_gone_to_is_alone_in_its_turn_and_escape_ends_it(world: worlds.World) -> None:
    async with ConsoleApp(world.runtime()).run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await pilot.press("z", "1")
        await pilot.pause()
        assert seen(main) == ["RegistryPane"]
        assert main.query_one(RegistryPane).region.width == 120
        await pilot.press("3")
        await pilot.pause()
        assert seen(main) == ["ComparerPane"]
        assert main.query_one(ComparerPane).region.height == 34
        await pilot.press("escape")
        await pilot.pause()
        assert seen(main) == ["RegistryPane", "LivePane", "ComparerPane"]
        assert main.focused is main.query_one(ComparerPane)
        assert main.query_one(RegistryPane).region.width == 36


async def test_escape_ends_a_filter_before_it_ends_the_zoom(world: worlds.World) -> None:
    async with ConsoleApp(world.runtime()).run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await pilot.press("1", "z", "slash", "s", "u", "enter")
        await pilot.pause()
        assert main.is_filtered
        await pilot.press("escape")
        await pilot.pause()
        assert not main.is_filtered
        assert seen(main) == ["RegistryPane"]
        await pilot.press("escape")
        await pilot.pause()
        assert len(seen(main)) == 3


async def test_a_zoom_outlives_another_size(world: worlds.World) -> None:
    async with ConsoleApp(world.runtime()).run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await pilot.press("z")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert seen(main) == ["LivePane"]
        assert main.query_one(LivePane).region.height == 22
        assert not main.query_one(TabRow).display
        await pilot.press("z")
        await pilot.pause()
        assert main.query_one(TabRow).display


async def test_keys_go_on_working_in_a_pane_alone(world: worlds.World, tmp_path: Path) -> None:
    async with ConsoleApp(world.runtime()).run_test(size=(80, 24)) as pilot:
        main = await main_screen(pilot)
        await pilot.press("z", "r")
        await until(pilot, lambda: pilot.app.screen is not main)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main)
        assert seen(main) == ["LivePane"]
        assert main.allows("zoom")
        (tmp_path / "zoomed.txt").write_text("\n".join(main.query_one(LivePane).plain()))
