"""The page about suites and its example: what they show is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from console import plugin
from console.regression import snapshots, suites
from console.regression.case_keys import case_keys, suite_keys

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs/examples/support"
PAGE = (ROOT / "docs/suites.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def keys_of(title: str) -> set[str]:
    table = PAGE.partition(title)[2].partition("\n\n")[2].partition("\n\n")[0]
    return {key for row in table.splitlines()[2:] for key in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.fixture
def example(project: Any) -> Any:
    """The example, copied as a newcomer copies it."""
    shutil.rmtree(project.folder)
    shutil.copytree(EXAMPLE, project.folder, ignore=shutil.ignore_patterns("__pycache__"))
    return project


def test_the_session_of_the_page_is_what_happens(example: Any) -> None:
    (session,) = blocks("console")
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)
    assert len(parts) == 5
    for command, shown in zip(parts[1::2], parts[2::2], strict=True):
        words = shlex.split(command)
        assert words[0] == "pytest"
        ran = example.pytest(*words[1:], "-p", "no:asyncio", ANTHROPIC_API_KEY="")
        pattern = "".join(
            r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown.splitlines()
        )
        assert re.fullmatch(pattern, ran.out.rstrip("\n") + "\n"), ran.out
    assert example.provider.asked == []


def test_the_example_accepts_answers_of_a_model_in_place_of_the_invented_ones(example: Any) -> None:
    example.provider.answer_to = lambda body: '{"intent": "x", "reply": "Within 30 days.", "needs_human": false}'
    assert example.pytest("-p", "no:asyncio").counts["failed"] == 5
    assert example.pytest("-p", "no:asyncio", "--snapshot-update").counts == {"passed": 6}
    assert example.pytest("-p", "no:asyncio").counts == {"passed": 6}
    assert not any("stand_in" in path.read_text("utf-8") for path in example.folder.rglob("*.llmsnap"))


def test_the_suites_of_the_page_are_suites() -> None:
    (text,) = blocks("toml")
    suite = suites.parse(text.encode(), ROOT / "suites" / "support.toml")
    assert [case.id for case in suite.cases] == ["return-after-three-weeks", "classified"]


def test_the_tests_of_the_page_run(project: Any) -> None:
    (code,) = blocks("python")
    project.write("tests/test_support.py", code)
    project.provider.answer_to = lambda body: "You can return any item within 30 days of delivery."
    assert project.pytest("--snapshot-update").counts == {"passed": 3}
    assert project.pytest("--strict-markers").counts == {"passed": 3}
    assert (project.folder / "tests/__snapshots__/test_support/test_returns.llmsnap").exists()


def test_the_snapshot_of_the_page_has_the_form_of_one() -> None:
    (shown,) = (block for block in blocks("text") if block.startswith("+++"))
    body = shown.partition('"\n+++ answer')[1].removeprefix('"\n') + shown.partition('"\n+++ answer')[2]
    found = snapshots.parse(
        re.sub(r'sha256 = "\w+"', f'sha256 = "{snapshots._digest(body.encode())}"', shown).encode(), "page"
    )
    assert found.case == "classified"
    assert found.answers == ('{"intent": "greeting"}', '{"intent": "small talk"}')


def test_the_tables_of_the_page_are_complete() -> None:
    assert keys_of("At the top of the file:") == set(suite_keys()) - {"case"}
    assert keys_of("In a `[[case]]`:") == set(case_keys(ROOT))
    options = set(re.findall(r"^\| `(--[\w-]+)", PAGE, re.MULTILINE))
    assert options == {name for name, _ in plugin._OPTIONS}
