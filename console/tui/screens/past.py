"""The comparisons of the last 30 days: type to search, enter opens one again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from console.compare.past import Past
from console.text.safe import safe_line
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.past import PastRow, draw_past
from console.tui.scrolling import scrolling
from console.tui.widgets.drawn import Drawn
from console.tui.widgets.frame import KeyBar

_SHOWN = 300


class PastPage(Drawn):
    """The rows that match, with a cursor."""

    DEFAULT_CSS = "PastPage { width: 1fr; height: 1fr; }"

    def __init__(self, past: Sequence[Past], now: datetime) -> None:
        super().__init__()
        self._all, self._now = tuple(past), now
        self._found = self._all
        self._cursor = 0

    def search(self, text: str) -> None:
        """Only those with all these words."""
        self._found = tuple(past for past in self._all if past.matches(text))
        self._cursor = 0
        self.redraw()

    def move(self, rows: int) -> None:
        """Move the cursor; it stops at both ends."""
        self._cursor = min(max(0, self._cursor + rows), max(0, len(self._found) - 1))
        self.redraw()

    @property
    def chosen(self) -> Past | None:
        """The one at the cursor."""
        return self._found[self._cursor] if self._found else None

    def draw(self, width: int, height: int) -> Canvas:
        """Only the rows around the cursor are put into words."""
        first = max(0, self._cursor - _SHOWN // 2)
        rows = [_row(past) for past in self._found[first : first + _SHOWN]]
        return draw_past(rows, len(self._all), self._now, width, height, self._cursor - first)


class PastScreen(ModalScreen[Past | None]):
    """Returns the chosen comparison, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", show=False),
        *scrolling(letters=False),
    ]

    def __init__(self, past: Sequence[Past], now: datetime) -> None:
        super().__init__()
        self._page = PastPage(past, now)

    def compose(self) -> ComposeResult:
        """The rows, and where the search is typed."""
        yield self._page
        yield Input(placeholder="Words of the prompt, the answers, a model or the judgement", id="search")
        yield KeyBar()

    def on_mount(self) -> None:
        """Here something is to be typed."""
        self.query_one(KeyBar).show([Hint("enter", "open"), Hint("↑ ↓", "choose")], [Hint("esc", "back")])
        self.query_one("#search", Input).focus()

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        self._page.search(event.value)

    @on(Input.Submitted, "#search")
    def _entered(self) -> None:
        if self._page.chosen is not None:
            self.dismiss(self._page.chosen)

    def action_move(self, rows: int) -> None:
        """Up or down."""
        self._page.move(rows)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


def _row(past: Past) -> PastRow:
    where = f"{past.route}: " if past.route else ""
    invented = " · stand-in answers" if past.left.stand_in or past.right.stand_in else ""
    return PastRow(
        past.at,
        past.verdict,
        safe_line(past.prompt, 300),
        safe_line(f"{where}{past.left.model} against {past.right.model}{invented}"),
        safe_line(f"● {past.left.text[:300]}"),
        safe_line(f"◆ {past.right.text[:300]}"),
    )
