"""The live canary pane: verdict, ladder, table and plot in one column, and what gives way when rows are short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.ladder import draw_ladder
from console.tui.drawing.plot import draw_plot
from console.tui.drawing.scale import Top, held_top
from console.tui.drawing.table import draw_table, table_rows
from console.tui.drawing.verdict import draw_banner, draw_verdict
from console.view.records import CanaryView, PlotView, State, StepView

MIN_PLOT = 3
_GOOD_PLOT = 4
_ROOMY_PLOT = 6
"""With a plot this high every metric may have a row of its own."""
_SECOND_PLOT_X = 71
"""Under the meters of a wide table; on a wider screen both plots grow."""
_PLOT_GAP = 4
_TWO_PLOTS_FROM = 130
_SECOND_FROM = 22
"""Rows of a pane in which a second line beside the verdict costs the plot nothing that is missed.

Under a hold it is worth its row anywhere: it says how to end it.
"""
_ONLY_WORDS = (30, 7)
"""Narrower or lower than this there is room for the verdict's word and sentence only."""


class Spacing(NamedTuple):
    """Blank rows: above the verdict, under it, under the ladder, under the table."""

    lead: int = 1
    verdict: int = 1
    ladder: int = 1
    table: int = 1


_LOOSE, _TIGHT = Spacing(), Spacing(0, 1, 0, 0)
_SPACINGS = (_LOOSE, Spacing(table=0), Spacing(lead=0, table=0), _TIGHT)
"""What can do without goes first: a bold title parts the plot by itself, while a 100 % step would touch the verdict."""


class Plan(NamedTuple):
    """How the rows around and under the verdict are shared out; `plot` is rows of data, 0 without a plot."""

    ladder: int
    table: int
    plot: int
    spacing: Spacing
    fold: int
    """0: every metric has a row; 1: the minor ones share a line; 2: those without data too."""

    @property
    def table_y(self) -> int:
        """The table's first row, counted from the row under the verdict."""
        return self.spacing.verdict + (self.ladder + self.spacing.ladder if self.ladder else 0)

    @property
    def plot_y(self) -> int:
        """The row of the plot's title, counted likewise."""
        return self.table_y + self.table + self.spacing.table

    @property
    def rows(self) -> int:
        """Everything but the verdict itself."""
        return self.spacing.lead + (self.plot_y + self.plot + 2 if self.plot else self.table_y + self.table)


def plan(view: CanaryView, rows: int) -> Plan:
    """Share `rows` out: the table keeps its words; rows without data fold, then blanks, the plot and the ladder go.

    Under a banner, which has its own blank row above, no row is left above the verdict.
    """
    folds = (table_rows(view, 0), table_rows(view, 1), table_rows(view, 2))
    return _plan(view.state is State.REGRESSION, bool(view.steps), bool(view.plots), folds, rows)


@lru_cache(maxsize=32)
def _plan(banner: bool, ladder: bool, plots: bool, folds: tuple[int, int, int], rows: int) -> Plan:
    """Asked for twice a second with the same answer; `folds` are the table's rows, the more of it is folded."""
    lead = 0 if banner else 1
    spacings = [spacing._replace(lead=min(lead, spacing.lead)) for spacing in _SPACINGS]
    steps = 2 if ladder else 0
    loose, *tighter = spacings
    wishes = [(0, loose, _ROOMY_PLOT), (1, loose, _GOOD_PLOT), (2, loose, _GOOD_PLOT), (2, tighter[0], _GOOD_PLOT)]
    for fold, spacing, least in (*wishes, *((2, spacing, MIN_PLOT) for spacing in tighter)):
        bare = Plan(steps, folds[fold], 0, spacing, fold)
        left = rows - bare.rows - spacing.table - 2
        if plots and left >= least:
            return bare._replace(plot=left)
    for fold, spacing, most in (
        (0, loose, 2), (1, loose, 2), (2, loose, 2), *((2, each, 2) for each in tighter),
        (2, spacings[-1], 1), (2, Spacing(0, 0, 0, 0), 1), (2, Spacing(0, 0, 0, 0), 0),
    ):  # fmt: skip
        found = Plan(min(most, steps), folds[fold], 0, spacing, fold)
        if found.rows <= rows:
            return found
    return Plan(0, max(0, rows), 0, Spacing(0, 0, 0, 0), 2)


