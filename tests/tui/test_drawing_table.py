"""The metric table and its meters: every column where the visual language puts it, at every width."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.text.safe import SafeText as S
from console.tui.drawing.canvas import Canvas, Paint
from console.tui.drawing.glyphs import STATES, plain_ascii, without_colour
from console.tui.drawing.ladder import draw_ladder
from console.tui.drawing.table import columns, draw_table, table_rows
from console.view.records import CanaryView, MetricView, State, StepView
from tests.effort import examples
from tests.tui import samples

LIVE = samples.canary()
BAD = samples.canary(State.REGRESSION)
WIDTHS = [*range(64, 81), 90, 99, 100, 101, 120, 139, 164]


def looks(canvas: Canvas, y: int) -> list[tuple[str, Paint]]:
    """Every cell of row `y` with its look."""
    return [(char, segment.paint) for segment in canvas.segments(y) for char in segment.text]


def row_of(view: CanaryView, label: str) -> int:
    return 2 + [metric.label for metric in view.metrics].index(label)


def end_of(line: str, text: str) -> int:
    """The column behind `text`."""
    assert text in line, (text, line)
    return line.index(text) + len(text)


def only(view: CanaryView = LIVE, **changes: object) -> CanaryView:
    """A canary whose one metric is the error rate, with `changes`."""
    return replace(view, metrics=(replace(LIVE.metrics[0], **changes),))  # type: ignore[arg-type]


# --- columns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_every_number_ends_at_its_column(width: int) -> None:
    at, lines = columns(width), draw_table(LIVE, width, 8).text()
    heading, requests, errors = lines[0], lines[1], lines[2]
    assert end_of(heading, "● production") == end_of(requests, "23,028") == end_of(errors, "0.94 %") == at.production
    assert end_of(heading, "◆ canary") == end_of(requests, "1,212") == end_of(errors, "1.07 %") == at.canary
    assert end_of(heading, "change") == end_of(errors, "+0.13 pt") == at.change
    assert end_of(heading, "to decide") == end_of(errors, "1,400 more") == width
    if at.limit:
        assert end_of(heading, "limit") == end_of(errors, "0.19") == at.limit
    else:
        assert "≤" not in "".join(lines)


@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 76])
def test_the_signs_of_all_limits_stand_under_each_other(width: int) -> None:
    found = {line.index("≤") for line in draw_table(LIVE, width, 8).text() if "≤" in line}
    assert found == {columns(width).limit - 6}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_meter_is_odd_wide_and_has_its_middle(width: int) -> None:
    at = columns(width)
    assert at.meter_width % 2 == 1
    assert at.meter + at.meter_width <= width - len("■ regression") - 1
    cells = looks(draw_table(LIVE, width, 8), row_of(LIVE, "error rate"))
    middle = at.meter + at.meter_width // 2
    assert cells[middle] == ("┼", Paint("muted", "bg"))
    assert {char for char, _ in cells[at.meter : middle]} == {"─"}


@pytest.mark.parametrize("width", range(26, 165))
def test_no_two_columns_touch_at_any_width(width: int) -> None:
    at = columns(width)
    edges = [edge for edge in (at.production, at.canary, at.change, at.limit) if edge]
    assert edges == sorted(edges)
    assert all(later - before >= 7 for before, later in pairwise(edges))
    if at.meter_width:
        assert at.meter > edges[-1]


@pytest.mark.parametrize(
    ("width", "gone"),
    [(75, "limit"), (63, "regression"), (52, "change"), (43, "◆ canary"), (25, "to decide")],
)
def test_columns_go_one_after_the_other_as_the_pane_narrows(width: int, gone: str) -> None:
    assert gone in draw_table(LIVE, width + 1, 8).text()[0] or gone == "regression"
    assert gone not in draw_table(LIVE, width, 8).text()[0]


def test_words_are_the_last_to_go() -> None:
    assert "✓ pass" in "\n".join(draw_table(LIVE, 30, 8).text())
    assert "n = 23,028 and 1,212" in draw_table(LIVE, 40, 8).text()[1]


# --- meters -------------------------------------------------------------------------------------------------------


def meter(view: CanaryView, width: int = 100) -> str:
    at = columns(width)
    return draw_table(view, width, 3).text()[2].ljust(width)[at.meter : at.meter + at.meter_width]


@pytest.mark.parametrize("value", [-7.0, -1.0, -0.5, -0.001, 0.0, 0.001, 0.5, 1.0, 7.0])
def test_the_head_stands_where_the_evidence_is(value: float) -> None:
    shown = meter(only(meter=value))
    half = len(shown) // 2
    assert len(shown) == columns(100).meter_width
    expected = half + round(max(-1, min(1, value)) * half)
    assert shown.index("●") == expected
    assert shown.count("●") == 1
    if value in (-1.0, 1.0):
        assert expected in (0, len(shown) - 1)


@pytest.mark.parametrize("value", [-1.0, -0.6, 0.6, 1.0])
def test_the_fill_goes_from_the_middle_to_the_head(value: float) -> None:
    shown = meter(only(meter=value))
    half, head = len(shown) // 2, shown.index("●")
    low, high = sorted((half, head))
    assert set(shown[low + 1 : high]) <= {"━"}
    assert set(shown[:low] + shown[high + 1 :]) <= {"─"}


@pytest.mark.parametrize(("decided", "colour"), [("pass", "green"), ("regression", "red")])
@pytest.mark.parametrize("value", [-0.8, 0.0, 0.3, 1.0])
def test_a_latched_meter_is_solid_to_its_end_and_does_not_move(decided: str, colour: str, value: float) -> None:
    at = columns(100)
    cells = looks(draw_table(only(meter=value, decided=decided), 100, 3), 2)[at.meter : at.meter + at.meter_width]
    half = at.meter_width // 2
    filled = cells[half + 1 :] if decided == "pass" else cells[:half]
    other = cells[:half] if decided == "pass" else cells[half + 1 :]
    assert set(filled) == {("━", Paint(colour, "bg"))}
    assert set(other) == {("─", Paint("track", "bg"))}
    assert "●" not in "".join(char for char, _ in cells)


@settings(max_examples=examples(20), deadline=None)
@given(st.floats(-1.5, 1.5), st.sampled_from(WIDTHS))
def test_a_meter_is_never_coloured_before_a_decision(value: float, width: int) -> None:
    at = columns(width)
    cells = looks(draw_table(only(meter=value), width, 3), 2)[at.meter : at.meter + at.meter_width]
    assert {look.fg for _, look in cells} <= {"track", "muted", "fg", "strong"}


def test_more_evidence_never_moves_the_head_back() -> None:
    heads = [meter(only(meter=step / 50)).index("●") for step in range(-50, 51)]
    assert heads == sorted(heads)
    assert heads[0] == 0
    assert heads[-1] == columns(100).meter_width - 1


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [64, 76, 80, 100])
@pytest.mark.parametrize("word", ["1,400 more", "12,000 more", "420 ratings", "out of reach", "undecided"])
def test_what_is_missing_is_never_cut(width: int, word: str) -> None:
    assert draw_table(only(to_decide=S(word)), width, 3).text()[2].endswith(word)


@pytest.mark.parametrize("width", [64, 76, 80, 100])
def test_a_decision_is_glyph_and_word(width: int) -> None:
    assert draw_table(only(decided="pass"), width, 3).text()[2].endswith("✓ pass")
    assert draw_table(only(decided="regression"), width, 3).text()[2].endswith("■ regression")


def test_names_values_and_limits_stay_neutral_until_decided() -> None:
    view = only(meter=-0.97, inside=False)
    canvas = draw_table(view, 100, 3)
    assert "> 0.19" in canvas.text()[2].replace("  ", " ")
    assert {look.fg for char, look in looks(canvas, 2) if char.strip()} <= {"fg", "strong", "muted", "track"}


def test_a_row_without_data_is_grey_from_end_to_end() -> None:
    canvas = draw_table(replace(LIVE, metrics=(samples.UNMEASURED,)), 100, 3)
    assert {look.fg for char, look in looks(canvas, 2) if char.strip()} == {"muted", "rule"}
    assert "┼" not in canvas.text()[2]
    assert canvas.text()[2].count("–") == 3


def test_rows_keep_their_order_whatever_the_values() -> None:
    shuffled = replace(LIVE, metrics=tuple(replace(m, meter=-1.0 + i / 3) for i, m in enumerate(LIVE.metrics)))
    names = [line.split("  ")[0] for line in draw_table(shuffled, 100, 8).text()[2:]]
    assert names == [metric.label for metric in LIVE.metrics]


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(WIDTHS))
def test_any_number_of_requests_keeps_the_columns(production: int, canary: int, width: int) -> None:
    view = replace(LIVE, production_requests=production, canary_requests=canary, split=S(""))
    before, after = draw_table(LIVE, width, 8).text(), draw_table(view, width, 8).text()
    assert before[0] == after[0]
    assert before[2:] == after[2:]


@pytest.mark.parametrize("fold", [0, 1, 2])
@pytest.mark.parametrize("minors", range(4))
def test_folded_metrics_are_named_on_one_line_and_counted_right(fold: int, minors: int) -> None:
    metrics = tuple(replace(m, minor=i < minors) for i, m in enumerate(LIVE.metrics))
    view = replace(LIVE, metrics=metrics)
    rows = table_rows(view, fold)
    text = "\n".join(draw_table(view, 120, rows, fold).text())
    assert all(metric.label in text for metric in metrics)
    assert "more metric" not in text


@given(st.integers(0, 10))
def test_metrics_shown_and_counted_are_together_all_of_them(rows: int) -> None:
    lines = draw_table(LIVE, 100, rows).text()
    shown = sum(any(line.startswith(m.label) for line in lines) for m in LIVE.metrics)
    counted = next((int(line.split()[1]) for line in lines if "more metric" in line), 0)
    if rows > 2:
        assert shown + counted == len(LIVE.metrics)


def test_a_decided_minor_metric_has_its_own_row() -> None:
    bad = replace(BAD.metrics[0], minor=True)
    view = replace(BAD, metrics=(bad, *BAD.metrics[1:]))
    assert table_rows(view, 2) == 2 + len(view.metrics)
    assert draw_table(view, 100, 8, fold=1).text()[2].endswith("■ regression")


# --- the ladder ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "glyph"),
    [(0, "▂"), (1, "▂"), (5, "▂"), (16.6, "▂"), (17, "▃"), (25, "▃"), (34, "▄"), (50, "▅"), (67, "▆"), (84, "▇"),
     (99.9, "▇"), (100, "█"), (250, "█")],
)  # fmt: skip
def test_the_height_of_a_segment_is_its_share(share: float, glyph: str) -> None:
    line = draw_ladder((StepView(share, "todo"),), State.WATCHING, 10).text()[0]
    assert line == glyph * 10


@pytest.mark.parametrize("width", range(8, 130, 7))
@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_segments_fill_the_width_with_one_gap_between(width: int, count: int) -> None:
    steps = tuple(StepView(100 * (n + 1) / count, "todo") for n in range(count))
    line = draw_ladder(steps, State.WATCHING, width).text()[0]
    if width < 2 * count:
        assert line == ""
        return
    parts = line.split(" ")
    assert len(line) == width
    assert len(parts) == count
    assert len({len(part) for part in parts[:-1]}) <= 1
    assert len(parts[-1]) >= len(parts[0])


@pytest.mark.parametrize("progress", [0.0, 0.01, 0.5, 0.99, 1.0, 2.0, -1.0])
def test_the_current_segment_is_filled_as_far_as_it_has_come(progress: float) -> None:
    canvas = draw_ladder((StepView(100, "current", progress),), State.WATCHING, 50)
    done = sum(look.fg == "canary" for _, look in looks(canvas, 0))
    assert done == int(50 * max(0, min(1, progress)))


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 160])
@pytest.mark.parametrize("state", [State.WATCHING, State.HELD, State.REGRESSION])
def test_labels_stay_under_their_segments(width: int, state: State) -> None:
    canvas = draw_ladder(samples.STEPS_AT_25, state, width)
    segments, labels = (line.ljust(width) for line in canvas.text())
    for x in range(1, width):
        if segments[x] == " " and x < len(segments.rstrip()):
            assert labels[x] == " ", labels


@pytest.mark.parametrize(
    ("state", "mark"), [(State.WATCHING, "◆"), (State.PASS, "◆"), (State.HELD, "‖"), (State.REGRESSION, "■")]
)
def test_exactly_one_step_is_marked_as_current(state: State, mark: str) -> None:
    line = draw_ladder(samples.STEPS_AT_25, state, 100).text()[1]
    assert [char for char in line if char in "◆‖■"] == [mark]
    assert line.count("✓") == 1


def test_a_note_is_shortened_before_it_is_left_out() -> None:
    notes = [draw_ladder(samples.STEPS, State.WATCHING, width).text()[1] for width in (160, 80, 40)]
    assert "◆ 5 %  5 h 32 min of 12 h" in notes[0]
    assert "25 %  in ≈ 6 h: 1,400 requests" in notes[0]
    assert "◆ 5 %  5 h of 12 h " in notes[1]  # how long a step takes says more than minutes
    assert "32 min" not in notes[1]
    assert "25 %  in ≈ 6 h " in notes[1]
    assert "min" not in notes[2]


def test_without_labels_the_ladder_is_one_row_and_without_steps_none() -> None:
    assert draw_ladder(samples.STEPS, State.WATCHING, 80, rows=1).height == 1
    assert draw_ladder((), State.WATCHING, 80).height == 0


# --- twins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("width", [64, 80, 116])
def test_the_twins_without_unicode_and_without_colour_have_the_same_cells(state: State, width: int) -> None:
    view = samples.canary(state)
    canvas = draw_table(view, width, 8)
    for row in canvas.rows():
        plain = "".join(segment.text for segment in plain_ascii(row))
        assert plain.isascii()
        assert len(plain) == width
        assert sum(len(segment.text) for segment in without_colour(row)) == width


def test_in_ascii_every_state_is_still_told_by_its_word() -> None:
    words = {state.value for state in STATES}
    assert len(words) == len(STATES)
    row = plain_ascii(draw_table(BAD, 80, 8).segments(2))
    assert "".join(segment.text for segment in row).endswith("# regression")


def test_a_metric_with_nothing_at_all_is_a_row_of_dashes() -> None:
    nothing = MetricView("x", "x", S(""), S(""))
    assert draw_table(replace(LIVE, metrics=(nothing,)), 80, 3).text()[2].split()[:4] == ["x", "–", "–", "–"]
