"""The queue between an application's threads and the log's own thread, and that thread.

`put` is all a request's thread does: an append and a flag. Everything slow (reading answers, hashing, SQLite) happens
on one daemon thread for each process, started by the first item and started anew after a fork.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from console.domain.requests import RequestRow
from console.traffic.store import Store, Warn
from console.traffic.storing import Feedback

_MOST = 4_000
"""Rows in one transaction when the queue has a backlog: 100 ms of work at most."""
_IDLE_ROUNDS = 8
_RETRY_S = 0.1
_RETRY_MOST_S = 2.0


class Finished(Protocol):
    """A request whose block has ended; `row` reads it into a row."""

    def row(self) -> RequestRow:
        """What is stored of it."""


class Mark:
    """Stands in the queue behind what `flush` waits for."""

    def __init__(self) -> None:
        self.passed = threading.Event()
        self.kept = True


Item = Finished | Feedback | Mark


class Outbox:
    """A bounded queue that drops its oldest item when full, counts the drops, and never blocks."""

    def __init__(self, limit: int, batch: int) -> None:
        self.limit = limit
        self.dropped = 0
        self._batch = batch
        self._items: deque[Item] = deque()
        # Garbage may be collected while it is held, and a stream that is collected puts its request.
        self._full = threading.RLock()
        self.awake = False
        self.wake = threading.Event()
        self.hurry = threading.Event()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Appends `item`; wakes the writer when it sleeps or when a batch is full."""
        items = self._items
        if len(items) >= self.limit and not isinstance(item, Mark):
            self._drop()
        items.append(item)
        if not self.awake:
            self.awake = True
            self.wake.set()
        elif len(items) == self._batch:
            self.hurry.set()

    def take(self, most: int) -> list[Item]:
        """The oldest items, `most` at the most."""
        items = self._items
        taken: list[Item] = []
        while len(taken) < most:
            try:
                taken.append(items.popleft())
            except IndexError:
                break
        return taken

    def lost(self, rows: int) -> None:
        """Counts rows that were taken and cannot be stored."""
        with self._full:
            self.dropped += rows

    def _drop(self) -> None:
        with self._full:
            while len(self._items) >= self.limit:
                try:
                    item = self._items.popleft()
                except IndexError:
                    return
                if isinstance(item, Mark):
                    item.kept = False
                    item.passed.set()
                else:
                    self.dropped += 1

    def sleep(self) -> None:
        """Waits until something is put. Clears first and looks again: an item put in between is not slept through."""
        self.wake.clear()
        self.awake = False
        if not self._items and not self.hurry.is_set():
            self.wake.wait()
        self.awake = True


class WriterThread:
    """Takes batches off the outbox and has them stored, until told to close. One for each process."""

    def __init__(self, outbox: Outbox, make_store: Callable[[], Store], every_s: float, warn: Warn) -> None:
        self._outbox = outbox
        self._store = make_store()
        self._every_s = every_s
        self._warn = warn
        self._closing = False
        self._deadline = float("inf")
        self.storing = threading.Lock()
        """Held while SQLite is at work: a fork waits for it, see `console.traffic.forking`."""
        self.committed = 0
        self._rows: list[RequestRow] = []
        self._feedback: list[Feedback] = []
        self._marks: list[Mark] = []
        self._thread = threading.Thread(target=self._run, name="console request log", daemon=True)
        self._thread.start()

    @property
    def error(self) -> str:
        """Why the last batch was not stored, or ""."""
        return self._store.error

    @property
    def pending(self) -> int:
        """Items taken off the queue and not stored yet."""
        return len(self._rows) + len(self._feedback)

    @property
    def orphans(self) -> int:
        """Feedback on requests that are not in the log."""
        return self._store.orphans

    def close(self, timeout: float) -> bool:
        """Has everything stored that was put until now, at most for `timeout` seconds. Whether that succeeded."""
        self._deadline = time.monotonic() + timeout
        self._closing = True
        self._outbox.hurry.set()
        self._outbox.wake.set()
        self._thread.join(timeout + 1.5)
        return not self._thread.is_alive() and not self.pending and not len(self._outbox)

    def _run(self) -> None:
        idle, failures = 0, 0
        while not self._finished():
            if idle > _IDLE_ROUNDS and not self.pending and not self._closing and not self._store.waiting:
                self._outbox.sleep()
                idle = 0
            if not self._closing or failures:
                self._outbox.hurry.wait(_pause(failures) if failures else self._every_s)
            if not self._closing:
                self._outbox.hurry.clear()
            self._take()
            if self.pending or self._marks or self._store.waiting:
                idle = 0
                failures = 0 if self._write() else failures + 1
            else:
                idle += 1
        with self.storing:
            self._store.close()

    def _finished(self) -> bool:
        if not self._closing:
            return False
        return time.monotonic() > self._deadline or not (self.pending or self._marks or len(self._outbox))

    def _take(self) -> None:
        """Reads answers into rows at once, also while the database is locked: a queue of answers would be large."""
        for item in self._outbox.take(_MOST - self.pending):
            if isinstance(item, Mark):
                self._marks.append(item)
            elif isinstance(item, Feedback):
                self._feedback.append(item)
            else:
                self._read(item)

    def _read(self, item: Finished) -> None:
        """One request as a row. Fields are the application's own objects: none of them may end this thread."""
        try:
            self._rows.append(item.row())
        except Exception as error:
            self._outbox.lost(1)
            self._warn(f"the request log lost a row that cannot be read: {type(error).__name__}")

    def _write(self) -> bool:
        rows, feedback = self._rows, self._feedback
        try:
            with self.storing:
                written = self._store.write(rows, feedback, self._outbox.dropped)
        except Exception as error:  # the thread must outlive any defect: rows are lost, requests are not
            self._warn(f"the request log lost {len(rows)} rows: {type(error).__name__}: {error}")
            self._store.close()
            written = "never"
        if written == "later":
            return False
        if written == "never":
            self._outbox.lost(len(rows) + len(feedback))
        self.committed += len(rows) if written == "stored" else 0
        self._rows, self._feedback = [], []
        for mark in self._marks:
            mark.kept = written == "stored"
            mark.passed.set()
        self._marks = []
        return True


def _pause(failures: int) -> float:
    """Seconds until the next attempt: doubling, and never the same in two processes that fail together."""
    return min(_RETRY_S * 2.0 ** min(failures, 10), _RETRY_MOST_S) * random.uniform(0.5, 1.0)  # noqa: S311


def at_exit_of_a_child(close: Callable[[], object]) -> None:
    """Has `close` called when a multiprocessing child ends: those leave without running atexit."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, close, exitpriority=10)
