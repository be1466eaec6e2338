"""Design effects from rows: per metric, capped per user, read from the right stretch of a real log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.cells import Counts
from console.domain.histogram import bin_of
from console.domain.requests import RequestRow
from console.traffic.clusters import Row, design_effects, rows_between
from console.traffic.importing import write_history
from console.traffic.reading import LogReader

BEFORE = Counts(
    requests=200,
    latency={bin_of(500.0): 100, bin_of(900.0): 90, bin_of(5_000.0): 10},
    ttft={bin_of(100.0): 100, bin_of(300.0): 100},
    cost={bin_of(1_000.0): 195, bin_of(90_000.0): 5},
)


def rows(users: int, each: int, seed: int = 1, slow_users: bool = False) -> Iterator[Row]:
    rnd = random.Random(seed)
    for user in range(users):
        slow = rnd.random() < 0.5
        for _ in range(each):
            is_slow = slow if slow_users else rnd.random() < 0.5
            outcome = "error" if rnd.random() < 0.05 else "ok"
            yield Row(b"%d" % user, outcome, 900.0 if is_slow else 500.0, None, rnd.uniform(0.001, 0.002), None, None)


def test_unrelated_requests_have_none() -> None:
    found = design_effects(rows(400, 10), BEFORE)
    assert found["error"] == pytest.approx(1.0, abs=0.2)
    assert found["latency_p50"] == pytest.approx(1.0, abs=0.2)


def test_each_metric_has_its_own() -> None:
    """Some users always wait and errors fall on anybody: latency is tempered, errors are not."""
    found = design_effects(rows(400, 10, slow_users=True), BEFORE)
    assert found["latency_p50"] == pytest.approx(10.0, rel=0.1)
    assert found["error"] < 1.3


def test_only_the_first_twenty_of_a_user_count() -> None:
    bot = (Row(b"bot", "error", None, None, None, None, None) for _ in range(10_000))
    found = design_effects([*rows(200, 5), *bot], BEFORE)
    assert found["error"] <= 20.0


def test_metrics_that_no_row_speaks_of_are_left_out() -> None:
    found = design_effects(rows(10, 5), BEFORE)
    assert not {"ttft_p50", "dissatisfied"} & set(found)
    assert design_effects([], BEFORE) == {}


def test_rows_are_those_of_the_series_and_the_stretch(tmp_path: Path) -> None:
    path, t0 = tmp_path / "requests.db", 1_795_000_000.0
    made = [
        RequestRow(str(i), t0 + 10 * i, "support", "old" if i % 2 else "other", user=f"u{i}" if i % 5 else "")
        for i in range(300)
    ]
    write_history(path, made)
    reader = LogReader(path)
    try:
        series = next(number for number, of in enumerate(reader.series("support"), 1) if of.model == "old")
        with reader.reading() as db:
            first = int(t0 // 10)
            found = rows_between(db, [series], first + 100, first + 200)
            assert rows_between(db, [series], first - 500, first) == []
            assert rows_between(db, [], first, first + 300) == []
    finally:
        reader.close()
    expected = [i for i in range(100, 200) if i % 2 and i % 5]
    assert len(found) == len(expected)
    assert len({row.user for row in found}) == len(expected)
