from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from console.text.safe import SafeText as S
from console.text.safe import safe
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.comparer import draw_comparison, scroll_limit
from console.tui.drawing.dialog import draw_plan, draw_title
from console.tui.drawing.empty import draw_empty, draw_invitation, draw_next
from console.tui.drawing.frame import Hint, draw_footer, draw_header, draw_strip, draw_tabs, frame, tab_at
from console.tui.drawing.ladder import draw_ladder
from console.tui.drawing.live import draw_live, plan, plot_rows
from console.tui.drawing.plot import draw_plot
from console.tui.drawing.registry import draw_registry, pins_text, route_at
from console.tui.drawing.scale import Top, held_top, nice_top, top_text
from console.tui.drawing.screen import tabs_note
from console.tui.drawing.table import columns, draw_table, table_rows
from console.tui.drawing.timeline import draw_timeline
from console.tui.drawing.verdict import draw_banner, draw_verdict
from console.view.comparison import AnswerView, ComparisonView, Run
from console.view.records import CanaryView, PinView, PlotView, PointView, RetirementView, RouteView, State, StepView
from tests.effort import examples
from tests.tui import samples

FLEET = samples.fleet()
LIVE = FLEET.canaries[0]
BAD = samples.canary(State.REGRESSION)
HINTS = [Hint(*text.split(" ", 1)) for text in ("r roll back", "+ to 25 %", "p promote", "% set share", "u undo")]
PINNED = [Hint("?", "help"), Hint("^p", "palette"), Hint("q", "quit")]


def styles_of(canvas: Canvas, text: str) -> set[str]:
    """The colours of the runs that contain `text`."""
    return {segment.paint.fg for row in canvas.rows() for segment in row if text in segment.text}


def backgrounds(canvas: Canvas) -> set[str]:
    return {segment.paint.bg for row in canvas.rows() for segment in row}


# --- frame --------------------------------------------------------------------------------------------------------


def test_the_header_says_less_when_narrow_and_the_log_goes_first() -> None:
    assert draw_header(FLEET, 120).text() == [
        "  console   registry.toml  requests.db                                     "
        "▶ guard watching   data 2 s old   14:32 UTC"
    ]
    assert draw_header(FLEET, 80).text() == [
        "  console  registry.toml                    ▶ guard watching   2 s old   14:32"
    ]
    assert draw_header(FLEET, 40).text() == ["  console             ▶ guard watching"]


def test_the_header_warns_of_old_data_read_only_and_an_override() -> None:
    view = replace(FLEET, read_only=True, data_age_s=300.0)
    header = draw_header(view, 150, S("LLM_MODEL forces gpt-5.5"))
    assert "READ-ONLY   ▶ guard watching   LLM_MODEL forces gpt-5.5   data 5 min old" in header.text()[0]
    assert styles_of(header, "data 5 min old") == {"amber"}
    assert styles_of(header, "READ-ONLY") == {"amber"}


def test_a_header_without_data_says_so() -> None:
    assert "no data yet" in draw_header(replace(FLEET, data_age_s=None), 120).text()[0]


def test_the_footer_drops_keys_from_the_right_and_keeps_help_and_quit() -> None:
    assert draw_footer(120, HINTS, PINNED).text()[0].endswith("? help   ^p palette   q quit")
    narrow = draw_footer(60, HINTS, PINNED).text()[0]
    assert narrow == "  r roll back   + to 25 %   p promote      ? help   q quit"
    assert draw_footer(20, HINTS, PINNED).text() == ["  r roll back"]


def test_the_strip_of_the_focused_pane_is_raised_and_marked() -> None:
    focused, idle = (draw_strip(84, 2, "support", "2 s ago", focused) for focused in (True, False))
    assert focused.text() == ["▌ 2 Live canary  support                                                   2 s ago"]
    assert idle.text() == [" " + focused.text()[0][1:]]
    assert backgrounds(focused) == {"raised"}
    assert backgrounds(idle) == {"side"}


def test_tabs_stand_still_and_answer_clicks() -> None:
    assert draw_tabs(80, 2, "support · 2 s ago").text() == [
        "  1 Registry    2 Live canary    3 Comparer                  support · 2 s ago"
    ]
    assert draw_tabs(30, 2).text() == ["  1    2 Live canary    3"]
    hits = [tab_at(80, 2, x) for x in range(80)]
    assert [hits.index(number) for number in (1, 2, 3)] == [1, 15, 32]
    assert tab_at(80, 2, 79) == 0


def test_the_tab_row_says_when_production_ends_soon_and_else_how_old_the_data_is() -> None:
    fleet, view = samples.fleet(), samples.fleet().canaries[0]
    assert tabs_note(fleet, view) == ("support · ◕ retires in 7 days", "amber")
    assert draw_tabs(80, 2, *tabs_note(fleet, view)).text()[0].endswith("3 Comparer      support · ◕ retires in 7 days")
    text, style = tabs_note(fleet, replace(view, stale=True))  # old data is the more urgent news
    assert (text.startswith("support · "), "retires" in text, style) == (True, False, "amber")
    later = replace(fleet.routes[0].pins[0], clock_tone="plain")
    calm = replace(fleet, routes=(replace(fleet.routes[0], pins=(later,)), *fleet.routes[1:]))
    text, style = tabs_note(calm, view)
    assert (text.startswith("support · "), "retires" in text, style) == (True, False, "muted")
    assert tabs_note(fleet, None) == ("", "muted")


