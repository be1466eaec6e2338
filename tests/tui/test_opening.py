"""The first frame: what stands on the terminal before the terminal library is loaded, and how it is taken over."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem

from console.actions.desk import Desk
from console.actions.requests import Hold
from console.text.safe import SafeText
from console.tui import opening as module
from console.tui.app import ConsoleApp
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.screen import draw_screen, tops_of
from console.tui.driver import taking_over
from console.tui.first_look import FirstLook
from console.tui.leading_on import fleet_with_ways_on
from console.tui.opening import ALTERNATE, Opening, as_text, opening
from console.tui.screens.main import MainScreen
from console.tui.styles import style
from console.tui.widgets.drawn import Drawn
from console.tui.widgets.live_pane import LivePane
from console.view.lookout import Lookout
from console.view.records import FleetView
from tests.tui import samples, worlds
from tests.tui.test_app import until

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(60, 20), (80, 24), (120, 36), (200, 50)]
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> worlds.World:
    return worlds.healthy(tmp_path_factory.mktemp("healthy"))


@pytest.fixture(scope="module")
def regressed(tmp_path_factory: pytest.TempPathFactory) -> worlds.World:
    return worlds.regression(tmp_path_factory.mktemp("regressed"))


class Pty:
    """Both ends of a terminal; the standard streams of the process are its lower end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.upper, self.lower = pty.openpty()
        self.modes = termios.tcgetattr(self.lower)
        for name, mode in (("__stdin__", "r"), ("__stderr__", "w")):
            monkeypatch.setattr(f"sys.{name}", os.fdopen(os.dup(self.lower), mode))
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            monkeypatch.delenv(name, raising=False)
        for name, value in TERMINAL.items():
            monkeypatch.setenv(name, value)

    def written(self) -> bytes:
        found = b""
        while select.select([self.upper], [], [], 0.05)[0]:
            found += os.read(self.upper, 65_536)
        return found

    @property
    def is_as_before(self) -> bool:
        return termios.tcgetattr(self.lower) == self.modes


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pty]:
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))
    found = Pty(monkeypatch)
    yield found
    os.close(found.upper)
    os.close(found.lower)


def picture(width: int, height: int) -> Canvas:
    canvas = Canvas(width, height)
    canvas.put(2, 1, "error rate  1.4 %", "strong bold")
    return canvas


def emulated(text: str, width: int, height: int) -> pyte.Screen:
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(text)
    return screen


def shown(main: MainScreen) -> list[str]:
    """The rows of the running screen, put together from what its widgets show."""
    width, height = main.size
    whole = Canvas(width, height)
    for each in main.query(Drawn):
        if each.display and each.region:
            whole.paste(each.region.x, each.region.y, each.draw(each.size.width, each.size.height))
    return whole.text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["healthy", "regressed"])
async def test_the_first_frame_is_what_the_screen_shows_then(
    size: tuple[int, int], name: str, request: pytest.FixtureRequest
) -> None:
    app = ConsoleApp(request.getfixturevalue(name).runtime())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.screen.look is not None)
        await pilot.pause()
        main = app.screen
        assert isinstance(main, MainScreen)
        assert main.look is not None
        first, then = draw_screen(main.look.view, *size).text(), shown(main)
    assert first[:-1] == then[:-1]
    assert not first[-1].strip(), "no key works yet"


async def test_the_first_frame_of_a_hold_says_how_to_end_it_as_the_screen_does(
    healthy: worlds.World, tmp_path: Path
) -> None:
    folder = tmp_path / "held"
    shutil.copytree(healthy.registry.parent, folder)
    held = worlds.World(folder / "registry.toml", folder / healthy.log.name)
    desk = Desk(held.registry, actor=worlds.ACTOR, clock=lambda: worlds.NOW)
    desk.apply(desk.plan(Hold("support", "legal")), reason="legal")
    runtime = held.runtime()
    app = ConsoleApp(runtime)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.screen.look is not None)
        await pilot.pause()
        look, then = app.screen.look, shown(app.screen)
    first = draw_screen(fleet_with_ways_on(look, runtime.keys, read_only=False), 80, 24).text()
    assert first[:-1] == then[:-1]
    assert any("press e to resume at 5 % · console resume support" in row for row in first)
    assert fleet_with_ways_on(look, runtime.keys, read_only=True) == look.view  # it cannot be ended from there


