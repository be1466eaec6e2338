"""The two-sample betting test of a mean: cost per request, winsorised at one edge on both arms.

The same construction as for shares (see `shares`), with values instead of 0 and 1: each bin of the cost histogram
counts as its geometric middle, and everything beyond `cap` as `cap`. Both arms are binned the same way, so binning
moves no evidence. Exact for any distribution, heavy tails included; a test of log-costs would ask another question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from console.domain.histogram import Histogram, merged, middle
from console.verdict.shares import PASS_WEIGHTS, Side, pass_factors
from console.verdict.wealth import RESERVE, Wealth

REGRESSION_FACTORS = (1.1, 1.25, 1.6, 2.5)
REGRESSION_WEIGHTS = (0.25, 0.25, 0.25, 0.25)
FLOOR = 0.9
"""Stakes are limited so that no single request can take more than 90 % of a bettor's money."""
NEEDED = 20
"""Production requests before the first bet: a variance needs some."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and variance of winsorised values, in the histogram's unit."""

    n: int
    mean: float
    variance: float


def value_of(index: int, cap: int) -> float:
    """What a request in bin `index` counts as when `cap` is the last bin."""
    return middle(min(index, cap))


def moments(histogram: Histogram, cap: int) -> Moments:
    """Mean and variance of `histogram`, with everything beyond bin `cap` counted as bin `cap`."""
    n = sum(histogram.values())
    if n == 0:
        return Moments(0, 0.0, 0.0)
    mean = sum(count * value_of(index, cap) for index, count in histogram.items()) / n
    spread = sum(count * (value_of(index, cap) - mean) ** 2 for index, count in histogram.items()) / n
    return Moments(n, mean, spread)


@dataclass(slots=True)
class MeanTest:
    """One mean, one side. `cap` is the last bin that counts; `past` is production's histogram so far."""

    side: Side
    r: float
    d: float
    cap: int
    design_effect: float = 1.0
    past: dict[int, int] = field(default_factory=dict)
    betting: float = 1 - RESERVE
    wealth: Wealth = field(init=False)

    def __post_init__(self) -> None:
        self.wealth = Wealth(REGRESSION_WEIGHTS if self.side == "regression" else PASS_WEIGHTS, self.betting)

    def feed(self, canary: Histogram, production: Histogram) -> None:
        """One closed block, in order of time."""
        canary_n, production_n = sum(canary.values()), sum(production.values())
        gains: list[float] = []
        past = moments(self.past, self.cap)
        if canary_n and production_n and past.n >= NEEDED and past.mean > 0:
            m = production_n / canary_n
            for factor in self._factors(past.mean):
                null, t, stake = self._stake(factor, past, m)
                hedge = self.r * stake / m
                gain = sum(c * math.log1p(stake * (value_of(b, self.cap) - null)) for b, c in canary.items())
                gain += sum(c * math.log1p(-hedge * (value_of(b, self.cap) - t)) for b, c in production.items())
                gains.append(gain / self.design_effect)
        self.wealth.settle(gains)
        self.past = merged((self.past, production))

    def _factors(self, mean: float) -> tuple[float, ...]:
        if self.side == "regression":
            return REGRESSION_FACTORS
        return pass_factors(mean / (self.r * mean + self.d))

    def _stake(self, factor: float, past: Moments, m: float) -> tuple[float, float, float]:
        """(null value of the canary, of production, stake) for the bet "the canary is `factor` times the tolerated"."""
        r, top = self.r, middle(self.cap)
        # A constant past has no variance; a little keeps the stake finite.
        variance = max(past.variance, 1e-6 * past.mean**2)
        shift = (factor - 1) * (r * past.mean + self.d)
        own = r * r * variance * factor
        both = own + r * r * variance / m
        t = min(max(past.mean + shift * (r * variance / m) / both, 1e-9), top * 0.999)
        null = min(r * t + self.d, top * 0.999)
        # Where clipping moved `null` off `r t + d`, the factor's expectation could exceed 1: bet nothing then.
        if null < r * t + self.d:
            return null, t, 0.0
        stake = shift / (both + shift * shift * own / both)
        stake = max(stake, 0.0) if self.side == "regression" else min(stake, 0.0)
        stake = min(stake, FLOOR / null, FLOOR * m / (r * (top - t)))
        return null, t, max(stake, -FLOOR / (top - null), -FLOOR * m / (r * t))

    def growth(self, ratio: float, m: float) -> float:
        """Expected log evidence per canary request, were the canary's cost `ratio` times production's."""
        past = moments(self.past, self.cap)
        if past.n < NEEDED or past.mean <= 0:
            return 0.0
        shares = [(value_of(index, self.cap), count / past.n) for index, count in self.past.items()]
        top, best = middle(self.cap), -math.inf
        for factor in self._factors(past.mean):
            null, t, stake = self._stake(factor, past, m)
            hedge = self.r * stake / m
            canary = sum(p * math.log1p(stake * (min(v * ratio, top) - null)) for v, p in shares)
            production = sum(p * math.log1p(-hedge * (v - t)) for v, p in shares)
            best = max(best, canary + m * production)
        return best / self.design_effect

    def state(self) -> dict[str, object]:
        """Everything a restart needs, as JSON."""
        return {"wealth": self.wealth.state(), "past": sorted(self.past.items()), "cap": self.cap}

    def restore(self, state: dict[str, object]) -> None:
        """Continue from `state`."""
        wealth, past = state["wealth"], state["past"]
        assert isinstance(wealth, dict)
        assert isinstance(past, list)
        self.wealth.restore(wealth)
        self.past = {int(index): int(count) for index, count in past}
        self.cap = int(str(state["cap"]))
