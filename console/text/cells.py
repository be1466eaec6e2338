"""How many terminal cells a text takes, where it is cut and wrapped: for drawings and for tables of commands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from console.text.safe import safe

ELLIPSIS = "…"
_ZERO = frozenset(("Mn", "Me", "Mc"))
_ZERO_RANGES = ((0x1160, 0x11FF), (0x3164, 0x3164), (0xD7B0, 0xD7FF), (0xFFA0, 0xFFA0), (0x1F3FB, 0x1F3FF))
"""Hangul vowels and finals join the syllable before them; skin tones join the emoji before them."""
_UNUSUAL = re.compile("[^\x00-\u02ff\u2010-\u2027]")
"""All that may take no cell or two, and much that takes one."""
_LONGEST_KEPT = 256
_WIDE_RANGES = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376))
"""Widened by Unicode 16, which the tables of older Pythons do not know."""


@lru_cache(maxsize=8_192)
def char_width(char: str) -> int:
    """0, 1 or 2 cells. Combining marks take none, East Asian wide characters and emoji two."""
    code = ord(char)
    if code < 0x300:
        return 1
    if unicodedata.category(char) in _ZERO or _within(code, _ZERO_RANGES):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or _within(code, _WIDE_RANGES) else 1


def cell_width(text: str) -> int:
    """The cells `text` takes on one line."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def only_narrow(text: str) -> bool:
    """Whether every character of `text` takes exactly one cell."""
    return text.isascii() or (_all_narrow(text) if len(text) <= _LONGEST_KEPT else _is_plain(text))


def _is_plain(text: str) -> bool:
    return _UNUSUAL.search(text) is None


@lru_cache(maxsize=1_024)
def _all_narrow(text: str) -> bool:
    return all(char_width(char) == 1 for char in text)


def clip(text: str, width: int) -> str:
    """`text` in at most `width` cells; what does not fit ends in an ellipsis."""
    if cell_width(text) <= width:
        return text
    return _prefix(text, width - 1) + ELLIPSIS if width > 0 else ""


def clip_middle(text: str, width: int) -> str:
    """`text` in at most `width` cells, cut in the middle: of two model ids both ends tell them apart."""
    if cell_width(text) <= width or width < 8:
        return clip(text, width)
    tail = (width - 1) // 2
    return _prefix(text, width - 1 - tail) + ELLIPSIS + _prefix(text[::-1], tail)[::-1]


def wrap(text: str, width: int) -> list[str]:
    """`text` broken at spaces into lines of at most `width` cells; longer words are cut. "" is one empty line."""
    return [text[start:end] for start, end in wrap_spans(text, width)]


def wrap_spans(text: str, width: int) -> list[tuple[int, int]]:
    """Where the lines of `text` start and end when broken at spaces and line breaks into `width` cells (at least 2)."""
    spans: list[tuple[int, int]] = []
    start, width = 0, max(2, width)
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        spans.extend(_wrap_paragraph(text, start, end, width))
        start = end + 1
    return spans


def _wrap_paragraph(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    if _UNUSUAL.search(text, start, end) is None:
        return _wrap_plain(text, start, end, width)
    spans: list[tuple[int, int]] = []
    used, blank, at = 0, -1, start
    while at < end:
        char = text[at]
        used += char_width(char)
        if used > width and char != " ":
            stop, onward = (blank, blank + 1) if blank > start else (at, at)
            spans.append((start, stop))
            start = at = onward
            used, blank = 0, -1
            continue
        if char == " ":
            blank = at
        at += 1
    # A line may end in blanks that no longer fit; they are not drawn.
    return [
        *((first, _visible_end(text, first, last, width)) for first, last in spans),
        (start, _visible_end(text, start, end, width)),
    ]


def _wrap_plain(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    """As `_wrap_paragraph`, where each character takes one cell: a step for each line instead of one for each cell."""
    spans: list[tuple[int, int]] = []
    while end - start > width:
        at = start + width
        while at < end and text[at] == " ":
            at += 1
        if at == end:
            break
        blank = text.rfind(" ", start, at)
        stop, onward = (blank, blank + 1) if blank > start else (at, at)
        spans.append((start, min(stop, start + width)))
        start = onward
    spans.append((start, min(end, start + width)))
    return spans


def _visible_end(text: str, start: int, end: int, width: int) -> int:
    while end > start and text[end - 1] == " " and cell_width(text[start:end]) > width:
        end -= 1
    return end


@lru_cache(maxsize=1_024)
def drawable(text: str) -> str:
    """`text` without anything that a terminal could act on or hide, on one line. Clean text comes back as it is."""
    if text.isprintable():
        return text.replace("\ufe0f", "").replace("\ufe0e", "")
    # A SafeText may hold a line break or tab, and nothing guarantees how it was made: neutralise its plain value again.
    clean = safe(str(text)).replace("\n", " ").replace("\t", " ").replace("\u3000", "  ")
    return "".join(char if char.isprintable() else _visible(char) for char in clean)


def _visible(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return "\ufffd"


def _prefix(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += char_width(char)
        if used > width:
            return text[:index]
    return text


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)
