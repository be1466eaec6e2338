"""The one function through which every change of the registry goes, whoever makes it.

Lock, look whether the file is still what the person saw, edit, check, write down the intent, write beside, look once
more, replace. At each step a crash, a full disk or another writer leaves a whole file: the old one or the new one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from console.domain.edits import Edit
from console.domain.errors import ConsoleError, HistoryInvalid, ReadOnly, Refused
from console.registry.editing import Preview, compare, preview
from console.registry.lines import Diff
from console.registry.locking import LOCK_S, hold
from console.registry.reading import Snapshot, digest, parse, read_bytes, resolve
from console.registry.replacing import changed, replace_file, sweep

__all__ = ["Journal", "Preview", "Replacement", "Written", "compare", "preview", "write"]


class Journal(Protocol):
    """Where every change is written down before it is made: the history."""

    def intend(self, before: bytes, after: bytes) -> int:
        """Stores, durably, what is about to be written. Returns the change's number."""
        ...

    def commit(self, number: int) -> None:
        """The file holds the `after` of this change."""
        ...

    def abandon(self, number: int) -> None:
        """The file still holds the `before` of this change."""
        ...


@dataclass(frozen=True, slots=True)
class Replacement:
    """A whole file to give back: how undo restores every byte."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """A change that was made. `number` is the journal's; `notes` are warnings about the file itself."""

    path: Path
    before: bytes
    after: bytes
    diff: Diff
    number: int
    snapshot: Snapshot
    notes: tuple[str, ...] = ()


def write(
    path: str | Path,
    edits: Sequence[Edit] | Replacement,
    *,
    seen: str | Snapshot,
    journal: Journal,
    read_only: bool = False,
    timeout_s: float = LOCK_S,
    clock: Callable[[], float] = time.time,
) -> Written:
    """Makes `edits` in the registry at `path`, or gives the whole file back, and returns what was done.

    `seen` is what the person was looking at: the snapshot, or its sha256 (then a refusal cannot show the difference).
    `clock` gives epoch seconds. Raises ReadOnly; RegistryChanged if the file is no longer that; RegistryInvalid if it
    is no registry; Refused if the edit is impossible, another writer keeps the lock or the system forbids it;
    HistoryInvalid from the journal. Unless HistoryInvalid says otherwise, nothing was written.
    """
    name = os.fspath(path)
    if read_only:
        raise ReadOnly(f"{name} was not changed: this console is read-only", "Start it without --read-only.")
    target = resolve(path)
    read_bytes(target, name)  # a missing file, a pipe or a directory is refused before a lock file appears beside it
    _must_be_writable(target, name)
    with hold(target, name, timeout_s):
        before = read_bytes(target, name)
        _must_be_seen(before, seen, name)
        change = _change(before, edits, name, target)
        sweep(target, clock())
        number = journal.intend(before, change.after)
        notes = _notes(target, name)
        try:
            replace_file(target, name, before, change.after)
        except ConsoleError:
            with suppress(ConsoleError):
                journal.abandon(number)
            raise
        _commit(journal, number, name)
    snapshot = parse(change.after, name, target)
    return Written(target, before, change.after, change.diff, number, snapshot, notes)


def _change(before: bytes, edits: Sequence[Edit] | Replacement, name: str, target: Path) -> Preview:
    if isinstance(edits, Replacement):
        change = compare(before, edits.data, name)
    else:
        change = preview(parse(before, name, target), edits)
    if change.after == before:
        raise Refused(f"{name} was not changed: it says that already")
    return change


def _must_be_seen(before: bytes, seen: str | Snapshot, name: str) -> None:
    expected = seen if isinstance(seen, str) else seen.sha256
    if digest(before) != expected:
        raise changed(name, b"" if isinstance(seen, str) else seen.data, before)


def _must_be_writable(target: Path, name: str) -> None:
    """Replacing a file needs no right to write it, but who took that right away meant something by it."""
    disk_is_read_only = 0
    with suppress(OSError):
        disk_is_read_only = os.statvfs(target).f_flag & os.ST_RDONLY
    if disk_is_read_only:
        raise Refused(f"{name} cannot be written: its file system is read-only", f"{name} is unchanged.")
    if not os.access(target, os.W_OK):
        raise Refused(f"{name} is write-protected for this user", f"{name} is unchanged. `chmod u+w` allows it.")


def _notes(target: Path, name: str) -> tuple[str, ...]:
    with suppress(OSError):
        links = target.stat().st_nlink
        if links > 1:
            return (
                f"{name} had {links - 1} more hard link(s); those keep the old text. A symbolic link would follow.",
            )
    return ()


def _commit(journal: Journal, number: int, name: str) -> None:
    try:
        journal.commit(number)
    except ConsoleError as error:
        message = f"{name} was written, but the history could not mark it as done: {error.message}"
        raise HistoryInvalid(message, error.hint) from error
