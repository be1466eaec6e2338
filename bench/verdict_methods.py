"""Methods that decide about a canary, over many simulated canaries at once: the product's test and its competitors.

Arrays have one row a replication. `Betting` repeats console/verdict/shares.py in numpy; `bench/verdict.py` checks it
against the product's own code on shared numbers before anything is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import betainc, ndtri

from console.verdict.shares import PASS_WEIGHTS, PRIOR_RATE, PRIOR_REQUESTS, REGRESSION_FACTORS, REGRESSION_WEIGHTS

Array = Any
ALPHA = 0.01


class Betting:
    """The product's test of a share (see console/verdict/shares.py and wealth.py), vectorised."""

    def __init__(
        self, runs: int, side: str = "regression", r: float = 1.0, d: float = 0.0, effect: Array = 1.0,
        prior: float = PRIOR_RATE, reserve: float = 0.5,
    ) -> None:  # fmt: skip
        self.side, self.r, self.d, self.effect = side, r, d, effect
        self.weights = np.array(REGRESSION_WEIGHTS if side == "regression" else PASS_WEIGHTS)
        self.capital = np.log((1 - reserve) * self.weights)[None, :].repeat(runs, 0)
        self.reserve = np.full(runs, math.log(reserve) if reserve else -math.inf)
        self.bad, self.n = np.full(runs, prior * PRIOR_REQUESTS), np.full(runs, PRIOR_REQUESTS)
        self.blocks = 0
        self.log = np.zeros(runs)

    def feed(self, canary_n: Array, canary_bad: Array, production_n: Array, production_bad: Array) -> Array:
        """One block of every replication; returns log E."""
        r, d = self.r, self.d
        rate = (self.bad / self.n)[:, None]
        m = np.broadcast_to(np.asarray(production_n / canary_n, float), self.bad.shape)[:, None]
        f = rate / (r * rate + d)
        grid = np.array(REGRESSION_FACTORS)[None, :] if self.side == "regression" else f * np.array([0.85, 1, 0])
        if self.side == "pass":
            grid[:, 2] = np.sqrt(f[:, 0])
        guess = np.clip(grid * (r * rate + d), 1e-9, 0.98)
        t = np.clip((m * rate + guess - d) / (m + r), 1e-9, 0.999)
        null = np.minimum(r * t + d, 0.999)
        stake = (guess - null) / (null * (1 - null))
        stake = np.maximum(stake, 0) if self.side == "regression" else np.minimum(stake, 0)
        stake = np.clip(stake, -0.98 / (1 - null), 0.98 / null)
        stake = np.clip(stake, -0.98 * m / (r * t), 0.98 * m / (r * (1 - t)))
        hedge = r * stake / m
        kc, kp = np.asarray(canary_bad)[:, None], np.asarray(production_bad)[:, None]
        gain = kc * np.log1p(stake * (1 - null)) + (_column(canary_n) - kc) * np.log1p(-stake * null)
        gain += kp * np.log1p(-hedge * (1 - t)) + (_column(production_n) - kp) * np.log1p(hedge * t)
        self.capital += gain / _column(self.effect)
        top = np.maximum(self.capital.max(1), self.reserve)
        self.log = top + np.log(np.exp(self.capital - top[:, None]).sum(1) + np.exp(self.reserve - top))
        moved = self.reserve - math.log(self.blocks + 50)
        self.capital = np.logaddexp(self.capital, moved[:, None] + np.log(self.weights))
        self.reserve = self.reserve + math.log1p(-1 / (self.blocks + 50))
        self.blocks += 1
        self.bad, self.n = self.bad + production_bad, self.n + production_n
        return self.log


def _column(value: Array) -> Array:
    value = np.asarray(value, float)
    return value[:, None] if value.ndim else value


@dataclass
class Sums:
    """Pooled counts since the start: what cumulative methods look at."""

    canary_n: Array = 0.0
    canary_bad: Array = 0.0
    production_n: Array = 0.0
    production_bad: Array = 0.0

    def add(self, canary_n: Array, canary_bad: Array, production_n: Array, production_bad: Array) -> None:
        self.canary_n = self.canary_n + canary_n
        self.canary_bad = self.canary_bad + canary_bad
        self.production_n = self.production_n + production_n
        self.production_bad = self.production_bad + production_bad

    def difference(self) -> tuple[Array, Array]:
        """The difference of the rates and its variance with a pooled rate."""
        n = self.canary_n + self.production_n
        pooled = np.maximum((self.canary_bad + self.production_bad) / n, 1e-12)
        variance = pooled * (1 - pooled) * (1 / self.canary_n + 1 / self.production_n)
        return self.canary_bad / self.canary_n - self.production_bad / self.production_n, variance


