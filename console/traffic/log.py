"""The request log as an application uses it: `RequestLog`, and the `Request` that a `with` block fills in.

    log = RequestLog("requests.db")
    with log.request(choice, user_id, call=call) as request:
        response = client.messages.create(**call)
        request.record(response)
    log.feedback(request.id, satisfied=True)

Nothing here blocks, and nothing raises because of the log: an application must not notice that it is being watched.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from console.domain.choice import Choice
from console.traffic import forking
from console.traffic.answers import name
from console.traffic.pricing import OwnPrice, Price, Priced, Pricing, Tokens
from console.traffic.recording import Request
from console.traffic.store import Store, Warnings
from console.traffic.storing import Feedback
from console.traffic.upkeep import RETENTION_DAYS
from console.traffic.writer import Mark, Outbox, WriterThread, at_exit_of_a_child

_EXIT_S = 5.0
_logger = logging.getLogger("console.traffic")
_abandoned: list[object] = []


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How the log is doing in this process. `error` is why the last batch was not stored, or ""."""

    queued: int
    dropped: int
    committed: int
    orphans: int
    error: str


class RequestLog:
    """Records requests in the SQLite file at `path`, made with mode 0600 when the first one arrives.

    Args:
        path: the log; several processes may write the same file on a local disk.
        queue: how many rows may wait for the disk; beyond that the oldest are dropped and counted.
        every_s: how long a row may wait for others before it is written, in seconds.
        retention_days: rows older than this are deleted; the counts stay.
        exit_s: how long the interpreter's exit may wait for the disk, in seconds.
        price: what a request costs (console.traffic.pricing.Price); by default the installed price list.
        clock: epoch seconds; decides in which slot a batch counts.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        queue: int = 10_000,
        every_s: float = 0.25,
        batch: int = 500,
        retention_days: float = RETENTION_DAYS,
        exit_s: float = _EXIT_S,
        price: Price | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path).absolute()
        self._limits = (queue, batch)
        self._every_s = every_s
        self._retention_days = retention_days
        self._exit_s = exit_s
        self._clock = clock
        self._pricing = Pricing(price)
        self._warn = Warnings(_logger.warning)
        self._closed = False
        self._reset()
        forking.watch(self)
        atexit.register(_close_at_exit, weakref.ref(self))

    def _reset(self) -> None:
        """The state of a fresh process: nothing queued, no thread, no connection, numbers of its own."""
        self._outbox = Outbox(*self._limits)
        self._thread: WriterThread | None = None
        self._starting = threading.Lock()
        self.node = secrets.token_hex(4)
        self.numbers: Iterator[int] = count()

    def request(self, choice: Choice, user_id: object = None, *, call: Mapping[str, object] | None = None) -> Request:
        """A block around one call: times it, records its error, stores what `Request.record` is told.

        Works with `with` and `async with`. `user_id` is stored as a keyed hash only, and `call` as the names of its
        parameters, its sizes, and a hash of system prompt and tools.
        """
        return Request(self, choice, user_id, call)

    def feedback(self, request_id: str, satisfied: bool | None = None, regression: bool | None = None) -> None:
        """Adds a person's rating or a checker's word to an earlier request; the first word on each counts."""
        if satisfied is None and regression is None:
            return
        given = [None if value is None else bool(value) for value in (satisfied, regression)]
        self.put(Feedback(name(request_id), given[0], given[1], self._clock()))

    def put(self, item: Request | Feedback) -> None:
        """Queues a finished request or feedback. For integrations; `request` and `feedback` call it."""
        if self._closed:
            self._outbox.lost(1)
            return
        self._outbox.put(item)
        if self._thread is None:
            self._start()

    def priced(self, model: str, tokens: Tokens, at: float, own: OwnPrice | None = None) -> Priced:
        """The cost of a request by the price list, or by what the registry says instead, and the price used."""
        return self._pricing.of(model, tokens, at, own)

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until everything recorded so far is committed. False: not within `timeout` seconds, or dropped."""
        if self._thread is None and not len(self._outbox):
            return True
        mark = Mark()
        self._outbox.put(mark)
        self._outbox.hurry.set()
        return mark.passed.wait(timeout) and mark.kept

    def close(self, timeout: float | None = None) -> bool:
        """Writes what is queued, for at most `timeout` seconds (`exit_s`), and stops. What comes later is dropped."""
        self._closed = True
        thread = self._thread
        if thread is None:
            return not len(self._outbox)
        return thread.close(self._exit_s if timeout is None else timeout)

    def status(self) -> LogStatus:
        """What is queued, dropped and committed in this process."""
        thread = self._thread
        return LogStatus(
            queued=len(self._outbox) + (thread.pending if thread else 0),
            dropped=self._outbox.dropped,
            committed=thread.committed if thread else 0,
            orphans=thread.orphans if thread else 0,
            error=thread.error if thread else "",
        )

    def _start(self) -> None:
        # Whoever starts it, another thread or this one, of which garbage is just collected, has it take this item too.
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                # A server that cannot start a thread any more has worse problems; the next request tries again.
                with suppress(RuntimeError):
                    self._thread = WriterThread(self._outbox, self._store, self._every_s, self._warn)
                    at_exit_of_a_child(_closer(weakref.ref(self)))
        finally:
            self._starting.release()

    def _store(self) -> Store:
        return Store(self.path, clock=self._clock, retention_days=self._retention_days, warn=self._warn)

    @property
    def storing(self) -> threading.Lock | None:
        """Held while this process is inside SQLite; None before the first request."""
        thread = self._thread
        return thread.storing if thread else None

    def after_fork(self) -> None:
        """Makes this the log of a forked child. The parent's connection is kept from being closed: that would
        release the parent's locks and delete its journals."""
        _abandoned.extend((self._outbox, self._thread))
        self._reset()


def _closer(log: weakref.ref[RequestLog]) -> Callable[[], None]:
    return lambda: _close_at_exit(log)


def _close_at_exit(log: weakref.ref[RequestLog]) -> None:
    alive = log()
    if alive is not None:
        alive.close()
