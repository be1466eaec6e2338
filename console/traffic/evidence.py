"""The evidence of every running rollout, kept up to date from the log's closed blocks.

Console and guard call this one place, so the same blocks give the same verdict wherever it is asked. The gates are
frozen when a rollout is first seen; what the registry says later is told beside the verdict and not applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from console.domain.cells import SLOT_S, Block, Counts, total
from console.domain.registry import DAY_S, Gates, Route
from console.traffic import suspicions
from console.traffic.clusters import Row, design_effects, requests_per_user, rows_between
from console.traffic.reading import CLOSED_AFTER_S, LogReader
from console.traffic.recent import RecentTraffic
from console.traffic.snapshots import Kept, Snapshots
from console.traffic.windows import closings, with_users
from console.verdict.evidence import Evidence
from console.verdict.plan import GatePlan, plan_for
from console.verdict.verdict import Situation, Verdict, judge

SAVE_EVERY_SLOTS = 6
"""What is fed between two saves is fed again after a restart, so once a minute is enough."""


@dataclass(slots=True)
class _Rollout:
    plan: GatePlan
    gates: dict[str, Any]
    evidence: Evidence
    notes: suspicions.Notes = field(default_factory=dict)
    passing: suspicions.Passing = field(default_factory=suspicions.Passing)
    checked_slot: int = -1
    fed_at: tuple[int, float | None] = (-1, None)
    """The last slot boundary at which cells could close, and the newest commit of the log then."""
    saved_watermark: int = -1


class EvidenceKeeper:
    """Holds one `Evidence` per rollout and feeds it what the log has closed since the last look.

    With `snapshots` the evidence outlives the process. Methods may raise what the reader raises.
    """

    def __init__(self, reader: LogReader, snapshots: Snapshots | None = None) -> None:
        self._reader = reader
        self._snapshots = snapshots
        self.recent = RecentTraffic(reader)
        self._rollouts: dict[str, _Rollout] = {}

    def verdict(self, route: Route, now: float) -> Verdict | None:
        """The verdict of the rollout on `route` at epoch second `now`; None without a canary."""
        if route.canary is None:
            return None
        rollout = self._rollout(route, now)
        self._note_step(route, rollout, now)
        self._check(route, rollout, now)
        evidence = rollout.evidence
        self._feed(route, rollout, now)
        situation = self._situation(route, rollout, now)
        self._save(route, rollout, now, at_once=_record(situation.changed_gates, rollout.notes, now))
        return judge(evidence, situation)

    def stepped_at(self, route: Route) -> float | None:
        """Epoch second at which the evidence of `route` saw its percentage change last; None if it never did."""
        known = self._rollouts.get(route.rollout_id)
        return known.evidence.steps[-1][0] * float(SLOT_S) if known and known.evidence.steps else None

    def _feed(self, route: Route, rollout: _Rollout, now: float) -> None:
        """What closed since the last look. Without a commit cells close once a slot: between, nothing is read."""
        at = (int((now - CLOSED_AFTER_S) // SLOT_S), self._reader.last_commit_at)
        if at == rollout.fed_at:
            return
        evidence = rollout.evidence
        back = self._reader.pulled_back(evidence.watermark, now)
        if back is not None:
            evidence.watermark, rollout.saved_watermark = back, -1
        for block in self._blocks(route, rollout.plan, max(evidence.watermark, -1), now):
            if rollout.passing.voids(block.first_slot, block.last_slot):
                evidence.skip(block)
            else:
                evidence.feed(block)
        rollout.fed_at = at

    def _blocks(self, route: Route, plan: GatePlan, after: int, now: float) -> Iterable[Block]:
        blocks = self._reader.blocks(route.name, route.rollout_id, after_slot=after, now=now)
        return judged_blocks(self._reader, route.rollout_id, plan, blocks, after)

    def _rollout(self, route: Route, now: float) -> _Rollout:
        known = self._rollouts.get(route.rollout_id)
        if known is None:
            known = self._loaded(route) or self._begun(route)
            self._rollouts[route.rollout_id] = known
        return known

    def _loaded(self, route: Route) -> _Rollout | None:
        kept = self._snapshots.load(route.rollout_id) if self._snapshots else None
        if kept is None:
            return None
        try:
            plan = GatePlan.from_json(kept.plan)
            evidence = Evidence.restored(plan, kept.state)
        except (KeyError, TypeError, ValueError):  # of another version: begin anew from the cells
            return None
        return _Rollout(plan, kept.gates, evidence, kept.notes, saved_watermark=kept.watermark)

    def _begun(self, route: Route) -> _Rollout:
        before = self._before(route)
        rows = self._rows_before(route)
        per_user = requests_per_user(rows)
        plan = plan_for(route.gates, before, design_effects(rows, before), requests_per_user=per_user)
        return _Rollout(plan, gates_json(route.gates), Evidence(plan))

    def _before(self, route: Route) -> Counts:
        """Production's counts on the day before the canary: which metrics have data, and where thresholds start."""
        first, end = _day_before(route)
        cells = self._reader.cells(route.name, None, first, end)
        mine = (cell for cell in cells if cell.arm == "production" and cell.model == route.production)
        return total(cell.shown for cell in mine)

    def _rows_before(self, route: Route) -> list[Row]:
        """Production's rows of that day: how alike a user's requests are, and how many he sends."""
        with self._reader.reading() as db:
            rows = db.execute(
                "SELECT id FROM series WHERE route = ? AND arm = 'production' AND model = ?",
                (route.name, route.production),
            )
            series = [int(row[0]) for row in rows.fetchall()]
            return rows_between(db, series, *_day_before(route))

    def _note_step(self, route: Route, rollout: _Rollout, now: float) -> None:
        """A percentage that differs from the last look's begins a new step of the evidence."""
        last = rollout.notes.get("percentage")
        if last is not None and last != route.canary_percentage:
            rollout.evidence.step(int(now // SLOT_S), route.canary_percentage)
        rollout.notes["percentage"] = route.canary_percentage

    def _check(self, route: Route, rollout: _Rollout, now: float) -> None:
        """Looks for passing causes once a slot: within a slot no block closes."""
        slot = int(now // SLOT_S)
        if slot != rollout.checked_slot:
            rollout.checked_slot = slot
            with self._reader.reading() as db:
                rollout.passing = suspicions.passing(db, route, rollout.notes, now)
                rollout.notes["split"] = suspicions.split(db, route, rollout.evidence.steps, rollout.notes, now)

    def _situation(self, route: Route, rollout: _Rollout, now: float) -> Situation:
        changed = changed_gates(rollout.gates, route.gates)
        split = rollout.notes.get("split", "")
        found = Situation(suspicions=(*rollout.passing.causes, *([split] if split else ())), changed_gates=changed)
        if route.canary_percentage > 0:
            for arm in self.recent.of(route.name, route.rollout_id, now).quiet:
                return replace(
                    found, comparable=False, why_not=f"no {arm} request in the last 10 min: nothing to compare"
                )
        return found

    def _save(self, route: Route, rollout: _Rollout, now: float, at_once: bool) -> None:
        watermark, first = rollout.evidence.watermark, rollout.saved_watermark < 0
        due = 0 if first or at_once else SAVE_EVERY_SLOTS
        if self._snapshots is None or watermark - rollout.saved_watermark < due:
            return
        kept = Kept(watermark, rollout.plan.to_json(), rollout.gates, rollout.evidence.snapshot(), rollout.notes)
        self._snapshots.save(route.rollout_id, kept, now)
        rollout.saved_watermark = max(watermark, 0)


def judged_blocks(
    reader: LogReader, rollout: str, plan: GatePlan, blocks: Iterable[Block], after_slot: int = -1
) -> Iterable[Block]:
    """`blocks` after `after_slot` as `plan` judges them: in the exact mode with the users whose window closed."""
    if plan.users != "exact":
        return blocks
    known = list(blocks)
    if not known:
        return known
    with reader.reading() as db:
        return list(with_users(known, closings(db, rollout, after_slot, known[-1].last_slot)))


def _record(changed: tuple[str, ...], notes: suspicions.Notes, now: float) -> bool:
    """Notes what was changed and taken back in the registry's gates, and when it was first seen. Whether it is news."""
    history: list[tuple[float, list[str]]] = notes.setdefault("changed_gates", [])
    news = list(changed) != (history[-1][1] if history else [])
    if news:
        history.append((now, list(changed)))
    return news


def _day_before(route: Route) -> tuple[int, int]:
    """(first slot, slot after the last) of the day before the canary's start."""
    end = int(route.canary.start.timestamp() // SLOT_S) if route.canary else 0
    return end - int(DAY_S // SLOT_S), end


def gates_json(gates: Gates) -> dict[str, Any]:
    """What of the gates is frozen with a rollout, as JSON."""
    return {
        "alpha": gates.alpha,
        "alpha_pass": gates.alpha_pass,
        "min_requests": gates.min_requests,
        "users": gates.users,
        "metrics": {
            name: {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(gate).items()}
            for name, gate in sorted(gates.metrics.items())
        },
    }


def changed_gates(frozen: Mapping[str, Any], gates: Gates) -> tuple[str, ...]:
    """What the registry says differently from the frozen gates: `alpha is 0.05, this rollout keeps 0.01`."""
    present = gates_json(gates)
    found = [
        f"{name} is {present[name]:g}, this rollout keeps {frozen[name]:g}"
        for name in ("alpha", "alpha_pass", "min_requests")
        if present[name] != frozen[name]
    ]
    kept = frozen.get("users", "tempered")  # frozen by a version that had no other mode
    if kept != gates.users:
        found.append(f"users is {gates.users}, this rollout keeps {kept}")
    metrics = sorted({*present["metrics"], *frozen["metrics"]})
    found += [
        f"the gate of {name} was changed, this rollout keeps the old one"
        for name in metrics
        if present["metrics"].get(name) != frozen["metrics"].get(name)
    ]
    return tuple(found)
