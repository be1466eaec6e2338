"""One row under the header while the registry cannot be read: what is wrong, and that the last good one is shown."""

from __future__ import annotations

from console.text.cells import clip
from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.widgets.drawn import Drawn


class ProblemRow(Drawn):
    """Not on the screen while there is nothing to say."""

    DEFAULT_CSS = "ProblemRow { height: 1; display: none; }"
    _problem: SafeText = NOTHING

    def show(self, problem: SafeText) -> None:
        """`problem` is one line, or ""."""
        self._problem = problem
        self.display = bool(problem)
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """`▲ registry.toml:8: routes.support.canary_percentage: must be …`."""
        canvas = Canvas(width, height, "raised")
        canvas.put(2, 0, "▲", "amber")
        canvas.put(4, 0, clip(f"{self._problem} · what it said before is shown", width - 5), "amber")
        return canvas
