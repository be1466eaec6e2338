"""The file of the log: the journal mode SQLite's version allows, other people's files untouched, corrupt ones kept."""

from __future__ import annotations

import os
import sqlite3
import stat

import pytest

from console.domain.errors import LogInvalid
from console.traffic.files import (
    connect_writer,
    has_wal_fix,
    identity,
    journal_reason,
    look,
    network_filesystem,
    put_aside,
)
from console.traffic.schema import migrate

FIXED, UNFIXED = (3, 51, 3), (3, 40, 1)


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 49, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_only_where_its_race_is_fixed(version, fixed) -> None:
    assert has_wal_fix(version) is fixed
    mode, why = journal_reason(version)
    assert mode == ("wal" if fixed else "truncate")
    assert ".".join(map(str, version)) in why


@pytest.mark.parametrize(("version", "mode"), [(FIXED, "wal"), (UNFIXED, "truncate")])
def test_a_new_log_gets_the_mode_of_its_sqlite(path, version, mode) -> None:
    db = connect_writer(path, busy_s=1, version=version)
    migrate(db, 0.0)
    assert db.execute("PRAGMA journal_mode").fetchone() == (mode,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    db.execute("INSERT INTO meta VALUES ('a', 1)")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    db.close()


def test_an_older_sqlite_takes_a_log_out_of_wal_and_a_newer_one_leaves_it_there(path) -> None:
    for version, mode in ((FIXED, "wal"), (FIXED, "wal"), (UNFIXED, "truncate"), (FIXED, "delete")):
        db = connect_writer(path, busy_s=1, version=version)
        migrate(db, 0.0)
        assert db.execute("PRAGMA journal_mode").fetchone() == (mode,)
        db.close()


def test_a_log_is_told_from_anything_else(tmp_path) -> None:
    path = tmp_path / "a.db"
    assert look(path).kind == "missing"
    path.touch()
    assert look(path).kind == "empty"
    db = connect_writer(path, busy_s=1)
    migrate(db, 0.0)
    db.close()
    assert look(path).kind == "log"
    path.write_text("notes")
    assert look(path) == look(path)
    assert (look(path).kind, look(path).why) == ("foreign", "is not an SQLite database")
    assert look(tmp_path).kind == "foreign"


def test_another_programs_database_is_not_touched(path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(LogInvalid, match="another program"):
        connect_writer(path, busy_s=1)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_missing_directories_are_made_private(tmp_path) -> None:
    path = tmp_path / "var" / "requests.db"
    connect_writer(path, busy_s=1).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_network_file_systems_are_found_by_their_mount(tmp_path) -> None:
    mounts = tmp_path / "mounts"
    share = tmp_path / "share with space"
    share.mkdir()
    where = str(os.path.realpath(share)).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {where} nfs4 rw 0 0\ntmpfs {where}/local tmpfs rw 0 0\n")
    assert network_filesystem(share, mounts) == "nfs4"
    assert network_filesystem(share / "requests.db", mounts) == "nfs4"
    assert network_filesystem(share / "local" / "requests.db", mounts) == ""
    assert network_filesystem(tmp_path, mounts) == ""
    assert network_filesystem(tmp_path, tmp_path / "no such file") == ""


def test_a_log_on_a_network_file_system_is_refused(path, monkeypatch) -> None:
    monkeypatch.setattr("console.traffic.files.network_filesystem", lambda _: "cifs")
    with pytest.raises(LogInvalid, match="network file system"):
        connect_writer(path, busy_s=1)
    assert not path.exists()


def test_a_corrupt_log_is_put_aside_with_its_journal(path) -> None:
    path.write_text("broken")
    path.with_name("requests.db-journal").write_text("journal")
    aside = put_aside(path, identity(path))
    assert aside is not None
    assert aside.read_text() == "broken"
    assert aside.with_name(aside.name + "-journal").read_text() == "journal"
    assert not path.exists()


def test_a_log_that_was_replaced_meanwhile_is_not_put_aside(path, tmp_path) -> None:
    path.write_text("broken")
    seen = identity(path)
    fresh = tmp_path / "fresh"
    fresh.write_text("new")
    fresh.replace(path)
    assert put_aside(path, seen) is None
    assert path.read_text() == "new"
    assert put_aside(path, None) is None
