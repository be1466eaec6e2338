"""The screen of help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.reading import draw_help, hidden_help
from console.tui.keys import Key
from console.tui.scrolling import scrolling
from console.tui.widgets.drawn import Drawn


class HelpPage(Drawn, can_focus=True):
    """The keys in their groups."""

    DEFAULT_CSS = "HelpPage { width: 1fr; height: 1fr; }"

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
        *scrolling(),
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
