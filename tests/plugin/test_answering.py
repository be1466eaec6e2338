"""Questions are sent at once on a thread; answers are waited for one at a time, in any order."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.many import Job
from console.providers.records import Question
from console.regression.answering import Asked, Replayed, Unfinished
from console.regression.exchanging import Shared, Worker

NEW = "claude-sonnet-5-5"


def job(prompt: str, run: int = 1) -> Job:
    return Job(Question.of(NEW, prompt), run)


def jobs(*prompts: str) -> list[tuple[str, Job]]:
    return [(prompt, job(prompt)) for prompt in prompts]


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def journal(tmp_path: Path) -> AnswerJournal:
    return AnswerJournal.of("test", folder=tmp_path / "state")


@pytest.fixture
def make(provider: Any) -> Iterator[Callable[..., Asked]]:
    made: list[Asked] = []

    def asked(concurrency: int = 8, journal: AnswerJournal | None = None) -> Asked:
        made.append(Asked(lambda: Endpoints.stand_in(provider.url), concurrency=concurrency, journal=journal))
        return made[-1]

    yield asked
    for one in made:
        one.close()


def test_each_waits_for_its_own_answer(make: Callable[..., Asked]) -> None:
    asked = make()
    asked.send(jobs("a", "b", "c"))
    assert [asked.answer(key, job(key)).text for key in "cab"] == [f"The answer to {key}" for key in "cab"]


def test_all_are_under_way_at_once_but_no_more_than_allowed(provider: Any, make: Callable[..., Asked]) -> None:
    provider.latency_s = 0.1
    asked = make(concurrency=4)
    asked.send(jobs(*"abcdefgh"))
    for key in "abcdefgh":
        asked.answer(key, job(key))
    assert provider.most_under_way == 4


def test_nothing_is_asked_twice_under_one_key(provider: Any, make: Callable[..., Asked]) -> None:
    asked = make()
    asked.send(jobs("a"))
    asked.send(jobs("a", "b"))
    asked.answer("a", job("a"))
    asked.answer("b", job("b"))
    asked.answer("a", job("a"))
    assert provider.prompts == ["a", "b"]


def test_what_was_not_sent_is_asked_when_it_is_needed(provider: Any, make: Callable[..., Asked]) -> None:
    assert make().answer("late", job("late")).text == "The answer to late"
    assert provider.prompts == ["late"]


def test_a_fault_of_the_provider_is_an_answer_with_a_failure(provider: Any, make: Callable[..., Asked]) -> None:
    provider.answers["a"] = 400
    answer = make().answer("a", job("a"))
    assert answer.failure is not None
    assert answer.failure.status == 400


def test_a_defect_reaches_whoever_waits() -> None:
    def broken() -> Endpoints:
        raise ZeroDivisionError

    asked = Asked(broken, concurrency=1)
    asked.send(jobs("a"))
    with pytest.raises(ZeroDivisionError):
        asked.answer("a", job("a"))
    asked.close()


def test_closing_ends_what_is_under_way_and_the_thread(provider: Any, make: Callable[..., Asked]) -> None:
    provider.latency_s = 5.0
    asked = make()
    asked.send(jobs("a", "b"))
    until(lambda: provider.under_way == 2)
    began = time.monotonic()
    asked.close()
    asked.close()
    assert time.monotonic() - began < 3.0
    assert not [thread for thread in threading.enumerate() if thread.name == "model answers"]
    failure = asked.answer("a", job("a")).failure
    assert failure is not None
    assert failure.kind == "cancelled"


def test_answers_are_kept_but_asked_anew_each_time(
    provider: Any, make: Callable[..., Asked], journal: AnswerJournal
) -> None:
    for _ in range(2):
        asked = make(journal=journal)
        asked.answer("a", job("a"))
        asked.close(finish=True)
    assert provider.prompts == ["a", "a"]
    assert len(journal) == 1


def test_a_replay_asks_nobody(provider: Any, make: Callable[..., Asked], journal: AnswerJournal) -> None:
    asked = make(journal=journal)
    asked.answer("a", job("a"))
    asked.close(finish=True)
    replayed = Replayed(journal, stand_in=True)
    replayed.send(jobs("a", "b"))
    assert replayed.answer("a", job("a")).text == "The answer to a"
    failure = replayed.answer("b", job("b")).failure
    assert failure is not None
    assert "--replay" in failure.hint
    assert provider.prompts == ["a"]


def test_a_replay_of_the_real_model_takes_no_answer_of_the_stand_in(
    make: Callable[..., Asked], journal: AnswerJournal
) -> None:
    asked = make(journal=journal)
    asked.answer("a", job("a"))
    asked.close(finish=True)
    assert Replayed(journal).answer("a", job("a")).failure is not None


@pytest.fixture
def two(make: Callable[..., Asked], tmp_path: Path) -> tuple[Shared, Shared]:
    folder = tmp_path / "exchange"
    folder.mkdir()
    return Shared(make(), Worker(0, 2, folder)), Shared(make(), Worker(1, 2, folder))


def test_two_processes_ask_each_prompt_once_and_both_get_all(provider: Any, two: tuple[Shared, Shared]) -> None:
    for one in two:
        one.send(jobs(*"abcde"))
    for one in two:
        assert [one.answer(key, job(key)).text for key in "abcde"] == [f"The answer to {key}" for key in "abcde"]
    assert provider.prompts == list("abcde")


def test_a_failure_passes_from_one_process_to_the_other(provider: Any, two: tuple[Shared, Shared]) -> None:
    provider.answers |= {"a": 400, "b": 400}
    for one in two:
        one.send(jobs("a", "b"))
    for one in two:
        for key in "ab":
            failure = one.answer(key, job(key)).failure
            assert failure is not None
            assert failure.status == 400
    assert provider.prompts == ["a", "b"]


def test_what_a_process_that_left_did_not_answer_is_asked_by_who_needs_it(
    provider: Any, two: tuple[Shared, Shared]
) -> None:
    first, second = two
    first.close()
    second.send(jobs("a", "b"))
    assert second.answer("a", job("a")).text == "The answer to a"


def test_what_a_killed_process_did_not_answer_is_asked_by_who_needs_it(
    provider: Any, make: Callable[..., Asked], tmp_path: Path
) -> None:
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)
    (tmp_path / "0.pid").write_text(str(process))
    second = Shared(make(), Worker(1, 2, tmp_path))
    second.send(jobs("a", "b"))
    assert second.answer("a", job("a")).text == "The answer to a"


def test_one_that_leaves_in_order_first_gives_the_others_what_they_count_on(
    provider: Any, two: tuple[Shared, Shared]
) -> None:
    provider.latency_s = 0.2
    first, second = two
    for one in two:
        one.send(jobs("a", "b"))
    first.close(finish=True)
    assert second.answer("a", job("a")).text == "The answer to a"
    assert provider.prompts == ["a", "b"]


@pytest.fixture
def unfinished(tmp_path: Path) -> Callable[[], Unfinished]:
    return lambda: Unfinished.of("test", folder=tmp_path / "state")


def test_what_an_interrupted_session_left_is_taken_and_what_this_one_was_answered_is_not(
    provider: Any, unfinished: Callable[[], Unfinished]
) -> None:
    def ask(left: Unfinished, *keys: str, complete: bool) -> int:
        asked = Asked(lambda: Endpoints.stand_in(provider.url), concurrency=1, unfinished=left)
        for key in keys:
            asked.answer(key, job("a"))
        asked.close(finish=True, complete=complete)
        return asked.resumed

    assert ask(unfinished(), "one test", "another test", complete=False) == 0
    assert provider.prompts == ["a", "a"]
    assert ask(unfinished(), "one test", "another test", complete=True) == 2
    assert provider.prompts == ["a", "a"]
    assert ask(unfinished(), "one test", complete=True) == 0
    assert provider.prompts == ["a", "a", "a"]
