"""The page about running and reviewing: its session is what happens, its tables are complete."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml

from console.cli.main import group, main
from console.demo.standin.process import start
from console.regression.records import CLUSTERS, WORDS
from console.regression.reporting import FORMATS
from console.tui.review_keys import REVIEW_KEYS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/review.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example, as a newcomer copies it, and a stand-in without the waiting."""
    folder = tmp_path / "support"
    shutil.copytree(ROOT / "docs/examples/support", folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("console.demo.standin.process.start", lambda **_: start(scale=0.0))
    return folder


@pytest.mark.usefixtures("example")
def test_the_session_of_the_page_is_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    (session,) = blocks("console")
    command, *expected = session.splitlines()
    assert main(shlex.split(command.removeprefix("$ console "))) == 1
    captured = capsys.readouterr()
    said = f"{captured.err}{captured.out}".splitlines()
    for line in filter(None, expected):
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert any(re.fullmatch(pattern, each) for each in said), line


def test_every_command_of_the_page_is_one(example: Path) -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("console ")]
    commands += [step["run"] for step in _steps() if step.get("run", "").startswith("console ")]
    assert len(commands) >= 8
    for line in commands:
        verb, *words = shlex.split(line, comments=True)[1:]
        found = group.get_command(click.Context(group), verb)
        assert found is not None
        found.make_context(verb, words)  # raises for an option that is not there


def _steps() -> list[dict[str, str]]:
    (workflow,) = blocks("yaml")
    steps: list[dict[str, str]] = yaml.safe_load(workflow)["jobs"]["regress"]["steps"]
    return steps


@pytest.mark.usefixtures("example")
def test_the_workflow_runs_the_suite_and_shows_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, summary = (step["run"] for step in _steps() if "regress" in step.get("run", ""))
    assert main([*shlex.split(run)[1:], "--stand-in"]) == 1
    shown = tmp_path / "summary.md"
    subprocess.run(["sh", "-ec", summary], check=True, env={"GITHUB_STEP_SUMMARY": str(shown), "PATH": "/usr/bin:/bin"})
    assert "## Regression suite `support`" in shown.read_text()
    assert {path.name for path in Path().glob("regress.*")} == {"regress.md", "regress.xml", "regress.html"}


@pytest.mark.parametrize(
    "words",
    [lambda: WORDS, lambda: filter(None, CLUSTERS), lambda: FORMATS, lambda: ["a", "r", "s", "A", "R", "S", "u"]],
    ids=["words", "clusters", "reports", "keys"],
)
def test_the_tables_are_complete(words: Callable[[], list[str]]) -> None:
    for word in words():
        assert f"`{word}`" in PAGE, word


def test_the_keys_of_the_page_are_those_of_the_screen() -> None:
    table = PAGE.partition("| key | |")[2].partition("\n\n")[0]
    named = {key for row in table.splitlines()[2:] for key in re.findall(r"`([^`]+)`", row.split("|")[1])}
    have = {part for key in REVIEW_KEYS for part in key.shown.split()}
    assert named <= have
