"""Running a suite on the command line: a line of progress, and an interruption that pays nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from importlib import import_module

import click

from console.cli import diagnostics
from console.cli.showing import AFTER_THE_FIRST_S, showing
from console.domain.errors import EXIT_INTERRUPTED, Refused
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.meanwhile import meanwhile
from console.providers.records import Limits
from console.regression.planning import SuitePlan
from console.regression.records import WORDS, SuiteRun
from console.regression.running import Finished, Progress, run_suite
from console.text import words

_BAR = 20
_LOADED_MEANWHILE = ("console.triage.judging", "console.regression.recording", "console.regression.reporting_text")
_GUESS_FROM = 10
"""Answers from which on the time that is left can be told."""


def tell(plan: SuitePlan) -> None:
    """What will be asked, before it is."""
    cases = words.plural(len(plan.trials), "case")
    held = f", {words.count(plan.accepted)} of them with accepted answers" if plan.accepted else ""
    diagnostics.say(
        f"{plan.suite.name}: {plan.new_model} against {plan.old_model}, {cases}{held}, "
        f"{words.plural(plan.jobs, 'answer')} to get"
    )
    for model, note in plan.notes:
        diagnostics.say(f"{note.parameter} is not sent to {model}: {note.reason}")


def run(
    plan: SuitePlan, endpoints: Endpoints, *, concurrency: int, limits: Limits, journal: AnswerJournal | None
) -> SuiteRun:
    """The run, to its end. Progress goes to stderr; interrupting ends the open requests and says what is kept."""
    progress = _Count(plan)
    try:
        return asyncio.run(_run(plan, endpoints, progress, concurrency, limits, journal))
    except KeyboardInterrupt:
        kept = "kept; the same command goes on from there" if journal is not None and not journal.problem else "lost"
        diagnostics.say(f"stopped: {words.count(progress.answers)} of {words.plural(plan.jobs, 'answer')} {kept}")
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None  # which says no more


class _Count:
    """How far a run is, in one line."""

    def __init__(self, plan: SuitePlan) -> None:
        self.of = plan.jobs
        self.answers = self.kept = 0
        self._tally: Counter[str] = Counter()
        self._began = time.monotonic()

    def add(self, event: Progress) -> None:
        """One more answer."""
        self.answers, self.kept = event.answers, event.kept
        if event.result is not None:
            self._tally[event.result.word] += 1

    def __str__(self) -> str:
        return counted(self.answers, self.of, self._tally, self.kept, time.monotonic() - self._began)


def counted(answers: int, of: int, tally: Mapping[str, int], kept: int, seconds: float) -> str:
    """`━━━━━━────────────── 120 of 400 answers · 50 same · 3 worrying · 20 kept · ≈ 40 s left`."""
    full = round(_BAR * answers / of) if of else _BAR
    parts = [f"{'━' * full}{'─' * (_BAR - full)} {words.count(answers)} of {words.plural(of, 'answer')}"]
    parts += [f"{words.count(tally[word])} {word}" for word in WORDS if tally.get(word)]
    if kept:
        parts.append(f"{words.count(kept)} kept")
    if answers - kept >= _GUESS_FROM and answers < of:
        parts.append(f"{words.about(seconds * (of - answers) / (answers - kept))} left")
    return " · ".join(parts)


async def _run(
    plan: SuitePlan,
    endpoints: Endpoints,
    count: _Count,
    concurrency: int,
    limits: Limits,
    journal: AnswerJournal | None,
) -> SuiteRun:
    with diagnostics.progress() as line:
        # What judges and reports: a fifth of a second that nobody waits for.
        for module in _LOADED_MEANWHILE:
            meanwhile(partial(import_module, module), AFTER_THE_FIRST_S)
        async with (
            showing(line, lambda: count),
            endpoints,
            aclosing(run_suite(plan, endpoints, concurrency=concurrency, limits=limits, journal=journal)) as events,
        ):
            async for event in events:
                if isinstance(event, Finished):
                    return event.run
                count.add(event)
    raise Refused("the run was stopped")
