"""A metric over time: whole columns, nothing where there is no data, and honest ranges."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.cells import SLOT_S, Cell, Counts
from console.domain.histogram import bin_of
from console.domain.metrics import METRICS
from console.view.plots import COLUMNS, WINDOW_S, plot

METRIC = {metric.name: metric for metric in METRICS}
COLUMN_S = WINDOW_S / COLUMNS


@pytest.fixture
def cell(now):
    """A cell some seconds ago."""

    def make(arm: str = "production", ago_s: float = 60.0, **counts: object) -> Cell:
        shown = Counts(**{"requests": 100, **counts})
        return Cell(int((now.timestamp() - ago_s) // SLOT_S), "support", "r", arm, "m", shown, shown)  # type: ignore[arg-type]

    return make


def wilson(bad: int, n: int) -> tuple[float, float]:
    z = 1.645
    p, q = bad / n, 1 - bad / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * q / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def test_without_cells_every_point_is_none(now) -> None:
    view = plot(METRIC["error"], [], now)
    assert len(view.points) == COLUMNS
    for point in view.points:
        assert (point.production, point.canary, point.low, point.high) == (None, None, None, None)
    assert (view.production_now, view.canary_now) == ("", "")


def test_a_gap_longer_than_the_average_stays_a_gap(now, cell) -> None:
    hour = round(3_600 / COLUMN_S) * COLUMN_S
    view = plot(METRIC["error"], [cell(ago_s=60), cell(ago_s=60 + 3 * hour)], now)
    known = [point.production is not None for point in view.points]
    assert known[-1]
    assert False in known[known.index(True) :]


def test_a_share_with_its_wilson_range(now, cell) -> None:
    view = plot(METRIC["error"], [cell("canary", errors=7)], now)
    last = view.points[-1]
    assert last.canary == pytest.approx(0.07)
    assert (last.low, last.high) == pytest.approx(wilson(7, 100))
    assert last.production is None
    assert (view.canary_now, view.production_now) == ("7.00 %", "")


@given(n=st.integers(1, 5_000), share=st.floats(0, 1))
def test_the_range_of_a_share_is_around_it_and_within_0_and_1(n, share) -> None:
    now = datetime(2026, 11, 23, 14, tzinfo=UTC)
    bad = round(n * share)
    shown = Counts(requests=n, errors=bad)
    cell = Cell(int(now.timestamp() // SLOT_S) - 1, "support", "r", "canary", "m", shown, shown)
    last = plot(METRIC["error"], [cell], now).points[-1]
    assert 0 <= last.low <= last.canary + 1e-12
    assert last.canary - 1e-12 <= last.high <= 1
    assert last.high > last.low


def test_columns_are_an_average_over_an_hour(now, cell) -> None:
    begun = now.timestamp() % COLUMN_S  # seconds since the newest column began
    cells = [cell(ago_s=begun - 20 + i * COLUMN_S, errors=10 * (i == 0)) for i in range(12)]
    last = plot(METRIC["error"], cells, now + timedelta(seconds=30)).points[-1]
    span = round(3_600 / COLUMN_S)
    assert last.production == pytest.approx(10 / (100 * span))


def test_latency_is_a_quantile_with_its_range(now, cell) -> None:
    spread = {bin_of(500.0): 50, bin_of(1_000.0): 40, bin_of(4_000.0): 10}
    view = plot(METRIC["latency_p50"], [cell("canary", latency=spread)], now)
    last = view.points[-1]
    assert view.unit == "ms"
    assert last.canary == pytest.approx(500.0, rel=0.03)
    assert last.low <= last.canary <= last.high
    assert view.canary_now.endswith("ms")


def test_cost_is_per_thousand_requests(now, cell) -> None:
    view = plot(METRIC["cost"], [cell("canary", cost={bin_of(2_000.0): 100}, priced=100, cost_usd=0.2)], now)
    last = view.points[-1]
    assert view.unit == "usd"
    assert last.canary == pytest.approx(2.0, rel=0.03)
    assert view.canary_now.startswith(("$1.9", "$2.0"))


def test_what_is_older_than_the_window_is_left_out(now, cell) -> None:
    view = plot(METRIC["error"], [cell(ago_s=WINDOW_S + 2 * COLUMN_S, errors=9)], now)
    assert all(point.production is None for point in view.points)


def test_nothing_slides_within_a_column(now, cell) -> None:
    start = now.timestamp() // COLUMN_S * COLUMN_S
    moments = [now.fromtimestamp(start + shift, now.tzinfo) for shift in (1, COLUMN_S / 2, COLUMN_S - 1)]
    cells = [cell(ago_s=i * 97.0, errors=i % 5) for i in range(6, 90)]
    first, *others = [plot(METRIC["error"], cells, moment).points for moment in moments]
    assert all(points == first for points in others)


def test_points_are_evenly_spaced_and_end_now(now) -> None:
    points = plot(METRIC["error"], [], now).points
    gaps = {(b.at - a.at).total_seconds() for a, b in pairwise(points)}
    assert gaps == {COLUMN_S}
    assert 0 <= (now - points[-1].at).total_seconds() < COLUMN_S


def test_changes_of_the_share_are_marked_within_the_window(now) -> None:
    inside, outside = (now - timedelta(hours=2), "25 %"), (now - timedelta(hours=9), "5 %")
    assert plot(METRIC["error"], [], now, (outside, inside)).steps == (inside,)


def test_title_and_subtitle(now) -> None:
    view = plot(METRIC["latency_p95"], [], now)
    assert (view.title, view.subtitle) == ("Latency p95", "last 8 h, 1 h average")
    assert plot(METRIC["error"], [], now, window_s=3_600).subtitle == "last 1 h, 8 min average"
