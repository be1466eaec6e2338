"""The journal of a review: what was decided is on the disk, whatever happens to the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.regression.decisions import Decision, DecisionJournal, next_batch

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def decision(case: str, what: str = "accepted", batch: int = 1, **given: object) -> Decision:
    return Decision(case, what, AT, "olga@desk", batch, **given)  # type: ignore[arg-type]


def test_no_file_holds_no_decisions(tmp_path: Path) -> None:
    assert DecisionJournal(tmp_path / "none.jsonl").decisions() == ()


def test_what_is_taken_is_there_for_the_next_reader(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    taken = [
        decision("a", before=b"\xff\x00old\r\n", after="12ab"),
        decision("b", "rejected", 2),
        decision("c", before=None, after="cd"),
    ]
    journal = DecisionJournal(path)
    for each in taken:
        journal.take(each)
    assert DecisionJournal(path).decisions() == tuple(taken)
    assert journal.decisions() == tuple(taken)


def test_the_file_is_for_its_user_alone(tmp_path: Path) -> None:
    journal = DecisionJournal(tmp_path / "deep" / "review.jsonl")
    journal.take(decision("a"))
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_the_last_decision_about_a_case_stands_and_the_one_before_it_after_undo(tmp_path: Path) -> None:
    journal = DecisionJournal(tmp_path / "review.jsonl")
    first, last = decision("a", "skipped", 1), decision("a", "rejected", 2)
    journal.take(first)
    journal.take(last)
    assert journal.decisions() == (last,)
    journal.take_back(last, AT, "olga@desk")
    assert journal.decisions() == (first,)
    journal.take_back(first, AT, "olga@desk")
    assert journal.decisions() == ()
    assert len(journal.path.read_bytes().splitlines()) == 4  # nothing is ever taken out


def test_taking_back_one_of_a_batch_leaves_the_others(tmp_path: Path) -> None:
    journal = DecisionJournal(tmp_path / "review.jsonl")
    for case in "abc":
        journal.take(decision(case, batch=7))
    journal.take_back(decision("b", batch=7), AT, "olga@desk")
    assert [each.case for each in journal.decisions()] == ["a", "c"]
    assert next_batch(journal.decisions()) == 8


def test_what_another_console_decides_is_seen(tmp_path: Path) -> None:
    ours, theirs = DecisionJournal(tmp_path / "r.jsonl"), DecisionJournal(tmp_path / "r.jsonl")
    ours.take(decision("a"))
    assert len(ours.decisions()) == 1
    theirs.take(decision("b"))
    assert [each.case for each in ours.decisions()] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"what": "accepted"}',
        b'{"what": "approved", "case": "x", "batch": 1, "at": "2026-11-24T09:30:00+00:00", "after": ""}',
        b'{"what": "accepted", "case": "x", "batch": 1, "at": "yesterday", "after": ""}',
        b'{"what": "accepted", "case": "x", "batch": 1, "at": "2026-11-24T09:30:00+00:00", "after": "", "before": "*"}',
        b'{"what": "undone", "case": {}, "batch": []}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_none_of_ours_is_left_out(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "review.jsonl"
    journal = DecisionJournal(path)
    journal.take(decision("a"))
    with path.open("ab") as file:
        file.write(line + b"\n")
    journal.take(decision("b"))
    assert [each.case for each in DecisionJournal(path).decisions()] == ["a", "b"]


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(min_value=0, max_value=2_000))
def test_a_file_cut_anywhere_keeps_every_whole_line(cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "review.jsonl"
        journal = DecisionJournal(path)
        for number in range(8):
            journal.take(decision(f"case-{number}", batch=number + 1))
        data = path.read_bytes()[:cut]
        path.write_bytes(data)
        whole = data.count(b"\n")
        kept = DecisionJournal(path).decisions()
        assert len(kept) in (whole, whole + 1)  # all of a line but its end may be there
        DecisionJournal(path).take(decision("after", batch=99))
        assert [each.case for each in DecisionJournal(path).decisions()] == [*(each.case for each in kept), "after"]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from console.regression.decisions import Decision, DecisionJournal
journal = DecisionJournal(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    journal.take(Decision(f"case-{number}", "rejected", datetime.now(UTC), "olga", number))
    print(number, flush=True)
"""


