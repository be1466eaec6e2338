"""The evidence of one rollout: closed blocks in, in order of time; a verdict out, at any moment.

The verdict on REGRESSION is one number: the average of the guardrails' evidence, weighted with the plan's weights. An
average of such numbers is one of their kind, whatever the dependence between the metrics, so reaching `1/alpha` is a
false alarm with probability at most alpha over the whole life of the rollout. PASS needs every measured guardrail to
pass by itself (intersection-union), so there is nothing to correct.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from console.domain.cells import Block, Counts
from console.verdict.effects import Effect
from console.verdict.gauges import Gauge, gauge_for, requests_of, restore, state_of
from console.verdict.plan import GatePlan
from console.verdict.wealth import log_sum

FORMAT = 1


class Evidence:
    """All tests of one rollout. Feed it every closed block once; a snapshot continues where it stopped."""

    def __init__(self, plan: GatePlan) -> None:
        self.plan = plan
        self.gauges: dict[str, Gauge] = {metric.name: gauge_for(metric) for metric in plan.metrics}
        self.effects: dict[str, Effect] = {metric.name: Effect(metric) for metric in plan.metrics}
        self.watermark = -1
        """The last slot that was fed; -1 before the first."""
        self.production, self.canary = Counts(), Counts()
        """Evidence counts of the two arms so far."""
        self.best = 0.0
        """The highest log evidence of a regression so far: what latches."""
        self.regressed_at: int | None = None
        self.blamed: tuple[str, ...] = ()
        self.decided_counts: tuple[int, int] = (0, 0)
        self.passed_at: int | None = None
        self.first_slot = -1
        self.blocks = 0

    def feed(self, block: Block) -> None:
        """One closed block. Blocks that were fed before are ignored, so that a replay may overlap."""
        if block.first_slot <= self.watermark:
            return
        for gauge in self.gauges.values():
            gauge.feed(block)
        for effect in self.effects.values():
            effect.feed(block)
        self.production, self.canary = self.production + block.production, self.canary + block.canary
        self.watermark = block.last_slot
        self.first_slot = block.first_slot if self.first_slot < 0 else self.first_slot
        self.blocks += 1
        self._decide(block)

    def feed_all(self, blocks: Iterable[Block]) -> int:
        """Feed blocks in order; returns how many there were."""
        fed = 0
        for block in blocks:
            self.feed(block)
            fed += 1
        return fed

    def _decide(self, block: Block) -> None:
        total = self.log_regression()
        self.best = max(self.best, total)
        if self.regressed_at is None and total >= math.log(1 / self.plan.alpha):
            self.regressed_at = block.last_slot
            self.decided_counts = (self.production.requests, self.canary.requests)
            self.blamed = self._blame()
        if self.passed_at is None and self._all_pass():
            self.passed_at = block.last_slot

    def parts(self) -> dict[str, float]:
        """log(weight * evidence) of every guardrail and limit; `limit:<metric>` for absolute limits."""
        found: dict[str, float] = {}
        for metric in self.plan.metrics:
            gauge = self.gauges[metric.name]
            if metric.weight > 0:
                found[metric.name] = math.log(metric.weight) + gauge.regression.wealth.log()
            if gauge.limit and metric.limit_weight > 0:
                found[f"limit:{metric.name}"] = math.log(metric.limit_weight) + gauge.limit.wealth.log()
        return found

    def log_regression(self) -> float:
        """log of the weighted average of all guardrails' evidence."""
        total = -math.inf
        for part in self.parts().values():
            total = log_sum(total, part)
        return 0.0 if total == -math.inf else total

    def _blame(self) -> tuple[str, ...]:
        """The metrics that decided, most evidence first; those with less than a tenth of the first are not named."""
        ordered = sorted(self.parts().items(), key=lambda item: -item[1])
        top = ordered[0][1] if ordered else 0.0
        return tuple(name for name, part in ordered if part >= top - math.log(10))

    def requests_needed_for_pass(self) -> int:
        """How many canary requests are missing to the minimum of both arms."""
        return max(0, self.plan.min_requests - min(self.canary.requests, self.production.requests))

    def passes(self, name: str) -> bool:
        """Whether a metric's PASS evidence has ever reached its threshold."""
        return self.gauges[name].passing.wealth.best >= math.log(1 / self.plan.alpha_pass)

    def has_data(self, name: str) -> bool:
        """Whether both arms have requests (or ratings) for this metric."""
        return requests_of(name, self.production) > 0 and requests_of(name, self.canary) > 0

    def _all_pass(self) -> bool:
        guardrails = [metric.name for metric in self.plan.metrics if metric.role == "guardrail"]
        enough = self.requests_needed_for_pass() == 0
        return bool(guardrails) and enough and all(self.passes(name) for name in guardrails)

    def snapshot(self) -> dict[str, Any]:
        """The state as JSON, to be stored in the transaction that advances the watermark."""
        return {
            "format": FORMAT,
            "watermark": self.watermark,
            "first_slot": self.first_slot,
            "blocks": self.blocks,
            "best": self.best,
            "regressed_at": self.regressed_at,
            "blamed": list(self.blamed),
            "decided_counts": list(self.decided_counts),
            "passed_at": self.passed_at,
            "production": _counts_state(self.production),
            "canary": _counts_state(self.canary),
            "gauges": {name: state_of(gauge) for name, gauge in self.gauges.items()},
            "effects": {name: effect.state() for name, effect in self.effects.items()},
        }

    @classmethod
    def restored(cls, plan: GatePlan, state: dict[str, Any]) -> Evidence:
        """The evidence as it was when `state` was taken. Raises ValueError where it belongs to another plan."""
        evidence = cls(plan)
        if state.get("format") != FORMAT or set(state["gauges"]) != set(evidence.gauges):
            raise ValueError("the evidence was kept for another plan")
        evidence.watermark, evidence.first_slot = int(state["watermark"]), int(state["first_slot"])
        evidence.blocks, evidence.best = int(state["blocks"]), float(state["best"])
        evidence.regressed_at, evidence.passed_at = state["regressed_at"], state["passed_at"]
        evidence.blamed = tuple(state["blamed"])
        evidence.decided_counts = (int(state["decided_counts"][0]), int(state["decided_counts"][1]))
        evidence.production, evidence.canary = _counts(state["production"]), _counts(state["canary"])
        for name, gauge in evidence.gauges.items():
            restore(gauge, state["gauges"][name])
        for name, effect in evidence.effects.items():
            effect.restore(state["effects"][name])
        return evidence


_HISTOGRAMS = ("latency", "ttft", "cost")


def _counts_state(counts: Counts) -> dict[str, Any]:
    state = {name: getattr(counts, name) for name in Counts.__slots__ if name not in _HISTOGRAMS}
    return state | {name: sorted(getattr(counts, name).items()) for name in _HISTOGRAMS}


def _counts(state: dict[str, Any]) -> Counts:
    histograms = {name: {int(i): int(c) for i, c in state[name]} for name in _HISTOGRAMS}
    return Counts(**{**state, **histograms})
