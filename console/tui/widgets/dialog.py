"""Title and body of a dialog before an action; its buttons and its input are the screen's own."""

from __future__ import annotations

from textual import events

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.dialog import draw_plan, draw_title, hidden_rows
from console.tui.widgets.drawn import Drawn
from console.view.records import PlanView


class PlanBody(Drawn):
    """A plan with its title row. `filename` heads the change."""

    DEFAULT_CSS = "PlanBody { height: 1fr; }"

    def __init__(self, plan: PlanView, filename: str = "registry.toml", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._plan = plan
        self._filename = filename
        self._offset = 0

    def show(self, plan: PlanView) -> None:
        """Another plan, after the registry or the evidence changed while the dialog was open."""
        self._plan = plan
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Title row and body."""
        canvas = Canvas(width, height, "side")
        canvas.paste(0, 0, draw_title(self._plan, width))
        canvas.paste(0, 1, draw_plan(self._plan, width, height - 1, self._filename, self._offset))
        return canvas

    def move(self, rows: int) -> None:
        """Read on in a plan that is higher than the dialog; it stops at both ends."""
        limit = hidden_rows(self._plan, self.size.width, self.size.height - 1, self._filename)
        self._offset = min(max(0, self._offset + rows), limit)
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.move(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.move(-2)
