"""The review as it is drawn: what stands where at every size, and what is never left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.text.safe import SafeText as S
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.reading import REVIEW, draw_help
from console.tui.drawing.review import (
    Shown,
    draw_case,
    draw_case_strip,
    draw_review_header,
    draw_review_strip,
    scroll_limit,
)
from console.tui.drawing.review_list import case_at, draw_list
from console.tui.keys import KEYS
from console.tui.review_keys import REVIEW_KEYS
from console.view.comparison import AnswerView, Run
from console.view.review import CaseRow, ClusterRow, Demand, ReviewView
from tests.tui import review_samples as samples

ACTS = (Hint("a", "accept as snapshot"), Hint("r", "reject"), Hint("s", "skip"))


def text(canvas: Canvas) -> str:
    return "\n".join(canvas.text())


def long_review(cases: int) -> ReviewView:
    rows = tuple(CaseRow(f"case-{n}", S(f"case-{n}")) for n in range(cases))
    return replace(samples.review(), clusters=(ClusterRow("facts", S("facts changed"), "worrying", rows),))


def test_the_list_says_how_much_is_changed_decided_and_left() -> None:
    shown = text(draw_list(samples.review(), 40, 33, 0))
    for part in ("12 changed", "of 214 cases", "3 decided", "9 to go", "202 unchanged", "✓ same"):
        assert part in shown


def test_clusters_stand_in_their_order_with_their_count_and_cases_below() -> None:
    lines = draw_list(samples.review(), 40, 33, 0).text()
    at = [next(y for y, line in enumerate(lines) if title in line) for title in (
        "stated answer changed", "newly wrapped in a fence", "refusal appeared", "reworded, same content")]  # fmt: skip
    assert at == sorted(at)
    assert lines[at[0]].split() == ["▲", "stated", "answer", "changed", "5"]
    assert "refund-window-damaged" in lines[at[0] + 1]


def test_the_cursor_is_raised_and_marked_and_a_decision_is_a_word() -> None:
    canvas = draw_list(samples.review(), 40, 33, 0)
    row = next(y for y, line in enumerate(canvas.text()) if "refund-window-damaged" in line)
    assert canvas.text()[row].startswith("▌")
    assert all(segment.paint.bg == "raised" for segment in canvas.segments(row))
    assert "✓ accepted" in next(line for line in canvas.text() if "thanks-followup" in line)


def test_a_case_that_needs_a_human_has_its_mark_until_it_is_decided() -> None:
    rows = (CaseRow("a", S("a"), needs_human=True), CaseRow("b", S("b"), "accepted", True), CaseRow("c", S("c")))
    view = ReviewView(S("s"), S("m"), S("run"), (ClusterRow("tone", S("other words"), "acceptable", rows),), 3, 0)
    a, b, c = (
        line.split()[-1] for line in draw_list(view, 40, 33, 2).text() if line.split()[:1] in (["a"], ["b"], ["▌"])
    )
    assert (a, b, c) == ("?", "accepted", "c")


@pytest.mark.parametrize("height", [4, 10, 20, 33, 47])
@pytest.mark.parametrize("cursor", [0, 1, 57, 199])
def test_the_case_at_the_cursor_is_always_in_sight(height: int, cursor: int) -> None:
    lines = draw_list(long_review(200), 40, height, cursor).text()
    assert any(line.startswith("▌") and f"case-{cursor}" in line.split() for line in lines)


@pytest.mark.parametrize("height", [10, 33])
def test_a_click_finds_the_case_that_is_drawn_there(height: int) -> None:
    view = samples.review()
    rows = [row.case for row in view.rows]
    lines = draw_list(view, 40, height, 3).text()
    found = 0
    for y, line in enumerate(lines):
        number = case_at(view, height, 3, y)
        if number >= 0:
            assert rows[number] in line
            found += 1
    assert found >= min(len(rows), height - 8)


def test_what_is_not_measured_is_said_and_is_no_green() -> None:
    shown = draw_list(replace(samples.review(), not_measured=4), 40, 33, 0)
    line = next(line for line in shown.text() if "unchanged" in line)
    assert "4 not measured" in line


def test_a_case_shows_prompt_triage_both_answers_figures_and_acts() -> None:
    shown = text(draw_case(samples.case(), 80, 33, ACTS))
    for part in (
        "My lamp arrived broken", "▲ worrying", "stated answer changed:", " 30 days  →  14 days", "● accepted", "◆ new",
        "must_include “30 days”: lost", "3 of 3 repeats", "latency 3.02 s ×1.31", "a accept as snapshot", "s skip",
    ):  # fmt: skip
        assert part in shown


def test_the_two_values_are_chips_in_the_colours_of_their_sides() -> None:
    canvas = draw_case(samples.case(), 80, 33, ACTS)
    chips = [(s.text.strip(), s.paint.bg) for row in canvas.rows() for s in row if s.paint.bg in ("prod", "canary")]
    assert ("30 days", "prod") in chips
    assert ("14 days", "canary") in chips


def test_without_diff_no_word_is_tinted() -> None:
    def tints(shown: Shown) -> set[str]:
        canvas = draw_case(samples.case(), 80, 33, ACTS, shown)
        return {s.paint.bg for row in canvas.rows()[8:] for s in row} & {"prodt", "canaryt", "prod", "canary"}

    assert tints(Shown()) == {"prodt", "canaryt", "prod", "canary"}
    assert tints(Shown(diff=False)) == set()


def test_info_adds_where_the_answers_come_from() -> None:
    assert "Tags" not in text(draw_case(samples.case(), 80, 33, ACTS))
    shown = text(draw_case(samples.case(), 80, 33, ACTS, Shown(info=True)))
    assert "refunds, e-mail" in shown
    assert "anthropic 2.1.0" in shown


@pytest.mark.parametrize("info", [False, True])
@pytest.mark.parametrize("size", [(78, 20), (80, 33), (160, 47), (40, 12), (18, 4), (1, 1), (0, 0), (2, 60)])
def test_any_size_is_drawn_and_answers_keep_some_rows(size: tuple[int, int], info: bool) -> None:
    demands = tuple(Demand(S(f"must_include “fact {n}”: kept"), n % 2 == 0) for n in range(40))
    case = replace(samples.case(), demands=demands, more=tuple(S(f"reason {n}") for n in range(9)))
    canvas = draw_case(case, *size, ACTS, Shown(info=info))
    assert (canvas.width, canvas.height) == size
    if size[0] >= 78 and size[1] >= 20:
        assert "● accepted" in text(canvas)
        assert "Thanks for reaching out" in text(canvas)


def test_long_answers_scroll_together_and_stop_at_the_end() -> None:
    lines = "\n".join(f"line {n}" for n in range(300))
    answers = (AnswerView("accepted", S("old"), (Run(S(lines)),)), AnswerView("new", S("new"), (Run(S("short")),)))
    case = replace(samples.case(), answers=answers)
    limit = scroll_limit(case, 80, 33, ACTS, Shown())
    assert "line 0" in text(draw_case(case, 80, 33, ACTS, Shown(offset=0)))
    assert "more lines" in text(draw_case(case, 80, 33, ACTS, Shown(offset=limit - 1)))
    last = text(draw_case(case, 80, 33, ACTS, Shown(offset=limit)))
    assert "line 299" in last
    assert "more lines" not in last


def test_a_run_without_changes_says_so() -> None:
    view = replace(samples.review(), clusters=(), unchanged=214)
    assert "0 changed" in text(draw_list(view, 40, 33, 0))
    assert "Nothing has changed" in text(draw_case(None, 80, 33))
    assert "Review" in text(draw_case_strip(None, view, "", 80))


@pytest.mark.parametrize(
    ("decision", "word"), [("accepted", "✓ accepted"), ("rejected", "× rejected"), ("", "run 23 Nov")]
)
def test_the_strip_says_where_the_case_stands_and_what_was_decided(decision: str, word: str) -> None:
    line = text(draw_case_strip(samples.case(), samples.review(), decision, 80))  # type: ignore[arg-type]
    assert line.startswith("▌ refund-window-damaged")
    assert "case 1 of 5 in this cluster" in line
    assert word in line


def test_a_narrow_strip_tells_how_far_the_review_is() -> None:
    assert "3 decided · 9 to go" in text(draw_review_strip(samples.review(), 80, 1))
    assert "support suite" in text(draw_review_strip(samples.review(), 40))


@pytest.mark.parametrize("width", [120, 80, 40, 26])
def test_the_header_never_drops_what_stands_against_deciding(width: int) -> None:
    line = text(draw_review_header(samples.review(warning="READ-ONLY"), "registry.toml", "14:32 UTC", width))
    assert "READ-ONLY" in line
    assert "14:32" in line


def test_help_has_every_key_of_the_review_and_what_it_is_for() -> None:
    shown = text(draw_help(120, 60, REVIEW, REVIEW_KEYS))
    assert "Accepting writes the snapshot" in shown
    assert "Decide" in shown
    assert "Change the rollout" not in shown
    for key in REVIEW_KEYS:
        assert key.shown in shown
        assert key.help[:40] in shown
    assert "Change the rollout" in text(draw_help(120, 60, 1, KEYS))


def test_no_key_of_the_review_does_two_things() -> None:
    keys = [name for key in REVIEW_KEYS for name in key.key.split(",")]
    assert len(keys) == len(set(keys))


@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    height=st.integers(0, 45),
    at=st.floats(0, 0.999),
)
@settings(max_examples=40, deadline=None)
def test_the_list_shows_the_case_at_the_cursor_and_a_click_finds_it(sizes: list[int], height: int, at: float) -> None:
    clusters = tuple(
        ClusterRow(
            f"k{k}", S(f"cluster {k}"), "worrying", tuple(CaseRow(f"{k}-{n}", S(f"{k}-{n}")) for n in range(size))
        )
        for k, size in enumerate(sizes)
    )
    view = ReviewView(S("s"), S("m"), S("run"), clusters, sum(sizes), 0)
    cursor = int(at * sum(sizes))
    canvas = draw_list(view, 40, height, cursor)
    rows = view.rows
    for y, line in enumerate(canvas.text()):
        number = case_at(view, height, cursor, y)
        if number >= 0:
            assert rows[number].id in line
        if line.startswith("▌"):
            assert number == cursor
    if height >= 8:
        assert any(line.startswith("▌") for line in canvas.text())


def test_a_list_says_how_much_of_it_lies_below_the_screen() -> None:
    foot = {height: draw_list(samples.review(), 78, height, 0, 1).text()[-2:] for height in (12, 21, 40)}
    assert any("202 unchanged" in row and row.endswith("↓ 7 more lines") for row in foot[12])
    assert any("202 unchanged" in row and row.endswith("↓ 5 more lines") for row in foot[21])
    assert any("202 unchanged" in row and row.endswith("✓ same") for row in foot[40])
    assert "more line" not in "\n".join(draw_list(samples.review(), 78, 21, 11, 1).text())  # the end is in sight
