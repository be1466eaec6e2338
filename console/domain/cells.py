"""Cells: what the console reads instead of rows. Counts and histograms that merge by addition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from functools import reduce

from console.domain.choice import Arm
from console.domain.histogram import Histogram, merged
from console.domain.record import record

SLOT_S = 10
"""A slot is 10 seconds of wall time; its number is the epoch second divided by 10."""


@record
class Counts:
    """What happened to some requests. Histograms: `latency` and `ttft` in milliseconds, `cost` in millionths of a USD.

    Feedback counts where it arrives: `satisfied`/`dissatisfied` are ratings, `flagged`/`cleared` a checker's word.
    `priced` is how many requests have a known cost: an unknown price is never counted as free.
    """

    requests: int = 0
    errors: int = 0
    refusals: int = 0
    truncated: int = 0
    empty: int = 0
    satisfied: int = 0
    dissatisfied: int = 0
    flagged: int = 0
    cleared: int = 0
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    priced: int = 0
    cost_usd: float = 0.0
    latency: Histogram = field(default_factory=dict)
    ttft: Histogram = field(default_factory=dict)
    cost: Histogram = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        plain = {name: getattr(self, name) + getattr(other, name) for name in _PLAIN}
        return Counts(
            **plain,
            latency=merged((self.latency, other.latency)),
            ttft=merged((self.ttft, other.ttft)),
            cost=merged((self.cost, other.cost)),
        )

    @property
    def ratings(self) -> int:
        """How many ratings (satisfied or not) arrived."""
        return self.satisfied + self.dissatisfied


_PLAIN = tuple(f.name for f in fields(Counts) if f.name not in ("latency", "ttft", "cost"))


def total(counts: Iterable[Counts]) -> Counts:
    """The sum of `counts`."""
    return reduce(Counts.__add__, counts, Counts())


@record
class Cell:
    """The requests of one (slot, route, rollout, arm, model). `slots` is how many slots it spans (1, 6 or 360).

    `shown` counts everything; `evidence` only what may decide: requests chosen by bucket, after the warm-up, at most
    the first 20 of a user on this rollout.
    """

    slot: int
    route: str
    rollout: str
    arm: Arm
    model: str
    shown: Counts
    evidence: Counts
    slots: int = 1


@record
class Block:
    """The unit of evidence: consecutive closed slots, merged until both arms have at least 10 evidence requests."""

    first_slot: int
    last_slot: int
    production: Counts
    canary: Counts
    production_users: Mapping[str, Histogram] = field(default_factory=dict)
    """Users whose window closed in the block, for the exact mode: metric -> how many have 0, 1/20 … 1 of bad events."""
    canary_users: Mapping[str, Histogram] = field(default_factory=dict)
