"""`console review` without a terminal: what it lists, decides, undoes, writes, and what it says instead of a screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from console.cli.main import main
from console.regression import snapshots
from tests.regression.conftest import Result
from tests.regression.review_world import ANSWERED, NEW, World, make_world


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = make_world(tmp_path)
    monkeypatch.setenv("CONSOLE_STATE", str(made.state))
    monkeypatch.setenv("CONSOLE_ACTOR", "olga@desk")
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def review(world: World, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        capsys.readouterr()
        code = main(["review", str(world.suite_path), *words])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def decided(world: World) -> dict[str, str]:
    return {case: each.what for case, each in world.review().decisions().items()}


def test_without_a_terminal_it_names_the_commands(review, world: World) -> None:
    result = review()
    assert result.code == 2
    assert "a review needs a terminal" in result.err
    for word in ("--list", "--accept CASE", "--reject CASE"):
        assert word in result.err


def test_every_decision_says_how_far_the_review_is(review, world: World) -> None:
    assert "1 of 6 cases decided; `--list` names the rest" in review("--reject", "thanks").err
    everything = ("too-long", "refund-damaged", "refund-opened", "order-json", "greeting")
    result = review(*(word for case in everything for word in ("--skip", case)))
    assert "6 cases decided; `--record FILE.md` writes the record for the pull request" in result.err


def test_who_leaves_the_screen_is_told_what_is_left(review, monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    monkeypatch.setattr("console.tui.review_app.run", lambda desk, **_: desk.decide("rejected", "thanks", 1) or 0)
    result = review()
    assert result.code == 0
    assert "1 of 6 cases decided; the same command goes on" in result.err


def test_the_list_is_clusters_first_worst_first(review, world: World) -> None:
    review("--reject", "thanks")
    result = review("--list")
    rows = [line.split() for line in result.out.splitlines()]
    assert [row[0] for row in rows] == ["cluster", "requirements", "facts", "facts", "shape", "tone", "tone"]
    assert "6 cases changed, 5 not decided" in result.err
    assert next(row for row in rows if "thanks" in row)[2] == "rejected"


def test_accept_writes_the_snapshot_and_says_where(review, world: World) -> None:
    result = review("--accept", "refund-damaged")
    assert result.code == 0
    path = world.snapshot("refund-damaged")
    assert f"accepted refund-damaged: {path}" in result.err
    snapshot = snapshots.read(path)
    assert snapshot is not None
    assert (snapshot.answers, snapshot.model) == ((ANSWERED,), NEW)


def test_everything_of_one_command_is_undone_together(review, world: World) -> None:
    review("--skip", "order-json")
    review("--accept", "thanks", "--reject", "greeting", "--reject-cluster", "facts")
    assert decided(world) == {
        "order-json": "skipped", "thanks": "accepted", "greeting": "rejected",
        "refund-damaged": "rejected", "refund-opened": "rejected",
    }  # fmt: skip
    assert "thanks (accepted)" in review("--undo").err
    assert decided(world) == {"order-json": "skipped"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--accept", "thanks", "--accept", "nope"), "no case 'nope'"),
        (("--accept", "thanks", "--reject", "thanks"), "decided twice"),
        (("--accept", "thanks", "--accept-cluster", "fact"), "no cluster 'fact'"),
        (("--accept", "same-as-ever"), "nothing to decide"),
        (("--accept", "thanks", "--read-only"), "--read-only"),
        (("--undo",), "no decision to undo"),
    ],
)
def test_a_mistake_decides_nothing_at_all(review, world: World, words: tuple[str, ...], message: str) -> None:
    result = review(*words)
    assert result.code in (1, 2)
    assert message in result.err
    assert decided(world) == {}


def test_accepting_what_breaks_a_requirement_is_said(review, world: World) -> None:
    assert "not as the case requires: too-long" in review("--accept", "too-long").err


def test_the_record_is_written_with_what_this_command_decided(review, world: World, tmp_path: Path) -> None:
    result = review("--accept", "thanks", "--record", "decisions.md")
    assert "written: decisions.md" in result.err
    page = (tmp_path / "decisions.md").read_text()
    assert "**1** accepted" in page
    assert "`olga@desk`" in page


def test_json_has_the_answers_the_decisions_and_where_the_snapshots_are(review, world: World) -> None:
    document = json.loads(review("--accept", "thanks", "--json").out)
    found = {case["id"]: case for case in document["cases"]}
    assert found["thanks"]["decision"]["what"] == "accepted"
    assert found["greeting"]["decision"] is None
    assert found["thanks"]["snapshot"] == str(world.snapshot("thanks"))
    assert document["not_decided"] == 5
    assert [cluster["name"] for cluster in document["clusters"]] == ["requirements", "facts", "shape", "tone"]


def test_no_run_says_how_to_make_one(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    other = world.suite_path.with_name("other.toml")
    other.write_text('schema = 1\n[[case]]\nid = "a"\nprompt = "q"\n')
    assert main(["review", str(other), "--list"]) == 2
    assert "console regress" in capsys.readouterr().err
