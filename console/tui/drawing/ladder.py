"""The ladder of a rollout: one segment per step whose height is its share, filled as far as it has come."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import EIGHTHS
from console.view.records import State, StepView

_MINUTES = re.compile(r"(?<= h) \d{1,2} min of ")


def draw_ladder(steps: Sequence[StepView], state: State, width: int, rows: int = 2, bg: str = "bg") -> Canvas:
    """The ladder in `width` columns: the segments, and with `rows` 2 the labels under them."""
    canvas = Canvas(width, rows if steps else 0, bg)
    if not steps or width < 2 * len(steps):
        return canvas
    size = (width - len(steps) + 1) // len(steps)
    seen_current = False
    for index, step in enumerate(steps):
        x = index * (size + 1)
        end = width if index == len(steps) - 1 else x + size
        glyph = EIGHTHS[min(8, 2 + math.floor(6 * _within(step.percentage / 100)))]
        done = end - x if step.state == "done" else 0
        if step.state == "current":
            done = math.floor(_within(step.progress) * (end - x))
        canvas.fill(x, x + done, 0, glyph, "canary")
        canvas.fill(x + done, end, 0, glyph, "rule")
        upcoming = seen_current and steps[index - 1].state == "current"
        seen_current = seen_current or step.state == "current"
        _put_label(canvas, x, end, step, state, upcoming)
    return canvas


def _put_label(canvas: Canvas, x: int, end: int, step: StepView, state: State, upcoming: bool) -> None:
    share = words.percentage(step.percentage)
    if step.state == "done":
        canvas.put(x, 1, f"✓ {share}" if cell_width(share) + 2 <= end - x else share, "muted", end=end)
        return
    style = "fg" if upcoming else "muted"
    at = x
    if step.state == "current":
        glyph, colour = {State.REGRESSION: ("■", "red"), State.HELD: ("‖", "amber")}.get(state, ("◆", "canary"))
        at = canvas.put(x, 1, glyph, colour) + 1
        style = "strong bold"
    if at + cell_width(share) > end:
        return
    at = canvas.put(at, 1, share, style) + 2
    note_style = "fg" if step.state == "current" else "muted"
    for note in (step.note, _in_hours(step.note), _short(step.note)):
        if note and at + cell_width(note) <= end:
            canvas.put(at, 1, note, note_style)
            return


def _in_hours(note: str) -> str:
    """`5 h 32 min of 12 h` -> `5 h of 12 h`: how long a step takes is worth more than its minutes."""
    return _MINUTES.sub(" of ", note)


def _short(note: str) -> str:
    """`5 h 32 min of 12 h` -> `5 h 32 min`; `in ≈ 6 h: 1,400 requests` -> `in ≈ 6 h`."""
    return note.split(" of ")[0].split(":")[0]


def _within(value: float) -> float:
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0
