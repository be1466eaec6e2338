"""Screens to read: the history of the registry, and help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.reading import draw_help, draw_history, hidden_help
from console.tui.keys import Key
from console.tui.widgets.drawn import Drawn
from console.view.records import ChangeView


class _Page(Drawn, can_focus=True):
    DEFAULT_CSS = "_Page { width: 1fr; height: 1fr; }"


class HistoryPage(_Page):
    """The changes with a cursor."""

    def __init__(self, changes: Sequence[ChangeView], now: datetime) -> None:
        super().__init__()
        self._changes, self._now = tuple(changes), now
        self.cursor = 0

    def draw(self, width: int, height: int) -> Canvas:
        """One row a change, the reason under the one at the cursor."""
        return draw_history(self._changes, self._now, width, height, self.cursor)

    def move(self, rows: int) -> None:
        """Move the cursor; it stops at both ends."""
        self.cursor = min(max(0, self.cursor + rows), max(0, len(self._changes) - 1))
        self.redraw()

    @property
    def chosen(self) -> ChangeView | None:
        """The change at the cursor."""
        return self._changes[self.cursor] if self._changes else None


class HistoryScreen(ModalScreen[int | None]):
    """The newest changes first; `u` takes back the one at the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,h", "leave", "leave", show=False),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("u", "undo", "undo this change", show=False),
    ]

    def __init__(self, changes: Sequence[ChangeView], now: datetime) -> None:
        super().__init__()
        self._page = HistoryPage(changes, now)

    def compose(self) -> ComposeResult:
        """The page."""
        yield self._page

    def on_mount(self) -> None:
        """Keys belong to the page."""
        self._page.focus()

    def action_move(self, rows: int) -> None:
        """Up or down."""
        self._page.move(rows)

    def action_undo(self) -> None:
        """Close, and ask about the chosen change."""
        chosen = self._page.chosen
        if chosen is not None:
            self.dismiss(chosen.number)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


class HelpPage(_Page):
    """The keys in their groups."""

    def __init__(self, pane: int, keys: Sequence[Key]) -> None:
        super().__init__()
        self._pane, self._keys = pane, tuple(keys)
        self._top = 0

    def draw(self, width: int, height: int) -> Canvas:
        """The table of keys, and what the focused pane shows."""
        return draw_help(width, height, self._pane, self._keys, self._top)

    def move(self, rows: int) -> None:
        """Read on, where the terminal is lower than the list."""
        self._top = min(
            max(0, self._top + rows), hidden_help(self.size.width, self.size.height, self._pane, self._keys)
        )
        self.redraw()


class HelpScreen(ModalScreen[None]):
    """What can be done, and what the focused pane shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", "leave", show=False),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("pagedown,space", "move(10)", "page down", show=False),
        Binding("pageup", "move(-10)", "page up", show=False),
    ]

    def __init__(self, pane: int, keys: Sequence[Key]) -> None:
        super().__init__()
        self._pane, self._keys = pane, keys

    def compose(self) -> ComposeResult:
        """The page."""
        yield HelpPage(self._pane, self._keys)

    def action_move(self, rows: int) -> None:
        """Further down or up."""
        self.query_one(HelpPage).move(rows)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.action_move(2)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.action_move(-2)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
