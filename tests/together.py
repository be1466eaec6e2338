"""What is dear to make and only read is made once for all test processes of a run, and copied by whoever uses it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

_PLACE = "CONSOLE_TESTED_TOGETHER"


def begin() -> Path:
    """The folder of this run, made where there is none and gone at its end; what this process starts inherits it."""
    if _PLACE not in os.environ:
        os.environ[_PLACE] = tempfile.mkdtemp(prefix="console-together-")
        atexit.register(_end, os.environ[_PLACE], os.getpid())
    return Path(os.environ[_PLACE])


def _end(place: str, pid: int) -> None:
    if os.getpid() == pid:  # a fork has no say in it
        shutil.rmtree(place, ignore_errors=True)


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` has filled, in this or another process of the run. Nobody writes to it."""
    folder = begin() / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)  # of one that failed
            half.mkdir()
            make(half)
            half.rename(folder)
    return folder
