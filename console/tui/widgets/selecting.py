"""Text of a drawing can be marked with the mouse and copied: `ctrl+c`, or the key that copies a pane."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from console.text.cells import cell_width


class Selectable(Widget):
    """A widget whose rows are known as text. What is painted costs nothing more while nothing is marked."""

    _selection: Selection | None = None

    def plain(self) -> list[str]:
        """The rows as text. Subclasses override it."""
        return []

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The marked text, and what parts it from that of the next widget."""
        rows = [row.rstrip() for row in selection.extract("\n".join(self.plain())).split("\n")]
        return "\n".join(rows), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """More or less is marked."""
        self._selection = selection
        self.refresh()

    def _span(self, y: int) -> tuple[int, int] | None:
        return self._selection.get_span(y) if self._selection else None

    def marked(self, strips: Sequence[Strip], first: int) -> list[Strip]:
        """`strips` of the rows from `first` on, with what is marked on the colour of a selection."""
        if self._selection is None:
            return list(strips)
        style = self._mark
        return [self._marked_row(strip, self._span(y), style) for y, strip in enumerate(strips, first)]

    @property
    def _mark(self) -> Style:
        if self.app.no_color:
            return Style(reverse=True)
        colour = self.app.theme_variables.get("input-selection-background", "#173457")
        return Style(bgcolor=Color.parse(colour).rich_color)

    @staticmethod
    def _marked_row(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
        if span is None:
            return strip
        text = strip.text
        start = cell_width(text[: span[0]])
        end = strip.cell_length if span[1] < 0 else cell_width(text[: span[1]])
        middle = [Segment(part, (look or Style()) + style) for part, look, _ in strip.crop(start, end)]
        return Strip.join([strip.crop(0, start), Strip(middle), strip.crop(end)])
