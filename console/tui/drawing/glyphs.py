"""Glyphs and words of every state, and what stands in for them where a terminal has no Unicode or no colour."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from console.text.ascii import GLYPHS
from console.text.cells import char_width
from console.tui.drawing.canvas import Paint, Row, Segment
from console.view.records import State, Tone

EIGHTHS = " ▁▂▃▄▅▆▇█"


class Mark(NamedTuple):
    """A state on the screen: glyph, then word, in this style; `text` is the style of the sentence beside it."""

    glyph: str
    style: str
    text: str = "fg"


STATES: dict[State, Mark] = {
    State.NO_CANARY: Mark("–", "muted", "muted"),
    State.NO_DATA: Mark("–", "muted"),
    State.NO_COMPARISON: Mark("–", "muted", "muted"),
    State.WARMING_UP: Mark("◔", "strong"),
    State.WATCHING: Mark("◐", "strong"),
    State.PASS: Mark("✓", "green"),
    State.UNDECIDED: Mark("≈", "amber"),
    State.HELD: Mark("‖", "amber"),
    State.SUSPECT: Mark("▲", "amber"),
    State.REGRESSION: Mark("■", "red"),
    State.ERROR: Mark("×", "red"),
}
TIERS: dict[str, Mark] = {
    "production": Mark("●", "prod"),
    "canary": Mark("◆", "canary"),
    "fallback": Mark("○", "fg"),
    "experimental": Mark("◇", "fg"),
    "accepted": Mark("●", "prod"),
    "old": Mark("●", "prod"),
    "new": Mark("◆", "canary"),
}
TRIAGE: dict[str, Mark] = {
    "same": Mark("=", "muted"),
    "acceptable": Mark("✓", "green"),
    "worrying": Mark("▲", "amber"),
    "needs a human": Mark("?", "amber"),
}
TONES: dict[Tone, str] = {"plain": "fg", "good": "green", "waiting": "amber", "bad": "red", "none": "muted"}
GUARD: dict[Tone, str] = {"good": "▶", "waiting": "‖", "bad": "■", "none": "–", "plain": "▶"}


def plain_ascii(row: Row) -> Row:
    """The row in ASCII, cell for cell. What has no counterpart and no plain letter inside becomes `?`."""
    return tuple(
        Segment("".join(_ascii_char(char, segment.paint) for char in segment.text), segment.paint) for segment in row
    )


def without_colour(row: Row) -> Row:
    """The row for a terminal without colour: what only a colour said is said by a shape or an attribute."""
    return tuple(_uncoloured(segment) for segment in row)


def _ascii_char(char: str, look: Paint) -> str:
    if char == " " and look.bg == "band":
        return ":"
    if char.isascii():
        return char
    if look.fg == "rule" and char in EIGHTHS:
        return "-"
    if char in EIGHTHS and _is_band(look):
        return ":" if _band_share(char, look) >= 0.5 else " "
    return _ascii_glyph(char)


@lru_cache(maxsize=2_048)
def _ascii_glyph(char: str) -> str:
    if char in GLYPHS:
        return GLYPHS[char]
    if "\u2800" <= char <= "\u28ff":
        return "*"
    width = char_width(char)
    if width == 0:
        return ""
    letter = unicodedata.normalize("NFKD", char)[0]
    return letter if width == 1 and letter.isascii() and letter.isprintable() else "?" * width


def _is_band(look: Paint) -> bool:
    return look.fg in ("band", "bandk") or (look.fg == "bg" and look.bg == "band")


def _band_share(char: str, look: Paint) -> float:
    """How much of a cell is band, 0..1: the lower block of the edge, or what is above it."""
    lower = EIGHTHS.index(char) / 8
    return lower if look.fg in ("band", "bandk") else 1 - lower


def _uncoloured(segment: Segment) -> Segment:
    text, look = segment
    if _is_band(look):
        text = "".join("░" if char not in EIGHTHS or _band_share(char, look) >= 0.5 else " " for char in text)
    elif look.fg == "rule":
        text = text.translate(_RULE_SHAPES)
    elif look.bg == "band":
        text = text.replace(" ", "░")
    tint, chip = look.bg in ("prodt", "canaryt"), look.bg in ("prod", "canary", "redfill", "strong")
    strong = look.bold or look.fg == "strong"
    return Segment(text, look._replace(bold=strong, underline=look.underline or tint, reverse=look.reverse or chip))


_RULE_SHAPES = str.maketrans(dict.fromkeys("▁▂▃▄▅▆▇█", "─"))
