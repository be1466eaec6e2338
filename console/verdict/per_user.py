"""Shares judged by users instead of requests: one value a user, so that requests of one user may be alike in any way.

The unit is a user, his value the share of bad events among his first requests (at most 20) of a window of time. Users
are independent of each other whatever their own requests do, so the betting test of means (see `means`) on these values
is exact where dividing by a design effect is an approximation. Values are cut at a cap on both arms: an error a user
counts, a user who always fails does not count twenty times (Waudby-Smith and Ramdas, arXiv 2010.09686).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from console.domain.cells import Block
from console.domain.histogram import Histogram, merged, size
from console.domain.requests import USER_CAP
from console.verdict.limits import ShareLimit
from console.verdict.means import MeanTest, Moments
from console.verdict.plan import MetricPlan, share_of
from console.verdict.shares import Side

ENOUGH = 10
"""Users that each arm has before they are fed: like a block, it ends by counting and never by outcomes."""
PRIOR_USERS = 20
"""What is known of production before the first user counts as much as this many users."""


class UserTest(MeanTest):
    """The test of means on values 0, 1/20 … 1. `cap` is the last bin that counts, 1..20; `prior` production's rate."""

    __slots__ = ("prior",)

    def __init__(self, side: Side, r: float, d: float, cap: int, prior: float) -> None:
        super().__init__(side, r, d, cap)
        self.prior = min(max(prior, 1e-6), self._top())

    def moments(self) -> Moments:
        """Production's users so far, together with what was known before: without errors there were no bet."""
        seen, known = super().moments(), PRIOR_USERS
        n = seen.n + known
        mean = (seen.n * seen.mean + known * self.prior) / n
        # Beforehand the most uneven users are assumed: either at the cap or at nothing.
        square = (seen.n * (seen.variance + seen.mean**2) + known * self.prior * self._top()) / n
        return Moments(n, mean, max(0.0, square - mean * mean))

    def _top(self) -> float:
        return self.cap / USER_CAP

    def _values(self, histogram: Histogram) -> list[float]:
        table = _table(self.cap)
        return [table[index] for index in histogram]


@lru_cache(maxsize=USER_CAP)
def _table(cap: int) -> tuple[float, ...]:
    return tuple(min(index, cap) / USER_CAP for index in range(USER_CAP + 1))


def bin_of_user(requests: int, bad: int) -> int:
    """The bin, 0..20, of a user with `bad` of `requests` (1..20): his share in twentieths, rounded up."""
    return min(USER_CAP, math.ceil(USER_CAP * bad / requests)) if requests > 0 else 0


@dataclass(slots=True)
class UserGauge:
    """A share, judged by users. `canary_n` and `production_n` count users; a route's limit still counts requests."""

    plan: MetricPlan
    canary_n: int = field(init=False, default=0)
    production_n: int = field(init=False, default=0)
    waiting: tuple[dict[int, int], dict[int, int]] = field(init=False, default=({}, {}))
    """Users of (production, canary) that wait until both arms have enough."""
    regression: UserTest = field(init=False)
    passing: UserTest = field(init=False)
    limit: ShareLimit | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        plan = self.plan
        self.regression = UserTest("regression", *plan.tolerance, plan.cap, plan.prior_rate)
        self.passing = UserTest("pass", *plan.margin, plan.cap, plan.prior_rate)
        if plan.limit is not None:
            self.limit = ShareLimit(plan.limit, plan.design_effect)

    def feed(self, block: Block) -> None:
        """One closed block, with the users whose windows closed in it."""
        name = self.plan.name
        if self.limit:
            bad, n = share_of(name, block.canary, self.plan.checked)
            self.limit.feed(n, bad)
        production = merged((self.waiting[0], block.production_users.get(name, {})))
        canary = merged((self.waiting[1], block.canary_users.get(name, {})))
        self.waiting = (production, canary)
        if min(size(production), size(canary)) < ENOUGH:
            return
        self.waiting = ({}, {})
        self.production_n += size(production)
        self.canary_n += size(canary)
        self.regression.feed(canary, production)
        self.passing.feed(canary, production)

    def growth(self, side: UserTest, canary: float, production: float, m: float) -> float:
        """Expected log evidence per canary user at these rates."""
        return side.growth(canary / production if production else 1.0, m)

    def state(self) -> dict[str, Any]:
        """The users that wait, as JSON."""
        return {"waiting": [sorted(users.items()) for users in self.waiting]}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        production, canary = ({int(index): int(n) for index, n in users} for users in state["waiting"])
        self.waiting = (production, canary)
