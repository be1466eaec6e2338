"""Put a model on a tier of a route by hand, without a rollout."""

from __future__ import annotations

from console.actions.gates import OK, SERVABLE, Case, GateResult, Level
from console.actions.naming import command
from console.actions.plans import Plan, World
from console.actions.promoting import tier
from console.actions.requests import PinTier
from console.actions.rollout import new_pin
from console.domain.errors import Refused, Usage
from console.domain.registry import TIERS, Route

_EVERYBODY = GateResult(Level.REASON, ("this changes the model for everybody at once, without a canary",))


def pin(request: PinTier, world: World) -> Plan:
    """The plan to pin a model. Production may not change under a running canary: nothing would be comparable."""
    route = world.route(request.route)
    _must_be_pinnable(request, route)
    facts = world.facts(request.model)
    added, asked = new_pin(world, facts, world.reason)
    production = request.tier == "production"
    served = request.tier in ("production", "fallback")
    gate = SERVABLE(Case(route, model=facts)) & _EVERYBODY if production else OK
    was = dict(route.tiers()).get(request.tier, "")
    instead = f" instead of {was}" if was else ""
    return Plan(
        request=request,
        action="pin",
        route=route.name,
        title=f"Pin {request.model} as {request.tier} on {route.name}",
        verb="Pin",
        summary=f"{route.name} {request.tier} is {request.model}{instead}",
        command=command("pin", route.name, request.tier, request.model, reason=world.reason),
        edits=(tier(route.name, request.tier, request.model), *added),
        model_id=request.model,
        arm="production" if production else "",
        before=route.canary_percentage,
        after=route.canary_percentage,
        gate=gate & asked,
        notes=facts.notes + ((f"{request.model} {facts.retired}",) if served and facts.retired else ()),
        undo_note=f"{was} is {request.tier} again" if was else f"{route.name} has no {request.tier} again",
    )


def _must_be_pinnable(request: PinTier, route: Route) -> None:
    if request.tier not in TIERS:
        raise Usage(f'there is no tier "{request.tier}"; there are: production, fallback, experimental')
    if request.tier == "canary":
        raise Usage("a canary is not pinned but started", f"`console canary {route.name} {request.model}` starts it.")
    if dict(route.tiers()).get(request.tier) == request.model:
        raise Refused(f"{request.model} is already the {request.tier} of {route.name}")
    if request.tier == "production" and route.canary is not None:
        raise Refused(
            f"{route.name} has a canary, and its evidence compares with {route.production}",
            f"`console promote {route.name}` or `console drop {route.name}` first.",
        )
    if request.tier == "fallback" and request.model == route.production:
        raise Refused(f"{request.model} is the production model of {route.name}: falling back on it changes nothing")
