"""The router that applications import: which model serves this request. Always answers, never raises, never waits.

All that a request needs is one attribute read away: an immutable table of compiled routes. A background thread looks
at the file, and replaces the table when a complete and valid change was there on two looks.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal

from console.domain.choice import Arm, Choice
from console.domain.errors import RegistryInvalid
from console.domain.record import record
from console.domain.registry import Registry
from console.registry.reading import Snapshot
from console.routing.breaker import (
    Breaker,
    BreakerStatus,
    Circuit,
    Circuits,
    around,
    circuits_of,
    open_circuits,
    open_routes,
)
from console.routing.complaints import Complaints
from console.routing.keeping import cache_home, copy_path, keep, kept
from console.routing.lanes import Hot, Lane, Lanes, compiled, forced, overrides, own_prices
from console.routing.looking import Looker

SHORTEST_POLL_S = 0.01
READING_S = 0.02
"""Looks are this much closer than `poll_s`, so that reading and parsing fit into the promised staleness."""
CLOSING_S = 1.0
"""How long `close` waits for the thread, which may be stuck on a file system that does not answer."""

Source = Literal["registry", "last known good", "default"]


@record
class RouterStatus:
    """Where the router's answers come from.

    `age_s` is the time since the file was last seen to say what is served, None if it never was. `problem` is what is
    wrong with the file, or "". `overrides` are the routes on which the environment forces a model, with that model.
    `watching` is whether changes of the file are noticed: not after `close`, and not where no thread can be started.
    `breakers` are the models that this process does not use just now, since they failed several times in a row.
    """

    source: Source
    path: str
    sha256: str
    age_s: float | None
    problem: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    watching: bool = False
    breakers: tuple[BreakerStatus, ...] = ()


@record
class _Served:
    """What the router serves, replaced whole."""

    source: Source = "default"
    sha256: str = ""
    registry: Registry = Registry({}, {})
    overrides: Mapping[str, str] = field(default_factory=dict)
    lanes: Lanes = field(default_factory=dict)
    hot: Mapping[str, Hot] = field(default_factory=dict)
    circuits: Circuits = field(default_factory=dict)


_ASLEEP: Mapping[str, Hot] = {}
"""The table of a router without a thread: every request takes the slow path, which tries to start one."""


class Router:
    """Gives each user the production model or, for a stable share of users, the canary.

    `default` is the model for everything the registry does not answer: no file, no such route. `poll_s` is how often
    the file is looked at (seconds, at least 0.01); a change is served at most `poll_s` + 50 ms later. `cache_dir` holds
    the last good copy, `clock` counts seconds. `breaker` says when this process stops using a model that fails; None
    means never. The constructor reads the file, which takes 50 ms.

    Raises ValueError for an empty `default` and TypeError for a path that is none; nothing raises after that.
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
        breaker: Breaker | None = Breaker(),  # noqa: B008 - frozen, so one is enough
    ) -> None:
        if not isinstance(default, str) or not default.strip():
            raise ValueError("default must be the id of the model to send when the registry has no answer")
        self._path, self._default, self._clock, self._breaker = os.fsdecode(path), default, clock, breaker
        self._poll_s = max(SHORTEST_POLL_S, poll_s)
        self._environment: Mapping[str, str] = os.environ if environment is None else environment
        directory = cache_home(self._environment) if cache_dir is None else Path(cache_dir)
        self._copy = copy_path(directory, self._path)
        self._served = _Served()
        self._hot = _ASLEEP
        self._good_at: float | None = None
        self._problem = ""
        self._closed = False
        self._be_alone()
        self._tend(time.sleep)
        if self._served.source == "default":
            self._start_from_copy()
            self._complaints.tell()
        self._wake()
        _routers.add(self)

    def select(self, route: str, key: object, current: str | None = None) -> Choice:
        """The model for one request of user `key` on `route`. Never raises, and waits for no lock and no file.

        The same key gets the same model until the rollout's percentage passes it. Keys are text; numbers and ids count
        as their text, bytes as UTF-8. Without a key (None or "") production answers, and `why` is `default`.

        Pass the model a conversation started on as `current`: it stays there while that model is still on the route,
        since switching breaks signed reasoning blocks. Where it is not, `why` is `moved`. A pinned conversation is no
        evidence even on the user's own side: those from before the rollout are all on production.

        Choices are shared between requests: read them, don't change them.
        """
        if current is None and type(key) is str and key:
            try:
                prefix, limit, production, canary = self._hot[route]
                if not limit:
                    return production
                return canary if sha256(prefix + key.encode()).digest() < limit else production
            except Exception:  # a request must not fail because of its router; what happened is found out below
                return self._decide(route, key, current)
        return self._decide(route, key, current)

    def status(self) -> RouterStatus:
        """Where answers come from, how old that is, and what is wrong with the file, if anything."""
        served, good_at = self._served, self._good_at
        age_s = None if good_at is None else max(0.0, self._clock() - good_at)
        watching = not self._closed and self._thread is not None and self._thread.is_alive()
        overridden, broken = dict(served.overrides), open_circuits(served.circuits)
        return RouterStatus(
            served.source, self._path, served.sha256, age_s, self._problem, overridden, watching, broken
        )

    def close(self) -> None:
        """Stop looking at the file, in children forked later too. `select` keeps answering with what it has."""
        self._closed = True
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING_S)
        self._publish()

    def __enter__(self) -> Router:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _decide(self, route: object, key: object, current: object) -> Choice:
        """Every answer off the hot path: no key, a conversation, an unknown route, a thread to be started."""
        try:
            if self._hot is _ASLEEP and not self._closed:
                self._wake()
            name = route if isinstance(route, str) else str(route)
            lane = self._served.lanes.get(name)
            if lane is None:
                return self._unlisted(name, current)
            return around(self._served.circuits, _rarely(lane, key_bytes(key), current))
        except Exception:  # whatever was passed, the request gets a model
            return Choice(route if isinstance(route, str) else "", self._default, "production", "default")

    def _unlisted(self, route: str, current: object) -> Choice:
        if model := forced(route, self._environment):
            return Choice(route, model, "production", "override")
        if self._served.lanes:
            self._complaints.note(f"{self._path} has no route {route[:80]!r}: it gets the default, {self._default}")
        return Choice(
            route, self._default, "production", "moved" if current not in ("", None, self._default) else "default"
        )

    def _be_alone(self) -> None:
        """Everything that may not be shared with the process this one was forked from: locks, the thread, its eyes."""
        known = "" if self._problem or self._served.source != "registry" else self._served.sha256
        self._looker = Looker(self._path, known, self._clock)
        self._complaints = Complaints(self._clock)
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        for circuit in self._served.circuits.values():
            circuit.reset()
        self._hot = self._served.hot if self._closed else _ASLEEP

    def _wake(self) -> None:
        """Start the thread that looks at the file, unless it runs or another request is just starting it."""
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None and not self._closed:
                self._publish()
                arguments = (weakref.ref(self), self._stop, self._poll_s)
                thread = threading.Thread(target=_watch, args=arguments, name="console-router", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError as error:  # no thread can be had (a limit, or the interpreter ends): the next request tries
            self._hot = _ASLEEP
            self._complaints.note(f"changes of {self._path} are not noticed: {error}")
        finally:
            self._starting.release()

    def _tend(self, pause: Callable[[float], object]) -> None:
        """One round of the thread, and the first look."""
        try:
            if overrides(self._served.registry, self._environment) != self._served.overrides:
                self._serve(self._served)
            self._look(pause)
        except Exception as error:  # the thread must outlive every fault of a file system, or changes stop for ever
            self._problem = f"{self._path}: cannot be looked at: {type(error).__name__}: {error}"
            self._complaints.note(self._problem)
            self._looker = Looker(self._path, clock=self._clock)  # the next look starts from nothing, and may clear it
        self._complaints.tell()

    def _look(self, pause: Callable[[float], object]) -> None:
        """Look at the file, and serve it if it is another complete and valid registry than the one served."""
        now = self._clock()
        seen = self._looker.look(pause)
        if seen == "moving":
            return
        if isinstance(seen, RegistryInvalid):
            self._problem = seen.message
        elif isinstance(seen, Snapshot):
            self._problem = ""
            self._accept(seen)
        if self._problem:
            self._complaints.note(f"keeping what is served: {_short(self._problem)}")
        else:
            self._good_at = now

    def _accept(self, snapshot: Snapshot) -> None:
        if snapshot.sha256 != self._served.sha256:
            self._serve(_Served("registry", snapshot.sha256, snapshot.registry))
        elif self._served.source != "registry":
            self._serve(replace(self._served, source="registry"))
        try:
            keep(self._copy, snapshot.data)
        except (OSError, ValueError) as error:
            self._complaints.note(f"no copy of {self._path} can be kept: {error}")

    def _start_from_copy(self) -> None:
        try:
            snapshot = kept(self._copy)
            self._serve(_Served("last known good", snapshot.sha256, snapshot.registry))
        except Exception:  # no copy, or one that cannot be used for whatever reason: the application must start
            self._complaints.note(f"no copy of {self._path} can be used: every route gets the default, {self._default}")
            return
        self._complaints.note(f"serving the last good copy of {self._path}")

    def _serve(self, served: _Served) -> None:
        """Replace the table. A router that is asleep stays so: the next request wakes it."""
        found = overrides(served.registry, self._environment)
        circuits = self._circuits(served.registry, found)
        lanes = compiled(served.registry, found, circuits)
        hot = {name: lane.hot for name, lane in lanes.items()}
        self._served = replace(served, overrides=found, lanes=lanes, hot=hot, circuits=circuits)
        if self._hot is not _ASLEEP:
            self._publish()

    def _publish(self) -> None:
        """Make the table of what is served the one that requests read, without the routes that have an open circuit.

        A reload and a breaker may both do so in the same moment: whoever writes last has seen what both changed.
        """
        while True:
            served = self._served
            broken = open_routes(served.circuits)
            self._hot = {k: v for k, v in served.hot.items() if k not in broken} if broken else served.hot
            if self._served is served and open_routes(served.circuits) == broken:
                return

    def _circuits(self, registry: Registry, found: Mapping[str, str]) -> Circuits:
        """The circuits of `registry`: new and closed, but for routes that are what they were."""
        if self._breaker is None:
            return {}
        made: dict[tuple[str, Arm], Circuit] = {}
        changed = partial(_told, weakref.ref(self))
        before, prices = self._served, own_prices(registry)
        same_prices = own_prices(before.registry) == prices
        for name, route in registry.routes.items():
            if name in found:
                continue
            if same_prices and before.registry.routes.get(name) == route and name not in before.overrides:
                made |= {key: circuit for key, circuit in before.circuits.items() if key[0] == name}
            else:
                made |= circuits_of(route, self._breaker, self._clock, changed, prices)
        return made


def _told(reference: weakref.ref[Router], cause: str) -> None:
    """A circuit opened or closed: requests get what it says from here on, and the log says so."""
    router = reference()
    if router is not None:
        router._complaints.note(cause)
        if router._hot is not _ASLEEP:
            router._publish()


def _rarely(lane: Lane, key: bytes, current: object) -> Choice:
    if current in ("", None):
        return lane.of(key) if key else lane.keyless
    stays = lane.stays.get(current) if isinstance(current, str) else None
    if stays is not None:
        return stays
    return lane.moved[lane.of(key).arm if key else "production"]


def key_bytes(key: object) -> bytes:
    """What is hashed of a user's key: its UTF-8, or the bytes themselves; empty where there is no key.

    Lone surrogates are encoded as they are, as in `console.domain.buckets`. An object whose text cannot be had counts
    as no key.
    """
    if key is None:
        return b""
    if isinstance(key, bytes | bytearray | memoryview):
        return bytes(key)
    try:
        text = key if isinstance(key, str) else str(key)
        return str.encode(text, "utf-8", "surrogatepass")
    except Exception:  # __str__ is the application's code
        return b""


def _short(problem: str) -> str:
    """The first line of a message that may have one for each of many problems."""
    first, *more = problem.splitlines() or [""]
    return f"{first} (and {len(more)} more)" if more else first


def _watch(reference: weakref.ref[Router], stop: threading.Event, poll_s: float) -> None:
    """Look every `poll_s`, until the router is closed or nobody holds it any more."""
    every_s = poll_s - min(READING_S, poll_s / 10)
    due = time.monotonic() + every_s
    while not stop.wait(max(0.0, due - time.monotonic())):
        due = time.monotonic() + every_s
        router = reference()
        if router is None:
            return
        router._tend(stop.wait)
        del router


_routers: weakref.WeakSet[Router] = weakref.WeakSet()


def _after_fork() -> None:
    """Threads do not survive a fork, and one may have held a lock.

    The child starts anew, and at once: at its first request it may not serve what was true when its parent started.
    """
    for router in list(_routers):
        with suppress(Exception):  # a fork must not fail because of a router
            router._be_alone()
            router._wake()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
