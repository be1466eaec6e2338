"""Every field from outside holds text that acts on terminals: none of it acts, on any screen, in any dialog.

What the real command writes to a real terminal is taken apart: once the sequences that draw the screen are removed,
nothing may be left but printable text. Then the files are compared: nothing was done. One console walks through
everything with all payloads at once, since starting it costs more than looking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.spine import hostile
from tests.spine.hostile import ALL, CONTROLS, LETTERS, MARKUP, PAYLOADS, assert_tame, literal, named


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hostile.Hostile]:
    world = hostile.make(tmp_path_factory.mktemp("hostile"))
    yield world
    world.close()


@pytest.fixture
def registry(made: hostile.Hostile) -> Iterator[Path]:
    whole = made.registry.read_bytes()
    yield made.registry
    made.registry.write_bytes(whole)


@pytest.fixture
def log(made: hostile.Hostile) -> Path:
    return made.log


def leave(console: Any) -> None:
    """Leave the console as a person does, and look at all that it ever wrote."""
    console.wait("q quit")
    console.press("q")
    assert console.end(within_s=30.0) == 0
    assert console.restored
    assert_tame(console.raw)


def press(console: Any, *keys: str) -> None:
    """Press one key after the other, each when the one before has been drawn."""
    for key in keys:
        console.press(key)
        console.watch(0.05)


def opened(console: Any, key: str, shown: str, *then: str) -> None:
    """Open what `key` opens, look at it, and leave it."""
    console.press(key)
    console.wait(shown, within_s=20.0)
    press(console, *then)
    console.press("\x1b")
    console.wait(lambda text: not re.search(shown, text))


def test_the_check_itself_finds_what_it_looks_for() -> None:
    for name in ("ctrl", "c1", "c0", "uni", "surr"):
        with pytest.raises(AssertionError):
            assert_tame(b"\x1b[1;1H" + PAYLOADS[name].encode("utf-8", "surrogatepass"))
    assert_tame("\x1b[12;3H\x1b[1;38;2;1;2;3;48;2;4;5;6m␛[31mRED ◆\x1b[0m\r\n".encode())


def test_every_screen_dialog_toast_and_error_shows_text_from_outside_as_text(
    open_console: Callable[..., Any], made: hostile.Hostile
) -> None:
    before, known = made.registry.read_bytes(), made.entries()
    console = open_console(size=(200, 50), environment=made.environment())
    console.wait("h history")
    _look_around(console)
    _dialogs(console)
    _pages(console)
    assert made.registry.read_bytes() == before
    assert made.entries() == known
    _edits_from_outside(console, made, before, len(known))
    seen = console.raw.decode("utf-8", "replace")
    assert [letters for letters in LETTERS if letters not in seen] == []
    leave(console)


def _look_around(console: Any) -> None:
    """Every pane with every route, at three sizes."""
    press(console, "1", *"j" * (len(ALL) + 1), "2", "m", "3")
    console.resize(80, 24)
    console.wait("1 Registry")
    press(console, "1", *"k" * (len(ALL) + 1), "3", "2", *"j" * len(ALL))
    console.resize(120, 36)
    console.wait("3 Comparer")
    press(console, "1", *"k" * (len(ALL) + 1))


def _dialogs(console: Any) -> None:
    """Those of every route, with the hostile models, shares and reasons that they are about."""
    opened(console, "%", "Continue  enter")
    for number, _ in enumerate(ALL):
        if number % 2 == 0:
            opened(console, "p", "Cancel  esc")
        else:  # held
            opened(console, "e", "Cancel  esc")
            opened(console, "s", "there is no such file")  # on a screen of its own, with the name of the suite
        opened(console, "r", "Cancel  esc")
        if number == len(ALL) - 1:
            opened(console, "o", "Hold  enter")
            opened(console, "d", "Cancel  esc")
            console.press("v")
            console.wait("there is no such file")  # in a toast
        press(console, "j")
    _preflight(console)
    opened(console, "u", "Cancel  esc")


def _preflight(console: Any) -> None:
    """The question for a model and a reason, and the dialog behind it with what the model would reject and change."""
    console.press("c")
    console.wait("Continue  enter")
    console.watch(0.3)
    console.press("\r")
    console.watch(0.3)
    console.type("".join(MARKUP), "\r")
    console.press("\r")
    console.wait("may reject temperature")
    console.wait("canary_percentage = 5")
    console.press("\x1b")
    console.wait(lambda text: "Cancel  esc" not in text)


def _pages(console: Any) -> None:
    """History, requests, help, palette and filter."""
    opened(console, "h", "esc back", *"j" * len(ALL))
    opened(console, "l", "slowest first", *"jj", "\t", *"m" * 9, *"jj")
    opened(console, "?", "▌ Help ")  # "esc back" may still stand there from the screen before
    opened(console, "\x10", "Search for commands")
    opened(console, "/", "esc shows all", *"BOLD")


def _edits_from_outside(console: Any, made: hostile.Hostile, whole: bytes, known: int) -> None:
    """Invalid files are quoted in the row of problems and in toasts; edits by hand are told; then the log breaks."""
    for number, payload in enumerate((CONTROLS[0], "".join(CONTROLS[1:]), "".join(MARKUP))):
        edited = whole + f"[models.{literal(named(payload, f'm{number} '))}]\nreason = {literal(payload)}\n".encode()
        made.registry.write_bytes(edited + f"{literal(payload)} = {literal(payload)}\n".encode())
        console.wait("▲ ")
        if number == 0:
            press(console, "k", "r")
            console.wait("Nothing was written")
        made.registry.write_bytes(edited + b"pinned_date = 2026-05-15\n")
        console.wait_for(lambda wanted=known + number + 1: len(made.entries()) == wanted)
        console.watch(0.3)  # it is told in a toast
    assert "edited by hand" in made.history()[0]
    assert {entry[1] for entry in made.entries()[:3]} == {"external"}
    kept = made.log.read_bytes()
    for file in made.log.parent.glob("log*"):
        file.unlink()
    made.log.write_bytes(b"this is no database " * 500)
    console.wait("× ERROR")
    made.log.write_bytes(kept)
    made.registry.write_bytes(whole)


def ask(console: Any, prompt: str, shown: str) -> None:
    """Ask both models, until the screen shows `shown`."""
    for _ in range(5):  # a screen that was drawn a moment ago may not take keys yet
        console.press("\x7f" * 10)
        console.watch(0.2)
        console.press(prompt)
        console.watch(0.5)
        if prompt in console.text.splitlines()[-2]:
            break
    console.wait(lambda text: prompt in text.splitlines()[-2])
    console.press("\r")
    console.wait(shown, within_s=20.0)


def test_answers_errors_past_comparisons_and_reviews_are_shown_as_text(
    open_console: Callable[..., Any], made: hostile.Hostile
) -> None:
    before, known = made.registry.read_bytes(), made.entries()
    console = open_console(size=(120, 36), environment=made.environment())
    console.wait("11 routes")  # before the first look there is no model to ask
    press(console, "/", *"support", "\r")
    console.wait("esc all routes")
    console.press("\r")
    console.wait("esc back")
    ask(console, "answer", r"␛\[31mRED")
    press(console, *["\x1b[6~"] * 3)
    ask(console, "fail", r"400|invalid")
    ask(console, "short", r"list\[/usr/bin\]")
    console.press("\x0f")
    console.wait("Comparisons")
    press(console, *["\x1b[B"] * 2, *"RED", "\x1b")
    console.wait(lambda text: "Comparisons" not in text)
    console.press("\x13")
    console.wait("Save as case")
    console.press("\x1b")
    console.wait(lambda text: "Save as case" not in text)
    console.press("\x1b")
    console.wait("esc all routes")
    console.press("v")
    console.wait("accept as snapshot", within_s=20.0)
    press(console, *"j" * len(ALL), "d", "i", "i", "?")
    console.wait("esc back")
    console.press("\x1b")
    console.wait("accept as snapshot")
    console.press("\x1b")
    console.wait("esc all routes")
    _suite(console)
    assert made.registry.read_bytes() == before
    assert [entry for entry in made.entries() if entry not in known and entry[1] != "external"] == []
    leave(console)


def _suite(console: Any) -> None:
    """A suite is planned, run, and what it found is listed; its help is read."""
    console.press("s")
    console.wait(r"answers? to get")
    press(console, "?")
    console.wait("accept or reject what changed")
    console.press("\x1b")
    console.wait(r"answers? to get")
    console.press("\r")
    console.wait(r"\d+ of \d+ cases changed")
    console.wait("v review")
    console.press("\x1b")
    console.wait("esc all routes")
