"""Forks: no child is made while SQLite is at work, and every child's logs start anew.

SQLite keeps a process-wide record of the locks that the process holds. A child that is forked in the middle of a
transaction inherits that record without the transaction that would end it: every write of the child is then "locked"
for ever. So a fork waits until the log's thread is between two transactions, some milliseconds at most.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol

_WAIT_S = 3.0
"""A transaction that takes longer is waiting for a disk that does not answer; the server must get its workers."""


class Forked(Protocol):
    """A log."""

    @property
    def storing(self) -> threading.Lock | None:
        """Held while SQLite is at work."""

    def after_fork(self) -> None:
        """Starts anew in the child."""


_logs: weakref.WeakSet[Forked] = weakref.WeakSet()
_own = threading.local()
"""The locks that the forking thread holds: several threads may fork at once."""


def watch(log: Forked) -> None:
    """Has `log` survive forks, for as long as somebody holds it."""
    _logs.add(log)


def _before() -> None:
    locks = [lock for log in list(_logs) if (lock := log.storing) is not None]
    _own.held = [lock for lock in locks if lock.acquire(timeout=_WAIT_S)]


def _in_parent() -> None:
    for lock in _own.__dict__.pop("held", ()):
        lock.release()


def _in_child() -> None:
    _own.__dict__.pop("held", None)
    for log in list(_logs):
        log.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