def naive_z(sums: Sums) -> Array:
    """A one-sided z-test at 1 % at every look, from 100 canary requests on."""
    difference, variance = sums.difference()
    return (difference > -ndtri(ALPHA) * np.sqrt(variance)) & (sums.canary_n >= 100)


def exact(sums: Sums, alpha: float) -> Array:
    """Which arm did the errors come from: the exact conditional binomial test."""
    k, n = sums.canary_bad, sums.canary_bad + sums.production_bad
    share = sums.canary_n / (sums.canary_n + sums.production_n)
    return (k > 0) & (betainc(np.maximum(k, 1e-9), n - k + 1, share) <= alpha)


def msprt(sums: Sums, scale: float) -> Array:
    """The normal-mixture SPRT, given the true base rate as its scale, from 100 canary requests on."""
    difference, v = sums.difference()
    s = scale * scale
    log = 0.5 * np.log(v / (v + s)) + difference**2 * s / (2 * v * (v + s))
    return (log >= math.log(1 / ALPHA)) & (difference > 0) & (sums.canary_n >= 100)


def growthbook(sums: Sums) -> Array:
    """The asymptotic confidence sequence (arXiv 2103.06476, one-sided), tuned to 5,000, from 100 requests on."""
    p_c, p_p = sums.canary_bad / sums.canary_n, sums.production_bad / sums.production_n
    difference, v = p_c - p_p, p_c * (1 - p_c) / sums.canary_n + p_p * (1 - p_p) / sums.production_n
    n = sums.canary_n + sums.production_n
    rho2 = (-2 * math.log(ALPHA) + math.log(-2 * math.log(ALPHA) + 1)) / 5_000
    half = np.sqrt(v * n) * np.sqrt(
        2 * (n * rho2 + 1) / (n * n * rho2) * np.log(1 + np.sqrt(n * rho2 + 1) / (2 * ALPHA))
    )
    return (difference > half) & (sums.canary_n >= 100)


@dataclass
class BadWindows:
    """Three windows of 100 canary requests in a row with more than 1.5 times production's rate."""

    runs: int
    window: Sums = field(default_factory=Sums)
    row: Array = 0

    def feed(self, *counts: Array) -> Array:
        self.window.add(*counts)
        if np.min(self.window.canary_n) < 100:
            return np.zeros(self.runs, bool)
        canary = self.window.canary_bad / self.window.canary_n
        bad = canary > 1.5 * self.window.production_bad / self.window.production_n
        self.row = np.where(bad, self.row + 1, 0)
        self.window = Sums()
        return self.row >= 3


def information_limit(p_canary: float, p_production: float, m: float, r: float, d: float, alpha: float) -> float:
    """Canary requests that the best test needs on average: log(1/alpha) / min_q [KL(pC|rq+d) + m KL(pP|q)]."""
    q = np.linspace(1e-6, min(0.999, (1 - d) / r) - 1e-6, 200_001)
    best = np.min(_kl(p_canary, np.minimum(r * q + d, 1 - 1e-9)) + m * _kl(p_production, q))
    return math.log(1 / alpha) / float(best)


def _kl(a: float, b: Array) -> Array:
    return a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))


class Pool:
    """Users at work, one request each a block; who is done is replaced."""

    def __init__(self, rng: Any, a: float, b: float, shape: tuple[int, int], lengths: Any, cap: int) -> None:
        self.rng, self.a, self.b, self.lengths, self.cap = rng, a, b, lengths, cap
        self.rate = rng.beta(a, b, shape)
        self.left = (np.minimum(lengths(shape), cap) * rng.random(shape)).astype(int) + 1

    def block(self) -> Array:
        bad = (self.rng.random(self.rate.shape) < self.rate).sum(1)
        self.left -= 1
        done = self.left <= 0
        self.rate = np.where(done, self.rng.beta(self.a, self.b, self.rate.shape), self.rate)
        self.left = np.where(done, np.minimum(self.lengths(self.rate.shape), self.cap), self.left)
        return bad
