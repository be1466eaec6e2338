"""How big the difference is, for the screen: production re-weighted to the canary's hours, and an honest interval.

Pooled rates show Simpson's artefact when the percentage changes during a daily cycle. So production counts in each
block with the canary's share of that block: the difference compares like with like, as the evidence does.

The interval holds at every look (asymptotically; it is shown, and decides nothing): the normal-mixture confidence
sequence of Waudby-Smith et al. (arXiv 2103.06476) on the sum of the blocks' differences.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.domain.cells import Block
from console.domain.histogram import Histogram, middle
from console.domain.metrics import METRICS
from console.verdict.means import value_of
from console.verdict.plan import MetricPlan, histogram_of, share_of

_METRIC = {metric.name: metric for metric in METRICS}
TUNED_FOR = 1_000
"""The canary requests at which the interval is tightest."""
ENOUGH = 20
"""Canary requests before there is an interval."""


@dataclass(slots=True)
class Effect:
    """Sums over blocks in which both arms have data for one metric."""

    plan: MetricPlan
    canary_n: int = 0
    canary_sum: float = 0.0
    expected: float = 0.0
    variance: float = 0.0
    """Of a share's summed difference; otherwise how many requests' variance production's re-weighted sum has."""
    canary: dict[int, int] = field(default_factory=dict)
    matched: dict[int, float] = field(default_factory=dict)
    """Production's histogram, re-weighted block by block to the canary's request count."""

    def feed(self, block: Block) -> None:
        """One closed block."""
        if _METRIC[self.plan.name].kind == "share":
            canary, production = (
                share_of(self.plan.name, arm, self.plan.checked) for arm in (block.canary, block.production)
            )
            self._feed_share(*canary, *production)
        else:
            name = self.plan.name
            self._feed_histogram(histogram_of(name, block.canary), histogram_of(name, block.production))

    def _feed_share(self, canary_bad: int, canary_n: int, production_bad: int, production_n: int) -> None:
        if not canary_n or not production_n:
            return
        scale = canary_n / production_n
        self.canary_n += canary_n
        self.canary_sum += canary_bad
        self.expected += scale * production_bad
        self.variance += canary_bad + scale * scale * production_bad

    def _feed_histogram(self, canary: Histogram, production: Histogram) -> None:
        canary_n, production_n = sum(canary.values()), sum(production.values())
        if not canary_n or not production_n:
            return
        self.canary_n += canary_n
        scale = canary_n / production_n
        self.variance += scale * canary_n
        for index, count in canary.items():
            self.canary[index] = self.canary.get(index, 0) + count
        for index, count in production.items():
            self.matched[index] = self.matched.get(index, 0.0) + scale * count

    def interval(self, alpha: float = 0.10, cap: int = 0) -> tuple[float, float] | None:
        """Bounds of the change that hold at every look with probability 1 - alpha, or None while they say nothing.

        A difference for shares, a ratio for quantiles and means; `cap` is the last bin that counts of a mean.
        """
        if self.canary_n < ENOUGH:
            return None
        match _METRIC[self.plan.name].kind:
            case "share":
                half = self._half(self.variance + 1.0, max(1.0, self.plan.prior_rate * TUNED_FOR), alpha)
                change = (self.canary_sum - self.expected) / self.canary_n
                return max(-1.0, change - half), min(1.0, change + half)
            case "quantile":
                return self._quantile_interval(alpha)
            case _:
                return self._mean_interval(alpha, cap)

    def _half(self, variance: float, tuned: float, alpha: float) -> float:
        """Half the width of the interval of a mean over the canary's requests, from the variance of their sum."""
        effect = self.plan.design_effect
        spread, tuned = variance * effect, tuned * effect
        return math.sqrt((spread + tuned) * math.log((spread + tuned) / (tuned * alpha * alpha))) / self.canary_n

    def _quantile_interval(self, alpha: float) -> tuple[float, float] | None:
        """The canary's quantiles a little below and above, over production's: all doubt is put on the canary's side."""
        q = _METRIC[self.plan.name].quantile
        production = quantile_of(self.matched, q)
        half = self._half(q * (1 - q) * (self.canary_n + self.variance), q * (1 - q) * TUNED_FOR, alpha)
        if not production or half >= min(q, 1 - q):
            return None
        low, high = quantile_of(self.canary, q - half), quantile_of(self.canary, q + half)
        return (low / production, high / production) if low and high else None

    def _mean_interval(self, alpha: float, cap: int) -> tuple[float, float] | None:
        canary, own = _moments(self.canary, cap)
        production, other = _moments(self.matched, cap)
        if cap <= 0 or production <= 0 or own + other <= 0:
            return None
        half = self._half(own * self.canary_n + other * self.variance, (own + other) * TUNED_FOR, alpha) / production
        return max(0.0, canary / production - half), canary / production + half

    def state(self) -> dict[str, Any]:
        """Everything a restart needs, as JSON."""
        return {
            "n": self.canary_n,
            "sum": self.canary_sum,
            "expected": self.expected,
            "variance": self.variance,
            "canary": sorted(self.canary.items()),
            "matched": sorted(self.matched.items()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        self.canary_n, self.canary_sum = int(state["n"]), float(state["sum"])
        self.expected, self.variance = float(state["expected"]), float(state["variance"])
        self.canary = {int(index): int(count) for index, count in state["canary"]}
        self.matched = {int(index): float(count) for index, count in state["matched"]}


def quantile_of(histogram: Mapping[int, float], q: float) -> float | None:
    """The q-quantile of re-weighted counts within 2.4 %, or None of an empty histogram."""
    wanted = q * sum(histogram.values())
    for index in sorted(histogram):
        wanted -= histogram[index]
        if wanted <= 1e-9:
            return middle(index)
    return middle(max(histogram)) if histogram else None


def _moments(histogram: Mapping[int, float], cap: int) -> tuple[float, float]:
    """Mean and variance of re-weighted counts, with bins beyond `cap` counted as `cap`."""
    n = sum(histogram.values())
    if n <= 0:
        return 0.0, 0.0
    values = [(value_of(index, cap), count) for index, count in histogram.items()]
    mean = sum(value * count for value, count in values) / n
    return mean, sum(count * (value - mean) ** 2 for value, count in values) / n
