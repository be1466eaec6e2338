"""The evidence of one rollout: closed blocks in, in order of time; a verdict out, at any moment.

The verdict on REGRESSION is one number: the average of the guardrails' evidence, weighted with the plan's weights. An
average of such numbers is one of their kind, whatever the dependence between the metrics, so reaching `1/alpha` is a
false alarm with probability at most alpha over the whole life of the rollout. PASS needs every measured guardrail to
pass by itself (intersection-union), so there is nothing to correct.

A new percentage begins a new step. Evidence goes on across steps, since every block compares within itself; what
starts again is PASS, with its minimum of requests: a canary that passed at 5 % has still to show itself at 25 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from console.domain.cells import Block
from console.verdict.effects import Effect
from console.verdict.gauges import Gauge, gauge_for, restore, state_of
from console.verdict.plan import GatePlan
from console.verdict.wealth import log_sum

FORMAT = 2
NAMED_WITHIN = math.log(10)
"""Metrics with less than a tenth of the first one's evidence are not named as having decided."""


class Evidence:
    """All tests of one rollout. Feed it every closed block once; a snapshot continues where it stopped."""

    def __init__(self, plan: GatePlan) -> None:
        self.plan = plan
        self.gauges: dict[str, Gauge] = {metric.name: gauge_for(metric) for metric in plan.metrics}
        self.effects: dict[str, Effect] = {metric.name: Effect(metric) for metric in plan.metrics}
        self.watermark = -1
        """The last slot that was fed or left out; -1 before the first."""
        self.first_slot = -1
        self.blocks = 0
        self.left_out = 0
        """Blocks that were left out on both arms, because their data were suspect."""
        self.production_n = 0
        self.canary_n = 0
        """Evidence requests of the two arms so far."""
        self.best = 0.0
        """The highest log evidence of a regression so far."""
        self.regressed_at: int | None = None
        self.blamed: tuple[str, ...] = ()
        self.regressed_counts: tuple[int, int] = (0, 0)
        """(production, canary) evidence requests when the regression was found."""
        self.steps: list[tuple[int, float]] = []
        """(slot, percentage) of every change of the percentage: blocks that end after the slot are of that step."""
        self._begun = 0
        self._step_counts = (0, 0)
        self._passed: set[str] = set()
        self._passed_at: int | None = None
        self._passed_counts: tuple[int, int] = (0, 0)
        self._log_weights = [(metric.name, _log(metric.weight), _log(metric.limit_weight)) for metric in plan.metrics]

    def step(self, slot: int, percentage: float) -> None:
        """The percentage changed in `slot`. Steps are told in order of time; the same one twice changes nothing."""
        if not self.steps or slot > self.steps[-1][0]:
            self.steps.append((slot, percentage))

    def feed(self, block: Block) -> None:
        """One closed block. Blocks that were fed before are ignored, so that a replay may overlap."""
        if block.first_slot <= self.watermark:
            return
        self._begin_steps(block)
        for gauge in self.gauges.values():
            gauge.feed(block)
        for effect in self.effects.values():
            effect.feed(block)
        production, canary = block.production.requests, block.canary.requests
        self.production_n += production
        self.canary_n += canary
        self._step_counts = (self._step_counts[0] + production, self._step_counts[1] + canary)
        self.watermark = block.last_slot
        self.first_slot = block.first_slot if self.first_slot < 0 else self.first_slot
        self.blocks += 1
        self._decide(block)

    def skip(self, block: Block) -> None:
        """Leave a closed block out, on both arms alike. Allowed for reasons that do not look at its outcomes."""
        if block.first_slot <= self.watermark:
            return
        self._begin_steps(block)
        self.watermark = block.last_slot
        self.left_out += 1

    def feed_all(self, blocks: Iterable[Block]) -> int:
        """Feed blocks in order; returns how many there were."""
        fed = 0
        for block in blocks:
            self.feed(block)
            fed += 1
        return fed

    def _begin_steps(self, block: Block) -> None:
        while self._begun < len(self.steps) and self.steps[self._begun][0] < block.last_slot:
            self._begun += 1
            self._step_counts = (0, 0)
            self._passed = set()
            self._passed_at, self._passed_counts = None, (0, 0)

    def _decide(self, block: Block) -> None:
        total = self.log_regression()
        self.best = max(self.best, total)
        if self.regressed_at is None and total >= -math.log(self.plan.alpha):
            self.regressed_at = block.last_slot
            self.regressed_counts = (self.production_n, self.canary_n)
            self.blamed = self._blame()
        self._passed.update(name for name in self.gauges if self._has_passed(name))
        if self._passed_at is None and self._all_pass():
            self._passed_at = block.last_slot
            self._passed_counts = (self.production_n, self.canary_n)

    def parts(self) -> dict[str, float]:
        """log(weight * evidence) of every guardrail and limit; `limit:<metric>` for absolute limits."""
        found: dict[str, float] = {}
        for name, log_weight, log_limit_weight in self._log_weights:
            gauge = self.gauges[name]
            if log_weight is not None:
                found[name] = log_weight + gauge.regression.wealth.log()
            if gauge.limit and log_limit_weight is not None:
                found[f"limit:{name}"] = log_limit_weight + gauge.limit.wealth.log()
        return found

    def log_regression(self) -> float:
        """log of the weighted average of all guardrails' evidence."""
        total = -math.inf
        for part in self.parts().values():
            total = log_sum(total, part)
        return 0.0 if total == -math.inf else total

    def _blame(self) -> tuple[str, ...]:
        """The metrics that decided, most evidence first."""
        ordered = sorted(self.parts().items(), key=lambda item: -item[1])
        top = ordered[0][1] if ordered else 0.0
        return tuple(name for name, part in ordered if part >= top - NAMED_WITHIN)

    @property
    def _stepped(self) -> bool:
        """Whether the percentage changed after the last block: nothing of the new step has been seen yet."""
        return self._begun < len(self.steps)

    @property
    def passed_at(self) -> int | None:
        """The slot in which all guardrails had passed, latched for the present step; None before."""
        return None if self._stepped else self._passed_at

    @property
    def decided_at(self) -> int | None:
        """The slot of the regression, else of the PASS."""
        return self.regressed_at if self.regressed_at is not None else self.passed_at

    @property
    def decided_counts(self) -> tuple[int, int]:
        """(production, canary) evidence requests when it was decided."""
        if self.regressed_at is not None:
            return self.regressed_counts
        return self._passed_counts if self.passed_at is not None else (0, 0)

    def requests_needed_for_pass(self) -> int:
        """How many requests are missing to the minimum that each arm needs on this step."""
        return max(0, self.plan.min_requests - (0 if self._stepped else min(self._step_counts)))

    def _has_passed(self, name: str) -> bool:
        return self.gauges[name].passing.wealth.log() >= -math.log(self.plan.alpha_pass)

    def passes(self, name: str) -> bool:
        """Whether a metric's PASS evidence has reached its threshold on this step."""
        return self._has_passed(name) or (not self._stepped and name in self._passed)

    def tells(self, name: str) -> bool:
        """Whether a metric's own evidence of a regression has ever reached 1/alpha: what a signal tells by."""
        return self.gauges[name].regression.wealth.best >= -math.log(self.plan.alpha)

    def _all_pass(self) -> bool:
        guardrails = [metric.name for metric in self.plan.metrics if metric.role == "guardrail"]
        enough = self.requests_needed_for_pass() == 0
        return bool(guardrails) and enough and all(name in self._passed for name in guardrails)

    def snapshot(self) -> dict[str, Any]:
        """The state as JSON, to be stored in the transaction that advances the watermark."""
        return {
            "format": FORMAT,
            **{name: getattr(self, name) for name in _PLAIN},
            "blamed": list(self.blamed),
            "steps": [list(step) for step in self.steps],
            "passed": sorted(self._passed),
            "gauges": {name: state_of(gauge) for name, gauge in self.gauges.items()},
            "effects": {name: effect.state() for name, effect in self.effects.items()},
        }

    @classmethod
    def restored(cls, plan: GatePlan, state: dict[str, Any]) -> Evidence:
        """The evidence as it was when `state` was taken. Raises ValueError where it belongs to another plan."""
        evidence = cls(plan)
        if state.get("format") != FORMAT or set(state["gauges"]) != set(evidence.gauges):
            raise ValueError("the evidence was kept for another plan")
        for name in _PLAIN:
            value = state[name]
            setattr(evidence, name, tuple(value) if isinstance(value, list) else value)
        evidence.blamed, evidence._passed = tuple(state["blamed"]), set(state["passed"])
        evidence.steps = [(int(slot), float(percentage)) for slot, percentage in state["steps"]]
        for name, gauge in evidence.gauges.items():
            restore(gauge, state["gauges"][name])
        for name, effect in evidence.effects.items():
            effect.restore(state["effects"][name])
        return evidence


_PLAIN = (
    "watermark",
    "first_slot",
    "blocks",
    "left_out",
    "production_n",
    "canary_n",
    "best",
    "regressed_at",
    "regressed_counts",
    "_begun",
    "_step_counts",
    "_passed_at",
    "_passed_counts",
)


def _log(weight: float) -> float | None:
    return math.log(weight) if weight > 0 else None
