"""The one place where a style name becomes a colour of the terminal. It needs no widget: the first frame has none."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from rich.style import Style

from console.tui.drawing.canvas import Paint
from console.tui.drawing.palette import DARK, LIGHT

DARK_NAME = "console-dark"
LIGHT_NAME = "console-light"
Colours = Literal["dark", "light", "none"]


@lru_cache(maxsize=4_096)
def style(look: Paint, colours: Colours) -> Style:
    """The terminal's style for `look`. Without colours only attributes are left; `dim` is used nowhere else."""
    if colours == "none":
        return Style(
            bold=look.bold,
            underline=look.underline,
            reverse=look.reverse,
            dim=look.fg in ("muted", "rule", "track") and not look.reverse,
        )
    palette = DARK if colours == "dark" else LIGHT
    return Style(
        color=palette[look.fg],
        bgcolor=palette[look.bg] if look.bg else None,
        bold=look.bold,
        underline=look.underline,
        reverse=look.reverse,
    )
