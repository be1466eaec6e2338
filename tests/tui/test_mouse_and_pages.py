"""What a mouse can do, and the pages that are read: history, help and palette, in the running app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.pilot import Pilot

from console.actions.desk import Desk
from console.actions.requests import Hold, Resume, SetShare
from console.tui.drawing.frame import Hint, draw_footer, hint_at
from console.tui.drawing.history import change_at, draw_history
from console.tui.drawing.reading import LIVE, draw_help, hidden_help
from console.tui.keys import KEYS
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.history import HistoryPage, HistoryScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.reading import HelpScreen
from console.tui.widgets.frame import KeyBar, key_of
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.registry_pane import RegistryPane
from console.view.records import State
from tests.tui import samples
from tests.tui.test_app import app, until

NOW = datetime(2026, 11, 27, 13, 5, 2, tzinfo=UTC)
HINTS = [Hint("r", "roll back"), Hint("+", "to 25 %"), Hint("p", "promote")]
PINNED = [Hint("?", "help"), Hint("^p", "palette"), Hint("q", "quit")]


async def ready(pilot: Pilot[None]) -> MainScreen:
    await until(pilot, lambda: getattr(pilot.app.screen, "look", None) is not None)
    assert isinstance(pilot.app.screen, MainScreen)
    return pilot.app.screen


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A folder whose registry has four changes, the last of them a hold that was taken back."""
    app(tmp_path)
    path, clock = tmp_path / "registry.toml", NOW - timedelta(hours=1)
    desk = Desk(path, actor="olga@desk", clock=lambda: clock)
    for request, reason in (
        (SetShare("support", 50), "a clean day"),
        (SetShare("support", 5), "too many complaints"),
        (Hold("support", "waiting for legal"), ""),
        (Resume("support"), "legal is fine"),
    ):
        desk.apply(desk.plan(request, reason=reason), reason=reason)
    return tmp_path


# --- mouse --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_key_under_the_mouse_is_the_one_that_is_drawn_there(width: int) -> None:
    row = draw_footer(width, HINTS, PINNED).text()[0].ljust(width)
    for x in range(width):
        hint = hint_at(width, HINTS, PINNED, x)
        if hint is not None:
            start = row.rindex(f"{hint.key} {hint.label}"[:8], 0, x + 8 + len(hint.key))
            assert start <= x < start + len(hint.key) + 1 + len(hint.label)
        elif row[x] != " ":
            pytest.fail(f"{row[x]!r} at {x} belongs to no key")


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("r", "r"),
        ("+", "plus"),
        ("%", "percent_sign"),
        ("?", "question_mark"),
        ("^p", "ctrl+p"),
        ("esc", "escape"),
        ("j ↓", "j"),
        ("↑", "up"),
        ("ctrl+up +", "ctrl+up"),
        ("f5", "f5"),
    ],
)
def test_what_a_footer_shows_is_the_name_of_a_key(shown: str, name: str) -> None:
    assert key_of(shown) == name


