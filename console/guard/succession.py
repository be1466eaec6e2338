"""Promotions that are still watched: what the log has counted since, against the day before. See verdict.aftermath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.actions.past import ProductionChange
from console.domain.cells import SLOT_S, Cell, Counts, total
from console.domain.registry import DAY_S, Route
from console.guard.records import Failing
from console.text import words
from console.traffic.reading import LogReader
from console.traffic.snapshots import Snapshots
from console.verdict.aftermath import Aftermath, Worse
from console.verdict.plan import GatePlan, plan_for
from console.verdict.sentences import value_text

_HOUR_SLOTS = 3_600 // SLOT_S
_SETTLED_SLOTS = 1
"""Routers follow within two seconds; the slot of the promotion itself is served by both."""


@dataclass(slots=True)
class _Succession:
    aftermath: Aftermath
    watermark: int


class Successions:
    """The tests of every watched promotion, fed from `reader`. Methods may raise what the reader raises."""

    def __init__(self, reader: LogReader, snapshots: Snapshots) -> None:
        self._reader, self._snapshots = reader, snapshots
        self._known: dict[tuple[int, datetime], _Succession] = {}

    def failing(self, route: Route, change: ProductionChange, now: datetime) -> Failing | None:
        """What got worse since `change`, which is the promotion of the route's present production model."""
        key = (change.number, change.at)  # a history that was set aside is followed by one that counts anew
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._begun(route, change)
        last_closed = int((now.timestamp() - 1.0) // SLOT_S) - 1
        back = self._reader.pulled_back(known.watermark, now.timestamp())
        known.watermark = known.watermark if back is None else back
        fresh = [
            cell
            for cell in self._reader.cells(route.name, None, known.watermark + 1)
            if cell.arm == "production" and cell.model == change.after and cell.slot + cell.slots - 1 <= last_closed
        ]
        for counts in _by_slot(fresh):
            known.aftermath.feed(counts)
        # What was fed, and not what the clock says: a clock that is ahead for a moment must not hide what comes next.
        known.watermark = max([known.watermark, *(cell.slot + cell.slots - 1 for cell in fresh)])
        worse = known.aftermath.worse
        if worse is None:
            return None
        return Failing(sentence(worse), change.number, change.before if route.fallback == change.before else "")

    def _begun(self, route: Route, change: ProductionChange) -> _Succession:
        slot = int(change.at.timestamp() // SLOT_S)
        first = slot - int(DAY_S // SLOT_S)
        cells = [
            cell
            for cell in self._reader.cells(route.name, None, first)
            if cell.arm == "production" and cell.model == change.before and cell.slot < slot
        ]
        hours: dict[int, list[Counts]] = {}
        for cell in cells:
            hours.setdefault(cell.slot // _HOUR_SLOTS, []).append(cell.shown)
        counts = [total(parts) for _, parts in sorted(hours.items())]
        return _Succession(Aftermath(self._plan(route, change, counts), counts), slot + _SETTLED_SLOTS)

    def _plan(self, route: Route, change: ProductionChange, hours: list[Counts]) -> GatePlan:
        """The gates that the rollout was frozen with, else those of the registry."""
        kept = self._snapshots.load(change.rollout)
        if kept is not None:
            try:
                return GatePlan.from_json(kept.plan)
            except (KeyError, TypeError, ValueError):  # of another version
                pass
        return plan_for(route.gates, total(hours))


def sentence(worse: Worse) -> str:
    """`error rate 6.10 % since the promotion, 1.00 % on the day before; tolerated 1.31 %, n = 812`."""
    metric = worse.metric
    value, limit = value_text(metric, worse.value), value_text(metric, worse.limit)
    n = words.count(worse.n)
    if worse.absolute:
        return f"{metric.label} {value} since the promotion breaks the route's limit of {limit}, n = {n}"
    before = value_text(metric, worse.before) or words.NONE
    return f"{metric.label} {value} since the promotion, {before} on the day before; tolerated {limit}, n = {n}"


def _by_slot(cells: Iterable[Cell]) -> Iterable[Counts]:
    slots: dict[int, list[Counts]] = {}
    for cell in cells:
        slots.setdefault(cell.slot, []).append(cell.shown)
    return (total(slots[slot]) for slot in sorted(slots))
