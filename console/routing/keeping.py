"""The last-known-good copy: what a router starts with when the registry cannot be read."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from console.domain.errors import Problem, RegistryInvalid
from console.registry.reading import Snapshot, parse, read_bytes

APPLICATION = "model-console"
ABANDONED_S = 60.0
"""Parts of copies older than this were left by a process that was killed."""


def cache_home(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where copies are kept: the user's cache directory, by the custom of the platform."""
    # Unlike Path.home(), this never raises, not even for a user without a home.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / APPLICATION / "Cache"
    chosen = environment.get("XDG_CACHE_HOME", "")
    if chosen.startswith("/"):
        return Path(chosen) / APPLICATION
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / APPLICATION


def copy_path(directory: Path, registry: str) -> Path:
    """The copy of one registry; its name tells registries of different applications apart."""
    whole = os.path.abspath(registry) if "\0" not in registry else registry  # noqa: PTH100
    name = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return directory / f"{name}.toml"


def keep(copy: Path, data: bytes) -> None:
    """Replace the copy, readable by this user only. Raises OSError where it cannot be kept.

    A copy with these bytes is left alone: of many processes that see one change, most find it there.
    """
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(copy)
    with suppress(RegistryInvalid):
        if _trusted(copy) and read_bytes(copy, copy.name) == data:
            return
    part = copy.with_name(f".{copy.stem}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(copy)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def kept(copy: Path) -> Snapshot:
    """The registry in the copy. Raises RegistryInvalid where there is none, or one that others could have written."""
    if not _trusted(copy):
        raise RegistryInvalid(str(copy), (Problem((), "there is no copy that only this user can have written"),))
    return parse(read_bytes(copy, str(copy)), str(copy), copy)


def _trusted(copy: Path) -> bool:
    """Whether the copy is a plain file of this user that nobody else may write: the directory may be a shared one."""
    try:
        status = copy.lstat()
    except OSError:
        return False
    mine = not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
    return stat.S_ISREG(status.st_mode) and mine


def _sweep(copy: Path) -> None:
    """Remove what processes that were killed while they kept this copy have left."""
    for part in copy.parent.glob(f".{copy.stem}.*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > ABANDONED_S:
                part.unlink()
