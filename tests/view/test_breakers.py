"""Open breakers of the application's processes stand beside the verdict, counted off the log's newest rows."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime

import pytest

from console.domain.choice import Choice
from console.traffic.diverted import Diverted, diverted
from console.traffic.importing import write_history
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader
from console.view.breakers import BreakerLines, line

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"


@pytest.fixture
def answered(world):
    """Records requests as a process of its own would: the ids of one log share their middle part."""
    world.now = datetime.now(UTC)  # the log takes the machine's time

    def record(times: int, why: str = "breaker", arm: str = "production", route: str = "support") -> None:
        model = OLD if arm == "production" else NEW
        log = RequestLog(world.log)
        for number in range(times):
            with log.request(Choice(route, model, arm, why, world.rollout), f"u{number}"):
                pass
        assert log.flush()
        log.close()

    return record


def canary(look, name: str = "support"):
    return next(shown for shown in look().view.canaries if shown.route == name)


def read(world, later: float = 0.0):
    reader = LogReader(world.log)
    try:
        return diverted(reader, time.time() + later)
    finally:
        reader.close()


def test_processes_and_requests_are_counted_by_route(world, answered) -> None:
    answered(20)
    answered(14)
    answered(3, route="summarise")
    assert read(world) == {"support": Diverted(2, 34), "summarise": Diverted(1, 3)}


def test_trials_and_other_reasons_are_not_counted(world, answered) -> None:
    answered(5, arm="canary")
    for why in ("bucket", "moved", "override", "default"):
        answered(5, why)
    assert read(world) == {}


def test_a_minute_later_nothing_is_left_of_it(world, answered) -> None:
    answered(5)
    assert read(world, later=61) == {}


def test_the_line_stands_beside_the_verdict_and_goes_with_the_outage(world, look, answered) -> None:
    world.record(300)
    before = canary(look).second
    assert "breaker" not in before
    answered(34)
    lookout = world.lookout()
    try:
        shown = canary(lambda: lookout.look(world.forward()))
        assert shown.second == "breaker open in 1 process: 34 requests in the last minute got another model"
        assert "breaker" not in canary(lambda: lookout.look(world.forward(minutes=2))).second
    finally:
        lookout.close()


def test_a_regression_keeps_its_line_that_says_what_to_press(world, look, answered) -> None:
    world.record(600, canary_bad=4)
    answered(5)
    assert canary(look).second.startswith("press r to roll back")


def test_a_route_without_a_canary_says_it_too(world, look, answered) -> None:
    world.record(10)
    answered(7, route="summarise")
    assert canary(look, "summarise").second.startswith("breaker open in 1 process: 7 requests")


def test_it_is_read_once_for_a_slot(world, answered) -> None:
    answered(5)
    reader, lines, asked = LogReader(world.log), BreakerLines(), []
    real = reader.reading
    reader.reading = lambda: asked.append(1) or real()  # type: ignore[method-assign]
    now = time.time() // 10 * 10
    for second in range(10):
        assert lines.of(reader, "support", now + second)
        assert not lines.of(reader, "summarise", now + second)
    assert len(asked) == 1
    lines.of(reader, "support", now + 10)
    assert len(asked) == 2
    reader.close()


@pytest.mark.parametrize(
    ("found", "words"),
    [(Diverted(1, 1), "in 1 process: 1 request in"), (Diverted(3, 1_234), "in 3 processes: 1,234 requests")],
)
def test_the_words_agree_with_their_numbers(found, words) -> None:
    assert words in line(found)


def test_rows_of_an_imported_log_with_ids_of_another_form_are_counted(world) -> None:
    rows = [row._replace(why="breaker", at=time.time()) for row in world.rows(3, "production")]
    write_history(world.log, rows)
    with sqlite3.connect(world.log) as db:
        assert db.execute("SELECT count(*) FROM requests WHERE why = 'breaker'").fetchone() == (3,)
    assert read(world)["support"].requests == 3
