"""One door to all planning: a request and the world in, a plan out. Pure: it reads no file and no clock."""

from __future__ import annotations

from dataclasses import replace

from console.actions import holding, pinning, rolling_back, rollout
from console.actions.naming import UNTYPED
from console.actions.plans import Plan, World
from console.actions.promoting import promote
from console.actions.recording import record_suite
from console.actions.requests import (
    Drop,
    Hold,
    PinTier,
    Promote,
    RecordSuite,
    Request,
    Resume,
    Rollback,
    SetShare,
    StartCanary,
    Undo,
)
from console.actions.undoing import undo
from console.domain.errors import Refused
from console.history.records import Entry
from console.registry.reading import Snapshot

_VERBS = {
    StartCanary: ("canary", "Start"),
    SetShare: ("rollout", "Change the share"),
    Promote: ("promote", "Promote"),
    Rollback: ("rollback", "Roll back"),
    Hold: ("hold", "Hold"),
    Resume: ("resume", "Resume"),
    Drop: ("drop", "Drop"),
    PinTier: ("pin", "Pin"),
    RecordSuite: ("record", "Record the suite"),
    Undo: ("undo", "Undo"),
}


def propose(request: Request, world: World, snapshot: Snapshot, entry: Entry | None = None) -> Plan:
    """The plan for `request`; one that cannot be done is a plan with a refusal. `entry` is the change to undo.

    Raises Usage where the request itself makes no sense: an unknown route, a percentage out of range.
    """
    try:
        plan = _planned(request, world, snapshot, entry)
    except Refused as refusal:
        plan = _refused(request, refusal)
    else:
        reason = plan.reason or world.reason
        plan = replace(plan, refusal=plan.gate.refusal(), reason=reason, command=_command(plan, reason))
    return replace(plan, at=world.now, standing=world.standing, snapshot=snapshot)


def _command(plan: Plan, reason: str) -> str:
    """The command with what it needs: `--force`, and a place for the reason where one is asked for."""
    if plan.forceable:
        return f"{plan.command} --force"
    if reason or plan.needs_reason or plan.action == "promote":
        return plan.command
    return plan.command.removesuffix(UNTYPED)


def _planned(request: Request, world: World, snapshot: Snapshot, entry: Entry | None) -> Plan:
    match request:
        case StartCanary():
            return rollout.start(request, world)
        case SetShare():
            return rollout.set_share(request, world)
        case Promote(name):
            return promote(request, world, world.route(name))
        case Rollback():
            return rolling_back.rollback(request, world)
        case Hold():
            return holding.hold(request, world)
        case Resume():
            return holding.resume(request, world)
        case Drop():
            return holding.drop(request, world)
        case PinTier():
            return pinning.pin(request, world)
        case RecordSuite():
            return record_suite(request, world)
        case Undo():
            return undo(request, world, entry, snapshot)


def _refused(request: Request, refusal: Refused) -> Plan:
    action, verb = _VERBS[type(request)]
    route = "" if isinstance(request, Undo) else request.route
    title = f"{verb} on {route}" if route else verb
    return Plan(
        request=request,
        action=action,
        route=route,
        title=title,
        verb=verb,
        summary=refusal.message,
        command="",
        undo="",
        refusal=refusal,
    )
