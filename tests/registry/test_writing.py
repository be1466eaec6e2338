"""The write protocol: what is checked, what is told to whom, and what a refusal leaves behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console.domain.edits import SetKey
from console.domain.errors import HistoryInvalid, ReadOnly, Refused, RegistryChanged, RegistryInvalid
from console.registry.locking import lock_path
from console.registry.reading import digest, read
from console.registry.writing import Replacement, write

SHARE = ("routes", "support", "canary_percentage")
RAISE = [SetKey(SHARE, 25)]


def beside(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir()} - {path.name}


def test_a_write_returns_what_was_done_and_tells_the_journal_first(path: Path, new_journal):
    before = path.read_bytes()
    during: list[bytes] = []
    journal = new_journal(lambda: during.append(path.read_bytes()))
    written = write(path, RAISE, seen=read(path).sha256, journal=journal)
    assert during == [before]
    assert journal.log == [("intend", 1), ("commit", 1)]
    assert journal.intents == [(before, path.read_bytes())]
    assert (written.before, written.after, written.number) == (before, path.read_bytes(), 1)
    assert written.snapshot == read(path)
    assert written.diff[1:] == (("removed", "canary_percentage = 5"), ("added", "canary_percentage = 25"))
    assert written.notes == ()
    assert beside(path) == {lock_path(path).name}


def test_a_whole_file_is_given_back_byte_by_byte(path: Path, new_journal):
    before = path.read_bytes()
    written = write(path, RAISE, seen=read(path), journal=new_journal())
    write(path, Replacement(before), seen=written.snapshot, journal=new_journal())
    assert path.read_bytes() == before


def test_a_file_that_is_no_registry_can_be_replaced_by_one(path: Path, new_journal, design: str):
    path.write_text("schema = ")
    seen = digest(path.read_bytes())
    with pytest.raises(RegistryInvalid):
        write(path, RAISE, seen=seen, journal=new_journal())
    write(path, Replacement(design.encode()), seen=seen, journal=new_journal())
    assert path.read_text() == design


def test_what_is_no_registry_is_never_written(path: Path, new_journal, design: str):
    journal = new_journal()
    with pytest.raises(RegistryInvalid):
        write(path, Replacement(b"schema = 1\n"), seen=read(path), journal=journal)
    assert (path.read_text(), journal.log) == (design, [])


def test_a_file_that_somebody_saved_since_is_not_touched_and_the_difference_shown(path: Path, new_journal, design: str):
    seen = read(path)
    path.write_text(design.replace("platform team", "olga"))
    journal = new_journal()
    with pytest.raises(RegistryChanged) as caught:
        write(path, RAISE, seen=seen, journal=journal)
    assert '-pinned_by = "platform team"\n+pinned_by = "olga"' in caught.value.difference
    assert "olga" in path.read_text()
    assert journal.log == []


def test_with_a_hash_alone_the_refusal_has_no_difference(path: Path, new_journal):
    with pytest.raises(RegistryChanged) as caught:
        write(path, RAISE, seen="0" * 64, journal=new_journal())
    assert caught.value.difference == ""


@pytest.mark.parametrize("by_rename", [True, False])
def test_an_editor_that_saves_during_the_write_wins(path: Path, new_journal, design: str, by_rename: bool):
    saved = design.replace("platform team", "olga")

    def save() -> None:
        place = path.with_name("swap") if by_rename else path
        place.write_text(saved)
        place.replace(path)

    journal = new_journal(save)
    with pytest.raises(RegistryChanged) as caught:
        write(path, RAISE, seen=read(path), journal=journal)
    assert path.read_text() == saved
    assert '+pinned_by = "olga"' in caught.value.difference
    assert journal.log == [("intend", 1), ("abandon", 1)]
    assert beside(path) == {lock_path(path).name}


def test_a_file_that_is_deleted_during_the_write_stays_deleted(path: Path, new_journal):
    with pytest.raises((RegistryInvalid, Refused)):
        write(path, RAISE, seen=read(path), journal=new_journal(path.unlink))
    assert not path.exists()


def test_a_read_only_console_writes_nothing_whatever_the_edit(path: Path, new_journal, design: str):
    journal = new_journal()
    with pytest.raises(ReadOnly):
        write(path, RAISE, seen=read(path), journal=journal, read_only=True)
    assert (path.read_text(), journal.log, beside(path)) == (design, [], set())


def test_an_edit_that_changes_nothing_is_refused(path: Path, new_journal):
    journal = new_journal()
    with pytest.raises(Refused, match="says that already"):
        write(path, [SetKey(SHARE, 5)], seen=read(path), journal=journal)
    assert journal.log == []


def test_without_a_journal_nothing_is_written(path: Path, new_journal, design: str):
    with pytest.raises(HistoryInvalid, match="the history is broken"):
        write(path, RAISE, seen=read(path), journal=new_journal(broken_at="intend"))
    assert path.read_text() == design


def test_a_journal_that_fails_afterwards_does_not_hide_that_the_file_was_written(path: Path, new_journal):
    with pytest.raises(HistoryInvalid, match="was written, but"):
        write(path, RAISE, seen=read(path), journal=new_journal(broken_at="commit"))
    assert read(path).registry.routes["support"].canary_percentage == 25


def test_a_journal_that_cannot_abandon_does_not_hide_the_reason(path: Path, new_journal, design: str):
    journal = new_journal(lambda: path.write_text(design + "\n"), broken_at="abandon")
    with pytest.raises(RegistryChanged):
        write(path, RAISE, seen=read(path), journal=journal)


def test_mode_and_owner_are_kept(path: Path, new_journal):
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write(path, RAISE, seen=read(path), journal=new_journal())
    after = path.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (before.st_uid, before.st_gid, 0o640)
    assert after.st_ino != before.st_ino


def test_a_link_stays_a_link_and_its_target_is_written(path: Path, tmp_path: Path, new_journal):
    link = tmp_path / "elsewhere" / "link.toml"
    link.parent.mkdir()
    link.symlink_to(path)
    written = write(link, RAISE, seen=read(link), journal=new_journal())
    assert link.is_symlink()
    assert written.path == path.resolve()
    assert read(path).registry.routes["support"].canary_percentage == 25
    assert not beside(link)


def test_a_second_hard_link_is_mentioned(path: Path, tmp_path: Path, new_journal, design: str):
    other = tmp_path / "other.toml"
    other.hardlink_to(path)
    written = write(path, RAISE, seen=read(path), journal=new_journal())
    assert "1 more hard link" in written.notes[0]
    assert other.read_text() == design


def test_what_dead_writers_left_is_removed_when_it_is_old(path: Path, new_journal):
    old = path.with_name(".registry.toml.1-aa.console-tmp")
    new = path.with_name(".registry.toml.2-bb.console-tmp")
    foreign = path.with_name(".other.toml.3-cc.console-tmp")
    for file in (old, new, foreign):
        file.write_text("x")
    now = new.stat().st_mtime + 30
    os.utime(old, (now - 61, now - 61))
    os.utime(foreign, (now - 61, now - 61))
    write(path, RAISE, seen=read(path), journal=new_journal(), clock=lambda: now)
    assert beside(path) == {new.name, foreign.name, lock_path(path).name}


@pytest.mark.parametrize("make", [lambda place: None, lambda place: place.mkdir(), lambda place: os.mkfifo(place)])
def test_what_is_no_file_gets_no_lock_file_either(tmp_path: Path, new_journal, make):
    place = tmp_path / "registry.toml"
    make(place)
    with pytest.raises(RegistryInvalid):
        write(place, RAISE, seen="", journal=new_journal())
    assert beside(place) == set()


def test_names_with_pattern_characters_are_only_names(tmp_path: Path, new_journal, design: str):
    path = tmp_path / "reg[i]stry*.toml"
    path.write_text(design)
    stranger = tmp_path / ".registryX.toml.1-a.console-tmp"
    stranger.write_text("x")
    write(path, RAISE, seen=read(path), journal=new_journal(), clock=lambda: stranger.stat().st_mtime + 999)
    assert stranger.exists()
