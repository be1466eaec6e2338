"""What every action verb shares: plan, show, ask once, write, and say how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import click

from console.actions.desk import Desk, Outcome, nothing_written
from console.actions.plans import Plan
from console.actions.requests import Drop, Hold, Request, Rollback, SetShare, StartCanary
from console.actions.standing import UNKNOWN, Standing
from console.cli import diagnostics, output
from console.cli.settings import Settings, heard
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, EXIT_INTERRUPTED, Refused, RegistryChanged, Usage
from console.domain.registry import Route
from console.registry.reading import read
from console.text.clock import utc_now
from console.text.safe import safe_line
from console.view.lookout import Lookout
from console.view.planned import plan_view, standing_of
from console.view.preflighted import standing_before
from console.view.records import PlanView

Command = TypeVar("Command", bound=Callable[..., Any])
_MARKS = {"same": "  ", "removed": "-", "added": "+"}


def action_options(command: Command) -> Command:
    """`--reason`, `--yes`, `--dry-run`, `--force` and `--json`: the same on every action."""
    decorated: Any = command
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document."),
        click.option("--force", is_flag=True, help="Do it although a gate refuses; needs --reason."),
        click.option("--dry-run", is_flag=True, help="Print the exact change of the file, and change nothing."),
        click.option("--yes", "-y", is_flag=True, help="Don't ask."),
        click.option("--reason", default="", metavar="TEXT", help="Why; kept in the history.", callback=heard),
    ):
        decorated = option(decorated)
    return cast(Command, decorated)


def perform(settings: Settings, request: Request, options: Mapping[str, Any]) -> int:
    """Carry out one request as a command; returns the exit code."""
    reason, force = str(options["reason"]).strip(), bool(options["force"])
    if force and not reason:
        raise Usage("--force needs --reason", "Say why it is right all the same; the history keeps it.")
    desk = Desk(settings.registry_path, actor=settings.actor, read_only=settings.read_only)
    plan = desk.plan(request, _standing(settings, request, desk.route_of(request)), reason=reason)
    view = plan_view(plan)
    for line in view.preflight:
        diagnostics.say(f"{line.mark} {line.text}")
    if options["dry_run"]:
        return _dry_run(plan, view, as_json=bool(options["as_json"]))
    _refuse(plan, reason, force)
    if not options["yes"]:
        _confirm(view)
    try:
        outcome = desk.apply(plan, reason=reason, force=force)
    except RegistryChanged as error:
        if error.difference:
            diagnostics.say(error.difference)
        raise
    except KeyboardInterrupt:  # the file may have been replaced already
        diagnostics.say("stopped while it was written: `console history` says whether it was")
        return EXIT_INTERRUPTED
    _report(outcome, view, as_json=bool(options["as_json"]))
    return EXIT_GOOD


def _standing(settings: Settings, request: Request, name: str) -> Standing:
    """The verdict on the route `name` at this moment, from the log; unknown where there is none."""
    with nothing_written():
        registry = read(settings.registry_path).registry
    route = registry.routes.get(name)
    if isinstance(request, StartCanary):
        return standing_before(request, registry, settings.log_path, utc_now())
    if route is None or route.canary is None or not settings.log_path.exists():
        return UNKNOWN
    try:
        return _seen(settings, route)
    except Exception as error:
        if not _only_lowers(request, route):
            raise
        # Nothing that is wrong with a verdict may keep traffic on a canary.
        diagnostics.say(f"the verdict could not be read ({type(error).__name__}); going on without it")
        return UNKNOWN


def _only_lowers(request: Request, route: Route) -> bool:
    """Whether `request` raises nothing, whatever the verdict is."""
    if isinstance(request, SetShare):
        return request.to == "back" or (request.to != "next" and request.to < route.canary_percentage)
    return isinstance(request, Rollback | Hold | Drop)


def _seen(settings: Settings, route: Route) -> Standing:
    lookout = Lookout(settings.registry_path, settings.log_path, read_only=True)
    try:
        now = utc_now()
        look = lookout.look(now)
    finally:
        lookout.close()
    shown = next((canary for canary in look.view.canaries if canary.route == safe_line(route.name)), None)
    if shown is None:
        return UNKNOWN
    return standing_of(shown, look.verdicts.get(route.name), look.users.get(route.rollout_id, {}), now)


def _refuse(plan: Plan, reason: str, force: bool) -> None:
    if plan.refusal is not None and not (plan.forceable and force):
        raise plan.refusal
    if plan.needs_reason and not reason:
        raise Refused(f"a reason is needed: {plan.gate.sentence}", "Give it with --reason.")


def _confirm(view: PlanView) -> None:
    if not diagnostics.can_ask():
        raise Usage("there is no terminal to confirm on", "Add --yes, or --dry-run to see the change.")
    diagnostics.say(view.title)
    if view.sentence:
        diagnostics.say(f"Verdict   {view.state.value.upper()}  {view.sentence}")
    diagnostics.say(f"Users     {view.users}")
    diagnostics.say(diff_text(view))
    if not diagnostics.confirmed(f"{view.verb}?"):
        raise click.Abort


def diff_text(view: PlanView) -> str:
    """The change of the file, with `-` and `+` in front of its lines."""
    return "\n".join(f"{_MARKS[line.kind]}{line.text}" for line in view.diff)


def _dry_run(plan: Plan, view: PlanView, *, as_json: bool) -> int:
    refusal = plan.refusal
    if as_json:
        output.emit_json({"dry_run": True, **_facts(plan, view), "refusal": str(refusal) if refusal else None})
    elif view.diff:
        output.emit(diff_text(view))
        diagnostics.say(f"{plan.summary}; nothing was written")
        diagnostics.say(f"users: {view.users}")
    if refusal is not None:
        return diagnostics.fail(refusal)
    if plan.needs_reason and not plan.reason:
        diagnostics.say(f"a reason will be needed: {plan.gate.sentence}")
    return EXIT_GOOD if refusal is None else EXIT_FAILED


def _facts(plan: Plan, view: PlanView) -> dict[str, object]:
    return {
        "action": plan.action,
        "route": plan.route,
        "summary": plan.summary,
        "percentage": {"before": plan.before, "after": plan.after},
        "diff": [{"kind": line.kind, "text": line.text} for line in view.diff],
        "command": plan.command,
        "undo": plan.undo,
        "preflight": [line.text for line in view.preflight],
    }


def _report(outcome: Outcome, view: PlanView, *, as_json: bool) -> None:
    if as_json:
        output.emit_json({**_facts(outcome.plan, view), "undo": outcome.undo, "history": outcome.number})
    else:
        output.emit(diff_text(view))
        back = f" (change {outcome.number}); {outcome.undo} takes it back" if outcome.undo else ""
        diagnostics.say(f"{outcome.summary}{back}")
    for note in outcome.notes:
        diagnostics.say(note)
