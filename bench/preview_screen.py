"""Looks at the widgets without an application behind them: sample records in, a picture out.

`python -m bench.preview_screen SCENE COLSxROWS dark|light|ascii|plain OUT.png`
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import subprocess
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical

from console.text.cells import char_width
from console.tui.drawing.frame import Hint, frame
from console.tui.screens.confirm import ConfirmScreen
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.theme import THEMES
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar, TabRow, TopBar
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.registry_pane import RegistryPane
from console.view.records import State
from tests.tui import samples

KEYS = {
    "healthy": "r roll back|+ to 25 %|p promote|% set share|u undo|h history|v review|/ filter",
    "regression": "r roll back now|− to 5 %|u undo|h history|v review|/ filter",
    "empty": "c start a canary|h history|v review|/ filter",
}
PINNED = "? help|^p palette|q quit"


def hints(text: str) -> list[Hint]:
    return [Hint(*item.split(" ", 1)) for item in text.split("|")]


class Preview(App[None]):
    CSS_PATH = str(Path(__file__).parent.parent / "console/tui/app.tcss")
    CSS = "Horizontal, Vertical { height: 1fr; } #comparer { height: 9; } "

    def __init__(self, scene: str, cols: int, rows: int, kind: str) -> None:
        super().__init__()
        self.scene, self.frame, self.kind = scene, frame(cols, rows), kind
        self.ascii_only = kind == "ascii"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = LIGHT_NAME if kind == "light" else DARK_NAME

    def compose(self) -> ComposeResult:
        yield TopBar()
        if self.frame.layout == "tabs":
            yield TabRow()
            tab = {"registry": RegistryPane, "compare": ComparerPane}.get(self.scene, LivePane)
            yield tab()
        elif self.scene == "compare":
            yield ComparerPane()
        else:
            with Horizontal():
                yield RegistryPane()
                with Vertical():
                    yield LivePane()
                    yield ComparerPane(id="comparer")
        yield KeyBar()

    def on_mount(self) -> None:
        state = {"regression": State.REGRESSION, "empty": State.NO_DATA}.get(self.scene, State.WATCHING)
        if self.scene.upper() in State.__members__:
            state = State[self.scene.upper()]
        view = samples.fleet(state)
        self.query_one(TopBar).show(view)
        self.query_one(KeyBar).show(hints(KEYS.get(self.scene, KEYS["healthy"])), hints(PINNED))
        for row in self.query(TabRow):
            row.show({"registry": 1, "compare": 3}.get(self.scene, 2), "support · 2 s ago")
        for pane in self.query(RegistryPane):
            pane.tabbed = self.frame.layout == "tabs"
            pane.styles.width = self.frame.registry_width if self.frame.layout != "tabs" else "1fr"
            pane.show(view)
        for live in self.query(LivePane):
            live.tabbed = self.frame.layout == "tabs"
            live.show(view.canaries[0], view)
            live.focus()
        for comparer in self.query(ComparerPane):
            comparer.tabbed = self.frame.layout == "tabs"
            comparer.full = self.scene == "compare"
            if self.frame.layout != "tabs" and self.scene != "compare":
                comparer.styles.height = self.frame.comparer_height if self.scene != "empty" else 4
            comparison = samples.comparison(worrying=self.scene == "compare")
            comparer.show(None if self.scene == "empty" else comparison, samples.NOW)
        if self.scene == "compare":
            self.query_one(ComparerPane).focus()
        if self.scene == "promote":
            self.push_screen(ConfirmScreen(samples.plan(), "registry.toml"))


async def shoot(scene: str, size: str, kind: str) -> str:
    cols, rows = map(int, size.split("x"))
    if kind == "plain":
        os.environ["NO_COLOR"] = "1"
    app = Preview(scene, cols, rows, kind)
    async with app.run_test(size=(cols, rows)) as pilot:
        await pilot.pause()
        return app.export_screenshot()


def on_grid(svg: str) -> str:
    """The picture with each character beyond ASCII in its own place: fonts that lack a glyph then shift nothing."""

    def place(match: re.Match[str]) -> str:
        before, x, between, length, after, content = match.groups()
        text = html.unescape(content).replace("\xa0", " ")
        step = float(length) / max(1, sum(map(char_width, text)))
        parts = re.findall(r"[ -~]+|[^ -~]", text)
        at, placed = float(x), ""
        for part in parts:
            if part.strip():
                inner = html.escape(part).replace(" ", "&#160;")
                placed += f'<text xml:space="preserve"{before} x="{at:.2f}"{between}{after}>{inner}</text>'
            at += step * sum(map(char_width, part))
        return placed

    return re.sub(r'<text([^>]*?) x="([\d.]+)"([^>]*?) textLength="([\d.]+)"([^>]*)>([^<]*)</text>', place, svg)


def render(scene: str, size: str, kind: str, out: str) -> None:
    fonts = "font-family: 'Fira Code', 'DejaVu Sans Mono', monospace; font-variant-ligatures: none"
    svg = on_grid(asyncio.run(shoot(scene, size, kind))).replace("font-family: Fira Code, monospace", fonts)
    subprocess.run(["rsvg-convert", "-w", "1600", "-o", out], input=svg.encode(), check=True)


if __name__ == "__main__":
    render(*sys.argv[1:5])
