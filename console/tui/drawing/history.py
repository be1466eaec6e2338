"""The history: every change as a row, and beside or under the list everything about the one at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from console.text import words
from console.text.cells import wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.dialog import draw_diff
from console.tui.drawing.glyphs import STATES
from console.view.records import ChangeDetail, ChangeView

BESIDE_FROM = 118
"""From this width on the detail stands beside the list, as the panes of the main screen do."""
LIST_WIDTH = 57
_WHEN, _WHAT, _WHO = 2, 16, 11
_LABEL = 12


def draw_history(
    changes: Sequence[ChangeView],
    now: datetime,
    width: int,
    height: int,
    cursor: int,
    detail: ChangeDetail | None = None,
    *,
    filename: str = "registry.toml",
) -> Canvas:
    """Title, list and detail. `detail` is None while it is read."""
    canvas = Canvas(width, height)
    if width < 30 or height < 8:
        canvas.paste(0, 0, _draw_list(changes, now, width, height, cursor))
        return canvas
    _put_title(canvas, changes, cursor)
    if not changes:
        canvas.put(2, 2, "nothing was changed from this console yet", "muted", end=width - 2)
        return canvas
    body = height - 1
    if width >= BESIDE_FROM:
        canvas.paste(0, 1, _draw_list(changes, now, LIST_WIDTH, body, cursor, bg="side"))
        canvas.paste(LIST_WIDTH, 1, _draw_detail(detail, width - LIST_WIDTH, body, filename))
        return canvas
    rows = _rows(len(changes), height)
    canvas.paste(0, 1, _draw_list(changes, now, width, rows, cursor, bg="side"))
    canvas.paste(0, 1 + rows, _draw_detail(detail, width, body - rows, filename))
    return canvas


def change_at(count: int, width: int, height: int, cursor: int, x: int, y: int) -> int | None:
    """The index of the change drawn at (`x`, `y`); None beside the list."""
    bare = width < 30 or height < 8
    beside = width >= BESIDE_FROM
    top = 0 if bare else 1
    rows = height if bare else height - 1 if beside else _rows(count, height)
    lead = _lead(rows)
    index = _first(count, rows - lead, cursor) + y - top - lead
    inside = top + lead <= y < top + rows and (not beside or x < LIST_WIDTH)
    return index if inside and index < count else None


def _rows(count: int, height: int) -> int:
    """Of the list above the detail: never more than two fifths of the screen."""
    return max(2, min(count + 2, (height - 1) * 2 // 5))


def _lead(rows: int) -> int:
    """A blank row under the title, where the list has rows to spare."""
    return 1 if rows > 2 else 0


def _first(count: int, rows: int, cursor: int) -> int:
    return max(0, min(cursor - rows // 2, count - rows))


def _put_title(canvas: Canvas, changes: Sequence[ChangeView], cursor: int) -> None:
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, "History", "strong bold")
    if changes:
        canvas.right(canvas.width - 2, 0, f"{cursor + 1} of {words.plural(len(changes), 'change')}", "muted", start=11)


def _draw_list(
    changes: Sequence[ChangeView], now: datetime, width: int, rows: int, cursor: int, bg: str = "bg"
) -> Canvas:
    canvas = Canvas(width, rows, bg)
    lead = _lead(rows)
    first = _first(len(changes), rows - lead, cursor)
    for y, change in enumerate(changes[first : first + rows - lead], lead):
        chosen = first + y - lead == cursor
        if chosen:
            canvas.row(y, "raised")
            canvas.put(0, y, "▌", "strong")
        canvas.put(_WHEN, y, _when(change.at, now), "muted", end=_WHAT - 1)
        style = "muted" if change.undone else "strong" if chosen else "fg"
        canvas.put(_WHAT, y, change.text + (" (undone)" if change.undone else ""), style, end=width - _WHO - 3)
        canvas.right(width - 2, y, change.actor, "muted", start=width - _WHO - 2)
    return canvas


def _draw_detail(detail: ChangeDetail | None, width: int, rows: int, filename: str) -> Canvas:
    canvas = Canvas(width, rows)
    if detail is None:
        return canvas
    end, y = width - 2, 1 if rows > 12 else 0
    canvas.put(2, y, f"{detail.number}  {detail.title}", "strong bold", end=end)
    y += 2 if rows > 12 else 1
    y = _put_fact(canvas, y, "By", detail.who, "fg")
    y = _put_fact(canvas, y, "Reason", detail.reason or "none was given", "strong" if detail.reason else "muted")
    y = _put_verdict(canvas, y, detail)
    if detail.fate:
        y = _put_fact(canvas, y, "Since then" if "undone" in detail.fate else "It", detail.fate, "amber")
    y = _put_fact(canvas, y, "Same as", detail.command or "an edit by hand", "strong" if detail.command else "muted")
    y += 1 if rows - y > 4 else 0
    block = draw_diff(detail.diff, width, max(1, rows - y), filename, margin=2, bg="bg")
    canvas.paste(0, y, block)
    return canvas


def _put_verdict(canvas: Canvas, y: int, detail: ChangeDetail) -> int:
    if detail.state is None:
        return _put_fact(canvas, y, "Verdict", "nothing was known", "muted")
    mark = STATES[detail.state]
    canvas.put(2, y, "Verdict", "muted")
    canvas.put(2 + _LABEL, y, f"{mark.glyph} {detail.state.value.upper()}", f"{mark.style} bold", end=canvas.width - 2)
    return _put_fact(canvas, y + 1, "", detail.sentence, "fg") if detail.sentence else y + 1


def _put_fact(canvas: Canvas, y: int, label: str, text: str, style: str) -> int:
    x, end = 2 + _LABEL, canvas.width - 2
    canvas.put(2, y, label, "muted", end=x - 1)
    for line in wrap(text, max(8, end - x))[:3]:
        canvas.put(x, y, line, style, end=end)
        y += 1
    return y


def _when(at: datetime, now: datetime) -> str:
    local = at.astimezone(UTC)
    if local.date() == now.astimezone(UTC).date():
        return local.strftime("%H:%M:%S")
    return f"{words.day(local.date(), now.date())} {local:%H:%M}"
