"""The first run in a folder without a registry: what is offered, and that nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.registry.reading import read

CODE = 'client.messages.create(model="claude-sonnet-4-5-20250929", max_tokens=10, messages=[])\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(CODE)
    return folder


@pytest.mark.parametrize("size", [(60, 20), (100, 30)])
def test_the_registry_that_is_shown_is_written_and_opened(
    console_in: Callable[..., Any], project: Path, size: tuple[int, int]
) -> None:
    console = console_in(project, size=size)
    console.wait("There is no registry.toml here yet")
    console.wait("write this one, 1 route and 1 model")
    console.press("y")
    console.wait("NO DATA")
    assert list(read(project / "registry.toml").registry.models) == ["claude-sonnet-4-5-20250929"]
    console.press("q")
    assert console.end() == 0
    assert console.restored
    assert (project / "app.py").read_text() == CODE


def test_a_click_on_a_button_does_what_its_key_does(console_in: Callable[..., Any], project: Path) -> None:
    console = console_in(project)
    console.wait("write this one")
    row = next(y for y, line in enumerate(console.lines) if "Leave  q" in line)
    column = console.lines[row].index("Leave") + 1
    console.press(f"\x1b[<0;{column};{row + 1}M\x1b[<0;{column};{row + 1}m")
    assert console.end() == 0
    assert not (project / "registry.toml").exists()


def test_without_a_model_id_it_says_so_and_writes_nothing(console_in: Callable[..., Any], tmp_path: Path) -> None:
    console = console_in(tmp_path)
    console.wait("–   no model id was found in 0 files")  # no key is offered for what cannot be done
    console.wait("start it in the folder that holds the application's code")
    console.type("y")
    console.wait("no model id was found")
    console.press("q")
    assert console.end() == 0
    assert list(tmp_path.iterdir()) == []


def test_read_only_writes_nothing(console_in: Callable[..., Any], project: Path) -> None:
    console = console_in(project, "--read-only")
    console.wait("write this one")
    console.type("y")
    console.press("q")
    assert console.end() == 0
    assert not (project / "registry.toml").exists()


def test_a_registry_that_appeared_meanwhile_is_not_overwritten(console_in: Callable[..., Any], project: Path) -> None:
    console = console_in(project)
    console.wait("write this one")
    (project / "registry.toml").write_text("mine")
    console.press("y")
    assert console.end() == 1
    assert "already there" in console.text
    assert (project / "registry.toml").read_text() == "mine"


def test_the_demo_is_one_key_away(console_in: Callable[..., Any], project: Path) -> None:
    six_hours = {"console.demo.world.HISTORY_DAYS": 0.25}  # the rollout began five hours ago
    console = console_in(project, size=(120, 36), constants=six_hours)
    console.wait("a simulated world")
    console.press("d")
    console.wait("WATCHING|PASS|UNDECIDED", within_s=30)
    console.press("q")
    assert console.end(within_s=20) == 0
    assert sorted(path.name for path in project.iterdir()) == ["app.py"]


def test_a_registry_that_was_named_and_is_missing_stays_an_error(console_in: Callable[..., Any], project: Path) -> None:
    console = console_in(project, "--registry", "wrong.toml")
    assert console.end() == 3
    assert "wrong.toml: there is no such file" in console.text


def test_hostile_names_are_shown_as_text(console_in: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b]0;owned\x07[@click=app.quit]x"
    folder.mkdir()
    (folder / "app.py").write_text(CODE)
    console = console_in(folder, size=(200, 50))
    console.wait("write this one")
    assert b"owned\x07" not in console.raw
    console.press("q")
    assert console.end() == 0
