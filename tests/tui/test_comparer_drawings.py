"""What the comparer draws beside two texts: JSON by key, a third column, how runs agree, the list of earlier ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from console.text.safe import SafeText as S
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.comparer import THIRD_FROM, draw_comparison, scroll_limit
from console.tui.drawing.json_keys import draw_keys, hidden_keys
from console.tui.drawing.past import PastRow, draw_past
from console.view.comparison import AnswerView, ComparisonView, Figure, KeyView, Run
from tests.tui import samples

SIZES = [(20, 5), (40, 12), (60, 20), (80, 24), (120, 36), (200, 50)]
KEYS = (
    KeyView(S("order.status"), S('"sent"'), S('"lost"')),
    KeyView(S("order.carrier"), S(""), S('"DHL"')),
    KeyView(S("items[1]"), S('"shade"'), S("")),
    KeyView(S("note"), S('"' + "old words " * 30 + '"'), S('"' + "new words " * 30 + '"')),
)
AGREEMENT = S("5 runs each · changed: 4 of 5 beyond production's own noise · pairs that agree: production 100 %")
THIRD = AnswerView(
    "experimental", S("gpt-6-luna"), (Run(S("A third answer.")),), S("worrying"), figures=(Figure(S("1.10 s")),)
)


def lines(canvas: Canvas) -> list[str]:
    return canvas.text()


def text(canvas: Canvas) -> str:
    return "\n".join(lines(canvas))


def comparison(**changes: object) -> ComparisonView:
    return replace(samples.comparison(), **changes)  # type: ignore[arg-type]


def test_each_path_has_its_two_values_in_one_row() -> None:
    shown = lines(draw_keys(KEYS, samples.comparison().answers, 110, 30))
    assert shown[0] == "● claude-sonnet-4-5-20250929 → ◆ claude-sonnet-5-5"
    assert shown[1] == "4 values differ"
    assert shown[3].split() == ["order.status", '"sent"', "→", '"lost"']
    assert shown[4].split() == ["order.carrier", "–", "→", '"DHL"']
    assert shown[5].split() == ["items[1]", '"shade"', "→", "–"]


def test_one_value_differs_and_none() -> None:
    answers = samples.comparison().answers
    assert lines(draw_keys(KEYS[:1], answers, 80, 10))[1] == "1 value differs"
    assert "the same keys with the same values" in text(draw_keys((), answers, 80, 10))
    assert hidden_keys((), 80, 3) == 0


def test_long_values_stand_below_each_other_and_not_whole() -> None:
    shown = lines(draw_keys(KEYS[3:], samples.comparison().answers, 80, 40))
    assert sum("old words" in line for line in shown) == 4
    assert sum("new words" in line for line in shown) == 4


def test_more_keys_than_rows_are_told_and_can_be_reached() -> None:
    keys = tuple(KeyView(S(f"k{n}"), S("1"), S("2")) for n in range(50))
    answers = samples.comparison().answers
    first = lines(draw_keys(keys, answers, 80, 13))
    assert first[-1] == "↓ 41 more lines"
    limit = hidden_keys(keys, 80, 13)
    assert limit == 40
    last = lines(draw_keys(keys, answers, 80, 13, limit))
    assert last[-1].startswith("k49")


@pytest.mark.parametrize("size", SIZES)
def test_keys_fit_every_size(size: tuple[int, int]) -> None:
    view = comparison(keys=KEYS)
    for raw in (False, True):
        limit = scroll_limit(view, *size, full=True, raw=raw)
        assert limit >= 0
        for offset in (0, limit, limit + 1_000):
            drawn = draw_comparison(view, *size, full=True, offset=offset, raw=raw)
            assert (drawn.width, drawn.height) == size


def test_raw_and_the_pane_show_the_answers_as_they_are() -> None:
    view = comparison(keys=KEYS)
    assert "values differ" in text(draw_comparison(view, 120, 36, full=True))
    assert "values differ" not in text(draw_comparison(view, 120, 36, full=True, raw=True))
    assert "values differ" not in text(draw_comparison(view, 82, 9))


def test_a_third_answer_has_a_column_and_its_figures_where_there_is_room() -> None:
    view = comparison(third=THIRD)
    wide = text(draw_comparison(view, THIRD_FROM + 4, 50, full=True))
    assert "◇ experimental  gpt-6-luna  worrying" in wide
    assert "A third answer." in wide
    assert wide.count("◇ experimental") == 2
    assert "1.10 s" in wide
    assert "A third answer." not in text(draw_comparison(view, THIRD_FROM + 3, 50, full=True))


@pytest.mark.parametrize("size", SIZES)
def test_three_answers_fit_every_size(size: tuple[int, int]) -> None:
    drawn = draw_comparison(comparison(third=THIRD, agreement=AGREEMENT), *size, full=True)
    assert (drawn.width, drawn.height) == size


def test_how_runs_agree_is_on_one_line_or_two_and_never_cut_in_what_follows() -> None:
    view = comparison(agreement=AGREEMENT)
    assert AGREEMENT in text(draw_comparison(view, 150, 40, full=True))
    narrow = lines(draw_comparison(view, 80, 24, full=True))
    (at,) = (n for n, line in enumerate(narrow) if "5 runs each" in line)
    assert narrow[at].endswith("changed: 4 of 5 beyond production's own noise")
    assert narrow[at + 1].strip() == "pairs that agree: production 100 %"


def test_without_runs_there_is_no_gap_between_reason_and_similarity() -> None:
    shown = lines(draw_comparison(comparison(), 120, 36, full=True))
    (at,) = (n for n, line in enumerate(shown) if "otherwise the same" in line)
    assert "similarity" in shown[at + 1]


def row(number: int, word: str = "worrying") -> PastRow:
    at = samples.NOW - timedelta(minutes=number)
    return PastRow(at, word, S(f"prompt {number}"), S("old against new"), S("● left"), S("◆ right"))


def past(rows: list[PastRow], width: int = 100, height: int = 20, cursor: int = 0) -> list[str]:
    return lines(draw_past(rows, 99, samples.NOW, width, height, cursor))


def test_earlier_comparisons_have_age_judgement_and_prompt() -> None:
    shown = past([row(0), row(5, "same"), row(61, "")])
    assert shown[0].endswith("3 of 99")
    assert shown[2].split() == ["▌", "0", "s", "ago", "▲", "worrying", "prompt", "0"]
    assert [line.strip() for line in shown[3:6]] == ["old against new", "● left", "◆ right"]
    assert shown[6].split() == ["5", "min", "ago", "=", "same", "prompt", "5"]
    assert shown[7].split() == ["1", "h", "ago", "no", "answer", "prompt", "61"]
    assert "? needs a human  prompt 0" in past([row(0, "needs a human")])[2]


@pytest.mark.parametrize("cursor", [0, 1, 25, 48, 49])
def test_the_one_at_the_cursor_is_always_in_sight_with_its_answers(cursor: int) -> None:
    shown = past([row(number) for number in range(50)], cursor=cursor)
    (at,) = (n for n, line in enumerate(shown) if n and line.startswith("▌"))
    assert shown[at].endswith(f"prompt {cursor}")
    assert "◆ right" in shown[at + 3]


@pytest.mark.parametrize("size", SIZES)
def test_the_list_fits_every_size(size: tuple[int, int]) -> None:
    drawn = draw_past([row(number) for number in range(9)], 9, samples.NOW, *size, 4)
    assert (drawn.width, drawn.height) == size
    assert "none yet" in text(draw_past([], 0, samples.NOW, 80, 24, 0))
    assert "none has these words" in text(draw_past([], 3, samples.NOW, 80, 24, 0))
