"""The comparer: what the triage says of two answers, the answers, and what each of them cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.answers import column_width, draw_answers, hidden_lines
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TIERS, TRIAGE
from console.tui.drawing.json_keys import draw_keys, hidden_keys
from console.view.comparison import AnswerView, ComparisonView, MeasuredView

_LABEL = 12
_PANE_LABEL = 15
_TABLE_FROM = 90
_BAR_X, _BAR = 70, 17
THIRD_FROM = 190
"""Columns from which on a third answer has room beside the two."""
_NOTE_X = 90


def draw_comparison(
    view: ComparisonView,
    width: int,
    height: int,
    *,
    margin: int = 2,
    full: bool = False,
    offset: int = 0,
    raw: bool = False,
) -> Canvas:
    """The body of the comparer. `full` is the whole screen (or tab) with prompt and measurements, else the pane.

    `raw` shows two JSON answers as they are instead of key by key. An `offset` beyond the end is the end.
    """
    canvas = Canvas(width, height)
    inner = width - 2 * margin
    roomy = height >= 14
    top = 1 if roomy else 0
    head = _draw_head(view, inner, full, roomy)
    foot = _draw_foot(view, inner, height, full)
    canvas.paste(margin, top, head)
    y = top + head.height + (1 if roomy and head.height else 0)
    rows = max(0, height - y - foot.height)
    offset = min(offset, scroll_limit(view, width, height, margin=margin, full=full, raw=raw))
    if _by_key(view, full, raw):
        answers = draw_keys(view.keys or (), view.answers, inner, rows, offset)
    else:
        answers = draw_answers(_columns(view, inner), inner, rows, gap=_gap(inner, full), offset=offset, ruled=roomy,
                               titled=full and inner >= _TABLE_FROM)  # fmt: skip
    canvas.paste(margin, y, answers)
    canvas.paste(margin, height - foot.height, foot)
    if len(_columns(view, inner)) > 2 and foot.height > 3:
        _put_third(canvas, margin + 2 * (column_width(inner, _gap(inner, full), 3) + _gap(inner, full)), view)
    return canvas


def scroll_limit(
    view: ComparisonView, width: int, height: int, *, margin: int = 2, full: bool = False, raw: bool = False
) -> int:
    """How many lines the answers can be scrolled at this size."""
    inner, roomy = width - 2 * margin, height >= 14
    head = _draw_head(view, inner, full, roomy).height
    top = (2 if head else 1) if roomy else 0
    rows = height - top - head - _draw_foot(view, inner, height, full).height
    if _by_key(view, full, raw):
        return hidden_keys(view.keys or (), inner, rows)
    heading = 2 if roomy else 1
    return hidden_lines(_columns(view, inner), inner, _gap(inner, full), rows - heading)


def _by_key(view: ComparisonView, full: bool, raw: bool) -> bool:
    """Whether two JSON answers are shown as the keys that differ."""
    return full and not raw and view.keys is not None


def _columns(view: ComparisonView, inner: int) -> tuple[AnswerView, ...]:
    return (*view.answers, view.third) if view.third is not None and inner >= THIRD_FROM else view.answers


def _gap(inner: int, full: bool) -> int:
    return 6 if full and inner >= _TABLE_FROM else 4


def _draw_head(view: ComparisonView, width: int, full: bool, roomy: bool) -> Canvas:
    """Prompt and system where the whole screen is there, then the triage."""
    canvas = Canvas(width, 10)
    label, y = _LABEL if full else _PANE_LABEL, 0
    if full:
        for name, text, style in (("Prompt", view.prompt, "strong"), ("System", view.system, "muted")):
            if text and (name == "Prompt" or width >= _TABLE_FROM):
                canvas.put(0, y, name, "muted", end=label - 1)
                canvas.put(label, y, text, style, end=width)
                y += 1
        y += 1 if roomy and view.triage else 0
    if view.triage:
        y = _put_triage(canvas, y, view, label, full)
    elif view.agreement and full:
        canvas.put(label, y, view.agreement, "strong", end=width)
        y += 1
    head = Canvas(width, y)
    head.paste(0, 0, canvas)
    return head


def _put_triage(canvas: Canvas, y: int, view: ComparisonView, label: int, full: bool) -> int:
    mark = TRIAGE[view.triage]
    canvas.put(0, y, mark.glyph, f"{mark.style} bold" if mark.style != "muted" else "muted")
    end = canvas.put(2, y, view.triage, f"{mark.style} bold")
    x = max(label, end + 2)
    style = "strong bold" if view.values else "fg"
    if not full and not view.values and view.similarity:
        canvas.put(x, y, f"{view.reason} · {view.similarity}", style, end=canvas.width)
        return y + 1
    at = canvas.put(x, y, view.reason, style, end=canvas.width)
    if view.values:
        at = canvas.put(at + 1, y, f" {view.values[0]} ", "bg bold on prod", end=canvas.width)
        at = canvas.put(at + 1, y, "→", "strong bold", end=canvas.width)
        canvas.put(at + 1, y, f" {view.values[1]} ", "bg bold on canary", end=canvas.width)
    y += 1
    if not full:
        return y
    likeness = view.similarity if canvas.width >= _TABLE_FROM else ""
    agreed = [(line, "strong") for line in _agreement_lines(view.agreement, canvas.width - x)]
    for text, colour in ((view.second, "fg"), *agreed, (likeness, "muted")):
        if text:
            canvas.put(x, y, text, colour, end=canvas.width)
            y += 1
    return y


def _agreement_lines(text: str, room: int) -> list[str]:
    """On one line, else what follows from the runs on the first and the shares on the second."""
    if cell_width(text) <= room or text.count(" · ") < 2:
        return [text]
    *first, shares = text.split(" · ")
    return [" · ".join(first), shares]


def _draw_foot(view: ComparisonView, width: int, height: int, full: bool) -> Canvas:
    """Measurements as a table, or as one line for each side, or nothing where the headings carry the time."""
    if full and width >= _TABLE_FROM and view.measured and height >= len(view.measured) + 16:
        return _draw_measured(view.measured, width)
    if height < 14 or not any(answer.figures for answer in view.answers):
        return Canvas(width, 0)
    rows = 3 if height >= 17 and not full else 1
    canvas = Canvas(width, rows)
    size, gap = column_width(width, _gap(width, full)), _gap(width, full)
    y = 1 if rows == 3 else 0
    if width < 60:
        return Canvas(width, 0)
    _put_figures(canvas, 0, y, size, view.answers[0])
    _put_figures(canvas, size + gap, y, width - size - gap, view.answers[1])
    return canvas


def _put_third(canvas: Canvas, x: int, view: ComparisonView) -> None:
    """What the third answer took, below it and beside the table of the two."""
    third = view.third
    if third is None:
        return
    mark = TIERS[third.side]
    y = canvas.height - len(view.measured) - 2
    canvas.put(x, y, f"{mark.glyph} {third.side}", mark.style, end=canvas.width)
    for number, figure in enumerate(third.figures, 1):
        canvas.put(x + 2, y + number, figure.text, "fg", end=canvas.width)


def _put_figures(canvas: Canvas, x: int, y: int, width: int, answer: AnswerView) -> None:
    def total(texts: Sequence[tuple[str, str]], between: int) -> int:
        cells = sum(cell_width(text) + (1 + cell_width(ratio) if ratio else 0) for text, ratio in texts)
        return cells + between * max(0, len(texts) - 1)

    everything = [(str(figure.text), str(figure.ratio)) for figure in answer.figures]
    major = [(str(figure.text), str(figure.ratio)) for figure in answer.figures if not figure.minor]
    bare = [(text.removesuffix(" out").replace("$0.", "$."), ratio) for text, ratio in major]
    for texts, between in ((everything, 4), (major, 3), (bare, 2), (bare[:2], 2), (bare[:1], 0)):
        if total(texts, between) <= width:
            break
    for text, ratio in texts:
        x = canvas.put(x, y, text, "fg")
        if ratio:
            x = canvas.put(x + 1, y, ratio, "strong bold")
        x += between


def _draw_measured(rows: Sequence[MeasuredView], width: int) -> Canvas:
    canvas = Canvas(width, len(rows) + 3)
    canvas.put(0, 1, "Measured", "strong bold")
    canvas.right(34, 1, "● production", "prod")
    canvas.right(50, 1, "◆ canary", "canary")
    canvas.right(64, 1, "ratio", "muted")
    canvas.put(_BAR_X, 1, "÷ 2", "muted")
    canvas.put(_BAR_X + _BAR // 2 - 1, 1, "× 1", "muted")
    canvas.right(_BAR_X + _BAR, 1, "× 2", "muted")
    for y, row in enumerate(rows, 2):
        canvas.put(0, y, row.label, "fg", end=22)
        canvas.right(34, y, row.production or "–", "fg" if row.production else "muted")
        canvas.right(50, y, row.canary or "–", "strong" if row.canary else "muted")
        ratio = row.ratio if row.ratio is not None and math.isfinite(row.ratio) and row.ratio > 0 else None
        canvas.right(64, y, words.factor(ratio), "fg" if ratio else "muted")
        _put_bar(canvas, y, ratio)
        canvas.put(_NOTE_X, y, row.note, "muted", end=width)
    return canvas


def _put_bar(canvas: Canvas, y: int, ratio: float | None) -> None:
    middle = _BAR_X + _BAR // 2
    if ratio is None:
        canvas.fill(_BAR_X, _BAR_X + _BAR, y, "─", "rule")
        return
    canvas.fill(_BAR_X, _BAR_X + _BAR, y, "─", "track")
    canvas.put(middle, y, "┼", "muted")
    size = round(max(-1.0, min(1.0, math.log2(ratio))) * (_BAR // 2))
    canvas.fill(min(middle + size, middle + 1), max(middle, middle + size + 1), y, "━", "fg")
