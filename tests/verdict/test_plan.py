"""What is frozen when a canary starts: which metrics take part, with which weights, and that it survives as JSON."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.cells import Counts
from console.domain.histogram import GAMMA
from console.domain.metrics import METRICS
from console.domain.registry import Gates, MetricGate
from console.verdict.plan import GatePlan, bins_for, plan_for, share_of

GATES = st.builds(
    Gates,
    min_requests=st.integers(0, 10_000),
    alpha=st.floats(0.0001, 0.2),
    alpha_pass=st.floats(0.0001, 0.2),
    metrics=st.dictionaries(
        st.sampled_from([metric.name for metric in METRICS]),
        st.builds(
            MetricGate,
            role=st.sampled_from([None, "guardrail", "signal", "display"]),
            weight=st.none() | st.floats(0, 5),
            limit=st.none() | st.floats(0, 5_000),
        ),
    ),
)


def full(world: SimpleNamespace) -> Counts:
    made: Counts = world.counts(random.Random(1), 500)
    return made + Counts(satisfied=30, dissatisfied=5, flagged=1)


@given(GATES)
def test_a_plan_survives_as_json(world: SimpleNamespace, gates: Gates) -> None:
    plan = plan_for(gates, full(world), {"error": 2.5})
    assert GatePlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@given(GATES)
def test_the_weights_sum_to_one_or_there_are_none(world: SimpleNamespace, gates: Gates) -> None:
    plan = plan_for(gates, full(world))
    total = sum(metric.weight + metric.limit_weight for metric in plan.metrics)
    assert total == pytest.approx(1.0) or total == 0.0
    assert all(metric.weight == 0 for metric in plan.metrics if metric.role != "guardrail")
    assert all(metric.role != "display" for metric in plan.metrics)


def test_a_metric_without_data_takes_no_part(world: SimpleNamespace) -> None:
    plan = plan_for(Gates(), world.counts(random.Random(1), 500))
    assert {"dissatisfied", "flagged"} <= set(plan.unmeasured)
    assert not {"dissatisfied", "flagged"} & {metric.name for metric in plan.metrics}
    with_ratings = plan_for(Gates(), full(world))
    assert {"dissatisfied", "flagged"} <= {metric.name for metric in with_ratings.metrics}


def test_a_new_log_is_judged_by_what_comes_with_every_request() -> None:
    names = {metric.name for metric in plan_for(Gates(), Counts()).metrics}
    assert names == {"error", "refusal", "empty", "truncated", "latency_p50", "latency_p95", "ttft_p50", "cost"}


def test_without_priced_requests_cost_takes_no_part(world: SimpleNamespace) -> None:
    plan = plan_for(Gates(), Counts(requests=100, latency={100: 100}))
    assert {"cost", "ttft_p50"} <= set(plan.unmeasured)


def test_a_route_changes_role_tolerance_margin_weight_and_limit(world: SimpleNamespace) -> None:
    gate = MetricGate((1.0, 0.01), (1.2, 0.02), "guardrail", 0.5, 0.04)
    plan = plan_for(Gates(metrics={"dissatisfied": gate}), full(world))
    metric = next(found for found in plan.metrics if found.name == "dissatisfied")
    assert (metric.tolerance, metric.margin, metric.role, metric.limit) == ((1.0, 0.01), (1.2, 0.02), "guardrail", 0.04)
    assert metric.weight > 0
    assert metric.limit_weight > 0


@pytest.mark.parametrize(("factor", "bins"), [(1.10, 2), (1.20, 4), (1.25, 5), (1.50, 9), (1.0, 1)])
def test_latency_factors_are_whole_bins(factor: float, bins: int) -> None:
    assert bins_for(factor) == bins
    assert pytest.approx(factor, rel=0.05) == GAMMA**bins


def test_the_design_effect_is_at_least_one(world: SimpleNamespace) -> None:
    plan = plan_for(Gates(), full(world), {"error": 0.3, "refusal": 3.0})
    effects = {metric.name: metric.design_effect for metric in plan.metrics}
    assert (effects["error"], effects["refusal"], effects["empty"]) == (1.0, 3.0, 1.0)


def test_what_flags_are_a_share_of_is_fixed_with_the_plan() -> None:
    """Else a block that brings one "all is well" would make ten flags of a hundred requests ten of eleven."""
    checker = plan_for(Gates(), Counts(requests=10, flagged=1, cleared=9))
    only_bad = plan_for(Gates(), Counts(requests=10, flagged=1))
    assert next(m for m in checker.metrics if m.name == "flagged").checked
    assert not next(m for m in only_bad.metrics if m.name == "flagged").checked
    block = Counts(requests=100, flagged=10, cleared=1)
    assert share_of("flagged", block, checked=True) == (10, 11)
    assert share_of("flagged", block, checked=False) == (10, 100)


def test_more_flags_than_requests_are_cut() -> None:
    assert share_of("flagged", Counts(requests=3, flagged=8), checked=False) == (3, 3)
