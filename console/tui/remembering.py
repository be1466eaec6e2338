"""The theme that this user chose last, by name, in a small file of the user's own folder.

What cannot be read or written there is as if nobody had chosen: no console stays shut, or ends badly, for its colours.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from console.catalog.own import state_folder

_LONGEST = 100
"""Bytes: longer is no name of a theme."""


def theme_file() -> Path | None:
    """Where the name is kept; None where this user has no folder."""
    try:
        return state_folder() / "theme"
    except RuntimeError:  # nobody knows the home of this user
        return None


def remembered(path: Path | None) -> str:
    """The name in `path`, or "". It may be one that no theme has."""
    if path is None:
        return ""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return ""


def remember(path: Path | None, name: str) -> None:
    """Keep `name` for the next start, readable by this user alone."""
    if path is None:
        return
    from console.providers.private import write_whole  # not before the first frame

    with suppress(OSError, ValueError):
        write_whole(path, f"{name}\n".encode())
