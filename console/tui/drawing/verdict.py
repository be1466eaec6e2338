"""The verdict: one line while nothing has to be done, a filled banner when a regression was found."""

from __future__ import annotations

import re

from console.text.cells import cell_width, wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import STATES
from console.view.records import CanaryView, State

_REASON_X = 15
"""Where the reason starts in the banner: behind the longest word, so that it stands still."""
_BEFORE = re.compile(r"(?<=[≈=→]) (?=[\d−])")
_AFTER = re.compile(r"(?<=\d) (?=(?:%|→|s|ms|min|h|d|pt|points)\b|%|→)")


def unbroken(sentence: str) -> str:
    """The sentence with no line break possible between a number and its unit or sign: `≈ 6 h`, `n = 2,081`."""
    return _AFTER.sub("\xa0", _BEFORE.sub("\xa0", sentence))


def draw_verdict(state: State, sentence: str, width: int, bg: str = "bg", second: str = "") -> Canvas:
    """`◐ WATCHING  sentence`; a sentence too long breaks at ` · ` first and hangs under its start.

    `second` takes one more row, in muted words: as many of its parts as fit, the first ones first.
    """
    sentence = unbroken(sentence)
    mark = STATES[state]
    word = state.value.upper()
    x = 2 + cell_width(word) + 2
    lines = _sentence_lines(sentence, width - x) if width - x >= 16 else []
    hanging = [] if lines else wrap(sentence.replace(" · ", "\n"), max(1, width))
    height = max(1, len(lines)) + len(hanging)
    canvas = Canvas(width, height + bool(second), bg)
    canvas.put(0, 0, mark.glyph, mark.style if mark.style == "muted" else f"{mark.style} bold")
    canvas.put(2, 0, word, f"{mark.style} bold")
    for y, line in enumerate(lines):
        canvas.put(x, y, line, mark.text)
    for y, line in enumerate(hanging, 1):
        canvas.put(0, y, line, mark.text)
    if second:
        left = x if lines else 0
        canvas.put(left, height, _fitting(second, width - left), "muted", end=width)
    return canvas


def _fitting(text: str, width: int) -> str:
    """`text` without the last of its parts until it fits; what cannot be parted stays, to be cut."""
    for mark in (" · ", ", "):
        while cell_width(text) > width and mark in text:
            text = text.rpartition(mark)[0]
    return text


def draw_banner(view: CanaryView, width: int, margin: int, padding: int) -> Canvas:
    """The only filled red on the screen: the whole pane wide, with `padding` empty rows above and below."""
    inner = width - 2 * margin - _REASON_X
    stacked = inner < 24
    x = margin if stacked else margin + _REASON_X
    room = max(1, width - 2 * margin if stacked else inner)
    reason = view.sentence if cell_width(view.sentence) <= room else view.sentence.replace(" points", " pt")
    first = wrap(unbroken(reason), room)
    second = wrap(unbroken(view.second), room) if view.second else []
    head = 1 if stacked else 0
    rows = head + len(first) + max(len(second), 1 if view.countdown else 0)
    canvas = Canvas(width, rows + 2 * padding, "redfill")
    canvas.put(margin, padding, "■ REGRESSION", "onred bold")
    for y, line in enumerate(first, padding + head):
        canvas.put(x, y, line, "onred bold")
    for y, line in enumerate(second, padding + head + len(first)):
        canvas.put(x, y, line, "onred")
    if view.countdown and stacked:
        canvas.put(margin + 14, padding, view.countdown, "onred bold")
    elif view.countdown:
        under = margin + 2 if cell_width(view.countdown) <= _REASON_X - 3 else margin
        canvas.put(under, padding + len(first), view.countdown, "onred bold", end=x - 1)
    return canvas


def _sentence_lines(sentence: str, width: int) -> list[str]:
    if cell_width(sentence) <= width:
        return [sentence]
    lines: list[str] = []
    for part in sentence.split(" · "):
        together = f"{lines[-1]} · {part}" if lines else part
        if lines and cell_width(together) <= width:
            lines[-1] = together
        else:
            # A clause moves down as a whole: its last word alone in a row reads like a slip.
            lines.extend(wrap(part if cell_width(part) <= width else part.replace("; ", "\n"), width))
    return lines
