"""Keys as a person wants them: what the file may say, and that the screen obeys it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from console.domain.errors import Usage
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.compare_keys import COMPARE_KEYS
from console.tui.drawing.reading import LIVE, draw_help
from console.tui.keymap import REMAPPABLE, load, remapped, textual_keymap
from console.tui.keys import KEYS, Key, by_action
from console.tui.review_keys import REVIEW_KEYS
from console.tui.runtime import Runtime
from console.tui.screens.history import HistoryScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.reading import HelpPage, HelpScreen
from console.tui.scrolling import READING, scrolling
from console.tui.suite_keys import SUITE_KEYS
from console.tui.widgets.frame import KeyBar
from console.view.records import State


def file(folder: Path, text: str | bytes) -> Path:
    path = folder / "keys.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_without_a_file_the_keys_are_the_usual_ones(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") is KEYS
    assert textual_keymap(KEYS) == {}


def test_a_line_changes_one_key_and_no_other(tmp_path: Path) -> None:
    keys = load(file(tmp_path, 'rollback = "R"\nadvance = "ctrl+up,+"\n'))
    assert by_action("rollback", keys).key == "R"
    assert by_action("rollback", keys).shown == "R"
    assert by_action("advance", keys).key == "ctrl+up,plus"
    assert textual_keymap(keys) == {"console.rollback": "R", "console.advance": "ctrl+up,plus"}
    assert [key for key in keys if key.action not in ("rollback", "advance")] == [
        key for key in KEYS if key.action not in ("rollback", "advance")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rolback = "R"', "no action 'rolback'"),
        ("rollback = 3", "must be a text"),
        ('rollback = ""', "has no key"),
        ('rollback = "p"', "p is the key of both"),
        ('rollback = "ctrl+nonsense"', "is no key"),
        ('rollback = "wibble"', "is no key"),
        ('rollback = "hyper+r"', "is no key"),
        ('quit = "x"', "no action 'quit'"),
        ("rollback = ", "keys.toml: "),
        (b"\xff\xfe", "keys.toml: "),
        (b"#" * 70_000, "larger than"),
        (b"x = " + b"[" * 5_000, "keys.toml: "),
        ('rollback = "\\u001b"', "is no key"),
    ],
)
def test_what_makes_no_sense_is_refused_with_one_message(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(Usage) as caught:
        load(file(tmp_path, text))
    assert said in caught.value.message
    assert "\n" not in caught.value.message.replace(str(tmp_path), "")


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="cannot be read"):
        load(tmp_path)


def test_a_wrong_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        load(file(tmp_path, 'rolback = "R"'))
    assert caught.value.hint == "Did you mean rollback?"


@given(st.dictionaries(st.sampled_from(sorted(REMAPPABLE)), st.text(max_size=8), max_size=4))
def test_any_text_is_taken_or_refused_and_never_gives_one_key_to_two_actions(changes: dict[str, str]) -> None:
    try:
        keys = remapped(changes)
    except Usage:
        return
    names = [name for key in keys for name in key.key.split(",")]
    assert len(names) == len(set(names))
    assert all(name for name in names)
    assert [key.action for key in keys] == [key.action for key in KEYS]


def test_the_example_of_the_documentation_is_valid() -> None:
    page = Path(__file__).parents[2] / "docs" / "console.md"
    (block,) = re.findall(r"^```ini\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    keys = remapped(tomllib.loads(block))
    assert by_action("undo", keys).key == "ctrl+z"


async def test_the_screen_obeys_the_new_key_and_not_the_old_one(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    registry.write_text(
        'schema = 1\n[routes.support]\nproduction = "gpt-5.4-mini-2026-03-17"\n'
        '[models."gpt-5.4-mini-2026-03-17"]\npinned_date = 2026-05-15\nreason = "known"\n'
    )
    log = tmp_path / "requests.db"
    sqlite3.connect(log).close()
    keys = remapped({"history": "H", "help": "f1", "filter": "+", "advance": "ctrl+up"})
    runtime = Runtime(registry=registry, log=log, actor="ana", endpoints=Endpoints.from_environment, keys=keys)  # type: ignore[arg-type]
    async with ConsoleApp(runtime).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: getattr(pilot.app.screen, "look", None) is not None)
        main = pilot.app.screen
        await pilot.press("h")
        assert pilot.app.screen is main, "the usual key is free now"
        await pilot.press("H")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        await pilot.press("escape")
        await pilot.press("plus")
        assert main.query_one("FilterRow").display
        await pilot.press("escape")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        page = pilot.app.screen.query_one(HelpPage)
        assert any(line.split()[:2] == ["H", "history"] for line in page.plain())
        await pilot.press("escape")
        assert any("f1 help" in line for line in main.query_one(KeyBar).plain())


async def test_help_is_read_to_its_end_on_a_small_terminal(tmp_path: Path) -> None:
    runtime = Runtime(
        registry=tmp_path / "none.toml", log=tmp_path / "none.db", actor="ana", endpoints=Endpoints.from_environment
    )  # type: ignore[arg-type]
    async with ConsoleApp(runtime).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        page = pilot.app.screen.query_one(HelpPage)
        assert "more line" in page.plain()[-1]
        assert not any("leave; nothing keeps running" in line for line in page.plain())
        await pilot.press(*["pagedown"] * 5)
        assert any("leave; nothing keeps running" in line for line in page.plain())
        assert "more line" not in page.plain()[-1]


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    end = asyncio.get_running_loop().time() + 30.0
    while not true():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await pilot.pause(0.02)


@pytest.mark.parametrize("keys", [KEYS, REVIEW_KEYS, SUITE_KEYS, COMPARE_KEYS])
def test_no_word_of_a_key_is_cut_on_80_columns(keys: tuple[Key, ...]) -> None:
    page = "\n".join(draw_help(80, 90, 1, keys).text())
    for key in keys:
        assert f" {key.label} " in page, key
        assert f" {key.help}\n" in page, key


def test_the_meaning_of_every_verdict_takes_one_row_on_80_columns() -> None:
    page = draw_help(80, 90, LIVE, KEYS).text()
    states = [row for row in page if any(f" {state.value.upper()} " in row for state in State)]
    assert len(states) == 9
    assert all(row[22:].strip() and not row.endswith("…") for row in states)
    after = page[page.index(states[-1]) + 1]
    assert after == ""


def test_whatever_is_read_answers_to_the_same_keys() -> None:
    read = {key for binding in scrolling() for key in binding.key.split(",")}
    assert read == {"j", "k", "up", "down", "pageup", "pagedown", "space"}
    assert set(READING) <= read
    typing = {key for binding in scrolling(letters=False) for key in binding.key.split(",")}
    assert typing == {"up", "down", "pageup", "pagedown"}  # letters and the space are what is typed
