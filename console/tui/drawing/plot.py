"""A metric over time: the canary's range as a filled band, production as a dotted line through it.

Production inside the band: no difference seen. The band leaving the line: one. This reads in four rows and, since the
two have different shapes, without colour.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import EIGHTHS
from console.tui.drawing.scale import finite, nice_top, top_text
from console.view.records import PlotView, PointView

LEFT, RIGHT = 6, 11
"""Columns for the labels of the scale and of the last values."""
_LEGEND = " production"
_LINE = "⠛⠶⣤"
"""Two dot rows: in the upper, middle and lower third of a cell."""
_TICKS = (*(timedelta(minutes=m) for m in (1, 5, 10, 30)), *(timedelta(hours=h) for h in (1, 2, 6, 12, 24, 72, 168)))
_TICK_GAP = 11
"""A label takes five cells; closer than this the axis becomes a row of numbers."""


class _Area(NamedTuple):
    """Where on the canvas the data goes, and the value at its upper end."""

    x: int
    y: int
    width: int
    rows: int
    top: float


def draw_plot(plot: PlotView, width: int, height: int, top: float | None = None) -> Canvas:
    """The plot with title row, `height - 2` rows of data and the axis; `top` fixes the upper end of the scale."""
    canvas = Canvas(width, height)
    _put_title(canvas, plot)
    rows, columns = height - 2, width - LEFT - RIGHT
    if rows < 1 or columns < 4:
        return canvas
    area = _Area(LEFT, 1, columns, rows, top or nice_top(plot, rows))
    if not plot.unread:
        canvas.right(LEFT - 1, 1, top_text(area.top, plot.unit), "muted", start=0)
    if rows > 1:
        canvas.right(LEFT - 1, rows, "0", "muted")
    sampled = _sampled(plot.points, columns)
    _put_band(canvas, area, sampled)
    _put_steps(canvas, area, plot)
    _put_line(canvas, area, sampled)
    _put_step_labels(canvas, area, plot, sampled)
    _put_ends(canvas, area, plot, sampled)
    _put_axis(canvas, area, plot)
    return canvas


def _put_title(canvas: Canvas, plot: PlotView) -> None:
    x = canvas.put(0, 0, plot.title, "strong bold", end=canvas.width)
    has_canary = plot.unread or any(point.low is not None or point.canary is not None for point in plot.points)
    for band in (" canary, 90 % range", " canary") if has_canary else ("",):
        start = canvas.width - 2 - len(_LEGEND) - (5 + len(band) if band else 0)
        if start >= x + 3:
            break
    else:
        return
    at = canvas.put(start, 0, "━━", "prod")
    at = canvas.put(at, 0, _LEGEND, "muted")
    if band:
        at = canvas.put(at + 3, 0, "▇▇", "bandk")
        canvas.put(at, 0, band, "muted")
    for subtitle in (plot.subtitle, plot.subtitle.split(", ")[-1]):  # the axis says the hours, too
        if x + 2 + cell_width(subtitle) + 3 <= start:
            canvas.put(x + 2, 0, subtitle, "muted")
            break


def _sampled(points: Sequence[PointView], columns: int) -> list[PointView | None]:
    """One point for each column, by its place in time; the points are a regular series with gaps as None."""
    if not points:
        return [None] * columns
    last = len(points) - 1
    return [points[round(index * last / max(1, columns - 1))] for index in range(columns)]


def _height(value: float, area: _Area) -> float:
    """How many rows above the bottom `value` is, within the area."""
    return min(max(value / area.top, 0.0), 1.0) * area.rows


def _put_band(canvas: Canvas, area: _Area, points: Sequence[PointView | None]) -> None:
    for index, point in enumerate(points):
        low, high = (finite(point.low), finite(point.high)) if point else (None, None)
        if low is None or high is None or high < low:
            continue
        # In eighths of a row from the bottom; the thinnest band is two eighths, or it would vanish.
        bottom, ceiling = round(8 * _height(low, area)), round(8 * _height(high, area))
        if ceiling - bottom < 2:
            bottom = min(max(0, bottom - 1), 8 * area.rows - 2)
            ceiling = bottom + 2
        for base in range(bottom // 8, min(area.rows, -(-ceiling // 8))):
            glyph, style = _block(max(0, bottom - 8 * base), min(8, ceiling - 8 * base))
            canvas.put(area.x + index, area.y + area.rows - 1 - base, glyph, style)


@lru_cache(maxsize=64)
def _block(start: int, end: int) -> tuple[str, str]:
    """The block with the least mismatch to a band from `start` to `end` eighths of a cell, and its style."""
    if start == 0 and end == 8:
        return " ", "fg on band"
    inside = [start <= part < end for part in range(8)]
    lower = [sum(inside[part] != (part < split) for part in range(8)) for split in range(9)]
    upper = [sum(inside[part] != (part >= split) for part in range(8)) for split in range(9)]
    if min(lower) <= min(upper):
        return EIGHTHS[lower.index(min(lower))], "band"
    return EIGHTHS[upper.index(min(upper))], "bg on band"


def _put_line(canvas: Canvas, area: _Area, points: Sequence[PointView | None]) -> None:
    covered = False
    for index, point in enumerate(points):
        value = finite(point.production) if point else None
        if value is None or point is None:
            covered = False
            continue
        up = _height(value, area)
        row = min(area.rows - 1, int(up))
        share = _coverage(point, area, row)
        # Once in the band the line stays on its background until the band clearly ends, or cells would flicker.
        covered = share > (0.3 if covered else 0.7) or (index == 0 and share > 0.5)
        third = min(2, int((up - row) * 3))
        background = "band" if covered else "bg"
        canvas.put(area.x + index, area.y + area.rows - 1 - row, _LINE[2 - third], f"prod on {background}")


def _coverage(point: PointView, area: _Area, row: int) -> float:
    """The share of the cell `row` rows up that the band fills, 0..1."""
    low, high = finite(point.low), finite(point.high)
    if low is None or high is None:
        return 0.0
    return max(0.0, min(_height(high, area), row + 1.0) - max(_height(low, area), float(row)))


def _put_steps(canvas: Canvas, area: _Area, plot: PlotView) -> None:
    for x, _ in _marks(plot, area):
        for y in range(area.y, area.y + area.rows):
            canvas.put(x, y, "┆", "fg")


def _put_step_labels(canvas: Canvas, area: _Area, plot: PlotView, points: Sequence[PointView | None]) -> None:
    """The share beside each mark: at the top, or at the bottom where production's line runs along the top."""
    marks, free_from = _marks(plot, area), area.x
    for index, (x, label) in enumerate(marks):
        size = cell_width(label)
        end = marks[index + 1][0] if index + 1 < len(marks) else area.x + area.width
        start = x + 1 if x + 1 + size <= end else x - size
        if start < free_from:
            continue
        values = [finite(point.production) for point in points[start - area.x : start - area.x + size] if point]
        taken = any(value is not None and _height(value, area) >= area.rows - 1 for value in values)
        free_from = canvas.put(start, area.y + (area.rows - 1 if taken else 0), label, "fg") + 1


