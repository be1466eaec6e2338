"""Noticing that the registry file changed: cheap enough to ask every second, right even with coarse clocks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from console.domain.errors import RegistryInvalid
from console.registry.reading import Snapshot, digest, parse, read_bytes, resolve

REHASH_S = 30.0
"""File systems with a coarse clock can change a file without changing its times, so now and then it is hashed."""

_Signature = tuple[int, int, int, int] | None


def signature(path: str | Path) -> _Signature:
    """(device, inode, size, mtime in ns) of the file behind `path`, or None where there is none.

    A change is a *different* signature, never a newer one: `cp -p` and a checkout turn the clock back.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class Watcher:
    """Looks at one registry file. `clock` is monotonic, in seconds. Not for sharing between threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        rehash_s: float = REHASH_S,
        read: Snapshot | None = None,
    ) -> None:
        """`read` is the file as somebody has just read it: the first poll takes it where that is what is there."""
        self._path = path
        self._given = read
        self._clock = clock
        self._rehash_s = rehash_s
        self._looked = False
        self._signature: _Signature = None
        self._known: str = ""
        self._due = 0.0

    def poll(self) -> Snapshot | RegistryInvalid | None:
        """The new state of the file, or None if it is as it was at the last poll. The first poll always answers.

        A file that stays invalid for the same reason is reported once.
        """
        seen = signature(self._path)
        if self._looked and seen == self._signature and (seen is None or self._clock() < self._due):
            return None
        self._looked, self._signature = True, seen
        self._due = self._clock() + self._rehash_s
        result, known = self._read()
        if known == self._known:
            return None
        self._known = known
        return result

    def _read(self) -> tuple[Snapshot | RegistryInvalid | None, str]:
        """What is there, with what it is known by: its hash, or what is wrong with it."""
        name = os.fspath(self._path)
        try:
            target = resolve(self._path)
            data = read_bytes(target, name)
            known = digest(data)
            if known == self._known:
                return None, known
            given, self._given = self._given, None
            return (given if given is not None and given.sha256 == known else parse(data, name, target)), known
        except RegistryInvalid as invalid:
            return invalid, invalid.message
