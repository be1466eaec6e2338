"""The body of a dialog before an action: verdict, users, undo, the exact change of the file, the same command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width, clip, wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Piece, put_pieces
from console.tui.drawing.glyphs import STATES, TIERS
from console.tui.drawing.verdict import draw_verdict, unbroken
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
    secondary: bool = True
    blanks: bool = True
    brief: bool = False
    """One line for each fact, and only those that the decision needs: the change itself must be in sight."""


_ROOMS = (_Room(), _Room(secondary=False), _Room(False, False), _Room(False, False, brief=True))


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


def draw_plan(plan: PlanView, width: int, height: int, filename: str = "registry.toml", offset: int = 0) -> Canvas:
    """Everything between title and buttons. Second lines go first, then blank rows, then what the change implies.

    What is still too high is shown from row `offset` on, and the last row says how much is hidden.
    """
    canvas, whole = Canvas(width, height, "side"), _whole(plan, width, height, filename)
    offset = min(max(0, offset), max(0, whole.height - height))
    canvas.paste(0, 0, whole, offset)
    hidden = whole.height - height - offset
    if hidden > 0 and height > 1:
        canvas.fill(0, width, height - 1, " ", "fg on side")
        text = f"↓ {words.plural(hidden + 1, 'more line')}"
        canvas.put(_margin(width) + 4, height - 1, text, "muted", end=width - _margin(width))
    return canvas


def hidden_rows(plan: PlanView, width: int, height: int, filename: str = "registry.toml") -> int:
    """How many rows of a plan lie below a body of this size."""
    return max(0, _whole(plan, width, height, filename).height - height)


def plan_rows(plan: PlanView, width: int) -> int:
    """The rows of a body that leaves nothing out."""
    return _whole(plan, width, 10_000, "").height


def _whole(plan: PlanView, width: int, height: int, filename: str) -> Canvas:
    """The fullest drawing that fits into `height` rows; else one that is higher, to be scrolled."""
    rooms = [room for room in _ROOMS if not room.secondary or width >= _SECONDARY_FROM]
    rooms.append(rooms[-2])  # leaving facts out is worth it only where the whole change comes into sight by that
    for room in rooms:
        facts, lead = _draw_facts(plan, width, room), height > 2
        command = 0 if room.brief else 2
        rows = lead + facts.height + 1 + 1 + len(plan.diff) + command
        if rows <= height:
            break
    canvas = Canvas(width, rows, "side")
    canvas.paste(0, lead, facts)
    y = lead + facts.height + 1
    canvas.paste(0, y, draw_diff(plan.diff, width, 1 + len(plan.diff), filename))
    if command:
        margin = _margin(width)
        canvas.put(margin, rows - 1, "Same as", "muted")
        canvas.put(margin + _LABEL, rows - 1, plan.command, "strong", end=width - margin)
    return canvas


def _margin(width: int) -> int:
    return 4 if width >= _SECONDARY_FROM else 2 if width >= 24 else 1


def _draw_facts(plan: PlanView, width: int, room: _Room) -> Canvas:
    margin = _margin(width)
    canvas, y = Canvas(width, 40, "side"), 0
    x, end, most = margin + _LABEL, width - margin, 1 if room.brief else 4
    for label, text, style in (("Refused", plan.refusal, "red bold"), ("Needs", plan.asks, "amber bold")):
        if text:
            canvas.put(margin, y, label, style)
            y = _put_lines(canvas, x, y, text, end, most, "strong") + (1 if room.blanks else 0)
    y = _put_preflight(canvas, y, plan, x, end) if plan.preflight else _put_verdict(canvas, y, plan, x, end, room)
    undo = ("Undo", plan.undo, plan.undo_note)
    for label, text, note in (("Users", plan.users, plan.users_note), *(() if room.brief else (undo,))):
        if not text:
            continue
        y += 1 if room.blanks and room.secondary else 0
        canvas.put(margin, y, label, "muted")
        first, *more = [text] if room.brief else wrap(unbroken(text), end - x)[:most]
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


def _put_lines(canvas: Canvas, x: int, y: int, text: str, end: int, most: int, style: str) -> int:
    """At most `most` lines of `text` from row `y` on, the last one cut; returns the row after them."""
    first, *more = wrap(unbroken(text), end - x) if most > 1 else [text]
    for line in (first, *more[: most - 1]):
        canvas.put(x, y, line, style, end=end)
        y += 1
    return y


def _put_verdict(canvas: Canvas, y: int, plan: PlanView, x: int, end: int, room: _Room) -> int:
    canvas.put(_margin(canvas.width), y, "Verdict", "muted")
    if room.brief:
        mark = STATES[plan.state]
        at = canvas.put(x, y, f"{mark.glyph} {plan.state.value.upper()}", f"{mark.style} bold", end=end)
        canvas.put(at + 2, y, plan.sentence, "fg", end=end)
        return y + 1
    verdict = draw_verdict(plan.state, plan.sentence, max(1, end - x), bg="side")
    rows = min(verdict.height, 4)
    canvas.paste(x, y, verdict, 0, rows)
    y += rows
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


def draw_diff(
    diff: tuple[DiffLine, ...], width: int, rows: int, filename: str, margin: int | None = None, bg: str = "side"
) -> Canvas:
    """The exact lines of a change under the name of the file, in at most `rows` rows, as a block on `bg`."""
    block = "bg" if bg == "side" else "side"
    margin = _margin(width) if margin is None else margin
    shown = diff if len(diff) <= rows - 1 else diff[: max(0, rows - 2)]
    canvas = Canvas(width, 1 + len(shown) + (len(shown) < len(diff)), bg)
    end = width - margin
    left = canvas.put(margin, 0, filename, "muted", end=end)
    canvas.right(end, 0, _summary(diff, end - left - 2), "muted")
    for y, line in enumerate(shown, 1):
        canvas.row(y, "raised" if line.kind == "added" else block, margin, end)
        style = "strong bold" if line.kind == "added" else "muted"
        sign = {"added": "+", "removed": "−", "same": " "}[line.kind]
        canvas.put(margin + 1, y, sign, style)
        canvas.put(margin + 4, y, clip(line.text, end - margin - 5), style)
    if len(shown) < len(diff):
        y = canvas.height - 1
        canvas.row(y, block, margin, end)
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
