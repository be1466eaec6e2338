"""A rollout that stands in the request log, through the gates once more: its own, or others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from console.domain.cells import SLOT_S, Counts, total
from console.domain.errors import Usage
from console.domain.registry import DAY_S, Gates
from console.traffic.clusters import design_effects, requests_per_user, rows_between
from console.traffic.evidence import judged_blocks
from console.traffic.reading import LogReader
from console.traffic.rehearsing import Rehearsal, judged
from console.traffic.snapshots import Snapshots
from console.verdict.plan import GatePlan, plan_for

_END_OF_TIME = 1e15


def rehearse_rollout(path: Path, route: str, rollout: str | None, gates: Gates | None) -> Rehearsal:
    """Judge a rollout of the log at `path`; the newest of `route` where `rollout` is None.

    `gates` None: those it was frozen with, else the defaults.

    Raises:
        LogInvalid: the log cannot be read.
        Usage: the log has no such route or rollout.
    """
    with closing(LogReader(path)) as reader:
        return _judged(reader, path, route, _chosen(reader, path, route, rollout), gates)


@dataclass(frozen=True, slots=True)
class PastRollout:
    """A rollout that is over or under way: as it was judged, and as other gates would have judged it."""

    route: str
    rollout: str
    was: Rehearsal
    would: Rehearsal


def rehearse_past(
    path: Path, since: float, own: Mapping[str, Gates], other: Callable[[Gates], Gates], route: str | None = None
) -> tuple[PastRollout, ...]:
    """Every rollout of the log at `path` (of one route, or of all) with a request after `since`, an epoch second.

    `own` are the gates of the routes, for rollouts that were never frozen; `other` makes the others out of them.

    Raises:
        LogInvalid: the log cannot be read.
        Usage: the log has no such route.
    """
    found = []
    with closing(LogReader(path)) as reader:
        for name in (_known_route(reader, path, route),) if route else reader.routes():
            gates = own.get(name, Gates())
            for rollout in _rollouts(reader, name):
                was = _judged(reader, path, name, rollout, None, gates)
                if was.last_at is not None and was.last_at > since:
                    would = _judged(reader, path, name, rollout, other(gates))
                    found.append(PastRollout(name, rollout, was, would))
    return tuple(sorted(found, key=lambda each: each.was.first_at or 0.0))


def _judged(
    reader: LogReader, path: Path, route: str, rollout: str, gates: Gates | None, unfrozen: Gates | None = None
) -> Rehearsal:
    plan = _frozen(path, rollout) if gates is None else None
    plan = plan or _plan(reader, route, rollout, gates or unfrozen or Gates())
    shown = reader.totals(route, rollout)
    cells = reader.cells(route, rollout)
    first = min((cell.slot for cell in cells), default=0) * float(SLOT_S)
    last = max((cell.slot + cell.slots for cell in cells), default=0) * float(SLOT_S)
    return judged(
        plan,
        judged_blocks(reader, rollout, plan, reader.blocks(route, rollout, now=_END_OF_TIME)),
        production=shown.get("production", Counts()),
        canary=shown.get("canary", Counts()),
        span=(first, last) if cells else None,
    )


def _chosen(reader: LogReader, path: Path, route: str, rollout: str | None) -> str:
    known = _rollouts(reader, _known_route(reader, path, route))
    if rollout is None and known:
        return known[-1]
    if rollout is None or rollout not in known:
        raise Usage(f"{path} has no rollout {rollout or ''} of {route}", f"It has: {', '.join(known) or 'none'}.")
    return rollout


def _known_route(reader: LogReader, path: Path, route: str) -> str:
    routes = reader.routes()
    if route not in routes:
        raise Usage(f"{path} has no requests of a route named {route!r}", f"It has: {', '.join(routes) or 'none'}.")
    return route


def _rollouts(reader: LogReader, route: str) -> tuple[str, ...]:
    """In the order of their appearance."""
    return tuple(dict.fromkeys(series.rollout for series in reader.series(route) if series.rollout))


def _frozen(path: Path, rollout: str) -> GatePlan | None:
    kept = Snapshots(path, writable=False).load(rollout)
    try:
        return GatePlan.from_json(kept.plan) if kept else None
    except (KeyError, TypeError, ValueError):  # kept by another version
        return None


def _plan(reader: LogReader, route: str, rollout: str, gates: Gates) -> GatePlan:
    """Gates with the past that the rollout had: production's day before its first request."""
    cells = reader.cells(route, rollout)
    end = min((cell.slot for cell in cells), default=0)
    models = {cell.model for cell in cells if cell.arm == "production"}
    first = end - int(DAY_S // SLOT_S)
    mine = [
        cell
        for cell in reader.cells(route, None, first)
        if cell.slot < end and cell.arm == "production" and cell.model in models
    ]
    before = total(cell.shown for cell in mine)
    with reader.reading() as db:
        found = db.execute("SELECT id, model FROM series WHERE route = ? AND arm = 'production'", (route,)).fetchall()
        series = [int(number) for number, model in found if model in models]
        rows = rows_between(db, series, first, end)
        return plan_for(gates, before, design_effects(rows, before), requests_per_user=requests_per_user(rows))
