"""The review on the whole screen: header, list of changed cases, and the case at the cursor."""

from __future__ import annotations

from textual import events
from textual.message import Message

from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.review import (
    NONE_LISTED,
    NOTHING_CHANGED,
    PLAIN,
    Shown,
    draw_case,
    draw_case_strip,
    draw_review_header,
    draw_review_strip,
    scroll_limit,
)
from console.tui.drawing.review_list import BESIDE_FROM, WIDTH, case_at, draw_list
from console.tui.widgets.drawn import Drawn
from console.view.review import CaseView, DecisionWord, ReviewView


class ReviewPage(Drawn, can_focus=True):
    """Shows what it is given. `listed`: on a narrow screen the list is shown instead of the case."""

    DEFAULT_CSS = "ReviewPage { height: 1fr; width: 1fr; }"

    class Chosen(Message):
        """A case on the list was clicked; `number` counts from 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Scrolled(Message):
        """The wheel turned over the answers."""

        def __init__(self, lines: int) -> None:
            super().__init__()
            self.lines = lines

    _view: ReviewView | None = None
    _case: CaseView | None = None
    _cursor = 0
    _decision: DecisionWord = ""
    _acts: tuple[Hint, ...] = ()
    _source: SafeText = NOTHING
    _clock = ""
    shown: Shown = PLAIN
    listed = False

    def show(
        self,
        view: ReviewView,
        case: CaseView | None,
        cursor: int,
        decision: DecisionWord,
        *,
        acts: tuple[Hint, ...],
        source: SafeText,
        clock: str,
    ) -> None:
        """Everything at once; only rows that differ are painted."""
        self._view, self._case, self._cursor, self._decision = view, case, cursor, decision
        self._acts, self._source, self._clock = acts, source, clock
        self.redraw()

    @property
    def is_beside(self) -> bool:
        """Whether the list has room beside the case."""
        return self.size.width >= BESIDE_FROM

    @property
    def answer_width(self) -> int:
        """The columns of one answer at this size: to wrap it before it is shown."""
        width, margin = self._case_size
        inner = max(0, width - 2 * margin)
        return max(1, (inner - (4 if inner >= 60 else 2)) // 2) if inner >= 60 else inner

    def scroll_by(self, lines: int) -> None:
        """Both answers further down or up; they stop at both ends."""
        width, margin = self._case_size
        height = self.size.height - (2 if self.is_beside else 3)
        limit = scroll_limit(self._case, width, height, self._acts, self.shown, margin)
        self.shown = self.shown._replace(offset=min(max(0, self.shown.offset + lines), limit))
        self.redraw()

    @property
    def _case_size(self) -> tuple[int, int]:
        """Columns of the case, and its margin."""
        return (self.size.width - WIDTH, 2) if self.is_beside else (self.size.width, 1)

    def draw(self, width: int, height: int) -> Canvas:
        """Side by side from 100 columns, else one of the two."""
        canvas = Canvas(width, height)
        view = self._view
        if view is None:
            return canvas
        canvas.paste(0, 0, draw_review_header(view, self._source, self._clock, width))
        if width >= BESIDE_FROM:
            canvas.paste(0, 1, draw_review_strip(view, WIDTH))
            canvas.paste(0, 2, draw_list(view, WIDTH, height - 2, self._cursor))
            self._put_case(canvas, view, WIDTH, 1, 2)
            return canvas
        canvas.paste(0, 1, draw_review_strip(view, width, 1))
        if self.listed:
            canvas.paste(0, 2, draw_list(view, width, height - 2, self._cursor, 1))
        else:
            self._put_case(canvas, view, 0, 2, 1)
        return canvas

    def _put_case(self, canvas: Canvas, view: ReviewView, x: int, y: int, margin: int) -> None:
        width, height = canvas.width - x, canvas.height - y - 1
        canvas.paste(x, y, draw_case_strip(self._case, view, self._decision, width, margin))
        empty = NONE_LISTED if view.typed else NOTHING_CHANGED
        canvas.paste(x, y + 1, draw_case(self._case, width, height, self._acts, self.shown, margin, empty))

    def on_click(self, event: events.Click) -> None:
        """A click on the list."""
        if self._view is None or not (event.x < WIDTH if self.is_beside else self.listed):
            return
        number = case_at(self._view, self.size.height - 2, self._cursor, event.y - 2)
        if number >= 0:
            self.post_message(self.Chosen(number))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Both answers together."""
        event.stop()
        self.post_message(self.Scrolled(3))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Both answers together."""
        event.stop()
        self.post_message(self.Scrolled(-3))
