"""What was typed before a dialog stood on the screen was not meant for it."""

from __future__ import annotations

import time
from collections.abc import Callable

SETTLED_S = 0.3
"""A person needs longer to read even a title; a key that is held down repeats at least ten times a second."""


class Settling:
    """Tells keys that were held down or typed ahead from keys that answer the dialog. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._settled = False

    def takes(self, key: str) -> bool:
        """Whether `key` counts: always `escape`, and everything from the first key on that came after a pause."""
        now = self._clock()
        if not self._settled:
            self._settled = now - self._last >= SETTLED_S
            self._last = now
        return self._settled or key == "escape"
