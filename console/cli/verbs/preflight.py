"""`console preflight`: what a candidate would reject or change about the requests that a route sends."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime

import click

from console.actions.naming import route_named
from console.cli import diagnostics, output, preflight_text
from console.cli.settings import STAND_IN, Settings, common
from console.domain.errors import Usage
from console.domain.kinds import bad_name
from console.domain.registry import Registry
from console.preflight.checking import check, look, priced, with_ratio
from console.preflight.records import Probed, Report
from console.registry.reading import read
from console.text import words
from console.text.clock import utc_now


@click.command("preflight", help="What MODEL would reject or change about the requests that ROUTE sends. Exit 1 if so.")
@click.argument("route")
@click.argument("model")
@click.option("--probe", is_flag=True, help="Really ask: one tiny request for each way in which the route is called.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@STAND_IN
@common
def command(settings: Settings, route: str, model: str, probe: bool, as_json: bool, stand_in: bool) -> int:
    """Check MODEL for ROUTE."""
    registry = read(settings.registry_path).registry
    meant = route_named(registry, route)
    if wrong := bad_name(model):
        raise Usage(f"{model!r} is not a model id: {wrong}")
    by_stand_in = stand_in or settings.stand_in
    if by_stand_in and not probe:
        raise Usage("--stand-in answers a probe", "Add --probe.")
    now = utc_now()
    mix, problem = look(settings.log_path, meant.name, now)
    report = check(registry, meant, model, mix, now, problem)
    if probe:
        probed = _probed(report, registry, by_stand_in)
        if probed.ratio is not None:
            report = with_ratio(report, registry, mix, probed.ratio, now)
        report = _with(report, probed)
    _show(report, registry, now, as_json=as_json)
    return report.exit_code


def _show(report: Report, registry: Registry, now: datetime, *, as_json: bool) -> None:
    if as_json:
        output.emit_json(preflight_text.document(report, registry))
    else:
        preflight_text.show(report)
    if report.problem:
        diagnostics.say(f"the request log was not read: {report.problem}")
    diagnostics.say(
        f"rules as of {words.day(report.as_of, now.date())}; --probe asks the provider"
        if not report.probed
        else f"rules as of {words.day(report.as_of, now.date())}"
    )


def _with(report: Report, probed: Probed) -> Report:
    from console.preflight.probing import merged

    return merged(report, probed)


def _probed(report: Report, registry: Registry, by_stand_in: bool) -> Probed:
    """Says what it is going to cost, and asks."""
    from console.cli.comparing import endpoints_of, stand_in
    from console.preflight.probing import plan, probe

    old, new = priced(registry, report.production), priced(registry, report.model)
    wanted = plan(report, old, new)
    left_out = f"; {words.plural(wanted.skipped, 'rarer way')} of calling left out" if wanted.skipped else ""
    most = words.plural(wanted.most_requests, "request")
    diagnostics.say(f"probing {new.model}: at most {most}, {_price(wanted.cost_usd, by_stand_in)}{left_out}")
    with stand_in(by_stand_in, scale=0.0) as url, diagnostics.progress() as line:
        return asyncio.run(probe(wanted, old, new, endpoints_of(url, os.environ), line.show))


def _price(cost_usd: float | None, by_stand_in: bool) -> str:
    if by_stand_in:
        return "answered by the stand-in, free"
    return "no price is known" if cost_usd is None else f"{words.cost(cost_usd)} at most"
