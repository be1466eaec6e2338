"""One metric's tests together: it takes its numbers out of a block, and says where the evidence stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from console.domain.cells import Block
from console.domain.histogram import Histogram, bin_of, count_above, size
from console.domain.metrics import METRICS
from console.verdict.limits import MeanLimit, ShareLimit
from console.verdict.means import MeanTest
from console.verdict.per_user import UserGauge
from console.verdict.plan import MILLION, MetricPlan, histogram_of, share_of
from console.verdict.shares import ShareTest

_METRIC = {metric.name: metric for metric in METRICS}
FIRST_THRESHOLD_AT = 50
"""Production requests needed before a latency threshold is chosen."""


@dataclass(slots=True)
class ShareGauge:
    """A share: errors, refusals, flags, ratings."""

    plan: MetricPlan
    canary_n: int = field(init=False, default=0)
    production_n: int = field(init=False, default=0)
    regression: ShareTest = field(init=False)
    passing: ShareTest = field(init=False)
    limit: ShareLimit | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        plan = self.plan
        common: dict[str, float] = {"design_effect": plan.design_effect, "prior_rate": plan.prior_rate}
        self.regression = ShareTest("regression", *plan.tolerance, **common)
        self.passing = ShareTest("pass", *plan.margin, **common)
        if plan.limit is not None:
            self.limit = ShareLimit(plan.limit, plan.design_effect)

    def feed(self, block: Block) -> None:
        """One closed block."""
        name, checked = self.plan.name, self.plan.checked
        canary_bad, canary_n = share_of(name, block.canary, checked)
        production_bad, production_n = share_of(name, block.production, checked)
        self.canary_n += canary_n
        self.production_n += production_n
        self.regression.feed(canary_n, canary_bad, production_n, production_bad)
        self.passing.feed(canary_n, canary_bad, production_n, production_bad)
        if self.limit:
            self.limit.feed(canary_n, canary_bad)

    def growth(self, side: ShareTest, canary: float, production: float, m: float) -> float:
        """Expected log evidence per canary request at these rates."""
        return side.growth(canary, production, m)


@dataclass(slots=True)
class QuantileGauge:
    """A latency quantile by shifted thresholds: P(canary > F T) against P(production > T).

    T lies near production's quantile. "p95 may not get worse than xF" holds if and only if the canary's share beyond
    `F T` is at most production's beyond `T`. T is a bin edge chosen from earlier data and F a whole number of bins, so
    four counts decide; a T that is off tests a neighbouring quantile and never changes the error rate.
    """

    plan: MetricPlan
    canary_n: int = field(init=False, default=0)
    production_n: int = field(init=False, default=0)
    past: dict[int, int] = field(init=False)
    past_n: int = field(init=False, default=0)
    threshold: int = field(init=False, default=-1)
    chosen_at: int = field(init=False, default=0)
    regression: ShareTest = field(init=False)
    passing: ShareTest = field(init=False)
    limit: ShareLimit | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        plan = self.plan
        tail = 1 - _METRIC[plan.name].quantile
        self.past = dict(plan.past)
        self.past_n = size(self.past)
        self.regression = ShareTest("regression", design_effect=plan.design_effect, prior_rate=tail)
        self.passing = ShareTest("pass", design_effect=plan.design_effect, prior_rate=tail)
        if plan.limit is not None:
            self.limit = ShareLimit(tail, plan.design_effect)
        self._choose()

    def _choose(self) -> None:
        """Take the edge nearest to production's quantile, once data has doubled since the last choice."""
        n = self.past_n
        if n < FIRST_THRESHOLD_AT or n < 2 * self.chosen_at:
            return
        tail = (1 - _METRIC[self.plan.name].quantile) * n
        above, best, chosen = n, math.inf, 0
        for index in range(max(self.past) + 1):
            above -= self.past.get(index, 0)
            if abs(above - tail) < best:
                best, chosen = abs(above - tail), index
        self.threshold, self.chosen_at = chosen, n
        beyond = float(count_above(self.past, chosen))
        for test in (self.regression, self.passing):
            test.production_bad, test.production_requests = beyond + 0.5, n + 1.0
        self._expect_equal()

    def _expect_equal(self) -> None:
        """What an equal canary's share beyond `F T` is, as a multiple of production's share beyond `T`."""
        margin = count_above(self.past, self.threshold + self.plan.margin_bins)
        self.passing.equal = min((margin + 0.5) / (count_above(self.past, self.threshold) + 0.5), 0.98)

    def feed(self, block: Block) -> None:
        """One closed block."""
        canary, production = (histogram_of(self.plan.name, arm) for arm in (block.canary, block.production))
        canary_n, production_n = size(canary), size(production)
        self.canary_n += canary_n
        self.production_n += production_n
        if self.threshold >= 0:
            self._bet(canary, canary_n, production, production_n)
        if self.limit and self.plan.limit is not None:
            self.limit.feed(canary_n, count_above(canary, bin_of(self.plan.limit)))
        for index, count in production.items():
            self.past[index] = self.past.get(index, 0) + count
        self.past_n += production_n
        self._choose()

    def _bet(self, canary: Histogram, canary_n: int, production: Histogram, production_n: int) -> None:
        at, beyond = self.threshold, count_above(production, self.threshold)
        for test, bins in ((self.regression, self.plan.tolerance_bins), (self.passing, self.plan.margin_bins)):
            test.feed(canary_n, count_above(canary, at + bins), production_n, beyond)

    def growth(self, side: ShareTest, canary: float, production: float, m: float) -> float:
        """Expected log evidence per canary request, were the canary `canary / production` times slower."""
        bins = self.plan.tolerance_bins if side is self.regression else self.plan.margin_bins
        n = self.past_n
        if self.threshold < 0 or not n:
            return 0.0
        slower = math.log(max(canary, 1e-9) / max(production, 1e-9)) / math.log(1.2**0.25) if production else 0.0
        beyond = count_above(self.past, self.threshold + bins - round(slower)) / n
        return side.growth(min(max(beyond, 1e-6), 0.999), count_above(self.past, self.threshold) / n, m)


