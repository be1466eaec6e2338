"""The two-sample betting test of a share: errors, refusals, flags, ratings, and latencies beyond a threshold.

The canary is acceptable if and only if `canary <= r * production + d`. One block brings `nC, kC` requests and bad
events on the canary and `nP, kP` on production. For a stake `l` and any `t`, both fixed before the block's outcomes
were seen (request counts may be used):

    log E += sum_i log(1 + l (x_i - r t - d)) + sum_j log(1 - r l (nC/nP) (y_j - t))

Why it is valid: `log(1 + z) <= z`, so the expected factor is at most `exp(nC l (canary - r production - d))`, whatever
production's rate is in that block; `t` cancels. For a stake > 0 that is at most 1 as long as the canary is no worse
than tolerated (the REGRESSION test); for a stake < 0 as long as it is no better than the margin (the PASS test).
Production's rate and the percentage may jump from block to block, as they do in a daily cycle with a ramp.

For r = 1, d = 0 the stake below is the growth-optimal 2x2 e-variable of Turner, Ly and Gruenwald (arXiv 2106.02693).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from console.verdict.wealth import RESERVE, Wealth

Side = Literal["regression", "pass"]

REGRESSION_FACTORS = (1.3, 1.6, 2.0, 3.0, 5.0, 10.0)
"""The bets: "the canary is this many times the tolerated rate"."""
REGRESSION_WEIGHTS = (0.10, 0.20, 0.20, 0.20, 0.20, 0.10)
PASS_WEIGHTS = (0.25, 0.50, 0.25)
PRIOR_RATE, PRIOR_REQUESTS = 0.01, 50.0
"""Where the bets start before production has data. A bad guess costs time, never validity."""

Factors = tuple[float, float, float, float]
"""Log factors of: a bad and a good canary request, a bad and a good production request."""


def pass_factors(equal: float) -> tuple[float, float, float]:
    """The PASS bets: the canary equals production (`equal` times the margin's rate), or is a little better or worse."""
    return (0.85 * equal, equal, math.sqrt(equal))


def stake_on(side: Side, factor: float, m: float, rate: float, r: float, d: float) -> tuple[float, float, float]:
    """(null value of the canary, `t` of production, stake) for the bet "the canary is `factor` times the tolerated".

    `m` is production per canary requests, `rate` production's rate so far. `t` is the null hypothesis's point nearest
    to the bet; the stake is limited so that no request can take more than 98 % of the money.
    """
    # Conditional expressions instead of min and max: this runs for every bet of every test of every block.
    guess = factor * (r * rate + d)
    guess = 1e-9 if guess < 1e-9 else min(guess, 0.98)
    t = (m * rate + guess - d) / (m + r)
    t = 1e-9 if t < 1e-9 else min(t, 0.999)
    null = r * t + d
    null = min(null, 0.999)
    stake = (guess - null) / (null * (1 - null))
    # Never bet the other way: with a rate near 1 the guess is clipped, and a stake of the wrong sign is not valid.
    if (stake <= 0) if side == "regression" else (stake >= 0):
        return null, t, 0.0
    if stake > 0:
        most, hedged = 0.98 / null, 0.98 * m / (r * (1 - t))
        return null, t, min(stake, most, hedged)
    return null, t, max(stake, -0.98 / (1 - null), -0.98 * m / (r * t))


def bet(side: Side, factor: float, m: float, rate: float, r: float, d: float) -> Factors:
    """The log factors of the bet "the canary's rate is `factor` times the tolerated one". See `stake_on`."""
    null, t, stake = stake_on(side, factor, m, rate, r, d)
    hedge = r * stake / m
    log1p = math.log1p
    return log1p(stake * (1 - null)), log1p(-stake * null), log1p(-hedge * (1 - t)), log1p(hedge * t)


class ShareTest:
    """One metric, one side. `design_effect` (>= 1) divides the evidence where a user's requests resemble each other."""

    __slots__ = ("d", "design_effect", "equal", "production_bad", "production_requests", "r", "side", "wealth")

    def __init__(
        self,
        side: Side,
        r: float = 1.0,
        d: float = 0.0,
        *,
        design_effect: float = 1.0,
        prior_rate: float = PRIOR_RATE,
        betting: float = 1 - RESERVE,
    ) -> None:
        self.side: Side = side
        self.r, self.d, self.design_effect = r, d, design_effect
        self.production_bad, self.production_requests = prior_rate * PRIOR_REQUESTS, PRIOR_REQUESTS
        self.equal: float | None = None
        """An equal canary's rate as a multiple of the margin's, where a shifted threshold makes it differ."""
        self.wealth = Wealth(REGRESSION_WEIGHTS if side == "regression" else PASS_WEIGHTS, betting)

    @property
    def rate(self) -> float:
        """Production's rate over earlier blocks; steers the bets."""
        return self.production_bad / self.production_requests

    def factors(self, rate: float) -> Sequence[float]:
        """What is bet on, given production's rate."""
        if self.side == "regression":
            return REGRESSION_FACTORS
        if self.equal is not None:
            return pass_factors(self.equal)
        # With nothing bad on production and no absolute margin both are 0; their ratio is 1/r however small they get.
        tolerated = self.r * rate + self.d
        return pass_factors(rate / tolerated if tolerated > 0 else 1 / self.r)

    def feed(self, canary_n: int, canary_bad: int, production_n: int, production_bad: int) -> None:
        """One closed block, in order of time. A block with an empty arm teaches the rate, and moves no money."""
        gains: list[float] = []
        if canary_n > 0 and production_n > 0:
            rate, m = self.production_bad / self.production_requests, production_n / canary_n
            canary_good, production_good = canary_n - canary_bad, production_n - production_bad
            for factor in self.factors(rate):
                cb, cg, pb, pg = bet(self.side, factor, m, rate, self.r, self.d)
                gain = canary_bad * cb + canary_good * cg + production_bad * pb + production_good * pg
                gains.append(gain / self.design_effect)
        self.wealth.settle(gains)
        self.production_bad += production_bad
        self.production_requests += production_n

    def growth(self, canary_rate: float, production_rate: float, m: float) -> float:
        """Expected log evidence per canary request of the best bettor, were these the true rates."""
        best = -math.inf
        for factor in self.factors(production_rate):
            cb, cg, pb, pg = bet(self.side, factor, m, production_rate, self.r, self.d)
            canary = canary_rate * cb + (1 - canary_rate) * cg
            best = max(best, canary + m * (production_rate * pb + (1 - production_rate) * pg))
        return best / self.design_effect

    def state(self) -> dict[str, object]:
        """Everything a restart needs, as JSON."""
        return {
            "wealth": self.wealth.state(),
            "bad": self.production_bad,
            "requests": self.production_requests,
        }

    def restore(self, state: dict[str, object]) -> None:
        """Continue from `state`."""
        wealth = state["wealth"]
        assert isinstance(wealth, dict)
        self.wealth.restore(wealth)
        self.production_bad = float(str(state["bad"]))
        self.production_requests = float(str(state["requests"]))
