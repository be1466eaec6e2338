"""One changed case in words: both answers with what differs, why it is on the list, what it demands, what it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from console.regression.records import Case, CaseResult, Figures
from console.text import words
from console.text.diffing import Run as Difference
from console.text.diffing import difference
from console.text.safe import NOTHING, SafeText, safe, safe_line
from console.triage.reading import Reading
from console.triage.records import Reason, Requirements, brief
from console.triage.requiring import broken_requirements, fits_reference
from console.view.comparison import AnswerView, Run
from console.view.judged import marked, named, ranked
from console.view.review import CaseView, Demand, Measure

SHOWN_CHARACTERS = 64_000
"""A widget is given at most this much of an answer, and told how much more there is."""
AT_ONCE = 5_000
"""Characters of an answer that are compared and wrapped while a key is being answered; more is prepared beside it."""
_ONE_SCREEN = 12_000
"""As much of a long answer as any screen shows before it is scrolled."""
_DEMANDED = "required"
"""The check of the triage that is about requirements."""


def case_view(
    result: CaseResult, case: Case | None, place: SafeText, model: str, now: datetime, *, whole: bool
) -> CaseView:
    """One changed case. Text from outside is neutralised here; what is left out is told.

    `model` is the new one. Unless `whole`, answers beyond `AT_ONCE` characters are cut and not compared.
    """
    old, new = answers_of(result)
    prepared = whole or max(len(old), len(new)) <= AT_ONCE
    reasons = ranked(result.triage) if result.triage else []
    first = reasons[0] if reasons else None
    values = first.values if first else None
    demands = _demands(case.requirements if case else Requirements(), old, new) if prepared else _broken(reasons)
    return CaseView(
        case=result.case,
        id=safe_line(result.case),
        place=place,
        prompt=safe_line(result.prompt),
        triage=result.word if result.triage or result.status == "failed" else "",  # type: ignore[arg-type]
        reason=safe_line(first.label if first else result.note),
        values=(safe_line(values[0]), safe_line(values[1])) if values else None,
        more=tuple(_more(result, reasons[1:])),
        answers=_answers(result, model, now, old, new, prepared=prepared),
        measures=tuple(_measures(result)),
        demands=tuple(demands),
        info=tuple(_info(result, case, model)),
        whole=prepared,
    )


def answers_of(result: CaseResult) -> tuple[str, str]:
    """The two texts that were judged: the accepted answer (or the old model's), and the new one."""
    old, new = result.pair
    return (
        result.old[old] if old < len(result.old) else "",
        result.new[new].answer.text if new < len(result.new) else "",
    )


def when(at: datetime, now: datetime) -> str:
    """`23 Nov 13:58` in UTC."""
    local = at.astimezone(UTC)
    return f"{words.day(local.date(), now.astimezone(UTC).date())} {local:%H:%M}"


def _answers(
    result: CaseResult, model: str, now: datetime, old: str, new: str, *, prepared: bool
) -> tuple[AnswerView, AnswerView]:
    limit = SHOWN_CHARACTERS if prepared else _ONE_SCREEN
    before, after = old[:limit], new[:limit]
    runs = difference(before, after) if prepared else ((Difference(before, False),), (Difference(after, False),))
    accepted = AnswerView(
        "accepted" if result.accepted else "old",
        _source(result, now),
        _runs(runs[0], named(result.triage, 0) if prepared else (), len(old) - limit),
    )
    answer = result.new[result.pair[1]].answer if result.pair[1] < len(result.new) else None
    note = f"served by {answer.served_model}" if answer and answer.served_model not in ("", model) else ""
    shown = AnswerView(
        "new",
        safe_line(model),
        _runs(runs[1], named(result.triage, 1) if prepared else (), len(new) - limit),
        note=safe_line(note),
    )
    return _with_calls(accepted, _calls(result, 0)), _with_calls(shown, _calls(result, 1))


def _source(result: CaseResult, now: datetime) -> SafeText:
    """Where the old answer is from: the day it was accepted, or who gave it where nobody has accepted any."""
    if not result.accepted:
        return safe_line(result.old_model)
    day = words.day(result.accepted_on, now.astimezone(UTC).date()) if isinstance(result.accepted_on, date) else ""
    return safe_line(" · ".join(filter(None, (day, result.old_model))))


def _runs(runs: Sequence[Difference], names: Sequence[str], left_out: int) -> tuple[Run, ...]:
    shown = [Run(safe(text), kind) for text, kind in marked(runs, names) if text]
    if left_out > 0:
        shown.append(Run(SafeText(f"\n… {left_out:,} more characters")))
    return tuple(shown)


def _calls(result: CaseResult, side: int) -> SafeText:
    """The tool calls of one side, a line each."""
    if side:
        calls = result.new[result.pair[1]].answer.tool_calls if result.pair[1] < len(result.new) else ()
    else:
        calls = result.old_calls[result.pair[0]] if result.pair[0] < len(result.old_calls) else ()
    return SafeText("\n".join(safe_line(f"call {call.name} {call.arguments}") for call in calls))


def _with_calls(view: AnswerView, calls: SafeText) -> AnswerView:
    if not calls:
        return view
    between = "\n\n" if any(run.text for run in view.runs) else ""
    return replace(view, runs=(*view.runs, Run(SafeText(between + calls))))


def _more(result: CaseResult, reasons: Sequence[Reason]) -> Iterator[SafeText]:
    """Further reasons, what is known about the repeats, and the note."""
    yield from (safe_line(reason.text) for reason in reasons if reason.check != _DEMANDED)
    if result.note and result.triage is not None and result.triage.reasons:
        yield safe_line(result.note)
    if result.flaky:
        yield SafeText("flaky: the old model's own repeats disagree")
    if len(result.new) > 1:
        unlike = len({run.answer.text for run in result.new})
        yield SafeText(f"{len(result.new)} repeats, {words.plural(unlike, 'different answer')}")


def _broken(reasons: Sequence[Reason]) -> Iterator[Demand]:
    """What the triage already knows of the demands."""
    return (Demand(safe_line(reason.text), kept=False) for reason in reasons[1:] if reason.check == _DEMANDED)


def _demands(requirements: Requirements, old: str, new: str) -> Iterator[Demand]:
    """Every requirement of the case, one by one, with what it found."""
    if requirements == Requirements():
        return
    before, after = Reading(old), Reading(new)
    for text, one in _each(requirements):
        broken = [reason.text for reason in broken_requirements(one, before, after)]
        yield Demand(safe_line(f"{text}: {broken[0]}" if broken else text), kept=not broken)
    if requirements.reference:
        kept = fits_reference(requirements.reference, after, "")
        text = f"reference “{brief(requirements.reference)}”"
        if kept is not None:
            yield Demand(safe_line(text if kept else f"{text}: not what it says"), kept)


def _each(requirements: Requirements) -> Iterator[tuple[str, Requirements]]:
    for fact in requirements.must_include:
        yield f"must_include “{brief(fact)}”", Requirements(must_include=(fact,))
    for fact in requirements.must_not_include:
        yield f"must_not_include “{brief(fact)}”", Requirements(must_not_include=(fact,))
    if requirements.max_words is not None:
        yield f"max_words {requirements.max_words:,}", Requirements(max_words=requirements.max_words)
    if requirements.schema is not None:
        yield "schema", Requirements(schema=requirements.schema)


def _measures(result: CaseResult) -> Iterator[Measure]:
    old, new = result.old_figures, result.new_figures
    for label, name, write in (
        ("latency", "latency_ms", words.seconds),
        ("tokens out", "output_tokens", words.count),
        ("cost", "cost_usd", words.dollars),
    ):
        value, before = getattr(new, name), getattr(old, name)
        if value is not None:
            yield Measure(label, SafeText(write(value)), _times(value, before))


def _times(value: float, before: float | None) -> SafeText:
    return SafeText(words.factor(value / before)) if before else NOTHING


def _info(result: CaseResult, case: Case | None, model: str) -> Iterator[tuple[str, SafeText]]:
    """Label and text, where there is one."""
    answer = result.new[result.pair[1]].answer if result.pair[1] < len(result.new) else None
    accepted_on = f"accepted {result.accepted_on}" if result.accepted else "never accepted"
    yield "Old", safe_line(", ".join(filter(None, (result.old_model, accepted_on))))
    if answer is not None:
        cached = sum(run.cached for run in result.new)
        parts = (model, answer.served_model if answer.served_model != model else "", answer.sdk, answer.api_version)
        yield "New", safe_line(", ".join(filter(None, parts)))
        yield (
            "Answers",
            SafeText(f"{len(result.old)} old, {len(result.new)} new, {cached} of these from an earlier run"),
        )
        yield "Stopped", safe_line(f"{answer.stop_reason or 'not told'}, {answer.outcome}")
    yield "Took", _took(result.old_figures, result.new_figures)
    if case is not None:
        if case.system:
            yield "System", safe_line(f"{case.system[:200]} ({len(case.system):,} characters)")
        if case.params:
            yield "Parameters", safe_line(", ".join(f"{key} = {value!r}" for key, value in case.params.items()))
    if result.tags:
        yield "Tags", safe_line(", ".join(result.tags))


def _took(old: Figures, new: Figures) -> SafeText:
    def said(figures: Figures) -> str:
        tokens = [f"{value:,.0f} {word}" for value, word in (
            (figures.input_tokens, "in"), (figures.output_tokens, "out")) if value is not None]  # fmt: skip
        return ", ".join([words.seconds(figures.latency_ms), *tokens, words.cost(figures.cost_usd)])

    return SafeText(f"{said(new)}; before {said(old)}")
