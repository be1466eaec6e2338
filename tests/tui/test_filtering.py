"""`/` in the running app: only the routes that match, and the way back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.main import MainScreen
from console.tui.widgets.registry_pane import RegistryPane

DEADLINE_S = 15.0
NAMES = [f"route-{number}" for number in range(12)]


def registry(folder: Path) -> Path:
    tables = [f'[routes.{name}]\nproduction = "gpt-5.4-mini-2026-03-17"\n' for name in NAMES]
    tables.append('[routes.support]\ndescription = "Replies to e-mail"\nproduction = "claude-haiku-4-5-20251001"\n')
    models = [
        f'[models."{model}"]\npinned_date = 2026-05-15\nreason = "known"\n'
        for model in ("gpt-5.4-mini-2026-03-17", "claude-haiku-4-5-20251001")
    ]
    path = folder / "registry.toml"
    path.write_text("schema = 1\n\n" + "\n".join((*tables, *models)))
    return path


def app(folder: Path) -> ConsoleApp:
    sqlite3.connect(folder / "requests.db").close()

    def nowhere() -> object:
        raise AssertionError("nothing is asked here")

    return ConsoleApp(
        Runtime(registry=registry(folder), log=folder / "requests.db", actor="ana", endpoints=nowhere)  # type: ignore[arg-type]
    )


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    end = asyncio.get_running_loop().time() + DEADLINE_S
    while not true():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await pilot.pause(0.02)


async def ready(pilot: Pilot[None]) -> MainScreen:
    await until(
        pilot, lambda: isinstance(pilot.app.screen, MainScreen) and getattr(pilot.app.screen, "look", None) is not None
    )
    assert isinstance(pilot.app.screen, MainScreen)
    return pilot.app.screen


def text(main: MainScreen) -> str:
    return "\n".join(main.query_one(RegistryPane).plain())


def selected(main: MainScreen) -> str | None:
    return main.route.name if main.route else None


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_typing_narrows_the_routes_and_escape_shows_all(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app(tmp_path).run_test(size=size) as pilot:
        main = await ready(pilot)
        await pilot.press("1", "slash", *"support")
        await until(pilot, lambda: selected(main) == "support")
        assert "route-1" not in text(main)
        await pilot.press("enter")
        assert isinstance(main.focused, RegistryPane)
        assert selected(main) == "support"
        await pilot.press("escape")
        await until(pilot, lambda: "route-0" in text(main) or "more line" in text(main))
        assert selected(main) == "support", "the cursor stays on its route"
        await pilot.press("k")
        assert selected(main) == "route-11"


@pytest.mark.parametrize(("typed", "found"), [("haiku", "support"), ("E-MAIL repl", "support"), ("route-7", "route-7")])
async def test_models_descriptions_and_names_are_searched(tmp_path: Path, typed: str, found: str) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("slash")
        main.query_one("#filter", Input).value = typed
        await until(pilot, lambda: selected(main) == found)


async def test_nothing_found_says_so_and_no_key_acts_on_a_hidden_route(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("slash", *"zzz")
        await until(pilot, lambda: "no route matches" in text(main))
        assert main.route is None
        assert not any(main.allows(action) for action in ("rollback", "promote", "advance", "canary", "share"))


async def test_arrows_move_the_cursor_while_typing(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("slash", *"route-1")
        await until(pilot, lambda: selected(main) == "route-1")
        await pilot.press("down")
        await until(pilot, lambda: selected(main) == "route-10")
        await pilot.press("up")
        await until(pilot, lambda: selected(main) == "route-1")


async def test_an_empty_filter_closes_itself(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("slash", "enter")
        await until(pilot, lambda: isinstance(main.focused, RegistryPane))
        assert not main.is_filtered
