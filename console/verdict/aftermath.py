"""Production after a promotion: there is no second arm any more, so it is compared with the day before.

Every hour of that day is a rate of its own, and the worst of them is what the new model may reach: a daily cycle is
no regression. Beyond it, and beyond the route's absolute limits, one-sample betting tests of `limits` gather evidence
that joins in one weighted average, as on a canary: a false alarm has probability `alpha` at most, as long as the day
before holds for the day after.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.domain.cells import Counts, total
from console.domain.histogram import bin_of, count_above, quantile, size
from console.domain.metrics import METRICS, Metric
from console.verdict.limits import MeanLimit, ShareLimit
from console.verdict.means import cap_of, value_of
from console.verdict.plan import MILLION, GatePlan, MetricPlan, histogram_of, share_of
from console.verdict.wealth import log_sum

ENOUGH = 500
"""Requests that an hour needs before its rate is one to go by."""
_Z = 2.576
_METRIC = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True, slots=True)
class Worse:
    """What got worse: the metric's value since the promotion and on the day before, in its unit, over `n` requests.

    `limit` is what was tolerated; `absolute` where the route's own limit decided, which asks no day before.
    """

    metric: Metric
    value: float
    before: float | None
    limit: float
    n: int
    absolute: bool


@dataclass(slots=True)
class _Test:
    """One metric against one bound."""

    plan: MetricPlan
    weight: float
    limit: float
    absolute: bool
    feed: Callable[[Counts], None]
    log: Callable[[], float]


class Aftermath:
    """The tests of one promotion. `hours` are production's counts of each hour of the day before."""

    def __init__(self, plan: GatePlan, hours: Sequence[Counts]) -> None:
        self._hours = [hour for hour in hours if hour.requests]
        self._before = total(self._hours)
        self._since = Counts()
        self._alpha = plan.alpha
        self._tests = [test for metric in plan.metrics for test in self._tests_of(metric)]
        self._worse: Worse | None = None

    def feed(self, counts: Counts) -> None:
        """What one closed slot brought, in order of time."""
        self._since = self._since + counts
        for test in self._tests:
            test.feed(counts)
        if self._worse is None and self.log_evidence() >= -math.log(self._alpha):
            self._worse = self._described(
                max(self._tests, key=lambda test: test.weight * math.exp(min(test.log(), 600)))
            )

    @property
    def worse(self) -> Worse | None:
        """What got worse, once the evidence has reached `1/alpha`; it stays."""
        return self._worse

    def log_evidence(self) -> float:
        """log of the weighted average of all tests' evidence."""
        whole = sum(test.weight for test in self._tests)
        if not whole:
            return 0.0
        found = -math.inf
        for test in self._tests:
            if test.weight > 0:
                found = log_sum(found, math.log(test.weight / whole) + test.log())
        return found

    def _tests_of(self, plan: MetricPlan) -> list[_Test]:
        tests = []
        if plan.weight > 0 and self._measured(plan):
            bound = self._bound(plan)
            tests.append(self._test(plan, plan.weight, bound, absolute=False))
        if plan.limit is not None and plan.limit_weight > 0:
            tests.append(self._test(plan, plan.limit_weight, plan.limit, absolute=True))
        return tests

    def _measured(self, plan: MetricPlan) -> bool:
        metric = _METRIC[plan.name]
        if metric.kind == "share":
            return share_of(plan.name, self._before, plan.checked)[1] > 0
        return size(histogram_of(plan.name, self._before)) > 0

    def _bound(self, plan: MetricPlan) -> float:
        """What is tolerated, in the metric's unit, from the day before."""
        metric, (relative, more) = _METRIC[plan.name], plan.tolerance
        if metric.kind == "share":
            return relative * _worst([share_of(plan.name, hour, plan.checked) for hour in self._hours]) + more
        histogram = histogram_of(plan.name, self._before)
        if metric.kind == "quantile":
            return relative * (quantile(histogram, metric.quantile) or 0.0) + more
        cap = cap_of(histogram)
        means = [_mean(histogram_of(plan.name, hour), cap) for hour in self._hours]
        return relative * max(means, default=0.0) / MILLION + more

    def _test(self, plan: MetricPlan, weight: float, bound: float, *, absolute: bool) -> _Test:
        metric = _METRIC[plan.name]
        if metric.kind == "mean":
            mean = MeanLimit(bound * MILLION, plan.cap or cap_of(self._before.cost), plan.design_effect)
            return _Test(plan, weight, bound, absolute, lambda counts: mean.feed(counts.cost), mean.wealth.log)
        if metric.kind == "share":
            share = ShareLimit(bound, plan.design_effect)
            return _Test(
                plan,
                weight,
                bound,
                absolute,
                lambda counts: share.feed(*_swapped(share_of(plan.name, counts, plan.checked))),
                share.wealth.log,
            )
        edge, tail = bin_of(bound), 1 - metric.quantile
        if not absolute:
            tail = max(tail, _worst([_beyond(plan.name, hour, edge - plan.tolerance_bins) for hour in self._hours]))
        beyond = ShareLimit(tail, plan.design_effect)
        return _Test(
            plan,
            weight,
            bound,
            absolute,
            lambda counts: beyond.feed(*_swapped(_beyond(plan.name, counts, edge))),
            beyond.wealth.log,
        )

    def _described(self, test: _Test) -> Worse:
        value, n = _value(test.plan, self._since)
        before, _ = _value(test.plan, self._before)
        return Worse(_METRIC[test.plan.name], value or 0.0, before, test.limit, n, test.absolute)


def _worst(hours: Sequence[tuple[int, int]]) -> float:
    """The worst rate to expect: the upper bound (99 %) of the whole day, or its worst hour with enough requests."""
    bad, n = sum(hour[0] for hour in hours), sum(hour[1] for hour in hours)
    if n == 0:
        return 0.0
    p, z2 = bad / n, _Z * _Z
    upper = (p + z2 / (2 * n) + _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max([upper, *(hour_bad / hour_n for hour_bad, hour_n in hours if hour_n >= ENOUGH)])


def _beyond(name: str, counts: Counts, edge: int) -> tuple[int, int]:
    histogram = histogram_of(name, counts)
    return count_above(histogram, edge), size(histogram)


def _swapped(pair: tuple[int, int]) -> tuple[int, int]:
    return pair[1], pair[0]


def _mean(histogram: object, cap: int) -> float:
    assert isinstance(histogram, dict)
    n = sum(histogram.values())
    return sum(value_of(index, cap) * count for index, count in histogram.items()) / n if n else 0.0


def _value(plan: MetricPlan, counts: Counts) -> tuple[float | None, int]:
    metric = _METRIC[plan.name]
    if metric.kind == "share":
        bad, n = share_of(plan.name, counts, plan.checked)
        return (bad / n if n else None), n
    histogram = histogram_of(plan.name, counts)
    if metric.kind == "quantile":
        return quantile(histogram, metric.quantile), size(histogram)
    return (counts.cost_usd / counts.priced if counts.priced else None), counts.priced
