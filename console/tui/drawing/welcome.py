"""The page of the first run: what is missing, the registry that could be written, and the demo."""

from __future__ import annotations

from collections.abc import Sequence

from console.text.cells import wrap
from console.text.safe import SafeText
from console.text.words import plural
from console.tui.drawing.canvas import Canvas


def draw_welcome(
    name: SafeText, folder: SafeText, said: SafeText, lines: Sequence[SafeText], width: int, height: int
) -> Canvas:
    """`said` is "" while the code is still being searched; without `lines` it says why nothing can be written."""
    canvas = Canvas(width, height)
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, "console", "strong bold")
    canvas.right(width - 2, 0, folder, "muted", start=12)
    y = 2
    y = _paragraph(canvas, y, f"There is no {name} here yet", "strong bold")
    y = _paragraph(canvas, y, "It names every model this application calls: one file, in version control.", "fg")
    y += 1
    y = _choice(canvas, y, "d", "a simulated world with live traffic, to try everything in", "fg")
    if not said:
        y = _choice(canvas, y, "y", "looking for model ids in the code …", "muted")
        return canvas
    if not lines:
        y = _choice(canvas, y, "–", said, "muted")
        _choice(canvas, y, "", "start it in the folder that holds the application's code", "muted")
        return canvas
    y = _choice(canvas, y, "y", f"write this one, {said}; nothing else is touched", "fg")
    _code(canvas, y + 1, lines)
    return canvas


def _paragraph(canvas: Canvas, y: int, text: str, style: str) -> int:
    for line in wrap(text, max(10, canvas.width - 4)):
        canvas.put(2, y, line, style, end=canvas.width - 2)
        y += 1
    return y


def _choice(canvas: Canvas, y: int, key: str, text: str, style: str) -> int:
    """A key, and what it does."""
    canvas.put(2, y, key, "strong bold", end=canvas.width - 2)
    for line in wrap(text, max(10, canvas.width - 8)):
        canvas.put(6, y, line, style, end=canvas.width - 2)
        y += 1
    return y


def _code(canvas: Canvas, y: int, lines: Sequence[SafeText]) -> None:
    room = canvas.height - y - 1
    shown = list(lines) if len(lines) <= room else list(lines[: max(0, room - 1)])
    for row, line in enumerate(shown, y):
        canvas.row(row, "side", 2, canvas.width - 2)
        style = "muted" if line.startswith("#") else "strong" if line.startswith("[") else "fg"
        canvas.put(4, row, line, style, end=canvas.width - 4)
    if len(shown) < len(lines) and room > 0:
        rest = f"and {plural(len(lines) - len(shown), 'more line')}"
        canvas.put(4, y + len(shown), rest, "muted", end=canvas.width - 4)
