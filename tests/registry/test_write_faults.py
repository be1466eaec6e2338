"""Faults while the registry is written: short forms of bench/registry_faults.py, and the messages people get."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bench import registry_faults as faults
from console.domain.edits import SetKey
from console.domain.errors import Refused
from console.registry.locking import hold, lock_path
from console.registry.reading import read
from console.registry.replacing import refusal
from console.registry.writing import write

RAISE = [SetKey(("routes", "support", "canary_percentage"), 25)]


def test_kill_9_leaves_a_whole_file_and_every_acknowledged_edit():
    result = faults.kills(25)
    assert (result.kills, result.broken, result.lost, result.bad_looks) == (25, 0, 0, 0)
    assert result.looks > 0


def test_the_same_kills_break_a_naive_writer():
    assert faults.kills(15, naive=True).bad_looks > 0


def test_two_consoles_lose_nothing():
    acknowledged, found = faults.two_consoles(15)
    assert (acknowledged, found) == (30, 30)


def test_a_hand_edit_meanwhile_is_never_overwritten():
    assert faults.hand_edits(6) == (6, 0)


def test_a_full_disk_leaves_the_file_and_says_so():
    intact, how = faults.disk_full(4)
    assert intact == 4, how


def test_a_read_only_file_system_leaves_the_file_and_says_so():
    intact, how = faults.read_only_disk(3)
    if "not run" in how:
        pytest.skip(how)
    assert intact == 3


def test_a_write_protected_file_is_not_replaced():
    assert faults.read_only_file(3) == 3


def test_a_waiting_writer_is_told_who_holds_the_lock(path: Path, new_journal):
    ready, told = os.pipe()
    done, finish = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with hold(path, path.name):
                os.write(told, b"x")
                os.close(finish)
                os.read(done, 1)
        finally:
            os._exit(0)
    os.read(ready, 1)
    try:
        with pytest.raises(
            Refused, match=rf"registry.toml is being written by .+ \(pid {child}\); gave up after 0.1 s"
        ):
            write(path, RAISE, seen=read(path), journal=new_journal(), timeout_s=0.1)
    finally:
        os.close(finish)
        os.waitpid(child, 0)
    write(path, RAISE, seen=read(path), journal=new_journal(), timeout_s=0.1)
    for descriptor in (ready, told, done):
        os.close(descriptor)


def test_a_killed_holder_leaves_no_stale_lock(path: Path, new_journal):
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with hold(path, path.name):
            os.write(told, b"x")
            os.read(ready, 1)
            os.read(ready, 1)
        os._exit(0)
    while not lock_path(path).exists() or not lock_path(path).read_bytes():
        os.sched_yield()
    os.kill(child, 9)
    os.waitpid(child, 0)
    assert write(path, RAISE, seen=read(path), journal=new_journal(), timeout_s=5).number == 1
    assert lock_path(path).exists()
    os.close(ready)
    os.close(told)


def test_a_lock_held_in_this_process_is_waited_for_as_well(path: Path, new_journal):
    with hold(path, path.name), pytest.raises(Refused, match=f"pid {os.getpid()}"):
        write(path, RAISE, seen=read(path), journal=new_journal(), timeout_s=0.05)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write in /etc/app"),
        (errno.EBUSY, "mount its directory"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_each_fault_of_the_system_has_its_words(number: int, words: str):
    refused = refusal(OSError(number, "x"), "registry.toml", Path("/etc/app/registry.toml"))
    assert words in refused.message
    assert refused.hint == "registry.toml is unchanged."


def test_a_directory_without_write_permission_is_named(new_journal):
    def work(path: Path) -> None:
        faults.drop_root()
        with pytest.raises(Refused, match=f"may not write in {path.parent}"):
            write(path, RAISE, seen=read(path), journal=new_journal())

    with faults.registry() as path:
        path.chmod(0o666)
        path.parent.chmod(0o555)
        before = path.read_text()
        assert faults.finished(faults.fork(lambda: work(path)))
        assert path.read_text() == before
        path.parent.chmod(0o755)