@pytest.mark.parametrize(
    ("width", "height", "layout", "registry"),
    [
        (160, 44, "wide", 57),
        (200, 43, "panes", 36),
        (118, 34, "panes", 36),
        (117, 34, "tabs", 117),
        (80, 24, "tabs", 80),
    ],
)
def test_the_layout_depends_on_the_size_only(width: int, height: int, layout: str, registry: int) -> None:
    shape = frame(width, height)
    assert (shape.layout, shape.registry_width) == (layout, registry)


def test_the_smallest_screens_have_room_for_the_verdict_only() -> None:
    assert frame(20, 5).bare
    assert not frame(80, 24).bare


# --- registry -----------------------------------------------------------------------------------------------------


def test_the_registry_at_120_by_36() -> None:
    lines = draw_registry(FLEET, 36, 33).text()
    assert lines[1:13] == [
        "▎  support              ◐ watching",
        "▎  Replies to customer e-mail",
        "▎",
        "▎  ● production               95 %",
        "▎    claude-sonnet-4-5-20250929",
        "▎    ◕ retires in 7 days · 30 Nov",
        "▎    → claude-sonnet-5-5",
        "▎      ladder 3 d, 4 to spare",
        "▎",
        "▎  ◆ canary                    5 %",
        "▎    claude-sonnet-5-5",
        "▎",
    ]
    assert lines[27:31] == [
        "   Retirements        next 60 days",
        "      30 Nov             14 Jan",
        "   ├───●──────────────────────●───",
        "   today support         summarise",
    ]


def test_a_wide_registry_has_ids_beside_their_tier_reasons_and_changes() -> None:
    lines = draw_registry(FLEET, 57, 47).text()
    assert lines[4] == "▎  ● production     claude-sonnet-4-5-20250929     95 %"
    assert lines[5] == "▎    ◕ retires in 7 days · 30 Nov → claude-sonnet-5-5"
    assert lines[6] == "▎      the ladder still needs 3 days: 4 to spare"
    assert lines[7] == "▎    pinned 15 May by olga: 214 cases, no differences"
    assert "   09:00     support canary 0 → 5 %                olga" in lines
    assert "   20 Nov    support canary claude-sonnet-5-5      olga" in lines


def test_a_registry_in_a_tab_has_no_blank_rows_between_pins() -> None:
    lines = draw_registry(FLEET, 80, 21, bg="bg", details=False).text()
    assert lines[1:8] == [
        "▎  support                                                          ◐ watching",
        "▎  Replies to customer e-mail",
        "▎  ● production     claude-sonnet-4-5-20250929                            95 %",
        "▎    ◕ retires in 7 days · 30 Nov → claude-sonnet-5-5",
        "▎      the ladder still needs 3 days: 4 to spare",
        "▎  ◆ canary         claude-sonnet-5-5                                      5 %",
        "▎  ○ fallback       claude-haiku-4-5-20251001",
    ]
    assert "   Retirements                                                    next 60 days" in lines


def test_a_clock_is_amber_when_near_grey_when_far() -> None:
    canvas = draw_registry(FLEET, 36, 33)
    assert styles_of(canvas, "retires in 7 days") == {"amber"}
    assert styles_of(canvas, "retires in 52 days") == {"muted"}


def test_the_ladder_has_the_colour_of_its_clock_and_says_it_short_where_room_is_short() -> None:
    narrow, wide = draw_registry(FLEET, 36, 33), draw_registry(FLEET, 80, 40)
    assert styles_of(narrow, "ladder 3 d, 4 to spare") == {"amber"}
    assert styles_of(narrow, "start by 11 Jan") == {"muted"}
    assert styles_of(wide, "the ladder still needs 3 days") == {"amber"}
    assert styles_of(wide, "the ladder needs 3 days: start by 11 Jan") == {"muted"}


def test_a_ladder_that_asks_for_nobody_makes_room_first() -> None:
    short = "\n".join(draw_registry(FLEET, 80, 16, bg="bg", details=False).text())
    assert "the ladder still needs 3 days" in short
    assert "start by 11 Jan" not in short


def test_an_id_with_traffic_is_stronger_than_one_without() -> None:
    canvas = draw_registry(FLEET, 36, 33)
    assert styles_of(canvas, "claude-sonnet-4-5-20250929") == {"strong"}
    assert styles_of(canvas, "claude-haiku-4-5-20251001") == {"fg"}


def test_a_warning_about_an_id_is_never_left_out() -> None:
    support = FLEET.routes[0]
    alias = replace(support.pins[0], note=S("alias: may move"), note_tone="waiting")
    view = replace(FLEET, routes=(replace(support, pins=(alias,)),))
    for size in ((36, 33), (57, 47), (80, 12)):
        assert any("▲ alias: may move" in line for line in draw_registry(view, *size).text())


def test_the_selected_route_is_in_sight_in_a_registry_taller_than_the_pane() -> None:
    routes = tuple(replace(FLEET.routes[1], name=S(f"route-{number}")) for number in range(12))
    view = replace(FLEET, routes=routes)
    for selected in range(12):
        lines = draw_registry(view, 36, 20, selected).text()
        assert any(line.startswith(f"▎  route-{selected} ") for line in lines)
        assert any("more line" in line for line in lines)


def test_a_click_finds_the_route_under_it() -> None:
    lines = draw_registry(FLEET, 36, 33).text()
    support, summarise = (next(y for y, line in enumerate(lines) if name in line) for name in ("support", "summarise"))
    assert route_at(FLEET, 36, 33, 0, support) == 0
    assert route_at(FLEET, 36, 33, 0, summarise + 2) == 1
    assert route_at(FLEET, 36, 33, 0, 32) is None


def test_the_strip_counts_routes_and_pins() -> None:
    assert pins_text(FLEET) == "2 routes · 5 pins"


