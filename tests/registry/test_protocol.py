"""The order of a write, step by step: what has happened, and what has not, at the moment each step fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from console.domain.edits import SetKey
from console.domain.errors import ReadOnly, Refused, RegistryChanged, RegistryInvalid
from console.registry import locking, replacing, writing
from console.registry.locking import held_by, hold, lock_path
from console.registry.reading import BOM, read
from console.registry.replacing import STALE_S, changed, replace_file, sweep
from console.registry.writing import write

RAISE = [SetKey(("routes", "support", "canary_percentage"), 25)]
STEPS = ["hold", "parse", "preview", "sweep", "intend", "replace_file", "commit", "release"]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, new_journal: Any) -> tuple[list[str], Any]:
    """What a write did, in order; and a journal that writes into the same list."""
    done: list[str] = []
    for name in ("hold", "parse", "preview", "sweep", "replace_file"):
        real = getattr(writing, name)

        def noted(*given: Any, _name: str = name, _real: Any = real, **more: Any) -> Any:
            done.append(_name)
            return _real(*given, **more)

        monkeypatch.setattr(writing, name, noted)
    release = locking.FileLock.release

    def released(self: Any, *given: Any, **more: Any) -> None:
        if "release" not in done:  # a lock releases itself once more when it is thrown away
            done.append("release")
        release(self, *given, **more)

    monkeypatch.setattr(locking.FileLock, "release", released)
    journal = new_journal()
    tell = journal._tell
    journal._tell = lambda word, number: (done.append(word), tell(word, number))
    return done, journal


def test_the_steps_come_in_their_order(path: Path, steps: Any):
    done, journal = steps
    write(path, RAISE, seen=read(path), journal=journal)
    assert [step for step in done if step in STEPS][: len(STEPS)] == STEPS


def test_what_is_refused_before_the_lock_leaves_no_lock_file(tmp_path: Path, steps: Any):
    done, journal = steps
    for name in ("missing.toml", "folder"):
        (tmp_path / "folder").mkdir(exist_ok=True)
        with pytest.raises(RegistryInvalid):
            write(tmp_path / name, RAISE, seen="0" * 64, journal=journal)
    assert done == []
    assert {entry.name for entry in tmp_path.iterdir()} == {"folder"}


def test_a_file_that_was_not_seen_is_refused_under_the_lock_and_before_any_edit(path: Path, steps: Any):
    done, journal = steps
    with pytest.raises(RegistryChanged):
        write(path, RAISE, seen="0" * 64, journal=journal)
    assert done == ["hold", "release"]


def test_an_edit_that_is_impossible_is_refused_before_the_journal_hears_of_it(path: Path, steps: Any):
    done, journal = steps
    with pytest.raises(Refused):
        write(path, [SetKey(("routes", "gone", "canary"), "x")], seen=read(path), journal=journal)
    assert done == ["hold", "parse", "preview", "release"]


@pytest.mark.parametrize("step", ["replace", "_write"])
def test_a_system_that_fails_at_the_end_is_told_to_the_journal_and_leaves_no_temporary(
    path: Path, new_journal: Any, design: str, monkeypatch: pytest.MonkeyPatch, step: str
):
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(replacing, "_write", full)
    journal = new_journal()
    with pytest.raises(Refused, match="no space left"):
        write(path, RAISE, seen=read(path), journal=journal)
    assert journal.log == [("intend", 1), ("abandon", 1)]
    assert path.read_text() == design
    assert {entry.name for entry in path.parent.iterdir()} == {path.name, lock_path(path).name}


def test_the_new_bytes_are_on_the_disk_before_they_have_the_name(path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        sync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        done.append("replace")
        return replace(self, target)

    monkeypatch.setattr(replacing.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replaced)
    replace_file(path, path.name, path.read_bytes(), b"new")
    assert done == ["file", "replace", "folder"]


def test_the_file_is_looked_at_once_more_after_the_temporary_is_written(path: Path, monkeypatch: pytest.MonkeyPatch):
    before, real = path.read_bytes(), replacing._write

    def save(temporary: Path, data: bytes, like: os.stat_result) -> None:
        real(temporary, data, like)
        path.write_bytes(b"somebody's own")

    monkeypatch.setattr(replacing, "_write", save)
    with pytest.raises(RegistryChanged):
        replace_file(path, path.name, before, b"new")
    assert path.read_bytes() == b"somebody's own"
    assert {entry.name for entry in path.parent.iterdir()} == {path.name}


def test_a_temporary_is_never_open_to_others_while_it_is_written(path: Path, monkeypatch: pytest.MonkeyPatch):
    modes: list[int] = []
    real = os.fchmod

    def fchmod(descriptor: int, mode: int) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)
        real(descriptor, mode)

    path.chmod(0o664)
    monkeypatch.setattr(replacing.os, "fchmod", fchmod)
    replace_file(path, path.name, path.read_bytes(), b"new")
    assert modes == [0o600]
    assert path.stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize(("age", "gone"), [(STALE_S - 1, False), (STALE_S, False), (STALE_S + 1, True), (1e6, True)])
def test_a_temporary_of_a_dead_writer_is_removed_after_a_minute(path: Path, age: float, gone: bool):
    left = path.with_name(f".{path.name}.99-abcd.console-tmp")
    left.write_text("half")
    os.utime(left, (1_000_000, 1_000_000))
    sweep(path, 1_000_000 + age)
    assert left.exists() is not gone


def test_only_temporaries_of_this_file_are_removed(tmp_path: Path):
    """Also where its name holds what a pattern would take for more than itself."""
    target = tmp_path / "a*[b]?.toml"
    mine = tmp_path / ".a*[b]?.toml.1-x.console-tmp"
    others = [
        tmp_path / name for name in (".aXb?.toml.1-x.console-tmp", ".a*[b]?.toml.lock", "a*[b]?.toml", "x.console-tmp")
    ]
    for file in (mine, *others):
        file.write_text("x")
        os.utime(file, (1, 1))
    sweep(target, 1e9)
    assert not mine.exists()
    assert all(file.exists() for file in others)


def test_a_difference_is_shown_line_by_line_without_marks_of_the_encoding():
    error = changed("r.toml", BOM + b"a = 1\nb = 2\n", b"a = 1\nb = \xff\n")
    assert error.difference.split("\n")[:2] == ["--- r.toml (as you saw it)", "+++ r.toml (as it is)"]
    assert "-b = 2\n+b = \ufffd" in error.difference
    assert "a = 1" in error.difference
    assert "\ufeff" not in error.difference
    assert changed("r.toml", b"", b"a").difference == ""


def test_nobody_holds_a_lock_that_was_never_or_is_no_longer_taken(path: Path):
    assert held_by(path) is None
    assert not lock_path(path).exists(), "looking left a file behind"
    with hold(path, path.name):
        pass
    assert held_by(path) is None


def test_the_holder_is_named_by_program_and_process(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(locking.sys, "argv", ["/usr/bin/console"])
    with hold(path, path.name):
        assert held_by(path) == f"console (pid {os.getpid()})"


@pytest.mark.parametrize(
    ("written", "holder"),
    [(b"", "another program"), (b"\xff\n", "\ufffd"), (b"x" * 500, "x" * 200), (b"one\ntwo", "one")],
)
def test_whatever_stands_in_a_lock_file_the_holder_has_a_short_name(path: Path, written: bytes, holder: str):
    with hold(path, path.name):
        lock_path(path).write_bytes(written)
        assert held_by(path) == holder


def test_whoever_may_write_the_registry_may_take_its_lock(path: Path):
    path.chmod(0o664)
    umask = os.umask(0)
    try:
        with hold(path, path.name):
            assert lock_path(path).stat().st_mode & 0o777 == 0o664
    finally:
        os.umask(umask)


def test_a_lock_is_released_when_the_work_fails(path: Path):
    with pytest.raises(KeyError), hold(path, path.name):
        raise KeyError
    with hold(path, path.name, timeout_s=0.1):
        pass


def test_read_only_refuses_before_it_looks(tmp_path: Path, new_journal: Any):
    with pytest.raises(ReadOnly, match="read-only"):
        write(tmp_path / "nothing there", RAISE, seen="", journal=new_journal(), read_only=True)


@pytest.mark.parametrize("links", [0, 1, 2])
def test_hard_links_are_counted_because_they_keep_the_old_text(path: Path, new_journal: Any, links: int):
    for number in range(links):
        os.link(path, path.with_name(f"other{number}"))
    before = path.read_text()
    notes = write(path, RAISE, seen=read(path), journal=new_journal()).notes
    assert [note.split(" had ")[1][:16] for note in notes] == ([] if links == 0 else [f"{links} more hard link"[:16]])
    assert all(path.with_name(f"other{number}").read_text() == before for number in range(links))
