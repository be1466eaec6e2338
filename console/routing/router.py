"""The router that applications import: which model serves this request. Always answers, never raises, never waits.

Everything a request needs is one attribute read away: an immutable table of compiled routes. A background thread looks
at the file and swaps the table when a complete, valid change has been there on two looks.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from console.domain.choice import Choice
from console.domain.errors import RegistryInvalid
from console.registry.reading import Snapshot, digest, parse, read_bytes, resolve
from console.registry.watching import REHASH_S, signature
from console.routing.keeping import cache_home, copy_path, keep
from console.routing.lanes import Lane, Override, compile_lanes, forced

SETTLE_S = 0.05
"""A change counts once the same bytes were seen on two looks this far apart: editors write in pieces."""
REPEAT_S = 600.0
"""The same cause is logged again after this long."""
UNKNOWN_ROUTES = 256
"""Names of unknown routes that are remembered (and logged) at most."""

_log = logging.getLogger("console.router")
Source = Literal["registry", "last known good", "default"]


@dataclass(frozen=True, slots=True)
class RouterStatus:
    """Where the router's answers come from. `age_s` is the time since the file was last seen good; None: never."""

    source: Source
    path: str
    sha256: str
    age_s: float | None
    problem: str


class Router:
    """Gives each user the production model or, for a stable share of users, the canary.

    `default` is the model for everything the registry does not answer: no file, no such route. `poll_s` is how often
    the file is looked at; a change is served at most `poll_s` + 50 ms later. `cache_dir` holds the last good copy.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        default: str,
        *,
        poll_s: float = 1.0,
        cache_dir: str | os.PathLike[str] | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._default, self._poll_s, self._clock = os.fspath(path), default, max(0.01, poll_s), clock
        self._environment = os.environ if environment is None else environment
        directory = Path(cache_dir) if cache_dir is not None else cache_home(self._environment)
        self._copy = copy_path(directory, self._path)
        self._lanes: dict[str, Lane | Override] = {}
        self._unknown: dict[str, Choice] = {}
        self._seen: tuple[int, int, int, int] | None = None
        self._source: Source = "default"
        self._sha256, self._problem = "", ""
        self._good_at: float | None = None
        self._hashed_at = -REHASH_S
        self._logged: dict[str, float] = {}
        self._running = False
        self._prepare()
        self._start_cold()
        _routers.add(self)

    def select(self, route: str, key: object = None, current: str | None = None) -> Choice:
        """The model for one request of user `key` on `route`.

        The same key gets the same model for as long as a rollout's percentage does not pass it. Without a key the
        production model answers. Pass the model a conversation started on as `current`: it stays there while that
        model is still on the route, since switching breaks signed reasoning blocks.
        """
        if not self._running:
            self._run_in_background()
        try:
            lane = self._lanes[route]
            if current is not None:
                return lane.stay(None if key is None else _text(key), current)
            if type(key) is str:
                return lane.pick(key)
            return lane.default if key is None else lane.pick(_text(key))
        except Exception as error:  # a request must not fail because of its router
            return self._fallback(route, error)

    def status(self) -> RouterStatus:
        """Where answers come from, how old that is, and what is wrong with the file, if anything."""
        age = None if self._good_at is None else max(0.0, self._clock() - self._good_at)
        return RouterStatus(self._source, self._path, self._sha256, age, self._problem)

    def close(self) -> None:
        """Stop looking at the file, in forked children too; `select` keeps answering with what it has."""
        _routers.discard(self)
        self._running = True
        self._stop.set()

    def reload(self) -> bool:
        """Look now, in this thread. Whether another registry is served than before. May take 50 ms."""
        with self._reloading:
            return self._look()

    def _fallback(self, route: object, error: Exception) -> Choice:
        if isinstance(error, KeyError):
            known = self._unknown.get(str(route))
            if known is not None:
                return known
        return self._unknown_choice(route, error)

    def _unknown_choice(self, route: object, error: Exception) -> Choice:
        try:
            name = route if isinstance(route, str) else str(route)
            model = forced(name, self._environment)
            choice = Choice(name, model or self._default, "production", "override" if model else "default")
            if isinstance(error, KeyError):
                if self._lanes:
                    self._complain(f"route {name!r} is not in {self._path}; it gets {choice.model}")
                if len(self._unknown) < UNKNOWN_ROUTES:
                    self._unknown[name] = choice
            return choice
        except Exception:  # not even a name can be made of what was passed
            return Choice("", self._default, "production", "default")

    def _prepare(self) -> None:
        """Everything that must not be shared with a parent process: locks and the thread."""
        self._reloading = threading.Lock()
        self._stop = threading.Event()
        self._running = False

    def _start_cold(self) -> None:
        self._look()
        if self._source == "registry":
            return
        try:
            snapshot = parse(read_bytes(self._copy, str(self._copy)), str(self._copy))
        except RegistryInvalid:
            self._complain(f"no registry and no earlier copy of it: every route gets {self._default}")
            return
        self._serve(snapshot, "last known good")
        self._complain(f"serving the last good copy of {self._path}")

    def _run_in_background(self) -> None:
        self._running = True
        try:
            threading.Thread(target=self._watch, args=(self._stop,), name="console-router", daemon=True).start()
        except RuntimeError:  # no thread can be started now (interpreter exit): serve what there is
            return

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(self._poll_s):
            try:
                self.reload()
            except Exception as error:  # the thread must outlive every fault of a file system
                self._complain(f"{self._path} cannot be looked at: {type(error).__name__}")

    def _look(self) -> bool:
        """Look at the file, and serve it if it is another complete and valid registry than the one served."""
        seen, now = signature(self._path), self._clock()
        if seen is not None and seen == self._seen and now - self._hashed_at < REHASH_S:
            if not self._problem:
                self._good_at = now
            return False
        self._hashed_at = now
        try:
            snapshot = self._settled()
        except RegistryInvalid as invalid:
            self._seen, self._problem = seen, invalid.message
            self._complain(f"keeping what is served: {invalid.message}")
            return False
        if snapshot is None:  # it moved while we looked: the next look comes soon
            self._seen = None
            return False
        self._seen, self._problem, self._good_at = seen, "", now
        if snapshot.sha256 == self._sha256 and self._source == "registry":
            return False
        self._serve(snapshot, "registry")
        keep(self._copy, snapshot.data)
        return True

    def _settled(self) -> Snapshot | None:
        """The registry if two looks saw the same bytes, or None. Raises RegistryInvalid."""
        target = resolve(self._path)
        first = read_bytes(target, self._path)
        if digest(first) == self._sha256 and self._source == "registry":
            return parse(first, self._path, target)
        self._stop.wait(SETTLE_S)
        if read_bytes(resolve(self._path), self._path) != first:
            return None
        return parse(first, self._path, target)

    def _serve(self, snapshot: Snapshot, source: Source) -> None:
        lanes = compile_lanes(snapshot.registry, self._environment)
        self._unknown = {}
        self._lanes = lanes
        self._sha256, self._source = snapshot.sha256, source

    def _complain(self, cause: str) -> None:
        """Log a cause once, and again every ten minutes."""
        now = self._clock()
        last = self._logged.get(cause)
        if last is None or now - last >= REPEAT_S:
            if len(self._logged) > UNKNOWN_ROUTES:
                self._logged.clear()
            self._logged[cause] = now
            _log.warning("%s", cause)


def _text(key: object) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "surrogateescape")
    return str(key)


_routers: weakref.WeakSet[Router] = weakref.WeakSet()


def _after_fork() -> None:
    """Threads do not survive a fork, and a lock may have been held by one: the child starts with new ones."""
    for router in list(_routers):
        router._prepare()


os.register_at_fork(after_in_child=_after_fork)
