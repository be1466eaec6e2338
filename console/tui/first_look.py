"""The first look at everything, made while nothing else is there yet, and waited for where it takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from console.view.lookout import Look, Lookout


class FirstLook:
    """Looks once, in a thread of its own: a locked log may hold up the numbers, but not the screen.

    `lookout` belongs to that thread until the look is there, and to whoever looks on afterwards.
    """

    def __init__(self, lookout: Lookout, clock: Callable[[], datetime]) -> None:
        self.lookout = lookout
        self._clock = clock
        self._look: Look | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="console-first-look", daemon=True)
        self._thread.start()

    def within(self, seconds: float = 0.0) -> Look | None:
        """The look, if it is there in time. What went wrong with it is left to `result`."""
        self._thread.join(seconds)
        return self._look

    def result(self) -> Look:
        """The look, however long it takes. Raises what ended it: a defect of ours, as files raise nothing."""
        self._thread.join()
        if self._look is None:
            assert self._error is not None
            raise self._error
        return self._look

    def _run(self) -> None:
        try:
            self._look = self.lookout.look(self._clock(), quick=True)  # numbers first, their past a moment later
        except Exception as error:  # the edge of a thread: raised where the look is asked for
            self._error = error
