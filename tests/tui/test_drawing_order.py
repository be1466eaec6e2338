"""What gives way when room is short, in which order, and what never does, from the header to the dialog."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.text import words
from console.text.safe import SafeText as S
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.comparer import draw_comparison, scroll_limit
from console.tui.drawing.dialog import draw_plan, draw_title
from console.tui.drawing.frame import Hint, draw_footer, draw_header, frame
from console.tui.drawing.glyphs import plain_ascii, without_colour
from console.tui.drawing.live import draw_live, placed, plan
from console.tui.drawing.registry import draw_registry
from console.tui.drawing.timeline import draw_timeline
from console.view.records import DiffLine, RetirementView, State
from tests.effort import examples
from tests.tui import samples

FLEET, LIVE = samples.fleet(), samples.canary()
TODAY = date(2026, 11, 23)
HINTS = [Hint(*text.split(" ", 1)) for text in ("r roll back", "+ to 25 %", "p promote", "% set share", "u undo")]
PINNED = [Hint("?", "help"), Hint("^p", "palette"), Hint("q", "quit")]


def styles_of(canvas: Canvas, text: str) -> set[str]:
    return {segment.paint.fg for row in canvas.rows() for segment in row if text in segment.text}


def gone_for_good(shown: list[bool]) -> bool:
    """Whether what is shown at first, once gone, stays away."""
    return shown == sorted(shown, reverse=True)


# --- header and footer --------------------------------------------------------------------------------------------


def test_the_header_drops_the_log_then_data_then_utc_then_the_rest() -> None:
    order = ["requests.db", "data 2 s", "UTC", "registry.toml", "console"]
    last_width = []
    for text in order:
        shown = [text in draw_header(FLEET, width).text()[0] for width in range(160, 20, -1)]
        assert shown[0]
        last_width.append(160 - sum(shown))
    assert last_width == sorted(last_width, reverse=True)


@pytest.mark.parametrize("width", range(24, 160))
def test_the_guard_is_in_the_header_at_every_width(width: int) -> None:
    assert "▶ guard watching" in draw_header(FLEET, width).text()[0]


@pytest.mark.parametrize("width", [60, 80, 118, 160])
def test_a_long_override_is_cut_and_never_left_out(width: int) -> None:
    override = S(
        "LLM_MODEL forces a-model-with-a-very-long-name on support, summarise, translate and eleven more routes"
    )
    line = draw_header(FLEET, width, override)
    assert "▶ guard watching   LLM_MODEL forces a-model" in line.text()[0]
    assert styles_of(line, "LLM_MODEL") == {"amber"}


@pytest.mark.parametrize("width", range(20, 161, 4))
def test_the_footer_loses_keys_from_the_right_end_only(width: int) -> None:
    line = draw_footer(width, HINTS, PINNED).text()[0]
    shown = [f"{hint.key} {hint.label}" in line for hint in HINTS]
    assert shown[0]
    assert gone_for_good(shown)
    if width >= 50:
        assert "? help" in line
        assert line.endswith("q quit")


@pytest.mark.parametrize(
    ("width", "height", "layout"),
    [(160, 44, "wide"), (159, 44, "panes"), (160, 43, "panes"), (118, 34, "panes"), (117, 34, "tabs"),
     (118, 33, "tabs"), (100, 30, "tabs"), (1, 1, "tabs")],
)  # fmt: skip
def test_the_layout_changes_exactly_at_its_breakpoints(width: int, height: int, layout: str) -> None:
    assert frame(width, height).layout == layout


# --- the registry pane --------------------------------------------------------------------------------------------


def registry(width: int, height: int) -> str:
    return "\n".join(draw_registry(FLEET, width, height).text())


@pytest.mark.parametrize("width", [57, 80])
def test_reasons_go_first_then_changes_then_blanks_then_retirements(width: int) -> None:
    gone_at = []
    for text in ("pinned 15 May by olga", "Changes", "Retirements", "Replies to customer"):
        shown = [text in registry(width, height) for height in range(60, 8, -1)]
        assert shown[0]
        assert gone_for_good(shown)
        gone_at.append(60 - sum(shown))
    assert gone_at == sorted(gone_at, reverse=True)
    assert len(set(gone_at)) == len(gone_at)


@pytest.mark.parametrize("width", [36, 57, 80])
@pytest.mark.parametrize("height", [12, 16, 21, 33, 47])
def test_the_selected_routes_pins_are_never_left_out(width: int, height: int) -> None:
    text = registry(width, height)
    for pin in FLEET.routes[0].pins:
        assert pin.tier in text
        assert pin.model_id in text


@pytest.mark.parametrize("width", [36, 49, 50, 57, 80])
def test_an_id_stands_under_its_tier_or_beside_it_by_width(width: int) -> None:
    line = next(line for line in draw_registry(FLEET, width, 47).text() if "● production" in line)
    assert ("claude-sonn" in line) == (width >= 50)


@pytest.mark.parametrize(
    ("tone", "glyph", "colour"),
    [("none", "◔", "muted"), ("plain", "◔", "muted"), ("waiting", "◕", "amber"), ("bad", "◕", "red")],
)
@pytest.mark.parametrize("width", [36, 57])
def test_a_clock_has_the_glyph_and_colour_of_its_urgency(tone: str, glyph: str, colour: str, width: int) -> None:
    support = FLEET.routes[0]
    pin = replace(support.pins[0], clock_tone=tone, clock=S("retires in 1 day"))  # type: ignore[arg-type]
    view = replace(FLEET, routes=(replace(support, pins=(pin,)),))
    canvas = draw_registry(view, width, 40)
    assert f"{glyph} retires in 1 day" in "\n".join(canvas.text())
    assert styles_of(canvas, "retires in 1 day") == {colour}


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.sampled_from([30, 36, 57, 80, 120]))
def test_every_retirement_is_named_or_counted(days: list[int], width: int) -> None:
    events = [RetirementView(TODAY + timedelta(days=n), S(f"r{i}"), S("m"), "waiting") for i, n in enumerate(days)]
    lines = draw_timeline(events, TODAY, width).text()
    words = lines[3].replace("today", "").split()
    named = sum(word.startswith("r") for word in words)
    counted = sum(int(word) for word in words if word.startswith("+"))
    assert named + counted == len(days)
    assert f"r{min(range(len(days)), key=lambda i: (days[i], i))}" in words


@pytest.mark.parametrize("days", [0, 1, 59, 60])
def test_a_date_within_sixty_days_is_a_point_on_the_track(days: int) -> None:
    event = RetirementView(TODAY + timedelta(days=days), S("support"), S("m"), "waiting")
    lines = draw_timeline([event], TODAY, 57).text()
    assert lines[2].count("●") == 1
    assert lines[0].endswith("next 60 days")
    far = replace(event, on=TODAY + timedelta(days=61))
    assert "●" not in draw_timeline([far], TODAY, 57).text()[2]


def test_the_time_line_says_how_old_its_facts_are() -> None:
    event = RetirementView(TODAY + timedelta(days=10), S("support"), S("m"), "waiting")

    def head(width: int, age_days: int) -> str:
        return draw_timeline([event], TODAY, width, as_of=TODAY - timedelta(days=age_days)).text()[0]

    assert head(57, 3).rstrip().endswith(f"next 60 days · as of {words.day(TODAY - timedelta(days=3), TODAY)}")
    assert head(30, 3).rstrip().endswith("next 60 days"), "there is room for one of the two"
    assert head(30, 90).rstrip().endswith(f"as of {words.day(TODAY - timedelta(days=90), TODAY)}"), "a refresh is due"


# --- the live pane ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.WATCHING, State.HELD, State.PASS, State.REGRESSION])
def test_blocks_disappear_in_one_order_as_rows_go(state: State) -> None:
    view = samples.canary(state)
    plans = [plan(view, rows) for rows in range(40, 4, -1)]
    plot = [found.plot > 0 for found in plans]
    ladder = [found.ladder > 0 for found in plans]
    labels = [found.ladder > 1 for found in plans]
    assert gone_for_good(plot)
    assert gone_for_good(labels)
    assert gone_for_good(ladder)
    assert sum(plot) <= sum(labels) <= sum(ladder)


@pytest.mark.parametrize("width", [64, 84, 100, 143])
@pytest.mark.parametrize("height", range(13, 40, 3))
@pytest.mark.parametrize("state", [State.WATCHING, State.REGRESSION, State.SUSPECT])
def test_verdict_requests_and_decisions_never_disappear(width: int, height: int, state: State) -> None:
    text = "\n".join(draw_live(samples.canary(state), width, height).text())
    assert state.value.upper() in text
    assert "2,081" in text or "1,212" in text
    assert ("■ regression" if state is State.REGRESSION else "1,400 more") in text


def test_a_plot_has_at_least_three_rows_or_is_not_there() -> None:
    assert {found.plot for rows in range(60) if (found := plan(LIVE, rows)).plot} <= set(range(3, 60))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(("width", "height"), [(78, 21), (84, 24), (143, 29)])
def test_the_twins_of_the_pane_keep_every_cell(state: State, width: int, height: int) -> None:
    for row in draw_live(samples.canary(state), width, height).rows():
        plain = "".join(segment.text for segment in plain_ascii(row))
        assert plain.isascii()
        assert len(plain) == sum(len(segment.text) for segment in without_colour(row)) == width


# --- dialog and comparer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 88])
@pytest.mark.parametrize("lines", [0, 1, 7, 12, 40, 300])
def test_a_diff_of_any_length_leaves_the_facts_and_says_what_is_missing(width: int, lines: int) -> None:
    diff = tuple(DiffLine("added" if n % 2 else "removed", S(f"line_{n} = {n}")) for n in range(lines))
    shown = draw_plan(replace(samples.plan(), diff=diff), width, 23).text()
    text = "\n".join(shown)
    assert all(label in text for label in ("Verdict", "Users", "Undo", "registry.toml"))
    drawn = text.count("line_")
    missing = next((int(line.split("↓ ")[1].split()[0].replace(",", "")) for line in shown if "more line" in line), 0)
    assert drawn + max(0, missing - 2) == lines, "the command below the change takes two of the missing rows"
    last = "\n".join(draw_plan(replace(samples.plan(), diff=diff), width, 23, offset=10_000).text())
    assert "Same as" in last
    assert not lines or f"line_{lines - 1} =" in last


def test_a_small_dialog_shows_the_whole_change_before_what_it_implies() -> None:
    plan = replace(samples.plan(), asks=S("a typed reason: the verdict is watching, not pass"))
    text = "\n".join(draw_plan(plan, 60, 15).text())
    assert all(line.text in text for line in plan.diff)
    assert all(label in text for label in ("Needs", "Verdict", "Users"))
    assert "more line" not in text


@pytest.mark.parametrize(("width", "secondary"), [(60, False), (87, False), (88, True)])
def test_second_lines_are_for_wide_dialogs(width: int, secondary: bool) -> None:
    text = "\n".join(draw_plan(samples.plan(), width, 30).text())
    assert ("41 open conversations" in text) == secondary
    assert "6,214 users move" in text


@pytest.mark.parametrize("width", [20, 60, 88])
def test_the_title_is_raised_and_marked_at_any_width(width: int) -> None:
    title = draw_title(samples.plan(), width)
    assert title.text()[0].startswith("▌")
    assert {segment.paint.bg for segment in title.segments(0)} == {"raised"}


@pytest.mark.parametrize(("width", "columns"), [(63, 1), (64, 2), (116, 2)])
def test_answers_stand_side_by_side_or_one_under_the_other(width: int, columns: int) -> None:
    lines = draw_comparison(samples.comparison(), width, 40).text()
    together = any("● claude" in line and "◆ claude" in line for line in lines)
    assert together == (columns == 2)


@settings(max_examples=examples(15), deadline=None)
@given(st.integers(40, 160), st.integers(8, 50), st.booleans())
def test_scrolled_to_its_end_the_comparer_shows_the_end_of_the_answer(width: int, height: int, full: bool) -> None:
    view = samples.comparison()
    limit = scroll_limit(view, width, height, full=full)
    text = "\n".join(draw_comparison(view, width, height, full=full, offset=limit).text())
    assert "more line" not in text


@pytest.mark.parametrize("ratio", [0.25, 0.5, 0.9, 1.0, 1.1, 2.0, 9.0])
def test_a_ratio_bar_starts_in_the_middle_and_stays_in_its_seventeen_cells(ratio: float) -> None:
    view = samples.comparison()
    view = replace(view, measured=tuple(replace(row, ratio=ratio) for row in view.measured))
    line = next(line for line in draw_comparison(view, 130, 50, full=True).text() if "first word" in line)
    bar = line[72 : 72 + 17]
    assert len(bar) == 17
    assert set(bar) <= set("─━┼")
    assert ("━" in bar[9:]) == (ratio > 1.05)
    assert ("━" in bar[:8]) == (ratio < 0.95)


@pytest.mark.parametrize("width", [130, 139, 160, 196, 301])
def test_of_two_plots_the_one_that_decided_is_never_the_smaller_by_more_than_a_margin(width: int) -> None:
    (first, x, size), (second, right, rest) = placed(samples.canary(), width)
    assert (first, x, second) == (0, 0, 1)
    assert right == size + 4
    assert right + rest == width
    assert size >= rest - 1