def test_a_long_reason_takes_two_lines_where_there_is_room() -> None:
    support = FLEET.routes[0]
    pin = replace(support.pins[0], why=S("pinned 15 May by platform team: 214 regression cases, no differences at all"))
    view = replace(FLEET, routes=(replace(support, pins=(pin,)),))
    text = "\n".join(draw_registry(view, 57, 40).text())
    assert "regression\n" in text
    assert "▎    cases, no differences at all" in text


def test_an_empty_registry_says_so() -> None:
    view = replace(FLEET, routes=(), canaries=(), retirements=(), changes=())
    assert "no routes in this registry" in "\n".join(draw_registry(view, 36, 20).text())


def test_retirements_too_close_for_two_labels_are_counted() -> None:
    today = samples.NOW.date()
    events = [RetirementView(today + timedelta(days=20 + n), S(f"route-{n}"), S("m"), "waiting") for n in range(3)]
    lines = draw_timeline(events, today, 36).text()
    assert "route-0 +2" in lines[3]
    assert "route-1" not in lines[3]
    assert lines[2].count("●") >= 2


def test_dates_beyond_the_time_line_are_named_in_its_heading() -> None:
    today = samples.NOW.date()
    far = [RetirementView(today + timedelta(days=111), S("support"), S("m"), "none")]
    lines = draw_timeline(far, today, 36).text()
    assert lines[0].endswith("next 14 Mar")
    assert "●" not in lines[2]


# --- verdict and ladder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_glyph_word_and_sentence(state: State) -> None:
    line = draw_verdict(state, samples.SENTENCES[state], 100).text()[0]
    assert line[0] not in " ?"
    assert line[2:].startswith(f"{state.value.upper()}  {samples.SENTENCES[state]}")


def test_a_long_sentence_breaks_at_its_dot_and_hangs() -> None:
    assert draw_verdict(State.WATCHING, samples.SENTENCES[State.WATCHING], 60).text() == [
        "◐ WATCHING  no regression so far",
        "            about 1,400 more canary requests, ≈ 6 h",
    ]


def test_a_clause_moves_to_the_next_row_as_a_whole() -> None:
    assert draw_verdict(State.WARMING_UP, samples.SENTENCES[State.WARMING_UP], 79).text() == [
        "◔ WARMING UP  41 of 100 canary requests judged, ≈ 12 min to go",
        "              regressions already show",
    ]


def test_a_number_is_never_parted_from_its_unit() -> None:
    for width in range(20, 90):
        for state in State:
            text = "\n".join(draw_verdict(state, samples.SENTENCES[state], width).text())
            assert not re.search(r"\d\n *(%|h|min|points)\b|[≈=]\n *\d", text)


def test_the_banner_fills_the_pane_and_nothing_else_is_red_filled() -> None:
    banner = draw_banner(BAD, 84, 2, 1)
    assert banner.text() == [
        "",
        "  ■ REGRESSION   error rate 3.4 % against 1.0 %: +2.4 points, limit 0.2, n = 2,081",
        "    in 8 s       guard rolls back 25 % → 0 %; 3,104 users return to production",
        "",
    ]
    assert backgrounds(banner) == {"redfill"}
    for state in State:
        if state is not State.REGRESSION:
            assert "redfill" not in backgrounds(draw_live(samples.canary(state), 84, 24))


def test_the_banner_takes_two_rows_in_a_tab() -> None:
    lines = draw_live(BAD, 80, 21, margin=1).text()
    assert lines[0] == " ■ REGRESSION   error rate 3.4 % against 1.0 %: +2.4 pt, limit 0.2, n = 2,081"
    assert lines[1] == "   in 8 s       guard rolls back 25 % → 0 %; 3,104 users return to production"


def test_the_ladder_rises_with_the_share_and_fills_with_progress() -> None:
    canvas = draw_ladder(samples.STEPS_AT_25, State.WATCHING, 80)
    assert canvas.text() == [
        "▂" * 19 + " " + "▃" * 19 + " " + "▅" * 19 + " " + "█" * 20,
        "✓ 5 %               ◆ 25 %  1 h 02 min  50 %                100 %",
    ]
    fills = [(segment.text, segment.paint.fg) for segment in canvas.segments(0) if segment.text.strip()]
    assert fills[1] == ("▃" * 10, "canary")
    assert fills[2] == ("▃" * 9, "rule")


@pytest.mark.parametrize(("state", "glyph", "colour"), [(State.REGRESSION, "■", "red"), (State.HELD, "‖", "amber")])
def test_a_stopped_or_held_step_says_so(state: State, glyph: str, colour: str) -> None:
    canvas = draw_ladder(samples.STEPS_AT_25, state, 80)
    assert f"{glyph} 25 %" in canvas.text()[1]
    assert styles_of(canvas, glyph) == {colour}


@pytest.mark.parametrize(
    ("width", "note"),
    [(120, "5 h 32 min of 1 d"), (80, "5 h of 1 d"), (48, "")],
)
def test_how_long_a_step_takes_is_said_before_its_minutes(width: int, note: str) -> None:
    steps = (StepView(5, "current", 0.2, S("5 h 32 min of 1 d")), *(StepView(share, "todo") for share in (25, 50, 100)))
    label = draw_ladder(steps, State.WATCHING, width).text()[1]
    assert label.split("25 %")[0].strip() == f"◆ 5 %  {note}".strip()


def test_progress_that_is_no_number_fills_nothing() -> None:
    canvas = draw_ladder((StepView(5, "current", math.nan), StepView(50, "todo")), State.WATCHING, 40)
    assert "canary" not in {segment.paint.fg for segment in canvas.segments(0)}


