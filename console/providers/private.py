"""The user's own files: what was asked and answered is nobody else's business, and not for ever.

They lie in the user's state directory, readable by that user alone, and are forgotten after 30 days.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from console.catalog.own import VARIABLE, state_folder

__all__ = ["KEPT_FOR", "VARIABLE", "append_line", "forget_old", "keep_lines", "state_folder", "write_whole"]
KEPT_FOR = timedelta(days=30)
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_TEMPORARY = ".console-tmp"


def append_line(path: Path, line: bytes) -> None:
    """Add `line` (without a line end; or several, with ends between them) and return when it is on the disk.

    What an interrupted writer left of a line before stays a line of its own, for the reader to leave out. Raises
    OSError.
    """
    _make_folder(path.parent)
    with _locked(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _FILE_MODE)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
            _write_all(descriptor, (b"\n" if torn else b"") + line + b"\n")
            os.fsync(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file with `data` in the place of `path`; whoever reads sees the old or the new one. Raises OSError."""
    _make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def keep_lines(path: Path, lines: list[bytes], *, read: int) -> None:
    """Leave only `lines` (without line ends) of the first `read` bytes of a file. Raises OSError.

    What others have appended since those were read stays.
    """
    with _locked(path):
        since = path.read_bytes()[read:]
        write_whole(path, b"".join(line + b"\n" for line in lines) + since)


def forget_old(folder: Path, now: datetime) -> int:
    """Remove the files of `folder` that nobody wrote to for 30 days; how many. A folder that is not there has none."""
    border = (now - KEPT_FOR).timestamp()
    removed = 0
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime < border:
                    path.unlink()
                    removed += 1
    return removed


def _make_folder(folder: Path) -> None:
    """The folder, with those above it that are missing, for this user alone."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time: a line that is added while old ones are cleared out must not be lost."""
    from filelock import FileLock

    with FileLock(path.with_name(f".{path.name}.lock"), mode=_FILE_MODE):
        yield


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
