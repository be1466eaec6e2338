"""The user's own files: whose they are, what a killed writer leaves, and when they are forgotten."""

from __future__ import annotations

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.providers.private import append_line, forget_old, keep_lines, state_folder, write_whole

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_environment_names_the_folder(tmp_path):
    assert state_folder({"CONSOLE_STATE": str(tmp_path)}) == tmp_path


def test_without_a_name_it_is_the_users_state_directory():
    assert state_folder({"CONSOLE_STATE": " "}).name == "console"


def test_a_home_is_understood():
    assert state_folder({"CONSOLE_STATE": "~/x"}) == Path.home() / "x"


def test_files_and_new_folders_are_the_users_alone(tmp_path):
    before = os.umask(0)
    try:
        append_line(tmp_path / "a" / "b" / "lines.jsonl", b"one")
        write_whole(tmp_path / "a" / "whole", b"all")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o700)
    assert {mode(path) for path in (tmp_path / "a").rglob("*") if path.is_file()} == {0o600}


def test_lines_are_added_in_order(tmp_path):
    for line in (b"one", b"two", b"three"):
        append_line(tmp_path / "f", line)
    assert (tmp_path / "f").read_bytes() == b"one\ntwo\nthree\n"


def test_a_torn_line_does_not_swallow_the_next(tmp_path):
    (tmp_path / "f").write_bytes(b"one\nhal")
    append_line(tmp_path / "f", b"two")
    assert (tmp_path / "f").read_bytes() == b"one\nhal\ntwo\n"


def test_writers_at_once_do_not_mix_their_lines(tmp_path):
    def write(letter: bytes) -> None:
        for _ in range(20):
            append_line(tmp_path / "f", letter * 5_000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "f").read_bytes().split()
    assert len(lines) == 60
    assert {(len(line), len(set(line))) for line in lines} == {(5_000, 1)}


def test_a_whole_file_takes_the_place_of_the_old_one(tmp_path):
    write_whole(tmp_path / "f", b"old")
    write_whole(tmp_path / "f", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("f", b"new")]


def test_a_write_that_fails_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    write_whole(tmp_path / "f", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "f", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("f", b"old")]


def test_only_the_lines_that_are_kept_stay(tmp_path):
    for line in (b"one", b"two", b"three"):
        append_line(tmp_path / "f", line)
    keep_lines(tmp_path / "f", [b"two"], read=14)
    assert (tmp_path / "f").read_bytes() == b"two\n"


def test_what_nobody_wrote_to_for_30_days_is_forgotten(tmp_path):
    for name, days in (("old", 31), ("recent", 29)):
        path = tmp_path / name
        path.write_bytes(b"x")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
    assert forget_old(tmp_path, NOW) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["recent"]


def test_a_folder_that_is_not_there_has_nothing_to_forget(tmp_path):
    assert forget_old(tmp_path / "none", NOW) == 0