@pytest.mark.parametrize("size", SIZES[1:])
async def test_when_the_past_is_there_only_the_plot_itself_changes(
    healthy: worlds.World, size: tuple[int, int]
) -> None:
    lookout = Lookout(healthy.registry, healthy.log)
    first = draw_screen(lookout.look(worlds.NOW, quick=True).view, *size).text()
    then = draw_screen(lookout.look(worlds.NOW).view, *size).text()
    changed = [y for y, (one, other) in enumerate(zip(first, then, strict=True)) if one != other]
    title = next(y for y, row in enumerate(first) if "Error rate  " in row and "average" in row)
    assert changed
    assert min(changed) > title  # its title and legend stand where they stay
    lookout.close()


async def test_the_scale_of_a_plot_is_not_kept_from_before_its_past_was_read(healthy: worlds.World) -> None:
    lookout = Lookout(healthy.registry, healthy.log)
    whole = lookout.look(worlds.NOW).view
    lookout.close()
    (view,) = [each for each in whole.canaries if each.plots]
    high = tuple(replace(point, production=10 * (point.production or 1.0)) for point in view.plots[0].points)
    unread = tuple(replace(plot, points=high, unread=True) for plot in view.plots)
    app = ConsoleApp(healthy.runtime())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.screen.look is not None)
        app.screen._poller.stop()
        pane = app.screen.query_one(LivePane)
        pane.show(replace(view, plots=unread), whole)
        pane.show(view, whole)  # a scale that was in use would be kept for ten minutes
        own = tops_of((), view, whole, pane.size.width, pane.size.height - 1, pane.margin)
        assert [top.value for top in pane._tops] == [top.value for top in own]


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (10, 3), (29, 8), (500, 120)])
def test_a_terminal_of_any_size_gets_a_first_frame(size: tuple[int, int]) -> None:
    drawn = draw_screen(samples.fleet(), *size)
    assert (drawn.width, drawn.height) == size
    assert as_text(drawn, "dark", ColorSystem.TRUECOLOR, ascii_only=False).count("H\x1b[") <= size[1]


def test_a_registry_without_routes_has_a_first_frame() -> None:
    empty = FleetView(samples.NOW, SafeText("registry.toml"), SafeText("requests.db"), (), ())
    assert "registry.toml" in draw_screen(empty, 120, 36).text()[0]


def test_the_text_for_the_terminal_shows_the_canvas_in_the_colours_of_the_theme() -> None:
    screen = emulated(as_text(picture(30, 3), "dark", ColorSystem.TRUECOLOR, ascii_only=False), 30, 3)
    assert screen.display[1].rstrip() == "  error rate  1.4 %"
    cell, free = screen.buffer[1][2], screen.buffer[2][29]
    assert (cell.fg, cell.bg, cell.bold) == ("f6f8fb", "0e1116", True)
    assert free.bg == "0e1116"


def test_without_colour_and_unicode_the_text_has_neither() -> None:
    canvas = picture(30, 3)
    canvas.put(2, 2, "▲ suspect", "amber")
    text = as_text(canvas, "none", ColorSystem.TRUECOLOR, ascii_only=True)
    assert text.isascii()
    assert ";2;" not in text
    assert "38;" not in text


def test_a_terminal_of_256_colours_is_sent_no_others() -> None:
    style.cache_clear()  # a style remembers the colours of its first terminal, and a process has but one
    text = as_text(picture(30, 3), "light", ColorSystem.EIGHT_BIT, ascii_only=False)
    style.cache_clear()
    assert "38;5;" in text
    assert "38;2;" not in text


