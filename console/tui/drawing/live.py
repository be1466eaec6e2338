"""The live canary pane: verdict, ladder, table and plot in one column, and what gives way when rows are short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.ladder import draw_ladder
from console.tui.drawing.plot import draw_plot
from console.tui.drawing.scale import Top, held_top
from console.tui.drawing.table import draw_table, table_rows
from console.tui.drawing.verdict import draw_banner, draw_verdict
from console.view.records import CanaryView, PlotView, State

MIN_PLOT = 3
_GOOD_PLOT = 4
_SECOND_PLOT_X = 71
"""Under the meters of a wide table."""
_TWO_PLOTS_FROM = 130
_ONLY_WORDS = (30, 7)
"""Narrower or lower than this there is room for the verdict's word and sentence only."""


class Plan(NamedTuple):
    """How the rows under the verdict are shared out. `blank` is the blank rows between blocks, `plot` rows of data."""

    ladder: int
    table: int
    plot: int
    blank: int
    fold: bool


def plan(view: CanaryView, rows: int) -> Plan:
    """Share `rows` out: the table keeps its words; rows without data fold, then blanks, the plot and the ladder go."""
    steps, plots = (2 if view.steps else 0), bool(view.plots)
    for fold, blank, wanted in ((False, 1, _GOOD_PLOT), (True, 1, _GOOD_PLOT), (True, 0, MIN_PLOT)):
        table = table_rows(view, fold)
        left = rows - blank - steps - (blank if steps else 0) - table - blank - 2
        if plots and left >= wanted:
            return Plan(steps, table, left, blank, fold)
    for fold, blank, ladder in ((False, 1, 2), (True, 1, 2), (True, 1, 1), (True, 0, 1), (True, 0, 0)):
        ladder = min(ladder, steps)
        table = table_rows(view, fold)
        if blank + ladder + (blank if ladder else 0) + table <= rows:
            return Plan(ladder, table, 0, blank, fold)
    return Plan(0, max(0, rows), 0, 0, True)


def draw_live(
    view: CanaryView, width: int, height: int, *, margin: int = 2, plot: int = 0, tops: Sequence[float] = ()
) -> Canvas:
    """The body of the pane. `plot` is the index of the plot shown first; `tops` fix the scale of each plot."""
    canvas = Canvas(width, height)
    inner = width - 2 * margin
    if width < _ONLY_WORDS[0] or height < _ONLY_WORDS[1]:
        canvas.paste(0, 0, draw_verdict(view.state, view.sentence, width))
        return canvas
    y = _put_verdict(canvas, view, margin)
    rest = plan(view, height - y)
    body = _draw_numbers(view, inner, height - y, rest)
    if view.stale:
        body.fade()
    canvas.paste(margin, y, body)
    if rest.plot:
        y += rest.blank + rest.ladder + (rest.blank if rest.ladder else 0) + rest.table + rest.blank
        _put_plots(canvas, view, margin, y, rest.plot + 2, plot, tops)
    return canvas


def _put_verdict(canvas: Canvas, view: CanaryView, margin: int) -> int:
    """Draws the verdict at the top; returns the row under it."""
    if view.state is State.REGRESSION:
        banner = draw_banner(view, canvas.width, margin, padding=1 if margin > 1 else 0)
        canvas.paste(0, 0, banner)
        return banner.height
    line = draw_verdict(view.state, view.sentence, canvas.width - 2 * margin)
    top = 1 if canvas.height >= 12 else 0
    canvas.paste(margin, top, line)
    return top + line.height


def _draw_numbers(view: CanaryView, width: int, height: int, rest: Plan) -> Canvas:
    body = Canvas(width, height)
    y = rest.blank
    if rest.ladder:
        body.paste(0, y, draw_ladder(view.steps, view.state, width, rest.ladder))
        y += rest.ladder + rest.blank
    body.paste(0, y, draw_table(view, width, rest.table, rest.fold))
    return body


def _put_plots(
    canvas: Canvas, view: CanaryView, x: int, y: int, height: int, first: int, tops: Sequence[float]
) -> None:
    for index, left, width in placed(view, canvas.width - 2 * x, first):
        top = tops[index] if index < len(tops) else None
        picture = draw_plot(view.plots[index], width, height, top)
        if view.stale:
            picture.fade()
        canvas.paste(x + left, y, picture)


def placed(view: CanaryView, width: int, first: int = 0) -> list[tuple[int, int, int]]:
    """(index of the plot, column, width) of each plot that has room in `width` columns."""
    if not view.plots:
        return []
    first = first % len(view.plots)
    if width < _TWO_PLOTS_FROM or len(view.plots) < 2:
        return [(first, 0, width)]
    second = next(index for index in range(len(view.plots)) if index != first)
    return [(first, 0, 67), (second, _SECOND_PLOT_X, width - _SECOND_PLOT_X)]


def next_tops(before: Sequence[Top], plots: Sequence[PlotView], rows: int, now: datetime) -> tuple[Top, ...]:
    """The scales of `plots` after another look, given those of the last one (in the same order)."""
    return tuple(
        held_top(before[index] if index < len(before) else None, plot, rows, now) for index, plot in enumerate(plots)
    )


def plot_rows(view: CanaryView, width: int, height: int, margin: int) -> int:
    """The rows of data that the plot gets at this size; 0 where it has no room."""
    if width < _ONLY_WORDS[0] or height < _ONLY_WORDS[1]:
        return 0
    probe = Canvas(width, height)
    return plan(view, height - _put_verdict(probe, view, margin)).plot
