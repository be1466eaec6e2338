"""Absolute limits beside the comparison: a canary may be no worse than a slow production and still break the budget.

One-sample betting tests of the same family: under `rate <= limit` each request's factor `1 + l (x - limit)` has an
expectation of at most 1, so the product is evidence in the same currency and joins the same weighted average
(Waudby-Smith and Ramdas, arXiv 2010.09686).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from console.domain.histogram import Histogram
from console.verdict.means import FLOOR, value_of
from console.verdict.wealth import Wealth

FACTORS = (1.3, 1.6, 2.0, 3.0, 5.0, 10.0)
WEIGHTS = (0.10, 0.20, 0.20, 0.20, 0.20, 0.10)


@dataclass(slots=True)
class ShareLimit:
    """Evidence that the canary's rate of bad events lies above `limit` (a share, 0..1)."""

    limit: float
    design_effect: float = 1.0
    wealth: Wealth = field(default_factory=lambda: Wealth(WEIGHTS))

    def feed(self, n: int, bad: int) -> None:
        """One closed block of the canary."""
        limit = max(self.limit, 1e-9)
        gains = []
        for factor in FACTORS if n and limit < 1 else ():
            guess = min(factor * limit, 0.5 * (1 + limit))
            stake = min((guess - limit) / (limit * (1 - limit)), 0.98 / limit)
            gain = bad * math.log1p(stake * (1 - limit)) + (n - bad) * math.log1p(-stake * limit)
            gains.append(gain / self.design_effect)
        self.wealth.settle(gains)


@dataclass(slots=True)
class MeanLimit:
    """Evidence that the canary's winsorised mean lies above `limit`, in the histogram's unit."""

    limit: float
    cap: int
    design_effect: float = 1.0
    wealth: Wealth = field(default_factory=lambda: Wealth(WEIGHTS))

    def feed(self, canary: Histogram) -> None:
        """One closed block of the canary."""
        top = value_of(self.cap, self.cap)
        gains: list[float] = []
        # A limit at or beyond the cap cannot be broken by capped values: nothing to bet on.
        if canary and 0 < self.limit < top:
            over = [(value_of(index, self.cap) - self.limit, count) for index, count in canary.items()]
            for factor in FACTORS:
                stake = min((factor - 1) / (factor * self.limit), FLOOR / self.limit)
                gain = sum([count * math.log1p(stake * value) for value, count in over])
                gains.append(gain / self.design_effect)
        self.wealth.settle(gains)
