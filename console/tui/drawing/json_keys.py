"""Two JSON answers key by key: the path, what it held and what it holds, each value on its side's tint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from console.text import words
from console.text.cells import cell_width, clip_middle, wrap
from console.tui.drawing.canvas import Canvas
from console.view.comparison import AnswerView, KeyView

_NARROW = 60
_MOST_LINES = 4
"""Of one value: a long text is read in the raw answer."""


def draw_keys(
    keys: Sequence[KeyView], answers: Sequence[AnswerView], width: int, height: int, offset: int = 0
) -> Canvas:
    """Which side is which, then a block for each path that differs, scrolled by `offset` lines."""
    canvas = Canvas(width, height)
    x = canvas.put(0, 0, f"● {answers[0].model_id}", "prod bold", end=width)
    x = canvas.put(x + 1, 0, "→", "muted", end=width)
    canvas.put(x + 1, 0, f"◆ {answers[1].model_id}", "canary bold", end=width)
    if not keys:
        canvas.put(0, 2, "the same keys with the same values", "muted", end=width)
        return canvas
    canvas.put(0, 1, f"{words.plural(len(keys), 'value')} differ" + ("s" if len(keys) == 1 else ""), "muted", end=width)
    whole = _blocks(tuple(keys), width)
    room = max(0, height - 3)
    canvas.paste(0, 3, whole, offset, room)
    below = whole.height - offset - room
    if below > 0 and room > 1:
        canvas.fill(0, width, height - 1)
        canvas.put(0, height - 1, f"↓ {words.plural(below + 1, 'more line')}", "muted", end=width)
    return canvas


def hidden_keys(keys: Sequence[KeyView], width: int, height: int) -> int:
    """How many lines lie below `height` rows."""
    return max(0, _blocks(tuple(keys), width).height - max(0, height - 3)) if keys else 0


@lru_cache(maxsize=8)
def _blocks(keys: tuple[KeyView, ...], width: int) -> Canvas:
    """All of them, in as many rows as they take."""
    label = width if width < _NARROW else min(max(cell_width(key.path) for key in keys), width // 3)
    parts = [_block(key, label, width) for key in keys]
    whole = Canvas(width, sum(part.height for part in parts))
    y = 0
    for part in parts:
        whole.paste(0, y, part)
        y += part.height
    return whole


def _block(key: KeyView, label: int, width: int) -> Canvas:
    below = label == width
    x, top = (2, 1) if below else (label + 2, 0)
    room = max(1, width - x)
    old, new = (wrap(value, room)[:_MOST_LINES] for value in (key.old or "–", key.new or "–"))
    together = len(old) == len(new) == 1 and cell_width(old[0]) + cell_width(new[0]) + 3 <= room
    canvas = Canvas(width, top + (1 if together else len(old) + len(new)))
    canvas.put(0, 0, clip_middle(key.path, label), "strong bold", end=label)
    styles = ("strong on prodt" if key.old else "muted", "strong on canaryt" if key.new else "muted")
    if together:
        at = canvas.put(x, top, old[0], styles[0])
        at = canvas.put(at + 1, top, "→", "muted")
        canvas.put(at + 1, top, new[0], styles[1])
        return canvas
    for y, line in enumerate(old, top):
        canvas.put(x, y, line, styles[0], end=width)
    for y, line in enumerate(new, top + len(old)):
        canvas.put(x, y, line, styles[1], end=width)
    return canvas
