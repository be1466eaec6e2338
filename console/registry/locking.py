"""One writer at a time: an exclusive lock on a file beside the registry, which also says who holds it.

The operating system releases the lock of a program that dies, and the lock file is never removed: removing it would
let two writers lock two files of the same name.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from console.domain.errors import Refused
from console.registry.locked import is_locked
from console.registry.replacing import refusal

LOCK_S = 5.0
_LONGEST_HOLDER = 200


def lock_path(target: Path) -> Path:
    """The lock file of the registry `target`."""
    return target.parent / f".{target.name}.lock"


@contextmanager
def hold(target: Path, name: str, timeout_s: float = LOCK_S) -> Iterator[None]:
    """Holds the registry's lock. Raises Refused, naming the holder, if another writer keeps it for `timeout_s`."""
    path = lock_path(target)
    try:
        # Whoever may write the registry may take its lock, also in a directory that a group shares.
        lock = FileLock(path, timeout=timeout_s, mode=stat.S_IMODE(target.stat().st_mode) | 0o600)
        lock.acquire()
    except Timeout as timeout:
        holder = _holder(path)
        message = f"{name} is being written by {holder}; gave up after {timeout_s:g} s"
        raise Refused(message, "Nothing was written. Try again; if that program hangs, end it.") from timeout
    except OSError as error:
        raise refusal(error, name, target) from error
    try:
        _sign(path)
        yield
    finally:
        lock.release()


def held_by(target: Path) -> str | None:
    """Who holds the registry's lock at this moment, or None. Looks only: the lock file stays as it is."""
    path = lock_path(target)
    return _holder(path) if is_locked(path) else None


def _sign(path: Path) -> None:
    """Leaves word who holds the lock. Without it the message is poorer, and nothing else."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.write(descriptor, f"{Path(sys.argv[0]).name or 'python'} (pid {os.getpid()})\n".encode())
        finally:
            os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        words = path.read_text("utf-8", errors="replace")[:_LONGEST_HOLDER].split("\n")[0]
    except OSError:
        words = ""
    return words or "another program"
