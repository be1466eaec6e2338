"""The comparisons of earlier: one row each, the one at the cursor with its answers' beginnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from console.text import words
from console.text.safe import SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TRIAGE


class PastRow(NamedTuple):
    """A comparison in one row, in words."""

    at: datetime
    word: str
    prompt: SafeText
    models: SafeText
    left: SafeText
    right: SafeText


_WHEN, _WORD, _PROMPT = 2, 14, 31


def draw_past(rows: Sequence[PastRow], total: int, now: datetime, width: int, height: int, cursor: int) -> Canvas:
    """How many there are, then the rows; under the one at the cursor the models and how their answers begin."""
    canvas = Canvas(width, height, "bg")
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, "Comparisons", "strong bold")
    canvas.right(width - 2, 0, f"{words.count(len(rows))} of {words.count(total)}", "muted", start=16)
    if not rows:
        text = "none has these words" if total else "none yet: what both models answer is kept here for 30 days"
        canvas.put(2, 2, text, "muted", end=width - 2)
        return canvas
    room = max(1, height - 2 - 3)
    first = max(0, min(cursor - room // 2, len(rows) - room))
    y = 2
    for number, row in enumerate(rows[first:], first):
        if y >= height:
            break
        y = _put(canvas, y, row, now, chosen=number == cursor)
    return canvas


def _put(canvas: Canvas, y: int, row: PastRow, now: datetime, *, chosen: bool) -> int:
    width = canvas.width
    if chosen:
        canvas.row(y, "raised")
        canvas.put(0, y, "▌", "strong")
    canvas.put(_WHEN, y, words.ago((now - row.at).total_seconds()), "muted", end=_WORD - 1)
    mark = TRIAGE.get(row.word)
    if mark is not None:
        canvas.put(_WORD, y, f"{mark.glyph} {row.word}", mark.style, end=_PROMPT - 1)
    else:
        canvas.put(_WORD, y, "no answer", "muted", end=_PROMPT - 1)
    canvas.put(_PROMPT, y, row.prompt, "strong" if chosen else "fg", end=width - 2)
    if not chosen:
        return y + 1
    for line, style in ((row.models, "muted"), (row.left, "prod"), (row.right, "canary")):
        y += 1
        if y < canvas.height:
            canvas.put(_PROMPT if width > 70 else 4, y, line, style, end=width - 2)
    return y + 1
