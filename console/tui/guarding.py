"""The console as a guard: a thread of its own that watches and acts as long as the console is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from console.domain.errors import ConsoleError
from console.text.safe import safe_line
from console.tui.noticing import Noticing

LEAVING_S = 6.0
"""What is being written is finished before the console is gone; an alert on its way is waited for a moment."""


class Guarding(Noticing):
    """Mixed into the main screen: starts the guard here, and ends it with the console."""

    _stop_guard: threading.Event | None = None
    _guard_thread: threading.Thread | None = None

    @property
    def guards_here(self) -> bool:
        """Whether this console guards, or stands by to do so."""
        return self._guard_thread is not None and self._guard_thread.is_alive()

    def start_guard(self) -> None:
        """Guard from here; while another guard has the post, this one stands by."""
        if self.guards_here or self.runtime.keep_watch is None:
            return
        self._stop_guard = threading.Event()
        self._guard_thread = threading.Thread(
            target=self._keep_watch, args=(self.runtime.keep_watch, self._stop_guard), name="console-guard"
        )
        self._guard_thread.start()
        self.tell("this console guards now, as long as it is open")
        self.look_soon()

    def stop_guard(self) -> None:
        """Leave the post; a round once begun is finished."""
        if self._stop_guard is not None:
            self._stop_guard.set()
        self.look_soon()

    def end_guard(self) -> None:
        """The same, and wait until it is done: the console is about to be gone."""
        self.stop_guard()
        if self._guard_thread is not None:
            self._guard_thread.join(LEAVING_S)

    def guard_commands(self, somebody_guards: bool) -> Iterable[tuple[str, str, Callable[[], None]]]:
        """What the palette offers."""
        if self.guards_here:
            yield "Stop the guard here", "this console no longer acts by itself", self.stop_guard
        elif self.runtime.keep_watch is not None:
            beside = (
                "stand by for the guard that is there" if somebody_guards else "roll back by itself while it is open"
            )
            yield "Start the guard here", beside, self.start_guard

    def _keep_watch(
        self, keep_watch: Callable[[threading.Event, Callable[[str], None]], None], stop: threading.Event
    ) -> None:
        try:
            keep_watch(stop, self._say)
        except ConsoleError as error:
            self._say(f"the guard here has ended: {error.message}")
        except Exception as error:  # the edge of a thread: the console stays up and says that nobody guards any more
            self._say(f"the guard here has ended: a defect of ours, {type(error).__name__}")

    def _say(self, line: str) -> None:
        self.from_thread(self.tell, safe_line(line))
