"""The plot: its scale, the band in eighths, the line in thirds, step marks, end labels and axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.text.cells import cell_width
from console.text.safe import SafeText as S
from console.tui.drawing.canvas import Canvas, Paint
from console.tui.drawing.glyphs import plain_ascii, without_colour
from console.tui.drawing.plot import LEFT, RIGHT, draw_plot
from console.tui.drawing.scale import Top, held_top, needed, nice_top, top_text
from console.view.records import PlotView, PointView
from tests.effort import examples
from tests.tui import samples

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WIDTH, ROWS = 77, 4
COLUMNS = WIDTH - LEFT - RIGHT


def plot(
    production: Callable[[float], float | None],
    band: Callable[[float], tuple[float, float] | None] = lambda _: None,
    hours: float = 8,
    steps: tuple[tuple[float, str], ...] = (),
) -> PlotView:
    """One point for each column; both functions take the place in the window, 0..1."""
    points = []
    for index in range(COLUMNS):
        place = index / (COLUMNS - 1)
        low, high = band(place) or (None, None)
        middle = None if low is None or high is None else (low + high) / 2
        points.append(PointView(START + timedelta(hours=hours * place), production(place), middle, low, high))
    marks = tuple((START + timedelta(hours=at), label) for at, label in steps)
    return PlotView("Error rate", "last 8 h, 1-hour average", "share", tuple(points), marks, S("1.00 %"), S("2.00 %"))


def cells(canvas: Canvas, y: int) -> list[tuple[str, Paint]]:
    return [(char, segment.paint) for segment in canvas.segments(y) for char in segment.text]


def column(canvas: Canvas, x: int) -> list[tuple[str, str, str]]:
    """Column `x` of the data from the top: character, colour, background."""
    found = []
    for y in range(1, canvas.height - 1):
        char, look = cells(canvas, y)[LEFT + x]
        found.append((char, look.fg, look.bg))
    return found


# --- the line -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 6, 10])
@pytest.mark.parametrize("value", [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
def test_the_line_stands_at_its_third_of_its_row(rows: int, value: float) -> None:
    canvas = draw_plot(plot(lambda _: value), WIDTH, rows + 2, 1.0)
    found = [(y, char) for y, (char, *_) in enumerate(column(canvas, 20)) if char in "⠛⠶⣤"]
    thirds = min(3 * rows - 1, math.floor(value * rows * 3 + 1e-9))
    assert found == [(rows - 1 - thirds // 3, "⣤⠶⠛"[thirds % 3])]


def test_a_rising_value_never_sinks_on_the_screen() -> None:
    canvas = draw_plot(plot(lambda x: x), WIDTH, ROWS + 2, 1.0)
    heights = []
    for x in range(COLUMNS):
        y, char = next((y, char) for y, (char, *_) in enumerate(column(canvas, x)) if char in "⠛⠶⣤")
        heights.append(3 * (ROWS - 1 - y) + "⣤⠶⠛".index(char))
    assert heights == sorted(heights)
    assert heights[0] == 0
    assert heights[-1] == 3 * ROWS - 1


def test_a_gap_is_a_gap_in_line_and_band() -> None:
    quiet = plot(lambda x: None if 0.4 < x < 0.6 else 0.5, lambda x: None if 0.4 < x < 0.6 else (0.2, 0.8))
    canvas = draw_plot(quiet, WIDTH, ROWS + 2, 1.0)
    assert {cell for x in range(26, 34) for cell in column(canvas, x)} == {(" ", "fg", "bg")}
    assert any(char in "⠛⠶⣤" for char, *_ in column(canvas, 10))
    assert any(char in "⠛⠶⣤" for char, *_ in column(canvas, 50))


# --- the band -----------------------------------------------------------------------------------------------------


def covered(canvas: Canvas, x: int) -> float:
    """How many rows of column `x` the band fills."""
    total = 0.0
    for char, fg, bg in column(canvas, x):
        part = " ▁▂▃▄▅▆▇█".find(char) / 8
        if bg == "band" and fg == "bg":
            total += 1 - part
        elif bg == "band":
            total += 1
        elif fg == "band":
            total += part
    return total


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 8 * ROWS), st.integers(0, 8 * ROWS))
def test_the_band_is_as_thick_as_the_range_to_the_eighth_where_it_fills_rows(one: int, other: int) -> None:
    low, high = sorted((one, other))
    canvas = draw_plot(plot(lambda _: None, lambda _: (low / 32, high / 32)), WIDTH, ROWS + 2, 1.0)
    shown = covered(canvas, 30)
    # A cell can be split once only: a band with both its edges inside one cell is drawn with the nearer of the two.
    same_row = low // 8 == max(low, high - 1) // 8
    assert shown == pytest.approx((high - low) / 8, abs=0.5 if same_row else 1e-9)


@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 1.0])
def test_the_thinnest_range_is_still_seen(value: float) -> None:
    canvas = draw_plot(plot(lambda _: None, lambda _: (value, value)), WIDTH, ROWS + 2, 1.0)
    assert covered(canvas, 30) > 0


def test_a_range_upside_down_is_not_drawn() -> None:
    canvas = draw_plot(plot(lambda _: None, lambda _: (0.8, 0.2)), WIDTH, ROWS + 2, 1.0)
    assert covered(canvas, 30) == 0


def test_a_range_beyond_the_scale_is_cut_at_its_edge() -> None:
    canvas = draw_plot(plot(lambda _: 0.5, lambda _: (0.5, 40.0)), WIDTH, ROWS + 2, 1.0)
    assert "band" not in {look.bg for _, look in cells(canvas, 0)[:LEFT]}
    assert column(canvas, 30)[0] == (" ", "fg", "band")


@pytest.mark.parametrize(("share", "background"), [(0.2, "bg"), (0.8, "band")])
def test_the_line_lies_on_the_band_where_the_band_fills_its_cell(share: float, background: str) -> None:
    canvas = draw_plot(plot(lambda _: 0.3, lambda _: (0.25, 0.25 + share / 4)), WIDTH, ROWS + 2, 1.0)
    assert column(canvas, 30)[ROWS - 2][1:] == ("prod", background)


def test_a_wobbling_edge_does_not_make_the_lines_background_flicker() -> None:
    def edge(x: float) -> tuple[float, float]:
        return 0.25, 0.25 + (0.55 if round(x * (COLUMNS - 1)) % 2 else 0.45) / 4

    canvas = draw_plot(plot(lambda _: 0.3, edge), WIDTH, ROWS + 2, 1.0)
    backgrounds = [column(canvas, x)[ROWS - 2][2] for x in range(COLUMNS)]
    assert len(set(backgrounds)) == 1


# --- steps --------------------------------------------------------------------------------------------------------


def test_a_step_is_a_dashed_column_with_its_share_at_the_top() -> None:
    canvas = draw_plot(plot(lambda _: 0.1, steps=((4, "25 %"),)), WIDTH, ROWS + 2, 1.0)
    x = next(x for x in range(COLUMNS) if column(canvas, x)[0][0] == "┆")
    assert abs(x - 0.5 * (COLUMNS - 1)) <= 1
    assert [char for char, *_ in column(canvas, x)][: ROWS - 1] == ["┆"] * (ROWS - 1)
    assert canvas.text()[1][LEFT + x : LEFT + x + 5] == "┆25 %"


@pytest.mark.parametrize("width", [40, 67, 80, 120])
@pytest.mark.parametrize("hours", [0.5, 2.01, 3.5, 4.99, 7.3])
def test_a_band_begins_at_the_mark_of_its_step(width: int, hours: float) -> None:
    began = hours / 8
    view = plot(lambda _: 0.3, lambda x: (0.1, 0.5) if x >= began - 1 / 59 else None, steps=((hours, "5 %"),))
    canvas = draw_plot(view, width, ROWS + 2, 1.0)
    marks = [x for x in range(width - LEFT - RIGHT) if column(canvas, x)[0][0] == "┆"]
    band = [x for x in range(width - LEFT - RIGHT) if any("band" in (fg, bg) for _, fg, bg in column(canvas, x))]
    assert marks
    assert band
    assert 0 <= band[0] - marks[0] <= 1 or 0 <= marks[0] - band[0] <= 1


def test_an_uncertain_beginning_does_not_rule_the_scale() -> None:
    calm = plot(lambda _: 0.01, lambda x: (0.0, 0.3) if x < 0.1 else (0.005, 0.02))
    assert needed(calm) <= 0.03
    worse = plot(lambda _: 0.01, lambda x: (0.06, 0.13) if x > 0.9 else (0.0, 0.02))
    assert needed(worse) >= 0.08, "a canary that is certainly worse is in sight"


def test_a_step_outside_the_window_is_not_drawn() -> None:
    canvas = draw_plot(plot(lambda _: 0.1, steps=((-1, "5 %"), (9, "25 %"))), WIDTH, ROWS + 2, 1.0)
    assert "┆" not in "".join(canvas.text())


def test_a_step_at_the_right_end_has_its_label_at_the_left() -> None:
    canvas = draw_plot(plot(lambda _: 0.1, steps=((7.9, "100 %"),)), WIDTH, ROWS + 2, 1.0)
    assert "100 %┆" in canvas.text()[1]


def test_labels_of_steps_close_together_do_not_overlap() -> None:
    near = ((4.0, "5 %"), (4.2, "25 %"), (4.4, "50 %"))
    line = draw_plot(plot(lambda _: 0.1, steps=near), WIDTH, ROWS + 2, 1.0).text()[1]
    assert "5 %┆┆┆50 %" in line.replace(" ┆", "┆")
    assert "25 %" not in line


@pytest.mark.parametrize("value", [0.05, 0.5, 0.95])
def test_the_label_of_a_step_is_readable_wherever_the_data_is(value: float) -> None:
    busy = plot(lambda _: value, lambda _: (max(0.0, value - 0.2), min(1.0, value + 0.05)), steps=((4, "25 %"),))
    assert "25 %" in "".join(draw_plot(busy, WIDTH, ROWS + 2, 1.0).text()[1 : ROWS + 1])


# --- ends, scale and axis -----------------------------------------------------------------------------------------


def test_the_last_values_stand_on_the_row_of_their_lines() -> None:
    canvas = draw_plot(plot(lambda _: 0.1, lambda _: (0.8, 1.0)), WIDTH, ROWS + 2, 1.0)
    lines = canvas.text()
    assert lines[1].endswith("◆ 2.00 %")
    assert lines[ROWS].endswith("● 1.00 %")


@pytest.mark.parametrize(("level", "first"), [(0.6, "◆"), (0.51, "◆")])
@pytest.mark.parametrize("rows", [2, 4, 8])
def test_where_both_end_on_one_row_the_larger_stands_above(level: float, first: str, rows: int) -> None:
    near = plot(lambda _: 0.5, lambda _: (level, level))
    labels = [line[-8:] for line in draw_plot(near, WIDTH, rows + 2, 1.0).text()[1:-1]]
    marks = [label[0] for label in labels if label[:1] in "◆●" and label]
    assert marks == [first, "●"]


def test_the_scale_has_two_labels_only() -> None:
    lines = draw_plot(plot(lambda _: 0.004), WIDTH, 8, 0.02).text()
    labels = [line[: LEFT - 1].strip() for line in lines[1:-1]]
    assert [label for label in labels if label] == ["2 %", "0"]
    assert (labels[0], labels[-1]) == ("2 %", "0")


@pytest.mark.parametrize("hours", [0.2, 1, 3, 8, 24, 72, 24 * 14, 24 * 60])
def test_the_axis_has_times_that_do_not_touch_and_ends_in_now(hours: float) -> None:
    line = draw_plot(plot(lambda _: 0.1, hours=hours), WIDTH, ROWS + 2, 1.0).text()[-1]
    assert line.endswith(" now")
    assert cell_width(line) == LEFT + COLUMNS
    labels = [part for part in line.strip().removesuffix(" now").split("─") if part]
    assert 1 <= len(labels) <= 8
    assert all(":" in label or label.strip()[-3:].isalpha() for label in labels)


def test_eight_hours_are_labelled_every_two() -> None:
    line = draw_plot(plot(lambda _: 0.1), WIDTH, ROWS + 2, 1.0).text()[-1]
    assert [hour for hour in ("08:00", "10:00", "12:00") if hour in line] == ["08:00", "10:00", "12:00"]
    assert "07:00" not in line


@pytest.mark.parametrize("width", [0, 10, 20, 21, 25, 40])
@pytest.mark.parametrize("height", range(6))
def test_a_plot_without_room_is_a_title_and_never_an_error(width: int, height: int) -> None:
    canvas = draw_plot(samples.plots()[0], width, height)
    assert (canvas.width, canvas.height) == (width, height)


def test_the_title_gives_up_subtitle_and_legend_before_itself() -> None:
    shown = [draw_plot(samples.plots()[0], width, 5).text()[0] for width in (84, 66, 50, 30, 12)]
    assert "last 8 h, 1-hour average" in shown[0]
    assert "canary, 90 % range" in shown[0]
    assert all(line.startswith("Error rate") for line in shown)
    legends = ["production" in line for line in shown]
    assert legends == sorted(legends, reverse=True)


def test_without_a_canary_the_legend_has_one_line() -> None:
    assert "canary" not in draw_plot(plot(lambda _: 0.1), WIDTH, 6, 1.0).text()[0]


# --- nice maxima --------------------------------------------------------------------------------------------------


@settings(max_examples=examples(20), deadline=None)
@given(st.floats(1e-6, 0.9), st.integers(1, 20))
def test_the_scale_is_a_nice_number_that_holds_the_data_and_not_much_more(value: float, rows: int) -> None:
    top = nice_top(plot(lambda _: value), rows)
    assert value * 0.999 <= top <= max(1.5 * value, 1.51 * value) or top == 1.0
    mantissa = top / 10 ** math.floor(math.log10(top) + 1e-9)
    assert min(abs(mantissa - nice) for nice in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)) < 1e-6


@given(st.floats(0.1, 100_000))
def test_the_label_of_the_scale_fits_its_column(value: float) -> None:
    view = replace(plot(lambda _: value), unit="ms")
    assert cell_width(top_text(nice_top(view, 4), "ms")) <= LEFT - 1


@pytest.mark.parametrize(("value", "unit", "label"), [
    (0.025, "share", "2.5 %"), (1.0, "share", "100 %"), (10_000.0, "ms", "10 s"), (8.0, "usd", "$8"),
    (0.005, "usd", "$.005"), (150.0, "ms", ".15 s"), (25.0, "ms", "25 ms"),
    (0.0015, "share", ".15 %"), (1_500.0, "ms", "1.5 s"),
])  # fmt: skip
def test_the_scale_is_written_in_its_unit(value: float, unit: str, label: str) -> None:
    assert top_text(value, unit) == label


def test_without_data_the_scale_is_the_units_own() -> None:
    nothing = replace(plot(lambda _: None), points=())
    assert [nice_top(replace(nothing, unit=unit), 4) for unit in ("share", "ms", "usd")] == [0.01, 1_000.0, 1.0]  # type: ignore[arg-type]
    assert needed(nothing) == 0


def test_the_held_scale_grows_at_once_and_never_shrinks_early() -> None:
    now = START
    top = held_top(None, plot(lambda _: 0.1), 4, now)
    grown = held_top(top, plot(lambda _: 0.5), 4, now)
    assert grown.value >= 0.5 > top.value
    low = plot(lambda _: 0.1)
    waiting = grown
    for minute in range(10):
        waiting = held_top(waiting, low, 4, now + timedelta(minutes=minute))
        assert waiting.value == grown.value
    assert held_top(waiting, low, 4, now + timedelta(minutes=10)).value < grown.value


def test_one_busy_moment_starts_the_ten_minutes_again() -> None:
    now, high, low = START, plot(lambda _: 0.5), plot(lambda _: 0.1)
    top = held_top(None, high, 4, now)
    top = held_top(top, low, 4, now)
    top = held_top(top, high, 4, now + timedelta(minutes=9))
    assert top.low_since is None
    assert held_top(top, low, 4, now + timedelta(minutes=11)).value == top.value


@given(st.floats(0.601, 1.0))
def test_data_above_sixty_percent_keeps_the_scale_for_ever(share: float) -> None:
    before = Top(1.0, START)
    after = held_top(before, plot(lambda _: share), 4, START + timedelta(days=1))
    assert after == Top(1.0)


# --- twins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("worse", [False, True])
@pytest.mark.parametrize("height", [3, 6, 12])
def test_without_unicode_or_colour_the_plot_keeps_every_cell(worse: bool, height: int) -> None:
    canvas = draw_plot(samples.plots(worse)[0], WIDTH, height)
    for row in canvas.rows():
        assert len("".join(segment.text for segment in plain_ascii(row))) == WIDTH
        assert len("".join(segment.text for segment in without_colour(row))) == WIDTH


def test_without_colour_band_and_line_are_told_apart_by_shape() -> None:
    canvas = draw_plot(plot(lambda _: 0.1, lambda _: (0.5, 1.0)), WIDTH, 6, 1.0)
    shapes = ["".join(segment.text for segment in without_colour(row))[LEFT + 30] for row in canvas.rows()[1:-1]]
    assert shapes == ["░", "░", " ", "⠶"]
    plain = ["".join(segment.text for segment in plain_ascii(row))[LEFT + 30] for row in canvas.rows()[1:-1]]
    assert plain == [":", ":", " ", "*"]
