from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from console.text.safe import SafeText as S
from console.tui.drawing.frame import Hint
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.theme import THEMES
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.dialog import PlanBody
from console.tui.widgets.frame import KeyBar, TabRow, TopBar
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.registry_pane import RegistryPane
from console.view.records import State
from tests.tui import samples

LOOK = Path(__file__).parents[2] / "console" / "tui" / "app.tcss"
FLEET = samples.fleet()


class Stage(App[None]):
    """One widget on a screen, with the product's look and themes."""

    CSS_PATH = str(LOOK)
    CSS = "RegistryPane { width: 1fr; }"

    def __init__(self, *widgets: Widget, ascii_only: bool = False) -> None:
        super().__init__()
        self.widgets = widgets
        self.ascii_only = ascii_only
        self.heard: list[object] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK_NAME

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_registry_pane_route_selected(self, message: RegistryPane.RouteSelected) -> None:
        self.heard.append(message.index)

    def on_tab_row_chosen(self, message: TabRow.Chosen) -> None:
        self.heard.append(message.pane)


def colours(widget: Widget, y: int) -> set[str]:
    """The backgrounds on one row of the widget, as the terminal would get them."""
    found = set()
    for segment in widget.render_line(y):
        if segment.style and segment.style.bgcolor:
            found.add(segment.style.bgcolor.get_truecolor().hex.upper())
    return found


def spy(widget: Widget, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """What the widget asks to be painted again."""
    asked: list[tuple[Region, ...]] = []
    monkeypatch.setattr(widget, "refresh", lambda *regions, **_: asked.append(regions))
    return asked


async def test_only_rows_that_changed_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = LivePane()
    async with Stage(pane).run_test(size=(84, 25)):
        pane.show(FLEET.canaries[0], FLEET)
        asked = spy(pane, monkeypatch)
        pane.show(FLEET.canaries[0], FLEET)
        assert asked == []
        first = replace(FLEET.canaries[0].metrics[0], to_decide=S("1,300 more"))
        pane.show(replace(FLEET.canaries[0], metrics=(first, *FLEET.canaries[0].metrics[1:])), FLEET)
        row = next(y for y, line in enumerate(pane.plain()) if "1,300 more" in line)
        assert asked == [(Region(0, row, 84, 1),)]


async def test_a_widget_shows_the_plain_twin() -> None:
    pane = LivePane()
    async with Stage(pane).run_test(size=(84, 25)):
        pane.show(FLEET.canaries[0], FLEET)
        shown = [pane.render_line(y).text.rstrip() for y in range(25)]
        assert shown == pane.plain()
        assert "◐ WATCHING  no regression so far" in shown[2]


async def test_another_theme_changes_the_colours_and_nothing_else() -> None:
    pane = RegistryPane()
    async with Stage(pane).run_test(size=(36, 34)) as pilot:
        pane.show(FLEET)
        before = [pane.render_line(y).text for y in range(34)]
        assert colours(pane, 5) == {"#151A22"}
        pilot.app.theme = LIGHT_NAME
        await pilot.pause()
        assert colours(pane, 5) == {"#F2F4F8"}
        assert [pane.render_line(y).text for y in range(34)] == before


async def test_a_resized_screen_is_drawn_anew() -> None:
    pane = LivePane()
    async with Stage(pane).run_test(size=(84, 25)) as pilot:
        pane.show(FLEET.canaries[0], FLEET)
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert [pane.render_line(y).cell_length for y in range(12)] == [60] * 12
        assert len(pane.plain()) == 12


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (80, 24), (220, 60)])
async def test_every_widget_survives_every_size(size: tuple[int, int]) -> None:
    widgets = (TopBar(), TabRow(), RegistryPane(), LivePane(), ComparerPane(), PlanBody(samples.plan()), KeyBar())
    async with Stage(*widgets).run_test(size=size) as pilot:
        for state in State:
            view = samples.fleet(state)
            pilot.app.query_one(TopBar).show(view)
            pilot.app.query_one(TabRow).show(2, "support · 2 s ago")
            pilot.app.query_one(RegistryPane).show(view)
            pilot.app.query_one(LivePane).show(view.canaries[0], view)
            pilot.app.query_one(ComparerPane).show(samples.comparison(), samples.NOW)
            pilot.app.query_one(KeyBar).show([Hint("q", "quit")])
            await pilot.pause()
        assert pilot.app.is_running


async def test_ascii_is_used_where_the_terminal_has_nothing_else() -> None:
    pane = LivePane()
    async with Stage(pane, ascii_only=True).run_test(size=(80, 25)):
        pane.show(FLEET.canaries[0], FLEET)
        lines = [pane.render_line(y).text for y in range(25)]
        assert all(line.isascii() for line in lines)
        assert "~ WATCHING" in lines[2]
        assert any("-------|==*----" in line for line in lines)


async def test_without_colour_no_colour_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    pane = LivePane()
    async with Stage(pane).run_test(size=(80, 25)):
        pane.show(samples.canary(State.REGRESSION), FLEET)
        styles = [segment.style for y in range(25) for segment in pane.render_line(y) if segment.style]
        assert not any(style.color or style.bgcolor for style in styles)
        assert any(style.reverse for style in styles)


