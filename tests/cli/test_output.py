"""The two ways out: data on stdout, words on stderr, both neutral, in whatever encoding and terminal there is."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
from pexpect.fdpexpect import fdspawn

from console.cli import diagnostics, output
from console.cli.open_console import is_ascii_only
from console.cli.settings import Settings
from console.domain.errors import EXIT_INVALID, LogInvalid
from console.text.ascii import ascii_only, is_c_locale
from tests import warm

ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    """Text that says it is shown on a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Figures:
    share: float
    name: str


def test_json_has_its_schema_first_and_only_what_json_knows(capsys) -> None:
    output.emit_json({"a": math.inf, "b": [math.nan, 1.5], "c": Figures(-math.inf, "x"), "d": ("t",), "e": Path("/x")})
    text = capsys.readouterr().out
    assert text.lstrip().startswith('{\n  "schema": 1')
    assert json.loads(text) == {
        "schema": 1,
        "a": None,
        "b": [None, 1.5],
        "c": {"share": None, "name": "x"},
        "d": ["t"],
        "e": "/x",
    }


def test_json_is_ascii_whatever_is_in_it(capsys) -> None:
    output.emit_json({"text": "é \x1b]0;x\x07 \u202e \ud800"})
    assert capsys.readouterr().out.isascii()


def test_styles_are_codes_on_a_terminal_and_nothing_else_where(monkeypatch, capsys) -> None:
    output.emit_styled([("a", "bad"), ("b", "")])
    assert capsys.readouterr().out == "ab\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    output.emit_styled([("a\nb", "bad"), ("c", "")])
    assert terminal.getvalue() == "\x1b[1;31ma\x1b[0m\n\x1b[1;31mb\x1b[0mc\n"


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_who_gets_colour(monkeypatch, environment, coloured) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert output.has_colour() is coloured


def test_a_style_is_no_way_around_the_neutraliser(monkeypatch, capsys) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output.emit_styled([("x\x1b[31my", "bad")])
    assert capsys.readouterr().out == "\x1b[1;31mx␛[31my\x1b[0m\n"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("● ◆ ✓ ■ ▲ ‖ ≈ → ×", "* + v # ! = ~ > x"),
        ("5 → 25 % · −2.4 – “why” …", '5 > 25 % - -2.4 - "why" .'),
        ("café naïve", "cafe naive"),
        ("e\u0301", "e"),
        ("日本", "??"),
    ],
)
def test_ascii_stand_ins(text, plain) -> None:
    assert ascii_only(text) == plain


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),  # a container: its terminal is somewhere else
        ({"LC_ALL": "C"}, True),
        ({"LC_ALL": "POSIX", "LANG": "de_AT.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "C"}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # what Python makes of LANG=C alone, and some people do
        ({"LC_ALL": "en_US.UTF-8", "LANG": "C"}, False),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, False),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
        ({"LC_ALL": "C", "PYTHONUTF8": "0"}, True),
        ({"LC_ALL": "C", "TERM": "dumb"}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_a_c_locale_knows_ascii_only(environment: dict[str, str], expected: bool) -> None:
    assert is_c_locale(environment) is expected


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "* 5 > 25 %\n"), (False, "● 5 → 25 %\n")])
def test_in_a_c_locale_a_terminal_gets_ascii_and_a_pipe_what_there_is(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, shown: str
) -> None:
    for name, value in (("LC_ALL", "C"), ("PYTHONIOENCODING", ""), ("PYTHONUTF8", "0")):
        monkeypatch.setenv(name, value)
    streams = {name: Terminal() for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(stream, "isatty", lambda: is_terminal)
        monkeypatch.setattr(sys, name, stream)
    output.emit("● 5 → 25 %")
    diagnostics.say("● 5 → 25 %")
    assert [stream.getvalue() for stream in streams.values()] == [shown, shown]
    assert is_ascii_only(Settings())
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert not is_ascii_only(Settings())
    assert is_ascii_only(Settings(ascii=True))


def test_an_error_has_its_hint_and_its_exit_code(capsys) -> None:
    assert diagnostics.fail(LogInvalid("it is\x1b[31m locked", "Wait.")) == EXIT_INVALID
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: it is␛[31m locked\nWait.\n"


def test_progress_is_written_over_and_leaves_nothing(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    with diagnostics.progress() as line:
        line.show("one\x1b[31m\ntwo")
        line.show("x" * 100)
    written = terminal.getvalue()
    assert "\n" not in written
    assert "\x1b" not in written
    assert max(len(part) for part in written.split("\r")) <= 39
    assert written.endswith("\r" + " " * 39 + "\r")


def test_progress_says_nothing_where_there_is_no_terminal(capsys) -> None:
    with diagnostics.progress() as line:
        line.show("3 of 9 compared")
    assert capsys.readouterr().err == ""


def test_nobody_is_asked_without_a_terminal(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert diagnostics.can_ask() is False


def test_an_interrupted_comparison_ends_at_once_and_takes_its_stand_in_along(world) -> None:
    child = warm.Process(["compare", "[long] hello", "--stand-in"], {**os.environ}, world.folder)
    deadline = time.monotonic() + 30
    while "comparing" not in child.err:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.signal(signal.SIGINT)
    assert child.end(30) == 130
    assert "Traceback" not in child.err
    assert child.out == ""


def test_progress_of_a_comparison_on_a_terminal(world) -> None:
    words = ["compare", "Where is my parcel?", "--stand-in"]
    child = warm.Spawned(words, {**os.environ, "TERM": "xterm-256color"}, (34, 118), str(world.folder))
    said = fdspawn(child.child_fd, encoding="utf-8", timeout=60)
    said.expect("claude-sonnet-4-5-20250929 waiting · claude-sonnet-5-5 waiting")
    said.expect("[0-9]+ characters")
    said.expect("stand-in answers")
    said.expect(pexpect.EOF)
    assert child.ended(30) == 0
    child.close()
