"""One case judged: the new model's answers against the accepted ones, or against those of the old model.

A model asked twice seldom says the same twice. How far the old answers lie from each other is the measure: a new one
is a change only where even the nearest old answer is farther away than that. A requirement of the case is kept or not,
however much the old model varied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import permutations
from typing import NamedTuple

from console.domain.record import record
from console.providers.records import Answer, ToolCall
from console.regression.clustering import breaks_demand, cluster_of
from console.regression.records import NO_FIGURES, Case, CaseResult, Figures, Run, Snapshot, Status
from console.text import words
from console.triage.records import WORRYING_FROM, Requirements, Triage

MOST_OLD = 12
"""Old answers that are compared with each other and with every new one: 132 judgements, a fraction of a second."""


@record
class Said:
    """One answer as it is judged: its text, its tool calls, and why a provider withheld it ("" where none did)."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    withheld: str = ""

    @classmethod
    def of(cls, answer: Answer) -> Said:
        """A finished answer."""
        withheld = "the provider refused" if answer.outcome == "refusal" and not answer.text.strip() else ""
        return cls(answer.text, answer.tool_calls, withheld)


@record
class Old:
    """What new answers are held against. No answers: there is nothing to compare with, and `note` says why."""

    answers: tuple[Said, ...]
    model: str = ""
    accepted_on: date | None = None
    params_hash: str = ""
    figures: Figures = NO_FIGURES
    note: str = ""

    @classmethod
    def accepted(cls, snapshot: Snapshot) -> Old:
        """The answers that a person accepted: any of them will do."""
        answers = tuple(Said(text, snapshot.calls_of(number)) for number, text in enumerate(snapshot.answers))
        return cls(answers, snapshot.model, snapshot.date, snapshot.params_hash)

    @classmethod
    def asked(cls, model: str, runs: Sequence[Run]) -> Old:
        """What the old model answers today."""
        good = independent(runs)
        note = "" if good else f"{model} gave no answer: {_why(runs)}"
        return cls(tuple(Said.of(run.answer) for run in good), model, figures=_figures(runs), note=note)


def judge(case: Case, old: Old, new: Sequence[Run], params_hash: str = "") -> CaseResult:
    """The result of `case`. `params_hash` is of the question as it is asked; it goes into the next snapshot.

    Runs that failed are left out of the judgement; where none is left the case was not measured. An answer that was
    kept and comes back for another run is one observation.
    """
    runs = independent(new)
    result = CaseResult(
        case=case.id,
        status="not measured",
        cluster="fault",
        old=tuple(said.text for said in old.answers),
        new=tuple(new),
        old_figures=old.figures,
        new_figures=_figures(new),
        prompt=case.prompt,
        old_model=old.model,
        old_calls=tuple(said.calls for said in old.answers) if any(said.calls for said in old.answers) else (),
        accepted=old.accepted_on is not None,
        accepted_on=old.accepted_on,
        params_hash=params_hash,
        tags=case.tags,
        line=case.line,
    )
    if not runs:
        return replace(result, note=f"no answer: {_why(new)}")
    if not old.answers:
        return _without_old(result, case, old, new, runs)
    return _compared(result, case, old, new, runs)


