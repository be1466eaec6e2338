"""The console reads what was written: counts over writers, blocks of closed slots, and clear words when it cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from console.domain.cells import SLOT_S, total
from console.domain.errors import LogInvalid
from console.traffic.importing import write_history
from console.traffic.log import RequestLog
from console.traffic.reading import LogMissing, LogReader

ROLLOUT = "support|new|2026-11-20T09:00:00Z"


@pytest.fixture
def reader(path):
    reader = LogReader(path)
    yield reader
    reader.close()


def send(log: RequestLog, choice, n: int = 1, **fields) -> None:
    for _ in range(n):
        with log.request(choice, f"user-{log.node}-{log.numbers}") as request:
            request.record(**{"latency_ms": 100.0, **fields})
    assert log.flush()


def test_a_refresh_says_whether_anything_is_new(log, choice, reader) -> None:
    send(log, choice())
    assert reader.refresh()
    assert not reader.refresh()
    send(log, choice())
    assert reader.refresh()
    assert reader.totals("support", ROLLOUT)["production"].requests == 2


def test_totals_and_cells_add_up_over_writers_and_slots(path, choice, clock, reader) -> None:
    logs = [RequestLog(path, clock=clock) for _ in range(3)]
    for step in range(4):
        for log in logs:
            send(log, choice(), 2)
            send(log, choice("canary"), outcome="error")
        clock.now += SLOT_S
        assert reader.refresh()
        totals = reader.totals("support", ROLLOUT)
        assert (totals["production"].requests, totals["canary"].errors) == (6 * (step + 1), 3 * (step + 1))
    cells = reader.cells("support", ROLLOUT)
    assert len(cells) == 8, "one for each slot and arm"
    assert total(cell.shown for cell in cells if cell.arm == "production") == totals["production"]
    assert (
        total(cell.evidence for cell in cells if cell.arm == "canary")
        == reader.evidence_totals("support", ROLLOUT)["canary"]
    )
    for log in logs:
        assert log.close()


def test_shown_counts_everything_and_evidence_only_what_may_decide(log, choice, reader) -> None:
    send(log, choice(), 3)
    send(log, choice(why="override"), 2)
    assert reader.totals("support", ROLLOUT)["production"].requests == 5
    assert reader.evidence_totals("support", ROLLOUT)["production"].requests == 3


def test_routes_series_and_users_are_told(log, choice, reader) -> None:
    send(log, choice(), 2)
    send(log, choice("canary"))
    assert reader.routes() == ("support",)
    assert [(s.rollout, s.arm, s.model) for s in reader.series("support")] == [
        (ROLLOUT, "production", "old"),
        (ROLLOUT, "canary", "new"),
    ]
    assert reader.users(ROLLOUT) == {"production": 2, "canary": 1}
    assert reader.users("no such rollout") == {"production": 0, "canary": 0}
    assert reader.totals("support", "no such rollout")["production"].requests == 0


def test_cells_since_a_slot_leave_earlier_ones_out(log, choice, clock, reader) -> None:
    send(log, choice())
    clock.now += SLOT_S
    send(log, choice(), 2)
    (cell,) = reader.cells("support", since_slot=int(clock.now // SLOT_S))
    assert (cell.shown.requests, cell.slots, cell.model) == (2, 1, "old")


def test_blocks_hold_closed_slots_only(log, choice, clock, reader) -> None:
    send(log, choice(), 12)
    send(log, choice("canary"), 12)
    end = (clock.now // SLOT_S + 1) * SLOT_S
    assert list(reader.blocks("support", ROLLOUT, now=end + 0.9)) == []
    (block,) = reader.blocks("support", ROLLOUT, now=end + 1.0)
    assert (block.production.requests, block.canary.requests) == (12, 12)


def test_blocks_are_the_same_however_they_are_looked_at(path, make_row) -> None:
    rows = [make_row(arm="canary" if n % 3 == 0 else "production") for n in range(600)]
    write_history(path, rows)
    now = rows[-1].at + 60
    whole = list(LogReader(path).blocks("support", ROLLOUT, now=now))
    assert len(whole) > 10
    pieces, watermark = [], -1
    reader = LogReader(path)
    for look in range(int(rows[0].at), int(now) + 1, 7):
        for block in reader.blocks("support", ROLLOUT, after_slot=watermark, now=look):
            pieces.append(block)
            watermark = block.last_slot
            reader = LogReader(path)
    assert pieces == whole


def test_the_rate_is_of_closed_slots(log, choice, clock, reader) -> None:
    send(log, choice(), 30)
    clock.now = (clock.now // SLOT_S + 1) * SLOT_S + 1
    assert reader.rate("support", now=clock.now) == pytest.approx(0.5)
    assert reader.rate("support", now=clock.now + 120) == 0


def test_the_newest_request_of_each_arm_is_known(log, choice, clock, reader) -> None:
    send(log, choice())
    first = clock.now
    clock.now += 100
    send(log, choice("canary"))
    seen = reader.last_seen("support", ROLLOUT)
    assert abs(seen["production"] - first) <= SLOT_S
    assert abs(seen["canary"] - clock.now) <= SLOT_S
    assert reader.last_seen("support", "none") == {}


def test_which_model_answered_is_counted(log, choice, clock, reader) -> None:
    send(log, choice(), 2, served_model="old")
    send(log, choice(), served_model="moved")
    assert reader.served("support", 0.0) == {("old", "old"): 2, ("old", "moved"): 1}


def test_health_tells_sizes_and_losses(log, choice, clock, reader, path) -> None:
    log._outbox.lost(4)
    send(log, choice(), 3)
    health = reader.health(clock.now)
    assert (health.requests, health.rows, health.dropped, health.writers) == (3, 3, 4, 1)
    assert health.size_bytes >= path.stat().st_size > 0
    assert health.journal_mode in ("truncate", "wal")
    assert sqlite3.sqlite_version in health.journal_why
    assert health.last_commit_at == clock.now == reader.last_commit_at
    assert reader.health(clock.now + 3600).writers == 0


def test_no_log_and_an_empty_file_are_missing(path) -> None:
    with pytest.raises(LogMissing, match="no request log"):
        LogReader(path).refresh()
    path.touch()
    with pytest.raises(LogMissing):
        LogReader(path).totals("support", "")


def test_a_log_that_appears_is_read(path, choice, log, reader) -> None:
    with pytest.raises(LogMissing):
        reader.refresh()
    send(log, choice())
    assert reader.refresh()


@pytest.mark.parametrize("content", [b"my notes", b"SQLite format 3\0" + b"\1" * 4000])
def test_another_file_is_refused_and_left_alone(path, content) -> None:
    path.write_bytes(content)
    with pytest.raises(LogInvalid) as caught:
        LogReader(path).refresh()
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    with pytest.raises(LogInvalid, match="another program"):
        LogReader(path).refresh()


def test_a_locked_log_says_so_and_recovers(log, choice, path, reader) -> None:
    send(log, choice())
    reader.refresh()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LogInvalid, match="locked"):
        reader.refresh()
    other.execute("ROLLBACK")
    other.close()
    assert reader.refresh()
    assert reader.totals("support", ROLLOUT)["production"].requests == 1


def test_a_corrupt_log_says_so(log, choice, path, reader) -> None:
    send(log, choice(), 300)
    log.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with pytest.raises(LogInvalid, match="corrupt"):
        reader.refresh()


def test_a_replaced_log_is_opened_anew(tmp_path, path, make_row, reader) -> None:
    write_history(path, [make_row() for _ in range(5)])
    assert reader.totals("support", ROLLOUT)["production"].requests == 5
    other = tmp_path / "other.db"
    write_history(other, [make_row() for _ in range(2)])
    other.replace(path)
    assert reader.refresh()
    assert reader.totals("support", ROLLOUT)["production"].requests == 2


def test_a_journal_that_a_killed_writer_left_is_rolled_back(tmp_path, path, make_row) -> None:
    write_history(path, [make_row() for _ in range(500)])
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = TRUNCATE")
    db.execute("PRAGMA cache_size = 2")
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE requests SET error_class = 'half'")
    killed = tmp_path / "killed" / "requests.db"
    killed.parent.mkdir()
    for side in ("", "-journal"):
        shutil.copy(f"{path}{side}", f"{killed}{side}")
    db.execute("ROLLBACK")
    db.close()
    assert Path(f"{killed}-journal").stat().st_size > 0
    assert LogReader(killed).totals("support", ROLLOUT)["production"].requests == 500
    check = sqlite3.connect(killed)
    assert check.execute("SELECT count(*) FROM requests WHERE error_class = 'half'").fetchone() == (0,)
    check.close()


def test_reading_does_not_write(path, make_row) -> None:
    write_history(path, [make_row() for _ in range(50)])
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    reader = LogReader(path)
    reader.refresh()
    list(reader.blocks("support", ROLLOUT, now=2e9))
    reader.health(2e9)
    reader.close()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
