"""Rows that changed: the same picture as the library's own compositor makes, from fewer rows asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from console.tui.compositing import RowCompositor
from console.tui.drawing.canvas import Canvas
from console.tui.widgets.drawn import Drawn

SIZE = (40, 12)


class Numbered(Drawn):
    """Each row says whose it is; which rows were asked for is remembered."""

    DEFAULT_CSS = "Numbered { height: 1fr; }"
    asked: list[int]

    def draw(self, width: int, height: int) -> Canvas:
        canvas = Canvas(width, height)
        for y in range(height):
            canvas.put(0, y, f"{self.id} {y}" * 9)
        return canvas

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked = [*getattr(self, "asked", []), *crop.line_range]
        return super().render_lines(crop)


class Tall(Numbered):
    """Longer than what it scrolls in."""

    DEFAULT_CSS = "Tall { height: 30; }"


class Panes(App[None]):
    """Three panes side by side and above each other, one of them scrolled, and a widget that lies over them."""

    CSS = "#over { layer: top; dock: bottom; height: 2; width: 9; } Screen { layers: base top; }"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Numbered(id="left")
            with Vertical():
                yield Numbered(id="up")
                with VerticalScroll():
                    yield Tall(id="down")
        yield Numbered(id="over")


def strips(compositor: Compositor, screen: Screen[Any], regions: list[Region]) -> dict[tuple[int, int], str]:
    """What a partial update with `regions` would write, by place."""
    mine = type(compositor)._render_chops
    rows = {y for region in regions for y in region.line_range}
    chops = mine(compositor, Region.from_union(regions), rows.__contains__)
    return {(y, x): strip.text for y in rows for x, strip in chops[y].items() if strip is not None}


REGIONS = [
    [Region(0, 0, 40, 12)],
    [Region(25, 3, 4, 2)],
    [Region(0, 11, 40, 1), Region(20, 0, 20, 1)],
    [Region(2, 9, 30, 3)],
    [Region(39, 7, 1, 1)],
]


@pytest.fixture
async def panes() -> AsyncIterator[Panes]:
    """Running, the tall one scrolled."""
    app = Panes()
    async with app.run_test(size=SIZE) as pilot:
        app.query_one(VerticalScroll).scroll_to(y=7, animate=False)
        await pilot.pause()
        yield app


@pytest.fixture
def rows(panes: Panes) -> RowCompositor:
    """The compositor of rows, knowing what the library's own does."""
    made = RowCompositor()
    made.__dict__.update(panes.screen._compositor.__dict__)
    return made


async def test_it_makes_of_changed_regions_what_the_library_makes(panes: Panes, rows: RowCompositor) -> None:
    for regions in REGIONS:
        # Where the library left a place unpainted another widget's cells stand: only what is dirty is compared.
        wanted = strips(panes.screen._compositor, panes.screen, regions)
        got = strips(rows, panes.screen, regions)
        assert got.keys() <= wanted.keys()
        for (y, x), text in wanted.items():
            if any(
                region.y <= y < region.bottom and x < region.right and region.x < x + len(text) for region in regions
            ):
                assert got[y, x] == text


async def test_only_the_rows_that_changed_are_asked_for(panes: Panes, rows: RowCompositor) -> None:
    each: list[Numbered] = list(panes.query(Numbered))
    for widget in each:
        widget.asked = []
    rows._dirty_regions = {Region(20, 2, 20, 2)}
    update = rows.render_partial_update()
    assert isinstance(update, ChopsUpdate)
    assert {str(widget.id): widget.asked for widget in each} == {"left": [], "up": [2, 3], "down": [], "over": []}


async def test_the_whole_screen_is_asked_for_as_ever(panes: Panes, rows: RowCompositor) -> None:
    assert [strip.text for strip in rows.render_strips()] == [
        strip.text for strip in panes.screen._compositor.render_strips()
    ]