@pytest.mark.parametrize(
    ("environment", "theme", "expected"),
    [
        (TERMINAL, "", ("dark", ColorSystem.TRUECOLOR)),
        (TERMINAL | {"COLORTERM": "24bit"}, "console-light", ("light", ColorSystem.TRUECOLOR)),
        ({"TERM": "xterm-256color"}, "", ("dark", ColorSystem.EIGHT_BIT)),
        ({"TERM": "xterm-kitty"}, "", ("dark", ColorSystem.EIGHT_BIT)),
        (TERMINAL | {"NO_COLOR": ""}, "", ("none", ColorSystem.TRUECOLOR)),
        ({"TERM": "xterm"}, "", None),
        ({"TERM": "dumb"}, "", None),
        ({}, "", None),
        (TERMINAL, "nord", None),
        (TERMINAL | {"TEXTUAL_COLOR_SYSTEM": "256"}, "", None),
        (TERMINAL | {"TEXTUAL_DRIVER": "mine:Driver"}, "", None),
    ],
)
def test_nothing_is_drawn_where_the_library_might_draw_otherwise(
    environment: dict[str, str], theme: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "remembered", lambda _path: theme)
    assert module._colours(environment) == expected


def test_the_frame_stands_until_the_library_takes_it_over(terminal: Pty) -> None:
    with opening(picture, ascii_only=False) as opened:
        written = terminal.written().decode()
        assert written.startswith(ALTERNATE)
        assert "error rate" in "".join(emulated(written.removeprefix(ALTERNATE), 80, 24).display)
        assert not termios.tcgetattr(terminal.lower)[3] & termios.ECHO
        assert opened.take_over()
        assert terminal.is_as_before, "the library remembers these modes, and puts them back"
        assert not opened.take_over(), "after it was put to sleep and woken up it enters the screen itself"
    assert terminal.written() == b"", "whoever took it over leaves it"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_a_start_that_fails_leaves_the_terminal_as_it_was(terminal: Pty, error: type[BaseException]) -> None:
    with contextlib.suppress(error), opening(picture, ascii_only=False):
        raise error
    assert terminal.written().endswith(b"\x1b[?25h\x1b[?1049l")
    assert terminal.is_as_before


