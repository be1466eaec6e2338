"""Running a suite: all its questions at once, each case judged as soon as its answers are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from datetime import datetime, timedelta

from console.domain.errors import Unmeasured
from console.domain.record import record
from console.providers.asking import DEFAULT_LIMITS
from console.providers.catalogue import provider_of
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.many import Job, ask_many
from console.providers.records import Failure, Limits
from console.regression.judging import Old, judge
from console.regression.planning import SuitePlan, Trial
from console.regression.records import CaseResult, Run, SuiteRun
from console.text.clock import utc_now

RESUMED_WITHIN = timedelta(hours=24)
"""A run of next week is no resumption: it is there to see what the model answers by then."""
_OFF_THE_LOOP = 20_000
"""Characters of a case's answers from which on judging them would hold up the requests under way."""


@record
class Progress:
    """One more answer is there: `answers` of `of`, `kept` of them from an interrupted run.

    `result` is the case that it completed, where it did.
    """

    answers: int
    of: int
    kept: int
    result: CaseResult | None = None


@record
class Finished:
    """Every case is judged. The last event."""

    run: SuiteRun


async def run_suite(
    plan: SuitePlan,
    endpoints: Endpoints,
    *,
    concurrency: int,
    limits: Limits = DEFAULT_LIMITS,
    journal: AnswerJournal | None = None,
    now: Callable[[], datetime] = utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Progress | Finished, None]:
    """Ask what `plan` says, `concurrency` questions at a time: a `Progress` for each answer, `Finished` at the end.

    What `journal` keeps is not asked again. A case without an answer is "not measured"; nothing is raised for what a
    provider does. May be closed or cancelled at any moment, which ends the open requests; iterate it under
    `contextlib.aclosing`.
    """
    started, begun = now(), clock()
    desk = _Desk(plan)
    kept = 0
    async with aclosing(
        ask_many(desk.jobs, endpoints, concurrency=concurrency, limits=limits, journal=journal)
    ) as answers:
        async for number, answer, cached in answers:
            kept += cached
            trial = desk.take(number, Run(answer, cached))
            result = None if trial is None else await _judged(desk, trial)
            yield Progress(desk.taken, len(desk.jobs), kept, result)
    yield Finished(desk.run(started, clock() - begun))


def journal_of(plan: SuitePlan, now: Callable[[], datetime] = utc_now) -> AnswerJournal:
    """Where the answers of an interrupted run of `plan` are kept, until a run like it is complete, or a day is over."""
    part = [trial.case.id for trial in plan.trials] if plan.partial else []
    journal = AnswerJournal.of(
        "regress", str(plan.suite.path.resolve()), plan.old_model, plan.new_model, *part, now=now
    )
    journal.forget_if_idle(RESUMED_WITHIN)
    return journal


def must_be_reachable(plan: SuitePlan, endpoints: Endpoints) -> None:
    """Raises Unmeasured where a model cannot be asked at all: no key, or nobody known who serves it."""
    problems: dict[str, Failure] = {}
    for job in _all_jobs(plan.trials):
        if job.question.model not in problems:
            reached = endpoints.reach(provider_of(job.question))
            if isinstance(reached, Failure):
                problems[job.question.model] = reached
    if problems:
        lines = dict.fromkeys(f"{model}: {failure.message}" for model, failure in problems.items())
        hints = dict.fromkeys(failure.hint for failure in problems.values() if failure.hint)
        raise Unmeasured("\n".join(lines), " ".join(hints))


class _Desk:
    """Puts answers to their cases. Questions go out case by case, so that cases are complete early."""

    def __init__(self, plan: SuitePlan) -> None:
        self._plan = plan
        self.jobs = list(_all_jobs(plan.trials))
        self._of = [number for number, trial in enumerate(plan.trials) for _ in _all_jobs((trial,))]
        self._first = [0] * len(plan.trials)
        for job in range(len(self.jobs) - 1, -1, -1):
            self._first[self._of[job]] = job
        self._runs: dict[int, Run] = {}
        self._left = [len(trial.new_jobs) + len(trial.old_jobs) for trial in plan.trials]
        self._results: list[CaseResult | None] = [None] * len(plan.trials)

    @property
    def taken(self) -> int:
        """How many answers there are."""
        return len(self._runs)

    def take(self, job: int, run: Run) -> int | None:
        """Note the answer to `job`; the trial that it completes."""
        self._runs[job] = run
        trial = self._of[job]
        self._left[trial] -= 1
        return None if self._left[trial] else trial

    def characters(self, number: int) -> int:
        """How much text the answers of a complete trial hold."""
        return sum(len(run.answer.text) for run in self._all_of(number))

    def judge(self, number: int) -> CaseResult:
        """The result of a complete trial."""
        trial = self._plan.trials[number]
        runs = self._all_of(number)
        new, old = runs[: len(trial.new_jobs)], runs[len(trial.new_jobs) :]
        held = trial.old or Old.asked(self._plan.old_model, old)
        result = judge(trial.case, held, new, trial.params_hash)
        self._results[number] = result
        return result

    def run(self, started: datetime, seconds: float) -> SuiteRun:
        """The whole run. Every trial must be judged."""
        plan = self._plan
        return SuiteRun(
            suite=plan.suite.name,
            suite_path=plan.suite.path,
            route=plan.route,
            old_model=plan.old_model,
            new_model=plan.new_model,
            stand_in=any(run.answer.stand_in for run in self._runs.values()),
            started=started,
            seconds=seconds,
            results=tuple(result for result in self._results if result is not None),
            partial=plan.partial,
        )

    def _all_of(self, number: int) -> tuple[Run, ...]:
        first = self._first[number]
        count = len(self._plan.trials[number].new_jobs) + len(self._plan.trials[number].old_jobs)
        return tuple(self._runs[job] for job in range(first, first + count))


async def _judged(desk: _Desk, trial: int) -> CaseResult:
    if desk.characters(trial) < _OFF_THE_LOOP:
        return desk.judge(trial)
    return await asyncio.to_thread(desk.judge, trial)


def _all_jobs(trials: Iterable[Trial]) -> Iterable[Job]:
    for trial in trials:
        yield from trial.new_jobs
        yield from trial.old_jobs
