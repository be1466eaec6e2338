"""What the keys are called and which of them are offered now: footer and palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.text import words
from console.tui.acting import Acting
from console.tui.drawing.frame import Hint
from console.tui.guarding import Guarding
from console.tui.keys import PINNED, Key
from console.view.records import State


class Offering(Acting, Guarding):
    """Mixed into the main screen: the keys that can work now, the most useful first, and their words."""

    def hints(self) -> list[Hint]:
        """The footer, before what has no room is dropped."""
        keys = [key for key in self.runtime.keys if key.group in ("act", "look") and key.action not in PINNED]
        order = sorted((key for key in keys if self.allows(key.action)), key=self._urgency)
        return [Hint(key.shown, self.label(key)) for key in order if key.action != "theme"]

    def _urgency(self, key: Key) -> int:
        first = self._first()
        unlikely = "promote" if self._serves else "rollback"
        if self._regressed and key.action == unlikely:
            return len(first) + 1
        return first.index(key.action) if key.action in first else len(first)

    def _first(self) -> tuple[str, ...]:
        state = self.canary.state if self.canary else None
        if state is State.PASS:
            return ("promote", "advance")
        if state is State.NO_CANARY:
            return ("canary",)
        if state is State.REGRESSION:
            return ("rollback", "retreat", "undo", "history") if self._serves else ("history", "undo")
        return ("rollback", "advance", "promote")

    @property
    def _regressed(self) -> bool:
        return self.canary is not None and self.canary.state is State.REGRESSION

    @property
    def _serves(self) -> bool:
        return self.route is not None and self.route.canary_percentage > 0

    def label(self, key: Key) -> str:
        """The word in the footer says the effect: "to 25 %", not "next step"."""
        route, canary = self.route, self.canary
        if route is None or canary is None:
            return key.label
        if key.action == "rollback" and self._regressed and self._serves:
            return "roll back now"
        if key.action in ("advance", "retreat"):
            target = self.target(key.action)
            return f"to {words.percentage(target)}" if target is not None else key.label
        return key.label

    def runner(self, action: str) -> Callable[[], None]:
        """What the palette runs for `action`."""

        def run() -> None:
            self.run_worker(self.run_action(action), exclusive=False)

        return run

    def more_commands(self) -> Iterable[tuple[str, str, Callable[[], None]]]:
        """Actions without a key: hold, resume, drop; the guard of this console."""
        if self.route is not None and not self.runtime.read_only:
            for action, title, help_ in self.keyless():
                yield title, help_, self.runner(action)
        guarded = self.look.view.guarded if self.look else None
        yield from self.guard_commands(guarded is not None and guarded.alive)
