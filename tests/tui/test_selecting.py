"""Text is marked with the mouse, stays marked while numbers change, and is copied as it stands there."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Offset, Region
from textual.selection import Selection

from console.tui.drawing.canvas import Canvas
from console.tui.theme import DARK_NAME, THEMES
from console.tui.widgets.drawn import Drawn

ROWS = ("the canary is worse", "  漢字 and more", "", "last row")


class Page(Drawn):
    """Four rows, two of them odd."""

    DEFAULT_CSS = "Page { height: 4; width: 30; }"
    rows = ROWS

    def draw(self, width: int, height: int) -> Canvas:
        canvas = Canvas(width, height)
        for y, row in enumerate(self.rows):
            canvas.put(0, y, row)
        return canvas


class Stage(App[None]):
    """One page."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK_NAME

    def compose(self) -> ComposeResult:
        yield Page()


def marked(page: Page) -> list[str]:
    """What is drawn on another background than the rest, row by row."""
    found = []
    for strip in page.render_lines(Region(0, 0, 30, 4)):
        plain = Style(bgcolor=None) if not strip else list(strip)[-1].style
        parts = [text for text, style, _ in strip if style and plain and style.bgcolor != plain.bgcolor]
        found.append("".join(parts))
    return found


async def test_a_drag_marks_what_is_copied() -> None:
    app = Stage()
    async with app.run_test(size=(40, 6)) as pilot:
        page = app.query_one(Page)
        await pilot.mouse_down(Page, offset=(4, 0))
        await pilot.hover(Page, offset=(6, 1))
        await pilot.mouse_up(Page, offset=(6, 1))
        assert app.screen.get_selected_text() == "canary is worse\n  漢字"
        assert [row.rstrip() for row in marked(page)[1:]] == ["  漢字", "", ""]
        await pilot.press("ctrl+c")
        assert app.clipboard == "canary is worse\n  漢字"
        page.rows = ("the canary is slower", *ROWS[1:])
        page.redraw()
        await pilot.pause()
        assert app.screen.get_selected_text() == "canary is slower\n  漢字"  # as it is by now
        await pilot.click(Page, offset=(1, 3))
        assert app.screen.get_selected_text() in (None, "")
        assert marked(page) == ["", "", "", ""]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ((0, 0), (3, 0), "the"),
        ((2, 1), (4, 1), "漢字"),
        ((5, 0), None, "anary is worse\n  漢字 and more\n\nlast row"),
        (None, None, "\n".join(ROWS)),
        ((20, 3), (25, 3), ""),
    ],
)
async def test_any_part_is_the_text_that_stands_there(
    start: tuple[int, int] | None, end: tuple[int, int] | None, text: str
) -> None:
    app = Stage()
    async with app.run_test(size=(40, 6)) as pilot:
        page = app.query_one(Page)
        selection = Selection(Offset(*start) if start else None, Offset(*end) if end else None)
        assert page.get_selection(selection) == (text, "\n")
        app.screen.selections = {page: selection}
        await pilot.pause()
        widths = [strip.cell_length for strip in page.render_lines(Region(0, 0, 30, 4))]
        assert widths == [30] * 4


async def test_a_selection_is_seen_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Stage()
    async with app.run_test(size=(40, 6)) as pilot:
        page = app.query_one(Page)
        app.screen.selections = {page: Selection(Offset(0, 0), Offset(3, 0))}
        await pilot.pause()
        first = next(iter(page.render_lines(Region(0, 0, 30, 1))[0]))
        assert first.text == "the"
        assert first.style is not None
        assert first.style.reverse


async def test_what_is_painted_holds_no_places_of_characters() -> None:
    app = Stage()
    async with app.run_test(size=(40, 6)):
        page = app.query_one(Page)
        assert all(not style or not style.meta for _, style, _ in page.render_lines(Region(0, 0, 30, 1))[0])
        assert any(style and "offset" in style.meta for _, style, _ in page.render_line(0))
