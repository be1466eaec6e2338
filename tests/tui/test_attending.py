"""`n` and the header in the running app: a regression on a route that nobody looks at is seen and reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.text.safe import SafeText
from console.tui.drawing.frame import draw_header
from console.tui.messages import Looked
from console.tui.screens.main import MainScreen
from console.tui.widgets.frame import KeyBar, TopBar
from console.tui.widgets.registry_pane import RegistryPane
from console.view.attention import Alarm
from console.view.records import RouteView, State
from tests.tui import samples
from tests.tui.test_filtering import app, ready, until


async def still(pilot: Pilot[None]) -> MainScreen:
    """The main screen, at which no further look comes by itself."""
    main = await ready(pilot)
    main._poller.stop()
    await asyncio.to_thread(main._poller._thread.join)
    await pilot.pause()
    return main


async def look(pilot: Pilot[None], main: MainScreen, states: Mapping[str, State]) -> None:
    """The last look with other states of some routes."""
    assert main.look is not None

    def put(route: RouteView) -> RouteView:
        state = states.get(route.name, State.NO_CANARY)
        return replace(route, state=state, percentage=5.0 if route.name in states else 0.0)

    view = replace(main.look.view, routes=tuple(map(put, main.look.view.routes)))
    main.post_message(Looked(replace(main.look, view=view)))
    await pilot.pause()


def shown(main: MainScreen, widget: type[TopBar | KeyBar]) -> str:
    return main.query_one(widget).plain()[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 20)])
async def test_a_regression_elsewhere_is_in_the_header_and_one_key_away(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app(tmp_path).run_test(size=size) as pilot:
        main = await still(pilot)
        assert "regression" not in shown(main, TopBar)
        assert not main.allows("attend")
        await look(pilot, main, {"route-7": State.REGRESSION})
        assert "■ route-7 regression" in shown(main, TopBar)
        assert "n to route-7" in shown(main, KeyBar)
        await pilot.press("n")
        await until(pilot, lambda: main.chosen_name == "route-7")
        await pilot.pause()
        assert "■" not in shown(main, TopBar)


async def test_n_goes_on_to_the_next_and_through_a_filter(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await still(pilot)
        await look(pilot, main, {"route-2": State.PASS, "route-9": State.REGRESSION})
        await pilot.press("n")
        await until(pilot, lambda: main.chosen_name == "route-9")
        await pilot.press("n")
        await until(pilot, lambda: main.chosen_name == "route-2")
        await pilot.press("slash", *"support", "enter")
        await until(pilot, lambda: main.chosen_name == "support")
        await pilot.press("n")
        await until(pilot, lambda: main.chosen_name == "route-9")
        assert not main.is_filtered


async def test_a_console_opens_on_the_route_that_regresses(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await still(pilot)
        before = main.look
        main.look = None
        assert before is not None
        routes = [replace(route, state=State.REGRESSION, percentage=5.0) for route in before.view.routes[5:6]]
        view = replace(before.view, routes=(*before.view.routes[:5], *routes, *before.view.routes[6:]))
        main.post_message(Looked(replace(before, view=view)))
        await until(pilot, lambda: main.chosen_name == "route-5")
        main.query_one(RegistryPane).choose(SafeText("route-1"))
        main.post_message(Looked(replace(before, view=view)))
        await pilot.pause()
        assert main.chosen_name == "route-1"  # only the first look moves the cursor


@pytest.mark.parametrize("width", [150, 120, 100, 80, 60, 40])
def test_the_header_drops_paths_before_an_alarm(width: int) -> None:
    row = draw_header(samples.fleet(), width, alarm=Alarm(SafeText("summarise regression"), State.REGRESSION)).text()[0]
    assert "■ summarise regression" in row
    assert len(row) <= width


async def test_what_is_typed_puts_the_cursor_on_the_name_it_means(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        await pilot.press("slash", "s")  # every route has an s somewhere; one begins with it
        await until(pilot, lambda: main.chosen_name == "support")
        await pilot.press("backspace", "1", "1")
        await until(pilot, lambda: main.chosen_name == "route-11")
        await pilot.press("backspace")
        await pilot.pause()
        assert main.chosen_name == "route-11"  # as good as any with a 1 in it
