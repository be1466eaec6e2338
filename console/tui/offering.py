"""What the keys are called and which of them are offered now: footer and palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.text import words
from console.tui.attending import Attending
from console.tui.drawing.frame import Hint
from console.tui.guarding import Guarding
from console.tui.keys import PINNED, Key
from console.tui.leading_on import resumed
from console.tui.looking import Looking
from console.view.records import State

_ROLLED_BACK = ("incident", "undo", "history", "behind", "resume")
"""It is over: what to tell, how to take it back, what it was."""
_SELDOM = ("hold", "drop")
"""They do not take the room of what is looked for at night."""


class Offering(Looking, Attending, Guarding):
    """Mixed into the main screen: the keys that can work now, the most useful first, and their words."""

    _pane = 2
    """The pane that has the focus: 3 is the comparer."""

    def hints(self) -> list[Hint]:
        """The footer, before what has no room is dropped."""
        keys = [key for key in self.runtime.keys if key.group in ("act", "look") and key.action not in PINNED]
        first = self._first()
        order = sorted((key for key in keys if self.allows(key.action)), key=lambda key: self._urgency(key, first))
        return [Hint(key.shown, self.label(key)) for key in order if key.action != "theme"]

    def allows(self, action: str) -> bool:
        """Whether `action` can work now: no other route may wait, and nothing have been done here."""
        match action:
            case "attend":
                return self.next_waiting is not None
            case "incident":
                return self.last_change is not None
            case "behind":
                return self.route is not None
            case _:
                return super().allows(action)

    def _urgency(self, key: Key, first: tuple[str, ...]) -> int:
        unlikely = "promote" if self._serves else "rollback"
        if key.action in _SELDOM or ((self._regressed or self._held) and key.action == unlikely):
            return len(first) + 1
        return first.index(key.action) if key.action in first else len(first)

    def _first(self) -> tuple[str, ...]:
        pressing = self._pressing()
        if self._pane == 3:  # letters are keys there, too: how to type a prompt comes before what it would set off
            pressing = (pressing[0], "ask", *pressing[1:]) if self._regressed and self._serves else ("ask", *pressing)
        if not self.alarm.text:
            return pressing
        return (pressing[0], "attend", *pressing[1:]) if self._regressed and self._serves else ("attend", *pressing)

    def _pressing(self) -> tuple[str, ...]:
        """The keys that the state of this route asks for."""
        state = self.canary.state if self.canary else None
        if state is State.PASS:
            return ("promote", "advance")
        if state is State.NO_CANARY:
            return ("canary",)
        if state is State.REGRESSION:
            return ("rollback", "behind", "history", "retreat", "undo") if self._serves else _ROLLED_BACK
        if self._held:
            return ("resume", "rollback") if self._serves else ("resume", "history", "undo")
        return ("rollback", "advance", "promote")

    @property
    def _regressed(self) -> bool:
        return self.canary is not None and self.canary.state is State.REGRESSION

    @property
    def _serves(self) -> bool:
        return self.route is not None and self.route.canary_percentage > 0

    @property
    def _held(self) -> bool:
        return self.route is not None and self.route.canary is not None and self.route.canary.held is not None

    def label(self, key: Key) -> str:
        """The word in the footer says the effect: "to 25 %", not "next step"."""
        route, canary = self.route, self.canary
        if key.action == "attend":
            return self.attend_label
        if route is None or canary is None:
            return key.label
        if key.action == "rollback" and self._regressed and self._serves:
            return "roll back now"
        if key.action == "resume":
            return resumed(route)
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
        """What has no key: the guard of this console."""
        guarded = self.look.view.guarded if self.look else None
        yield from self.guard_commands(guarded is not None and guarded.alive)
