"""Terminals without Unicode: whatever a widget wrote, only ASCII leaves."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from console.tui.drawing.canvas import Paint
from console.tui.drawing.canvas import Segment as Painted
from console.tui.drawing.glyphs import plain_ascii


class AsciiOnly(LineFilter):
    """Drawings choose their ASCII shapes themselves; this is for the rest: buttons, inputs, toasts, the palette."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line, cell for cell."""
        return [
            segment if segment.text.isascii() else Segment(_plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return "".join(painted.text for painted in plain_ascii((Painted(text, Paint()),)))
