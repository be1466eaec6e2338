"""What a rollout is judged by, fixed when its canary starts: metrics, roles, weights, thresholds, design effects.

Frozen for the life of the rollout, since a gate that is changed while one watches is no gate. A later change of the
registry is shown and recorded, never silently applied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

from console.domain.cells import Counts
from console.domain.histogram import GAMMA, Histogram, size
from console.domain.metrics import METRICS, Metric
from console.domain.record import record
from console.domain.registry import Gates, MetricGate, Role, UserMode
from console.domain.requests import USER_CAP
from console.verdict.means import CAP_AFTER, cap_of

LIMIT_WEIGHT = 0.10
"""An absolute limit's share of alpha, before the weights are scaled to 1."""
MILLION = 1_000_000
PER_USER = ("error", "refusal", "truncated", "empty")
"""What the exact mode judges by users: what is known when a request ends. Ratings and checks come later."""
CAP_TIMES = 6
"""Measured: a cut at six times production's rate is as fast as dividing by the design effect."""


@record
class MetricPlan:
    """One metric of one rollout. `weight` is scaled: guardrails (and limits) of a plan sum to 1.

    `tolerance_bins`/`margin_bins` are the shifted thresholds of a quantile; `cap` is the last cost bin that counts.
    """

    name: str
    role: Role
    tolerance: tuple[float, float]
    margin: tuple[float, float]
    weight: float = 0.0
    design_effect: float = 1.0
    limit: float | None = None
    limit_weight: float = 0.0
    prior_rate: float = 0.01
    tolerance_bins: int = 0
    margin_bins: int = 0
    cap: int = 0
    """0: not known when the rollout began, chosen from its first requests."""
    checked: bool = False
    """Flags: of checked requests, because the checker also says when all is well; else of all requests. Fixed here,
    since a whole that depended on what a block brings would let its outcomes decide how much they count."""
    per_user: bool = False
    """A share judged by users instead of requests; `cap` is then the last twentieth that counts of a user's share."""
    past: tuple[tuple[int, int], ...] = ()
    """Production's histogram before the canary (quantiles and cost): where thresholds and bets start."""


@record
class GatePlan:
    """Everything the verdict of one rollout may know besides its blocks."""

    metrics: tuple[MetricPlan, ...]
    alpha: float = 0.01
    alpha_pass: float = 0.05
    min_requests: int = 100
    unmeasured: tuple[str, ...] = ()
    """Metrics without data on production during the day before the canary: they take no part."""
    users: UserMode = "tempered"

    def to_json(self) -> dict[str, Any]:
        """A JSON form that `from_json` reads back to an equal plan."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> GatePlan:
        """The plan that was frozen at the canary's start."""
        metrics = tuple(_metric_from_json(metric) for metric in data["metrics"])
        return GatePlan(
            metrics=metrics,
            alpha=float(data["alpha"]),
            alpha_pass=float(data["alpha_pass"]),
            min_requests=int(data["min_requests"]),
            users="exact" if data.get("users") == "exact" else "tempered",
            unmeasured=tuple(str(name) for name in data["unmeasured"]),
        )


def _metric_from_json(data: Mapping[str, Any]) -> MetricPlan:
    changed = dict(data)
    for name in ("tolerance", "margin"):
        changed[name] = (float(data[name][0]), float(data[name][1]))
    changed["past"] = tuple((int(index), int(count)) for index, count in data["past"])
    return MetricPlan(**changed)


def bins_for(factor: float) -> int:
    """The whole number of bins nearest to a factor: 1.10 -> 2 (x1.095), 1.20 -> 4, 1.25 -> 5, 1.50 -> 9 (x1.513)."""
    return max(1, round(math.log(factor) / math.log(GAMMA)))


_BAD: dict[str, Callable[[Counts], int]] = {
    "error": lambda counts: counts.errors,
    "refusal": lambda counts: counts.refusals,
    "empty": lambda counts: counts.empty,
    "truncated": lambda counts: counts.truncated,
}


def share_of(name: str, counts: Counts, checked: bool | None = None) -> tuple[int, int]:
    """(bad events, requests or ratings) of a share metric. `checked` as in the plan; None: whatever `counts` suggest.

    Flags count when they arrive, so there may be more of them than requests: they are then cut to the requests.
    """
    if name == "dissatisfied":
        return counts.dissatisfied, counts.ratings
    if name == "flagged":
        if counts.cleared > 0 if checked is None else checked:
            return counts.flagged, counts.flagged + counts.cleared
        return min(counts.flagged, counts.requests), counts.requests
    return _BAD[name](counts), counts.requests


