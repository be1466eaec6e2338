"""The theme that was chosen last opens the next console; a home that takes nothing costs nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console.tui.remembering import remember, remembered, theme_file
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.terminal_app import CRASHED, TerminalApp, run_app


class Visit(TerminalApp[None]):
    """An app in which somebody chooses `chosen`, and leaves."""

    def __init__(self, chosen: str = "", *, crashes: bool = False) -> None:
        super().__init__()
        self.seen, self._chosen, self._crashes = "", chosen, crashes

    def run(self, *_: object, **__: object) -> None:
        self.seen = self.theme
        if self._chosen:
            self.theme = self._chosen
        if self._crashes:
            self._return_code = CRASHED


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the console of this test keeps its theme; nothing is there yet."""
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))
    path = theme_file()
    assert path == tmp_path / "state" / "theme"
    return path


def opened_in(chosen: str = "") -> str:
    app = Visit(chosen)
    assert run_app(app) == 0
    return app.seen


def test_the_next_start_has_the_theme_that_was_chosen(own: Path) -> None:
    assert opened_in() == DARK_NAME
    assert opened_in(LIGHT_NAME) == DARK_NAME
    assert opened_in("nord") == LIGHT_NAME
    assert opened_in(DARK_NAME) == "nord"
    assert opened_in() == DARK_NAME


def test_the_file_is_for_this_user_alone(own: Path) -> None:
    opened_in(LIGHT_NAME)
    assert own.read_text(encoding="utf-8") == f"{LIGHT_NAME}\n"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert [path.name for path in own.parent.iterdir()] == ["theme"]


def test_who_chooses_nothing_writes_nothing(own: Path) -> None:
    opened_in()
    assert not own.parent.exists()
    opened_in(LIGHT_NAME)
    before = own.stat().st_mtime_ns, own.stat().st_ino
    opened_in()
    assert (own.stat().st_mtime_ns, own.stat().st_ino) == before


def test_a_theme_outlives_a_defect(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(Visit(LIGHT_NAME, crashes=True)) == CRASHED
    assert "a defect of ours" in capsys.readouterr().err
    assert opened_in() == LIGHT_NAME


@pytest.mark.parametrize("held", [b"", b"no-such-theme\n", b"\xff\xfe\x00", b"x" * 10_000, b"console-light\nmore"])
def test_what_names_no_theme_is_as_if_nobody_had_chosen(own: Path, held: bytes) -> None:
    own.parent.mkdir()
    own.write_bytes(held)
    assert opened_in() == DARK_NAME


def test_something_else_in_its_place_is_left_alone(own: Path) -> None:
    own.mkdir(parents=True)
    assert opened_in(LIGHT_NAME) == DARK_NAME
    assert own.is_dir()
    assert opened_in() == DARK_NAME


def test_a_pipe_in_its_place_is_not_waited_for(own: Path) -> None:
    own.parent.mkdir()
    os.mkfifo(own)
    assert remembered(own) == ""


def test_a_home_that_takes_nothing_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "file" / "state"))
    assert opened_in(LIGHT_NAME) == DARK_NAME
    monkeypatch.setenv("CONSOLE_STATE", "/proc/no/such")
    assert opened_in(LIGHT_NAME) == DARK_NAME


def test_without_a_home_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_STATE", "~nobody-of-that-name/state")
    assert theme_file() is None
    assert remembered(None) == ""
    remember(None, LIGHT_NAME)
