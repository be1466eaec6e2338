"""The requests behind a number: from "the error rate is 5 %" to which requests failed, how, and for whom."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen

from console.domain.choice import Arm
from console.domain.errors import ConsoleError
from console.text.safe import safe_line
from console.traffic.behind import Kind, Mark, Order
from console.tui.behind_keys import BEHIND_KEYS
from console.tui.drawing.behind import draw_behind, first_row, rows_of
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.reading import BEHIND
from console.tui.narrowing import Narrowing
from console.tui.widgets.drawn import Drawn
from console.tui.widgets.frame import KeyBar
from console.view.behind import KINDS, ORDERS, BehindView, orders

Read = Callable[[Kind, Arm, Order, str, Mark | None], BehindView | None]
"""Reads the page of what holds a typed text; called on a thread. None: nothing was committed after the mark.

Raises ConsoleError."""
_FOLLOW_S = 1.0
_SHARE = 20
"""A list of the newest 100,000 requests takes 0.1 s: following it takes a twentieth of the time at most."""
_LIST_Y = 5
_COPIED, _WIDE = 20, 160


class BehindPage(Drawn, can_focus=True):
    """The requests with a cursor."""

    DEFAULT_CSS = "BehindPage { width: 1fr; height: 1fr; }"

    class Chosen(Message):
        """A request was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._view: BehindView | None = None
        self._problem = ""
        self.cursor = 0

    @property
    def view(self) -> BehindView | None:
        """What is shown; None before the first reading."""
        return self._view

    def show(self, view: BehindView | None, problem: str = "") -> None:
        """Another page; the cursor goes to its first row. What cannot be read now leaves what was read before."""
        if view is not None:
            self._view, self.cursor = view, 0
        self._problem = problem
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
            self.post_message(self.Chosen(first_row(len(self._view.lines), room, self.cursor) + row))


class BehindScreen(Narrowing, ModalScreen[None]):
    """`m` is another number, `tab` the other arm, `s` another order; at the first row the list follows the log."""

    NARROWED_BY: ClassVar[tuple[str, str]] = ("request id, user, model or outcome", "request")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=False, tooltip=key.help) for key in BEHIND_KEYS
    ]

    def __init__(self, read: Read, kind: Kind, arm: Arm, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._page = BehindPage(clock)
        self._read, self._kind, self._arm = read, kind, arm
        self._order: Order = "newest"
        self._asked = 0
        """The number of the last reading that was begun; one that is overtaken is not shown."""
        self._reading = False
        self._is_late = False
        """Whether something else was typed during a reading: the log is read once for many keys, not once for each."""
        self._due = 0.0

    def compose(self) -> ComposeResult:
        """The page, and the keys."""
        yield self._page
        yield KeyBar()

    def on_mount(self) -> None:
        """Read at once."""
        self._page.focus()
        self._begin()
        self.set_interval(_FOLLOW_S, self._go_on)

    def _begin(self) -> None:
        """Another list: from the log, on a thread."""
        self._asked, self._is_late = self._asked + 1, False
        self._show_keys()
        self._start(None)

    def _go_on(self) -> None:
        """What is new in the log since; nothing while somebody reads further down."""
        view = self._page.view
        if self._is_following and not self._reading and time.monotonic() >= self._due:
            self._start(view.mark if view else None)

    @property
    def _is_following(self) -> bool:
        return self._page.cursor == 0

    def _start(self, since: Mark | None) -> None:
        kind, arm, order, typed, number = self._kind, self._arm, self._order, self.typed_filter, self._asked
        self._reading = True

        def read() -> None:
            began = time.monotonic()
            view, problem = None, ""
            try:
                view = self._read(kind, arm, order, typed, since)
            except ConsoleError as error:
                problem = safe_line(error.message)
            with suppress(RuntimeError):  # the console has been left meanwhile
                self.call_later(self._done, number, view, problem, time.monotonic() - began, since is not None)

        self.run_worker(read, thread=True, group="behind")

    def _done(self, number: int, view: BehindView | None, problem: str, took_s: float, followed: bool) -> None:
        if number != self._asked:
            return
        self._reading = False
        self._due = time.monotonic() + _SHARE * took_s - _FOLLOW_S
        if not followed or self._is_following:  # else the reader went on while it was read
            self._page.show(view, problem)
            self._count()
        if self._is_late:
            self._begin()

    @property
    def narrowed(self) -> BehindPage:
        """The requests."""
        return self._page

    def narrow(self) -> None:
        """List what holds what is typed."""
        if self._reading:
            self._is_late = True
        elif self._page.view is not None and self._page.view.typed == safe_line(" ".join(self.typed_filter.split())):
            self._show_keys()  # white space, or nothing, was added
            self._count()
        else:
            self._begin()

    def _count(self) -> None:
        if self._page.view is not None:
            self.count_filtered(self._page.view.matching, self._page.view.of)

    def move_narrowed(self, rows: int) -> None:
        """From request to request."""
        self.action_move(rows)

    def _show_keys(self) -> None:
        kinds, others = list(KINDS), orders(self._kind)
        hints = [Hint("m", KINDS[kinds[(kinds.index(self._kind) + 1) % len(kinds)]])]
        hints.append(Hint("tab", f"those of {'production' if self._arm == 'canary' else 'canary'}"))
        if others:
            hints.append(Hint("s", ORDERS[self._next_order]))
        if not self._is_following:
            hints.insert(0, Hint("l", "follow"))
        back = Hint("esc", "all of them" if self.is_filtered else "back")
        self.query_one(KeyBar).show([*hints, Hint("/", "filter"), Hint("y", "copy")], [Hint("?", "help"), back])

    @property
    def _next_order(self) -> Order:
        others = orders(self._kind)
        return others[(others.index(self._order) + 1) % len(others)] if self._order in others else "newest"

    def action_kind(self, step: int) -> None:
        """The next number of the table; the order stays, where this one has it, too."""
        kinds = list(KINDS)
        self._kind = kinds[(kinds.index(self._kind) + step) % len(kinds)]
        if self._order not in orders(self._kind):
            self._order = "newest"
        self._begin()

    def action_arm(self) -> None:
        """The other arm's requests behind the same number."""
        self._arm = "production" if self._arm == "canary" else "canary"
        self._begin()

    def action_sort(self) -> None:
        """The next order, where what is listed has more than one."""
        if orders(self._kind):
            self._order = self._next_order
            self._begin()

    def action_follow(self) -> None:
        """To the first row, where the list follows the log; there at once with what is new."""
        self._page.go(0)
        self._begin()

    def action_last(self) -> None:
        """The last request of the list."""
        self.action_move(len(self._page.view.lines) if self._page.view else 0)

    def action_move(self, rows: int) -> None:
        """Up or down: away from the first row the list stands still."""
        self._go(self._page.cursor + rows)

    def on_behind_page_chosen(self, message: BehindPage.Chosen) -> None:
        """A click."""
        self._go(message.row)

    def _go(self, row: int) -> None:
        followed = self._is_following
        self._page.go(row)
        if followed != self._is_following:
            self._show_keys()

    def action_help(self) -> None:
        """What can be done here."""
        from console.tui.screens.reading import HelpScreen

        self.app.push_screen(HelpScreen(BEHIND, BEHIND_KEYS))

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

    def action_back(self) -> None:
        """From what was filtered to all requests, from these to the main screen."""
        if not self.clear_filter():
            self.dismiss(None)

    def action_leave(self) -> None:
        """Back to the main screen."""
        self.dismiss(None)
