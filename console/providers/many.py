"""Many questions at once: so many under way at a time, each answer as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from console.providers.asking import DEFAULT_LIMITS, answer_of
from console.providers.catalogue import provider_of
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.kept import AnswerJournal
from console.providers.records import Answer, Limits, Question


@dataclass(frozen=True, slots=True)
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
    answered: asyncio.Queue[Answered | BaseException] = asyncio.Queue()
    workers = [
        asyncio.create_task(_work(waiting, answered, endpoints, limits, journal), name=f"ask-{number}")
        for number in range(min(max(1, concurrency), len(jobs)))
    ]
    left = len(jobs)
    try:
        while left:
            for item in await _kept(await _waiting(answered), jobs, journal):
                left -= 1
                yield item
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        _keep_rest(answered, jobs, journal)


async def _waiting(answered: asyncio.Queue[Answered | BaseException]) -> list[Answered]:
    """All that is there, once there is something."""
    items = [await answered.get()]
    while not answered.empty():
        items.append(answered.get_nowait())
    for item in items:
        if isinstance(item, BaseException):
            raise item
    return [item for item in items if isinstance(item, Answered)]


async def _kept(items: list[Answered], jobs: Sequence[Job], journal: AnswerJournal | None) -> list[Answered]:
    """The same, once they are on the disk. Meanwhile the workers go on asking.

    Whoever is cancelled here waits for the disk all the same: a write that no thread had taken up yet would be
    cancelled, too, and its answers paid for again.
    """
    new = [(jobs[item.number].question, jobs[item.number].run, item.answer) for item in items if not item.cached]
    if journal is not None and new:
        writing = asyncio.ensure_future(asyncio.to_thread(journal.keep_all, new))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
    return items


def _keep_rest(
    answered: asyncio.Queue[Answered | BaseException], jobs: Sequence[Job], journal: AnswerJournal | None
) -> None:
    """What had arrived when nobody waited for it any more was paid for, too."""
    items: list[Answered] = []
    while not answered.empty():
        item = answered.get_nowait()
        if isinstance(item, Answered) and not item.cached:
            items.append(item)
    if journal is not None and items:
        journal.keep_all([(jobs[item.number].question, jobs[item.number].run, item.answer) for item in items])


async def _work(
    waiting: Iterator[tuple[int, Job]],
    answered: asyncio.Queue[Answered | BaseException],
    endpoints: Endpoints,
    limits: Limits,
    journal: AnswerJournal | None,
) -> None:
    """Take the next job until there is none."""
    try:
        for number, job in waiting:
            kept = _recalled(job, endpoints, journal)
            answer = kept or await answer_of(job.question, endpoints, limits=limits, direct=True)
            answered.put_nowait(Answered(number, answer, kept is not None))
    except Exception as error:  # a defect: whoever waits for answers must not wait for ever
        answered.put_nowait(error)


def _recalled(job: Job, endpoints: Endpoints, journal: AnswerJournal | None) -> Answer | None:
    if journal is None:
        return None
    endpoint = endpoints.reach(provider_of(job.question))
    return journal.recall(job.question, job.run, isinstance(endpoint, Endpoint) and endpoint.stand_in)
