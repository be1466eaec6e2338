"""Where a value stands in the registry: a tuple of keys, printed the way TOML writes it."""

from __future__ import annotations

import re

KeyPath = tuple[str, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def dotted(path: KeyPath) -> str:
    """`("models", "gpt-4.1")` is written `models."gpt-4.1"`, so that it can be pasted into a search or into TOML."""
    return ".".join(
        key if _BARE.match(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in path
    )