def _marks(plot: PlotView, area: _Area) -> list[tuple[int, str]]:
    """Column and label of each step change within the window, from left to right."""
    return sorted((x, label) for at, label in plot.steps if (x := _mark(plot, at, area)) is not None)


def _mark(plot: PlotView, at: datetime, area: _Area) -> int | None:
    """The first column that shows the point within which `at` lies: a band begins at its mark, never before it."""
    last = len(plot.points) - 1
    if last < 1 or not plot.points[0].at <= at:
        return None
    point = bisect_right(plot.points, at, key=lambda each: each.at) - 1
    span = plot.points[-1].at - plot.points[0].at
    if at > plot.points[-1].at + span / last:
        return None
    return area.x + min(area.width - 1, max(0, math.ceil((point - 0.5) * (area.width - 1) / last)))


def _column(plot: PlotView, at: datetime, area: _Area) -> int | None:
    """The column of a moment, or None outside the window."""
    if len(plot.points) < 2:
        return None
    first, last = plot.points[0].at, plot.points[-1].at
    if not first <= at <= last or first == last:
        return None
    return area.x + min(area.width - 1, round((at - first) / (last - first) * (area.width - 1)))


def _put_ends(canvas: Canvas, area: _Area, plot: PlotView, points: Sequence[PointView | None]) -> None:
    x = area.x + area.width + 1
    labels: list[tuple[float, str, str]] = []
    for arm, now, mark in (("canary", plot.canary_now, "◆"), ("production", plot.production_now, "●")):
        value = _last(points, arm)
        if value is not None and now:
            labels.append((value, f"{mark} {now}", "canary bold" if arm == "canary" else "prod bold"))
    labels.sort(key=lambda label: -label[0])
    rows = [area.rows - 1 - min(area.rows - 1, int(_height(label[0], area))) for label in labels]
    if len(rows) == 2 and rows[1] <= rows[0]:
        rows = [rows[0], rows[0] + 1] if rows[0] + 1 < area.rows else [area.rows - 2, area.rows - 1]
    for row, (_, text, style) in zip(rows, labels, strict=True):
        if row >= 0:
            canvas.put(x, area.y + row, text, style, end=canvas.width)


def _last(points: Sequence[PointView | None], arm: str) -> float | None:
    for point in reversed(points):
        value = finite(getattr(point, arm)) if point else None
        if value is not None:
            return value
    return None


def _put_axis(canvas: Canvas, area: _Area, plot: PlotView) -> None:
    y, end = area.y + area.rows, area.x + area.width
    canvas.fill(area.x, end - 4, y, "─", "rule")
    canvas.put(end - 3, y, "now", "strong")
    if len(plot.points) < 2:
        return
    first, last = plot.points[0].at.astimezone(UTC), plot.points[-1].at.astimezone(UTC)
    span = last - first
    fitting = [tick for tick in _TICKS if span / tick * _TICK_GAP <= area.width]
    step = fitting[0] if fitting else _TICKS[-1]
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    tick = midnight + math.ceil((first - midnight) / step) * step
    while tick <= last:
        _put_tick(canvas, area, plot, tick, step, y)
        tick += step


def _put_tick(canvas: Canvas, area: _Area, plot: PlotView, tick: datetime, step: timedelta, y: int) -> None:
    x = _column(plot, tick, area)
    text = words.clock(tick) if step < timedelta(days=1) else words.day(tick.date(), tick.date())
    if x is None:
        return
    start = x - cell_width(text) // 2
    if area.x <= start and start + cell_width(text) < area.x + area.width - 4:
        canvas.put(start, y, text, "muted")
