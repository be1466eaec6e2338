"""Past rows keep their own times; the cells they make are the ones that counting the rows would make."""

from __future__ import annotations

import random
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.cells import total
from console.domain.requests import RequestRow
from console.traffic.importing import write_history
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader
from console.traffic.upkeep import tidy
from tests.effort import examples

ROLLOUT = "support|new|2026-11-20T09:00:00Z"
DAY_S = 86_400


def test_rows_are_in_the_slot_in_which_they_ended(path, make_row, query) -> None:
    write_history(path, [make_row(at=1000.0, latency_ms=500.0), make_row(at=1009.9, latency_ms=200.0)])
    assert query("SELECT slot FROM requests ORDER BY n") == [(100,), (101,)]
    assert query("SELECT slot, requests FROM cells ORDER BY slot") == [(100, 1), (101, 1)]


@settings(max_examples=examples(10), deadline=None)
@given(st.randoms(use_true_random=False), st.integers(7, 60))
def test_order_and_chunks_do_not_change_the_counts(tmp_path_factory, order: random.Random, chunk: int) -> None:
    start = 1_795_000_000.0
    rows = [
        RequestRow(
            f"{n}",
            start + order.uniform(0, 40 * DAY_S),
            "support",
            "old",
            rollout="",
            latency_ms=float(n),
            outcome="error" if n % 7 == 0 else "ok",
        )
        for n in range(60)
    ]
    order.shuffle(rows)
    path = tmp_path_factory.mktemp("log") / "requests.db"
    now = order.choice([None, start + 20 * DAY_S, start + 40 * DAY_S])
    assert write_history(path, rows, chunk=chunk, now=now) == 60
    reader = LogReader(path)
    counts = reader.totals("support", "")["production"]
    assert (counts.requests, counts.errors, sum(counts.latency.values())) == (60, 9, 60)
    assert total(cell.shown for cell in reader.cells("support")) == counts
    reader.close()


def test_a_log_with_a_past_goes_on_live(path, make_row, choice, clock) -> None:
    clock.now += 100
    write_history(path, [make_row(at=clock.now - 50 + n) for n in range(45)])
    log = RequestLog(path, clock=clock)
    with log.request(choice(), "u"):
        pass
    assert log.close()
    reader = LogReader(path)
    assert reader.totals("support", ROLLOUT)["production"].requests == 46
    assert total(cell.shown for cell in reader.cells("support")).requests == 46


def test_a_second_import_of_earlier_days_adds_up(path, make_row) -> None:
    late = [make_row(at=1e9 + 50 * DAY_S + n) for n in range(30)]
    write_history(path, late)
    tidy(path, late[-1].at)
    write_history(path, [make_row(at=1e9 + n * 40_000.0) for n in range(90)])
    tidy(path, late[-1].at)
    reader = LogReader(path)
    assert reader.totals("support", ROLLOUT)["production"].requests == 120
    assert total(cell.shown for cell in reader.cells("support")).requests == 120


def test_the_same_id_twice_is_an_error_and_changes_nothing(path, make_row) -> None:
    row = make_row()
    write_history(path, [row])
    with pytest.raises(sqlite3.IntegrityError):
        write_history(path, [make_row(), row])
    assert LogReader(path).totals("support", ROLLOUT)["production"].requests == 1


def test_feedback_that_is_known_is_counted(path, make_row) -> None:
    write_history(path, [make_row(satisfied=True), make_row(satisfied=False), make_row(flagged=True)])
    counts = LogReader(path).totals("support", ROLLOUT)["production"]
    assert (counts.satisfied, counts.dissatisfied, counts.flagged) == (1, 1, 1)


def test_nothing_to_import_makes_no_trouble(path) -> None:
    assert write_history(path, []) == 0