# --- table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "said"), [(44, "rollout"), (80, "rollout"), (119, "rollout"), (120, "whole rollout")]
)
def test_the_table_says_that_it_counts_the_whole_rollout(width: int, said: str) -> None:
    heading = draw_table(LIVE, width, 8).text()[0]
    assert heading.partition("●")[0].strip() == said
    alone = replace(LIVE, state=State.NO_CANARY)
    assert draw_table(alone, width, 8).text()[0].strip().startswith("● production")


def test_a_narrow_plot_says_that_it_is_an_average_before_how_long_it_is() -> None:
    wide, narrow = (draw_plot(LIVE.plots[0], width, 8).text()[0] for width in (78, 66))
    assert "Error rate  last 8 h, 1-hour average" in wide
    assert "Error rate  1-hour average" in narrow


def test_the_table_at_80_columns_inside() -> None:
    assert draw_table(LIVE, 80, 8).text() == [
        "rollout   ● production ◆ canary   change  limit  regression   pass     to decide",
        "requests        23,028    1,212    split as set",
        "error rate      0.94 %   1.07 % +0.13 pt ≤ 0.19  ────────┼━━●─────    1,400 more",
        "latency p50     1.92 s   1.71 s    ×0.89 ≤ 1.10  ────────┼━━━━━━━━        ✓ pass",
        "latency p95     6.40 s   6.02 s    ×0.94 ≤ 1.20  ────────┼━━━━━━━━        ✓ pass",
        "cost per 1k      $4.12    $5.19    ×1.26 ≤ 1.40  ────────┼━━━━━●──      350 more",
        "dissatisfied    14.8 %   13.9 %  −0.9 pt ≤  1.0  ────────┼━━━●────   420 ratings",
        "flagged              –        –        –         ─────────────────       no data",
    ]


@pytest.mark.parametrize(
    ("width", "production", "canary", "change", "limit", "meter"),
    [
        (64, 21, 30, 39, 0, 42),
        (75, 21, 30, 39, 0, 42),
        (76, 21, 30, 39, 46, 48),
        (79, 21, 30, 39, 46, 48),
        (80, 22, 31, 40, 47, 49),
        (97, 22, 31, 40, 47, 49),
        (98, 22, 31, 40, 47, 67),
        (119, 22, 31, 40, 47, 67),
        (120, 32, 45, 58, 67, 87),
        (139, 32, 45, 58, 67, 87),
    ],
)
def test_columns_are_fixed_by_the_width(
    width: int, production: int, canary: int, change: int, limit: int, meter: int
) -> None:
    at = columns(width)
    assert (at.production, at.canary, at.change, at.limit, at.meter) == (production, canary, change, limit, meter)
    assert at.meter_width % 2 == 1
    assert at.meter + at.meter_width <= width - 12


def test_columns_do_not_move_with_the_values() -> None:
    edges = []
    for view in (LIVE, BAD):
        lines = draw_table(view, 80, 8).text()
        edges.append([line.rstrip().rindex("┼") if "┼" in line else None for line in lines])
    assert edges[0] == edges[1]


def test_only_the_deciding_row_is_red_and_its_sign_turns() -> None:
    canvas = draw_table(BAD, 80, 8)
    red = [y for y in range(8) if any(segment.paint.fg == "red" for segment in canvas.segments(y))]
    assert red == [2]
    assert "+2.4 pt >  0.2  ━━━━━━━━┼────────  ■ regression" in canvas.text()[2]


def test_no_data_is_grey_and_never_green() -> None:
    canvas = draw_table(LIVE, 80, 8)
    assert {segment.paint.fg for segment in canvas.segments(7) if segment.text.strip()} == {"muted", "rule"}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, 0.0, 5.0, -5.0])
def test_a_meter_takes_any_number(value: float | None) -> None:
    row = replace(LIVE.metrics[0], meter=value)
    line = draw_table(replace(LIVE, metrics=(row,)), 80, 3).text()[2]
    meter = line[49:66]
    assert len(meter) == 17
    assert meter.count("●") == (0 if value is None or not math.isfinite(value) else 1)
    if value == 5.0:
        assert meter == "────────┼━━━━━━━●"
    if value == -5.0:
        assert meter == "●━━━━━━━┼────────"


def test_a_long_name_never_touches_its_value() -> None:
    row = replace(LIVE.metrics[0], label="first token p50", production=S("693 ms"))
    strange = replace(row, label="a metric with a very long name")
    for width, name in ((78, "1st token p50  693 ms"), (120, "first token p50           693 ms")):
        lines = draw_table(replace(LIVE, metrics=(row, strange)), width, 4).text()
        assert lines[2].startswith(name)
        assert " 693 ms" in lines[3]


def test_a_wrong_split_is_amber_and_pushes_nothing() -> None:
    canvas = draw_table(samples.canary(State.SUSPECT), 80, 8)
    assert styles_of(canvas, "split 7.1 %, set 5 %") == {"amber"}
    assert canvas.text()[1].startswith("requests        23,028    1,212  split 7.1 %, set 5 %")


def test_minor_metrics_share_a_line_until_one_of_them_decides() -> None:
    minor = [replace(LIVE.metrics[0], name=name, label=name, minor=True) for name in ("refusals", "empty")]
    quiet = replace(LIVE, metrics=(LIVE.metrics[0], *minor))
    assert draw_table(quiet, 80, table_rows(quiet, 1), fold=1).text()[-1] == "also judged: refusals, empty"
    loud = replace(LIVE, metrics=(LIVE.metrics[0], minor[0], replace(minor[1], decided="regression")))
    rows = draw_table(loud, 80, table_rows(loud, 1), fold=1).text()
    assert rows[-1] == "also judged: refusals"
    assert rows[-2].startswith("empty")


