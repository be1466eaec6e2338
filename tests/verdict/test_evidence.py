"""The evidence of a rollout: the same however it is fed, latched where it must be, and never a NaN."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.cells import Block, Counts
from console.domain.registry import Gates, MetricGate
from console.verdict.evidence import Evidence
from console.verdict.plan import GatePlan, plan_for
from console.verdict.verdict import judge
from tests.effort import examples

FORTY_BLOCKS = 40


@settings(max_examples=examples(8), deadline=None)
@given(cuts=st.lists(st.integers(0, FORTY_BLOCKS), max_size=5), seed=st.integers(0, 3), overlap=st.integers(0, 4))
def test_any_batching_any_restart_and_any_overlap_give_the_same_numbers(
    world: SimpleNamespace, cuts: list[int], seed: int, overlap: int
) -> None:
    plan = world.plan()
    blocks = list(world.stream(seed, FORTY_BLOCKS, canary={"error": 0.03, "slow": 1.2, "dear": 0.8}))
    live = Evidence(plan)
    for index, block in enumerate(blocks):
        if index == 20:
            live.step(block.first_slot - 1, 25)
        live.feed(block)
    stopped = Evidence(plan)
    stopped.step(blocks[20].first_slot - 1, 25)
    edges = [0, *sorted(cuts), FORTY_BLOCKS]
    for start, end in pairwise(edges):
        stopped = Evidence.restored(plan, json.loads(json.dumps(stopped.snapshot())))
        stopped.feed_all(blocks[max(0, start - overlap) : end])
    assert close(stopped.snapshot(), live.snapshot())
    assert judge(stopped).state == judge(live).state


def close(one: object, other: object) -> bool:
    """Equal, with 1e-9 for numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def test_a_regression_is_latched_for_ever_and_names_its_metric(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    evidence.feed_all(world.stream(1, 60, canary={"error": 0.3}))
    assert evidence.blamed[0] == "error"
    at, counts = evidence.regressed_at, evidence.decided_counts
    assert at is not None
    assert counts[1] < 200
    evidence.feed_all(world.stream(2, 200, first_slot=1_000))
    evidence.step(1_500, 50)
    evidence.feed_all(world.stream(2, 50, first_slot=1_600))
    assert (evidence.regressed_at, evidence.decided_counts) == (at, counts)
    assert judge(evidence).state == "regression"


def test_pass_is_latched_until_the_next_step(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    evidence.feed_all(world.stream(1, 900, canary_n=60, production_n=60))
    assert evidence.passed_at is not None
    last = evidence.watermark
    evidence.step(last + 5, 25)
    assert evidence.passed_at is None
    assert evidence.requests_needed_for_pass() == 100
    evidence.feed_all(world.stream(3, 1, first_slot=last + 7, canary_n=60, production_n=60))
    assert evidence.passed_at is None
    evidence.feed_all(world.stream(3, 1, first_slot=last + 10, canary_n=60, production_n=60))
    assert evidence.passed_at == last + 11


def test_a_block_that_ends_before_the_step_belongs_to_the_old_step(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    evidence.step(110, 25)
    block = next(world.stream(1, 1, first_slot=100))
    evidence.feed(block)
    evidence.feed(Block(112, 113, block.production, block.canary))
    assert evidence.requests_needed_for_pass() == 100 - block.canary.requests


def test_steps_told_twice_or_backwards_change_nothing(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    for slot in (50, 50, 20, 90):
        evidence.step(slot, 25)
    assert [slot for slot, _ in evidence.steps] == [50, 90]


def test_left_out_blocks_advance_the_watermark_and_nothing_else(world: SimpleNamespace) -> None:
    blocks = list(world.stream(1, 30, canary={"error": 0.2}))
    with_gap, without = Evidence(world.plan()), Evidence(world.plan())
    for index, block in enumerate(blocks):
        if 5 <= index < 15:
            with_gap.skip(block)
        else:
            with_gap.feed(block)
            without.feed(block)
    assert with_gap.left_out == 10
    assert with_gap.watermark == without.watermark
    assert with_gap.log_regression() == without.log_regression()


def test_state_of_another_plan_is_refused(world: SimpleNamespace) -> None:
    state = Evidence(world.plan()).snapshot()
    other = world.plan(Gates(metrics={"refusal": MetricGate(role="display")}))
    with pytest.raises(ValueError, match="another plan"):
        Evidence.restored(other, state)
    with pytest.raises(ValueError, match="another plan"):
        Evidence.restored(world.plan(), {**state, "format": 1})


def numbers(value: object) -> list[float]:
    """Every number in a nested value."""
    if isinstance(value, dict):
        return [n for item in value.values() for n in numbers(item)]
    if isinstance(value, list | tuple):
        return [n for item in value for n in numbers(item)]
    return [float(value)] if isinstance(value, int | float) else []


ODD: dict[str, Callable[[], tuple[Counts, Counts]]] = {
    "nothing on the canary": lambda: (Counts(requests=50, latency={100: 50}), Counts()),
    "nothing on production": lambda: (Counts(), Counts(requests=50, latency={100: 50})),
    "nothing at all": lambda: (Counts(), Counts()),
    "all errors on both arms": lambda: (Counts(requests=50, errors=50), Counts(requests=50, errors=50)),
    "all errors on the canary": lambda: (Counts(requests=50), Counts(requests=50, errors=50)),
    "all errors on production": lambda: (Counts(requests=50, errors=50), Counts(requests=50)),
    "no latencies, no costs": lambda: (Counts(requests=50), Counts(requests=50)),
    "latencies of nothing": lambda: (Counts(requests=50, latency={0: 50}), Counts(requests=50, latency={0: 50})),
    "endless latencies": lambda: (Counts(requests=50, latency={500: 50}), Counts(requests=50, latency={500: 50})),
    "free": lambda: (Counts(requests=50, cost={0: 50}), Counts(requests=50, cost={0: 50})),
    "a huge block": lambda: (Counts(requests=10**7, latency={99: 10**7}), Counts(requests=10**6, errors=10**6)),
    "more flags than requests": lambda: (Counts(requests=5, flagged=90), Counts(requests=5, flagged=90)),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("before", ["a healthy day", "an empty log", "one user's day"])
def test_odd_traffic_gives_a_state_and_never_a_nan(world: SimpleNamespace, odd: str, before: str) -> None:
    gates = Gates(metrics={name: MetricGate(limit=0.5) for name in ("error", "latency_p95", "cost")})
    past = {
        "a healthy day": world.counts(random.Random(1), 400) + Counts(flagged=2, satisfied=3),
        "an empty log": Counts(),
        "one user's day": Counts(requests=1, errors=1, latency={0: 1}, cost={500: 1}, flagged=1),
    }[before]
    evidence = Evidence(plan_for(gates, past, {"error": 400.0}))
    for slot in range(0, 240, 3):
        evidence.feed(Block(slot, slot + 1, *ODD[odd]()))
    verdict = judge(evidence)
    assert verdict.state in ("warming up", "watching", "regression", "pass", "undecided")
    assert all(math.isfinite(number) for number in numbers(evidence.snapshot()))
    for judged in verdict.metrics:
        values = (judged.production, judged.canary, judged.change, judged.limit, judged.margin, judged.meter)
        assert all(value is None or math.isfinite(value) for value in values)


def test_nothing_on_one_arm_never_promotes_and_never_alarms(world: SimpleNamespace) -> None:
    for odd in ("nothing on the canary", "nothing on production", "nothing at all"):
        evidence = Evidence(world.plan())
        for slot in range(500):
            evidence.feed(Block(slot, slot, *ODD[odd]()))
        assert evidence.passed_at is None
        assert evidence.regressed_at is None


def test_equal_arms_stay_silent_over_many_looks(world: SimpleNamespace) -> None:
    alarms = 0
    for seed in range(6):
        evidence = Evidence(world.plan())
        evidence.feed_all(world.stream(seed, 150))
        alarms += evidence.regressed_at is not None
    assert alarms == 0


def test_the_average_is_weighted_and_an_absolute_limit_has_its_part() -> None:
    gates = Gates(metrics={"error": MetricGate(limit=0.02)})
    evidence = Evidence(plan_for(gates, Counts()))
    assert sum(math.exp(part) for part in evidence.parts().values()) == pytest.approx(1.0)
    assert "limit:error" in evidence.parts()
    for slot in range(40):
        same = Counts(requests=20, errors=3)
        evidence.feed(Block(slot, slot, same, same))
    assert evidence.blamed == ("limit:error",)


def test_a_plan_without_guardrails_decides_nothing() -> None:
    gates = Gates(
        metrics={name: MetricGate(role="signal") for name in ("error", "latency_p95", "refusal", "empty", "truncated")}
    )
    plan: GatePlan = plan_for(gates, Counts())
    evidence = Evidence(plan)
    for slot in range(100):
        evidence.feed(Block(slot, slot, Counts(requests=20), Counts(requests=20, errors=20)))
    verdict = judge(evidence)
    assert verdict.state == "watching"
    error = verdict.metric("error")
    assert error is not None
    assert error.decided == "regression"
