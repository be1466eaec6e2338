"""User keys: the log holds a keyed hash of a user's id, so that nobody who has only the log can look a user up.

The key is made once for each log, 32 random bytes in `<log>.key` beside it, readable by its owner only. Whoever hands
the log on without that file hands on no user ids, not even guessable ones.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
_MEMORY = 50_000


def key_path(log: Path) -> Path:
    """Where the key of the log at `log` is."""
    return log.parent / f"{log.name}.key"


def load_key(log: Path) -> bytes:
    """The key of the log at `log`, made if there is none. Safe when several processes start at once.

    Raises:
        OSError: the file can be neither read nor made.
        ValueError: the file holds something else.
    """
    path = key_path(log)
    if not path.exists():
        _make(path)
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} is not a key of {KEY_BYTES} bytes")
    return key


def _make(path: Path) -> None:
    """Writes a private file and links it into place: no process ever reads half a key, and the first one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


class UserKeys:
    """Turns user ids into 16-byte keys. BLAKE2b with a key is a MAC of its own, at a third of the time of HMAC."""

    def __init__(self, key: bytes) -> None:
        self._state = hashlib.blake2b(key=key, digest_size=16, person=b"console user")
        self._memory: dict[str, bytes] = {}

    @property
    def key_id(self) -> str:
        """Names the key without revealing it; stored in the log, so that a lost key is noticed."""
        state = self._state.copy()
        state.update(b"\0key id")
        return state.hexdigest()[:16]

    def of_all(self, users: Iterable[str]) -> list[bytes | None]:
        """The keys of `users`; None for "", which is nobody."""
        known = self._memory.get
        return [known(user) or self.of(user) if user else None for user in users]

    def of(self, user: str) -> bytes:
        """The key of the user `user`."""
        known = self._memory.get(user)
        if known is None:
            state = self._state.copy()
            state.update(user.encode("utf-8", "surrogatepass"))
            known = state.digest()
            if len(self._memory) >= _MEMORY:
                self._memory.clear()
            self._memory[user] = known
        return known