def test_metrics_without_data_fold_into_one_line_when_rows_are_short() -> None:
    view = replace(LIVE, metrics=(*LIVE.metrics, replace(samples.UNMEASURED, label="truncated")))
    assert draw_table(view, 80, 8, fold=2).text()[-1] == "not measured: flagged, truncated"


def test_metrics_without_a_row_are_counted() -> None:
    assert draw_table(LIVE, 80, 5).text()[-1] == "↓ 4 more metrics"


def test_without_a_canary_the_table_has_one_side_only() -> None:
    lines = draw_table(replace(LIVE, state=State.NO_CANARY), 80, 8).text()
    assert lines[0] == "          ● production"
    assert lines[2] == "error rate      0.94 %"


# --- the live pane ------------------------------------------------------------------------------------------------


def test_the_blocks_of_the_live_pane_at_120_by_36() -> None:
    lines = draw_live(LIVE, 84, 24).text()
    starts = {y: line.strip()[:12] for y, line in enumerate(lines) if line.strip()}
    assert starts[1].startswith("◐ WATCHING")
    assert starts[2].startswith("costs $1.07")
    assert starts[5].startswith("◆ 5 %")
    assert starts[7].startswith("rollout   ●")
    assert starts[14].startswith("flagged")
    assert starts[16].startswith("Error rate")
    assert [y for y in range(24) if y not in starts] == [0, 3, 6, 15]
    assert lines[23].endswith("now")


def test_under_a_hold_the_line_beside_the_verdict_stands_at_every_height() -> None:
    view = replace(LIVE, state=State.HELD, second=S("press e to resume at 25 % · what is less urgent · and the rest"))
    for height in (22, 21, 12):
        assert "          press e to resume at 25 % · what is less urgent" in draw_live(view, 62, height).text()[:5]


@pytest.mark.parametrize("state", [State.WATCHING, State.PASS, State.WARMING_UP])
def test_what_stands_beside_a_verdict_is_muted_and_needs_a_high_pane(state: State) -> None:
    view = replace(LIVE, state=state)
    high, low = draw_live(view, 98, 22), draw_live(view, 98, 21)
    assert {segment.paint.fg for segment in high.segments(2) if segment.text.strip()} == {"muted"}
    assert not any("costs $1.07" in line for line in low.text())


def test_a_second_line_too_long_loses_its_last_parts_and_is_not_cut() -> None:
    second = S("alpha is 0.05, this rollout keeps 0.01 · saves $1.20 per 1,000 requests (28 %), so far")
    view = replace(LIVE, sentence=S("no regression"), second=second)
    said = [draw_live(view, width, 24).text()[2].strip() for width in (120, 90, 50)]
    assert said == [second, "alpha is 0.05, this rollout keeps 0.01", "alpha is 0.05"]


def test_an_interval_stands_beside_its_change_where_there_is_room() -> None:
    row = "+0.13 pt ≤ 0.19   −0.42 … +0.68    ─────────┼━━━●─────   1,400 more"
    assert draw_table(LIVE, 99, 8).text()[2].endswith(row)
    assert "90 % range" in draw_table(LIVE, 99, 8).text()[0]
    assert "…" not in draw_table(LIVE, 97, 8).text()[2]
    bad = draw_table(BAD, 99, 8)
    assert any(segment.paint.fg == "red" and "+3.9" in segment.text for segment in bad.segments(2))


def test_the_banner_pushes_the_blocks_down_and_the_plot_gives_the_rows() -> None:
    assert plot_rows(LIVE, 84, 24, 2) == 6
    assert plot_rows(BAD, 84, 24, 2) == 5
    assert len(draw_live(BAD, 84, 24).text()) == 24


@pytest.mark.parametrize("view", [LIVE, BAD, samples.canary(State.NO_CANARY)], ids=["live", "bad", "none"])
@pytest.mark.parametrize("rows", range(2, 30))
def test_what_is_planned_fits_its_rows(view: CanaryView, rows: int) -> None:
    shares = plan(view, rows)
    assert shares.rows <= rows
    assert shares.plot == 0 or shares.plot >= 3
    assert shares.table >= min(rows, 2)


def test_blank_rows_go_before_the_plot_and_the_one_under_the_verdict_last() -> None:
    metrics = (*LIVE.metrics[:5], *(replace(LIVE.metrics[0], label=f"metric {n}") for n in range(5)))
    lines = draw_live(replace(LIVE, metrics=metrics), 80, 21, margin=1).text()
    assert lines[0].startswith(" ◐ WATCHING")
    assert lines[1] == ""
    assert lines[2].startswith(" ▂▂")
    assert lines[16].startswith(" Error rate")
    assert [y for y, line in enumerate(lines) if not line] == [1]


def test_the_plot_goes_before_the_ladder_and_the_table_keeps_its_words() -> None:
    kept = [(bool(plan(LIVE, rows).plot), bool(plan(LIVE, rows).ladder)) for rows in range(4, 25)]
    assert kept == sorted(kept)
    lines = draw_live(LIVE, 80, 9, margin=1).text()
    assert "1,400 more" in "\n".join(lines)
    assert "23,028" in "\n".join(lines)


def test_two_plots_stand_side_by_side_on_a_wide_screen() -> None:
    lines = draw_live(LIVE, 143, 28).text()
    title = next(line for line in lines if "Error rate" in line)
    assert title.index("Latency p95") == 2 + 71
    assert "Latency p95" not in "\n".join(draw_live(LIVE, 84, 24).text())


