"""Watching: a thread looks once a second and tells the screen only when something it shows has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from console.text.clock import utc_now
from console.tui.first_look import FirstLook
from console.view.lookout import Look

INTERVAL_S = 1.0


class Poller:
    """Calls `tell` from its own thread with every new look. Threads read and tell; they never touch a widget."""

    def __init__(
        self,
        first: FirstLook,
        tell: Callable[[Look], None],
        failed: Callable[[Exception], None],
        *,
        clock: Callable[[], datetime] = utc_now,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._first, self._tell, self._failed = first, tell, failed
        self._clock, self._interval_s = clock, interval_s
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="console-poller", daemon=True)

    def start(self) -> None:
        """Begin, with the first look."""
        self._thread.start()

    def soon(self) -> None:
        """Look again without waiting for the next second: something was just written."""
        self._wake.set()

    def stop(self) -> None:
        """End; returns at once, the thread is a daemon."""
        self._stopped.set()
        self._wake.set()

    def _run(self) -> None:
        try:
            self._tell(self._first.result())
            while not self._stopped.is_set():
                self._tell(self._first.lookout.look(self._clock()))
                self._wake.wait(self._interval_s)
                self._wake.clear()
            self._first.lookout.close()
        except Exception as error:  # the edge of a thread: told to the screen, which knows how to end
            self._failed(error)
