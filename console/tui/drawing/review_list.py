"""The list of a review: how much changed, how much is decided, and every changed case in its cluster."""

from __future__ import annotations

from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TRIAGE, Mark
from console.view.review import CaseRow, ClusterRow, DecisionWord, ReviewView

WIDTH = 40
"""Columns of the list where it stands beside the case."""
BESIDE_FROM = 100
"""Narrower screens show the list or the case."""
WORST: dict[str, Mark] = {
    "failed": Mark("×", "red"),
    "worrying": Mark("▲", "amber"),
    "acceptable": Mark("≈", "muted"),
}
DECISIONS: dict[DecisionWord, Mark] = {
    "accepted": Mark("✓", "green"),
    "rejected": Mark("×", "red"),
    "skipped": Mark("–", "muted"),
    "saving": Mark("◔", "muted"),
}
_HEAD, _ROOMY = 5, 20


class _Line(NamedTuple):
    """One row of the list: the name of a cluster, a case (its number counts from 0), or nothing."""

    cluster: ClusterRow | None = None
    row: CaseRow | None = None
    number: int = -1


def draw_list(view: ReviewView, width: int, height: int, cursor: int, margin: int = 2) -> Canvas:
    """The list with its head and foot, the case at `cursor` in sight."""
    canvas = Canvas(width, height, "side")
    roomy = height >= _ROOMY
    top = _put_head(canvas, view, margin, roomy)
    foot = 2 if roomy else 1
    rows = max(0, height - top - foot)
    first, total = first_line(view, roomy, cursor, rows)
    for y, line in enumerate(_lines(view, roomy, first, first + rows), top):
        _put_line(canvas, y, line, cursor, margin)
    _put_foot(canvas, view, height - foot, margin, hidden=max(0, total - first - rows))
    return canvas


def case_at(view: ReviewView, height: int, cursor: int, y: int) -> int:
    """The number of the case drawn in row `y` of a list of this height; −1 where there is none."""
    roomy = height >= _ROOMY
    top, foot = (_HEAD, 2) if roomy else (2, 1)
    rows = max(0, height - top - foot)
    first, _ = first_line(view, roomy, cursor, rows)
    lines = _lines(view, roomy, first, first + rows)
    return lines[y - top].number if 0 <= y - top < len(lines) else -1


def first_line(view: ReviewView, roomy: bool, cursor: int, rows: int) -> tuple[int, int]:
    """The first line to draw, with the cursor in the middle unless the list ends before; and how many lines it has."""
    at, total, number = 0, 0, 0
    for cluster in view.clusters:
        total += 1 if not total or not roomy else 2
        if number <= cursor < number + len(cluster.cases):
            at = total + cursor - number
        total += len(cluster.cases)
        number += len(cluster.cases)
    return max(0, min(at - rows // 2, total - rows)), total


def _lines(view: ReviewView, roomy: bool, first: int, last: int) -> list[_Line]:
    """The lines from `first` up to `last`: of thousands, only those in sight are made."""
    lines: list[_Line] = []
    at = number = 0
    for cluster in view.clusters:
        heading = ([_Line()] if at and roomy else []) + [_Line(cluster)]
        lines += [line for place, line in enumerate(heading, at) if first <= place < last]
        at += len(heading)
        begin, end = max(0, first - at), max(0, min(last - at, len(cluster.cases)))
        lines += [_Line(cluster, cluster.cases[index], number + index) for index in range(begin, end)]
        at += len(cluster.cases)
        number += len(cluster.cases)
    return lines


def _put_head(canvas: Canvas, view: ReviewView, margin: int, roomy: bool) -> int:
    end = canvas.width - margin
    y = 1 if roomy else 0
    if view.typed:
        x = canvas.put(
            margin, y, f"{words.count(view.changed)} of {words.count(view.of)} changed", "strong bold", end=end
        )
        canvas.right(end, y, f"/{view.typed}", "strong", start=x + 2)
    else:
        canvas.put(margin, y, f"{words.count(view.changed)} changed", "strong bold", end=end)
        canvas.right(end, y, f"of {words.plural(view.cases, 'case')}", "muted", start=margin + 14)
    if not roomy:
        return 2
    done = round((end - margin) * view.decided / view.changed) if view.changed else 0
    canvas.fill(margin, end, 2, "━", "rule")
    canvas.fill(margin, margin + done, 2, "━", "fg")
    canvas.put(margin, 3, f"{words.count(view.decided)} decided", "fg", end=end)
    canvas.right(end, 3, f"{words.count(view.changed - view.decided)} to go", "muted", start=margin + 14)
    return _HEAD


def _put_line(canvas: Canvas, y: int, line: _Line, cursor: int, margin: int) -> None:
    end = canvas.width - margin
    if line.row is None:
        if line.cluster is not None:
            mark = WORST[line.cluster.worst]
            count = words.count(len(line.cluster.cases))
            canvas.put(margin, y, mark.glyph, mark.style)
            canvas.put(margin + 2, y, line.cluster.title, "strong bold", end=end - len(count) - 1)
            canvas.right(end, y, count, "fg")
        return
    row, chosen = line.row, line.number == cursor
    if chosen:
        canvas.row(y, "raised")
        canvas.put(0, y, "▌", "strong")
    if row.decision:
        word = f"{DECISIONS[row.decision].glyph} {row.decision}"
        end = canvas.right(end, y, word, "muted") - 1
    elif row.needs_human:
        mark = TRIAGE["needs a human"]
        end = canvas.right(end, y, mark.glyph, mark.style) - 1
    style = "strong bold" if chosen else "muted" if row.decision else "fg"
    canvas.put(margin + 2, y, row.id, style, end=end)


def _put_foot(canvas: Canvas, view: ReviewView, top: int, margin: int, hidden: int) -> None:
    """What is not on the list, and how much of the list lies below."""
    end, y = canvas.width - margin, canvas.height - 1
    if canvas.height - top > 1:
        y -= 1
    text = f"{words.count(view.unchanged)} unchanged"
    if view.not_measured:
        text += f" · {words.count(view.not_measured)} not measured"
    x = canvas.put(margin, y, text, "muted", end=end)
    right = f"↓ {words.plural(hidden, 'more line')}" if hidden else "✓ same" if view.unchanged else ""
    if x + 2 + cell_width(right) <= end:
        canvas.right(end, y, right, "fg" if hidden else "muted")
