"""`console suite`: importing prints or writes a suite; checking says what is sound and what is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.cli.main import main
from console.regression import snapshots, suites
from console.regression.records import Snapshot
from console.text.clock import utc_now

SUITE = 'schema = 1\nroute = "support"\n[[case]]\nid = "a"\nprompt = "A?"\n[[case]]\nid = "b"\nprompt = "B?"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def suite(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["suite", *words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def written(place: Path, text: str = SUITE) -> Path:
    path = place / "suites" / "support.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def accept(path: Path, case: str, root: Path) -> Path:
    target = snapshots.path_of(suites.read(path, root), case)
    snapshots.write(target, Snapshot(case, "m", "m", utc_now().date(), "0" * 12, "none", ("yes",)))
    return target


def test_an_import_prints_a_suite_and_says_what_it_left_out(place: Path, suite: Any) -> None:
    (place / "p.jsonl").write_text('{"prompt": "A?", "extra": 1}\n')
    code, out, err = suite("import", "p.jsonl")
    assert code == 0
    assert suites.parse(out.encode(), Path("suites/p.toml")).cases[0].prompt == "A?"
    assert "left out, 1 time: the key extra" in err
    assert "1 case" in err
    assert not (place / "suites").exists()


def test_an_import_writes_where_it_is_told_to_and_never_over_a_suite(place: Path, suite: Any) -> None:
    (place / "p.jsonl").write_text('{"prompt": "A?"}\n')
    code, out, err = suite("import", "p.jsonl", "--to", "suites/support.toml", "--route", "support")
    assert (code, out) == (0, "")
    assert "1 case in suites/support.toml · accept today's answers: pytest --snapshot-update suites/support.toml" in err
    assert suites.read(place / "suites/support.toml").route == "support"
    code, _, err = suite("import", "p.jsonl", "--to", "suites/support.toml")
    assert code == 1
    assert "suites/support.toml is there already" in err


def test_read_only_writes_nothing(place: Path, suite: Any) -> None:
    (place / "p.jsonl").write_text('{"prompt": "A?"}\n')
    assert suite("import", "p.jsonl", "--to", "s.toml", "--read-only")[0] != 0
    assert not (place / "s.toml").exists()


def test_hostile_prompts_reach_no_terminal(place: Path, suite: Any) -> None:
    (place / "p.jsonl").write_text(json.dumps({"prompt": "a\x1b]0;owned\x07", "\x1b[31mkey": 1}) + "\n")
    code, out, err = suite("import", "p.jsonl")
    assert code == 0
    assert "\x1b" not in out + err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import",), "import takes one file"),
        (("import", "a", "b"), "import takes one file"),
        (("check", "--to", "x"), "--to and --route go with import"),
        (("check",), "there is no suite here"),
        (("import", "gone.jsonl"), "gone.jsonl: No such file"),
    ],
)
def test_wrong_calls_say_what_is_right(place: Path, suite: Any, words: tuple[str, ...], said: str) -> None:
    code, _, err = suite(*words)
    assert code == 2
    assert said in err


def test_a_check_finds_the_suites_and_says_what_is_accepted(place: Path, suite: Any) -> None:
    path = written(place)
    (place / "registry.toml").write_text("")
    accept(path, "a", place)
    gone = accept(path, "b", place).rename(place / "tests/__snapshots__/support/gone.llmsnap")
    (place / ".hidden").mkdir()
    (place / ".hidden" / "suites.toml").write_text(SUITE)
    code, out, err = suite("check")
    assert code == 0
    assert out.split("\n")[0].split() == ["suites/support.toml", "support", "2", "cases", "1", "accepted"]
    assert "no answer is accepted yet: b" in err
    assert "cases that are gone: gone" in err
    gone.unlink()
    document = json.loads(suite("check", "--json")[1])
    assert document["schema"] == 1
    assert document["suites"][0]["not_accepted"] == ["b"]


def test_what_is_unsound_ends_with_3_and_every_line(place: Path, suite: Any) -> None:
    path = written(place, SUITE + '[[case]]\nid = "B"\nprmpt = "x"\n')
    code, _, err = suite("check", "suites/support.toml")
    assert code == 3
    assert "suites/support.toml:11: " in err
    assert "did you mean prompt?" in err
    assert "upper and lower case only" in err
    path.write_text(SUITE)
    (place / "registry.toml").write_text("")
    snapshot = accept(path, "a", place)
    snapshot.write_text(snapshot.read_text().replace("yes", "no"))
    code, _, err = suite("check")
    assert code == 3
    assert "edited by hand" in err
