"""Many questions at once: so many under way at a time, each answer as soon as it is there."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from console.domain.record import record
from console.providers.asking import DEFAULT_LIMITS, answer_of
from console.providers.catalogue import provider_of
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.kept import AnswerJournal
from console.providers.records import Answer, Limits, Question

_WRITE_EVERY_S = 0.05
"""A disk takes as long for one answer as for fifty, and 2 ms of a processor each time."""


@record
class Job:
    """One question to ask; `run` tells repeats of the same question apart, from 1."""

    question: Question
    run: int = 1


class Answered(NamedTuple):
    """The answer to job `number` (from 0); `cached`: it was there from an earlier run, and nobody was asked."""

    number: int
    answer: Answer
    cached: bool


async def ask_many(
    jobs: Sequence[Job],
    endpoints: Endpoints,
    *,
    concurrency: int,
    limits: Limits = DEFAULT_LIMITS,
    journal: AnswerJournal | None = None,
) -> AsyncGenerator[Answered, None]:
    """The answer to every job, in the order in which they come; `concurrency` (at least 1) are under way at a time.

    What `journal` holds is not asked again, and what is answered is on the disk before it is yielded, so that an
    interrupted run loses only what was under way. Never raises for what a provider does. May be closed or cancelled at
    any moment, which ends the open requests; iterate it under `contextlib.aclosing`.
    """
    waiting = iter(enumerate(jobs))
    desk = _Desk(jobs, journal)
    workers = [
        asyncio.create_task(_work(waiting, desk, endpoints, limits, journal), name=f"ask-{number}")
        for number in range(min(max(1, concurrency), len(jobs)))
    ]
    try:
        while desk.left:
            for item in await desk.take():
                yield item
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        desk.close()


class _Desk:
    """Where answers arrive, and leave once they are on the disk."""

    def __init__(self, jobs: Sequence[Job], journal: AnswerJournal | None) -> None:
        self.left = len(jobs)
        self._jobs = jobs
        self._journal = journal
        self._arrived: list[Answered] = []
        self._problem: Exception | None = None
        self._something = asyncio.Event()
        self._everything = asyncio.Event()
        self._written = -math.inf

    def put(self, item: Answered | Exception) -> None:
        """One more answer, or the defect that kept it from coming."""
        if isinstance(item, Answered):
            self._arrived.append(item)
        else:
            self._problem = item
        self._something.set()
        if self._problem or len(self._arrived) == self.left:
            self._everything.set()

    async def take(self) -> list[Answered]:
        """All that is there, once there is something and it is kept. Meanwhile the workers go on asking.

        Whoever is cancelled here waits for the disk all the same: a write that no thread had taken up yet would be
        cancelled, too, and its answers paid for again.
        """
        await self._something.wait()
        if self._journal is not None:
            await self._pause()
        if self._problem is not None:
            raise self._problem
        self._something.clear()
        items, self._arrived = self._arrived, []
        self.left -= len(items)
        if self._journal is not None and (new := self._new(items)):
            writing = asyncio.ensure_future(asyncio.to_thread(self._journal.keep_all, new))
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                await writing
                raise
        return items

    async def _pause(self) -> None:
        """Until the disk may be asked again, or nothing more can come."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._written + _WRITE_EVERY_S):
                await self._everything.wait()
        self._written = loop.time()

    def close(self) -> None:
        """What had arrived when nobody waited for it any more was paid for, too."""
        if self._journal is not None and (new := self._new(self._arrived)):
            self._journal.keep_all(new)

    def _new(self, items: Sequence[Answered]) -> list[tuple[Question, int, Answer]]:
        """What no earlier run has kept."""
        jobs = self._jobs
        return [(jobs[item.number].question, jobs[item.number].run, item.answer) for item in items if not item.cached]


async def _work(
    waiting: Iterator[tuple[int, Job]],
    desk: _Desk,
    endpoints: Endpoints,
    limits: Limits,
    journal: AnswerJournal | None,
) -> None:
    """Take the next job until there is none."""
    try:
        for number, job in waiting:
            kept = _recalled(job, endpoints, journal)
            answer = kept or await answer_of(job.question, endpoints, limits=limits, direct=True)
            desk.put(Answered(number, answer, kept is not None))
    except Exception as error:  # a defect: whoever waits for answers must not wait for ever
        desk.put(error)


def _recalled(job: Job, endpoints: Endpoints, journal: AnswerJournal | None) -> Answer | None:
    if journal is None:
        return None
    endpoint = endpoints.reach(provider_of(job.question))
    return journal.recall(job.question, job.run, isinstance(endpoint, Endpoint) and endpoint.stand_in)
