"""The one bridge from drawings to the terminal: a widget that shows a canvas and repaints only rows that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from textual.app import App
from textual.color import TRANSPARENT, Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip

from console.tui import theme
from console.tui.drawing.canvas import Canvas
from console.tui.styles import Colours
from console.tui.widgets.selecting import Selectable


class _Look(NamedTuple):
    """All that a row looks like beside what is drawn on it."""

    size: Size
    colours: Colours
    ascii_only: bool
    filters: tuple[LineFilter, ...]
    background: Color


class Drawn(Selectable):
    """Shows what `draw` returns. Call `redraw` after anything that `draw` reads has changed.

    A drawing is a pure function of the widget's records and its size. Rows equal to the last ones are not sent to the
    terminal again, so calling `redraw` twice a second costs nothing while nothing changes.
    """

    DEFAULT_CSS = "Drawn { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._canvas: Canvas | None = None
        self._drawn_size = Size(0, 0)
        self._strips: dict[int, Strip] = {}
        """Rows as the terminal library had them last."""
        self._look: _Look | None = None
        self._asked: tuple[Size, str, bool] | None = None

    def draw(self, width: int, height: int) -> Canvas:
        """The picture at this size. Subclasses override it."""
        return Canvas(width, height)

    def redraw(self) -> None:
        """Draw again and repaint the rows that differ."""
        size = self.size
        if not self.is_mounted or not size.width or not size.height:
            self._canvas = None
            return
        before = self._canvas if self._drawn_size == size else None
        self._canvas, self._drawn_size = self.draw(size.width, size.height), size
        if before is None or before.height != self._canvas.height:
            self._strips.clear()
            self.refresh()
            return
        changed = self._canvas.changed_rows(before)
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self.refresh(*_regions(changed, size.width))

    def plain(self) -> list[str]:
        """What the widget shows as text: for tests and for screen readers."""
        return self.draw(self.size.width, self.size.height).text()

    def on_resize(self) -> None:
        """A new size is a new drawing."""
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """One row with the place of each character: what the mouse is over is looked up here, nothing is painted."""
        look = self._looks()
        strip = self._strips[y] if y in self._strips else self._made(y, look)
        return strip.apply_offsets(0, y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows for the compositor. A drawing has no border, padding or opacity: it is what the terminal gets."""
        look = self._looks()
        known, make = self._strips, self._made
        strips = [known[y] if y in known else make(y, look) for y in crop.line_range]
        if self._selection is not None:
            strips = self.marked(strips, crop.y)
        start, end = crop.column_span
        if (start, end) != (0, look.size.width):
            strips = [strip.crop(start, end) for strip in strips]
        return strips

    def _made(self, y: int, look: _Look) -> Strip:
        """Row `y`, kept until it changes."""
        found = self._strips[y] = self._strip(y, look)
        return found

    def _strip(self, y: int, look: _Look) -> Strip:
        width, height = look.size
        if self._canvas is None or self._drawn_size != look.size:
            self._canvas, self._drawn_size = self.draw(width, height), look.size
        if y >= self._canvas.height:
            return Strip.blank(width)
        narrow = self._canvas.width == width and self._canvas.is_narrow(y)
        strip = theme.strip(self._canvas.segments(y), width, look.colours, look.ascii_only, measured=narrow)
        for line_filter in look.filters:
            strip = strip.apply_filter(line_filter, look.background)
        return strip

    def _looks(self) -> _Look:
        """Asked for every pane whenever a row of any of them changes. Rows of another look are forgotten."""
        app = self.app
        asked = (self.outer_size, app.theme, app.no_color)  # a drawing has no border: its size is all of it
        if self._look is None or self._asked != asked or self._look.filters:
            look = self._look_now(app)
            if look != self._look:
                self._strips.clear()
            self._asked, self._look = asked, look
        return self._look

    def _look_now(self, app: App[Any]) -> _Look:
        colours: Colours = "none" if app.no_color else "dark" if app.current_theme.dark else "light"
        # No colour of ours is one of the terminal's own sixteen.
        filters = tuple(each for each in self.get_line_filters() if not isinstance(each, ANSIToTruecolor))
        background = self.background_colors[1] if filters else TRANSPARENT
        return _Look(self.outer_size, colours, bool(getattr(app, "ascii_only", False)), filters, background)


def _regions(rows: Sequence[int], width: int) -> Iterator[Region]:
    """Rows that follow each other are one region: each has its price."""
    for _, run in groupby(enumerate(rows), key=lambda each: each[1] - each[0]):
        found = [y for _, y in run]
        yield Region(0, found[0], width, len(found))
