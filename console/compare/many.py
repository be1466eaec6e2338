"""Many comparisons in one run: every question asked once, each pair compared as soon as both its answers are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime

from console.compare.records import Comparison, Pair
from console.domain.record import record
from console.providers.asking import DEFAULT_LIMITS
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.many import Job, ask_many
from console.providers.records import Answer, Limits
from console.text.clock import utc_now

_OFF_THE_LOOP = 20_000
"""Characters of two answers from which on comparing them would be seen by the requests under way."""


@record
class Trial:
    """One pair, asked for the `run`-th time, from 1."""

    pair: Pair
    run: int = 1


@record
class Finished:
    """The comparison of trial `number` (from 0); `kept` of its two answers were there from an earlier run."""

    number: int
    comparison: Comparison
    kept: int = 0


async def compare_many(
    trials: Sequence[Trial],
    endpoints: Endpoints,
    *,
    concurrency: int,
    limits: Limits = DEFAULT_LIMITS,
    journal: AnswerJournal | None = None,
    now: Callable[[], datetime] = utc_now,
) -> AsyncGenerator[Finished, None]:
    """Every trial's comparison, in the order in which they are complete; `concurrency` requests are under way.

    Pairs that share a question (the same object, in the same run) share its answer. A side that failed is in its
    comparison. May be closed or cancelled at any moment; iterate it under `contextlib.aclosing`.
    """
    plan = _Plan(trials)
    answers: dict[int, tuple[Answer, bool]] = {}
    async with aclosing(
        ask_many(plan.jobs, endpoints, concurrency=concurrency, limits=limits, journal=journal)
    ) as items:
        async for number, answer, kept in items:
            answers[number] = (answer, kept)
            for trial in plan.waiting[number]:
                left, right = (answers.get(job) for job in plan.sides[trial])
                if left is None or right is None:
                    continue
                comparison = await _compared(trials[trial].pair, left[0], right[0], now())
                yield Finished(trial, comparison, left[1] + right[1])


async def _compared(pair: Pair, left: Answer, right: Answer, at: datetime) -> Comparison:
    from console.compare.running import compared  # what judges takes a while to load, and nobody asks for it yet

    if len(left.text) + len(right.text) < _OFF_THE_LOOP:
        return compared(pair, left, right, at)
    return await asyncio.to_thread(compared, pair, left, right, at)


class _Plan:
    """Which job answers which side of which trial."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self.jobs: list[Job] = []
        self.sides: list[tuple[int, int]] = []
        self.waiting: dict[int, list[int]] = {}
        known: dict[tuple[int, int], int] = {}
        for number, trial in enumerate(trials):
            jobs = []
            for question in (trial.pair.left, trial.pair.right):
                job = known.setdefault((id(question), trial.run), len(self.jobs))
                if job == len(self.jobs):
                    self.jobs.append(Job(question, trial.run))
                jobs.append(job)
                self.waiting.setdefault(job, []).append(number)
            self.sides.append((jobs[0], jobs[1]))
