"""The comparer on a real terminal: ask, keep the answer as a case, find the comparison again after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROMPT = "Where is my parcel?"


def opened(open_console: Callable[..., Any], folder: Path, size: tuple[int, int] = (120, 36)) -> Any:
    console = open_console("--stand-in", size=size, environment={"CONSOLE_STATE": str(folder / "state")})
    console.wait(r"◆ canary +25 %|2 Live canary")
    console.press("\r")
    console.wait("esc back")
    return console


def test_a_prompt_is_asked_saved_as_a_case_and_found_again(
    open_console: Callable[..., Any], registry: Path, tmp_path: Path
) -> None:
    console = opened(open_console, tmp_path)
    console.press(PROMPT + "\r")
    console.wait("both finished · stand-in answers", 30)
    console.wait("first word")
    console.press("\x13")  # ctrl+s
    console.wait("Save as case")
    console.watch(0.3)
    console.type("\r", "\r")
    console.wait(r"is a case of")
    suite = registry.parent / "suites" / "support.toml"
    assert f'prompt = "{PROMPT}"' in suite.read_text(encoding="utf-8")
    kept = tmp_path / "state" / "comparisons" / "past.jsonl"
    console.wait_for(kept.exists)
    assert json.loads(kept.read_text().splitlines()[0])["prompt"] == PROMPT
    assert kept.stat().st_mode & 0o077 == 0
    again = opened(open_console, tmp_path)
    again.press("\x0f")  # ctrl+o
    again.wait("1 of 1")
    again.press("parcel\r")
    again.wait("Prompt +Where is my parcel")
    again.wait("first word")


def test_a_paste_of_many_lines_is_one_prompt_and_no_escape_reaches_the_terminal(
    open_console: Callable[..., Any], tmp_path: Path
) -> None:
    console = opened(open_console, tmp_path, (80, 24))
    before = len(console.raw)
    console.press("\x1b[200~Dear all,\nwhere is it?\x1b]52;c;aGk=\x07 [@click=app.quit]x[/]\x1b[201~")
    console.wait("Dear all,↵where is it")
    assert b"\x1b]52" not in console.raw[before:]
    console.press("\r")
    console.wait("both finished|waiting for", 30)
    assert b"\x1b]52" not in console.raw[before:]
    console.press("\x1b")
    console.wait("stopped|esc back|3 Comparer")
    assert console.alive
