"""The queue drops its oldest and counts; the thread sleeps when idle, wakes for work, and retries without end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from console.traffic.log import RequestLog
from console.traffic.store import Warnings
from console.traffic.storing import Feedback
from console.traffic.writer import Mark, Outbox


def item(n: int) -> Feedback:
    return Feedback(f"{n}", True, None, 0.0)


def test_a_full_queue_keeps_the_newest() -> None:
    box = Outbox(limit=3, batch=100)
    for n in range(10):
        box.put(item(n))
    assert [taken.request for taken in box.take(99)] == ["7", "8", "9"]
    assert box.dropped == 7


def test_no_item_is_lost_or_counted_twice_by_many_threads() -> None:
    box = Outbox(limit=50, batch=10)

    def put() -> None:
        for n in range(2_000):
            box.put(item(n))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    taken = 0
    while any(thread.is_alive() for thread in threads):
        taken += len(box.take(7))
    for thread in threads:
        thread.join()
    taken += len(box.take(10**6))
    assert taken + box.dropped == 16_000


def test_a_dropped_mark_releases_who_waits_for_it() -> None:
    box = Outbox(limit=1, batch=10)
    mark = Mark()
    box.put(mark)
    box.put(item(1))
    assert mark.passed.is_set()
    assert not mark.kept
    assert box.dropped == 0, "a mark is no row"


def test_a_batch_hurries_and_the_first_item_wakes() -> None:
    box = Outbox(limit=100, batch=3)
    box.put(item(0))
    assert box.wake.is_set()
    assert not box.hurry.is_set()
    box.put(item(1))
    box.put(item(2))
    assert box.hurry.is_set()


def test_sleeping_ends_at_once_when_something_is_there() -> None:
    box = Outbox(limit=100, batch=3)
    box.put(item(0))
    sleeper = threading.Thread(target=box.sleep)
    sleeper.start()
    sleeper.join(5)
    assert not sleeper.is_alive()


def test_an_idle_log_sleeps_and_wakes_for_the_next_request(path, choice, until, query) -> None:
    log = RequestLog(path, every_s=0.005)
    with log.request(choice(), "u"):
        pass
    assert log.flush()
    until(lambda: not log._outbox.awake)
    with log.request(choice(), "u"):
        pass
    until(lambda: log.status().committed == 2)
    assert log.close()


def test_no_thread_and_no_file_before_the_first_request(path) -> None:
    before = threading.active_count()
    log = RequestLog(path)
    assert threading.active_count() == before
    assert not path.exists()
    assert log.flush()
    assert log.close()


def test_one_thread_serves_threads_that_start_together(path, choice, query) -> None:
    log, gate = RequestLog(path), threading.Barrier(8)

    def work() -> None:
        gate.wait()
        with log.request(choice(), "u"):
            pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(thread.name == "console request log" for thread in threading.enumerate()) == 1
    assert log.close()
    assert query("SELECT rows FROM writers") == [(8,)]


class Abandoned:
    """As a stream that nobody reads to its end: whenever it is collected, its request is over and is put."""

    def __init__(self, put: Callable[[Feedback], object]) -> None:
        self.put = put

    def row(self) -> object:
        raise NotImplementedError

    def __del__(self) -> None:
        self.put(item(0))


def ends(work: Callable[[], object]) -> bool:
    """Whether `work` ends, on a thread that may hang for ever."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(5)
    return not thread.is_alive()


def test_what_is_collected_while_the_oldest_are_dropped_may_be_put_itself() -> None:
    box = Outbox(limit=2, batch=100)
    for _ in range(2):
        box.put(Abandoned(box.put))
    for _ in range(4):
        box.put(Mark())
    assert ends(lambda: [box.put(item(n)) for n in range(5)])
    assert len(box) <= 2


def test_what_is_collected_while_the_thread_starts_may_be_put_itself(path, choice, monkeypatch) -> None:
    log = RequestLog(path, every_s=0.01)
    store, left = log._store, [Abandoned(log.put)]

    def collected() -> object:
        left.clear()
        return store()

    monkeypatch.setattr(log, "_store", collected)

    def recorded() -> None:
        with log.request(choice(), "olga"):
            pass

    assert ends(recorded)
    assert log.flush()
    assert log.status().committed == 1
    assert log.close()


def test_closing_twice_is_closing_once(log, choice) -> None:
    with log.request(choice(), "u"):
        pass
    assert log.close()
    assert log.close()


def test_a_log_handler_that_fails_stops_no_writer(path, choice) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("the collector is gone")

    handler = Broken()
    logging.getLogger("console").addHandler(handler)
    try:
        log = RequestLog(path, every_s=0.01)
        for user in ("olga", "ines"):
            with log.request(choice(), user):
                pass
            assert log.flush()
            path.rename(path.with_suffix(".old"))  # which is worth a word
        assert log.status().committed == 2
        assert log.close()
    finally:
        logging.getLogger("console").removeHandler(handler)


@pytest.mark.parametrize(("pause", "said"), [(599.0, 1), (600.0, 2)])
def test_a_warning_is_repeated_after_ten_minutes(clock, pause, said) -> None:
    heard: list[str] = []
    warn = Warnings(heard.append, clock=clock)
    warn("disk full")
    clock.now += pause
    warn("disk full")
    assert heard == ["disk full"] * said
    warn("something else")
    assert heard[-1] == "something else"
