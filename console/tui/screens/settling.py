"""What was typed before a dialog stood on the screen was not meant for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.screen import Screen

SETTLED_S = 0.3
"""A person needs longer to read even a title; a key that is held down repeats at least ten times a second."""
BEAT_S = 0.05
STALLED_S = 0.25
"""A console that stood still for longer than this may have keys to work off that were typed all the while."""


class Settling:
    """Tells keys that were held down or typed ahead from keys that answer the dialog. `clock` counts seconds.

    What counts is when a key was read from the terminal: one typed ahead may wait long for its turn.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = self._beaten = clock()
        self._beats = self._settled = False

    def begin(self, dialog: Screen[Any]) -> None:
        """The dialog stands on the screen from now on, and says whether that stood still."""
        self._last = self._beaten = self._clock()
        self.beat()
        dialog.set_interval(BEAT_S, self.beat)

    def beat(self) -> None:
        """To be called every `BEAT_S` seconds: if that comes late, the console stood still, and its screen too."""
        self._beats = True
        self._rest(self._clock())

    def takes(self, key: str, typed: float) -> bool:
        """Whether `key` counts: always `escape`, and everything from the first key on that came after a pause.

        `typed` is the time of its event, by the same clock.
        """
        if not self._settled:
            self._rest(self._clock())
            self._settled = typed - self._last >= SETTLED_S
            self._last = max(self._last, typed)
        return self._settled or key == "escape"

    def _rest(self, now: float) -> None:
        if self._beats and now - self._beaten > STALLED_S:
            self._last = now
        self._beaten = now
