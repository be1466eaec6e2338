"""A comparison in words while it streams and when it is done: for the pane, the full screen and `console compare`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from console.compare.json_keys import key_changes
from console.compare.records import Compared, CompareEvent, Comparison, Delta, Done, Pair
from console.compare.similarity import WARNING_BELOW, Similarity
from console.providers.records import Answer, Question
from console.text import words
from console.text.diffing import Run as Difference
from console.text.safe import NOTHING, SafeText, join, safe, safe_line
from console.view.comparison import AnswerView, ComparisonView, Figure, KeyView, MeasuredView, Run, Side
from console.view.judged import judgement, marked, named

SHOWN_CHARACTERS = 64_000
"""A widget is given at most this much of an answer, and told how much more there is."""
_VALUE = 2_000
"""Characters of a value of JSON that are shown."""


@dataclass(slots=True)
class Unfolding:
    """A comparison while its events arrive; `view` is what to show now."""

    pair: Pair
    route: str
    texts: dict[str, str] = field(default_factory=lambda: {"left": "", "right": ""})
    answers: dict[str, Answer] = field(default_factory=dict)
    comparison: Comparison | None = None
    stopped: bool = False
    """The person who asked has heard enough."""
    shown: ComparisonView | None = None
    """The finished comparison in words, which for long answers takes a while to find."""

    def take(self, event: CompareEvent) -> None:
        """Something arrived."""
        if isinstance(event, Delta):
            if len(self.texts[event.side]) < SHOWN_CHARACTERS:
                self.texts[event.side] += event.text
        elif isinstance(event, Done):
            self.answers[event.side] = event.answer
        elif isinstance(event, Compared):
            self.comparison = event.comparison

    def view(self) -> ComparisonView:
        """The comparison so far."""
        if self.comparison is not None:
            self.shown = self.shown or comparison_view(self.comparison, self.route)
            return self.shown
        waiting = [
            q.model for side, q in (("left", self.pair.left), ("right", self.pair.right)) if side not in self.answers
        ]
        return ComparisonView(
            prompt=safe_line(self.pair.prompt),
            route=safe_line(self.route),
            system=_system(self.pair),
            answers=(self._side("left", "production"), self._side("right", "canary")),
            status=SafeText("stopped") if self.stopped else safe_line(f"waiting for {' and '.join(waiting)}"),
        )

    def _side(self, name: str, side: Side) -> AnswerView:
        question = self.pair.left if name == "left" else self.pair.right
        answer = self.answers.get(name)
        if answer is not None:
            return _answer(side, answer, (Difference(answer.text, False),))
        return _arriving(side, question, self.texts[name], self.stopped)


def similarity_text(similarity: Similarity) -> SafeText:
    """`similarity 0.97, above the usual 0.70 line: shown, not used`; by words, it says what to install for more."""
    side = "below" if similarity.mean < WARNING_BELOW else "above"
    lowest = f", lowest part {similarity.lowest:.2f}" if similarity.lowest < similarity.mean - 0.005 else ""
    text = f"similarity {similarity.mean:.2f}{lowest}, {side} the usual {WARNING_BELOW:.2f} line: shown, not used"
    if similarity.how == "words":
        text = f"similarity of words {similarity.mean:.2f}"
        return safe_line(f"{text} · {similarity.note}" if similarity.note else text)
    return SafeText(text)


def comparison_view(comparison: Comparison, route: str) -> ComparisonView:
    """A finished comparison."""
    left, right = comparison.left, comparison.right
    return ComparisonView(
        prompt=safe_line(comparison.prompt),
        route=safe_line(route),
        system=_system(comparison.pair),
        answers=(
            _answer("production", left, comparison.left_runs, named(comparison.triage, 0)),
            replace(
                _answer("canary", right, comparison.right_runs, named(comparison.triage, 1)),
                figures=_figures(right, comparison),
            ),
        ),
        **judgement(comparison),
        measured=_measured(comparison),
        status=_status(left, right),
        finished_at=comparison.at,
        keys=_keys(comparison),
        stand_in=left.stand_in or right.stand_in,
    )


def _keys(comparison: Comparison) -> tuple[KeyView, ...] | None:
    changes = key_changes(comparison.left.text, comparison.right.text)
    if changes is None:
        return None
    return tuple(
        KeyView(safe_line(one.path), safe_line(one.old or "", _VALUE), safe_line(one.new or "", _VALUE))
        for one in changes
    )


def third_view(
    question: Question, side: Side, text: str, answer: Answer | None, word: str = "", *, stopped: bool = False
) -> AnswerView:
    """A third model's answer while it streams and when it is there, with its judgement against production.

    `word` is the judgement, "" where there is none.
    """
    if answer is None:
        return _arriving(side, question, text, stopped)
    shown = _answer(side, answer, (Difference(answer.text, False),))
    return replace(shown, note=safe_line(" · ".join(filter(None, (word, shown.note)))))


def _arriving(side: Side, question: Question, text: str, stopped: bool) -> AnswerView:
    runs = (Run(safe(text)),) if text else ()
    note = "stopped" if stopped else "writing" if text else "waiting"
    return AnswerView(side, safe_line(question.model), runs, note=SafeText(note))


def _status(left: Answer, right: Answer) -> SafeText:
    failed = [answer.model for answer in (left, right) if answer.failure]
    words_ = "both finished" if not failed else "no answer from " + " and ".join(failed)
    stand_in = " · stand-in answers" if left.stand_in or right.stand_in else ""
    return safe_line(words_ + stand_in)


def _system(pair: Pair) -> SafeText:
    system = pair.left.system
    return safe_line(f"{system[:200]} ({len(system):,} characters)") if system else NOTHING


def _answer(side: Side, answer: Answer, runs: tuple[Difference, ...], names: tuple[str, ...] = ()) -> AnswerView:
    shown: list[Run] = []
    left = SHOWN_CHARACTERS
    for piece, kind in marked(runs, names):
        text = piece[:left]
        left -= len(text)
        if text:
            shown.append(Run(safe(text), kind))
    if len(answer.text) > SHOWN_CHARACTERS:
        shown.append(Run(SafeText(f"\n… {len(answer.text) - SHOWN_CHARACTERS:,} more characters")))
    return AnswerView(
        side=side,
        model_id=safe_line(answer.model),
        runs=tuple(shown),
        note=_note(answer),
        problem=_problem(answer),
        figures=_figures(answer, None),
    )


def _note(answer: Answer) -> SafeText:
    other = bool(answer.served_model) and answer.served_model != answer.model
    parts = (
        f"served by {answer.served_model}" if other else "",
        "" if answer.outcome in ("ok", "error") else answer.outcome,
        words.plural(answer.retries, "retry", "retries") if answer.retries else "",
    )
    return safe_line(" · ".join(filter(None, parts)))


def _problem(answer: Answer) -> SafeText:
    if answer.failure is None:
        return NOTHING
    hint = f" · {answer.failure.hint}" if answer.failure.hint else ""
    return join(safe_line(answer.failure.message, 600), hint)


def _figures(answer: Answer, against: Comparison | None) -> tuple[Figure, ...]:
    ratios = against.ratios if against else None
    found = [Figure(_seconds(answer.latency_ms), _times(ratios.latency if ratios else None))]
    if answer.input_tokens is not None:
        found.append(_figure(f"{answer.input_tokens:,} in", ratios.input_tokens if ratios else None, minor=True))
    if answer.output_tokens is not None:
        found.append(_figure(f"{answer.output_tokens:,} out", ratios.output_tokens if ratios else None))
    if answer.failure is None:
        found.append(_figure(words.cost(answer.cost_usd), ratios.cost if ratios else None))
    return tuple(found)


def _figure(text: str, ratio: float | None, minor: bool = False) -> Figure:
    return Figure(SafeText(text), _times(ratio), minor)


def _seconds(milliseconds: float | None) -> SafeText:
    return SafeText(words.seconds(milliseconds))


def _times(ratio: float | None) -> SafeText:
    return NOTHING if ratio is None else SafeText(words.factor(ratio))


def _measured(comparison: Comparison) -> tuple[MeasuredView, ...]:
    left, right, ratios = comparison.left, comparison.right, comparison.ratios
    other_tokens = ratios.input_tokens is not None and abs(ratios.input_tokens - 1) > 0.02
    rows = [
        MeasuredView("first word", _seconds_or(left.ttft_ms), _seconds_or(right.ttft_ms), ratios.ttft),
        MeasuredView("finished", _seconds_or(left.latency_ms), _seconds_or(right.latency_ms), ratios.latency),
        MeasuredView(
            "tokens in",
            _count(left.input_tokens),
            _count(right.input_tokens),
            ratios.input_tokens,
            SafeText("same text, other tokenizer") if other_tokens else NOTHING,
        ),
        MeasuredView(
            "tokens out",
            _count(left.output_tokens),
            _count(right.output_tokens),
            ratios.output_tokens,
            _stops(left, right),
        ),
        MeasuredView("  of these thinking", _count(left.reasoning_tokens), _count(right.reasoning_tokens)),
        MeasuredView("cost", _cost(left), _cost(right), ratios.cost, _extra(left, right)),
    ]
    return tuple(rows)


def _stops(left: Answer, right: Answer) -> SafeText:
    if left.stop_reason == right.stop_reason:
        return safe_line(f"stop: {left.stop_reason or 'not told'}, both")
    return safe_line(f"stop: {left.stop_reason or 'not told'}, {right.stop_reason or 'not told'}")


def _extra(left: Answer, right: Answer) -> SafeText:
    if left.cost_usd is None or right.cost_usd is None:
        return NOTHING
    more = (right.cost_usd - left.cost_usd) * 1_000
    if abs(more) < 0.005:
        return SafeText("no cent more per 1,000")
    return SafeText(f"{'+' if more > 0 else words.MINUS}${abs(more):,.2f} per 1,000 requests")


def _seconds_or(milliseconds: float | None) -> SafeText:
    return NOTHING if milliseconds is None else _seconds(milliseconds)


def _count(n: int | None) -> SafeText:
    return NOTHING if n is None else SafeText(f"{n:,}")


def _cost(answer: Answer) -> SafeText:
    return SafeText(words.cost(answer.cost_usd)) if answer.failure is None else NOTHING
