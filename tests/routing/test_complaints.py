"""Causes in the application's log: each once, again after ten minutes, and never without bound."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from console.routing.complaints import CAUSES, REPEAT_S, Complaints


@pytest.fixture
def now() -> list[float]:
    return [1_000.0]


@pytest.fixture
def complaints(now: list[float], caplog: pytest.LogCaptureFixture) -> Complaints:
    caplog.set_level(logging.DEBUG, "console.router")
    return Complaints(lambda: now[0])


def test_nothing_is_logged_before_it_is_told(complaints: Complaints, caplog: pytest.LogCaptureFixture) -> None:
    complaints.note("a")
    assert caplog.messages == []
    complaints.tell()
    assert caplog.messages == ["a"]
    assert {(record.name, record.levelname) for record in caplog.records} == {("console.router", "WARNING")}


def test_each_cause_is_logged_once(complaints: Complaints, caplog: pytest.LogCaptureFixture) -> None:
    for cause in "abaabb":
        complaints.note(cause)
        complaints.tell()
    assert caplog.messages == ["a", "b"]


def test_a_cause_that_lasts_is_logged_every_ten_minutes(
    complaints: Complaints, now: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1_801):
        complaints.note("a")
        complaints.tell()
        now[0] += 1.0
    assert len(caplog.messages) == 4
    assert REPEAT_S == 600


@pytest.fixture
def broken_handler() -> Iterator[None]:
    """The application's own, on a bad day."""

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("the collector is gone")

    handler = Broken()
    logging.getLogger("console").addHandler(handler)
    yield
    logging.getLogger("console").removeHandler(handler)


@pytest.mark.usefixtures("broken_handler")
def test_a_log_handler_that_fails_stops_no_router(make, path, write, until) -> None:
    router = make()
    assert router.select("support", "olga").why == "default", "there is no file yet, which is a complaint"
    write(percentage=100)
    until(lambda: router.select("support", "olga").arm == "canary")
    assert router.status().watching


def test_a_percent_sign_in_a_cause_is_only_text(complaints: Complaints, caplog: pytest.LogCaptureFixture) -> None:
    complaints.note("route '%s%n'")
    complaints.tell()
    assert caplog.messages == ["route '%s%n'"]


def test_text_that_has_no_bytes_is_logged_in_a_form_that_has(
    complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    complaints.note("file \ud800 größer")
    complaints.tell()
    assert caplog.messages == ["file \\ud800 größer"]


def test_memory_is_bounded(complaints: Complaints) -> None:
    for number in range(10 * CAUSES):
        complaints.note(f"cause {number}")
        if number % 50 == 0:
            complaints.tell()
    complaints.tell()
    assert len(complaints._told) <= CAUSES
    for number in range(10 * CAUSES):
        complaints.note(f"cause {number}")
    assert len(complaints._noted) <= CAUSES