def test_another_metric_can_be_drawn_first() -> None:
    assert "Latency p95" in "\n".join(draw_live(LIVE, 84, 24, plot=1).text())


def test_at_20_by_5_only_word_and_sentence_are_left() -> None:
    assert draw_live(LIVE, 20, 5, margin=1).text() == [
        "◐ WATCHING",
        "no regression so far",
        "about 1,400 more",
        "canary requests,",
        "≈ 6 h",
    ]


def test_old_numbers_stay_but_all_of_them_are_grey() -> None:
    canvas = draw_live(samples.canary(State.ERROR), 84, 24)
    colours = {segment.paint.fg for y in range(3, 24) for segment in canvas.segments(y) if segment.text.strip()}
    assert colours <= {"muted", "rule", "track", "band", "bandk", "bg"}
    assert "requests.db cannot be read" in "\n".join(canvas.text())


def test_a_healthy_screen_has_no_amber_and_no_red() -> None:
    canvas = draw_live(LIVE, 84, 24)
    assert not {"amber", "red", "redfill"} & {segment.paint.fg for row in canvas.rows() for segment in row}


def test_the_first_screen_has_the_persons_own_names_in_the_code() -> None:
    view = samples.fleet(State.NO_DATA)
    text = "\n".join(draw_empty(view.canaries[0], view, 84, 24).text())
    assert "– NO DATA  no request on support has reached requests.db yet" in text
    assert 'choice = router.select("support", user_id)' in text
    assert 'router = Router("registry.toml", default="claude-sonnet-4-5-20250929")' in text
    assert 'log = RequestLog("requests.db")' in text
    assert "5 % of users on claude-sonnet-5-5, the named replacement" in text


# --- plot ---------------------------------------------------------------------------------------------------------


def test_the_plot_has_scale_steps_ends_and_hours() -> None:
    lines = draw_plot(samples.plots()[0], 80, 9).text()
    assert lines[0].startswith("Error rate  last 8 h, 1-hour average")
    assert lines[0].endswith("━━ production   ▇▇ canary, 90 % range")
    assert "┆5 %" in lines[1]
    assert lines[7].startswith("    0")
    assert [hour for hour in ("08:00", "10:00", "12:00") if hour in lines[8]] == ["08:00", "10:00", "12:00"]
    assert lines[8].endswith("now")
    assert sum("◆ 1.07 %" in line for line in lines) == 1
    assert sum("● 0.94 %" in line for line in lines) == 1


def test_production_is_one_dotted_cell_in_each_column_and_the_canary_a_band() -> None:
    canvas = draw_plot(samples.plots()[0], 80, 9)
    cells = ["".join(char for segment in row for char in segment.text) for row in canvas.rows()[1:8]]
    for column in range(6, 69):
        assert sum("\u2800" <= line[column] <= "\u28ff" for line in cells) == 1
    assert "band" in backgrounds(canvas)


def test_a_gap_in_the_data_draws_nothing() -> None:
    points = tuple(PointView(samples.NOW + timedelta(minutes=n), None if 20 <= n < 40 else 0.01) for n in range(63))
    canvas = draw_plot(PlotView("Error rate", "", "share", points), 80, 7)
    line = next(text for text in canvas.text() if "⠶" in text or "⠛" in text or "⣤" in text)
    assert set(line[27:45]) == {" "}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None, -1.0])
def test_a_plot_survives_values_that_are_no_numbers(bad: float | None) -> None:
    points = tuple(
        PointView(samples.NOW + timedelta(minutes=n), bad if n % 3 else 0.01, bad, bad, 0.02) for n in range(50)
    )
    assert len(draw_plot(PlotView("Error rate", "", "share", points, (), S("1 %"), S("1 %")), 80, 9).rows()) == 9


def test_a_plot_without_points_is_an_empty_frame() -> None:
    assert draw_plot(PlotView("Error rate", "", "share", ()), 60, 6).text()[-1].endswith("now")


def test_the_scale_ends_at_a_nice_number_above_the_data() -> None:
    for plot in (*samples.plots(), *samples.plots(worse=True)):
        for rows in (3, 4, 5, 7, 12):
            top = nice_top(plot, rows)
            assert top >= max(point.production or 0 for point in plot.points)
            assert len(top_text(top, plot.unit)) <= 5


def test_one_enormous_range_does_not_flatten_the_plot() -> None:
    points = tuple(
        PointView(samples.NOW + timedelta(minutes=n), 0.0, 0.0, 0.0, 0.8 if n == 0 else 0.05) for n in range(50)
    )
    assert nice_top(PlotView("Flagged", "", "share", points), 5) <= 0.1


def test_the_scale_grows_at_once_and_shrinks_only_after_ten_quiet_minutes() -> None:
    small, large = samples.plots()[0], samples.plots(worse=True)[0]
    now = samples.NOW
    top = held_top(None, large, 5, now)
    assert held_top(Top(0.01), large, 5, now).value > 0.03
    quiet = replace(small, points=tuple(replace(p, high=None, low=None, canary=None) for p in small.points))
    waiting = held_top(top, quiet, 5, now)
    assert waiting == Top(top.value, now)
    assert held_top(waiting, quiet, 5, now + timedelta(minutes=9)).value == top.value
    assert held_top(waiting, quiet, 5, now + timedelta(minutes=10)).value < top.value
    assert held_top(waiting, large, 5, now + timedelta(minutes=5)).low_since is None


# --- comparer and dialog ------------------------------------------------------------------------------------------


