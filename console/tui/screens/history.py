"""The history of the registry: who changed what, why, on which evidence, and the exact lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from console.domain.errors import ConsoleError
from console.text.safe import SafeText, safe_line
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.history import change_at, draw_history
from console.tui.scrolling import scrolling
from console.tui.widgets.drawn import Drawn
from console.tui.widgets.frame import KeyBar
from console.view.records import ChangeDetail, ChangeView

Details = Callable[[int], ChangeDetail | None]
"""Everything about change number …; called on a thread, since the history is a file that may be locked.

Raises ConsoleError."""
Note = Callable[[int], str]
"""Writes the incident note about change number …, and says where it is; called on a thread. Raises ConsoleError."""


class HistoryPage(Drawn, can_focus=True):
    """The changes with a cursor, and everything about the one at it."""

    DEFAULT_CSS = "HistoryPage { width: 1fr; height: 1fr; }"

    def __init__(self, changes: Sequence[ChangeView], now: datetime, filename: str) -> None:
        super().__init__()
        self._changes, self._now, self._filename = tuple(changes), now, filename
        self.cursor = 0
        self._known: dict[int, ChangeDetail] = {}

    def draw(self, width: int, height: int) -> Canvas:
        """List and detail at this size."""
        chosen = self.chosen
        detail = self._known.get(chosen.number) if chosen else None
        return draw_history(self._changes, self._now, width, height, self.cursor, detail, filename=self._filename)

    def go(self, number: int) -> None:
        """Put the cursor on row `number`; it stops at both ends."""
        self.cursor = min(max(0, number), max(0, len(self._changes) - 1))
        self.redraw()

    def learn(self, detail: ChangeDetail) -> None:
        """What was read about one change."""
        self._known[detail.number] = detail
        self.redraw()

    @property
    def chosen(self) -> ChangeView | None:
        """The change at the cursor."""
        return self._changes[self.cursor] if self._changes else None

    @property
    def unknown(self) -> int | None:
        """The number of the change at the cursor, where nothing was read about it yet."""
        chosen = self.chosen
        return chosen.number if chosen and chosen.number not in self._known else None

    def row_at(self, x: int, y: int) -> int | None:
        """The index of the change under the mouse."""
        return change_at(len(self._changes), self.size.width, self.size.height, self.cursor, x, y)


class HistoryScreen(ModalScreen[int | None]):
    """The newest changes first; `u` takes back the one at the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,h", "leave", "leave", show=False),
        *scrolling(),
        Binding("u", "undo", "undo this change", show=False),
        Binding("i", "incident", "incident note", show=False),
    ]

    def __init__(
        self,
        changes: Sequence[ChangeView],
        now: datetime,
        details: Details = lambda _: None,
        note: Note = lambda _: "",
        *,
        filename: str = "registry.toml",
        may_undo: bool = True,
    ) -> None:
        super().__init__()
        self._page = HistoryPage(changes, now, filename)
        self._details, self._note, self._may_undo = details, note, may_undo

    def compose(self) -> ComposeResult:
        """The page, and the keys."""
        yield self._page
        yield KeyBar()

    def on_mount(self) -> None:
        """Keys belong to the page."""
        self._page.focus()
        self._go(0)

    def _read(self) -> None:
        number = self._page.unknown
        if number is None:
            return

        def read() -> None:
            try:
                detail = self._details(number)
            except ConsoleError as error:  # locked or damaged: the list stays, and each move of the cursor tries again
                self._say(safe_line(error.message), error=True)
                return
            if detail is not None:
                with suppress(RuntimeError):  # the console has been left meanwhile
                    self.call_later(self._page.learn, detail)

        self.run_worker(read, thread=True, group="detail", exclusive=True)

    def _go(self, number: int) -> None:
        self._page.go(number)
        hints = [Hint("u", "undo this change")] if self._undoable else []
        if self._page.chosen is not None:
            hints += [Hint("i", "incident note"), Hint("j k", "move")]
        self.query_one(KeyBar).show(hints, [Hint("esc", "back")])
        self._read()

    @property
    def _undoable(self) -> bool:
        chosen = self._page.chosen
        return chosen is not None and self._may_undo and not chosen.undone

    def action_move(self, rows: int) -> None:
        """Up or down."""
        self._go(self._page.cursor + rows)

    def on_click(self, event: events.Click) -> None:
        """A click chooses a change."""
        row = self._page.row_at(event.x, event.y)
        if row is not None:
            self._go(row)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.action_move(-1)

    def action_undo(self) -> None:
        """Close, and ask about the chosen change."""
        chosen = self._page.chosen
        if chosen is not None and self._undoable:
            self.dismiss(chosen.number)

    def action_incident(self) -> None:
        """A Markdown note about the chosen change, in the folder the console was started in."""
        chosen = self._page.chosen
        if chosen is not None:
            self.run_worker(partial(self._write_note, chosen.number), thread=True, group="note", exclusive=True)

    def _write_note(self, number: int) -> None:
        try:
            self._say(safe_line(self._note(number)))
        except ConsoleError as error:
            self._say(safe_line(error.message), error=True)

    def _say(self, said: SafeText, *, error: bool = False) -> None:
        """A toast, from a thread."""
        with suppress(RuntimeError):  # the console has been left meanwhile
            severity = "error" if error else "information"
            self.call_later(partial(self.notify, said, severity=severity, markup=False, timeout=8))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
