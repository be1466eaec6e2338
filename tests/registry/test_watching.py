"""Noticing changes: by being different, never by being newer."""

from __future__ import annotations

import os
from pathlib import Path

from console.domain.errors import RegistryInvalid
from console.registry.reading import Snapshot, read
from console.registry.watching import Watcher


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_look_always_answers_and_the_next_only_a_change(path: Path):
    watcher = Watcher(path)
    assert isinstance(watcher.poll(), Snapshot)
    assert watcher.poll() is None
    path.write_text(path.read_text().replace("= 5\n", "= 25\n"))
    changed = watcher.poll()
    assert isinstance(changed, Snapshot)
    assert changed.registry.routes["support"].canary_percentage == 25
    assert watcher.poll() is None


def test_a_change_with_an_older_time_is_a_change(path: Path):
    watcher = Watcher(path)
    watcher.poll()
    path.write_text(path.read_text().replace("= 5\n", "= 25\n"))
    os.utime(path, (1, 1))
    assert isinstance(watcher.poll(), Snapshot)


def test_a_touch_without_a_change_is_none(path: Path):
    watcher = Watcher(path)
    watcher.poll()
    os.utime(path, (1, 1))
    assert watcher.poll() is None


def test_a_change_that_the_clock_of_the_file_system_hides_is_found_after_30_s(path: Path):
    clock = Clock()
    watcher = Watcher(path, clock=clock)
    watcher.poll()
    times = path.stat()
    path.write_text(path.read_text().replace("= 5\n", "= 6\n"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    clock.now += 29
    assert watcher.poll() is None
    clock.now += 2
    assert isinstance(watcher.poll(), Snapshot)


def test_an_invalid_file_is_reported_once_and_its_recovery_too(path: Path, design: str):
    watcher = Watcher(path)
    watcher.poll()
    path.write_text("schema = ")
    assert isinstance(watcher.poll(), RegistryInvalid)
    os.utime(path, (1, 1))
    assert watcher.poll() is None
    path.unlink()
    gone = watcher.poll()
    assert isinstance(gone, RegistryInvalid)
    assert "no such file" in gone.message
    assert watcher.poll() is None
    path.write_text(design)
    assert isinstance(watcher.poll(), Snapshot)


def test_a_file_that_comes_back_as_it_was_is_a_recovery(path: Path, design: str):
    watcher = Watcher(path)
    watcher.poll()
    path.rename(path.with_name("away"))
    assert isinstance(watcher.poll(), RegistryInvalid)
    path.with_name("away").rename(path)
    assert isinstance(watcher.poll(), Snapshot)


def test_a_link_that_is_turned_to_another_file_is_a_change(path: Path, tmp_path: Path, design: str):
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    watcher = Watcher(link)
    watcher.poll()
    other = tmp_path / "other.toml"
    other.write_text(design.replace("= 5\n", "= 50\n"))
    link.unlink()
    link.symlink_to(other)
    changed = watcher.poll()
    assert isinstance(changed, Snapshot)
    assert changed.path == other.resolve()


def test_a_missing_file_is_an_answer_to_the_first_look(tmp_path: Path):
    watcher = Watcher(tmp_path / "registry.toml")
    assert isinstance(watcher.poll(), RegistryInvalid)
    assert watcher.poll() is None


def test_a_file_that_somebody_has_just_read_is_not_read_again(path: Path):
    known = read(path)
    watcher = Watcher(path, read=known)
    assert watcher.poll() is known
    assert watcher.poll() is None


def test_what_was_read_is_not_taken_for_a_file_that_has_changed_since(path: Path):
    known, text = read(path), path.read_text(encoding="utf-8")
    path.write_text(text + "# changed\n", encoding="utf-8")
    watcher = Watcher(path, read=known)
    found = watcher.poll()
    assert isinstance(found, Snapshot)
    assert found.data.endswith(b"# changed\n")
    path.write_text(text, encoding="utf-8")
    again = watcher.poll()
    assert isinstance(again, Snapshot)
    assert again is not known, "taken once only"
