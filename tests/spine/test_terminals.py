"""Terminals of every size and make: the console starts, says its state in words, and never falls over."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.domain.requests import RequestRow
from console.registry.reading import read
from console.traffic.importing import write_history

WORDS = "WARMING UP|WATCHING|UNDECIDED|PASS"


@pytest.fixture
def asked(registry: Path, log: Path) -> None:
    """What users asked in the last ten minutes: a screen has something to show, whatever happens next."""
    route = read(registry).registry.routes["support"]
    assert route.canary is not None
    rows = [
        RequestRow(
            id=f"{i}", at=time.time() - 605 + 3 * i, route="support", why="bucket", rollout=route.rollout_id,
            arm="production" if i % 4 else "canary", model=route.production if i % 4 else route.canary.model_id,
            user=f"user-{i}", latency_ms=800.0,
        )
        for i in range(200)
    ]  # fmt: skip
    write_history(log, rows)


@pytest.mark.parametrize("size", [(20, 5), (60, 20), (80, 24), (200, 50)], ids=lambda size: "x".join(map(str, size)))
def test_the_state_is_a_word_at_every_size(
    open_console: Callable[..., Any], asked: None, size: tuple[int, int]
) -> None:
    console = open_console(size=size)
    console.wait(WORDS)
    console.press("r")
    console.wait("Roll back ◆|Roll back  y")
    console.wait("Cancel")
    if size[0] >= 60:
        assert "-canary_percentage = 25" in console.change
        assert "+canary_percentage = 0" in console.change
    console.press("\x1b")
    console.wait(lambda text: "Cancel" not in text)
    for key in "123?":
        console.press(key)
        console.watch(0.1)
    console.type("\x1b", "2")
    console.wait(WORDS)
    console.press("q")
    assert console.end() == 0
    assert console.restored


def test_a_window_is_resized_while_it_runs(open_console: Callable[..., Any], asked: None) -> None:
    console = open_console(size=(200, 50))
    console.wait(WORDS)
    for columns, rows in ((120, 36), (80, 24), (20, 5), (1, 1), (60, 20), (118, 34)):
        console.resize(columns, rows)
        console.watch(0.15)
    console.wait(WORDS)
    console.press("r")
    console.wait("Roll back  y")
    console.resize(60, 20)
    console.wait(lambda text: "Cancel" in text and "canary_percentage = 0" in text)
    console.press("\x1b")
    console.wait(WORDS)
    assert console.alive


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "TERM": "vt100"}], ids=str
)
def test_without_colour_nothing_is_lost(
    open_console: Callable[..., Any], asked: None, environment: dict[str, str]
) -> None:
    console = open_console(environment=environment)
    console.wait(WORDS)
    console.wait("● production")
    console.press("r")
    console.wait("Roll back  y")
    if "NO_COLOR" in environment:
        styles = b";".join(re.findall(rb"\x1b\[([0-9;]*)m", console.raw)).split(b";")
        assert not [code for code in styles if re.fullmatch(rb"[34][0-8]|9[0-7]|10[0-7]", code)]
        assert console.reversed_at("Cancel  esc")


ASCII = [
    ({"LC_ALL": "C"}, ()),
    ({"PYTHONIOENCODING": "ascii"}, ()),
    ({}, ("--ascii",)),
]


@pytest.mark.parametrize(("environment", "options"), ASCII, ids=["locale", "encoding", "option"])
def test_only_ascii_leaves_where_nothing_else_is_understood(
    open_console: Callable[..., Any], asked: None, environment: dict[str, str], options: tuple[str, ...]
) -> None:
    console = open_console(*options, environment=environment)
    console.wait(WORDS)
    console.wait(r"\+ canary +25 %")
    console.press("r")
    console.wait("Roll back  y")
    console.answer("y")
    console.wait(r"console undo")  # the toast, which Textual draws itself
    console.press("%")
    console.wait("Continue  enter")
    console.press("\x1b")
    console.wait(lambda text: "Continue  enter" not in text)  # read together with the next key it would be another one
    console.press("\x10")
    console.wait("Search")
    assert console.raw.isascii()


LIGHT, DARK = b"48;2;252;252;253", b"48;2;14;17;22"
"""The background of either theme, as a terminal is told it."""


def test_the_theme_that_was_left_in_is_the_one_it_opens_in(open_console: Callable[..., Any], tmp_path: Path) -> None:
    for before, after in ((DARK, LIGHT), (LIGHT, DARK)):
        console = open_console(environment={"CONSOLE_STATE": str(tmp_path / "state")})
        console.wait("q quit")
        assert before in console.raw
        assert after not in console.raw
        console.press("t")
        console.wait_for(lambda seen=after, console=console: seen in console.raw)
        console.press("q")
        assert console.end() == 0
