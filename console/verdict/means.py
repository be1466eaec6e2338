"""The two-sample betting test of a mean: cost per request, winsorised at one edge on both arms.

The same construction as for shares (see `shares`), with values instead of 0 and 1: each bin of the cost histogram
counts as its geometric middle, and everything beyond `cap` as `cap`. Both arms are binned the same way, so binning
moves no evidence. Exact for any distribution, heavy tails included; a test of log-costs would ask another question.
"""

from __future__ import annotations

import math
from functools import lru_cache
from operator import mul
from typing import Any

from console.domain.histogram import LAST_BIN, Histogram, middle, size
from console.domain.record import record
from console.verdict.shares import PASS_WEIGHTS, Side, pass_factors
from console.verdict.wealth import RESERVE, Wealth

REGRESSION_FACTORS = (1.1, 1.25, 1.6, 2.5)
REGRESSION_WEIGHTS = (0.25, 0.25, 0.25, 0.25)
FLOOR = 0.9
"""Stakes are limited so that no single request can take more than 90 % of a bettor's money."""
NEEDED = 20
"""Production requests before the first bet: a variance needs some."""


CAP_QUANTILE = 0.995
CAP_AFTER = 100
"""Production requests before a cap is chosen, where none was known when the rollout began."""
_MIDDLES = tuple(middle(index) for index in range(LAST_BIN + 1))


@record
class Moments:
    """Mean and variance of winsorised values, in the histogram's unit."""

    n: int
    mean: float
    variance: float


def value_of(index: int, cap: int) -> float:
    """What a request in bin `index` counts as when `cap` is the last bin."""
    return _MIDDLES[min(index, cap)]


@lru_cache(maxsize=64)
def _table(cap: int) -> tuple[float, ...]:
    """What a request in each bin counts as when `cap` is the last bin."""
    return tuple(_MIDDLES[min(index, cap)] for index in range(LAST_BIN + 1))


def cap_of(histogram: Histogram) -> int:
    """The bin of the 99.5 % quantile: one request beyond it must not outweigh a hundred others."""
    wanted, seen = math.ceil(CAP_QUANTILE * size(histogram)), 0
    for index in sorted(histogram):
        seen += histogram[index]
        if seen >= wanted:
            return max(1, index)
    return 0


class MeanTest:
    """One mean, one side. `cap` is the last bin that counts; `past` is production's histogram so far.

    A `cap` of 0 is chosen from production's first `CAP_AFTER` requests; until then nothing is bet.
    """

    __slots__ = ("_n", "_squares", "_sum", "cap", "d", "design_effect", "past", "r", "side", "wealth")

    def __init__(
        self,
        side: Side,
        r: float,
        d: float,
        cap: int,
        design_effect: float = 1.0,
        past: Histogram | None = None,
        betting: float = 1 - RESERVE,
    ) -> None:
        self.side: Side = side
        self.r, self.d, self.cap, self.design_effect = r, d, cap, design_effect
        self.past: dict[int, int] = {}
        self._n, self._sum, self._squares = 0, 0.0, 0.0
        self.wealth = Wealth(REGRESSION_WEIGHTS if side == "regression" else PASS_WEIGHTS, betting)
        self._learn(past or {})

    def _learn(self, production: Histogram) -> None:
        """Add to the past: to its histogram, and to its moments, which are then never summed anew."""
        for index, count in production.items():
            self.past[index] = self.past.get(index, 0) + count
        if self.cap == 0:
            self._choose_cap()
        else:
            self._count(production)

    def _choose_cap(self) -> None:
        if size(self.past) >= CAP_AFTER:
            self.cap = cap_of(self.past)
            self._count(self.past)

    def _count(self, production: Histogram) -> None:
        counts, values = list(production.values()), self._values(production)
        weighted = list(map(mul, counts, values))
        self._n += sum(counts)
        self._sum += sum(weighted)
        self._squares += sum(map(mul, weighted, values))

    def moments(self) -> Moments:
        """Mean and variance of production's past, winsorised."""
        if self._n == 0:
            return Moments(0, 0.0, 0.0)
        mean = self._sum / self._n
        return Moments(self._n, mean, max(0.0, self._squares / self._n - mean * mean))

    def feed(self, canary: Histogram, production: Histogram) -> None:
        """One closed block, in order of time."""
        canary_n, production_n = sum(canary.values()), sum(production.values())
        gains: list[float] = []
        past = self.moments()
        if canary_n and production_n and past.n >= NEEDED and past.mean > 0:
            m, log1p = production_n / canary_n, math.log1p
            canaries, own = self._values(canary), list(canary.values())
            productions, theirs = self._values(production), list(production.values())
            for factor in self._factors(past.mean):
                null, t, stake = self._stake(factor, past, m)
                hedge = self.r * stake / m
                gain = sum(map(mul, own, [log1p(stake * (value - null)) for value in canaries]))
                gain += sum(map(mul, theirs, [log1p(hedge * (t - value)) for value in productions]))
                gains.append(gain / self.design_effect)
        self.wealth.settle(gains)
        self._learn(production)

    def _values(self, histogram: Histogram) -> list[float]:
        """What the bins of `histogram` count as, in its order."""
        table = _table(self.cap)
        return [table[index] for index in histogram]

    def _top(self) -> float:
        """The largest value that a request can count as."""
        return _MIDDLES[self.cap]

    def _factors(self, mean: float) -> tuple[float, ...]:
        if self.side == "regression":
            return REGRESSION_FACTORS
        return pass_factors(mean / (self.r * mean + self.d))

    def _stake(self, factor: float, past: Moments, m: float) -> tuple[float, float, float]:
        """(null value of the canary, of production, stake) for the bet "the canary is `factor` times the tolerated"."""
        r, top = self.r, self._top()
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
        past = self.moments()
        if past.n < NEEDED or past.mean <= 0:
            return 0.0
        shares = [(v, n / past.n) for v, n in zip(self._values(self.past), self.past.values(), strict=True)]
        top, best = self._top(), -math.inf
        for factor in self._factors(past.mean):
            null, t, stake = self._stake(factor, past, m)
            hedge = self.r * stake / m
            canary = sum(p * math.log1p(stake * (min(v * ratio, top) - null)) for v, p in shares)
            production = sum(p * math.log1p(hedge * (t - v)) for v, p in shares)
            best = max(best, canary + m * production)
        return best / self.design_effect

    def state(self) -> dict[str, object]:
        """Everything a restart needs, as JSON."""
        return {
            "wealth": self.wealth.state(),
            "past": sorted(self.past.items()),
            "cap": self.cap,
            "moments": [self._n, self._sum, self._squares],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        self.wealth.restore(state["wealth"])
        self.past = {int(index): int(count) for index, count in state["past"]}
        self.cap = int(state["cap"])
        n, total, squares = state["moments"]
        self._n, self._sum, self._squares = int(n), float(total), float(squares)
