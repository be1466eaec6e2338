"""One thing that `console doctor` looked at, and what it thinks of it."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from console.domain.errors import EXIT_FAILED, ConsoleError

Level = Literal["good", "none", "look", "bad"]
"""good; none: not there, and that is all right; look: a person should know; bad: something does not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """A finding. `facts` are the figures behind `text`; `exit_code` is what a bad one ends the command with."""

    name: str
    level: Level
    text: str
    hint: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    exit_code: int = EXIT_FAILED


def failed(name: str, error: ConsoleError) -> Check:
    """What an error says, as a finding."""
    return Check(name, "bad", error.message, error.hint, exit_code=error.exit_code)


def private(name: str, path: Path, level: Level) -> Check | None:
    """Whether `path` is for its owner only: a finding of `level` where it is not. None where there is no such file."""
    mode = _mode(path)
    if mode is None:
        return None
    facts = {"path": str(path), "mode": f"{mode:04o}"}
    if mode & 0o077:
        return Check(
            name, level, f"{path} is open to others (mode {mode:04o})", f"chmod 600 {shlex.quote(str(path))}", facts
        )
    return Check(name, "good", f"{path} is yours only (mode {mode:04o})", facts=facts)


def unwritable_by_all(name: str, path: Path) -> Check | None:
    """Whether only its owner and group may write `path`. None where there is no such file."""
    mode = _mode(path)
    if mode is None:
        return None
    facts = {"path": str(path), "mode": f"{mode:04o}"}
    if mode & 0o002:
        hint = f"Whoever can change it chooses the models your application calls: chmod o-w {shlex.quote(str(path))}"
        return Check(name, "bad", f"anybody may write {path} (mode {mode:04o})", hint, facts)
    return Check(name, "good", f"mode {mode:04o}", facts=facts)


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
