"""Putting a whole file in the place of another: a reader sees the old one or the new one, never anything between."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from console.domain.errors import Refused, RegistryChanged
from console.registry.reading import BOM, digest, read_bytes

STALE_S = 60.0
"""A write takes milliseconds: a temporary file of ours that is older belonged to a program that died."""
_SUFFIX = ".console-tmp"


def replace_file(target: Path, name: str, before: bytes, after: bytes) -> None:
    """Gives `target` the bytes `after`, with its mode and owner, if it still holds `before`.

    Raises RegistryChanged if somebody saved it meanwhile, Refused if the system does not let us; either way the file
    is as it was.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}")
    try:
        _write(temporary, after, target.stat())
        # An editor does not take our lock, so look once more, as late as possible.
        current = read_bytes(target, name)
        if digest(current) != digest(before):
            raise changed(name, before, current)
        temporary.replace(target)
    except OSError as error:
        raise refusal(error, name, target) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_directory(target.parent)


def changed(name: str, before: bytes, current: bytes) -> RegistryChanged:
    """The refusal to write over what somebody else just saved, with the difference where both sides are known."""
    old, new = (data.removeprefix(BOM).decode("utf-8", "replace").splitlines() for data in (before, current))
    shown = "\n".join(unified_diff(old, new, f"{name} (as you saw it)", f"{name} (as it is)", lineterm=""))
    return RegistryChanged(
        f"{name} was changed by somebody else since you looked at it",
        shown if before else "",
        "Nothing was written. Look at the file as it is, then try again.",
    )


def sweep(target: Path, now: float) -> None:
    """Removes temporary files that dead writers left beside `target`. `now` is epoch seconds."""
    for path in target.parent.glob(f".{_escaped(target.name)}.*{_SUFFIX}"):
        with suppress(OSError):
            if now - path.lstat().st_mtime > STALE_S:
                path.unlink()


def refusal(error: OSError, name: str, target: Path) -> Refused:
    """What a failed write means, in words. The file is unchanged in every case."""
    hint = f"{name} is unchanged."
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return Refused(f"{name} cannot be written: no space left on its disk", hint)
        case errno.EROFS:
            return Refused(f"{name} cannot be written: its file system is read-only", hint)
        case errno.EACCES | errno.EPERM:
            return Refused(f"{name} cannot be written: this user may not write in {target.parent}", hint)
        case errno.EBUSY:
            return Refused(f"{name} cannot be replaced: it is mounted by itself; mount its directory instead", hint)
        case number:
            reason = os.strerror(number) if number else str(error)
            return Refused(f"{name} cannot be written: {reason}", hint)


def _write(path: Path, data: bytes, like: os.stat_result) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        _give_owner(file.fileno(), like)
        os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give_owner(descriptor: int, like: os.stat_result) -> None:
    """The owner stays. Only root may give files away: a colleague in the group keeps at least the group."""
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) == (like.st_uid, like.st_gid):
        return
    try:
        os.fchown(descriptor, like.st_uid, like.st_gid)
    except PermissionError:
        with suppress(PermissionError):
            os.fchown(descriptor, -1, like.st_gid)


def _sync_directory(directory: Path) -> None:
    """Makes the new name survive a power cut. Some file systems cannot; the file is replaced all the same."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