def independent(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs that are evidence: those with an answer, without kept ones that repeat another run's very answer."""
    found: dict[Answer, Run] = {}
    kept: list[Run] = []
    for run in sorted((run for run in runs if run.answer.failure is None), key=lambda run: run.cached):
        if not run.cached or run.answer not in found:
            kept.append(run)
        found.setdefault(run.answer, run)
    return tuple(run for run in runs if any(run is one for one in kept))


class _Nearest(NamedTuple):
    """A new run and the old answer it is nearest to, by their places in a result."""

    triage: Triage
    old: int
    new: int


def _compared(result: CaseResult, case: Case, old: Old, new: Sequence[Run], runs: Sequence[Run]) -> CaseResult:
    answers = old.answers[:MOST_OLD]
    judged = _judge_of(case.prompt, case.requirements)
    nearest = [_nearest(answers, Said.of(run.answer), _place(new, run), judged) for run in runs]
    noise = _noise(answers, case.prompt)
    broken = [one for one in nearest if _breaks(one.triage)]
    beyond = [one for one in nearest if one.triage.score > noise and one.triage.score >= WORRYING_FROM]
    flaky = noise >= WORRYING_FROM
    decides = max(broken or beyond or nearest, key=lambda one: one.triage.score)
    # Where the old model disagrees with itself, one run of many is no evidence that the new one is worse.
    changed = 2 * len(beyond) > len(runs) if flaky else bool(beyond)
    status: Status = "failed" if broken else "worrying" if changed else _mild(decides.triage)
    shown = answers[decides.old].text, new[decides.new].answer.text
    return replace(
        result,
        status=status,
        cluster=cluster_of(decides.triage, *shown) if status != "same" else "",
        triage=decides.triage,
        flaky=flaky,
        note=_note(result, old, new, runs, broken or beyond if status in ("failed", "worrying") else ()),
        pair=(decides.old, decides.new),
    )


def _without_old(result: CaseResult, case: Case, old: Old, new: Sequence[Run], runs: Sequence[Run]) -> CaseResult:
    """There is nothing to compare with; what the case demands can be said all the same."""
    alone = _judge_of(case.prompt, case.requirements)
    judged = [_Nearest(alone(Said.of(run.answer), Said.of(run.answer)), 0, _place(new, run)) for run in runs]
    broken = [one for one in judged if _breaks(one.triage)]
    note = old.note or "there is no answer to compare with"
    if not broken:
        return replace(result, note=note)
    worst = max(broken, key=lambda one: one.triage.score)
    return replace(result, status="failed", cluster="requirements", triage=worst.triage, note=note, pair=(0, worst.new))


def _judge_of(prompt: str, requirements: Requirements) -> Callable[[Said, Said], Triage]:
    from console.triage.judging import triage  # takes a tenth of a second to load, and the questions go out before

    @cache
    def judged(old: Said, new: Said) -> Triage:
        return triage(
            old.text,
            new.text,
            prompt=prompt,
            requirements=requirements,
            old_tools=old.calls,
            new_tools=new.calls,
            old_error=old.withheld,
            new_error=new.withheld,
        )

    return judged


def _nearest(answers: Sequence[Said], said: Said, place: int, judged: Callable[[Said, Said], Triage]) -> _Nearest:
    found = [_Nearest(judged(answer, said), number, place) for number, answer in enumerate(answers)]
    return min(found, key=lambda one: one.triage.score)


def _noise(answers: Sequence[Said], prompt: str) -> float:
    """The worst score (0..1) of any old answer against another one; 0 where there is only one."""
    judged = _judge_of(prompt, Requirements())
    return max((judged(one, other).score for one, other in permutations(answers, 2)), default=0.0)


def _mild(found: Triage) -> Status:
    return "same" if found.verdict == "same" else "acceptable"


def _breaks(found: Triage) -> bool:
    return any(breaks_demand(reason) for reason in found.reasons)


def _note(
    result: CaseResult,
    old: Old,
    new: Sequence[Run],
    runs: Sequence[Run],
    decided_by: Sequence[_Nearest],
) -> str:
    parts = []
    if decided_by and len(decided_by) < len(runs):
        parts.append(f"{len(decided_by)} of {len(runs)} runs")
    failed = sum(run.answer.failure is not None for run in new)
    if failed:
        parts.append(f"{words.plural(failed, 'run')} without an answer")
    if any(run.answer.outcome == "truncated" for run in runs):
        parts.append("cut off at its token limit")
    if old.params_hash and result.params_hash and old.params_hash != result.params_hash:
        parts.append(f"the question was changed since its answer was accepted on {old.accepted_on}")
    return "; ".join(parts)


def _place(runs: Sequence[Run], run: Run) -> int:
    return next(number for number, one in enumerate(runs) if one is run)


def _figures(runs: Sequence[Run]) -> Figures:
    return Figures.of(run.answer for run in runs)


def _why(runs: Sequence[Run]) -> str:
    """The first failure, in the provider's words: text from outside."""
    failures = (run.answer.failure for run in runs)
    return next((failure.message for failure in failures if failure is not None), "it was not asked")