def histogram_of(name: str, counts: Counts) -> Histogram:
    """The histogram a quantile or mean metric is read from."""
    return counts.cost if name == "cost" else counts.ttft if name == "ttft_p50" else counts.latency


def plan_for(
    gates: Gates,
    before: Counts,
    design_effects: Mapping[str, float] | None = None,
    measured: Collection[str] | None = None,
    requests_per_user: float = 1.0,
) -> GatePlan:
    """Freeze the gates of a rollout. `before` is production's evidence on the day before the canary.

    Metrics without data there are not measured: they take no part, and the weights of the others are scaled to 1.
    With no data at all, what comes with every request (outcome, latency, cost) is measured all the same.
    `measured` names the metrics instead, where it is known otherwise which of them have data. `requests_per_user`
    (of production, the day before, at most 20 of each) matters to the exact mode only.
    """
    effects = design_effects or {}
    taking_part = [
        metric for metric in METRICS if (_has_data(metric, before) if measured is None else metric.name in measured)
    ]
    plans = [_metric_plan(metric, gates, before, effects.get(metric.name, 1.0)) for metric in taking_part]
    plans = [plan for plan in plans if plan.role != "display"]
    if gates.users == "exact":
        plans = [_per_user(plan, requests_per_user) for plan in plans]
    total = sum(plan.weight + plan.limit_weight for plan in plans) or 1.0
    scaled = tuple(replace(plan, weight=plan.weight / total, limit_weight=plan.limit_weight / total) for plan in plans)
    missing = tuple(metric.name for metric in METRICS if metric not in taking_part)
    return GatePlan(scaled, gates.alpha, gates.alpha_pass, gates.min_requests, missing, gates.users)


def _per_user(plan: MetricPlan, requests_per_user: float) -> MetricPlan:
    """A share that is judged by users: cut at six times production's rate, yet not below one event of a usual user."""
    if plan.name not in PER_USER:
        return plan
    cap = max(CAP_TIMES * plan.prior_rate, 1 / max(1.0, requests_per_user))
    return replace(plan, per_user=True, cap=min(USER_CAP, max(1, math.ceil(USER_CAP * cap - 1e-9))))


def _has_data(metric: Metric, before: Counts) -> bool:
    if metric.name in ("error", "refusal", "empty", "truncated"):
        return True
    if metric.name == "dissatisfied":
        return before.ratings > 0
    if metric.name == "flagged":
        return before.flagged + before.cleared > 0
    # A log that has only begun: what comes with every request takes part, and learns its thresholds on the way.
    return before.requests == 0 or size(histogram_of(metric.name, before)) > 0


def _metric_plan(metric: Metric, gates: Gates, before: Counts, design_effect: float) -> MetricPlan:
    gate = gates.metrics.get(metric.name) or MetricGate()
    role = gate.role or metric.role
    weight = gate.weight if gate.weight is not None else metric.weight or 0.10
    tolerance, margin = gate.tolerance or metric.tolerance, gate.margin or metric.margin
    plan = MetricPlan(
        name=metric.name,
        role=role,
        tolerance=tolerance,
        margin=margin,
        weight=weight if role == "guardrail" else 0.0,
        design_effect=max(1.0, design_effect),
        limit=gate.limit,
        limit_weight=LIMIT_WEIGHT if gate.limit is not None else 0.0,
    )
    if metric.kind == "share":
        bad, n = share_of(metric.name, before)
        rate = (bad + 0.5) / (n + 50.0) if n else 0.01
        return replace(plan, prior_rate=rate, checked=metric.name == "flagged" and before.cleared > 0)
    past = tuple(sorted(histogram_of(metric.name, before).items()))
    if metric.kind == "quantile":
        return replace(
            plan,
            past=past,
            prior_rate=1 - metric.quantile,
            tolerance_bins=bins_for(tolerance[0]),
            margin_bins=bins_for(margin[0]),
        )
    enough = size(dict(past)) >= CAP_AFTER
    return replace(plan, past=past, cap=cap_of(dict(past)) if enough else 0)