def test_the_comparer_pane_shows_triage_headings_and_both_answers() -> None:
    canvas = draw_comparison(samples.comparison(worrying=False), 84, 8)
    lines = canvas.text()
    assert lines[0] == "  ✓ acceptable   same content, 14 % shorter · similarity 0.94"
    assert lines[1] == ("  ● claude-sonnet-4-5-20250929    2.31 s    ◆ claude-sonnet-5-5      3.02 s  ×1.31")
    assert lines[2] == "  You can return a damaged item within      Damaged items can be returned within"
    assert {"prodt", "canaryt"} <= backgrounds(canvas)
    assert not {"red", "green"} & backgrounds(canvas)


def test_words_named_by_a_reason_are_chips_of_their_side() -> None:
    canvas = draw_comparison(samples.comparison(), 120, 33, full=True)
    chips = {(segment.text.strip(), segment.paint.bg) for row in canvas.rows() for segment in row}
    assert {("30 days", "prod"), ("14 days", "canary")} <= chips


def test_the_full_comparer_measures_both_sides() -> None:
    lines = draw_comparison(samples.comparison(), 120, 33, full=True).text()
    first = next(line for line in lines if "first word" in line)
    assert first[:60].split() == ["first", "word", "0.61", "s", "0.84", "s"]
    assert first[60:66].strip() == "×1.38"
    assert "────────┼━━━━────" in first
    thinking = next(line for line in lines if "of these thinking" in line)
    assert "┼" not in thinking


def test_answers_that_do_not_fit_say_how_much_is_below_and_scroll_to_their_end() -> None:
    view = samples.comparison()
    lines = draw_comparison(view, 80, 21, margin=1, full=True).text()
    assert lines[-2] == " ↓ 4 more lines                           ↓ 4 more lines"
    assert lines[-1] == " 2.31 s   118 out   $0.0060               3.02 s ×1.31  161 ×1.36  $.0079 ×1.32"
    limit = scroll_limit(view, 80, 21, margin=1, full=True)
    assert limit > 0
    end = "\n".join(draw_comparison(view, 80, 21, margin=1, full=True, offset=limit).text())
    assert "same day" in end
    assert "more line" not in end


def test_narrow_answers_are_stacked() -> None:
    lines = draw_comparison(samples.comparison(), 50, 40, margin=1, full=True).text()
    first = next(y for y, line in enumerate(lines) if line.startswith(" ● claude-sonnet-4-5"))
    second = next(y for y, line in enumerate(lines) if line.startswith(" ◆ claude-sonnet-5-5"))
    assert second > first + 5


def test_an_answer_that_failed_says_why() -> None:
    failed = AnswerView("canary", samples.NEW, problem=S("400: temperature is not supported"))
    view = replace(samples.comparison(), answers=(samples.comparison().answers[0], failed), triage="")
    canvas = draw_comparison(view, 84, 8)
    assert "400: temperature is not supported" in "\n".join(canvas.text())
    assert "red" in styles_of(canvas, "400: temperature")


def test_the_drawn_answer_is_the_answer() -> None:
    runs = samples.comparison().answers[0].runs
    view = ComparisonView(S("p"), (AnswerView("production", S("a"), runs), AnswerView("canary", S("b"), runs)))
    drawn = " ".join(line[:40] for line in draw_comparison(view, 84, 40).text()[3:])
    assert "".join("".join(run.text for run in runs).split()) == "".join(drawn.split())


def test_before_the_first_prompt_the_comparer_invites() -> None:
    assert "Press enter and type a prompt" in "\n".join(draw_invitation(84, 3).text())
    assert "Type a prompt and press enter" in "\n".join(draw_invitation(84, 3, typing=True).text())


def test_the_dialog_shows_consequence_change_and_command() -> None:
    lines = draw_plan(samples.plan(), 88, 23).text()
    assert lines[1] == "    Verdict     ✓ PASS  all 5 metrics, n = 18,402 canary of 37,110, 22 h at 50 %"
    assert lines[4] == "    Users       6,214 users move to the new model: 50 % → 100 %"
    assert lines[7] == "    Undo        u or console undo writes these lines back; users follow in 2 s"
    assert lines[10] == "    registry.toml                              5 lines out, 2 lines in, nothing else"
    assert lines[12] == '     −  production = "claude-sonnet-4-5-20250929"'
    assert lines[17] == '     +  production = "claude-sonnet-5-5"'
    assert lines[20] == '    Same as     console promote support --reason "…"'


def test_a_change_is_weight_and_never_red_or_green() -> None:
    canvas = draw_plan(samples.plan(), 88, 23)
    assert styles_of(canvas, 'canary = "claude-sonnet-5-5"') == {"muted"}
    assert styles_of(canvas, 'production = "claude-sonnet-5-5"') == {"strong"}


def test_the_title_names_the_model_in_its_colour() -> None:
    title = draw_title(samples.plan(), 88)
    assert title.text() == ["▌   Promote ◆ claude-sonnet-5-5 to production on support"]
    assert styles_of(title, "claude-sonnet-5-5") == {"canary"}


def test_a_low_dialog_gives_up_second_lines_before_the_change() -> None:
    lines = "\n".join(draw_plan(samples.plan(), 80, 18).text())
    assert "becomes the fallback" not in lines
    assert '+  fallback = "claude-sonnet-4-5-20250929"' in lines
    assert "console promote support" in lines


def test_a_narrow_dialog_wraps_what_must_be_read() -> None:
    text = " ".join("\n".join(line[14:] for line in draw_plan(samples.plan(), 44, 30).text()).split())
    assert "6,214 users move to the new model: 50 % → 100 %" in text
    assert "writes these lines back; users follow in 2 s" in text


