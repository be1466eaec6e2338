"""The body of a dialog before an action: verdict, users, undo, the exact change of the file, the same command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width, clip, wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Piece, put_pieces
from console.tui.drawing.glyphs import STATES, TIERS
from console.view.records import DiffLine, PlanView, Tone

WIDTH, HEIGHT = 88, 26
_LABEL = 12
_SECONDARY_FROM = 88
"""Narrower dialogs leave the second, muted lines out."""


_TONES: Mapping[Tone, str] = {
    "good": "green bold",
    "waiting": "amber bold",
    "bad": "red bold",
    "plain": "fg",
    "none": "muted",
}


class _Room(NamedTuple):
    secondary: bool
    blanks: bool


def draw_title(plan: PlanView, width: int) -> Canvas:
    """The first row, raised: what will happen, with the model in the colour of its side."""
    canvas = Canvas(width, 1, "raised")
    canvas.put(0, 0, "▌", "strong")
    before, found, after = plan.title.partition(plan.model_id) if plan.model_id else (plan.title, "", "")
    pieces: list[Piece] = [(before, "strong bold")]
    if found:
        style = f"{TIERS[plan.arm].style} bold" if plan.arm else "strong bold"
        glyph = f"{TIERS[plan.arm].glyph} " if plan.arm else ""
        pieces += [(glyph + found, style), (after, "strong bold")]
    put_pieces(canvas, _margin(width), 0, pieces, end=width - 1)
    return canvas


def draw_plan(plan: PlanView, width: int, height: int, filename: str = "registry.toml") -> Canvas:
    """Everything between title and buttons. Second lines go first, then blank rows, then the end of the diff."""
    canvas = Canvas(width, height, "side")
    fixed = len(plan.diff) + 4
    for room in (_Room(True, True), _Room(False, True), _Room(False, False)):
        if room.secondary and width < _SECONDARY_FROM:
            continue
        facts = _draw_facts(plan, width, room)
        if 1 + facts.height + 1 + fixed <= height:
            break
    canvas.paste(0, 1, facts)
    y = 1 + facts.height + 1
    block = _draw_diff(plan.diff, width, max(1, height - y - 3), filename)
    canvas.paste(0, y, block)
    margin = _margin(width)
    if y + block.height + 1 < height:
        canvas.put(margin, y + block.height + 1, "Same as", "muted")
        canvas.put(margin + _LABEL, y + block.height + 1, plan.command, "strong", end=width - margin)
    return canvas


def _margin(width: int) -> int:
    return 4 if width >= _SECONDARY_FROM else 2 if width >= 24 else 1


def _draw_facts(plan: PlanView, width: int, room: _Room) -> Canvas:
    margin = _margin(width)
    canvas, y = Canvas(width, 24, "side"), 0
    x, end = margin + _LABEL, width - margin
    for label, text, style in (("Refused", plan.refusal, "red bold"), ("Needs", plan.asks, "amber bold")):
        if text:
            canvas.put(margin, y, label, style)
            for line in wrap(text, end - x)[:4]:
                canvas.put(x, y, line, "strong", end=end)
                y += 1
            y += 1
    y = _put_preflight(canvas, y, plan, x, end) if plan.preflight else _put_verdict(canvas, y, plan, x, end, room)
    for label, text, note in (("Users", plan.users, plan.users_note), ("Undo", plan.undo, plan.undo_note)):
        if not text:
            continue
        y += 1 if room.blanks and room.secondary else 0
        canvas.put(margin, y, label, "muted")
        first, *more = wrap(text, end - x)[:3]
        put_pieces(canvas, x, y, _emphasised(first), end=end)
        for line in more:
            y += 1
            canvas.put(x, y, line, "fg", end=end)
        y += 1
        if note and room.secondary:
            put_pieces(canvas, x, y, _arms(note), end=end)
            y += 1
    facts = Canvas(width, y, "side")
    facts.paste(0, 0, canvas)
    return facts


def _put_verdict(canvas: Canvas, y: int, plan: PlanView, x: int, end: int, room: _Room) -> int:
    mark = STATES[plan.state]
    canvas.put(_margin(canvas.width), y, "Verdict", "muted")
    bold = f"{mark.style} bold"
    at = put_pieces(canvas, x, y, [(f"{mark.glyph} {plan.state.value.upper()}", bold)], end=end) + 2
    lines = wrap(plan.sentence, max(2, end - at)) if cell_width(plan.sentence) > end - at else [plan.sentence]
    if len(lines) > 1 and end - x >= 16:
        lines = [lines[0], *wrap(plan.sentence[len(lines[0]) :].strip(), end - x)]
    for index, line in enumerate(lines[:3]):
        canvas.put(at if index == 0 else x, y, line, "fg", end=end)
        y += 1
    if plan.details and room.secondary:
        canvas.put(x, y, plan.details, "muted", end=end)
        y += 1
    return y


def _put_preflight(canvas: Canvas, y: int, plan: PlanView, x: int, end: int) -> int:
    """In the place of the verdict: before a canary starts there is none."""
    canvas.put(_margin(canvas.width), y, "Preflight", "muted")
    for line in plan.preflight:
        style = _TONES[line.tone]
        canvas.put(x, y, line.mark, style)
        for text in wrap(line.text, max(2, end - x - 2))[:2]:
            canvas.put(x + 2, y, text, style if line.mark == "▲" else "fg", end=end)
            y += 1
    return y


def _emphasised(text: str) -> list[Piece]:
    """The count or the key at the start is what one looks for; a command inside is `strong` too."""
    first, blank, rest = text.partition(" ")
    head: Piece = (first, "strong bold" if first[:1].isdigit() or len(first) == 1 else "fg")
    before, command, after = rest.partition("console undo")
    return [head, (blank + before, "fg"), (command, "strong"), (after, "fg")]


def _arms(text: str) -> list[Piece]:
    """A note that starts with an arm's glyph has the model after it in that arm's colour."""
    for mark in (TIERS["production"], TIERS["canary"]):
        if text.startswith(mark.glyph + " "):
            model, blank, rest = text[2:].partition(" ")
            return [(f"{mark.glyph} {model}", mark.style), (blank + rest, "muted")]
    return [(text, "muted")]


def _draw_diff(diff: tuple[DiffLine, ...], width: int, rows: int, filename: str) -> Canvas:
    margin = _margin(width)
    shown = diff if len(diff) <= rows - 1 else diff[: max(0, rows - 2)]
    canvas = Canvas(width, 1 + len(shown) + (len(shown) < len(diff)), "side")
    end = width - margin
    left = canvas.put(margin, 0, filename, "muted", end=end)
    canvas.right(end, 0, _summary(diff, end - left - 2), "muted")
    for y, line in enumerate(shown, 1):
        canvas.row(y, "raised" if line.kind == "added" else "bg", margin, end)
        style = "strong bold" if line.kind == "added" else "muted"
        sign = {"added": "+", "removed": "−", "same": " "}[line.kind]
        canvas.put(margin + 1, y, sign, style)
        canvas.put(margin + 4, y, clip(line.text, end - margin - 5), style)
    if len(shown) < len(diff):
        y = canvas.height - 1
        canvas.row(y, "bg", margin, end)
        canvas.put(margin + 4, y, f"↓ {words.plural(len(diff) - len(shown), 'more line')}", "muted", end=end)
    return canvas


def _summary(diff: tuple[DiffLine, ...], room: int) -> str:
    """`5 lines out, 2 lines in, nothing else`."""
    out = sum(line.kind == "removed" for line in diff)
    into = sum(line.kind == "added" for line in diff)
    parts = [words.plural(n, "line") + word for n, word in ((out, " out"), (into, " in")) if n]
    if not parts:
        return ""
    text = ", ".join(parts)
    longer = f"{text}, nothing else"
    return longer if cell_width(longer) <= room else text if cell_width(text) <= room else ""