def draw_live(
    view: CanaryView,
    width: int,
    height: int,
    *,
    margin: int = 2,
    plot: int = 0,
    tops: Sequence[float] = (),
    below: Canvas | None = None,
) -> Canvas:
    """The body of the pane. `plot` is the index of the plot shown first; `tops` fix the scale of each plot.

    `below` stands under the table where there is no plot and it has room.
    """
    canvas = Canvas(width, height)
    if _only_words(width, height):
        canvas.paste(0, 0, draw_verdict(view.state, view.sentence, width))
        return canvas
    verdict = _draw_verdict(view, width, margin, height)
    shares = plan(view, height - verdict.height)
    canvas.paste(0 if view.state is State.REGRESSION else margin, shares.spacing.lead, verdict)
    y = shares.spacing.lead + verdict.height
    if view.stale:
        body = Canvas(width - 2 * margin, height - y)
        _put_body(body, 0, 0, body.width, view, shares, below)
        body.fade()
        canvas.paste(margin, y, body)
    else:
        _put_body(canvas, margin, y, width - 2 * margin, view, shares, below)
    if shares.plot:
        _put_plots(canvas, view, margin, y + shares.plot_y, shares.plot + 2, plot, tops)
    return canvas


def _put_body(canvas: Canvas, x: int, y: int, width: int, view: CanaryView, shares: Plan, below: Canvas | None) -> None:
    """Ladder and table, in `width` columns from (`x`, `y`) on."""
    if shares.ladder:
        canvas.paste(x, y + shares.spacing.verdict, _drawn_ladder(view.steps, view.state, width, shares.ladder))
    canvas.paste(x, y + shares.table_y, draw_table(view, width, shares.table, shares.fold))
    after = y + shares.table_y + shares.table + 1
    if below is not None and not shares.plot and after + below.height <= canvas.height:
        canvas.paste(x, after, below)


def _only_words(width: int, height: int) -> bool:
    return width < _ONLY_WORDS[0] or height < _ONLY_WORDS[1]


def _draw_verdict(view: CanaryView, width: int, margin: int, height: int) -> Canvas:
    if view.state is State.REGRESSION:
        return draw_banner(view, width, margin, padding=1 if margin > 1 else 0)
    room = (height >= _SECOND_FROM and view.steps) or view.state is State.HELD
    second = view.second if room else ""
    return _drawn_verdict(view.state, view.sentence, width - 2 * margin, second)


@lru_cache(maxsize=8)
def _drawn_verdict(state: State, sentence: str, width: int, second: str) -> Canvas:
    """Asked for twice a frame: the rows it takes decide of all others."""
    return draw_verdict(state, sentence, width, second=second)


@lru_cache(maxsize=8)
def _drawn_ladder(steps: tuple[StepView, ...], state: State, width: int, rows: int) -> Canvas:
    return draw_ladder(steps, state, width, rows)


def _put_plots(
    canvas: Canvas, view: CanaryView, x: int, y: int, height: int, first: int, tops: Sequence[float]
) -> None:
    for index, left, width in placed(view, canvas.width - 2 * x, first):
        top = tops[index] if index < len(tops) else None
        if view.stale:
            picture = draw_plot(view.plots[index], width, height, top)
            picture.fade()
        else:
            picture = _drawn_plot(view.plots[index], width, height, top)
        canvas.paste(x + left, y, picture)


@lru_cache(maxsize=8)
def _drawn_plot(plot: PlotView, width: int, height: int, top: float | None) -> Canvas:
    """A plot takes half of the time of a frame, and changes with a closed slot, not with each second."""
    return draw_plot(plot, width, height, top)


def placed(view: CanaryView, width: int, first: int = 0) -> list[tuple[int, int, int]]:
    """(index of the plot, column, width) of each plot that has room in `width` columns."""
    if not view.plots:
        return []
    first = first % len(view.plots)
    if width < _TWO_PLOTS_FROM or len(view.plots) < 2:
        return [(first, 0, width)]
    second = next(index for index in range(len(view.plots)) if index != first)
    left = max(_SECOND_PLOT_X - _PLOT_GAP, (width - _PLOT_GAP) // 2)  # what decided is never the smaller one
    return [(first, 0, left), (second, left + _PLOT_GAP, width - left - _PLOT_GAP)]


def next_tops(before: Sequence[Top], plots: Sequence[PlotView], rows: int, now: datetime) -> tuple[Top, ...]:
    """The scales of `plots` after another look, given those of the last one (in the same order)."""
    return tuple(
        held_top(before[index] if index < len(before) else None, plot, rows, now) for index, plot in enumerate(plots)
    )


def plot_rows(view: CanaryView, width: int, height: int, margin: int) -> int:
    """The rows of data that the plot gets at this size; 0 where it has no room."""
    if _only_words(width, height):
        return 0
    return plan(view, height - _draw_verdict(view, width, margin, height).height).plot
