"""Starting a canary and changing its share."""

from __future__ import annotations

from console.actions.gates import OK, RAISE, START, Case, GateResult, Level
from console.actions.models import ModelFacts, pin_table
from console.actions.naming import command, tidy
from console.actions.plans import Plan, World
from console.actions.promoting import promote, running, tier
from console.actions.requests import SetShare, StartCanary
from console.actions.rolling_back import stop_canary
from console.actions.shares import arrow, checked, first_step, next_step, step_back
from console.domain.edits import Edit, SetKey
from console.domain.errors import Refused, Usage
from console.domain.registry import Route
from console.text.words import percentage, span


def start(request: StartCanary, world: World) -> Plan:
    """The plan to begin a rollout. Refused while another runs: two canaries would share their users."""
    route = world.route(request.route)
    share = first_step(route) if request.percentage is None else checked(request.percentage)
    _must_be_startable(request, route, share)
    facts = world.facts(request.model)
    reason = world.reason or tidy(request.reason)
    # The pin keeps why the model was chosen; the history why it was started, perhaps against a gate.
    added, asked = new_pin(world, facts, tidy(request.reason) or reason)
    edits: tuple[Edit, ...] = (
        *world.drop_canary(route.name),
        tier(route.name, "canary", request.model),
        SetKey(("routes", route.name, "canary_percentage"), share),
        SetKey(("routes", route.name, "canary_start"), world.now.replace(microsecond=0)),
        *added,
    )
    words: tuple[str, ...] = ("canary", route.name, request.model)
    if request.percentage is not None and share != first_step(route):
        words = (*words, "--percentage", percentage(share).removesuffix(" %"))
    return Plan(
        request=request,
        action="canary",
        route=route.name,
        title=f"Start {request.model} on {route.name}",
        verb="Start",
        summary=f"{route.name} canary {request.model} started at {percentage(share)}",
        command=command(*words, reason=reason),
        edits=edits,
        model_id=request.model,
        arm="canary",
        before=0,
        after=share,
        gate=START(Case(route, world.standing, facts, share)) & asked,
        notes=facts.notes,
        undo_note=f"{route.production} serves everybody again",
        reason=reason,
    )


def set_share(request: SetShare, world: World) -> Plan:
    """The plan to give the canary another share; at 100 % that is promoting, at 0 % rolling back."""
    route = world.route(request.route)
    canary = running(route)
    share = _wanted(request, route)
    if share == canary.percentage:
        raise Refused(f"{route.name} is already at {percentage(share)}")
    if share == 100:
        return promote(request, world, route)
    if share == 0:
        return stop_canary(request, world, route)
    lowers = share < canary.percentage
    facts = world.facts(canary.model_id)
    return Plan(
        request=request,
        action="rollout",
        route=route.name,
        title=f"{'Lower' if lowers else 'Raise'} {canary.model_id} on {route.name} to {percentage(share)}",
        verb="Lower" if lowers else "Raise",
        summary=f"{route.name} canary {arrow(canary.percentage, share)}",
        command=command("rollout", route.name, f"{share:.4f}".rstrip("0").rstrip("."), reason=world.reason),
        edits=(SetKey(("routes", route.name, "canary_percentage"), share),),
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=share,
        lowers=lowers,
        gate=OK if lowers else RAISE(Case(route, world.standing, facts, share)),
        notes=() if lowers else facts.notes + _early(world, route),
        undo_note=f"the share goes back to {percentage(canary.percentage)}, to the same users",
    )


def new_pin(world: World, facts: ModelFacts, reason: str) -> tuple[tuple[Edit, ...], GateResult]:
    """The table that `facts.model_id` still needs, and that its reason is asked for. Neither where it has one."""
    if facts.model_id in world.registry.models:
        return (), OK
    asked = GateResult(Level.REASON, (f"{facts.model_id} is new in the file: say why it was chosen",))
    return (pin_table(facts, world.actor, reason or "…", world.now.date()),), asked


def _early(world: World, route: Route) -> tuple[str, ...]:
    """A word to who goes on before the route's own minimum time; the guard would wait."""
    minutes, least = world.standing.step_minutes, route.gates.min_step_time_s
    if minutes is None or minutes * 60 >= least:
        return ()
    return (f"{span(minutes * 60)} of {span(least)} at {percentage(route.canary_percentage)}",)


def _wanted(request: SetShare, route: Route) -> float:
    if request.to == "next":
        return next_step(route)
    if request.to == "back":
        if route.canary_percentage == 0:
            raise Refused(f"{route.name} is already at 0 %")
        return step_back(route)
    return checked(request.to)


def _must_be_startable(request: StartCanary, route: Route, share: float) -> None:
    canary = route.canary
    if canary is not None:
        held = ", held" if canary.held else ""
        on = (
            f"`console resume {route.name}` goes on with it"
            if held
            else f"`console promote {route.name}` makes it production"
        )
        raise Refused(
            f"{route.name} already has a canary: {canary.model_id} at {percentage(canary.percentage)}{held}",
            f"{on}, `console drop {route.name}` takes it off.",
        )
    if request.model == route.production:
        raise Refused(f"{request.model} is the production model of {route.name} already")
    if share in (0, 100):
        why = "at 0 % it serves nobody" if share == 0 else "at 100 % there is nothing left to compare with"
        raise Usage(f"a canary starts above 0 % and below 100 %: {why}")
