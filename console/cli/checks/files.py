"""The registry and its history: whether they can be read, by whom they can be written, and who writes now."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from console.cli.checks.records import Check, failed, private, unwritable_by_all
from console.domain.errors import EXIT_GOOD, EXIT_INVALID, HistoryInvalid, RegistryInvalid
from console.history.store import History, beside
from console.registry.locking import held_by
from console.registry.reading import read, resolve
from console.text import words
from console.traffic.upkeep import integrity

ASIDE = "corrupt"
_READ = 100
"""Changes that the guard reads: all of them must be understood."""


def registry(path: Path) -> Iterator[Check]:
    """The registry file: every problem with its line, its permissions, and who holds its lock."""
    try:
        snapshot = read(path)
    except RegistryInvalid as error:
        yield failed("registry", error)
    else:
        routes, models = len(snapshot.registry.routes), len(snapshot.registry.models)
        text = f"{path}: {words.plural(routes, 'route')}, {words.plural(models, 'model')}"
        yield Check("registry", "good", text, facts={"routes": routes, "models": models, "sha256": snapshot.sha256})
        for problem in snapshot.warnings:
            yield Check("registry", "look", problem.text(snapshot.name), exit_code=EXIT_GOOD)
    target = resolve(path)
    if mode := unwritable_by_all("permissions", target):
        yield mode
    if not os.access(target.parent, os.W_OK):
        hint = "No change can be made from here: each one replaces the file by another in its folder."
        yield Check("folder", "look", f"{target.parent} cannot be written", hint)
    holder = held_by(target)
    if holder:
        yield Check("lock", "look", f"held by {holder}", "It is released when that program has written, or ended.")
    else:
        yield Check("lock", "good", "free")


def history(path: Path) -> Iterator[Check]:
    """The history beside the registry at `path`."""
    file = beside(path)
    if not file.exists():
        yield Check("history", "none", f"{file} is made by the first change")
        return
    try:
        newest = next(iter(History(file).entries(limit=_READ)), None)
    except HistoryInvalid as error:
        hint = "It can be read again later." if "locked" in error.message else "--set-history-aside begins a new one."
        yield Check("history", "bad", error.message, hint, exit_code=EXIT_INVALID)
        return
    found = integrity(file)
    if found:
        yield Check(
            "history",
            "bad",
            f"{file} is damaged: {found[0]}",
            "--set-history-aside begins a new one.",
            {"problems": list(found)},
            EXIT_INVALID,
        )
    else:
        text = f"{file}: {words.plural(newest.number if newest else 0, 'change')}"
        yield Check("history", "good", text, facts={"changes": newest.number if newest else 0})
    if newest is not None and newest.state == "intended":
        hint = "The next change, or the console when it opens, looks at the file and decides."
        yield Check("history", "look", f"change {newest.number} was begun and not finished", hint)
    if mode := private("permissions", file, "look"):
        yield mode


def set_aside(path: Path) -> Path | None:
    """Rename the damaged history of the registry at `path`; the new name, or None where it is sound or absent.

    Raises OSError; HistoryInvalid where another program has it open.
    """
    file = beside(path)
    if not file.exists():
        return None
    try:
        History(file).entries(limit=_READ)
        if not integrity(file):
            return None
    except HistoryInvalid as error:
        if "locked" in error.message:
            raise
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = file.with_name(f"{file.name}.{ASIDE}-{stamp}")
    file.rename(target)
    journal = file.with_name(f"{file.name}-journal")
    if journal.exists():
        journal.rename(target.with_name(f"{target.name}-journal"))
    return target
