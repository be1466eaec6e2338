"""The page of triage: its examples give what it says, and its fields are those the command knows."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from console.cli.main import main
from console.cli.triage_pairs import PairLine, pairs_of
from console.triage.records import Requirements

PAGE = (Path(__file__).parents[2] / "docs" / "triage.md").read_text("utf-8")


def block(language: str) -> str:
    """The first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_session_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = block("console").removeprefix("$ ").split("\n$ ")
    shown, _, pairs = first.partition("\n")
    command, _, printed = second.partition("\n")
    assert shown == "cat pairs.jsonl"
    (tmp_path / "pairs.jsonl").write_text(f"{pairs}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(command.split()[1:]) == 1
    assert capsys.readouterr().out == printed


def test_the_python_of_the_page_holds() -> None:
    exec(compile(block("python"), "docs/triage.md", "exec"), {})


def test_every_field_of_the_page_is_read() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    values: dict[str, object] = dict.fromkeys(names, "x")
    values |= {"tools_old": [{"name": "f"}], "tools_new": [{"name": "f"}], "schema": {"type": "object"}, "max_words": 3}
    (pair,) = pairs_of(io.BytesIO(json.dumps(values).encode()))
    assert isinstance(pair, PairLine)
    assert (pair.name, pair.prompt, pair.old, pair.new, pair.old_error, pair.new_error) == tuple("xxxxxx")
    assert len(pair.old_tools) == len(pair.new_tools) == 1
    assert pair.requirements == Requirements(("x",), ("x",), {"type": "object"}, 3, "x")
