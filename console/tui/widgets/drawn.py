"""The one bridge from drawings to the terminal: a widget that shows a canvas and repaints only rows that changed."""

from __future__ import annotations

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from console.tui import theme
from console.tui.drawing.canvas import Canvas, Row


class Drawn(Widget):
    """Shows what `draw` returns. Call `redraw` after anything that `draw` reads has changed.

    A drawing is a pure function of the widget's records and its size. Rows equal to the last ones are not sent to the
    terminal again, so calling `redraw` twice a second costs nothing while nothing changes.
    """

    DEFAULT_CSS = "Drawn { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []
        self._drawn_size = Size(0, 0)

    def draw(self, width: int, height: int) -> Canvas:
        """The picture at this size. Subclasses override it."""
        return Canvas(width, height)

    def redraw(self) -> None:
        """Draw again and repaint the rows that differ."""
        size = self.size
        if not self.is_mounted or not size.width or not size.height:
            self._drawn_size = Size(0, 0)
            return
        before = self._rows if self._drawn_size == size else []
        self._rows = self.draw(size.width, size.height).rows()
        self._drawn_size = size
        if len(before) != len(self._rows):
            self.refresh()
            return
        changed = [y for y, row in enumerate(self._rows) if row != before[y]]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def plain(self) -> list[str]:
        """What the widget shows as text: for tests and for screen readers."""
        return self.draw(self.size.width, self.size.height).text()

    def on_resize(self) -> None:
        """A new size is a new drawing."""
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """One row for the compositor."""
        if self._drawn_size != self.size:
            self._rows = self.draw(self.size.width, self.size.height).rows()
            self._drawn_size = self.size
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width)
        return theme.strip(self._rows[y], width, self._colours(), bool(getattr(self.app, "ascii_only", False)))

    def _colours(self) -> theme.Colours:
        if self.app.no_color:
            return "none"
        return "dark" if self.app.current_theme.dark else "light"