async def test_the_cursor_moves_stops_at_both_ends_and_tells() -> None:
    pane = RegistryPane()
    app = Stage(pane)
    async with app.run_test(size=(36, 34)) as pilot:
        pane.show(FLEET)
        pane.move(1)
        pane.move(1)
        await pilot.pause()
        assert pane.route is not None
        assert pane.route.name == "summarise"
        assert app.heard[-1] == 1
        pane.move(-5)
        assert pane.selected == 0


async def test_the_cursor_stays_on_its_route_when_the_file_is_reordered() -> None:
    pane = RegistryPane()
    async with Stage(pane).run_test(size=(36, 34)):
        pane.show(FLEET)
        pane.move(1)
        pane.show(replace(FLEET, routes=FLEET.routes[::-1]))
        assert pane.route is not None
        assert pane.route.name == "summarise"
        pane.show(replace(FLEET, routes=FLEET.routes[:1]))
        assert pane.route is not None
        assert pane.route.name == "support"


async def test_a_click_selects_a_route_and_a_tab() -> None:
    pane, tabs = RegistryPane(), TabRow()
    app = Stage(tabs, pane)
    async with app.run_test(size=(80, 36)) as pilot:
        pane.show(FLEET)
        tabs.show(2)
        row = next(y for y, line in enumerate(pane.plain()) if "summarise" in line)
        await pilot.click(RegistryPane, offset=(10, row))
        await pilot.click(TabRow, offset=(34, 0))
        await pilot.pause()
        assert pane.selected == 1
        assert app.heard[-1] == 3


async def test_the_strip_of_the_focused_pane_is_raised() -> None:
    registry, live = RegistryPane(), LivePane()
    async with Stage(registry, live).run_test(size=(80, 40)) as pilot:
        registry.show(FLEET)
        live.show(FLEET.canaries[0], FLEET)
        live.focus()
        await pilot.pause()
        assert colours(live, 0) == {"#202836"}
        assert colours(registry, 0) == {"#151A22"}
        registry.focus()
        await pilot.pause()
        assert colours(live, 0) == {"#151A22"}
        assert registry.render_line(0).text.startswith("▌")


async def test_a_pane_in_a_tab_has_no_strip() -> None:
    pane = LivePane()
    async with Stage(pane).run_test(size=(80, 22)) as pilot:
        pane.show(FLEET.canaries[0], FLEET)
        assert "2 Live canary  support" in pane.plain()[0]
        pane.tabbed = True
        await pilot.pause()
        assert pane.plain()[1].startswith(" ◐ WATCHING")


async def test_the_scale_of_the_plot_stays_while_values_fall_a_little() -> None:
    pane = LivePane()
    worse, better = samples.canary(State.REGRESSION), samples.canary()
    async with Stage(pane).run_test(size=(84, 25)):
        pane.show(worse, FLEET)
        top = next(line for line in pane.plain() if "┆5 %" in line)[:10].strip()
        pane.show(replace(better, state=State.REGRESSION), FLEET)
        assert next(line for line in pane.plain() if "┆5 %" in line)[:10].strip() == top


async def test_answers_scroll_together_and_stop_at_both_ends() -> None:
    pane = ComparerPane()
    async with Stage(pane).run_test(size=(80, 14)) as pilot:
        pane.show(samples.comparison(), samples.NOW)
        pane.scroll_lines(500)
        limit = pane.scrolled
        assert limit > 0
        pane.scroll_lines(-3)
        await pilot.pause()
        assert pane.scrolled == limit - 3
        pane.scroll_lines(-500)
        assert pane.scrolled == 0


async def test_another_prompt_starts_at_the_top() -> None:
    pane = ComparerPane()
    async with Stage(pane).run_test(size=(80, 14)):
        pane.show(samples.comparison(), samples.NOW)
        pane.scroll_lines(5)
        pane.show(replace(samples.comparison(), prompt=S("another")), samples.NOW)
        assert pane.scrolled == 0


async def test_the_strip_of_the_comparer_names_the_prompt_and_its_age() -> None:
    pane = ComparerPane()
    async with Stage(pane).run_test(size=(120, 12)) as pilot:
        pane.show(samples.comparison(), samples.NOW)
        assert "3 Comparer     “My lamp arrived broken." in pane.plain()[0]
        assert pane.plain()[0].endswith("14 s ago")
        pane.full = True
        await pilot.pause()
        assert pane.plain()[0][2:].startswith("3 Comparer  support")
        assert pane.plain()[0].endswith("both finished · 14 s ago")


async def test_a_route_without_data_shows_what_to_paste() -> None:
    pane = LivePane()
    view = samples.fleet(State.NO_DATA)
    async with Stage(pane).run_test(size=(84, 25)):
        pane.show(view.canaries[0], view)
        assert "request.record(response)" in "\n".join(pane.plain())


async def test_the_dialog_follows_a_new_plan() -> None:
    body = PlanBody(samples.plan())
    async with Stage(body).run_test(size=(88, 24)):
        body.show(replace(samples.plan(), users=S("6,300 users move")))
        assert "6,300 users move" in "\n".join(body.plain())
        assert body.plain()[0].startswith("▌   Promote ◆ claude-sonnet-5-5")
