"""What the three panes share: the strip on top where they stand side by side, no strip inside a tab, the focus."""

from __future__ import annotations

from textual.reactive import reactive

from console.tui.drawing.canvas import Canvas
from console.tui.widgets.drawn import Drawn


class Pane(Drawn, can_focus=True):
    """A drawn pane. `tabbed` says that it fills a tab: then there is no strip, and margins are one column."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"
    tabbed: reactive[bool] = reactive(False)

    @property
    def margin(self) -> int:
        """Columns free at both sides."""
        return 1 if self.tabbed else 2

    def draw(self, width: int, height: int) -> Canvas:
        """Strip and body."""
        if self.tabbed:
            return self.draw_body(width, height)
        return self.draw_body(width, height - 1).under(self.draw_strip(width))

    def draw_strip(self, width: int) -> Canvas:
        """The first row. Subclasses override it."""
        return Canvas(width, 1, "side")

    def draw_body(self, width: int, height: int) -> Canvas:
        """Everything below the strip. Subclasses override it."""
        return Canvas(width, height)

    def watch_tabbed(self) -> None:
        """A tab has other margins."""
        self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The strip of the focused pane is raised."""
        super().watch_has_focus(has_focus)
        self.redraw()
