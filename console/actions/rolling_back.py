"""Roll back: the canary loses its traffic, or production and fallback change places. No gate is ever asked."""

from __future__ import annotations

from console.actions.naming import command
from console.actions.plans import Plan, World
from console.actions.promoting import running, tier
from console.actions.requests import Request, Rollback
from console.actions.shares import arrow
from console.domain.edits import Edit, SetKey
from console.domain.errors import Refused
from console.domain.registry import Route


def rollback(request: Rollback, world: World) -> Plan:
    """The plan for whichever of the two rollbacks is asked for; without a word, the one that users would feel.

    Raises Refused for the same command again, or right after the guard's own rollback: that must not touch production.
    """
    route = world.route(request.route)
    arm = request.arm or ("canary" if route.canary_percentage > 0 or _is_rolled_back(route) else "production")
    return stop_canary(request, world, route) if arm == "canary" else swap(request, world, route)


def stop_canary(request: Request, world: World, route: Route) -> Plan:
    """The plan to take all traffic from the canary and to hold it there."""
    canary = running(route)
    if _is_rolled_back(route):
        raise Refused(
            f"{route.name} is rolled back already: “{canary.held}”",
            f"`console resume {route.name}` begins anew, `console drop {route.name}` takes the canary off;"
            f" `console rollback {route.name} --production` swaps production and fallback.",
        )
    edits: tuple[Edit, ...] = (SetKey(("routes", route.name, "canary_held"), held_because(world)),)
    if canary.percentage > 0:
        edits = (SetKey(("routes", route.name, "canary_percentage"), 0), *edits)
    return Plan(
        request=request,
        action="rollback",
        route=route.name,
        title=f"Roll back {canary.model_id} on {route.name}",
        verb="Roll back",
        summary=f"{route.name} canary rolled back, {arrow(canary.percentage, 0)}",
        command=command("rollback", route.name, "--canary", reason=world.reason),
        edits=edits,
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=0,
        lowers=True,
        undo_note=f"everybody is served by {route.production}; the canary stays on the route, held",
    )


def _is_rolled_back(route: Route) -> bool:
    return route.canary is not None and route.canary.percentage == 0 and route.canary.held is not None


def swap(request: Request, world: World, route: Route) -> Plan:
    """The plan to serve everybody with the fallback, and to keep the present production as the fallback."""
    if route.fallback is None:
        hint = f"`console pin {route.name} production MODEL` changes the model."
        raise Refused(f"{route.name} has no fallback to roll back to", hint)
    if route.fallback == route.production:
        raise Refused(f"{route.name}: the fallback is the production model, so a rollback would change nothing")
    edits: tuple[Edit, ...] = (
        tier(route.name, "production", route.fallback),
        tier(route.name, "fallback", route.production),
    )
    more, notes = _beside_canary(world, route)
    facts = world.facts(route.fallback)
    gone = (f"{route.fallback} {facts.retired}: its provider may answer nobody",) if facts.retired else ()
    return Plan(
        request=request,
        action="rollback",
        route=route.name,
        title=f"Roll back production on {route.name} to {route.fallback}",
        verb="Roll back",
        summary=f"{route.name} production rolled back to {route.fallback}",
        command=command("rollback", route.name, "--production", reason=world.reason),
        edits=(*edits, *more),
        model_id=route.fallback,
        arm="production",
        before=route.canary_percentage,
        after=route.canary_percentage if route.canary and route.canary.model_id != route.fallback else 0,
        lowers=True,
        notes=gone + notes,
        undo_note=f"{route.production} becomes the fallback",
    )


def held_because(world: World) -> str:
    """What the file says about why the canary is held: the reason given, else what the verdict was, else who did it."""
    standing = world.standing
    if world.reason or standing.state != "regression" or not standing.sentence:
        return world.reason or f"rolled back by {world.actor}"
    return f"regression: {standing.sentence.partition(': ')[0]}"  # the numbers in full are in the history


def _beside_canary(world: World, route: Route) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """A canary cannot be compared with a production that changes under it: it is held, or dropped if it is the same."""
    canary = route.canary
    if canary is None:
        return (), ()
    if canary.model_id == route.fallback:
        return world.drop_canary(route.name), (f"{canary.model_id} was the canary too; the rollout ends",)
    if canary.held is not None or canary.percentage == 0:
        return (), ()
    note = "the canary keeps its share and is held: its evidence compares with the old production"
    because = f"production rolled back{f': {world.reason}' if world.reason else f' by {world.actor}'}"
    return (SetKey(("routes", route.name, "canary_held"), because),), (note,)
