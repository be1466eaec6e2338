"""Old rows go, counts stay; silent writers are summed up; integrity is looked at without changing anything."""

from __future__ import annotations

import os

import pytest

from console.traffic.importing import write_history
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader
from console.traffic.upkeep import integrity, tidy

ROLLOUT = "support|new|2026-11-20T09:00:00Z"
DAY_S = 86_400


def test_rows_expire_and_their_counts_stay(path, make_row, clock, query) -> None:
    rows = [make_row(at=clock.now - 40 * DAY_S + n * 4_000.0) for n in range(800)]
    write_history(path, rows)
    before = LogReader(path).totals("support", ROLLOUT)
    assert tidy(path, clock.now) > 0
    (oldest,) = query("SELECT min(at) FROM requests")[0]
    assert clock.now - 30 * DAY_S <= oldest < clock.now - 29 * DAY_S
    assert LogReader(path).totals("support", ROLLOUT) == before
    assert tidy(path, clock.now) == 0


def test_a_row_of_a_clock_that_ran_ahead_keeps_no_other_row_for_ever(path, make_row, clock, query) -> None:
    ahead, old, new = clock.now + 900 * DAY_S, clock.now - 40 * DAY_S, clock.now - 60
    write_history(path, [make_row(at=at) for at in (ahead, old, ahead, old + 1, new, ahead + 1, new + 1)])
    assert tidy(path, clock.now) > 0
    assert query("SELECT at FROM requests ORDER BY n") == [(new,), (ahead + 1,), (new + 1,)]
    assert tidy(path, clock.now) == 0


def test_retention_is_a_choice(path, make_row, clock, query) -> None:
    write_history(path, [make_row(at=clock.now - 3 * DAY_S), make_row(at=clock.now - 60)])
    tidy(path, clock.now, retention_days=2)
    assert query("SELECT count(*) FROM requests") == [(1,)]


def test_a_live_writer_keeps_its_log_tidy(path, make_row, choice, clock, query) -> None:
    write_history(path, [make_row(at=clock.now - 40 * DAY_S + n) for n in range(50)])
    log = RequestLog(path, clock=clock)
    with log.request(choice(), "u"):
        pass
    assert log.close()
    assert query("SELECT count(*) FROM requests") == [(1,)]


def test_what_silent_writers_dropped_stays_counted(path, choice, clock, query) -> None:
    log = RequestLog(path, clock=clock)
    log._outbox.lost(5)
    with log.request(choice(), "u"):
        pass
    assert log.close()
    tidy(path, clock.now + 31 * DAY_S)
    assert query("SELECT id, rows, dropped FROM writers") == [(0, 1, 5)]
    assert LogReader(path).health(clock.now).dropped == 5


def test_open_slots_are_closed_once_their_time_is_over(path, choice, clock, query) -> None:
    log = RequestLog(path, clock=clock)
    with log.request(choice(), "u"):
        pass
    assert log.close()
    tidy(path, clock.now + 10)
    assert query("SELECT writer FROM cells") == [(0,)]
    assert LogReader(path).totals("support", ROLLOUT)["production"].requests == 1


def test_a_sound_log_has_no_findings_and_a_corrupt_one_has(path, make_row) -> None:
    write_history(path, [make_row() for _ in range(2000)])
    assert integrity(path) == ()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(40_000))
    assert integrity(path) != ()


def test_a_missing_log_is_a_finding(path) -> None:
    assert integrity(path) != ()
    with pytest.raises(Exception, match="unable to open"):
        tidy(path, 0.0)
    assert not path.exists()
