"""Looking at the registry file until a change has settled: the same bytes on two looks, and only then their meaning."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from console.domain.errors import RegistryInvalid
from console.registry.reading import Snapshot, digest, parse, read_bytes
from console.registry.watching import REHASH_S, signature

SETTLE_S = 0.05
"""How far apart the two looks are. Editors, `cp` and `git checkout` write a file in pieces."""
LOOKS = 20
"""How often a file that keeps changing is looked at before the next poll: a second's worth."""

Seen = Snapshot | RegistryInvalid | Literal["same", "moving"]
"""What a look found: a new state, what is newly wrong, no change, or a file that is being written."""

_Settled = tuple[tuple[int, int, int, int] | None, bytes | RegistryInvalid, str]


class Looker:
    """Looks at one file for one thread. `known` is the hash of what is served already; `clock` counts seconds."""

    def __init__(self, path: str, known: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._known = known
        self._clock = clock
        self._signature: tuple[int, int, int, int] | None = None
        self._due = clock()

    def look(self, pause: Callable[[float], object]) -> Seen:
        """The state of the file, if it is another than at the last look. `pause` waits the seconds it is given.

        What is wrong is reported once, too, and only after it was seen twice: during a save by an editor a file may
        be missing for a moment.
        """
        seen = signature(self._path)
        # Without a signature there is nothing that could be the same, so a missing or unreadable file is tried again.
        if seen is not None and seen == self._signature and self._clock() < self._due:
            return "same"
        found, name = self._read()
        if name != self._known:
            settled = self._settled(name, pause)
            if settled is None:
                return "moving"
            seen, found, name = settled
        self._signature = None if isinstance(found, RegistryInvalid) else seen
        self._due = self._clock() + REHASH_S
        if name == self._known:
            return "same"
        self._known = name
        return found if isinstance(found, RegistryInvalid) else self._meaning(found)

    def _settled(self, name: str, pause: Callable[[float], object]) -> _Settled | None:
        """The first state that is seen twice, with its signature and name; None if it does not stop changing."""
        for _ in range(LOOKS):
            pause(SETTLE_S)
            seen = signature(self._path)
            again, name_again = self._read()
            if name_again == name:
                return seen, again, name
            name = name_again
        return None

    def _read(self) -> tuple[bytes | RegistryInvalid, str]:
        """The bytes with their hash, or what keeps them from being read, known by its message."""
        try:
            data = read_bytes(Path(self._path), self._path)
        except RegistryInvalid as invalid:
            return invalid, invalid.message
        return data, digest(data)

    def _meaning(self, data: bytes) -> Snapshot | RegistryInvalid:
        try:
            return parse(data, self._path)
        except RegistryInvalid as invalid:
            return invalid