def test_a_refused_action_says_why_first() -> None:
    refused = replace(samples.plan(), refusal=S("the canary is held: waiting for legal"))
    assert draw_plan(refused, 88, 23).text()[1] == "    Refused     the canary is held: waiting for legal"


# --- any view at any size -----------------------------------------------------------------------------------------

WORDS = st.text(max_size=50).map(safe)
NUMBERS = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def canaries(draw: st.DrawFn) -> CanaryView:
    base = samples.canary(draw(st.sampled_from(list(State))))
    metrics = tuple(
        replace(
            row,
            label=draw(WORDS),
            production=draw(WORDS),
            canary=draw(WORDS),
            change=draw(WORDS),
            limit=draw(WORDS),
            meter=draw(NUMBERS),
            to_decide=draw(WORDS),
            measured=draw(st.booleans()),
        )
        for row in base.metrics[: draw(st.integers(0, 6))]
    )
    plots = tuple(
        replace(
            plot,
            points=tuple(
                replace(point, production=draw(NUMBERS), low=draw(NUMBERS), high=draw(NUMBERS))
                for point in plot.points[: draw(st.integers(0, 4))]
            ),
            canary_now=draw(WORDS),
        )
        for plot in base.plots[: draw(st.integers(0, 2))]
    )
    steps = tuple(replace(step, progress=draw(st.floats()), note=draw(WORDS)) for step in base.steps)
    return replace(
        base, route=draw(WORDS), sentence=draw(WORDS), second=draw(WORDS), metrics=metrics, plots=plots, steps=steps
    )


def assert_exact(canvas: Canvas, width: int, height: int) -> None:
    rows = canvas.rows()
    assert len(rows) == height
    assert {sum(cell_len(segment.text) for segment in row) for row in rows} <= {width}
    assert all(segment.text.isprintable() for row in rows for segment in row)


SIZES = {"width": st.integers(1, 220), "height": st.integers(1, 60)}


@settings(max_examples=examples(20), deadline=None)
@given(view=canaries(), margin=st.sampled_from([1, 2]), **SIZES)
def test_any_canary_fits_any_size(view: CanaryView, margin: int, width: int, height: int) -> None:
    assert_exact(draw_live(view, width, height, margin=margin), width, height)


@settings(max_examples=examples(20), deadline=None)
@given(texts=st.lists(WORDS, min_size=6, max_size=6), selected=st.integers(0, 3), **SIZES)
def test_any_registry_fits_any_size(texts: list[S], selected: int, width: int, height: int) -> None:
    support, summarise = FLEET.routes
    pin = replace(support.pins[0], model_id=texts[0], clock=texts[1], replacement=texts[2], note=texts[3])
    view = replace(
        FLEET,
        routes=(replace(support, name=texts[4], description=texts[5], pins=(pin, *support.pins[1:])), summarise),
        retirements=tuple(replace(event, route=texts[4]) for event in FLEET.retirements),
    )
    assert_exact(draw_registry(view, width, height, selected), width, height)
    assert_exact(draw_header(view, width, texts[3]), width, 1)


@settings(max_examples=examples(20), deadline=None)
@given(
    texts=st.lists(WORDS, min_size=5, max_size=5),
    full=st.booleans(),
    offset=st.integers(0, 30),
    ratio=NUMBERS,
    **SIZES,
)
def test_any_comparison_fits_any_size(
    texts: list[S], full: bool, offset: int, ratio: float | None, width: int, height: int
) -> None:
    base = samples.comparison()
    answer = replace(base.answers[0], model_id=texts[0], runs=(Run(texts[1]), Run(texts[2], "only")), note=texts[3])
    view = replace(
        base,
        prompt=texts[4],
        answers=(answer, base.answers[1]),
        measured=tuple(replace(row, ratio=ratio) for row in base.measured),
    )
    assert_exact(draw_comparison(view, width, height, full=full, offset=offset), width, height)
    assert scroll_limit(view, width, height, full=full) >= 0


@settings(max_examples=examples(20), deadline=None)
@given(texts=st.lists(WORDS, min_size=4, max_size=4), state=st.sampled_from(list(State)), **SIZES)
def test_any_dialog_and_frame_fit_any_size(texts: list[S], state: State, width: int, height: int) -> None:
    view = replace(
        samples.plan(),
        title=texts[0],
        sentence=texts[1],
        users=texts[2],
        command=texts[3],
        refusal=texts[1],
        state=state,
    )
    assert_exact(draw_plan(view, width, height, texts[3]), width, height)
    assert_exact(draw_title(view, width), width, 1)
    assert_exact(draw_footer(width, HINTS, PINNED), width, 1)
    assert_exact(draw_tabs(width, 1 + height % 3, texts[0]), width, 1)
    assert_exact(draw_strip(width, 1 + height % 3, texts[0], texts[1], focused=True), width, 1)
    empty = samples.fleet(State.NO_DATA)
    assert_exact(draw_empty(empty.canaries[0], empty, width, height), width, height)


def test_what_is_offered_as_canary_is_the_experimental_model_before_the_named_replacement() -> None:
    production = PinView("production", S("old"), 100.0, replacement=S("named"))
    tried = PinView("experimental", S("tried"), None)
    shown = {
        (production, tried): "5 % of users on tried, experimental on this route",
        (production,): "5 % of users on named, the named replacement",
        (PinView("production", S("old"), 100.0),): "5 % of users on a newer model",
    }
    for pins, said in shown.items():
        route = RouteView(S("support"), S(""), State.NO_CANARY, pins)
        assert said in "\n".join(draw_next(route, 80, seen=True).text())
