"""What a router has to say to the application's log: each distinct cause once, and again every ten minutes."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress

REPEAT_S = 600.0
CAUSES = 256
"""Causes remembered at most: names of routes may come from outside, and memory may not grow with them."""

_log = logging.getLogger("console.router")


class Complaints:
    """Requests note causes without waiting; the background thread logs them, since a log handler may block."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._noted: deque[str] = deque(maxlen=CAUSES)
        self._told: dict[str, float] = {}

    def note(self, cause: str) -> None:
        """Remember `cause` for the next `tell`. Never waits, and may be called by any thread."""
        self._noted.append(cause)

    def tell(self) -> None:
        """Log what was noted and was not logged in the last ten minutes. For one thread at a time."""
        while self._noted:
            cause = self._noted.popleft()
            now = self._clock()
            last = self._told.get(cause)
            if last is None or now - last >= REPEAT_S:
                self._told.pop(cause, None)
                self._told[cause] = now
                if len(self._told) > CAUSES:
                    del self._told[next(iter(self._told))]
                # Handlers are the application's own: one that fails may not end the thread that looks at the file.
                with suppress(Exception):
                    # A path may hold half a surrogate pair, which no log file can.
                    _log.warning("%s", cause.encode("utf-8", "backslashreplace").decode())
