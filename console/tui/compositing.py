"""What the screen asks its widgets for when a few rows have changed: those rows, of the widgets they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowCompositor(Compositor):
    """The library's own asks every widget on the screen for all of its rows, whichever of them has changed."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            part = clip.intersection(region)
            top, bottom = max(part.y, crop.y), min(part.bottom, crop.bottom)
            if top >= bottom or part.x >= crop.right or part.right <= crop.x:
                continue
            # Whole rows of the widget: they are cut where widgets meet, not where a change begins.
            rows = Region(part.x, top, part.width, bottom - top)
            yield region, rows, widget.render_lines(rows.translate((-region.x, -region.y)))
