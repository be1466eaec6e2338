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
    done: asyncio.Queue[Answered | BaseException] = asyncio.Queue()
    workers = [
        asyncio.create_task(_work(waiting, done, endpoints, limits, journal), name=f"ask-{number}")
        for number in range(min(max(1, concurrency), len(jobs)))
    ]
    try:
        for _ in jobs:
            item = await done.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(
    waiting: Iterator[tuple[int, Job]],
    done: asyncio.Queue[Answered | BaseException],
    endpoints: Endpoints,
    limits: Limits,
    journal: AnswerJournal | None,
) -> None:
    """Take the next job until there is none."""
    try:
        for number, job in waiting:
            done.put_nowait(await _answer(number, job, endpoints, limits, journal))
    except Exception as error:  # a defect: whoever waits for answers must not wait for ever
        done.put_nowait(error)


async def _answer(
    number: int, job: Job, endpoints: Endpoints, limits: Limits, journal: AnswerJournal | None
) -> Answered:
    if journal is None:
        return Answered(number, await answer_of(job.question, endpoints, limits=limits, direct=True), cached=False)
    stand_in = _by_stand_in(job.question, endpoints)
    kept = journal.recall(job.question, job.run, stand_in)
    if kept is not None:
        return Answered(number, kept, cached=True)
    answer = await answer_of(job.question, endpoints, limits=limits, direct=True)
    await asyncio.to_thread(journal.keep, job.question, job.run, answer)
    return Answered(number, answer, cached=False)


def _by_stand_in(question: Question, endpoints: Endpoints) -> bool:
    endpoint = endpoints.reach(provider_of(question))
    return isinstance(endpoint, Endpoint) and endpoint.stand_in
