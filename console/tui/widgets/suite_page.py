"""The screen that runs a suite, as one drawing."""

from __future__ import annotations

from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.suite import draw_suite, draw_suite_header, draw_suite_strip
from console.tui.widgets.drawn import Drawn
from console.view.suite_run import SuiteRunView

_MARGIN_FROM = 100


class SuitePage(Drawn, can_focus=True):
    """Shows what it is given."""

    DEFAULT_CSS = "SuitePage { height: 1fr; width: 1fr; }"

    _view: SuiteRunView | None = None
    _problem: SafeText = NOTHING
    _source: SafeText = NOTHING
    _route: SafeText = NOTHING
    _clock = ""

    def show(
        self, view: SuiteRunView | None, *, problem: SafeText, source: SafeText, route: SafeText, clock: str
    ) -> None:
        """Everything at once."""
        self._view, self._problem, self._source, self._route, self._clock = view, problem, source, route, clock
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Header, strip, progress, cases."""
        canvas = Canvas(width, height)
        margin = 2 if width >= _MARGIN_FROM else 1
        canvas.paste(0, 0, draw_suite_header(self._view, self._source, self._clock, width))
        canvas.paste(0, 1, draw_suite_strip(self._view, self._route, width, margin))
        canvas.paste(0, 2, draw_suite(self._view, self._problem, width, max(0, height - 2), margin))
        return canvas
