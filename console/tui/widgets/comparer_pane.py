"""Pane 3: one prompt on both models."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from textual import events
from textual.reactive import reactive

from console.text import words
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.empty import draw_invitation
from console.tui.drawing.frame import draw_strip
from console.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from console.view.comparison import ComparisonView

_DETAIL_X = 17


class ComparerPane(Pane):
    """The comparer. `full` shows prompt, system and measurements; `offset` lines of the answers are scrolled away."""

    full: reactive[bool] = reactive(False)
    raw: reactive[bool] = reactive(False)
    scrolled: reactive[int] = reactive(0)
    _view: ComparisonView | None = None
    _now: datetime | None = None

    def show(self, view: ComparisonView | None, now: datetime | None = None) -> None:
        """Show a comparison (None: the invitation to type one); `now` gives its age."""
        last = self._view
        if last is not None and (view is None or view.prompt != last.prompt or _begins_anew(last, view)):
            self.scrolled = 0
        self._view, self._now = view, now
        self.redraw()

    @property
    def _limit(self) -> int:
        if self._view is None:
            return 0
        from console.tui.drawing.comparer import scroll_limit

        height = self.size.height - (0 if self.tabbed else 1)
        full = self.full or self.tabbed
        return scroll_limit(self._view, self.size.width, height, margin=self.margin, full=full, raw=self.raw)

    def scroll_lines(self, lines: int) -> None:
        """Scroll both answers by `lines` (negative: up); stops at both ends."""
        # From where it is drawn: a larger terminal, or a shorter answer, may have moved the end.
        limit = self._limit
        self.scrolled = min(max(0, min(self.scrolled, limit) + lines), limit)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls both answers together."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls both answers together."""
        event.stop()
        self.scroll_lines(-3)

    def watch_full(self) -> None:
        """More or less is shown."""
        self.redraw()

    def watch_raw(self) -> None:
        """Two JSON answers as they are, or key by key."""
        self.scrolled = 0
        self.redraw()

    def watch_scrolled(self) -> None:
        """Other lines are shown."""
        self.redraw()

    def draw_strip(self, width: int) -> Canvas:
        """In a pane the prompt, in full the route; at the right how it went and when."""
        view = self._view
        if view is None:
            return draw_strip(width, 3, focused=self.has_focus)
        age = ""
        if view.finished_at is not None and self._now is not None:
            age = words.ago((self._now - view.finished_at).total_seconds())
        status = view.status if self.full or not age else "stand-in answers" if view.stand_in else ""
        right = " · ".join(filter(None, (status, age)))
        detail, x = (view.route, 0) if self.full else (f"“{view.prompt}”", _DETAIL_X)
        return draw_strip(width, 3, detail, right, self.has_focus, detail_x=x)

    def draw_body(self, width: int, height: int) -> Canvas:
        """The comparison, or the invitation."""
        if self._view is None:
            return draw_invitation(width, height, margin=self.margin, typing=self.full)
        from console.tui.drawing.comparer import draw_comparison  # after the first frame, which has no comparison

        return draw_comparison(
            self._view,
            width,
            height,
            margin=self.margin,
            full=self.full or self.tabbed,
            offset=self.scrolled,
            raw=self.raw,
        )


def _begins_anew(last: ComparisonView, view: ComparisonView) -> bool:
    """Whether the same prompt is asked again."""
    return last.finished_at is not None and view.finished_at is None
