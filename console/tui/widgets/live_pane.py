"""Pane 2: the live canary of one route."""

from __future__ import annotations

from textual.reactive import reactive

from console.text import words
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.empty import draw_empty, draw_next
from console.tui.drawing.frame import draw_strip
from console.tui.drawing.live import draw_live, next_tops, plot_rows
from console.tui.drawing.scale import Top
from console.tui.widgets.pane import Pane
from console.view.records import CanaryView, FleetView, State


class LivePane(Pane):
    """Verdict, ladder, table and plot. `plot` chooses the metric drawn first."""

    plot: reactive[int] = reactive(0)
    _view: CanaryView | None = None
    _fleet: FleetView | None = None
    _tops: tuple[Top, ...] = ()

    def show(self, view: CanaryView | None, fleet: FleetView) -> None:
        """Show `view`, one of `fleet.canaries`; None where no route is chosen."""
        if self._view is None or view is None or self._view.route != view.route or len(self._tops) != len(view.plots):
            self._tops = ()
        self._view, self._fleet = view, fleet
        self.redraw()

    def watch_plot(self) -> None:
        """Another metric was chosen."""
        self.redraw()

    @property
    def age(self) -> str:
        """How old the newest data of the route is: `2 s ago`."""
        if self._view is None or self._fleet is None or self._view.as_of is None:
            return ""
        seconds = (self._fleet.now - self._view.as_of).total_seconds()
        return f"looked {words.ago(seconds)}" if self._view.state is State.NO_DATA else words.ago(seconds)

    def draw_strip(self, width: int) -> Canvas:
        """`2 Live canary  support   2 s ago`."""
        route, stale = (self._view.route, self._view.stale) if self._view else ("", False)
        return draw_strip(width, 2, route, self.age, self.has_focus, late=stale)

    def draw_body(self, width: int, height: int) -> Canvas:
        """The canary, or what to do where there is none yet."""
        if self._view is None or self._fleet is None:
            return Canvas(width, height)
        if self._view.state is State.NO_DATA and not self._view.metrics:
            return draw_empty(self._view, self._fleet, width, height, margin=self.margin)
        rows = plot_rows(self._view, width, height, self.margin)
        if rows:
            self._tops = next_tops(self._tops, self._view.plots, rows, self._fleet.now)
        tops = [top.value for top in self._tops]
        below = self._next(width - 2 * self.margin)
        return draw_live(self._view, width, height, margin=self.margin, plot=self.plot, tops=tops, below=below)

    def _next(self, width: int) -> Canvas | None:
        """What can be done on a route that has no canary."""
        if self._view is None or self._fleet is None or self._view.state is not State.NO_CANARY:
            return None
        name = self._view.route
        return draw_next(next((each for each in self._fleet.routes if each.name == name), None), width, seen=True)
