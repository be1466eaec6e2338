"""Blocks of simulated traffic, and the exact expectation of one block of a test."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from console.domain.cells import Block, Counts
from console.domain.histogram import GAMMA
from console.domain.registry import Gates
from console.verdict.plan import GatePlan, plan_for


def counts(rnd: random.Random, n: int, *, error: float = 0.01, slow: float = 1.0, dear: float = 1.0) -> Counts:
    """`n` requests: errors at a rate, log-normal latencies around 800 ms, costs around 4,000 millionths of a USD."""
    # The bins of log-normal values straight from their logarithms: a million are drawn here.
    drawn = [rnd.gauss() for _ in range(2 * n)]
    latency = _bins(math.log(800 * slow), 0.8, drawn[::2])
    cost = _bins(math.log(4_000 * dear), 1.0, drawn[1::2])
    errors = sum(rnd.random() < error for _ in range(n))
    return Counts(requests=n, errors=errors, latency=latency, ttft=latency, cost=cost, priced=n)


def _bins(mean: float, deviation: float, normal: list[float]) -> dict[int, int]:
    """As `bin_of` counts them; none is so far out that it has no bin of its own."""
    step = math.log(GAMMA)
    return dict(Counter([1 + int((mean + deviation * value) / step + 1e-9) for value in normal]))


def stream(
    seed: int,
    blocks: int,
    *,
    canary_n: int = 12,
    production_n: int = 60,
    canary: dict[str, float] | None = None,
    first_slot: int = 100,
) -> Iterator[Block]:
    """Closed blocks of a canary that differs from production by `canary` (arguments of `counts`)."""
    rnd = random.Random(seed)
    for index in range(blocks):
        slot = first_slot + 3 * index
        yield Block(slot, slot + 1, counts(rnd, production_n), counts(rnd, canary_n, **(canary or {})))


def plan(gates: Gates | None = None, seed: int = 9, n: int = 2_000, **effects: float) -> GatePlan:
    """A plan frozen after a healthy day of production."""
    return plan_for(gates or Gates(), counts(random.Random(seed), n), effects)


def binomial(n: int, p: float) -> Iterator[tuple[int, float]]:
    """(k, probability) for every number of bad events."""
    for k in range(n + 1):
        yield k, math.comb(n, k) * p**k * (1 - p) ** (n - k)


def multinomial(n: int, support: list[tuple[int, float]]) -> Iterator[tuple[dict[int, int], float]]:
    """(histogram, probability) of `n` draws from (bin, probability) pairs."""
    if len(support) == 1:
        index, p = support[0]
        yield ({index: n} if n else {}), p**n
        return
    (index, p), rest = support[0], support[1:]
    for k in range(n + 1):
        for others, probability in multinomial(n - k, rest):
            yield ({index: k, **others} if k else others), math.comb(n, k) * p**k * probability


@pytest.fixture(scope="session")
def world() -> SimpleNamespace:
    made: dict[str, Callable[..., Any]] = {
        "counts": counts,
        "stream": stream,
        "plan": plan,
        "binomial": binomial,
        "multinomial": multinomial,
    }
    return SimpleNamespace(**made)