async def test_a_click_on_a_key_of_the_footer_presses_it(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        footer = main.query_one(KeyBar).plain()[0]
        await pilot.click(KeyBar, offset=(footer.index("? help"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.click(KeyBar, offset=(footer.index("- to") + 2, 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.click("#cancel")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_a_click_chooses_a_pane_a_route_and_a_change(changed: Path) -> None:
    async with app(changed).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        pane = main.query_one(RegistryPane)
        row = next(y for y, line in enumerate(pane.plain()) if "summarise" in line)
        await pilot.click(RegistryPane, offset=(6, row))
        await until(pilot, lambda: main.route is not None and main.route.name == "summarise")
        assert main.focused is pane
        await pilot.click(LivePane, offset=(6, 3))
        assert isinstance(main.focused, LivePane)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        page = pilot.app.screen.query_one(HistoryPage)
        await pilot.click(HistoryPage, offset=(20, 4))
        assert page.cursor == 2
        await until(pilot, lambda: "too many complaints" in "\n".join(page.plain()))


# --- history ------------------------------------------------------------------------------------------------------


async def test_the_history_shows_reason_verdict_command_and_lines_of_the_chosen_change(changed: Path) -> None:
    async with app(changed).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        page = pilot.app.screen.query_one(HistoryPage)
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: "a clean day" in "\n".join(page.plain()))
        text = "\n".join(page.plain())
        for wanted in (
            "olga@desk · ",
            "canary_percentage = 25",
            "canary_percentage = 50",
            "console rollout support 50",
        ):
            assert wanted in text
        assert "4 of 4 changes" in text


async def test_a_history_that_cannot_be_read_any_more_is_told_and_the_console_stays(changed: Path) -> None:
    async with app(changed).run_test(size=(120, 36), notifications=True) as pilot:
        await ready(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        page = pilot.app.screen.query_one(HistoryPage)
        await until(pilot, lambda: page.unknown is None)
        (changed / "registry.history.db").write_bytes(b"no database any more")
        await pilot.press("j")
        told = lambda: " ".join(note.message for note in pilot.app._notifications)  # noqa: E731
        await until(pilot, lambda: "registry.history.db" in told())
        assert page.cursor == 1
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_a_read_only_history_offers_no_undo(changed: Path) -> None:
    async with app(changed, read_only=True).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        assert "undo" not in pilot.app.screen.query_one(KeyBar).plain()[0]
        await pilot.press("u")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HistoryScreen)
        await pilot.press("escape")
        assert pilot.app.screen is main


@pytest.mark.parametrize("size", [(20, 5), (60, 20), (80, 24), (118, 34), (200, 50)])
@pytest.mark.parametrize("cursor", [0, 1, 3])
def test_the_chosen_change_is_in_sight_and_where_a_click_finds_it(size: tuple[int, int], cursor: int) -> None:
    changes = samples.fleet(State.WATCHING).changes
    cursor = min(cursor, len(changes) - 1)
    lines = draw_history(changes, NOW, *size, cursor).text()
    row = next(y for y, line in enumerate(lines) if line.startswith("▌") and "History" not in line)
    assert change_at(len(changes), *size, cursor, 5, row) == cursor


def test_an_empty_history_says_so() -> None:
    assert "nothing was changed" in "\n".join(draw_history((), NOW, 80, 24, 0).text())


# --- help and palette ---------------------------------------------------------------------------------------------


def test_help_of_the_live_canary_explains_every_word_of_a_verdict() -> None:
    text = "\n".join(draw_help(120, 60, LIVE).text())
    for state in State:
        if state not in (State.NO_CANARY, State.NO_DATA):
            assert state.value.upper() in text
    assert "Verdicts" not in "\n".join(draw_help(120, 60, 1).text())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_help_can_be_read_to_its_end_at_every_size(width: int) -> None:
    hidden = hidden_help(width, 20, LIVE)
    assert draw_help(width, 20, LIVE, KEYS, hidden).text()[-1].split()[:2] == [KEYS[-1].shown, KEYS[-1].label]


def test_on_call_the_first_page_of_help_has_what_acts_and_every_word_of_a_verdict() -> None:
    shown = draw_help(120, 36, LIVE).text()
    for key in KEYS:
        assert key.group != "act" or any(line.startswith(f"   {key.shown} ") and key.label in line for line in shown)
    for state in State:
        assert state in (State.NO_CANARY, State.NO_DATA) or any(f" {state.value.upper()} " in line for line in shown)
    small = "\n".join(draw_help(80, 24, LIVE).text())
    assert all(words in small for words in ("roll back", "promote", "resume", "undo", "■ REGRESSION"))


async def palette(pilot: Pilot[None], typed: str, condition: Callable[[list[str]], bool]) -> list[str]:
    """The rows of the palette once `typed` was typed and they are as wanted."""
    rows: list[str] = []

    def seen() -> bool:
        rows[:] = [str(option.prompt) for found in pilot.app.screen.query(CommandList) for option in found.options]
        return condition(rows)

    await pilot.press("ctrl+p", *typed)
    await until(pilot, seen)
    return rows


async def test_the_palette_has_the_order_of_the_keys_and_their_effects(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        wanted = [key for key in KEYS if key.action != "command_palette" and main.allows(key.action)]
        rows = await palette(pilot, "", lambda rows: len(rows) >= len(wanted))
        assert [row.split()[0] for row in rows[:3]] == [key.shown for key in wanted[:3]]
        for key, row in zip(wanted, rows, strict=False):
            assert key.help in row
        assert any("Hold" in row for row in rows)


async def test_the_palette_finds_an_action_by_its_effect(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await palette(pilot, "evidence", lambda rows: len(rows) == 1 and "History" in rows[0])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))


# --- copy ---------------------------------------------------------------------------------------------------------


async def test_what_the_focused_pane_shows_is_copied_as_text(tmp_path: Path) -> None:
    console = app(tmp_path)
    async with console.run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("1", "y")
        await asyncio.sleep(0)
        assert "claude-sonnet-4-5-20250929" in console.clipboard
        assert "\x1b" not in console.clipboard
        await pilot.press("2", "y")
        assert console.clipboard.startswith("2 Live canary")
