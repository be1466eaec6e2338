"""The last-known-good copy: what a router starts with when the registry cannot be read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def cache_home(environment: Mapping[str, str]) -> Path:
    """Where copies are kept: `$XDG_CACHE_HOME/model-console`, else `~/.cache/model-console`."""
    base = environment.get("XDG_CACHE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "model-console"
    # Unlike Path.home(), this never raises, not even for a user without a home.
    return Path(os.path.expanduser("~")) / ".cache" / "model-console"  # noqa: PTH111


def copy_path(directory: Path, registry: str) -> Path:
    """The copy of one registry; its name tells registries of different applications apart."""
    name = hashlib.sha256(os.path.abspath(registry).encode("utf-8", "surrogateescape")).hexdigest()[:16]  # noqa: PTH100
    return directory / f"{name}.toml"


def keep(copy: Path, data: bytes) -> None:
    """Replace the copy, readable by this user only. A directory that cannot be written is no failure of a request."""
    with suppress(OSError):
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=copy.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, copy)  # noqa: PTH105
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
