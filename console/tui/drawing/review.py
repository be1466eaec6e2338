"""One changed case: what the triage says, the accepted answer beside the new one, and what can be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width, wrap
from console.tui.drawing.answers import draw_answers, hidden_lines
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Hint
from console.tui.drawing.glyphs import TRIAGE, Mark
from console.tui.drawing.review_list import DECISIONS, WORST
from console.view.comparison import AnswerView, Run
from console.view.review import CaseView, DecisionWord, ReviewView

NOTHING_CHANGED = "Nothing has changed: there is no case to review."
NONE_LISTED = "No changed case holds what is typed."
_LABEL = 12
_ROOMY = 28
_TITLED_FROM = 70


class Shown(NamedTuple):
    """What of a case is on the screen: `diff` tints what differs, `info` adds where the answers come from."""

    diff: bool = True
    info: bool = False
    offset: int = 0


PLAIN = Shown()


def draw_case(
    case: CaseView | None,
    width: int,
    height: int,
    acts: tuple[Hint, ...] = (),
    shown: Shown = PLAIN,
    margin: int = 2,
    empty: str = NOTHING_CHANGED,
) -> Canvas:
    """Everything below the strip. `acts` are drawn as chips, or left to the footer where rows are few."""
    canvas = Canvas(width, height)
    inner = max(0, width - 2 * margin)
    if case is None:
        for y, line in enumerate(wrap(empty, max(2, inner)), 1):
            canvas.put(margin, y, line, "muted")
        return canvas
    head, rows, foot = _parts(case, inner, height, acts, shown)
    canvas.paste(margin, _top(height), head)
    answers = draw_answers(
        _answers(case, shown.diff), inner, rows, gap=_gap(inner), offset=shown.offset, ruled=_is_roomy(height),
        titled=inner >= _TITLED_FROM,
    )  # fmt: skip
    canvas.paste(margin, _top(height) + head.height, answers)
    canvas.paste(margin, height - foot.height, foot)
    return canvas


def scroll_limit(
    case: CaseView | None, width: int, height: int, acts: tuple[Hint, ...], shown: Shown, margin: int = 2
) -> int:
    """How many lines the answers can be scrolled at this size."""
    if case is None:
        return 0
    inner = max(0, width - 2 * margin)
    _, rows, _ = _parts(case, inner, height, acts, shown)
    heading = 2 if _is_roomy(height) else 1
    return hidden_lines(_answers(case, shown.diff), inner, _gap(inner), rows - heading)


def draw_case_strip(
    case: CaseView | None, review: ReviewView, decision: DecisionWord, width: int, margin: int = 2
) -> Canvas:
    """The raised row above a case: its id, where it stands, what was decided, when the run was."""
    canvas = Canvas(width, 1, "raised")
    canvas.put(0, 0, "▌", "strong")
    end = width - margin
    if decision:
        mark = DECISIONS[decision]
        end = canvas.right(end, 0, f"{mark.glyph} {decision}", f"{mark.style} bold") - 3
    elif cell_width(review.ran) < width // 3:
        end = canvas.right(end, 0, review.ran, "muted") - 3
    if case is None:
        canvas.put(margin, 0, "Review", "strong bold", end=end)
        return canvas
    x = canvas.put(margin, 0, case.id, "strong bold", end=end)
    if x + 2 + cell_width(case.place) <= end:
        canvas.put(x + 2, 0, case.place, "muted")
    return canvas


def draw_review_strip(review: ReviewView, width: int, margin: int = 2) -> Canvas:
    """The row above the list: `Review  support suite`; on a narrow screen it says how far the review is, too."""
    canvas = Canvas(width, 1, "side")
    end = width - margin
    x = canvas.put(margin, 0, "Review", "strong bold", end=end)
    x = canvas.put(x + 2, 0, f"{review.suite} suite", "muted", end=end)
    if review.typed and width > 48:
        x = canvas.put(x + 2, 0, f"/{review.typed}", "strong", end=end)
    if width > 48:
        text = f"{words.count(review.decided)} decided · {words.count(review.changed - review.decided)} to go"
        if x + 3 + cell_width(text) <= end:
            canvas.right(end, 0, text, "fg")
    return canvas


def draw_review_header(review: ReviewView, source: str, clock: str, width: int) -> Canvas:
    """The first row: which registry, which model's answers, what stands against deciding, the time in UTC."""
    canvas = Canvas(width, 1)
    fits = width >= 4 + cell_width(review.warning) + 3 + cell_width(clock)
    end = canvas.right(width - 2, 0, clock if fits else clock.removesuffix(" UTC"), "muted")
    if review.warning:
        end = canvas.right(end - 3, 0, review.warning, "amber bold", start=2)
    x = canvas.put(2, 0, "console", "strong bold", end=end - 2)
    for text in (source, review.model):
        if text and x + 3 + cell_width(text) <= end - 2:
            x = canvas.put(x + 3, 0, text, "muted")
    return canvas


