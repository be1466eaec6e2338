"""Loading beside an event loop: later, one at a time, and the interpreter is left as it was."""

from __future__ import annotations

import sys
import threading

from console.providers.meanwhile import meanwhile


def test_it_is_done_in_another_thread_that_lets_go_often():
    before, seen, done = sys.getswitchinterval(), [], threading.Event()

    def work() -> None:
        seen.append((threading.current_thread() is threading.main_thread(), sys.getswitchinterval() < before))
        done.set()

    meanwhile(work, 0.0)
    assert done.wait(5)
    deadline = threading.Event()
    while sys.getswitchinterval() != before:
        assert not deadline.wait(0.01)
    assert seen == [(False, True)]
