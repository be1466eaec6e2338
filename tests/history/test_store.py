"""What the history keeps, and that nothing can be taken out of it."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest

from console.domain.errors import HistoryInvalid
from console.history.store import History, beside

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_history_without_a_file_is_empty_and_creates_none(history):
    assert history.entries() == ()
    assert history.entry(1) is None
    assert history.latest() is None
    assert history.last_known() is None
    assert history.recover(b"x") == 0
    assert not history.path.exists()


def test_a_change_is_kept_as_it_was_made(history, change):
    evidence = {"state": "pass", "canary_requests": 18_402, "sentence": "alle 5 Größen"}
    number = change(
        history, b"old\r\n", b"\xff new", reason="looks good", command="console rollout support 25", evidence=evidence
    )

    entry = history.entry(number)

    assert (entry.number, entry.actor, entry.action, entry.route) == (1, "olga@desk", "rollout", "support")
    assert (entry.before, entry.after) == (b"old\r\n", b"\xff new")
    assert (entry.reason, entry.command) == ("looks good", "console rollout support 25")
    assert entry.evidence == evidence
    assert entry.at == AT
    assert entry.stands


def test_times_of_other_zones_are_the_same_instant(history, change):
    berlin = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    assert history.entry(change(history, b"a", b"b", at=berlin)).at == AT


def test_entries_come_newest_first_and_can_be_of_one_route(history, change):
    for index, route in enumerate(("support", "summarise", "support")):
        change(history, b"%d" % index, b"%d" % (index + 1), route=route)

    assert [entry.number for entry in history.entries()] == [3, 2, 1]
    assert [entry.number for entry in history.entries(limit=2)] == [3, 2]
    assert [entry.number for entry in history.entries(route="support")] == [3, 1]


def test_an_abandoned_change_is_not_listed_but_keeps_its_number(history, change, draft):
    pending = history.begin(draft())
    number = pending.intend(b"a", b"b")
    pending.abandon(number)

    assert change(history, b"a", b"c") == number + 1
    assert [entry.number for entry in history.entries()] == [number + 1]
    assert history.entry(number).state == "abandoned"
    assert history.last_known() == b"c"


def test_last_known_is_what_the_newest_made_change_left(history, change, draft):
    change(history, b"a", b"b")
    history.begin(draft()).intend(b"b", b"never written")
    assert history.last_known() == b"b"


def test_an_undone_change_says_by_which(history, change):
    first = change(history, b"a", b"b")
    undo = change(history, b"b", b"a", action="undo", undoes=first)

    assert history.entry(first).undone_by == undo
    assert not history.entry(first).stands
    assert history.entry(undo).stands


def test_an_undone_undo_lets_the_change_stand_again(history, change):
    first = change(history, b"a", b"b")
    undo = change(history, b"b", b"a", undoes=first)
    redo = change(history, b"a", b"b", undoes=undo)

    assert history.entry(undo).undone_by == redo
    assert history.entry(first).undone_by is None


def test_the_latest_change_is_the_newest_that_stands_and_is_no_undo(history, change):
    first = change(history, b"a", b"b")
    second = change(history, b"b", b"c")
    assert history.latest().number == second

    change(history, b"c", b"b", undoes=second)
    assert history.latest().number == first

    change(history, b"b", b"a", undoes=first)
    assert history.latest() is None


def test_an_abandoned_undo_undoes_nothing(history, change, draft):
    first = change(history, b"a", b"b")
    pending = history.begin(draft(undoes=first))
    pending.abandon(pending.intend(b"b", b"a"))

    assert history.entry(first).stands


def test_the_file_is_only_for_its_owner(history, change):
    before = os.umask(0)
    try:
        change(history, b"a", b"b")
    finally:
        os.umask(before)
    assert history.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM changes",
        "DELETE FROM contents",
        "UPDATE contents SET data = x'00'",
        "UPDATE changes SET reason = 'another one'",
        "UPDATE changes SET after = before",
    ],
)
def test_nothing_can_be_changed_afterwards(history, change, statement):
    change(history, b"a", b"b")
    connection = sqlite3.connect(history.path)
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_versions_that_repeat_are_stored_once(history, change):
    change(history, b"a" * 9_000, b"b" * 9_000)
    change(history, b"b" * 9_000, b"a" * 9_000)
    connection = sqlite3.connect(history.path)
    assert connection.execute("SELECT count(*) FROM contents").fetchone() == (2,)
    connection.close()


def test_it_stands_beside_the_file_that_a_link_leads_to(tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "models.toml").write_text("")
    link = tmp_path / "registry.toml"
    link.symlink_to(folder / "models.toml")

    assert beside(link) == folder / "models.history.db"


def test_a_database_of_another_program_is_refused_and_untouched(history, draft):
    connection = sqlite3.connect(history.path)
    connection.execute("CREATE TABLE changes (number INTEGER)")
    connection.commit()
    connection.close()
    before = history.path.read_bytes()

    with pytest.raises(HistoryInvalid, match="another program"):
        history.entries()
    with pytest.raises(HistoryInvalid, match="another program"):
        history.begin(draft()).intend(b"a", b"b")
    assert history.path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_a_damaged_file_is_one_clear_error(history, draft, content):
    history.path.write_bytes(content)
    for action in (history.entries, history.last_known, lambda: history.begin(draft()).intend(b"a", b"b")):
        with pytest.raises(HistoryInvalid, match=r"registry\.history\.db") as caught:
            action()
        assert "doctor" in caught.value.hint
    assert history.path.read_bytes() == content


def test_a_truncated_history_is_an_error(history, change):
    for index in range(20):
        change(history, bytes([65 + index]) * 5_000, bytes([66 + index]) * 5_000)
    data = history.path.read_bytes()
    history.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(HistoryInvalid):
        history.entries()


def test_a_history_of_a_newer_console_is_left_alone(history, change):
    change(history, b"a", b"b")
    connection = sqlite3.connect(history.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(HistoryInvalid, match="newer"):
        history.entries()


def test_a_directory_in_its_place_is_an_error(history, draft):
    history.path.mkdir()
    with pytest.raises(HistoryInvalid):
        history.begin(draft()).intend(b"a", b"b")


def test_a_folder_that_does_not_exist_is_an_error(tmp_path, draft):
    with pytest.raises(HistoryInvalid, match="No such file"):
        History(tmp_path / "nowhere" / "x.history.db").begin(draft()).intend(b"a", b"b")


@pytest.mark.parametrize("broken", ["'yesterday', NULL", "at, '{\"state\": '", "at, '[1]'", "at, '\"pass\"'"])
def test_a_row_that_cannot_be_understood_is_a_damaged_history_and_not_a_defect(history, change, broken):
    """Everybody who reads a history is prepared for one that is damaged: the screen, the guard, the commands."""
    change(history, b"a", b"b")
    columns = "actor, action, route, summary, reason, command, undoes, before, after, state, owner"
    with sqlite3.connect(history.path) as connection:
        connection.execute(f"INSERT INTO changes (at, evidence, {columns}) SELECT {broken}, {columns} FROM changes")
    connection.close()
    with pytest.raises(HistoryInvalid, match="change 2"):
        history.entries()
    with pytest.raises(HistoryInvalid, match="change 2"):
        history.entry(2)
    assert history.entry(1) is not None