@dataclass(slots=True)
class MeanGauge:
    """A winsorised mean: cost per request."""

    plan: MetricPlan
    canary_n: int = field(init=False, default=0)
    production_n: int = field(init=False, default=0)
    regression: MeanTest = field(init=False)
    passing: MeanTest = field(init=False)
    limit: MeanLimit | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        plan = self.plan
        (r, d), (mr, md) = plan.tolerance, plan.margin
        self.regression = MeanTest("regression", r, d * MILLION, plan.cap, plan.design_effect, dict(plan.past))
        self.passing = MeanTest("pass", mr, md * MILLION, plan.cap, plan.design_effect, dict(plan.past))
        if plan.limit is not None:
            self.limit = MeanLimit(plan.limit * MILLION, plan.cap, plan.design_effect)

    def feed(self, block: Block) -> None:
        """One closed block."""
        self.canary_n += size(block.canary.cost)
        self.production_n += size(block.production.cost)
        self.regression.feed(block.canary.cost, block.production.cost)
        self.passing.feed(block.canary.cost, block.production.cost)
        if self.limit:
            self.limit.cap = self.regression.cap
            self.limit.feed(block.canary.cost)

    def growth(self, side: MeanTest, canary: float, production: float, m: float) -> float:
        """Expected log evidence per canary request, were the canary `canary / production` times dearer."""
        return side.growth(canary / production if production else 1.0, m)


Gauge = ShareGauge | QuantileGauge | MeanGauge | UserGauge


def gauge_for(plan: MetricPlan) -> Gauge:
    """The gauge that a metric's kind needs."""
    kind = _METRIC[plan.name].kind
    if kind == "share":
        return UserGauge(plan) if plan.per_user else ShareGauge(plan)
    return QuantileGauge(plan) if kind == "quantile" else MeanGauge(plan)


def state_of(gauge: Gauge) -> dict[str, Any]:
    """Everything a restart needs, as JSON."""
    state: dict[str, Any] = {
        "n": [gauge.canary_n, gauge.production_n],
        "regression": gauge.regression.state(),
        "pass": gauge.passing.state(),
    }
    if gauge.limit:
        state["limit"] = gauge.limit.wealth.state()
    if isinstance(gauge, UserGauge):
        state |= gauge.state()
    if isinstance(gauge, QuantileGauge):
        state |= {"past": sorted(gauge.past.items()), "threshold": gauge.threshold, "chosen_at": gauge.chosen_at}
        state["equal"] = gauge.passing.equal
    return state


def restore(gauge: Gauge, state: dict[str, Any]) -> None:
    """Continue from `state`."""
    gauge.canary_n, gauge.production_n = int(state["n"][0]), int(state["n"][1])
    gauge.regression.restore(state["regression"])
    gauge.passing.restore(state["pass"])
    if gauge.limit and "limit" in state:
        gauge.limit.wealth.restore(state["limit"])
    if isinstance(gauge, UserGauge):
        gauge.restore(state)
    if isinstance(gauge, QuantileGauge):
        gauge.past = {int(index): int(count) for index, count in state["past"]}
        gauge.past_n = size(gauge.past)
        gauge.threshold, gauge.chosen_at = int(state["threshold"]), int(state["chosen_at"])
        gauge.passing.equal = state["equal"]
