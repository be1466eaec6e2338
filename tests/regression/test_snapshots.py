"""Snapshots: any answer survives byte for byte, damage is told with its line, and a write is whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import EXIT_INVALID, Refused
from console.providers.records import Answer, Failure, ToolCall
from console.regression import snapshots
from console.regression.records import CaseResult, Run, Snapshot, Suite
from console.regression.snapshots import SnapshotInvalid, dump, params_hash, parse, read, snapshot_of, write

DAY = date(2026, 11, 23)
NASTY = (
    "",
    "\n",
    "no final newline",
    "final newline\n",
    "two\n\n",
    "crlf\r\nand\rcr\r\n",
    "+++",
    "+++\n",
    "+++ end\n",
    "+++ answer\nforged\n+++ end",
    '++++++++ call "x"\n{}',
    "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n",
    "```json\n{}\n```",
    "\0\x07\x1b[31m\x7f",
    "\ud83d",
    "\ud83d\ude00 and 😀",
    "\ufeffbom\u2028line\u0085next",
)


def snapshot(*answers: str, calls: tuple[tuple[ToolCall, ...], ...] = (), **changes: object) -> Snapshot:
    fields = {
        "case": "refund",
        "model": "claude-sonnet-5-5",
        "served": "claude-sonnet-5-5",
        "date": DAY,
        "params_hash": "0123456789ab",
        "sdk": "anthropic 2.12.0 (2026-10-21)",
        "answers": answers,
        "calls": calls,
    }
    return Snapshot(**{**fields, **changes})  # type: ignore[arg-type]


def damaged(data: bytes) -> str:
    with pytest.raises(SnapshotInvalid) as caught:
        parse(data, "refund.llmsnap")
    assert caught.value.exit_code == EXIT_INVALID
    assert caught.value.hint
    return caught.value.message


text = st.text(st.characters(exclude_categories=[]), max_size=60) | st.sampled_from(NASTY)
call = st.builds(ToolCall, text, text)


@given(st.lists(st.tuples(text, st.lists(call, max_size=2)), min_size=1, max_size=4), text)
def test_any_answer_survives_byte_for_byte(given_answers: list[tuple[str, list[ToolCall]]], served: str) -> None:
    answers = tuple(answer for answer, _ in given_answers)
    calls = tuple(tuple(made) for _, made in given_answers)
    kept = parse(dump(snapshot(*answers, calls=calls, served=served)), "any")
    assert kept.answers == answers
    assert tuple(kept.calls_of(number) for number in range(len(answers))) == calls


@pytest.mark.parametrize("answer", NASTY)
def test_an_answer_that_looks_like_the_format_survives(answer: str) -> None:
    assert parse(dump(snapshot(answer, answer + "x")), "any") == snapshot(answer, answer + "x")


@given(st.lists(text, min_size=1, max_size=3), st.data())
def test_a_file_that_was_cut_off_is_never_read_as_whole(answers: list[str], data: st.DataObject) -> None:
    whole = dump(snapshot(*answers))
    at = data.draw(st.integers(0, len(whole) - 2))
    with pytest.raises(SnapshotInvalid):
        parse(whole[:at], "any")


@given(st.lists(text, min_size=1, max_size=3), st.data())
def test_a_changed_byte_of_an_answer_is_noticed(answers: list[str], data: st.DataObject) -> None:
    whole = dump(snapshot(*answers))
    begin = whole.index(b" answer\n")
    at = data.draw(st.integers(begin, len(whole) - 1))
    other = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    with pytest.raises(SnapshotInvalid):
        parse(whole[:at] + other + whole[at + 1 :], "any")


@given(st.binary(max_size=300))
def test_any_other_bytes_are_one_clear_error(data: bytes) -> None:
    for candidate in (data, b"+++\n" + data, dump(snapshot("yes")) + data[:1] + b"x"):
        with pytest.raises(SnapshotInvalid):
            parse(candidate, "any")


def test_the_file_is_readable_in_a_diff() -> None:
    kept = snapshot("Yes: within 30 days.", calls=((ToolCall("lookup", '{"order": 7}'),),))
    lines = dump(kept).decode().splitlines()
    digest = lines.pop(7)
    assert digest.startswith('sha256 = "')
    assert lines == [
        "+++",
        'case = "refund"',
        'model = "claude-sonnet-5-5"',
        'served = "claude-sonnet-5-5"',
        "date = 2026-11-23",
        'params = "0123456789ab"',
        'sdk = "anthropic 2.12.0 (2026-10-21)"',
        "+++ answer",
        "Yes: within 30 days.",
        '+++ call "lookup"',
        '{"order": 7}',
        "+++ end",
    ]


def test_what_the_stand_in_answered_says_so() -> None:
    data = dump(snapshot("yes", stand_in=True))
    assert b"stand_in = true\n" in data
    assert parse(data, "any").stand_in


def test_a_hand_edit_is_told_with_file_and_line() -> None:
    data = dump(snapshot("within 30 days")).replace(b"30", b"60")
    assert damaged(data) == "refund.llmsnap:9: the answer was edited by hand: it is not the one that was accepted"


def test_merge_markers_are_told_with_their_line() -> None:
    ours, theirs = (dump(snapshot(answer)).decode().splitlines() for answer in ("a", "b"))
    merged = "\n".join([*ours[:7], "<<<<<<< HEAD", ours[7], "=======", theirs[7], ">>>>>>> branch", *ours[8:], ""])
    assert damaged(merged.encode()).startswith("refund.llmsnap:8: merge conflict marker")


def test_merge_markers_between_answers_are_told() -> None:
    data = dump(snapshot("one\ntwo")).replace(b"two", b"<<<<<<< HEAD\ntwo\n=======\nthree\n>>>>>>> branch")
    assert damaged(data).startswith("refund.llmsnap:11: merge conflict marker")


def test_changed_line_ends_name_the_setting_that_keeps_them() -> None:
    with pytest.raises(SnapshotInvalid, match=r"1: its line ends were changed") as caught:
        parse(dump(snapshot("a\nb")).replace(b"\n", b"\r\n"), "x.llmsnap")
    assert "*.llmsnap -text" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "refund.llmsnap:1: does not begin with +++"),
        (b"hello\n", "refund.llmsnap:1: does not begin with +++"),
        (b"+++\ncase = \n+++ answer\nx\n+++ end\n", "refund.llmsnap:2: the head is not valid TOML"),
        (b'+++\ncase = "a"\n+++ answer\nx\n+++ end\n', "refund.llmsnap:1: the head has no model"),
        (b"+++\n+++ nonsense\n", "refund.llmsnap:2: a line begins with +++"),
        (dump(snapshot("a")) + b"more", "refund.llmsnap:12: there is text after its end"),
        (dump(snapshot("a")).replace(b"2026-11-23", b'"soon"'), "refund.llmsnap:1: the head has no date"),
        (dump(snapshot("a")).removesuffix(b"+++ end\n"), "refund.llmsnap:11: is cut off"),
        (dump(snapshot("a", stand_in=True)).replace(b"true", b"7"), "refund.llmsnap:1: stand_in must be true or false"),
        (dump(snapshot()), "refund.llmsnap:1: holds no answer"),
    ],
)
def test_damage_is_told_with_file_and_line(data: bytes, expected: str) -> None:
    assert damaged(data).startswith(expected)


def test_writing_makes_the_folders_and_reading_gives_it_back(tmp_path: Path) -> None:
    suite = Suite("support", tmp_path / "support.toml", "support", (), tmp_path / "tests/__snapshots__/support")
    path = snapshots.path_of(suite, "refund.v2")
    assert path.name == "refund.v2.llmsnap"
    assert read(path) is None
    write(path, snapshot("yes"))
    assert read(path) == snapshot("yes")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_folder_or_a_pipe_in_its_place_is_an_error_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "folder.llmsnap").mkdir()
    os.mkfifo(tmp_path / "pipe.llmsnap")
    for name in ("folder", "pipe"):
        with pytest.raises(SnapshotInvalid, match="cannot be read"):
            read(tmp_path / f"{name}.llmsnap")


def test_the_file_mode_is_that_of_any_file_in_the_repository(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(tmp_path / "a.llmsnap", snapshot("yes"))
    finally:
        os.umask(before)
    assert (tmp_path / "a.llmsnap").stat().st_mode & 0o777 == 0o644


def test_taking_it_away_again(tmp_path: Path) -> None:
    path = tmp_path / "a.llmsnap"
    write(path, snapshot("yes"))
    snapshots.write_bytes(path, None)
    snapshots.write_bytes(path, None)
    assert read(path) is None


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.llmsnap"
    write(path, snapshot("the accepted answer"))
    program = (
        "import sys, datetime, pathlib\n"
        "from console.domain.errors import Refused\n"
        "from console.regression.records import Snapshot\n"
        "from console.regression.snapshots import write\n"
        "kept = Snapshot('a', 'm', 'm', datetime.date(2026, 11, 23), 'p', 's', ('new ' * 5000,))\n"
        "try:\n    write(pathlib.Path(sys.argv[1]), kept)\n"
        "except Refused as error:\n    sys.exit(error.message)\n"
    )

    def tight() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(path)], preexec_fn=tight, capture_output=True, text=True, check=False
    )
    assert "no space left" in done.stderr
    assert read(path) == snapshot("the accepted answer")
    assert [each.name for each in tmp_path.iterdir()] == ["a.llmsnap"]


def test_the_new_answers_of_a_result_become_the_accepted_ones_each_text_once() -> None:
    def run(text: str, failure: Failure | None = None) -> Run:
        answer = Answer("m", "m-1", text, "ok", failure, sdk="anthropic 2.12.0", api_version="2026-10-21")
        return Run(answer)

    failed = run("half", Failure("timeout", "too slow"))
    result = CaseResult("c", "worrying", "facts", ("old",), (failed, run("b"), run("a"), run("b")), params_hash="123")
    kept = snapshot_of(result, DAY)
    assert kept.answers == ("b", "a")
    assert (kept.case, kept.model, kept.served, kept.sdk) == ("c", "m", "m-1", "anthropic 2.12.0 (2026-10-21)")
    assert kept.params_hash == "123"
    with pytest.raises(Refused, match="no answer to accept"):
        snapshot_of(CaseResult("c", "not measured", "fault", (), (failed,)), DAY)


def test_answers_that_only_call_tools_differently_are_both_kept() -> None:
    calls = [(ToolCall("f", "1"),), (ToolCall("f", "2"),)]
    runs = tuple(Run(Answer("m", "m", "", "ok", tool_calls=made)) for made in calls)
    assert snapshot_of(CaseResult("c", "same", "", (), runs), DAY).calls == tuple(calls)


def test_the_hash_of_a_question_changes_with_it_and_not_with_the_order_of_parameters() -> None:
    said = ({"role": "user", "content": "hi"},)
    usual = params_hash(said, "be kind", {"max_tokens": 5, "day": DAY})
    assert usual == params_hash(said, "be kind", {"day": DAY, "max_tokens": 5})
    others = {
        params_hash(({"role": "user", "content": "ho"},), "be kind", {"max_tokens": 5, "day": DAY}),
        params_hash(said, "", {"max_tokens": 5, "day": DAY}),
        params_hash(said, "be kind", {"max_tokens": 6, "day": DAY}),
    }
    assert usual not in others
    assert len(others) == 3
