"""The requests behind a number: from "the error rate is 5 %" to which requests failed, how, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from console.domain.choice import Arm
from console.domain.errors import ConsoleError
from console.text.safe import safe_line
from console.traffic.behind import Kind
from console.tui.drawing.behind import draw_behind, first_row, rows_of
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.scrolling import scrolling
from console.tui.widgets.drawn import Drawn
from console.tui.widgets.frame import KeyBar
from console.view.behind import KINDS, BehindView

Read = Callable[[Kind, Arm], BehindView]
"""Reads the page; called on a thread. Raises ConsoleError."""
_LIST_Y = 5
_COPIED, _WIDE = 20, 160


class BehindPage(Drawn, can_focus=True):
    """The requests with a cursor."""

    DEFAULT_CSS = "BehindPage { width: 1fr; height: 1fr; }"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._view: BehindView | None = None
        self._problem = ""
        self.cursor = 0

    def show(self, view: BehindView | None, problem: str = "") -> None:
        """Another page; the cursor goes to its first row."""
        self._view, self._problem, self.cursor = view, problem, 0
        self.redraw()

    def go(self, row: int) -> None:
        """Put the cursor on a request; it stops at both ends."""
        count = len(self._view.lines) if self._view else 0
        self.cursor = min(max(0, row), max(0, count - 1))
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """The page at this size."""
        return draw_behind(self._view, self._clock(), width, height, self.cursor, self._problem)

    def as_text(self) -> str:
        """The page as a message: no narrower than its longest row, and with the first requests whatever is in sight."""
        shown = min(len(self._view.lines) if self._view else 0, _COPIED)
        rows = draw_behind(self._view, self._clock(), _WIDE, shown + 11, self.cursor, self._problem).text()
        return "\n".join(rows).lstrip("▌ ").rstrip() + "\n"

    def on_click(self, event: events.Click) -> None:
        """A click chooses a request."""
        if self._view is None:
            return
        room = rows_of(self.size.height)
        row = event.y - _LIST_Y
        if 0 <= row < room:
            self.go(first_row(len(self._view.lines), room, self.cursor) + row)


class BehindScreen(ModalScreen[None]):
    """`m` is another number, `tab` the other arm, `l` reads again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave", show=False),
        *scrolling(),
        Binding("m", "kind(1)", "another number", show=False),
        Binding("M", "kind(-1)", "the number before", show=False),
        Binding("tab", "arm", "the other arm", show=False),
        Binding("l", "read", "read again", show=False),
        Binding("y", "copy", "copy", show=False),
    ]

    def __init__(self, read: Read, kind: Kind, arm: Arm, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._page = BehindPage(clock)
        self._read, self._kind, self._arm = read, kind, arm

    def compose(self) -> ComposeResult:
        """The page, and the keys."""
        yield self._page
        yield KeyBar()

    def on_mount(self) -> None:
        """Read at once."""
        self._page.focus()
        self.action_read()

    def action_read(self) -> None:
        """From the log, on a thread."""
        kind, arm = self._kind, self._arm
        other = "production" if arm == "canary" else "canary"
        kinds = list(KINDS)
        following = KINDS[kinds[(kinds.index(kind) + 1) % len(kinds)]]
        hints = [Hint("m", following), Hint("tab", f"those of {other}"), Hint("l", "read again"), Hint("y", "copy")]
        self.query_one(KeyBar).show(hints, [Hint("esc", "back")])

        def read() -> None:
            try:
                view, problem = self._read(kind, arm), ""
            except ConsoleError as error:
                view, problem = None, safe_line(error.message)
            with suppress(RuntimeError):  # the console has been left meanwhile
                self.call_later(self._page.show, view, problem)

        self.run_worker(read, thread=True, group="behind", exclusive=True)

    def action_kind(self, step: int) -> None:
        """The next number of the table."""
        kinds = list(KINDS)
        self._kind = kinds[(kinds.index(self._kind) + step) % len(kinds)]
        self.action_read()

    def action_arm(self) -> None:
        """The other arm's requests behind the same number."""
        self._arm = "production" if self._arm == "canary" else "canary"
        self.action_read()

    def action_move(self, rows: int) -> None:
        """Up or down."""
        self._page.go(self._page.cursor + rows)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.action_move(-1)

    def action_copy(self) -> None:
        """The page as text, for a colleague."""
        self.app.copy_to_clipboard(self._page.as_text())
        self.notify("copied: this page, as text", markup=False)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
