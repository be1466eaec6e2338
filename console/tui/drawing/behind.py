"""The requests behind a number: both arms' counts, one row each, and everything about the one at the cursor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width, wrap
from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import put_pieces
from console.tui.drawing.glyphs import TIERS
from console.view.behind import KINDS, BehindView, RequestLine

_ABOVE = 5
"""Title, both arms, a blank row and the heading."""
_BELOW = 6
"""A blank row, three of facts, and two of the command."""
_LABEL = 14
_SORTED_BY = {
    "newest": "when", "slowest": "latency", "dearest": "cost", "failed": "outcome",
    "latency": "latency", "ttft": "1st token", "cost": "cost",
}  # fmt: skip
"""The column of each order, and of each kind that has one of its own."""


class Columns(NamedTuple):
    """Where columns begin or, of numbers, end; 0 where one is left out."""

    what: int
    latency: int
    first: int
    tokens: int
    cost: int
    model: int
    user: int


def columns(width: int) -> Columns:
    """The columns of a list of `width` cells."""
    if width >= 118:
        return Columns(15, 44, 55, 70, 81, 83, width - 2)
    if width >= 80:
        return Columns(15, 41, 0, 0, 0, 43, width - 2)
    return Columns(15, 42 if width >= 50 else 0, 0, 0, 0, 0, width - 2 if width >= 60 else 0)


def draw_behind(view: BehindView | None, now: datetime, width: int, height: int, cursor: int, problem: str) -> Canvas:
    """The whole page. `view` None: it is read; `problem` says why it cannot be, with a view: why it is not newer."""
    canvas = Canvas(width, height)
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    if view is None:
        canvas.put(2, 0, "Requests", "strong bold")
        canvas.put(2, 2, problem or "reading the log", "amber" if problem else "muted", end=width - 2)
        return canvas
    _put_title(canvas, view, cursor, problem)
    _put_arms(canvas, view)
    if not view.lines:
        holding = f" with “{view.typed}”" if view.typed else ""
        said = f"none of {view.arm}{holding} among the newest requests of the log"
        canvas.put(2, _ABOVE, said, "muted", end=width - 2)
        return canvas
    room = rows_of(height)
    _put_heading(canvas, _ABOVE - 1, view)
    first = first_row(len(view.lines), room, cursor)
    for y, line in enumerate(view.lines[first : first + room], _ABOVE):
        _put_line(canvas, y, line, now, chosen=first + y - _ABOVE == cursor)
    if height >= _ABOVE + _BELOW + 3:
        _put_facts(canvas, view.lines[min(cursor, len(view.lines) - 1)], height - _BELOW)
    return canvas


def _put_title(canvas: Canvas, view: BehindView, cursor: int, problem: str) -> None:
    """What is listed, in which order, how much of it, and whether new requests still come.

    At the first row the list follows the log; further down it stands still for whoever reads.
    """
    width = canvas.width
    pieces = [(f"{KINDS[view.kind].capitalize()} of {view.arm}", "strong bold"), ("  ", "fg"), (view.route, "fg")]
    if view.typed:
        pieces += [("  ", "fg"), (f"/{view.typed}", "strong")]
    x = put_pieces(canvas, 2, 0, pieces, end=width - 2) + 2
    state, style = ("‖ paused", "amber") if cursor else ("live", "fg")
    if problem:
        state, style = problem, "amber"
    start = canvas.right(width - 2, 0, state, style, start=x)
    said: tuple[str, ...] = (view.said, view.sorting)  # from the right; with room for one only, not the usual order
    room = start - x - 3
    if all(said) and sum(map(cell_width, said)) + 3 > room:
        said = (view.said,) if view.order == "newest" else (view.sorting,)
    for text in said:
        if text and start - 3 - cell_width(text) >= x:
            start = canvas.right(canvas.right(start, 0, " · ", "muted"), 0, text, "muted")


def rows_of(height: int) -> int:
    """How many requests have a row."""
    return max(1, height - _ABOVE - (_BELOW if height >= _ABOVE + _BELOW + 3 else 0))


def first_row(count: int, room: int, cursor: int) -> int:
    """The request in the first of `room` rows: the cursor stays in the middle where it can."""
    return max(0, min(cursor - room // 2, count - room))


def _put_arms(canvas: Canvas, view: BehindView) -> None:
    """The same number on both arms: is it the candidate, or everybody's trouble?"""
    for y, (tier, text) in enumerate((("canary", view.canary), ("production", view.production)), 1):
        mark, listed = TIERS[tier], view.arm == tier
        canvas.put(2, y, f"{mark.glyph} {tier}", mark.style)
        canvas.put(2 + _LABEL, y, text, "strong" if listed else "fg", end=canvas.width - 2)


def _put_heading(canvas: Canvas, y: int, view: BehindView) -> None:
    """The name of the column that the list is sorted by stands out."""
    at, by = columns(canvas.width), _SORTED_BY.get(view.kind) or _SORTED_BY[view.order]
    canvas.put(2, y, "when", "strong" if by == "when" else "muted")
    canvas.put(at.what, y, "outcome", "strong" if by == "outcome" else "muted")
    for x, name in ((at.latency, "latency"), (at.first, "1st token"), (at.tokens, "tokens"), (at.cost, "cost")):
        if x:
            canvas.right(x, y, name, "strong" if by == name else "muted")
    if at.model:
        canvas.put(at.model, y, "model", "muted")
    if at.user:
        canvas.right(at.user, y, "user", "muted")


def _put_line(canvas: Canvas, y: int, line: RequestLine, now: datetime, *, chosen: bool) -> None:
    at, width = columns(canvas.width), canvas.width
    if chosen:
        canvas.row(y, "raised")
        canvas.put(0, y, "▌", "strong")
    style = "strong" if chosen else "fg"
    canvas.put(2, y, _when(line.at, now), "muted", end=at.what - 1)
    latency = max(6, cell_width(line.latency))  # no wider than usual: InternalServerError has room on 80 columns
    canvas.put(at.what, y, line.what, style, end=(at.latency - latency - 1 if at.latency else width - 2))
    cells: tuple[tuple[int, SafeText], ...] = (
        (at.latency, line.latency), (at.first, line.first), (at.tokens, line.tokens), (at.cost, line.cost),
    )  # fmt: skip
    for x, text in cells:
        if x:
            canvas.right(x, y, text or SafeText(words.NONE), style if text else "muted", start=x - 12)
    if at.model:
        model = line.model or SafeText(words.NONE)
        canvas.put(at.model, y, model, style if line.model else "muted", end=at.user - 9)
    if at.user:
        canvas.right(at.user, y, line.user or SafeText(words.NONE), "muted")


def _put_facts(canvas: Canvas, line: RequestLine, y: int) -> None:
    end = canvas.width - 2
    canvas.put(2, y + 1, "Request", "muted")
    for row, fact in enumerate((*line.facts, NOTHING, NOTHING)[:3], y + 1):
        canvas.put(2 + _LABEL, row, fact, "fg", end=end)
    canvas.put(2, y + 4, "Same as", "muted")
    for row, text in enumerate(wrap(line.command, max(8, end - 2 - _LABEL))[:2], y + 4):
        canvas.put(2 + _LABEL, row, text, "strong", end=end)


def _when(at: datetime, now: datetime) -> str:
    local = at.astimezone(UTC)
    if local.date() == now.astimezone(UTC).date():
        return local.strftime("%H:%M:%S")
    return f"{words.day(local.date(), now.date())} {local:%H:%M}"
