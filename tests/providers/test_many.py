"""Many questions at once: how many are under way, in which order they come, and what is not asked twice."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from types import SimpleNamespace

import pytest

from console.providers import many
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.many import Job, ask_many
from console.providers.records import Question


def jobs(count: int) -> list[Job]:
    return [Job(Question.of("claude-sonnet-5-5", f"question {number}")) for number in range(count)]


async def everything(of, endpoints, **more):
    async with aclosing(ask_many(of, endpoints, **{"concurrency": 4, **more})) as items:
        return [item async for item in items]


def desk_of(count, written, *, whole=False):
    """A desk for so many answers; what it writes goes to `written`, or with `whole` each write as a list."""

    def keep_all(items):
        answers = [answer for _, _, answer in items]
        written.extend([answers] if whole else answers)

    return many._Desk(jobs(count), SimpleNamespace(keep_all=keep_all))


def answered(number):
    return many.Answered(number, f"answer {number}", False)


async def test_every_job_has_one_answer(server, endpoints, streams):
    server.replies = [streams.reply(body=streams.anthropic())]
    done = await everything(jobs(9), endpoints)
    assert sorted(item.number for item in done) == list(range(9))
    assert {(item.answer.text, item.cached) for item in done} == {("Your parcel left on Tuesday.", False)}
    asked = sorted(body["messages"][0]["content"] for _, _, body in server.seen)
    assert asked == [f"question {number}" for number in range(9)]


async def test_no_jobs_no_answers(endpoints):
    assert await everything([], endpoints) == []


async def test_so_many_are_under_way_and_the_first_to_finish_comes_first(monkeypatch, endpoints):
    under_way = most = 0
    gates = [asyncio.Event() for _ in range(6)]

    async def slow(question, endpoints, *, limits, direct):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gates[int(question.messages[0]["content"].split()[-1])].wait()
        under_way -= 1
        return question.messages[0]["content"]

    monkeypatch.setattr(many, "answer_of", slow)
    order = []
    async with aclosing(ask_many(jobs(6), endpoints, concurrency=3)) as items:
        for gate in (2, 3, 0, 5, 1, 4):
            gates[gate].set()
            order.append((await anext(items)).number)
    assert order == [2, 3, 0, 5, 1, 4]
    assert most == 3


async def test_what_is_kept_is_not_asked_again(server, endpoints, streams, tmp_path):
    server.replies = [streams.reply(body=streams.anthropic())]
    await everything(jobs(3), endpoints, journal=AnswerJournal(tmp_path / "j"))
    done = await everything(jobs(5), endpoints, journal=AnswerJournal(tmp_path / "j"))
    assert sorted((item.number, item.cached) for item in done) == [(n, n < 3) for n in range(5)]
    assert len(server.seen) == 5


async def test_a_failed_answer_is_asked_again(server, endpoints, streams, tmp_path):
    server.replies = [streams.reply.error(400, {"type": "error", "error": {"type": "x", "message": "no"}})]
    first = await everything(jobs(1), endpoints, journal=AnswerJournal(tmp_path / "j"))
    server.replies = [streams.reply(body=streams.anthropic())]
    second = await everything(jobs(1), endpoints, journal=AnswerJournal(tmp_path / "j"))
    assert (first[0].answer.outcome, second[0].answer.outcome) == ("error", "ok")


async def test_runs_of_one_question_are_asked_each(server, endpoints, streams, tmp_path):
    server.replies = [streams.reply(body=streams.anthropic())]
    same = jobs(1)[0].question
    await everything([Job(same, 1), Job(same, 2)], endpoints, journal=AnswerJournal(tmp_path / "j"))
    assert len(server.seen) == 2


async def test_leaving_early_ends_the_open_requests_and_keeps_what_was_answered(
    server, endpoints, streams, tmp_path, until
):
    answered = streams.reply(body=streams.anthropic())
    server.replies = [answered, answered, streams.reply(body=streams.anthropic(stop=None), then="hang")]
    async with aclosing(ask_many(jobs(6), endpoints, concurrency=1, journal=AnswerJournal(tmp_path / "j"))) as items:
        for _ in range(2):
            await anext(items)
    assert len(AnswerJournal(tmp_path / "j")) == 2
    assert len(server.seen) <= 3


async def test_cancelling_loses_no_answer_that_no_thread_had_begun_to_write(until):
    busy, free = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    occupied = loop.run_in_executor(None, lambda: (busy.set(), free.wait(10)))
    written = []
    desk = desk_of(1, written)
    desk.put(answered(0))
    consumer = asyncio.create_task(desk.take())
    await until(lambda: busy.is_set() and executor._work_queue.qsize())
    consumer.cancel()
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(consumer, occupied, return_exceptions=True)
    assert consumer.cancelled()
    assert written == ["answer 0"]


async def test_cancelling_loses_no_answer_that_waits_for_the_next_write(monkeypatch):
    monkeypatch.setattr(many, "_WRITE_EVERY_S", 100.0)
    written = []
    desk = desk_of(3, written)
    desk.put(answered(0))
    await desk.take()
    desk.put(answered(1))
    consumer = asyncio.create_task(desk.take())
    await asyncio.sleep(0)
    consumer.cancel()
    await asyncio.gather(consumer, return_exceptions=True)
    assert written == ["answer 0"]
    desk.close()
    assert written == ["answer 0", "answer 1"]


async def test_answers_that_come_close_together_are_written_together(monkeypatch):
    monkeypatch.setattr(many, "_WRITE_EVERY_S", 100.0)
    writes = []
    desk = desk_of(5, writes, whole=True)
    desk.put(answered(0))
    assert [item.number for item in await desk.take()] == [0]
    rest = asyncio.create_task(desk.take())
    for number in (3, 1, 4, 2):
        assert not rest.done()
        desk.put(answered(number))
        await asyncio.sleep(0)
    # Nothing more can come, so nobody waits for the time to be over.
    assert [item.number for item in await asyncio.wait_for(rest, 10)] == [3, 1, 4, 2]
    assert writes == [["answer 0"], ["answer 3", "answer 1", "answer 4", "answer 2"]]


async def test_where_nothing_is_written_nobody_waits(monkeypatch):
    monkeypatch.setattr(many, "_WRITE_EVERY_S", 100.0)
    desk = many._Desk(jobs(3), None)
    for number in range(2):
        desk.put(answered(number))
        assert [item.number for item in await asyncio.wait_for(desk.take(), 10)] == [number]


async def test_what_was_kept_is_not_written_again():
    written = []
    desk = desk_of(2, written)
    desk.put(many.Answered(0, "answer 0", True))
    desk.put(answered(1))
    assert len(await desk.take()) == 2
    assert written == ["answer 1"]


async def test_cancelling_ends_the_open_requests(server, endpoints, streams, until):
    server.replies = [streams.reply(then="hang_before_headers")]
    task = asyncio.create_task(everything(jobs(8), endpoints, concurrency=2))
    await until(lambda: len(server.seen) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(server.aborted.is_set)
    assert len(server.seen) == 2


async def test_an_endpoint_without_a_key_answers_every_job_with_why(tmp_path):
    async with Endpoints.from_environment({}) as endpoints:
        done = await everything(jobs(3), endpoints, journal=AnswerJournal(tmp_path / "j"))
    assert {item.answer.failure.kind for item in done} == {"no_key"}


async def test_a_defect_is_raised_and_nobody_waits(monkeypatch, endpoints):
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(many, "answer_of", broken)
    with pytest.raises(ZeroDivisionError):
        await everything(jobs(3), endpoints)
