"""What the registry's fault bench stands on: a journal, a file, children that can be killed, a reader that looks on."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.odd_registries import PLAIN
from console.domain.edits import SetKey
from console.domain.errors import RegistryInvalid
from console.registry.reading import read
from console.registry.writing import write

SHARE = ("routes", "support", "canary_percentage")
UNIT = 10_000
"""Shares have four decimals, so each edit can carry a number of its own: 1 is 0.0001 %."""


@dataclass
class Notes:
    """A journal that only numbers, and tells what it is told."""

    told: Callable[[str], object] = str
    count: int = 0
    log: list[str] = field(default_factory=list)

    def intend(self, before: bytes, after: bytes) -> int:
        self.count += 1
        self.told("intend")
        return self.count

    def commit(self, number: int) -> None:
        self.log.append("commit")

    def abandon(self, number: int) -> None:
        self.log.append("abandon")


def number_in(path: Path) -> int:
    return round(read(path).registry.routes["support"].canary_percentage * UNIT)


def set_number(path: Path, number: int, journal: Notes | None = None) -> None:
    write(path, [SetKey(SHARE, number / UNIT)], seen=read(path), journal=journal or Notes())


def set_naively(path: Path, number: int, journal: Notes | None = None) -> None:
    """The control: what an application without a protocol does."""
    plain = PLAIN.replace("canary_percentage = 5\n", f"canary_percentage = {number / UNIT}\n")
    (journal or Notes()).told("intend")
    with path.open("w") as file:
        file.write(plain)


def add_naively(path: Path) -> None:
    """The control for two writers: whole file in place by rename, but without a lock or a second look."""
    text = PLAIN.replace("canary_percentage = 5\n", f"canary_percentage = {(number_in(path) + 1) / UNIT:.4f}\n")
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


@contextlib.contextmanager
def registry(text: str = PLAIN) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "registry.toml"
        path.write_text(text, newline="")
        yield path


def fork(work: Callable[[], object]) -> int:
    """Runs `work` in a child; its exit code is 0 unless it raised."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def finished(child: int) -> bool:
    return os.waitpid(child, 0)[1] == 0


def drop_root() -> None:
    """For permissions to mean something: root may do everything."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


class Reader:
    """A program that reads the file all the time, and counts what it cannot use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.looks = self.bad = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                read(self.path)
            except RegistryInvalid:
                self.bad += 1
            self.looks += 1
