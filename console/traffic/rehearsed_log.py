"""A rollout that stands in the request log, through the gates once more: its own, or others."""

from __future__ import annotations

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
    reader = LogReader(path)
    try:
        chosen = _chosen(reader, path, route, rollout)
        plan = (_frozen(path, chosen) if gates is None else None) or _plan(reader, route, chosen, gates or Gates())
        shown = reader.totals(route, chosen)
        cells = reader.cells(route, chosen)
        first = min((cell.slot for cell in cells), default=0) * float(SLOT_S)
        last = max((cell.slot + cell.slots for cell in cells), default=0) * float(SLOT_S)
        return judged(
            plan,
            judged_blocks(reader, chosen, plan, reader.blocks(route, chosen, now=_END_OF_TIME)),
            production=shown.get("production", Counts()),
            canary=shown.get("canary", Counts()),
            span=(first, last) if cells else None,
        )
    finally:
        reader.close()


def _chosen(reader: LogReader, path: Path, route: str, rollout: str | None) -> str:
    routes = reader.routes()
    if route not in routes:
        raise Usage(f"{path} has no requests of a route named {route!r}", f"It has: {', '.join(routes) or 'none'}.")
    known = tuple(dict.fromkeys(series.rollout for series in reader.series(route) if series.rollout))
    if rollout is None and known:
        return known[-1]
    if rollout is None or rollout not in known:
        raise Usage(f"{path} has no rollout {rollout or ''} of {route}", f"It has: {', '.join(known) or 'none'}.")
    return rollout


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
