"""The time of imagined programs: it stands still, but for what they sleep and what passes between two calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SECONDS = 1_710_504_000.0
_LONGEST = 1e6
_PASSES = (0.0, 0.1, 1.0, 0.0, 10.0, 100.0)
"""Seconds between two calls, in turn."""


class Clock:
    """A clock of one call of a program, or of the life of one object."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._turn = 0

    def restart(self) -> None:
        """Back to the begin."""
        self._passed, self._turn = 0.0, 0

    def tick(self) -> None:
        """What passes before the next call."""
        self._turn += 1
        self._passed += _PASSES[self._turn % len(_PASSES)]

    def sleep(self, seconds: Any) -> None:
        """The time passes at once. Raises ValueError for a negative one."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._passed = min(_LONGEST, self._passed + float(seconds))

    def seconds(self) -> float:
        """Seconds of the epoch."""
        return _SECONDS + self._passed

    def module(self) -> Mapping[str, Any]:
        """The module `time`."""
        reads = dict.fromkeys(("time", "monotonic", "perf_counter", "process_time"), self.seconds)
        return {**reads, "sleep": self.sleep}
