"""Promote: the canary becomes production, the old production the fallback, and the rollout is over."""

from __future__ import annotations

from console.actions.gates import PROMOTE, Case
from console.actions.naming import command
from console.actions.plans import Plan, World
from console.actions.requests import Request
from console.actions.shares import arrow
from console.domain.edits import Edit, SetKey
from console.domain.errors import Refused
from console.domain.registry import Canary, Route, Tier


def running(route: Route) -> Canary:
    """The route's canary. Raises Refused where there is none."""
    if route.canary is None:
        raise Refused(f"{route.name} has no canary", f"`console canary {route.name} MODEL` starts one.")
    return route.canary


def tier(route: str, name: Tier, model_id: str) -> SetKey:
    """The edit that puts a model on a tier."""
    return SetKey(("routes", route, name), model_id)


def promote(request: Request, world: World, route: Route) -> Plan:
    """The plan to end the rollout of `route` with its canary as production."""
    canary = running(route)
    facts = world.facts(canary.model_id)
    edits: tuple[Edit, ...] = (
        tier(route.name, "production", canary.model_id),
        *world.drop_canary(route.name),
        tier(route.name, "fallback", route.production),
    )
    old = world.facts(route.production)
    clock = f" ({old.clock})" if old.clock else ""
    return Plan(
        request=request,
        action="promote",
        route=route.name,
        title=f"Promote {canary.model_id} to production on {route.name}",
        verb="Promote",
        summary=f"{route.name} promoted {canary.model_id}, {arrow(canary.percentage, 100)}",
        command=command("promote", route.name, reason=world.reason),
        edits=edits,
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=100,
        gate=PROMOTE(Case(route, world.standing, facts)),
        notes=facts.notes,
        undo_note=f"{route.production} becomes the fallback{clock}",
    )
