"""Whether a TOML file is a suite: cheap enough to ask of every TOML file of a project that has none."""

from __future__ import annotations

import re
from pathlib import Path

FOLDERS = frozenset({"suites", "tests", "test"})
"""Where suites are looked for. One that lies elsewhere is named."""
_CASE = re.compile(rb"^\s*\[\[\s*case\s*\]\]", re.MULTILINE)
_SCHEMA = re.compile(rb"^\s*schema\s*=\s*1\b", re.MULTILINE)
_TABLE = re.compile(rb"^\s*\[", re.MULTILINE)
_ENOUGH_BYTES = 5_000_000


def is_suite(path: Path, root: Path, *, named: bool) -> bool:
    """Whether the file at `path`, in the project at `root`, says it is one. `named`: somebody asked for this file.

    A file that was only found must say `schema = 1` above its first table, so that nobody else's TOML is claimed.
    """
    folders = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
    if not named and not FOLDERS.intersection(folders):
        return False
    try:
        with path.open("rb") as file:
            text = file.read(_ENOUGH_BYTES)
    except OSError:
        return False
    first = _TABLE.search(text)
    top = text[: first.start()] if first else text
    return _CASE.search(text) is not None and (named or _SCHEMA.search(top) is not None)
