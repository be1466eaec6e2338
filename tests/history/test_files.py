"""How the history's file is opened: durably, privately, and without leaving anything behind."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from console.domain.errors import HistoryInvalid
from console.history import database
from console.history.store import History


def test_writes_are_durable_before_they_return(history, change):
    change(history, b"a", b"b")
    with database.writing(history.path) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_nothing_but_the_history_is_left_beside_it(history, change):
    change(history, b"a", b"b")
    history.entries()
    assert [file.name for file in history.path.parent.iterdir()] == [history.path.name]


def test_reading_cannot_write(history, change):
    change(history, b"a", b"b")
    with database.reading(history.path) as connection, pytest.raises(Exception, match="readonly"):
        connection.execute("UPDATE changes SET state = 'abandoned'")


def test_a_failure_inside_a_write_leaves_nothing_of_it(history, change, draft):
    change(history, b"a", b"b")

    def half_a_write():
        with database.writing(history.path) as connection:
            connection.execute("UPDATE changes SET state = 'abandoned'")
            raise KeyError("half way")

    with pytest.raises(KeyError):
        half_a_write()
    assert history.entry(1).state == "committed"


def test_a_full_disk_asks_for_room_and_not_for_the_doctor(history, change, monkeypatch):
    change(history, b"a", b"b")
    connect = database._connect

    def on_a_full_disk(uri):
        connection = connect(uri)
        connection.execute("PRAGMA max_page_count = 1")  # no less than it has: not one page more
        return connection

    monkeypatch.setattr(database, "_connect", on_a_full_disk)
    with pytest.raises(HistoryInvalid, match="is full") as told:
        change(history, b"b", bytes(range(256)) * 400)
    assert told.value.hint.startswith("Make room on that disk")
    monkeypatch.undo()
    assert [entry.number for entry in history.entries()] == [1]


def test_an_empty_file_becomes_a_history(history, change):
    history.path.touch()
    assert history.entries() == ()
    assert change(history, b"a", b"b") == 1


def test_one_history_serves_several_threads(history, change):
    failures = []

    def work(name):
        try:
            for index in range(5):
                change(history, b"%d" % index, f"{name}{index}".encode(), actor=name)
                history.entries()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(history.entries(limit=99)) == 15


def test_a_path_with_odd_characters_is_just_a_path(tmp_path, change):
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    history = History(folder / "r.history.db")
    change(history, b"a", b"b")
    assert history.last_known() == b"b"
    assert [file.name for file in folder.iterdir()] == ["r.history.db"]


def test_odd_text_is_kept_as_it_is(history, change):
    odd = "“käse” \x1b[31m \u202e 🦊 ' \" -- ; DROP TABLE changes"
    number = change(history, b"a", b"b", reason=odd, summary=odd, actor=odd, evidence={"sentence": odd})
    entry = history.entry(number)
    assert (entry.reason, entry.summary, entry.actor, entry.evidence) == (odd, odd, odd, {"sentence": odd})


def test_reading_a_history_imports_nothing_heavy(history, change):
    change(history, b"a", b"b")
    code = (
        "import sys; from pathlib import Path; from console.history.store import History\n"
        "print(len(History(Path(sys.argv[1])).entries()), 'sqlite_utils' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(history.path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["1", "False"]