@pytest.mark.parametrize("number", module.SIGNALS)
def test_a_signal_while_the_library_is_loaded_leaves_as_q_does(terminal: Pty, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as left, opening(picture, ascii_only=False):
        signal.raise_signal(number)
    assert left.value.code == 128 + number
    assert terminal.written().endswith(b"\x1b[?1049l")
    assert terminal.is_as_before
    assert signal.getsignal(number) is before


def test_what_is_typed_meanwhile_is_not_shown_and_not_lost(terminal: Pty) -> None:
    with opening(picture, ascii_only=False) as opened:
        terminal.written()
        os.write(terminal.upper, b"j\r")
        assert terminal.written() == b""
        opened.take_over()
        raw = termios.tcgetattr(terminal.lower)
        raw[0] &= ~termios.ICRNL
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(terminal.lower, termios.TCSANOW, raw)
        assert os.read(terminal.lower, 10) == b"j\r"
        termios.tcsetattr(terminal.lower, termios.TCSANOW, terminal.modes)


def test_without_a_look_in_time_nothing_is_drawn(terminal: Pty) -> None:
    with opening(lambda _width, _height: None, ascii_only=False) as opened:
        assert terminal.is_as_before
        assert not opened.take_over()
    assert terminal.written() == b""


def test_where_the_library_would_not_write_to_a_terminal_nothing_is_drawn(
    terminal: Pty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "errors").open("w") as file:
        monkeypatch.setattr("sys.__stderr__", file)
        with opening(picture, ascii_only=False):
            assert terminal.written() == b""
    assert (tmp_path / "errors").read_text() == ""


async def test_the_driver_does_not_enter_a_screen_that_is_entered_already(terminal: Pty, healthy: worlds.World) -> None:
    """The library's own driver is asked for what it writes, without its threads."""
    said: list[str] = []
    opened = Opening(sys.__stderr__)  # type: ignore[arg-type]
    opened.show("")
    driver = taking_over(opened)
    assert driver is not None
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        made: Any = driver(ConsoleApp(healthy.runtime()), size=(80, 24))
        made._writer_thread = type("Writer", (), {"write": staticmethod(said.append)})()
        for text in (ALTERNATE, "\x1b[?25l", ALTERNATE):
            made.write(text)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert said == ["\x1b[?25l", ALTERNATE]


def clock() -> datetime:
    return worlds.NOW


def test_the_first_look_is_there_in_time_or_later(healthy: worlds.World) -> None:
    first = FirstLook(Lookout(healthy.registry, healthy.log), clock)
    look = first.result()
    assert look is first.within(0)
    assert look.view.routes


def test_a_first_look_that_takes_long_holds_nobody_up() -> None:
    waiting = FirstLook(_Slow(), clock)  # type: ignore[arg-type]
    assert waiting.within(0.01) is None
    waiting.lookout.go()  # type: ignore[attr-defined]
    assert waiting.result() == "the look"  # type: ignore[comparison-overlap]


def test_a_defect_of_the_first_look_is_raised_where_it_is_asked_for() -> None:
    broken = FirstLook(_Broken(), clock)  # type: ignore[arg-type]
    assert broken.within(10) is None
    with pytest.raises(ZeroDivisionError):
        broken.result()


class _Slow:
    def __init__(self) -> None:
        self._event = threading.Event()
        self.go = self._event.set

    def look(self, _now: datetime, *, quick: bool) -> str:
        assert quick
        self._event.wait(10)
        return "the look"


class _Broken:
    def look(self, _now: datetime, *, quick: bool) -> str:
        raise ZeroDivisionError


BEFORE_THE_FRAME = """
import json, os, sys
sys.path.insert(0, {root!r})
import console.cli.main, console.cli.open_console, console.tui.opening
from console.cli.settings import Settings

class Terminal:
    encoding = "utf-8"
    write, flush = sys.stdout.write, sys.stdout.flush
    def isatty(self):
        return True

def reached(draw, *, ascii_only):
    assert "error rate" in chr(10).join(draw(120, 36).text())
    from rich.style import Style
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

console.tui.opening.opening = reached
console.cli.open_console.PATIENCE_S = 30.0
console.cli.open_console.sys.stdin = console.cli.open_console.sys.stdout = Terminal()
console.cli.open_console.open_console(Settings(registry={registry!r}, log={log!r}))
"""
NOT_YET = (
    *("textual", "asyncio", "concurrent", "subprocess", "ssl", "http", "email", "logging", "sqlite_utils", "tomlkit"),
    *("anthropic", "openai", "genai_prices", "numpy", "statistics", "fractions", "difflib", "importlib.metadata"),
    *("console.actions.desk", "console.actions.planning", "console.catalog.contract", "console.triage"),
    *("console.compare", "console.regression", "console.preflight", "console.providers", "console.demo"),
    *("console.tui.app", "console.tui.widgets", "console.tui.screens", "console.tui.drawing.comparer"),
    *("console.tui.drawing.dialog", "console.guard.records", "console.registry.writing", "console.registry.editing"),
)
MOST_MODULES = 310
"""A quarter of a millisecond each."""


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(healthy: worlds.World) -> None:
    code = BEFORE_THE_FRAME.format(root=str(ROOT), registry=str(healthy.registry), log=str(healthy.log))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    early = {name for name in NOT_YET if any(each == name or each.startswith(f"{name}.") for each in loaded)}
    assert early == set()
    assert len(loaded) <= MOST_MODULES, "what is new here has the whole start wait for it"