def _is_roomy(height: int) -> bool:
    return height >= _ROOMY


def _top(height: int) -> int:
    return 1 if _is_roomy(height) else 0


def _gap(inner: int) -> int:
    return 4 if inner >= 60 else 2


def _parts(case: CaseView, inner: int, height: int, acts: tuple[Hint, ...], shown: Shown) -> tuple[Canvas, int, Canvas]:
    """What stands above the answers, the rows they have, and what stands below them."""
    foot = _draw_foot(case, inner, height, acts)
    most = max(2, height - foot.height - 6 - _top(height))
    head = _draw_head(case, inner, most, _is_roomy(height), shown.info)
    return head, max(0, height - _top(height) - head.height - foot.height), foot


def _answers(case: CaseView, diff: bool) -> tuple[AnswerView, AnswerView]:
    if diff:
        return case.answers
    return tuple(replace(each, runs=tuple(Run(run.text) for run in each.runs)) for each in case.answers)  # type: ignore[return-value]


def _draw_head(case: CaseView, width: int, most: int, roomy: bool, info: bool) -> Canvas:
    """Prompt, triage and, where asked for, where the answers come from: at most `most` rows, from the top."""
    canvas = Canvas(width, 64)
    canvas.put(0, 0, "Prompt", "muted", end=_LABEL - 1)
    y = 0
    for line in wrap(case.prompt, max(2, width - _LABEL))[: 2 if roomy else 1]:
        canvas.put(_LABEL, y, line, "strong", end=width)
        y += 1
    y += 1 if roomy else 0
    y = _put_triage(canvas, y, case, roomy)
    for demand in case.demands[: None if info else 4]:
        mark = Mark("✓", "green") if demand.kept else Mark("×", "red")
        canvas.put(_LABEL, y, f"{mark.glyph} ", mark.style)
        canvas.put(_LABEL + 2, y, demand.text, "muted" if demand.kept else "fg", end=width)
        y += 1
    if info:
        y += 1 if roomy else 0
        for label, text in case.info[:12]:
            canvas.put(0, y, label, "muted", end=_LABEL - 1)
            canvas.put(_LABEL, y, text, "fg", end=width)
            y += 1
    y = min(y + (1 if roomy else 0), max(2, most))
    head = Canvas(width, y)
    head.paste(0, 0, canvas)
    return head


def _put_triage(canvas: Canvas, y: int, case: CaseView, roomy: bool) -> int:
    mark = WORST["failed"] if case.triage == "failed" else TRIAGE[case.triage or "same"]
    word = case.triage or "changed"
    canvas.put(0, y, mark.glyph, f"{mark.style} bold")
    x = max(_LABEL, canvas.put(2, y, word, f"{mark.style} bold") + 2)
    at = canvas.put(x, y, case.reason, "strong bold" if case.values else "fg", end=canvas.width)
    if case.values:
        for text, style in (
            (f" {case.values[0]} ", "bg bold on prod"),
            ("→", "strong bold"),
            (f" {case.values[1]} ", "bg bold on canary"),
        ):
            at = canvas.put(at + 1, y, text, style, end=canvas.width)
    y += 1
    for text in case.more[: 4 if roomy else 1]:
        canvas.put(x, y, text, "muted", end=canvas.width)
        y += 1
    return y


def _draw_foot(case: CaseView, width: int, height: int, acts: tuple[Hint, ...]) -> Canvas:
    """The figures, and below them what can be decided."""
    roomy = _is_roomy(height)
    canvas = Canvas(width, 5 if roomy and acts else 3 if roomy else 1)
    _put_measures(canvas, 1 if roomy else 0, case)
    if roomy and acts:
        x = 0
        for act in acts:
            label = f"  {act.key} {act.label}  "
            canvas.put(x, 3, label, "fg on raised", end=width)
            canvas.put(x + 2, 3, act.key, "strong bold on raised", end=width)
            x += cell_width(label) + 2
    return canvas


def _put_measures(canvas: Canvas, y: int, case: CaseView) -> None:
    between = 4 if canvas.width >= 70 else 2
    x = 0
    for measure in case.measures:
        size = cell_width(measure.label) + 1 + cell_width(measure.text) + (1 + cell_width(measure.ratio))
        if x + size > canvas.width:
            break
        x = canvas.put(x, y, measure.label, "muted") + 1
        x = canvas.put(x, y, measure.text, "fg")
        if measure.ratio:
            x = canvas.put(x + 1, y, measure.ratio, "strong")
        x += between
