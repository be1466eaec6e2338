"""Loading what is needed soon while the first requests are under way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

_SWITCH_S = 0.0005
"""The interpreter lets a thread run for 5 ms before another may; an event loop that wakes up 50 times would wait 50
times as long. Measured with 50 connections being opened: 0.5 s without this, 0.3 s with it."""
_USUAL_S = sys.getswitchinterval()
_TURN = threading.Lock()


def meanwhile(work: Callable[[], object], after_s: float) -> None:
    """Do `work` in a thread, `after_s` seconds from now, one at a time and without holding up the event loop."""

    def gently() -> None:
        with _TURN:
            sys.setswitchinterval(_SWITCH_S)
            try:
                work()
            finally:
                sys.setswitchinterval(_USUAL_S)

    timer = threading.Timer(after_s, gently)
    timer.daemon = True
    timer.start()
