"""The guard's post: one guard acts on a registry, whoever else is there stands by, and everybody can see who it is.

The operating system's lock on `<stem>.guard.lock` is the post, so a guard that is killed leaves it at once. Beside it
`<stem>.guard.json` says who holds it, since when, when it last looked, and what it would do next on every route.
"""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.domain.errors import Refused
from console.domain.record import record
from console.registry.locked import is_locked
from console.registry.reading import resolve

if TYPE_CHECKING:
    from filelock import FileLock

ACTOR = "guard"
"""The actor of everything that the guard does, in the history."""
SCHEMA = 1
STALE_S = 15.0
"""A guard looks every second and says so every five: one that has not for this long hangs, or its machine sleeps."""
BEAT_S = 5.0
_PATIENCE_S = 0.1
_LONGEST = 1_000_000


@record
class Intent:
    """What the guard would do next on `route`, why, and when at the earliest (None: nobody knows).

    `kind` is that of its decision, or "countdown" while a rollback waits for the end of its grace.
    """

    route: str
    kind: str
    sentence: str
    when: datetime | None = None


@record
class Held:
    """Who holds the post. `setup` says how it was started: two guards with different ones disagree."""

    host: str
    pid: int
    since: datetime
    beat: datetime
    setup: Mapping[str, str]
    intents: tuple[Intent, ...] = ()

    @property
    def name(self) -> str:
        """`pid 4711 on web-1`."""
        return f"pid {self.pid} on {self.host}"

    def is_stale(self, now: datetime) -> bool:
        """Whether it has the post and does not look."""
        return now - self.beat > timedelta(seconds=STALE_S)


def lock_path(registry: Path) -> Path:
    """The lock file of the guard of `registry`."""
    target = resolve(registry)
    return target.parent / f"{target.stem}.guard.lock"


def report_path(registry: Path) -> Path:
    """Where the guard of `registry` says what it does."""
    target = resolve(registry)
    return target.parent / f"{target.stem}.guard.json"


def holder(registry: Path) -> Held | None:
    """Who guards `registry` at this moment; None without a guard."""
    return last_report(registry) if is_locked(lock_path(registry)) else None


def last_report(registry: Path) -> Held | None:
    """What the last guard said, whether or not it is there; None where there was none, or nothing readable."""
    try:
        with report_path(registry).open("rb") as file:
            data = json.loads(file.read(_LONGEST))
        return _held(data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Post:
    """This process's claim to the post of `registry`. Not for sharing between threads."""

    def __init__(self, registry: Path, setup: Mapping[str, str]) -> None:
        self._registry = registry
        self._path = lock_path(registry)
        self._setup = dict(setup)
        self._lock: FileLock | None = None
        self._inode = 0
        self._since: datetime | None = None
        self._said: tuple[tuple[Intent, ...], datetime] | None = None

    @property
    def held(self) -> bool:
        """Whether this process has the post: also that nobody took the lock file away under it."""
        if self._lock is None:
            return False
        with suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                return True
        self.leave()
        return False

    def take(self, now: datetime) -> bool:
        """Take the post if it is free. Raises Refused where the lock file cannot be written."""
        from filelock import FileLock, Timeout  # whoever only looks needs none of it

        try:
            lock = FileLock(self._path, mode=self._mode())
            lock.acquire(timeout=_PATIENCE_S, poll_interval=0.02)
            self._inode = self._path.stat().st_ino
        except Timeout:
            return False
        except OSError as error:
            raise Refused(
                f"{self._path.name} cannot be locked: {error.strerror or error}",
                "The guard needs to write beside the registry.",
            ) from error
        self._lock, self._since, self._said = lock, now, None
        return True

    def _mode(self) -> int:
        """Whoever may write the registry may guard it, also in a directory that a group shares."""
        with suppress(OSError):  # a registry that is not there for a moment
            return stat.S_IMODE(resolve(self._registry).stat().st_mode) | 0o600
        return 0o600

    def report(self, intents: Iterable[Intent], now: datetime) -> None:
        """Say what is intended. Written when it has changed, and every few seconds as a sign of life."""
        told = tuple(intents)
        if self._lock is None or self._since is None:
            return
        if self._said and self._said[0] == told and timedelta(0) <= now - self._said[1] < timedelta(seconds=BEAT_S):
            return
        held = Held(socket.gethostname(), os.getpid(), self._since, now, self._setup, told)
        path = report_path(self._registry)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(OSError):  # a full disk keeps nobody from watching
            beside.write_text(json.dumps({"schema": SCHEMA, **asdict(held)}, default=_plain), encoding="utf-8")
            beside.replace(path)
            self._said = (told, now)

    def leave(self) -> None:
        """Give the post up."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def differences(self, other: Held) -> tuple[str, ...]:
        """What the guard on the post was started with differently: `log: b.db there, a.db here`."""
        keys = sorted({*self._setup, *other.setup})
        return tuple(
            f"{key}: {other.setup.get(key) or 'none'} there, {self._setup.get(key) or 'none'} here"
            for key in keys
            if other.setup.get(key) != self._setup.get(key)
        )


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _held(data: dict[str, Any]) -> Held:
    return Held(
        host=str(data["host"]),
        pid=int(data["pid"]),
        since=_instant(data["since"]),
        beat=_instant(data["beat"]),
        setup={str(key): str(value) for key, value in dict(data["setup"]).items()},
        intents=tuple(
            Intent(
                str(each["route"]),
                str(each["kind"]),
                str(each["sentence"]),
                _instant(each["when"]) if each["when"] else None,
            )
            for each in data["intents"]
        ),
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
