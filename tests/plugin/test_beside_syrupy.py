"""Two plugins with snapshots: one flag, and neither deletes what is the other's."""

from __future__ import annotations

from typing import Any

import pytest

USES_SYRUPY = "def test_a(snapshot):\n    assert 'a' == snapshot\n"


@pytest.fixture
def beside(project: Any) -> Any:
    """A test with a snapshot of syrupy's, and one of ours in the same folder."""
    project.write("tests/test_a.py", USES_SYRUPY)
    return project.write("tests/__snapshots__/support/greeting.llmsnap", "ours")


def test_updating_syrupys_snapshots_keeps_ours(project: Any, beside: Any) -> None:
    ran = project.pytest("--snapshot-update")
    assert ran.code == 0, ran.out
    assert (project.folder / "tests/__snapshots__/test_a.ambr").exists()
    assert beside.read_text() == "ours"


def test_without_the_plugin_syrupy_would_delete_them(project: Any, beside: Any) -> None:
    """What the test above guards against really happens."""
    project.pytest("-p", "no:console.plugin", "--snapshot-update")
    assert not beside.exists()


def test_what_syrupy_was_told_to_ignore_stays_ignored(project: Any, beside: Any) -> None:
    other = project.write("tests/__snapshots__/notes.txt", "kept")
    ran = project.pytest("--snapshot-update", "--snapshot-ignore-file-extensions=txt")
    assert ran.code == 0, ran.out
    assert beside.exists()
    assert other.exists()


def test_ours_are_no_unused_snapshots_of_syrupys(project: Any, beside: Any) -> None:
    project.pytest("--snapshot-update")
    ran = project.pytest()
    assert ran.code == 0, ran.out
    assert "snapshots unused" not in ran.out
    assert "1 snapshot passed" in ran.out


@pytest.mark.parametrize("order", [("syrupy", "console.plugin"), ("console.plugin", "syrupy")])
def test_the_flag_is_declared_once_whichever_is_loaded_first(project: Any, order: tuple[str, str]) -> None:
    project.write("tests/test_a.py", "def test_a(pytestconfig):\n    assert pytestconfig.option.update_snapshots\n")
    words = [word for name in order for word in ("-p", name)]
    assert project.pytest(*words, "--snapshot-update").counts == {"passed": 1}


def test_the_flag_is_there_without_syrupy(project: Any) -> None:
    project.write("tests/test_a.py", "def test_a(pytestconfig):\n    assert pytestconfig.option.update_snapshots\n")
    ran = project.pytest("-p", "no:syrupy", "--snapshot-update")
    assert ran.counts == {"passed": 1}, ran.out
