"""The evidence of every running rollout, kept up to date from the log's closed blocks.

Console, guard and rehearsal call this one place, so the same blocks give the same verdict wherever it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from console.domain.cells import SLOT_S, Block, Cell, Counts, total
from console.domain.choice import Arm
from console.domain.registry import DAY_S, Route
from console.traffic.recent import RecentTraffic
from console.verdict.evidence import Evidence
from console.verdict.plan import GatePlan, plan_for
from console.verdict.ratio import SUSPECT, log_ratio_evidence
from console.verdict.verdict import Situation, Verdict, judge


class Reader(Protocol):
    """What the evidence needs of a request log."""

    def cells(self, route: str, rollout: str | None = None, since_slot: int = 0) -> tuple[Cell, ...]:
        """Cells of a route."""
        ...

    def blocks(self, route: str, rollout: str, *, after_slot: int = -1, now: float) -> Iterable[Block]:
        """Closed blocks of a rollout, in order of time."""
        ...

    def users(self, rollout: str) -> Mapping[Arm, int]:
        """Distinct users per arm."""
        ...


@dataclass(slots=True)
class _Rollout:
    plan: GatePlan
    evidence: Evidence
    percentages: frozenset[float] = frozenset()


class EvidenceKeeper:
    """Holds one `Evidence` per rollout and feeds it what the log has closed since the last look."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.recent = RecentTraffic(reader)
        self._rollouts: dict[str, _Rollout] = {}

    def verdict(self, route: Route, now: float) -> Verdict | None:
        """The verdict of the rollout on `route` at epoch second `now`; None without a canary."""
        if route.canary is None:
            return None
        rollout = self._rollout(route)
        blocks = self._reader.blocks(route.name, route.rollout_id, after_slot=rollout.evidence.watermark, now=now)
        rollout.evidence.feed_all(blocks)
        rollout.percentages |= {route.canary.percentage}
        return judge(rollout.evidence, self._situation(route, rollout, now))

    def _rollout(self, route: Route) -> _Rollout:
        known = self._rollouts.get(route.rollout_id)
        if known is None:
            plan = plan_for(route.gates, self._before(route))
            known = self._rollouts[route.rollout_id] = _Rollout(plan, Evidence(plan))
        return known

    def _before(self, route: Route) -> Counts:
        """Production's counts on the day before the canary: which metrics have data, and where thresholds start."""
        if route.canary is None:
            return Counts()
        end = int(route.canary.start.timestamp() // SLOT_S)
        cells = self._reader.cells(route.name, None, end - int(DAY_S // SLOT_S))
        mine = (cell for cell in cells if cell.arm == "production" and cell.model == route.production)
        return total(cell.shown for cell in mine if cell.slot < end)

    def _situation(self, route: Route, rollout: _Rollout, now: float) -> Situation:
        if route.canary_percentage > 0:
            for arm in self.recent.of(route.name, route.rollout_id, now).quiet:
                return Situation(False, f"no {arm} request in the last 10 min: nothing to compare")
        return Situation(suspicions=tuple(self._suspicions(route, rollout)))

    def _suspicions(self, route: Route, rollout: _Rollout) -> Iterable[str]:
        # Users are counted over the whole rollout, so the split can be tested while it has had one percentage only.
        if len(rollout.percentages) != 1 or route.canary is None or not 0 < route.canary.percentage < 100:
            return
        users, share = self._reader.users(route.rollout_id), route.canary.percentage / 100
        canary, production = users.get("canary", 0), users.get("production", 0)
        if log_ratio_evidence(canary, production, share) >= math.log(SUSPECT):
            measured = canary / max(1, canary + production)
            yield f"canary share {measured:.1%} of users, {share:.0%} configured".replace("%", " %")
