"""Crashes between intention and outcome, hand edits, and two consoles at once."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from console.domain.errors import HistoryInvalid
from console.history import database
from console.history.records import Draft
from console.history.store import History

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEFORE = b'[routes.support]\nproduction = "a"\ncanary_percentage = 5\n'
AFTER = b'[routes.support]\nproduction = "a"\ncanary_percentage = 25\n'

CRASH = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from console.history.records import Draft
from console.history.store import History
draft = Draft(at=datetime(2026, 11, 23, tzinfo=UTC), actor="a", action="rollout", summary="s")
History(Path(sys.argv[1])).begin(draft).intend(b"before", b"after")
os._exit(9)
"""


def _crash_after_intending(history: History) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(history.path)], timeout=30, check=False)
    assert done.returncode == 9


def test_a_crash_after_the_file_was_replaced_is_a_made_change(history):
    _crash_after_intending(history)
    assert history.recover(b"after") == 1
    assert history.entry(1).state == "committed"
    assert history.last_known() == b"after"


def test_a_crash_before_the_file_was_replaced_is_no_change(history):
    _crash_after_intending(history)
    assert history.recover(b"before") == 1
    assert history.entry(1).state == "abandoned"
    assert history.recover(b"before") == 0


def test_the_intention_of_a_living_process_is_left_to_it(history, draft):
    pending = history.begin(draft())
    number = pending.intend(BEFORE, AFTER)

    assert History(history.path).recover(BEFORE) == 0
    assert history.entry(number).state == "intended"

    pending.commit(number)
    assert history.entry(number).state == "committed"


def test_an_intention_nobody_finishes_within_a_minute_is_abandoned(history, draft):
    History(history.path, clock=lambda: 1_000.0).begin(draft()).intend(BEFORE, AFTER)
    assert History(history.path, clock=lambda: 1_059.0).recover(BEFORE) == 0
    assert History(history.path, clock=lambda: 1_061.0).recover(BEFORE) == 1


def test_a_process_on_another_machine_is_given_its_minute(history, draft):
    other = History(history.path, owner="elsewhere:1", clock=lambda: 1_000.0)
    other.begin(draft()).intend(BEFORE, AFTER)
    assert History(history.path, clock=lambda: 1_030.0).recover(BEFORE) == 0
    assert History(history.path, clock=lambda: 1_090.0).recover(BEFORE) == 1


def test_a_slow_writer_may_still_commit_what_was_given_up(history, draft):
    pending = History(history.path, clock=lambda: 0.0).begin(draft())
    number = pending.intend(BEFORE, AFTER)
    History(history.path, clock=lambda: 100.0).recover(BEFORE)
    pending.commit(number)
    assert history.entry(number).state == "committed"


def test_a_failing_mark_does_not_hide_that_the_file_was_written(history, draft):
    pending = history.begin(draft())
    number = pending.intend(BEFORE, AFTER)
    saved = history.path.read_bytes()
    history.path.write_bytes(b"damaged meanwhile" * 100)
    pending.commit(number)
    pending.abandon(number)

    history.path.write_bytes(saved)
    assert history.recover(AFTER) == 1
    assert history.entry(number).state == "committed"


def test_a_hand_edit_says_what_it_changed(history, change):
    change(history, b"", BEFORE)
    entry = history.record_external(BEFORE, AFTER, AT)

    assert entry.actor == "external"
    assert entry.summary == "edited by hand: support.canary_percentage 5 → 25"
    assert entry.route == "support"
    assert history.last_known() == AFTER


def test_a_hand_edit_is_recorded_once_by_two_consoles(history, change):
    change(history, b"", BEFORE)
    assert History(history.path).record_external(BEFORE, AFTER, AT) is not None
    assert History(history.path).record_external(BEFORE, AFTER, AT) is None
    assert len(history.entries()) == 2


def test_a_change_another_console_is_making_is_no_hand_edit(history, change, draft):
    change(history, b"", BEFORE)
    pending = history.begin(draft())
    number = pending.intend(BEFORE, AFTER)

    assert history.record_external(BEFORE, AFTER, AT) is None
    pending.commit(number)
    assert [entry.actor for entry in history.entries()] == ["olga@desk", "olga@desk"]


def test_a_lock_that_stays_is_one_clear_error(history, change, draft, monkeypatch):
    change(history, b"a", b"b")
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    holder = sqlite3.connect(history.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(HistoryInvalid, match="locked"):
        history.begin(draft()).intend(b"a", b"b")
    holder.close()


def _write_many(path, name, count):
    history = History(path)
    for index in range(count):
        draft = Draft(at=AT, actor=name, action="rollout", summary=str(index))
        pending = history.begin(draft)
        pending.commit(pending.intend(b"%d" % index, f"{name}{index}".encode()))


def test_consoles_that_start_together_lose_no_change(history):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(history.path, name, 15)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)

    entries = history.entries(limit=100)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert sorted(entry.number for entry in entries) == list(range(1, 61))
    assert sorted((entry.actor, int(entry.summary)) for entry in entries) == [(a, i) for a in "abcd" for i in range(15)]


@pytest.fixture
def half_written(history, change, tmp_path):
    """The file as a crash in the middle of a transaction leaves it: pages written, and a journal to take them back."""
    change(history, BEFORE, AFTER)
    database_ = sqlite3.connect(history.path, isolation_level=None)
    database_.execute("PRAGMA cache_size = 1")
    database_.execute("BEGIN IMMEDIATE")
    database_.execute("CREATE TABLE half (data)")
    database_.executemany("INSERT INTO half VALUES (?)", [(b"x" * 4_000,)] * 50)
    folder = tmp_path / "after-the-crash"
    folder.mkdir()
    left = folder / history.path.name
    left.write_bytes(history.path.read_bytes())
    left.with_name(f"{left.name}-journal").write_bytes(
        history.path.with_name(f"{history.path.name}-journal").read_bytes()
    )
    database_.close()
    return left


def test_a_reader_takes_back_what_a_crash_left_half_written(half_written):
    assert [entry.number for entry in History(half_written).entries()] == [1]
    assert not half_written.with_name(f"{half_written.name}-journal").exists()
    with database.reading(half_written) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0


def test_a_reader_may_still_not_write(history, change):
    change(history, BEFORE, AFTER)
    with pytest.raises(HistoryInvalid, match="readonly"), database.reading(history.path) as connection:
        connection.execute("CREATE TABLE mine (x)")
