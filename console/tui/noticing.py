"""Changes of the registry that this console did not make: recorded as what they are, and told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.screen import Screen

from console.domain.errors import ConsoleError
from console.history.records import EXTERNAL, Entry
from console.registry.reading import Snapshot
from console.tui.runtime import Runtime
from console.view.lookout import Look

if TYPE_CHECKING:
    from console.actions.desk import Desk

    _Base = Screen[None]
else:
    _Base = object


AFTER_START_S = 0.3
"""The first frame comes first."""


class Noticing(_Base):
    """Mixed into the main screen. `_seen` is the file as it was last shown or last written from here."""

    runtime: Runtime
    _seen: Snapshot | None = None
    _writing = 0
    """Changes of our own on their way: what the file holds meanwhile is not news."""
    _written_at = datetime.min.replace(tzinfo=UTC)
    """A look that began before this may have seen the file as it was."""

    def tell(self, text: str, *, error: bool = False) -> None:
        """A toast."""
        raise NotImplementedError

    def look_soon(self) -> None:
        """Look again at once."""
        raise NotImplementedError

    def from_thread(self, callback: Callable[..., object], *values: object, **named: object) -> None:
        """Call back on the screen's own thread. Never waits, so that a thread cannot hold up the way out."""
        with suppress(RuntimeError):  # the console has been left meanwhile
            self.call_later(callback, *values, **named)

    def began_before_writing(self, look: Look) -> bool:
        """Whether `look` may have seen the file as it was. A clock that was set back since tells nothing of that."""
        return look.view.now < self._written_at <= self.runtime.clock()

    def notice(self, look: Look) -> None:
        """Compare a new look with what was known; find out in a thread what happened."""
        found = look.snapshot
        if found is None or self._writing or self.began_before_writing(look):
            return
        if self._seen is not None and self._seen.sha256 == found.sha256:
            return
        before, self._seen = self._seen, found
        if before is None:
            self.set_timer(AFTER_START_S, lambda: self._find_out(None, found))
        else:
            self._find_out(before, found)

    def _find_out(self, before: Snapshot | None, found: Snapshot) -> None:
        def find_out() -> None:
            try:
                name = self.runtime.registry.name
                said = what_happened(self._desk(), before, found, self.runtime.clock(), name)
            except ConsoleError:
                return  # the history cannot be read: the screen shows the file as it is all the same
            if said:
                self.from_thread(self.tell, said)
                self.from_thread(self.look_soon)

        self.run_worker(find_out, thread=True, group="notice", exit_on_error=True)

    def _desk(self) -> Desk:
        from console.actions.desk import Desk

        return Desk(
            self.runtime.registry, actor=self.runtime.actor, read_only=self.runtime.read_only, clock=self.runtime.clock
        )


def what_happened(desk: Desk, before: Snapshot | None, after: Snapshot, now: datetime, name: str) -> str:
    """Record a change by hand between two looks, and say in one line who changed what; "" when nothing is new.

    `name` is what the file is called in that line. `before` is None at the first look, where only the history can tell
    that the file has changed since.
    """
    from console.history.summary import summarise

    entry = desk.notice()
    if entry is None and not desk.read_only and before is not None and desk.history.last_known() is None:
        entry = desk.history.record_external(before.data, after.data, now)
    if entry is not None:
        return _said(entry, name)
    if before is None:
        return ""
    newest = next(iter(desk.history.entries(limit=1)), None)
    if newest is not None and newest.after == after.data:
        return _said(newest, name)
    return f"{name}: {summarise(before.data, after.data)[0]}"


def _said(entry: Entry, name: str) -> str:
    return f"{name}: {entry.summary}" if entry.actor == EXTERNAL else f"{entry.actor}: {entry.summary}"
