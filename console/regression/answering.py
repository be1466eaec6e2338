"""Answers ahead of whoever needs them: asked at once on a thread of their own, or taken from earlier runs.

A test is synchronous and asks for one answer at a time; waiting for each would take the sum of all latencies. So the
questions of a whole session are sent first, and a test waits only for its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Protocol

from console.providers.asking import DEFAULT_LIMITS
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.many import Job, ask_many
from console.providers.records import Answer, Failure, Limits, Question, cancelled
from console.text.clock import utc_now

UNASKED = Failure(
    "unsupported", "no answer of this model is kept for this prompt", "Run once without --replay, with the network."
)
"""What a replay says where nothing was kept."""


class Answers(Protocol):
    """Where answers come from. Keys tell jobs apart, also those that ask the same."""

    def send(self, jobs: Sequence[tuple[str, Job]]) -> None:
        """Begin to get the answers to `jobs`; returns at once."""

    def answer(self, key: str, job: Job) -> Answer:
        """The answer to `job`: what was sent under `key`, else asked for it alone. Waits; never raises for a fault."""

    @property
    def resumed(self) -> int:
        """How many answers an interrupted session had paid for."""

    def close(self, *, finish: bool = False, complete: bool = True) -> None:
        """End what is under way, or with `finish` wait for it. Closing twice does no harm.

        A session that is not `complete` leaves its answers to the next one.
        """


class Unfinished(AnswerJournal):
    """What an interrupted session left, to be taken from; and what this one is answered, left for the next.

    Nothing that this session was answered is taken again: two tests that ask the same, ask twice.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(path, now)
        self._left = AnswerJournal(path, now)
        len(self._left)  # read it before anything is added

    def recall(self, question: Question, run_number: int, stand_in: bool) -> Answer | None:
        """What the interrupted session was answered."""
        return self._left.recall(question, run_number, stand_in)

    def clear(self) -> None:
        """Forget both."""
        super().clear()
        self._left = AnswerJournal(self._path, self._now)


class Asked:
    """Answers of the providers, `concurrency` under way at a time, on an event loop in a thread.

    `connect` makes the endpoints on that thread, when the first question is sent. What is answered is kept in
    `journal`, but never taken from it: whoever tests a model wants to know how it answers today. Only what a session
    that was interrupted left in `unfinished` is not asked again.
    """

    def __init__(
        self,
        connect: Callable[[], Endpoints],
        *,
        concurrency: int,
        limits: Limits = DEFAULT_LIMITS,
        journal: AnswerJournal | None = None,
        unfinished: AnswerJournal | None = None,
    ) -> None:
        self.resumed = 0
        self._connect = connect
        self._concurrency = concurrency
        self._limits = limits
        self._journal = journal
        self._unfinished = unfinished
        self._answers: dict[str, Future[Answer]] = {}
        self._batches: list[Future[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._endpoints: Endpoints | None = None

    def send(self, jobs: Sequence[tuple[str, Job]]) -> None:
        """Begin to ask `jobs`, in their order."""
        fresh = [(key, job) for key, job in dict(jobs).items() if key not in self._answers]
        if not fresh:
            return
        futures = [Future[Answer]() for _ in fresh]
        self._answers.update((key, future) for (key, _), future in zip(fresh, futures, strict=True))
        batch = self._batch([job for _, job in fresh], futures)
        self._batches.append(asyncio.run_coroutine_threadsafe(batch, self._running()))

    def answer(self, key: str, job: Job) -> Answer:
        """The answer that was sent for, else one that is asked for alone."""
        if key not in self._answers:
            self.send([(key, job)])
        return self._answers[key].result()

    def when_answered(self, key: str, then: Callable[[Answer], None]) -> None:
        """Call `then` with the answer to what was sent under `key`, on the asking thread."""
        self._answers[key].add_done_callback(lambda future: then(future.result()))

    def close(self, *, finish: bool = False, complete: bool = True) -> None:
        """End the open requests, or wait for them, and the thread with them."""
        self._end(finish)
        if complete and self._unfinished is not None:
            self._unfinished.clear()

    def _end(self, finish: bool) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = self._thread = None
        for batch in self._batches:
            if finish:
                batch.exception()
            else:
                batch.cancel()
        asyncio.run_coroutine_threadsafe(self._aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        for future in self._answers.values():
            if not future.done():
                future.set_result(cancelled(""))

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            # A daemon: a test run that is being torn down must not hang on a provider.
            self._thread = threading.Thread(target=self._loop.run_forever, name="model answers", daemon=True)
            self._thread.start()
        return self._loop

    async def _batch(self, jobs: Sequence[Job], futures: Sequence[Future[Answer]]) -> None:
        kept: list[tuple[Question, int, Answer]] = []
        try:
            if self._endpoints is None:
                self._endpoints = self._connect()
            asking = ask_many(
                jobs,
                self._endpoints,
                concurrency=self._concurrency,
                limits=self._limits,
                journal=self._unfinished,
            )
            async with aclosing(asking) as answers:
                async for index, answer, cached in answers:
                    self.resumed += cached
                    futures[index].set_result(answer)
                    kept.append((jobs[index].question, jobs[index].run, answer))
        except Exception as error:  # a defect: whoever waits for an answer must not wait for ever
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            raise
        finally:
            for job, future in zip(jobs, futures, strict=True):
                if not future.done():
                    future.set_result(cancelled(job.question.model))
            if self._journal is not None and kept:  # at once: a disk takes as long for one as for fifty
                await asyncio.to_thread(self._journal.keep_all, kept)

    async def _aclose(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        if self._endpoints is not None:
            await self._endpoints.aclose()


class Replayed:
    """Answers of earlier runs, from the journal: nothing is asked, and no connection opened."""

    resumed = 0

    def __init__(self, journal: AnswerJournal, *, stand_in: bool = False) -> None:
        self._journal = journal
        self._stand_in = stand_in

    def send(self, jobs: Sequence[tuple[str, Job]]) -> None:
        """Nothing: what is kept is there."""

    def answer(self, key: str, job: Job) -> Answer:
        """The kept answer, else one with the failure `UNASKED`."""
        kept = self._journal.recall(job.question, job.run, self._stand_in)
        return Answer(job.question.model, "", "", "error", UNASKED) if kept is None else kept

    def close(self, *, finish: bool = False, complete: bool = True) -> None:
        """Nothing is open."""
