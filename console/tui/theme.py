"""The two themes as the terminal library knows them, and drawn rows as it wants them."""

from __future__ import annotations

from functools import partial
from typing import Literal

from rich.segment import Segment as RichSegment
from textual.strip import Strip
from textual.theme import Theme

from console.tui.drawing.canvas import Row
from console.tui.drawing.glyphs import plain_ascii, without_colour
from console.tui.drawing.palette import DARK, LIGHT, SCRIM_SHARE, Palette
from console.tui.styles import DARK_NAME, LIGHT_NAME, Colours, style

_segment = partial(tuple.__new__, RichSegment)
"""As `RichSegment`, whose defaults take longer than all the rest of it: a frame has some hundred."""


def _theme(name: str, palette: Palette, kind: Literal["dark", "light"]) -> Theme:
    return Theme(
        name=name,
        dark=kind == "dark",
        primary=palette["prod"],
        secondary=palette["canary"],
        accent=palette["strong"],
        warning=palette["amber"],
        error=palette["red"],
        success=palette["green"],
        foreground=palette["fg"],
        background=palette["bg"],
        surface=palette["side"],
        panel=palette["raised"],
        variables={
            **palette,
            "scrim-share": f"{SCRIM_SHARE[kind]:.0%}",
            "input-selection-background": f"{palette['prodt']}",
            "block-cursor-background": palette["raised"],
            "block-cursor-foreground": palette["strong"],
            "block-cursor-text-style": "bold",
        },
    )


CONSOLE_DARK = _theme(DARK_NAME, DARK, "dark")
CONSOLE_LIGHT = _theme(LIGHT_NAME, LIGHT, "light")
THEMES = (CONSOLE_DARK, CONSOLE_LIGHT)
"""To be registered by the app."""


def strip(row: Row, width: int, colours: Colours, ascii_only: bool, *, measured: bool = False) -> Strip:
    """A drawn row as the terminal library wants it, `width` cells long; `measured` says that it has that length."""
    if colours == "none":
        row = without_colour(row)
    if ascii_only:
        row = plain_ascii(row)
    segments = [_segment((text, style(look, colours), None)) for text, look in row if text]
    return Strip(segments, width) if measured else Strip(segments).adjust_cell_length(width)
