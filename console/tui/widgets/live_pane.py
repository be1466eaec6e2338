"""Pane 2: the live canary of one route."""

from __future__ import annotations

from textual.reactive import reactive

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.empty import draw_waiting
from console.tui.drawing.scale import Top
from console.tui.drawing.screen import draw_canary, draw_live_strip, tops_of
from console.tui.widgets.pane import Pane
from console.view.records import CanaryView, FleetView


class LivePane(Pane):
    """Verdict, ladder, table and plot. `plot` chooses the metric drawn first."""

    plot: reactive[int] = reactive(0)
    waited_s: reactive[int] = reactive(0)
    """Seconds since the first look was begun, where it is not there yet."""
    _view: CanaryView | None = None
    _fleet: FleetView | None = None
    _tops: tuple[Top, ...] = ()

    def show(self, view: CanaryView | None, fleet: FleetView) -> None:
        """Show `view`, one of `fleet.canaries`; None where no route is chosen."""
        if self._view is None or view is None or _scales(self._view) != _scales(view):
            self._tops = ()
        self._view, self._fleet = view, fleet
        self.redraw()

    def watch_plot(self) -> None:
        """Another metric was chosen."""
        self.redraw()

    def watch_waited_s(self) -> None:
        """Still waiting."""
        self.redraw()

    def draw_strip(self, width: int) -> Canvas:
        """`2 Live canary  support   2 s ago`."""
        return draw_live_strip(self._view, self._fleet.now if self._fleet else None, width, focused=self.has_focus)

    def draw_body(self, width: int, height: int) -> Canvas:
        """The canary, or what to do where there is none yet."""
        if self._view is None or self._fleet is None:
            return draw_waiting(self.waited_s, width, height, margin=self.margin)
        self._tops = tops_of(self._tops, self._view, self._fleet, width, height, self.margin)
        return draw_canary(self._view, self._fleet, width, height, margin=self.margin, plot=self.plot, tops=self._tops)


def _scales(view: CanaryView) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """What the scales of the plots belong to; what was not read yet has none that is worth keeping."""
    return view.route, tuple((plot.title, plot.unread) for plot in view.plots)
