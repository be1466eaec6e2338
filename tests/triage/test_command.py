"""`console triage` as a command: files, stdin, bad lines, requirements, the report, exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.cli.main import main
from console.cli.triage_pairs import BadLine, PairLine, pairs_of

ROOT = Path(__file__).resolve().parents[2]
SAME = {"id": "same", "prompt": "", "output_old": "All good.", "output_new": "All  good."}
FINE = {"id": "fine", "prompt": "", "output_old": "You don't need it.", "output_new": "You do not need it."}
BAD = {"id": 7, "prompt": "How many?", "output_old": "The answer is 42.", "output_new": "The answer is 24."}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """`run(lines, *options)` gives exit code, the documents on stdout, and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(lines: list[object], *options: str) -> tuple[int, list[dict[str, Any]], str]:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n"
        (tmp_path / "pairs.jsonl").write_text(text, "utf-8")
        code = main(["triage", "pairs.jsonl", *options])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return call


def test_a_line_out_for_a_line_in(run) -> None:
    code, out, err = run([SAME, FINE, BAD])
    assert code == 1
    assert [(one["id"], one["verdict"]) for one in out] == [("same", "same"), ("fine", "acceptable"), (7, "worrying")]
    assert out[2]["reasons"] == ["stated answer changed: 42 → 24"]
    assert out[2]["score"] == 0.9
    assert all({"id", "verdict", "score", "reasons"} <= set(one) for one in out)
    assert "3 judged · 1 same · 1 acceptable · 1 worrying" in err


def test_nothing_worrying_is_good(run) -> None:
    assert run([SAME, "", FINE])[0] == 0


def test_a_pair_without_id_is_named_by_its_line(run) -> None:
    _, out, _ = run(["", {"output_old": "a", "output_new": "a"}])
    assert out[0]["id"] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nope", "is not JSON"),
        ("[1]", "is no JSON object"),
        ("[" * 5_000, "is not JSON"),
        ({"output_old": "a"}, "has no output_new"),
        ({"output_old": 1, "output_new": "a"}, "output_old must be text"),
        ({**SAME, "prompt": ["x"]}, "prompt must be text"),
        ({**SAME, "max_words": "3"}, "max_words must be a whole number"),
        ({**SAME, "max_words": True}, "max_words must be a whole number"),
        ({**SAME, "schema": []}, "schema must be a JSON schema"),
        ({**SAME, "must_include": [1]}, "must_include must be a list of texts"),
        ({**SAME, "must_include": {"a": 1}}, "must_include must be a list of texts"),
        ({**SAME, "tools_new": "f"}, "tools_new must be a list of calls"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(run, line: object, told: str) -> None:
    code, out, err = run([SAME, line, BAD])
    assert code == 2
    assert f"pairs.jsonl:2: {told}" in err
    assert "--skip-bad" in err
    assert len(out) == 1
    code, out, err = run([SAME, line, BAD], "--skip-bad")
    assert code == 1
    assert f"pairs.jsonl:2: {told}" in err
    assert [one["id"] for one in out] == ["same", 7]
    assert "1 line left out" in err


def test_only_the_first_bad_lines_are_told(run) -> None:
    _, _, err = run([SAME, *["nope"] * 30], "--skip-bad")
    assert err.count("is not JSON") == 10
    assert "30 lines left out" in err


def test_bytes_that_are_no_text_are_a_bad_line(run, tmp_path: Path, capsys) -> None:
    (tmp_path / "b.jsonl").write_bytes(b'\xff{"a": 1}\n')
    assert main(["triage", "b.jsonl"]) == 2
    assert "b.jsonl:1: is not UTF-8" in capsys.readouterr().err


def test_missing_and_empty_files(run, tmp_path: Path, capsys) -> None:
    assert main(["triage", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl: No such file" in capsys.readouterr().err
    assert run(["", "  "])[0] == 2
    assert main(["triage", str(tmp_path)]) == 2


def test_requirements_errors_and_tools_of_a_line(run) -> None:
    code, out, _ = run(
        [
            {**SAME, "id": "must", "must_include": "refund"},
            {**SAME, "id": "not", "must_not_include": ["good"]},
            {**SAME, "id": "long", "max_words": 1},
            {**SAME, "id": "schema", "schema": {"type": "object"}},
            {**BAD, "id": "right", "reference": "24"},
            {**SAME, "id": "error", "error_new": "timeout"},
            {**SAME, "id": "tool", "tools_old": [{"name": "f", "arguments": {}}]},
            {**SAME, "id": "null", "prompt": None, "output_new": None},
        ]
    )
    assert code == 1
    verdicts = {one["id"]: one["verdict"] for one in out}
    assert verdicts.pop("right") == "acceptable"
    assert set(verdicts.values()) == {"worrying"}


def test_texts_that_act_on_terminals_stay_inert(run, capsys) -> None:
    hostile = {**BAD, "id": "\x1b]0;x\x07", "output_new": "The answer is \x1b[31m24\u202e."}
    (Path("pairs.jsonl")).write_text(json.dumps(hostile))
    main(["triage", "pairs.jsonl"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert json.loads(out)["id"] == "\x1b]0;x\x07"


def test_the_report_shows_the_worst_first_and_escapes_everything(run, tmp_path: Path) -> None:
    hostile = {**BAD, "id": "<script>x</script>", "output_old": "The answer is 42 <img src=x>."}
    code, _, err = run([SAME, FINE, hostile], "--html", "report.html")
    assert code == 1
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert page.index("worrying</span>") < page.index("acceptable</span>")
    assert "report.html" in err
    assert "All good" not in page


def test_a_read_only_console_writes_no_report(run, tmp_path: Path) -> None:
    code, out, err = run([SAME], "--html", "report.html", "--read-only")
    assert code == 1
    assert not out
    assert "--read-only" in err
    assert not (tmp_path / "report.html").exists()


def test_answers_leave_while_questions_arrive() -> None:
    """A pipe that stays open: the judgement of the first line is there before the second line is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "triage", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(BAD).encode() + b"\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["verdict"] == "worrying"
    out, err = process.communicate(json.dumps(SAME).encode(), timeout=30)
    assert json.loads(out)["verdict"] == "same"
    assert process.returncode == 1
    assert b"2 judged" in err


def test_a_line_that_is_too_long_is_not_read_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.cli.triage_pairs.LONGEST_LINE", 100)
    lines = io.BytesIO(
        b'{"x": "' + b"a" * 1_000 + b'"}\n' + json.dumps({"output_old": "a", "output_new": "b"}).encode()
    )
    found = list(pairs_of(lines))
    assert isinstance(found[0], BadLine)
    assert found[0].number == 1
    assert isinstance(found[1], PairLine)


class _Endless(io.RawIOBase):
    """A file that never ends, as /dev/zero."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        view[:] = b"x" * len(view)
        return len(view)


def test_a_line_without_end_is_told_before_its_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.cli.triage_pairs.LONGEST_LINE", 100)
    first = next(iter(pairs_of(io.BufferedReader(_Endless()))))
    assert isinstance(first, BadLine)
    assert "longer than" in first.message
