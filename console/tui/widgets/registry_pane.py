"""Pane 1: routes and pins, with a cursor on one route."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.reactive import reactive

from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import draw_strip
from console.tui.drawing.registry import NO_ROUTES, draw_registry, pins_text, route_at
from console.tui.widgets.pane import Pane
from console.view.records import FleetView, RouteView


class RegistryPane(Pane):
    """The registry. `selected` is the index of the route that the other panes show."""

    class RouteSelected(Message):
        """The cursor moved to another route."""

        def __init__(self, route: RouteView, index: int) -> None:
            super().__init__()
            self.route = route
            self.index = index

    selected: reactive[int] = reactive(0)
    _view: FleetView | None = None
    _empty = NO_ROUTES
    _said = NOTHING

    def show(self, view: FleetView, *, empty: str = NO_ROUTES, said: SafeText = NOTHING) -> None:
        """Show another moment of the registry; the cursor stays on its route's name, wherever that moved to.

        `said` stands in the strip where only some routes are shown: `/haiku · 3 of 12`.
        """
        before = self.route
        self._view, self._empty, self._said = view, empty, said
        names = [route.name for route in view.routes]
        kept = names.index(before.name) if before and before.name in names else self.selected
        self.selected = min(kept, max(0, len(names) - 1))
        self.redraw()

    @property
    def route(self) -> RouteView | None:
        """The route under the cursor."""
        routes = self._view.routes if self._view else ()
        return routes[self.selected] if 0 <= self.selected < len(routes) else None

    def move(self, rows: int) -> None:
        """Move the cursor by `rows` routes (negative: up); it stops at both ends."""
        count = len(self._view.routes) if self._view else 0
        self.selected = min(max(0, self.selected + rows), max(0, count - 1))

    def choose(self, name: SafeText) -> bool:
        """Put the cursor on the route `name`; whether it is among those that are shown."""
        names = [route.name for route in self._view.routes] if self._view else []
        if name not in names:
            return False
        self.selected = names.index(name)
        return True

    def watch_selected(self) -> None:
        """Show the cursor at its new place and tell the screen."""
        self.redraw()
        if self.route is not None:
            self.post_message(self.RouteSelected(self.route, self.selected))

    def on_click(self, event: events.Click) -> None:
        """A click on a route moves the cursor there."""
        if self._view is None or self.text_selection is not None:  # a mouse that marked text chose nothing
            return
        top = 0 if self.tabbed else 1
        size = self.size
        hit = route_at(self._view, size.width, size.height - top, self.selected, event.y - top, details=not self.tabbed)
        if hit is not None:
            self.selected = hit

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor, and the cursor what is in sight."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor, and the cursor what is in sight."""
        event.stop()
        self.move(-1)

    def draw_strip(self, width: int) -> Canvas:
        """`1 Registry   2 routes · 5 pins`."""
        right = self._said or (pins_text(self._view) if self._view else "")
        return draw_strip(width, 1, right=right, focused=self.has_focus)

    def draw_body(self, width: int, height: int) -> Canvas:
        """Routes, changes and the time line."""
        bg = "bg" if self.tabbed else "side"
        if self._view is None:
            return Canvas(width, height, bg)
        details = not self.tabbed
        return draw_registry(self._view, width, height, self.selected, bg=bg, details=details, empty=self._empty)
