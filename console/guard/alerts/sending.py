"""Sends what is in the outbox, on threads of its own: nothing that a receiver does can hold up whoever puts an alert.

Every target has its own thread, so that one that hangs keeps no other waiting. A process that is killed between
sending and writing that down sends again: nothing can tell the two apart, so every attempt carries the same id.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from console.domain.errors import HistoryInvalid
from console.guard.alerts.records import NotSent, Target
from console.history.outbox import LEASE_S, Delivery, Outbox

EVERY_S = 1.0
"""How often the outbox is looked at for what others put, and for what is due again."""
DUE_EVERY_S = 3.0
"""How often it is read although nobody wrote: pauses end by themselves, the shortest after 5 s."""
EXPIRE_EVERY_S = 600.0
MARKING_S = LEASE_S / 2
"""How long a sender tries to write down what it sent: until then nobody else may claim it."""


def source_of(registry: Path) -> str:
    """Which registry, on which machine: `payments/registry.toml on web-1`. Part of every alert."""
    resolved = registry.absolute()
    return f"{resolved.parent.name}/{resolved.name} on {socket.gethostname()}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one sending. `error` is "" where the target has it."""

    target: str
    error: str = ""


def attempt(outbox: Outbox, target: Target, delivery: Delivery, source: str) -> Result:
    """Send one claimed delivery and write down what became of it. Raises HistoryInvalid where that is impossible."""
    try:
        target.channel.send(delivery, source)
    except NotSent as error:
        outbox.failed(delivery, error.message, after_s=error.after_s)
        return Result(target.name, error.message)
    except Exception as error:  # Apprise's plug-ins are anybody's; its words may quote an address
        told = f"failed with {type(error).__name__}"
        outbox.failed(delivery, told)
        return Result(target.name, told)
    _marked(outbox, delivery)
    return Result(target.name)


def _marked(outbox: Outbox, delivery: Delivery) -> None:
    """The target has it, which must be written down however long others lock the file."""
    until = time.monotonic() + MARKING_S
    while True:
        try:
            outbox.sent(delivery)
        except HistoryInvalid:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


class Sender:
    """Sends to `targets` what `outbox` holds for them, until it is closed. `source` is told with every alert.

    Starting takes no time and never fails; without targets it does nothing.
    """

    def __init__(self, outbox: Outbox, targets: Iterable[Target], source: str, *, every_s: float = EVERY_S) -> None:
        self._outbox, self._source, self._every_s = outbox, source, every_s
        self._closing = threading.Event()
        self._until = float("inf")
        self._workers = [_Worker(self, target) for target in targets]
        self.problem = ""
        """Why the outbox could not be read or written at the last try, or ""."""

    def start(self) -> Sender:
        """Begin."""
        for worker in self._workers:
            worker.start()
        return self

    def wake(self) -> None:
        """Look at the outbox at once: something was put."""
        for worker in self._workers:
            worker.due.set()

    def close(self, grace_s: float = 5.0) -> bool:
        """Send what is due for at most `grace_s` seconds, and stop. False: something is still being sent.

        What was not sent stays in the outbox for the next sender.
        """
        self._until = time.monotonic() + grace_s
        self._closing.set()
        self.wake()
        for worker in self._workers:
            if worker.ident is not None:
                worker.join(max(0.0, self._until - time.monotonic()))
        return not any(worker.is_alive() for worker in self._workers)

    def _round(self, target: Target) -> bool:
        """Send the next due delivery, if there is one. Whether there was one that could be sent."""
        try:
            claimed = self._outbox.claim((target.name,), limit=1)
            for delivery in claimed:
                attempt(self._outbox, target, delivery, self._source)
            self.problem = ""
        except HistoryInvalid as error:
            self.problem = error.message
            return False
        return bool(claimed)

    def _expire(self) -> None:
        try:
            self._outbox.expire()
        except HistoryInvalid as error:
            self.problem = error.message


class _Worker(threading.Thread):
    """The thread of one target."""

    def __init__(self, sender: Sender, target: Target) -> None:
        super().__init__(name=f"console-alerts-{target.name}", daemon=True)
        self._sender, self._target = sender, target
        self.due = threading.Event()
        self._empty: object = None
        self._read_at = float("-inf")

    def run(self) -> None:
        """Send what is due, then wait until something is."""
        sender, expired = self._sender, float("-inf")
        while True:
            self.due.clear()
            closing = sender._closing.is_set()
            if time.monotonic() - expired > EXPIRE_EVERY_S:
                sender._expire()
                expired = time.monotonic()
            while time.monotonic() < sender._until and self._round():
                pass
            if closing:
                return
            self.due.wait(sender._every_s)

    def _round(self) -> bool:
        """One delivery, if one is due. Reading costs a hundred times what a look at the file's stamp does."""
        stamp, now = self._sender._outbox.stamp(), time.monotonic()
        if stamp is not None and stamp == self._empty and now - self._read_at < DUE_EVERY_S:
            return False
        found = self._sender._round(self._target)
        if not found and not self._sender.problem:
            self._empty, self._read_at = stamp, now
        return found
