"""Comparisons as text and as JSON: the answers with the words that differ, what was measured, and many at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from console.cli import output
from console.cli.comparing import Asked
from console.cli.output import Style
from console.compare.records import Comparison
from console.providers.records import Answer
from console.text import words
from console.text.safe import safe_line
from console.text.table import table
from console.view.compared import comparison_view
from console.view.comparison import AnswerView, ComparisonView

_GLYPHS: dict[str, tuple[str, Style, Style]] = {
    "production": ("●", "production", "only production"),
    "canary": ("◆", "canary", "only canary"),
}
_MARKS = {"production": ("[-", "-]"), "canary": ("{+", "+}")}
_LONGEST_PROMPT = 60


def print_comparison(comparison: Comparison, route: str) -> None:
    """Both answers with the words only one of them has, and what was measured."""
    view = comparison_view(comparison, route)
    for answer in view.answers:
        output.emit_styled(_heading(answer))
        output.emit_styled(_body(answer))
        output.emit()
    _print_measured(view, comparison.left.stand_in or comparison.right.stand_in)


def _heading(answer: AnswerView) -> list[tuple[object, Style]]:
    glyph, style, _ = _GLYPHS[answer.side]
    note = f"  {answer.note}" if answer.note else ""
    return [(f"{glyph} ", style), (answer.model_id, style), (note, "muted")]


def _body(answer: AnswerView) -> list[tuple[object, Style]]:
    before, after = ("", "") if output.has_colour() else _MARKS[answer.side]
    only = _GLYPHS[answer.side][2]
    pieces: list[tuple[object, Style]] = [
        (f"{before}{run.text}{after}", only) if run.kind != "same" else (run.text, "") for run in answer.runs
    ]
    if answer.problem:
        pieces.append((("\n" if pieces else "") + f"× no answer: {answer.problem}", "bad"))
    return pieces or [("(no text)", "muted")]


def _print_measured(view: ComparisonView, stand_in: bool) -> None:
    head = ["", "production", "canary", "ratio"]
    rows = [
        [
            row.label,
            row.production or words.NONE,
            row.canary or words.NONE,
            words.factor(row.ratio) if row.ratio is not None else "",
            row.note,
        ]
        for row in view.measured
        if row.production or row.canary
    ]
    if rows:
        output.emit(table([head, *rows], right=(1, 2, 3)))
    if stand_in:
        output.emit_styled([("▲ stand-in answers: invented here, no model was asked", "waiting")])


def print_many(comparisons: Sequence[Comparison], asked: Sequence[Asked]) -> None:
    """One line a prompt, and the medians of the ratios."""
    head = ["prompt", "words", "latency", "tokens out", "cost"]
    rows = [
        [safe_line(one.name, _LONGEST_PROMPT), _words(made), *_ratios(made)]
        for made, one in zip(comparisons, asked, strict=True)
    ]
    output.emit(table([head, *rows], right=(2, 3, 4)))
    figures = summary(comparisons)
    output.emit(
        f"{words.count(len(comparisons))} compared · {figures['same']} same · {figures['differ']} differ"
        f" · {figures['unmeasured']} without an answer"
    )
    medians = [
        f"{label} {words.factor(value)}"
        for label, key in (("latency", "latency"), ("tokens out", "output_tokens"), ("cost", "cost"))
        if (value := _median(comparisons, key)) is not None
    ]
    if medians:
        output.emit(f"median ratio: {' · '.join(medians)}")
    if any(made.left.stand_in or made.right.stand_in for made in comparisons):
        output.emit_styled([("▲ stand-in answers: invented here, no model was asked", "waiting")])


def unmeasured(comparison: Comparison) -> list[Answer]:
    """The sides without a whole answer."""
    return [answer for answer in (comparison.left, comparison.right) if answer.failure is not None]


def summary(comparisons: Sequence[Comparison]) -> dict[str, object]:
    """How many are the same, differ, or could not be measured, and the medians of the ratios."""
    failed = [made for made in comparisons if unmeasured(made)]
    same = [made for made in comparisons if made not in failed and made.same_text]
    return {
        "compared": len(comparisons),
        "same": len(same),
        "differ": len(comparisons) - len(failed) - len(same),
        "unmeasured": len(failed),
        "median_ratios": {
            key: _median(comparisons, key) for key in ("latency", "ttft", "input_tokens", "output_tokens", "cost")
        },
    }


def fields(comparison: Comparison, asked: Asked, route: str) -> dict[str, object]:
    """One comparison as plain data. `production` and `canary` are its two sides, whatever their tiers are."""
    pair = comparison.pair
    return {
        "name": asked.name,
        "prompt": comparison.prompt,
        "route": route,
        "at": comparison.at.isoformat(),
        "same": comparison.same_text if not unmeasured(comparison) else None,
        "stand_in": comparison.left.stand_in or comparison.right.stand_in,
        "production": {**_answer(comparison.left), "not_sent": _notes(pair.left_notes)},
        "canary": {**_answer(comparison.right), "not_sent": _notes(pair.right_notes)},
        "ratios": {name: getattr(comparison.ratios, name) for name in comparison.ratios.__slots__},
        "differences": {
            "production": [{"text": run.text, "only_here": run.changed} for run in comparison.left_runs],
            "canary": [{"text": run.text, "only_here": run.changed} for run in comparison.right_runs],
        },
    }


def _answer(answer: Answer) -> dict[str, object]:
    plain = {name: getattr(answer, name) for name in answer.__slots__ if name not in ("failure", "tool_calls")}
    failure = answer.failure
    told = None if failure is None else {"kind": failure.kind, "message": failure.message, "hint": failure.hint}
    calls = [{"name": call.name, "arguments": call.arguments} for call in answer.tool_calls]
    return {**plain, "failure": told, "tool_calls": calls}


def _notes(notes: Sequence[object]) -> list[dict[str, object]]:
    return [{"parameter": getattr(note, "parameter", ""), "reason": getattr(note, "reason", "")} for note in notes]


def _words(comparison: Comparison) -> str:
    if unmeasured(comparison):
        return "no answer"
    return "same" if comparison.same_text else "differ"


def _ratios(comparison: Comparison) -> list[str]:
    found = comparison.ratios
    return [words.factor(value) for value in (found.latency, found.output_tokens, found.cost)]


def _median(comparisons: Sequence[Comparison], key: str) -> float | None:
    of: Callable[[Comparison], float | None] = lambda made: getattr(made.ratios, key)  # noqa: E731
    values = [value for made in comparisons if (value := of(made)) is not None]
    return median(values) if values else None
