"""How big the difference is, for the screen: production re-weighted to the canary's hours, and an honest interval.

Pooled rates show Simpson's artefact when the percentage changes during a daily cycle. So production counts in each
block with the canary's share of that block: the difference compares like with like, as the evidence does.

The interval holds at every look (asymptotically; it is shown, and decides nothing): the normal-mixture confidence
sequence of Waudby-Smith et al. (arXiv 2103.06476) on the sum of the blocks' differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from console.domain.cells import Block
from console.domain.histogram import Histogram
from console.domain.metrics import METRICS
from console.verdict.plan import MetricPlan, histogram_of, share_of

_METRIC = {metric.name: metric for metric in METRICS}
TUNED_FOR = 1_000
"""The canary requests at which the interval is tightest."""


@dataclass(slots=True)
class Effect:
    """Sums over blocks in which both arms have data for one metric."""

    plan: MetricPlan
    canary_n: int = 0
    canary_sum: float = 0.0
    expected: float = 0.0
    variance: float = 0.0
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
        for index, count in canary.items():
            self.canary[index] = self.canary.get(index, 0) + count
        for index, count in production.items():
            self.matched[index] = self.matched.get(index, 0.0) + scale * count

    def interval(self, alpha: float = 0.10) -> tuple[float, float] | None:
        """Bounds of the difference of two shares that hold at every look with probability 1 - alpha, or None."""
        if _METRIC[self.plan.name].kind != "share" or self.canary_n < 20:
            return None
        spread = (self.variance + 1.0) * self.plan.design_effect
        tuned = max(1.0, self.plan.prior_rate * TUNED_FOR) * self.plan.design_effect
        half = math.sqrt((spread + tuned) * math.log((spread + tuned) / (tuned * alpha * alpha))) / self.canary_n
        middle = (self.canary_sum - self.expected) / self.canary_n
        return max(-1.0, middle - half), min(1.0, middle + half)

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
