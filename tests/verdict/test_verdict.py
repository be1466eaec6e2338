"""What is said at one moment: every state with its reason, what is missing, and the trade of cost against quality."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from console.domain.cells import Block, Counts
from console.domain.registry import Gates, MetricGate
from console.verdict.evidence import Evidence
from console.verdict.plan import plan_for
from console.verdict.trade import trade
from console.verdict.verdict import Needed, Situation, Verdict, judge


def after(world: SimpleNamespace, blocks: int, gates: Gates | None = None, **canary: float) -> Evidence:
    """The evidence after so many blocks; long ones are fed once and restored."""
    key = (blocks, tuple(sorted(canary.items())))
    if gates is None and key in _FED:
        return Evidence.restored(world.plan(), _FED[key])
    evidence = Evidence(world.plan(gates))
    evidence.feed_all(world.stream(1, blocks, canary_n=40, production_n=60, canary=canary))
    if gates is None:
        _FED[key] = evidence.snapshot()
    return evidence


_FED: dict[tuple[int, tuple[tuple[str, float], ...]], dict[str, Any]] = {}


def test_before_the_minimum_it_warms_up(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 2))
    assert verdict.state == "warming up"
    assert verdict.missing_requests == 20


def test_a_regression_shows_before_the_minimum(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 2, error=0.9))
    assert verdict.state == "regression"
    assert verdict.decided_slot is not None
    assert verdict.decided_counts[1] <= 80


def test_it_watches_and_says_what_is_needed(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 10))
    assert verdict.state == "watching"
    assert verdict.needed is not None
    assert verdict.needed.low < verdict.needed.middle < verdict.needed.high
    assert verdict.slowest in {judged.name for judged in verdict.metrics if judged.role == "guardrail"}


def test_what_is_needed_is_about_right(world: SimpleNamespace) -> None:
    """The prediction at the start against what it took: between a third and three times, for most."""
    good = 0
    for seed in range(7):
        evidence = Evidence(world.plan())
        predicted = judge(evidence).metric("error")
        assert predicted is not None
        assert predicted.needed is not None
        for block in world.stream(seed, 900, canary_n=40, production_n=200):
            evidence.feed(block)
            if evidence.passes("error"):
                break
        good += predicted.needed.middle / 3 < evidence.canary_n < predicted.needed.middle * 3
    assert good >= 5


def test_it_passes_when_every_guardrail_has(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 900))
    assert verdict.state == "pass"
    assert all(judged.decided == "pass" for judged in verdict.metrics if judged.role == "guardrail")
    assert verdict.decided_counts[0] > 0
    assert verdict.needed is None


def test_a_later_regression_overrides_a_pass(world: SimpleNamespace) -> None:
    evidence = after(world, 900)
    assert judge(evidence).state == "pass"
    evidence.feed_all(world.stream(2, 100, first_slot=9_000, canary_n=40, canary={"error": 0.4}))
    assert judge(evidence).state == "regression"


SUSPECT = Situation(suspicions=("canary share 9.1 % of users, 5 % configured",))
QUIET = Situation(comparable=False, why_not="no production request in the last 10 min")


def test_suspect_data_voids_a_pass_and_hides_no_regression(world: SimpleNamespace) -> None:
    passed, regressed = after(world, 900), after(world, 5, error=0.9)
    assert judge(passed, SUSPECT).state == "suspect data"
    assert judge(passed, SUSPECT).why == SUSPECT.suspicions[0]
    assert judge(passed).state == "pass"
    assert judge(regressed, SUSPECT).state == "regression"


def test_no_comparison_says_why(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 900), QUIET)
    assert (verdict.state, verdict.why) == ("no comparison", QUIET.why_not)
    assert judge(after(world, 5, error=0.9), QUIET).state == "regression"


def test_between_tolerance_and_margin_it_ends_undecided() -> None:
    """Production 10 %, tolerance 11.1 %, margin 13 %: a canary at 12 % is nobody's but a person's to decide."""
    evidence = Evidence(plan_for(Gates(), Counts(requests=5_000, errors=500)))
    states = []
    for slot in range(300):
        evidence.feed(Block(slot, slot, Counts(requests=50, errors=5), Counts(requests=50, errors=6)))
        states.append(judge(evidence).state)
    assert states.index("warming up") < states.index("watching") < states.index("undecided")
    verdict = judge(evidence)
    assert (verdict.state, verdict.why) == ("undecided", "error")


def test_a_signal_tells_and_does_not_decide(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 60, dear=3.0))
    cost = verdict.metric("cost")
    assert cost is not None
    assert cost.decided == "regression"
    assert verdict.state in ("watching", "pass")
    assert verdict.blamed == ()


@pytest.mark.parametrize("alpha", [5e-324, 1e-310, 1e-300, 1e-12, 1 - 2**-53])
@pytest.mark.parametrize("canary", [{}, {"error": 0.06}, {"error": 0.9}])
def test_the_smallest_and_the_largest_alpha_there_can_be_are_judged(
    world: SimpleNamespace, alpha: float, canary: dict[str, float]
) -> None:
    gates = Gates(alpha=alpha, alpha_pass=alpha, metrics={"latency_p95": MetricGate(weight=1e-300)})
    for blocks in (0, 1, 6):
        verdict = judge(after(world, blocks, gates, **canary))
        for judged in verdict.metrics:
            assert judged.meter is None or -1 <= judged.meter <= 1
    if alpha < 1e-200:
        assert verdict.state == "watching"  # nothing is that sure so soon
    elif canary.get("error") == 0.9:
        assert verdict.state == "regression"


def test_two_figures_one_if_equal_one_if_the_difference_is_real(world: SimpleNamespace) -> None:
    verdict = judge(after(world, 8, error=0.06))
    error = verdict.metric("error")
    assert error is not None
    assert error.needed is not None
    assert error.if_real_side == "regression"
    assert verdict.if_real_side == "regression"
    assert isinstance(verdict.if_real, Needed)
    assert verdict.if_real.middle < 1_000


def test_what_is_decided_needs_nothing_more(world: SimpleNamespace) -> None:
    for judged in judge(after(world, 900)).metrics:
        if judged.decided:
            assert judged.needed is None
            assert judged.if_real is None


def test_the_meter_runs_from_regression_to_pass(world: SimpleNamespace) -> None:
    good, bad = judge(after(world, 300)).metric("error"), judge(after(world, 5, error=0.9)).metric("error")
    assert good is not None
    assert bad is not None
    assert good.meter > 0.3
    assert bad.meter == -1.0


def test_values_are_standardised_to_the_canarys_hours() -> None:
    """At night errors are rare and the share small, at noon both are high: pooled, production would look better."""
    evidence = Evidence(plan_for(Gates(), Counts()))
    for slot in range(200):
        night = slot % 2 == 0
        rate, n = (0.0, (95, 5)) if night else (0.2, (50, 50))
        arms = [Counts(requests=part, errors=round(rate * part)) for part in n]
        evidence.feed(Block(slot, slot, *arms))
    error = judge(evidence).metric("error")
    assert error is not None
    assert error.change == pytest.approx(0.0, abs=1e-9)


def test_the_interval_holds_the_truth_and_shrinks(world: SimpleNamespace) -> None:
    few, many = (
        judge(after(world, 20, error=0.05)).metric("error"),
        judge(after(world, 900, error=0.012)).metric("error"),
    )
    assert few is not None
    assert many is not None
    assert few.interval is not None
    assert many.interval is not None
    assert few.interval[0] < 0.04 < few.interval[1]
    assert many.interval[0] < 0.002 < many.interval[1]
    assert many.interval[1] - many.interval[0] < 0.02


def test_a_cheaper_canary_is_a_trade_on_one_line(world: SimpleNamespace) -> None:
    found = trade(judge(after(world, 900, dear=0.7)))
    assert found is not None
    assert found.share == pytest.approx(0.28, abs=0.05)
    assert found.saved_usd > 0
    assert found.error_at_most is not None
    assert found.shown


def test_without_costs_there_is_no_trade() -> None:
    assert trade(judge(Evidence(plan_for(Gates(), Counts(requests=9))))) is None


def test_an_absolute_limit_is_told_with_the_metric(world: SimpleNamespace) -> None:
    verdict: Verdict = judge(after(world, 3, Gates(metrics={"error": MetricGate(limit=0.02)})))
    error = verdict.metric("error")
    assert error is not None
    assert error.absolute_limit == 0.02
    assert math.isfinite(verdict.log_evidence)


def test_a_cost_that_was_unknown_at_the_start_is_told_in_dollars(world: SimpleNamespace) -> None:
    evidence = Evidence(plan_for(Gates(), Counts()))
    evidence.feed_all(world.stream(1, 40, canary={"dear": 2.0}))
    cost = judge(evidence).metric("cost")
    assert cost is not None
    assert cost.production == pytest.approx(0.0065, rel=0.15)
    assert cost.change == pytest.approx(2.0, rel=0.25)


@pytest.mark.parametrize(
    ("name", "canary", "truth"), [("cost", {"dear": 1.3}, 1.3), ("latency_p50", {"slow": 1.3}, 1.3)]
)
def test_intervals_of_ratios_hold_the_truth_and_shrink(
    world: SimpleNamespace, name: str, canary: dict[str, float], truth: float
) -> None:
    widths = []
    for blocks in (30, 400):
        judged = judge(after(world, blocks, **canary)).metric(name)
        assert judged is not None
        assert judged.interval is not None
        assert judged.interval[0] < truth < judged.interval[1]
        widths.append(judged.interval[1] - judged.interval[0])
    assert widths[1] < 0.5 * widths[0]


def test_a_tail_quantile_has_no_interval_before_the_tail_is_seen(world: SimpleNamespace) -> None:
    few, many = (judge(after(world, blocks)).metric("latency_p95") for blocks in (2, 400))
    assert few is not None
    assert many is not None
    assert few.interval is None
    assert many.interval is not None
    assert many.interval[0] < 1.0 < many.interval[1]
