"""Header, footer and tab row as widgets."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.message import Message

from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint, draw_footer, draw_header, draw_tabs, hint_at, tab_at
from console.tui.widgets.drawn import Drawn
from console.view.attention import QUIET, Alarm
from console.view.records import FleetView


class TopBar(Drawn):
    """Row 0: paths, guard, age of the data, clock."""

    _view: FleetView | None = None
    _override: SafeText = NOTHING
    _alarm = QUIET

    def show(self, view: FleetView, override: SafeText = NOTHING, alarm: Alarm = QUIET) -> None:
        """`override` is the sentence about LLM_MODEL where it forces a model here; `alarm` what is wrong elsewhere."""
        self._view, self._override, self._alarm = view, override, alarm
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """The header row."""
        return draw_header(self._view, width, self._override, self._alarm) if self._view else Canvas(width, height)


class KeyBar(Drawn):
    """The last row: keys that work now, most useful first, and pinned ones at the right end."""

    _hints: tuple[Hint, ...] = ()
    _pinned: tuple[Hint, ...] = ()

    def show(self, hints: Sequence[Hint], pinned: Sequence[Hint] = ()) -> None:
        """Both lists in their order on the screen."""
        self._hints, self._pinned = tuple(hints), tuple(pinned)
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """The footer row."""
        return draw_footer(width, self._hints, self._pinned)

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        hint = hint_at(self.size.width, self._hints, self._pinned, event.x)
        if hint is not None:
            self.app.simulate_key(key_of(hint.key))


_NAMES = {"esc": "escape", "↑": "up", "↓": "down", "pgdn": "pagedown", "pgup": "pageup"}


def key_of(shown: str) -> str:
    """The name of the key that a footer shows: `^p` is `ctrl+p`, `+` is `plus`, of `j ↓` the first."""
    first = shown.split()[0]
    if first.startswith("^") and len(first) > 1:
        return f"ctrl+{first[1:]}"
    if len(first) == 1 and first not in _NAMES:
        return next(iter(Binding.make_bindings([Binding(first, "none", "")]))).key
    return _NAMES.get(first, first)


class TabRow(Drawn):
    """The tab row of terminals too small for three panes."""

    class Chosen(Message):
        """A tab was clicked; `pane` is 1..3."""

        def __init__(self, pane: int) -> None:
            super().__init__()
            self.pane = pane

    _active = 2
    _right = ""
    _style = "muted"

    def show(self, active: int, right: str = "", style: str = "muted") -> None:
        """`active` is 1..3; `right` says what is looked at and how old it is: `support · 2 s ago`."""
        self._active, self._right, self._style = active, right, style
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """The tab row."""
        return draw_tabs(width, self._active, self._right, self._style)

    def on_click(self, event: events.Click) -> None:
        """Tell the screen which tab was meant."""
        pane = tab_at(self.size.width, self._active, event.x)
        if pane:
            self.post_message(self.Chosen(pane))
