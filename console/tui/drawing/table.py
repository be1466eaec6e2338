"""The metric table: both arms, the change, its limit, and a meter from *regression* to *pass* for each metric.

Columns stand where the width puts them and never where values would: nothing moves while numbers change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TONES
from console.view.records import CanaryView, MetricView, State

_WORD = 13
"""The widest word of the last column, with a blank before it."""
_SHORTER = {"first token p50": "1st token p50"}
"""Below 120 columns a name has 13 cells beside a value of 7."""


class Columns(NamedTuple):
    """Right edges of the number columns; 0 where a column is left out. The meter has odd width or none.

    `span` holds between what a change lies; it takes its room from the meter.
    """

    width: int
    production: int
    canary: int
    change: int
    limit: int
    meter: int
    meter_width: int
    words: bool = True
    span: int = 0


@lru_cache(maxsize=16)
def columns(width: int) -> Columns:
    """The columns of a table of `width` cells."""
    if width >= 120:
        return _with_meter(Columns(width, 32, 45, 58, 67, 87, 0, span=83), _WORD + 3)
    if width >= 98:
        return _with_meter(Columns(width, 22, 31, 40, 47, 67, 0, span=63), _WORD)
    if width >= 80:
        return _with_meter(Columns(width, 22, 31, 40, 47, 49, 0), _WORD)
    if width >= 76:
        return _with_meter(Columns(width, 21, 30, 39, 46, 48, 0), _WORD)
    if width >= 64:
        return _with_meter(Columns(width, 21, 30, 39, 0, 42, 0), _WORD)
    if width >= 53:
        return Columns(width, 21, 30, 39, 0, 0, 0)
    if width >= 44:
        return Columns(width, 21, 30, 0, 0, 0, 0)
    return Columns(width, 0, 0, 0, 0, 0, 0, words=width >= 26)


def _with_meter(base: Columns, word: int) -> Columns:
    room = base.width - word - base.meter
    return base._replace(meter_width=room if room % 2 else room - 1)


def _folds(metric: MetricView, fold: int) -> bool:
    """Whether the metric shares a line: at 1 the minor ones that did not decide, at 2 those without data too."""
    minor = metric.minor and metric.decided != "regression"
    return (fold >= 1 and minor) or (fold >= 2 and not metric.measured)


def table_rows(view: CanaryView, fold: int) -> int:
    """The rows that the table of `view` takes: heading, requests, metrics, and one line for those that are folded."""
    folded = sum(_folds(metric, fold) for metric in view.metrics)
    return 2 + len(view.metrics) - (folded - 1 if folded else 0)


def _folded_text(folded: Sequence[MetricView]) -> str:
    """`also judged: refusals, empty · not measured: flagged`."""
    judged = [metric.label for metric in folded if metric.measured]
    missing = [metric.label for metric in folded if not metric.measured]
    parts = (("also judged: ", judged), ("not measured: ", missing))
    return " · ".join(name + ", ".join(labels) for name, labels in parts if labels)


def draw_table(view: CanaryView, width: int, rows: int, fold: int = 0) -> Canvas:
    """The table in `width` × `rows` cells. Metrics that have no row are counted on the last one."""
    canvas = Canvas(width, rows)
    at = columns(width)
    if view.state is State.NO_CANARY:
        at = Columns(width, at.production, 0, 0, 0, 0, 0, words=False)
    canvas.paste(0, 0, _heading(at))
    _put_requests(canvas, at, view)
    shown = [metric for metric in view.metrics if not _folds(metric, fold)]
    folded = [metric for metric in view.metrics if _folds(metric, fold)]
    room = rows - 2 - bool(folded)
    if len(shown) > room:
        shown, hidden = shown[: max(0, room - 1)], len(shown) - max(0, room - 1)
        canvas.put(0, 2 + len(shown), f"↓ {words.plural(hidden, 'more metric')}", "muted", end=width)
    for y, metric in enumerate(shown, 2):
        _put_metric(canvas, y, at, metric)
    if folded:
        canvas.put(0, rows - 1, _folded_text(folded), "muted", end=width)
    return canvas


@lru_cache(maxsize=16)
def _heading(at: Columns) -> Canvas:
    """The same with every look."""
    canvas = Canvas(at.width, 1)
    if at.canary:  # the plot below averages an hour: after a fault it says something else
        said = "whole rollout"
        canvas.put(0, 0, said if at.production >= cell_width(said) + 14 else "rollout", "muted")
    if at.production:
        canvas.right(at.production, 0, "● production", "prod")
    if at.canary:
        canvas.right(at.canary, 0, "◆ canary", "canary")
    if at.change:
        canvas.right(at.change, 0, "change", "muted")
    if at.limit:
        canvas.right(at.limit, 0, "limit", "muted")
    if at.span:
        canvas.right(at.span, 0, "90 % range", "muted")
    if at.meter_width >= 15:
        canvas.put(at.meter, 0, "regression", "muted")
        canvas.right(at.meter + at.meter_width, 0, "pass", "muted")
    elif at.meter_width:
        canvas.put(at.meter, 0, "■", "muted")
        canvas.right(at.meter + at.meter_width, 0, "✓", "muted")
    if at.words:
        canvas.right(at.width, 0, "to decide", "muted")
    return canvas


def _put_requests(canvas: Canvas, at: Columns, view: CanaryView) -> None:
    n = (words.count(view.production_requests), words.count(view.canary_requests))
    if not at.production:
        canvas.put(0, 1, f"n = {n[0]} and {n[1]}", "fg", end=at.width)
        return
    canvas.put(0, 1, "requests", "fg")
    canvas.right(at.production, 1, n[0], "fg", start=9)
    if not at.canary:
        return
    canvas.right(at.canary, 1, n[1], "strong", start=at.production + 1)
    if not view.split:
        return
    style = "muted" if view.split_tone in ("plain", "none", "good") else TONES[view.split_tone]
    edge, start = at.limit or at.change or at.width, at.canary + 2
    if edge - cell_width(view.split) >= start:
        canvas.right(edge, 1, view.split, style)
    else:
        canvas.put(start, 1, view.split, style, end=at.width)


def _put_metric(canvas: Canvas, y: int, at: Columns, metric: MetricView) -> None:
    bad = metric.decided == "regression"
    base = "muted" if not metric.measured else "strong bold" if bad else "fg"
    values = (metric.production or "–", metric.canary or "–", metric.change or "–")
    label = metric.label if at.width >= 120 else _SHORTER.get(metric.label, metric.label)
    canvas.put(0, y, label, base, end=at.production - cell_width(values[0]) - 1 if at.production else at.width)
    if at.production:
        canvas.right(at.production, y, values[0], "fg" if metric.measured else "muted", start=0)
    if at.canary:
        canary = "muted" if not metric.measured else "strong bold" if bad else "strong"
        canvas.right(at.canary, y, values[1], canary, start=at.production + 1)
    if at.change:
        change = "muted" if not metric.measured else "red bold" if bad else "fg"
        canvas.right(at.change, y, values[2], change, start=at.canary + 1)
    if at.limit and metric.limit and metric.measured:
        _put_limit(canvas, y, at, metric)
    if at.span and metric.span and metric.measured:
        canvas.right(at.span, y, metric.span, "red" if bad else "muted", start=at.limit + 1)
    if at.meter_width:
        _put_meter(canvas, y, at, metric)
    if at.words:
        _put_word(canvas, y, at, metric)


def _put_limit(canvas: Canvas, y: int, at: Columns, metric: MetricView) -> None:
    style = "red" if metric.decided == "regression" else "muted"
    number = canvas.right(at.limit, y, metric.limit, style, start=at.change + 3)
    canvas.put(min(at.limit - 6, number - 2), y, "≤" if metric.inside else ">", style)


def _put_meter(canvas: Canvas, y: int, at: Columns, metric: MetricView) -> None:
    half = at.meter_width // 2
    steps = None
    if metric.meter is not None and math.isfinite(metric.meter):
        steps = round(max(-1.0, min(1.0, metric.meter)) * half)
    decided = metric.decided if metric.decided in ("pass", "regression") else ""
    canvas.paste(at.meter, y, _meter(at.meter_width, metric.measured, decided, None if decided else steps))


@lru_cache(maxsize=512)
def _meter(width: int, measured: bool, decided: str, steps: int | None) -> Canvas:
    """One meter, its head `steps` cells from the middle: what a second changes is often back the next."""
    canvas, middle = Canvas(width, 1), width // 2
    if not measured:
        canvas.fill(0, width, 0, "─", "rule")
        return canvas
    canvas.fill(0, width, 0, "─", "track")
    canvas.put(middle, 0, "┼", "muted")
    if decided == "pass":
        canvas.fill(middle + 1, width, 0, "━", "green")
    elif decided == "regression":
        canvas.fill(0, middle, 0, "━", "red")
    elif steps is not None:
        head = middle + steps
        canvas.fill(min(head, middle + 1), max(head, middle), 0, "━", "fg")
        canvas.put(head, 0, "●", "strong")
    return canvas


def _put_word(canvas: Canvas, y: int, at: Columns, metric: MetricView) -> None:
    if metric.decided == "regression":
        text, style = "■ regression", "red bold"
    elif metric.decided == "pass":
        text, style = "✓ pass", "green"
    elif not metric.measured:
        text, style = metric.to_decide or "no data", "muted"
    else:
        text, style = metric.to_decide, "fg"
    canvas.right(at.width, y, text, style, start=at.width - _WORD + 1)
