"""Hold a canary where it is, let it go on, or take it off the route."""

from __future__ import annotations

from datetime import timedelta

from console.actions.gates import OK, RESUME, Case
from console.actions.naming import command, tidy
from console.actions.plans import Plan, World
from console.actions.promoting import running
from console.actions.requests import Drop, Hold, Resume
from console.actions.shares import arrow, first_step
from console.domain.edits import DropKey, Edit, SetKey
from console.domain.errors import Refused
from console.domain.registry import Canary, Route
from console.text.words import percentage


def hold(request: Hold, world: World) -> Plan:
    """The plan to keep the share where it is until a person resumes."""
    route = world.route(request.route)
    canary = running(route)
    if canary.held is not None:
        raise Refused(f"{route.name} is held already: “{canary.held}”")
    why = tidy(request.why) or world.reason or f"held by {world.actor}"
    return Plan(
        request=request,
        action="hold",
        route=route.name,
        title=f"Hold {canary.model_id} on {route.name}",
        verb="Hold",
        summary=f"{route.name} canary held at {percentage(canary.percentage)}",
        command=command("hold", route.name, reason=tidy(request.why) or world.reason),
        edits=(SetKey(("routes", route.name, "canary_held"), why),),
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=canary.percentage,
        lowers=True,
        undo_note="nothing raises the share until somebody resumes; lowering stays possible",
        reason=tidy(request.why) or world.reason,
    )


def resume(request: Resume, world: World) -> Plan:
    """The plan to end a hold. After a rollback that is a new rollout: other users first, and evidence from nothing."""
    route = world.route(request.route)
    canary = running(route)
    if canary.held is None:
        raise Refused(f"{route.name} is not held")
    anew = canary.percentage == 0
    share = first_step(route) if anew else canary.percentage
    edits: tuple[Edit, ...] = (DropKey(("routes", route.name, "canary_held")),)
    if anew:
        edits = (*_new_rollout(route.name, canary, share, world), *edits)
    gate = RESUME(Case(route, world.standing, world.facts(canary.model_id))) if anew else OK
    ended = f"; the hold was “{canary.held}”"
    return Plan(
        request=request,
        action="resume",
        route=route.name,
        title=f"Resume {canary.model_id} on {route.name}" + (f" at {percentage(share)}" if anew else ""),
        verb="Resume",
        summary=f"{route.name} canary resumed" + (f", {arrow(0, share)}, as a new rollout" if anew else ""),
        command=command("resume", route.name, reason=world.reason),
        edits=edits,
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=share,
        gate=gate,
        undo_note=("a new rollout: other users, new evidence" if anew else "the share stays as it is") + ended,
    )


def drop(request: Drop, world: World) -> Plan:
    """The plan to take the canary off. Its pin stays in the file, with its reason."""
    route = world.route(request.route)
    canary = running(route)
    return Plan(
        request=request,
        action="drop",
        route=route.name,
        title=f"Drop {canary.model_id} from {route.name}",
        verb="Drop",
        summary=f"{route.name} canary {canary.model_id} dropped, {_from(route)}",
        command=command("drop", route.name, reason=world.reason),
        edits=world.drop_canary(route.name),
        model_id=canary.model_id,
        arm="canary",
        before=canary.percentage,
        after=0,
        lowers=True,
        undo_note=f"everybody is served by {route.production}; the pin of {canary.model_id} stays in the file",
    )


def _new_rollout(route: str, canary: Canary, share: float, world: World) -> tuple[Edit, ...]:
    # The start is part of the rollout's id, in whole seconds: the same second would be the same rollout.
    start = max(world.now.replace(microsecond=0), canary.start + timedelta(seconds=1))
    return (
        SetKey(("routes", route, "canary_percentage"), share),
        SetKey(("routes", route, "canary_start"), start),
    )


def _from(route: Route) -> str:
    return arrow(route.canary_percentage, 0)