def test_kill_minus_nine_loses_no_decision_that_was_told(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = 0
        while told < 20:
            told = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        told = max([told, *map(int, process.stdout.read().split())])
    cases = [each.case for each in DecisionJournal(path).decisions()]
    assert cases[:told] == [f"case-{number}" for number in range(1, told + 1)]


def test_a_full_disk_takes_no_decision_and_loses_none(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    journal = DecisionJournal(path)
    journal.take(decision("a"))
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        journal.take(decision("b"))


def test_lines_are_json_that_a_person_can_read(tmp_path: Path) -> None:
    journal = DecisionJournal(tmp_path / "review.jsonl")
    journal.take(decision("a", "rejected", 3))
    fields = json.loads(journal.path.read_bytes())
    assert fields == {
        "what": "rejected", "case": "a", "batch": 3, "before": None, "after": "", "session": "",
        "at": "2026-11-24T09:30:00+00:00", "actor": "olga@desk",
    }  # fmt: skip


def test_batches_of_two_reviews_are_told_apart_though_both_have_one_number(tmp_path: Path) -> None:
    journal = DecisionJournal(tmp_path / "review.jsonl")
    ours, theirs = decision("a", "rejected", session="one"), decision("a", "skipped", session="two")
    journal.take(ours)
    journal.take(theirs)
    journal.take_back(ours, AT, "kim")
    assert journal.decisions() == (theirs,)
    journal.take_back(theirs, AT, "kim")
    assert journal.decisions() == ()


def test_a_line_of_before_there_were_sessions_is_read_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    line = {"what": "rejected", "case": "a", "batch": 1, "before": None, "after": "", "at": AT.isoformat()}
    path.write_text(json.dumps(line) + "\n")
    journal = DecisionJournal(path)
    (old,) = journal.decisions()
    assert old.session == ""
    journal.take_back(old, AT, "kim")
    assert journal.decisions() == ()


def test_a_file_that_grows_shrinks_or_is_replaced_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    ours, theirs = DecisionJournal(path), DecisionJournal(path)
    for number in range(5):
        theirs.take(decision(f"case-{number}", batch=number + 1))
        assert ours.decisions() == DecisionJournal(path).decisions()
    theirs.take_back(decision("case-2", batch=3), AT, "kim")
    assert [each.case for each in ours.decisions()] == ["case-0", "case-1", "case-3", "case-4"]
    assert [each.case for each in ours.ever_taken()] == [f"case-{number}" for number in range(5)]
    data = path.read_bytes()
    path.write_bytes(data.split(b"\n")[0] + b"\n")
    assert [each.case for each in ours.decisions()] == ["case-0"]
    other = tmp_path / "other"
    DecisionJournal(other).take(decision("else"))
    other.replace(path)
    assert [each.case for each in ours.decisions()] == ["else"]
    path.unlink()
    assert ours.decisions() == ()


def test_a_line_whose_end_is_still_to_come_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    journal = DecisionJournal(path)
    journal.take(decision("a"))
    journal.take(decision("b", batch=2))
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    reader = DecisionJournal(path)
    assert [each.case for each in reader.ever_taken()] == ["a", "b"]
    with path.open("ab") as file:
        file.write(b"\n")
    journal.take(decision("c", batch=3))
    assert [each.case for each in reader.ever_taken()] == ["a", "b", "c"]


def test_what_is_no_file_holds_no_decisions(tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    assert DecisionJournal(tmp_path / "full").decisions() == ()
    assert DecisionJournal(tmp_path).decisions() == ()


def test_thousands_of_decisions_are_not_read_again_for_each(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    lines = [{"what": "rejected", "case": f"c-{n}", "batch": n, "before": None, "after": "", "at": AT.isoformat()}
             for n in range(1, 5_001)]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    journal = DecisionJournal(path)
    assert len(journal.decisions()) == 5_000
    read = []
    journal._added = lambda size: read.append(size) or path.read_bytes()[size:]  # type: ignore[method-assign,func-returns-value]
    size = path.stat().st_size
    journal.take(decision("new", batch=5_001))
    assert len(journal.decisions()) == 5_001
    assert read == [size]
