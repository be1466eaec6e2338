"""Before a canary starts in the console its dialog shows what it will reject, cost and change, in any size."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.providers.endpoints import Endpoints
from console.registry.reading import read
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.ask import AskScreen
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.settling import SETTLED_S

NEW, FRIENDLY = "claude-sonnet-5-5", "claude-haiku-4-5-20251001"


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await pilot.pause(0.01)


def started(place) -> ConsoleApp:
    endpoints = lambda: Endpoints.from_environment({})  # noqa: E731
    return ConsoleApp(Runtime(registry=place.registry, log=place.log, endpoints=endpoints, actor="olga@desk"))


async def proposed(pilot: Pilot[None], model: str) -> ConfirmScreen:
    """From the main screen through the question for model and reason to the dialog that confirms."""
    await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen) and pilot.app.screen.look is not None)
    main = pilot.app.screen
    assert isinstance(main, MainScreen)
    await until(pilot, lambda: main.look is not None and main.look.view.routes)
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen) and pilot.app.focused is not None)
    first, second, *_ = pilot.app.screen.query(Input)
    first.value, second.value = model, "named replacement"
    await pilot.click("#go")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen) and pilot.app.focused is not None)
    assert isinstance(pilot.app.screen, ConfirmScreen)
    return pilot.app.screen


def text_of(screen: ConfirmScreen) -> str:
    """What stands on the whole screen."""
    return "\n".join("".join(segment.text for segment in line) for line in screen._compositor.render_strips())


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_dialog_says_what_the_candidate_rejects(place, size: tuple[int, int]) -> None:
    place.write("temperature = 0.2")
    place.record()
    async with started(place).run_test(size=size) as pilot:
        shown = text_of(await proposed(pilot, NEW))
        assert "Preflight" in shown
        assert "▲ rejects temperature" in shown
        assert "×1.3 tokens" in shown
        assert "use current=" in shown
        assert "a typed reason" in shown
        assert "canary_percentage" in shown, "the change of the file stays in sight"


async def test_starting_against_the_preflight_takes_another_reason(place) -> None:
    place.write("temperature = 0.2")
    before = place.registry.read_bytes()
    async with started(place).run_test(size=(120, 36)) as pilot:
        screen = await proposed(pilot, NEW)
        await asyncio.sleep(SETTLED_S)
        await pilot.press("y")
        await pilot.pause(0.2)
        assert place.registry.read_bytes() == before
        for key in "in one deploy":
            await pilot.press("space" if key == " " else key)
        await pilot.press("enter")
        await until(pilot, lambda: screen.focused is not None and screen.focused.id == "go")
        await pilot.press("y")
        await until(pilot, lambda: place.registry.read_bytes() != before)
    route = read(place.registry).registry.routes["support"]
    assert route.canary is not None
    assert route.canary.model_id == NEW


async def test_what_is_accepted_has_its_tick_and_its_price(place) -> None:
    place.record()
    async with started(place).run_test(size=(120, 36)) as pilot:
        shown = text_of(await proposed(pilot, FRIENDLY))
        assert "✓ nothing rejected of 60 recorded requests" in shown
        assert "per 1,000" in shown
        assert "a typed reason" not in shown


async def test_nothing_known_is_no_tick(place) -> None:
    async with started(place).run_test(size=(120, 36)) as pilot:
        shown = text_of(await proposed(pilot, "claude-banana-9"))
        assert "? cannot tell what is rejected" in shown
        assert "✓" not in shown
