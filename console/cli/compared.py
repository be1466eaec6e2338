"""Comparisons as text: the judgement, the answers with the words that differ, what was measured, many at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from console.cli import output
from console.cli.compared_json import median_ratio
from console.cli.output import Style
from console.compare.records import Comparison
from console.compare.repeats import Agreement
from console.compare.similarity import Similarity
from console.text import words
from console.text.safe import safe_line
from console.text.table import table
from console.triage.records import Triage
from console.view.agreement import agreement_text
from console.view.compared import comparison_view, similarity_text
from console.view.comparison import AnswerView, ComparisonView
from console.view.judged import judged, ranked

_GLYPHS: dict[str, tuple[str, Style, Style]] = {
    "production": ("●", "production", "only production"),
    "canary": ("◆", "canary", "only canary"),
}
_MARKS = {"production": ("[-", "-]"), "canary": ("{+", "+}")}
_LONGEST_PROMPT = 60
_LONGEST_REASON = 100
NO_ANSWER = "without an answer"


_JUDGED: dict[str, tuple[str, Style]] = {
    "same": ("=", "muted"),
    "acceptable": ("✓", "good"),
    "worrying": ("▲", "waiting"),
    "needs a human": ("?", "waiting"),
}
_MOST_REASONS = 5
STAND_IN_NOTE = "▲ stand-in answers: invented here, no model was asked"


def print_comparison(comparison: Comparison, route: str, likeness: Similarity | None = None) -> None:
    """The judgement with its reasons, both answers with the words only one of them has, and what was measured."""
    view = comparison_view(comparison, route)
    if comparison.triage is not None:
        _print_judgement(comparison.triage)
        if likeness is not None:
            output.emit_styled([(f"  {similarity_text(likeness)}", "muted")])
        output.emit()
    for answer in view.answers:
        output.emit_styled(_heading(answer))
        output.emit_styled(_body(answer))
        output.emit()
    _print_measured(view, comparison.left.stand_in or comparison.right.stand_in)


def _print_judgement(found: Triage) -> None:
    word = judged(found)
    glyph, style = _JUDGED[word]
    reasons = [str(safe_line(reason.text)) for reason in ranked(found)] or ["the same but for white space"]
    output.emit_styled([(f"{glyph} {word}", style), (f"  {reasons[0]}", "bold" if word == "worrying" else "")])
    for reason in reasons[1:_MOST_REASONS]:
        output.emit(f"{' ' * (len(word) + 4)}{reason}")
    if len(reasons) > _MOST_REASONS:
        output.emit_styled([(f"{' ' * (len(word) + 4)}and {len(reasons) - _MOST_REASONS} more", "muted")])


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
        output.emit_styled([(STAND_IN_NOTE, "waiting")])


def print_many(
    comparisons: Sequence[Comparison], names: Sequence[str], agreements: Sequence[tuple[str, Agreement]]
) -> None:
    """One line a comparison, how the repeated runs agree, the counts, and the medians of the ratios."""
    head = ["prompt", "judgement", "latency", "tokens out", "cost", ""]
    rows = [
        [safe_line(name, _LONGEST_PROMPT), _word(made), *_ratios(made), _reason(made)]
        for made, name in zip(comparisons, names, strict=True)
    ]
    output.emit(table([head, *rows], right=(2, 3, 4)))
    for name, agreement in agreements:
        lead = f"{safe_line(name, _LONGEST_PROMPT)}: " if name else ""
        output.emit(f"{lead}{agreement_text(agreement)}")
    output.emit(" · ".join([f"{words.count(len(comparisons))} compared", *_counts(comparisons)]))
    medians = [
        f"{label} {words.factor(value)}"
        for label, key in (("latency", "latency"), ("tokens out", "output_tokens"), ("cost", "cost"))
        if (value := median_ratio(comparisons, key)) is not None
    ]
    if medians:
        output.emit(f"median ratio: {' · '.join(medians)}")
    if any(made.left.stand_in or made.right.stand_in for made in comparisons):
        output.emit_styled([(STAND_IN_NOTE, "waiting")])


def _counts(comparisons: Sequence[Comparison]) -> list[str]:
    found = Counter(_word(made) for made in comparisons)
    shown = [word for word in (*_JUDGED, NO_ANSWER) if word != "needs a human" or found[word]]
    return [f"{words.count(found[word])} {word}" for word in shown]


def _word(made: Comparison) -> str:
    return NO_ANSWER if made.triage is None else judged(made.triage)


def _reason(made: Comparison) -> str:
    """What decided, of those that somebody should look at."""
    if made.triage is None or (_word(made) in ("same", "acceptable")):
        return ""
    return next((safe_line(reason.text, _LONGEST_REASON) for reason in ranked(made.triage)), "")


def _ratios(made: Comparison) -> list[str]:
    found = made.ratios
    return [words.factor(value) for value in (found.latency, found.output_tokens, found.cost)]
