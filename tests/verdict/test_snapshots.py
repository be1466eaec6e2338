"""Evidence on disk: what is kept, who replaces whom, and what a file in any state does to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.cells import Cell, Counts
from console.domain.requests import RequestRow
from console.traffic import files
from console.traffic.importing import write_history
from console.traffic.recent import QUIET_S, RecentTraffic
from console.traffic.snapshots import Kept, Snapshots

KEPT = Kept(7, {"alpha": 0.01}, {"users": "exact"}, {"best": 1.5}, {"percentage": 5})
NOW = 1_800_000_000.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "requests.db"
    row = RequestRow(
        id="1", at=NOW - 60, route="support", model="old", arm="production", why="default", rollout="", user="ann",
        outcome="ok", latency_ms=5.0,
    )  # fmt: skip
    write_history(path, [row])
    return path


@pytest.fixture
def locked(log: Path) -> Iterator[Path]:
    other = sqlite3.connect(log, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield log
    other.execute("ROLLBACK")
    other.close()


def test_what_is_saved_is_loaded(log: Path) -> None:
    assert Snapshots(log).save("r", KEPT, NOW)
    assert Snapshots(log).load("r") == KEPT
    assert Snapshots(log).load("another") is None


def test_evidence_that_saw_more_is_never_replaced_by_less(log: Path) -> None:
    store = Snapshots(log)
    assert store.save("r", replace(KEPT, watermark=9), NOW)
    assert not store.save("r", KEPT, NOW + 1)
    assert store.load("r") == replace(KEPT, watermark=9)
    assert store.save("r", replace(KEPT, watermark=9, notes={}), NOW + 2), "as much is not less"
    assert store.load("r") == replace(KEPT, watermark=9, notes={})


def test_rollouts_are_kept_apart(log: Path) -> None:
    store = Snapshots(log)
    store.save("a", KEPT, NOW)
    store.save("b", replace(KEPT, watermark=1), NOW)
    assert [kept.watermark for kept in (store.load("a"), store.load("b")) if kept] == [7, 1]


def test_a_read_only_store_loads_and_saves_nothing(log: Path) -> None:
    Snapshots(log).save("r", KEPT, NOW)
    assert not Snapshots(log, writable=False).save("r", replace(KEPT, watermark=99), NOW)
    assert Snapshots(log, writable=False).load("r") == KEPT


def test_a_locked_log_is_no_failure_and_the_next_save_does(locked: Path) -> None:
    assert not Snapshots(locked).save("r", KEPT, NOW)
    assert Snapshots(locked).load("r") is None


def test_a_copy_of_a_log_on_a_network_is_read_and_not_written(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked into from a home directory, or from Windows' side of a machine; the application's own log is elsewhere."""
    Snapshots(log).save("r", KEPT, NOW)
    monkeypatch.setattr(files, "network_filesystem", lambda path: "9p")
    assert not Snapshots(log).save("r", replace(KEPT, watermark=99), NOW)
    assert Snapshots(log).load("r") == KEPT


@pytest.mark.parametrize("content", [None, b"", b"this is no database" * 99])
def test_without_a_log_there_is_nothing_and_nothing_is_made(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "requests.db"
    if content is not None:
        path.write_bytes(content)
    assert Snapshots(path).load("r") is None
    assert not Snapshots(path).save("r", KEPT, NOW)
    assert (path.read_bytes() if path.exists() else None) == content


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE evidence (rollout TEXT)")
    before = path.read_bytes()
    assert not Snapshots(path).save("r", KEPT, NOW)
    assert Snapshots(path).load("r") is None
    assert path.read_bytes() == before


@pytest.mark.parametrize("column", ["plan", "gates", "state", "notes"])
@pytest.mark.parametrize("content", ["{torn", "[]", "null", "3"])
def test_a_row_that_cannot_be_read_is_as_none(log: Path, column: str, content: str) -> None:
    Snapshots(log).save("r", KEPT, NOW)
    with sqlite3.connect(log) as db:
        db.execute(f"UPDATE evidence SET {column} = ?", (content,))
    assert Snapshots(log).load("r") is None
    assert Snapshots(log).save("r", replace(KEPT, watermark=8), NOW), "and is replaced by the next"
    assert Snapshots(log).load("r") == replace(KEPT, watermark=8)


# What came in lately


class _Cells:
    def __init__(self, *cells: tuple[float, str, int]) -> None:
        self.asked = 0
        self._cells = [
            Cell(int(at // 10), "support", "r", arm, "m", Counts(requests=n), Counts())  # type: ignore[arg-type]
            for at, arm, n in cells
        ]

    def cells(self, route: str, rollout: str | None = None, since_slot: int = 0) -> tuple[Cell, ...]:
        self.asked += 1
        return tuple(cell for cell in self._cells if cell.slot >= since_slot)


def test_a_rate_is_of_the_last_two_minutes() -> None:
    source = _Cells((NOW - 300, "canary", 9_000), (NOW - 120, "canary", 60), (NOW - 10, "canary", 180))
    assert RecentTraffic(source).of("support", "r", NOW).per_s["canary"] == pytest.approx(2.0)


def test_a_rollout_that_has_just_begun_is_not_slow() -> None:
    source = _Cells((NOW - 20, "canary", 40))
    assert RecentTraffic(source).of("support", "r", NOW).per_s["canary"] == pytest.approx(2.0)


def test_an_arm_is_quiet_after_ten_minutes_without_a_request() -> None:
    source = _Cells((NOW - 5, "production", 3), (NOW - QUIET_S + 10, "canary", 1))
    recent = RecentTraffic(source)
    assert recent.of("support", "r", NOW).quiet == ()
    assert recent.of("support", "r", NOW + 30).quiet == ("canary",)
    assert recent.of("support", "r", NOW + 2 * QUIET_S).quiet == ("production", "canary")


def test_the_log_is_asked_once_in_a_slot() -> None:
    source = _Cells((NOW - 5, "production", 3))
    recent = RecentTraffic(source)
    for second in range(10):
        recent.of("support", "r", NOW + second)
    assert source.asked == 1
    recent.of("support", "r", NOW + 10)
    assert source.asked == 2
