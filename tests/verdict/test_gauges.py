"""One metric's tests together: shifted thresholds of a quantile, shares, costs, absolute limits."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest

from console.domain.cells import Block, Counts
from console.domain.histogram import GAMMA, bin_of, count_above, size
from console.domain.registry import Gates, MetricGate
from console.verdict.gauges import MeanGauge, QuantileGauge, ShareGauge, gauge_for, restore, state_of
from console.verdict.limits import MeanLimit, ShareLimit
from console.verdict.plan import GatePlan, MetricPlan, plan_for


def metric(plan: GatePlan, name: str) -> MetricPlan:
    return next(found for found in plan.metrics if found.name == name)


def drawn(seed: int, blocks: int, slow: float = 1.0, sigma: float = 0.8) -> Iterator[Block]:
    """Log-normal latencies around 800 ms, ten of the canary to 190 of production."""
    rnd = random.Random(seed)
    for index in range(blocks):
        arms = []
        for n, factor in ((190, 1.0), (10, slow)):
            latency: dict[int, int] = {}
            for _ in range(n):
                index_of = bin_of(rnd.lognormvariate(math.log(800), sigma) * factor)
                latency[index_of] = latency.get(index_of, 0) + 1
            arms.append(Counts(requests=n, latency=latency))
        yield Block(index, index, arms[0], arms[1])


@cache
def on_the_tolerance(seed: int, tolerance_bins: int) -> tuple[Block, ...]:
    """The same traffic for every quantile and threshold: drawing it takes longer than judging it."""
    return tuple(drawn(seed, 100, GAMMA**tolerance_bins))


def feed(gauge: QuantileGauge, blocks: Iterable[Block]) -> int | None:
    """Canary requests until 1/100."""
    for index, block in enumerate(blocks):
        gauge.feed(block)
        if gauge.regression.wealth.log() >= math.log(100):
            return 10 * (index + 1)
    return None


@pytest.mark.parametrize("name", ["latency_p50", "latency_p95"])
def test_a_canary_twice_as_slow_is_found_within_a_hundred_requests(world: SimpleNamespace, name: str) -> None:
    found = sorted(feed(QuantileGauge(metric(world.plan(), name)), drawn(seed, 40, 2.0)) or 999 for seed in range(9))
    assert found[4] <= 100


@pytest.mark.parametrize("off", [-2, 0, 2])
@pytest.mark.parametrize("name", ["latency_p50", "latency_p95"])
def test_exactly_on_the_tolerance_there_is_no_alarm_even_with_a_wrong_threshold(
    world: SimpleNamespace, name: str, off: int
) -> None:
    """Two bins are 10 %: a threshold that is off tests a neighbouring quantile, and stays honest."""
    plan = metric(world.plan(), name)
    alarms = 0
    for seed in range(12):
        gauge = QuantileGauge(plan)
        gauge.threshold += off
        gauge.chosen_at = 10**9  # keep the wrong one
        alarms += feed(gauge, on_the_tolerance(seed, plan.tolerance_bins)) is not None
    assert alarms <= 1


def test_the_threshold_is_an_edge_next_to_the_quantile(world: SimpleNamespace) -> None:
    plan = metric(world.plan(n=20_000), "latency_p95")
    gauge = QuantileGauge(plan)
    beyond = count_above(gauge.past, gauge.threshold) / size(gauge.past)
    assert beyond == pytest.approx(0.05, abs=0.006)


def test_without_a_past_it_learns_before_it_bets(world: SimpleNamespace) -> None:
    gauge = QuantileGauge(replace(metric(world.plan(), "latency_p95"), past=()))
    assert gauge.threshold == -1
    gauge.feed(Block(1, 1, Counts(requests=40, latency={150: 40}), Counts(requests=10, latency={300: 10})))
    assert gauge.regression.wealth.log() == 0.0
    assert gauge.threshold == -1
    gauge.feed(Block(2, 2, Counts(requests=40, latency={150: 40}), Counts(requests=10, latency={300: 10})))
    assert gauge.threshold >= 0
    assert gauge.regression.wealth.log() == 0.0
    for slot in range(3, 30):
        gauge.feed(Block(slot, slot, Counts(requests=40, latency={150: 40}), Counts(requests=10, latency={300: 10})))
    assert gauge.regression.wealth.log() > math.log(100)


def test_an_equal_canary_passes_on_latency(world: SimpleNamespace) -> None:
    gauge = QuantileGauge(metric(world.plan(), "latency_p95"))
    feed(gauge, drawn(3, 60))
    assert gauge.passing.wealth.best >= math.log(20)
    assert gauge.regression.wealth.best < math.log(100)


@pytest.mark.parametrize("name", ["error", "latency_p95", "latency_p50", "cost", "ttft_p50", "refusal"])
def test_a_gauge_continues_from_its_state(world: SimpleNamespace, name: str) -> None:
    gates = Gates(metrics={name: MetricGate(limit=0.5)})
    plan = metric(world.plan(gates), name)
    straight, stopped = gauge_for(plan), gauge_for(plan)
    for index, block in enumerate(world.stream(3, 60, canary={"error": 0.05, "slow": 1.5})):
        if index in (1, 30):
            state = json.loads(json.dumps(state_of(stopped)))
            stopped = gauge_for(plan)
            restore(stopped, state)
        straight.feed(block)
        stopped.feed(block)
    assert state_of(stopped) == state_of(straight)


def test_growth_of_every_gauge_is_positive_toward_pass_when_equal(world: SimpleNamespace) -> None:
    plan = world.plan(n=5_000)
    for name in ("error", "latency_p95", "latency_p50", "cost"):
        gauge = gauge_for(metric(plan, name))
        rate = gauge.passing.rate if isinstance(gauge, ShareGauge) else 1.0
        assert gauge.growth(gauge.passing, rate, rate, 19.0) > 0, name  # type: ignore[arg-type]


def test_growth_toward_regression_needs_a_difference(world: SimpleNamespace) -> None:
    plan = world.plan(n=5_000)
    for name in ("latency_p95", "cost"):
        gauge = gauge_for(metric(plan, name))
        assert gauge.growth(gauge.regression, 2.0, 1.0, 19.0) > 0, name  # type: ignore[arg-type]
        assert gauge.growth(gauge.regression, 1.0, 1.0, 19.0) <= 0, name  # type: ignore[arg-type]


# Absolute limits


def run_limit(limit: ShareLimit, rate: float, seed: int, blocks: int = 300) -> bool:
    rnd = random.Random(seed)
    for _ in range(blocks):
        limit.feed(10, sum(rnd.random() < rate for _ in range(10)))
        if limit.wealth.log() >= math.log(100):
            return True
    return False


def test_a_broken_limit_is_found_and_a_kept_one_is_not() -> None:
    assert all(run_limit(ShareLimit(0.02), 0.08, seed) for seed in range(5))
    assert sum(run_limit(ShareLimit(0.05), 0.05, seed) for seed in range(40)) <= 2


@pytest.mark.parametrize("limit", [0.0, 1e-6, 0.3, 0.999, 1.0, 7.0])
def test_the_expected_factor_of_a_limit_is_at_most_one(world: SimpleNamespace, limit: float) -> None:
    rate = min(1.0, max(limit, 1e-9))
    total = 0.0
    for bad, chance in world.binomial(8, rate):
        test = ShareLimit(limit)
        test.feed(8, bad)
        total += chance * math.exp(test.wealth.log())
    assert total <= 1 + 1e-9


def test_a_limit_of_one_hundred_percent_cannot_be_broken() -> None:
    test = ShareLimit(1.0)
    for _ in range(50):
        test.feed(10, 10)
    assert test.wealth.log() == 0.0


def test_a_cost_limit_is_found_broken_and_ignored_beyond_the_cap() -> None:
    broken, kept, beyond = MeanLimit(4_000, 260), MeanLimit(40_000, 260), MeanLimit(1e12, 260)
    rnd = random.Random(3)
    for _ in range(60):
        cost: dict[int, int] = {}
        for _ in range(10):
            index = bin_of(rnd.lognormvariate(math.log(9_000), 0.5))
            cost[index] = cost.get(index, 0) + 1
        for test in (broken, kept, beyond):
            test.feed(cost)
    assert broken.wealth.log() > math.log(100)
    assert kept.wealth.log() < 0
    assert beyond.wealth.log() == 0.0


def test_a_latency_budget_is_broken_by_a_canary_no_worse_than_production() -> None:
    """Both arms are slow: the comparison is fine, the budget is not."""
    gates = Gates(metrics={"latency_p95": MetricGate(limit=1_000.0)})
    before = Counts(requests=500, latency={bin_of(2_000.0): 500})
    gauge = gauge_for(metric(plan_for(gates, before), "latency_p95"))
    for slot in range(30):
        both = {bin_of(2_000.0): 20}
        gauge.feed(Block(slot, slot, Counts(requests=20, latency=both), Counts(requests=20, latency=both)))
    assert gauge.limit is not None
    assert gauge.limit.wealth.log() > math.log(100)
    assert gauge.regression.wealth.log() < math.log(100)


def test_a_cost_gauge_gives_its_cap_to_its_limit() -> None:
    gates = Gates(metrics={"cost": MetricGate(limit=0.001)})
    gauge = gauge_for(metric(plan_for(gates, Counts()), "cost"))
    assert isinstance(gauge, MeanGauge)
    for slot in range(60):
        cost = {bin_of(5_000.0): 20, bin_of(9_000.0): 2}
        gauge.feed(Block(slot, slot, Counts(requests=22, cost=cost), Counts(requests=22, cost=cost)))
    assert gauge.limit is not None
    assert gauge.limit.wealth.log() > math.log(100)
