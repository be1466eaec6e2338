"""The copy of the world that a drill runs in: the route's own registry and gates, with a healthy past behind them.

Nothing here writes beside the real files: they are read, and the copy lies in a folder of its own.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.actions.desk import Desk
from console.actions.naming import route_named
from console.actions.requests import Drop, StartCanary
from console.demo.drill.records import Drill, Traffic
from console.demo.standin.luck import luck_of
from console.domain.buckets import is_canary
from console.domain.cells import SLOT_S, total
from console.domain.choice import Arm
from console.domain.errors import LogInvalid, Unmeasured
from console.domain.registry import DAY_S, Route
from console.domain.requests import Outcome, RequestRow
from console.registry.reading import read
from console.traffic.importing import write_history
from console.traffic.reading import LogReader

BEFORE_S = 1_800.0
"""Production's past before the canary: thresholds are learnt from it."""
BEFORE_RATE = 5.0
HEALTHY_S = 120.0
"""How long the canary was fine after its warm-up, before the drill begins."""
GAP_S = 12.0
"""The past ends before the first live request, so that the two share no slot."""
PERCENTAGE = 5.0
ENOUGH = 500
"""Requests of the real log from which the real error rate is taken."""
ACTOR = "drill"
_REASON = "a drill on a copy"


@dataclass(frozen=True, slots=True)
class Copy:
    """Where the copy lies, with the canary of the drill on `route`."""

    registry: Path
    log: Path
    route: Route
    notes: tuple[str, ...]


def the_route(drill: Drill) -> Route:
    """The real route. Raises Usage where there is none of that name, RegistryInvalid."""
    return route_named(read(drill.registry).registry, drill.route)


def like_the_log(drill: Drill, now: datetime) -> Traffic:
    """The traffic of the drill with the error rate that production really had on the last day, if that is known."""
    traffic, route = drill.traffic, the_route(drill)
    if not drill.log.is_file():
        return traffic
    try:
        with closing(LogReader(drill.log)) as reader:
            reader.refresh()
            cells = reader.cells(route.name, None, int((now.timestamp() - DAY_S) // SLOT_S))
    except LogInvalid:
        return traffic
    counts = total(cell.shown for cell in cells if cell.arm == "production" and cell.model == route.production)
    if counts.requests < ENOUGH:
        return traffic
    return replace(traffic, error_share=min(0.2, max(0.002, counts.errors / counts.requests)))


def copied(drill: Drill, folder: Path, now: datetime) -> Copy:
    """The copy in `folder`, as of `now`. Raises Unmeasured where nothing can play the canary."""
    real = the_route(drill)
    registry, log = folder / "registry.toml", folder / "requests.db"
    registry.write_bytes(read(drill.registry).data)
    start = now.astimezone(UTC) - timedelta(seconds=real.gates.warm_up_s + HEALTHY_S + GAP_S)
    start = start.replace(microsecond=0)
    model, percentage, notes = _part(real, drill.model)
    desk = Desk(registry, actor=ACTOR, clock=lambda: start)
    for route in read(registry).registry.routes.values():
        if route.canary is not None:  # of other routes too: nobody asks them anything in the copy
            desk.apply(desk.plan(Drop(route.name), reason=_REASON), reason=_REASON, force=True)
    plan = desk.plan(StartCanary(real.name, model, percentage, _REASON), reason=_REASON)
    desk.apply(plan, reason=_REASON, force=True)
    made = read(registry).registry.routes[real.name]
    luck = luck_of("past", drill.seed)
    write_history(log, sorted(_past(made, drill.traffic, now, luck), key=_ended))
    return Copy(registry, log, made, notes)


def _part(route: Route, given: str) -> tuple[str, float, tuple[str, ...]]:
    """Who plays the canary, for how many users, and what is different from life."""
    canary = route.canary
    if canary is not None and not given:
        if canary.percentage > 0:
            return canary.model_id, canary.percentage, ()
        why = "held" if canary.held else "without traffic"
        return canary.model_id, PERCENTAGE, (f"the canary is {why}: the copy gives it {PERCENTAGE:g} %",)
    model = given or route.experimental or route.fallback
    if not model or model == route.production:
        raise Unmeasured(f"{route.name} has no second model that could play the canary", "Name one with --model.")
    return model, PERCENTAGE, (f"{route.name} has no canary: {model} plays it at {PERCENTAGE:g} % of the users",)


def _past(route: Route, traffic: Traffic, now: datetime, luck: random.Random) -> Iterator[RequestRow]:
    """Production alone, then both arms at the rate of the drill; all is well."""
    assert route.canary is not None
    start, end = route.canary.start.timestamp(), now.timestamp() - GAP_S
    numbers = iter(range(10_000_000))
    for begin, until, rate, rollout in (
        (start - BEFORE_S, start, min(BEFORE_RATE, traffic.rate), ""),
        (start + route.gates.warm_up_s, end, traffic.rate, route.rollout_id),
    ):
        at = begin
        while (at := at + luck.expovariate(rate)) < until:
            row = _row(route, traffic, at, rollout, luck)
            if _ended(row) < until:
                yield row._replace(id=f"past-{next(numbers)}")


def _row(route: Route, traffic: Traffic, at: float, rollout: str, luck: random.Random) -> RequestRow:
    assert route.canary is not None
    user = f"past-{luck.randrange(1_000_000)}"
    on_canary = bool(rollout) and is_canary(rollout, user, route.canary_percentage)
    arm: Arm = "canary" if on_canary else "production"
    model = route.canary.model_id if on_canary else route.production
    outcome, latency_ms = drawn(traffic, luck)
    return RequestRow(
        id="",
        at=at,
        route=route.name,
        model=model,
        arm=arm,
        why="bucket",
        rollout=rollout,
        evidence_from=route.canary.start.timestamp() + route.gates.warm_up_s if rollout else 0.0,
        user=user,
        outcome=outcome,
        error_class="InternalServerError" if outcome == "error" else "",
        latency_ms=latency_ms,
        served=model,
        cost_usd=COST_USD,
    )


COST_USD = 0.002
_SPREAD = 0.3


def drawn(
    traffic: Traffic, luck: random.Random, *, errors: float = 1.0, refusals: float = 1.0, slow: float = 1.0
) -> tuple[Outcome, float]:
    """What a request came to and how long it took in milliseconds; the factors make it worse."""
    latency_ms = traffic.latency_ms * math.exp(luck.gauss(0.0, _SPREAD)) * slow
    bad = min(1.0, traffic.error_share * errors)
    point = luck.random()
    if point < bad:
        return "error", latency_ms / 4
    return ("refusal" if point < bad + min(1.0, traffic.refusal_share * refusals) else "ok"), latency_ms


def _ended(row: RequestRow) -> float:
    return row.at + (row.latency_ms or 0.0) / 1000
