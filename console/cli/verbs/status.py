"""`console status`: routes, pins, percentages, verdicts and the retirement clock, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

import click

from console.actions.naming import route_named
from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, HistoryInvalid
from console.history.outbox import Outbox, OutboxHealth
from console.history.store import beside
from console.registry.reading import read
from console.text import words
from console.text.clock import utc_now
from console.text.safe import safe
from console.text.table import table
from console.traffic.reading import LogMissing
from console.verdict.verdict import Verdict
from console.view.guarded import sentence as guard_sentence
from console.view.lookout import Look, Lookout
from console.view.records import CanaryView, GuardView, RouteView, State


@click.command("status", help="Routes, pins, percentages, verdicts, retirement clock. Exit 1 on a regression.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--route", metavar="ROUTE", help="Only this route.")
@common
def command(settings: Settings, as_json: bool, route: str | None) -> int:
    """Print the state of every route."""
    registry = read(settings.registry_path).registry  # one that cannot be read ends here, with its lines
    only = None if route is None else safe(route_named(registry, route).name)
    lookout = Lookout(settings.registry_path, settings.log_path, read_only=settings.read_only)
    try:
        look = lookout.look(utc_now())
    finally:
        lookout.close()
    pairs = [
        (shown, canary)
        for shown, canary in zip(look.view.routes, look.view.canaries, strict=True)
        if only in (None, shown.name)
    ]
    alerts = _alerts(settings)
    if as_json:
        output.emit_json({**_document(look, pairs), "alerts": alerts})
    else:
        for shown, canary in pairs:
            _print(shown, canary)
        output.emit(guard_sentence(look.view.guarded, look.view.now))
        _print_age(look.view.facts_as_of, look.view.now.date())
        if alerts.not_arrived:
            diagnostics.say(f"{alerts.not_arrived}; see console alert list --unsent")
    if isinstance(look.problem, LogMissing):
        _say_how_to_begin(look, settings)
    elif look.problem is not None:
        raise look.problem
    return EXIT_FAILED if any(canary.state is State.REGRESSION for _, canary in pairs) else EXIT_GOOD


def _print_age(as_of: date | None, today: date) -> None:
    """How old what is known of ends is."""
    if as_of is not None:
        age = words.plural((today - as_of).days, "day")
        output.emit(f"ends   as of {words.day(as_of, today)}, {age} ago; `console catalog refresh` reads newer ones")


def _alerts(settings: Settings) -> OutboxHealth:
    try:
        return Outbox(beside(settings.registry_path)).health()
    except HistoryInvalid:  # what is wrong with it is for `history` and `doctor` to say
        return OutboxHealth()


def _say_how_to_begin(look: Look, settings: Settings) -> None:
    """No log yet is not a failure: it says which lines in the application begin one."""
    route = look.view.routes[0] if look.view.routes else None
    model = next((pin.model_id for pin in route.pins if pin.tier == "production"), "") if route else ""
    diagnostics.say(look.view.problem)
    diagnostics.say(
        f"""In the application:
    from console import Router, RequestLog
    router = Router({_literal(settings.registry_path)}, default={_literal(model)})
    log = RequestLog({_literal(settings.log_path)})
    ...
    choice = router.select({_literal(route.name if route else "default")}, user_id)
    with log.request(choice, user_id) as request:
        response = client.messages.create(model=choice.model, ...)
        request.record(response)"""
    )


def _literal(text: object) -> str:
    return json.dumps(str(text), ensure_ascii=False)


def _print(route: RouteView, canary: CanaryView) -> None:
    output.emit(f"{route.name}  {canary.state.value.upper()}  {canary.sentence}".rstrip())
    if canary.second and canary.state not in (State.NO_CANARY, State.NO_DATA):
        output.emit(f"  {canary.second}")
    rows = [
        [
            f"  {pin.tier}",
            pin.model_id,
            words.percentage(pin.share) if pin.share is not None else "",
            " · ".join(part for part in (pin.clock, pin.ladder, pin.note) if part)
            + (f" → {pin.replacement}" if pin.replacement else ""),
        ]
        for pin in route.pins
    ]
    output.emit(table(rows))
    if canary.metrics and canary.state is not State.NO_CANARY:
        head = ["  ", "production", "canary", "change", "limit", "to decide"]
        counts = [
            "  requests",
            words.count(canary.production_requests),
            words.count(canary.canary_requests),
            "",
            "",
            "",
        ]
        body = [
            [
                f"  {metric.label}",
                metric.production or words.NONE,
                metric.canary or words.NONE,
                metric.change,
                f"{'≤' if metric.inside else '>'} {metric.limit}" if metric.limit else "",
                metric.to_decide,
            ]
            for metric in canary.metrics
        ]
        output.emit(table([head, counts, *body], right=(1, 2, 3, 4)))
    output.emit()


def _document(look: Look, pairs: list[tuple[RouteView, CanaryView]]) -> Mapping[str, object]:
    return {
        "at": look.view.now.isoformat(),
        "registry": look.view.registry_name,
        "log": look.view.log_name,
        "problem": look.view.problem or None,
        "data_age_s": look.view.data_age_s,
        "guard": _guard(look.view.guarded),
        "facts_as_of": look.view.facts_as_of,
        "routes": [
            {
                "name": route.name,
                "state": canary.state.value,
                "sentence": canary.sentence,
                "beside": canary.second or None,
                "percentage": route.percentage,
                "held": route.held or None,
                "override": route.override or None,
                "pins": [
                    {
                        "tier": pin.tier,
                        "model": pin.model_id,
                        "share": pin.share,
                        "retires": pin.retires,
                        "clock": pin.clock or None,
                        "ladder": pin.ladder or None,
                        "start_by": pin.start_by,
                        "replacement": pin.replacement or None,
                        "note": pin.note or None,
                        "served": pin.served or None,
                    }
                    for pin in route.pins
                ],
                "requests": {"production": canary.production_requests, "canary": canary.canary_requests},
                "verdict": _verdict(look.verdicts.get(route.name)),
            }
            for route, canary in pairs
        ],
    }


def _guard(guard: GuardView | None) -> Mapping[str, object] | None:
    """Who guards, or did last; None where nobody ever did."""
    if guard is None:
        return None
    return {
        "alive": guard.alive,
        "holder": guard.holder,
        "since": guard.since.isoformat(),
        "last_seen": guard.seen.isoformat(),
        "stale": guard.stale,
        "intents": [
            {
                "route": intent.route,
                "kind": intent.kind,
                "sentence": intent.sentence,
                "when": intent.when.isoformat() if intent.when else None,
            }
            for intent in guard.intents
        ],
    }


def _verdict(verdict: Verdict | None) -> Mapping[str, object] | None:
    return None if verdict is None else asdict(verdict)
