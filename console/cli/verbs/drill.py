"""`console drill`: proof that the guard would act, from a fault to the people who hear of it."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.demo.drill.records import FACTORS, FAULTS, Drill, Drilled, Fault, Traffic
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, Refused, Usage
from console.domain.registry import Route
from console.text import words
from console.text.safe import safe_line
from console.text.table import table

HELP = (
    "Make ROUTE's canary fail on a copy of everything, and time the chain: fault, verdict, write, routers, alert. "
    "Exit 1: a link did not hold; 4: nothing could be measured."
)


@click.command("drill", help=HELP)
@click.argument("route")
@click.option("--fault", type=click.Choice(FAULTS), default="errors", show_default=True, help="What goes wrong.")
@click.option("--factor", type=click.FloatRange(1, 1000, min_open=True), help="How many times as bad. [10; slow 3]")
@click.option(
    "--rate", type=click.FloatRange(1, 500), default=50.0, show_default=True, help="Requests per second on the route."
)
@click.option("--model", metavar="ID", default="", help="Plays the canary where the route has none.")
@click.option("--alert", "tell", is_flag=True, help="Tell the real targets too, not only a receiver on this machine.")
@click.option("--live", is_flag=True, help="On the real registry and log: rolls the real canary back. Asks first.")
@click.option("--confirm", metavar="ROUTE", help="With --live, the answer to the question: the route's name again.")
@click.option(
    "--patience", type=click.FloatRange(10, 3600), default=300.0, show_default=True, help="Seconds to wait for it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def command(
    settings: Settings,
    route: str,
    fault: Fault,
    factor: float | None,
    rate: float,
    model: str,
    tell: bool,
    live: bool,
    confirm: str | None,
    patience: float,
    as_json: bool,
) -> int:
    """Carry the drill out and print its links."""
    from console.demo.drill.copying import the_route
    from console.demo.drill.running import check_live, run

    drill = Drill(
        registry=settings.registry_path,
        log=settings.log_path,
        route=route,
        fault=fault,
        factor=FACTORS[fault] if factor is None else factor,
        traffic=Traffic(rate=rate),
        model=model,
        live=live,
        tell=tell,
        patience_s=patience,
    )
    if live:
        _must_be_meant(settings, drill, check_live(drill), confirm)
    else:
        the_route(drill)
    found = run(drill, diagnostics.say)
    if as_json:
        output.emit_json(_document(drill, found))
    else:
        _print(drill, found)
    return EXIT_GOOD if found.proven else EXIT_FAILED


def _must_be_meant(settings: Settings, drill: Drill, route: Route, confirm: str | None) -> None:
    """Ask for the route's name. Raises Usage or Refused where it is not given."""
    if settings.read_only:
        raise Usage("a live drill changes the registry, and this is read-only")
    if drill.model or drill.tell:
        raise Usage("--model and --alert belong to a drill on a copy", "A live one uses the real canary and targets.")
    canary = route.canary
    assert canary is not None
    if confirm is None:
        if not sys.stdin.isatty():
            raise Usage("a live drill needs an answer", f"Give --confirm {route.name} to say that you mean it.")
        diagnostics.say(
            f"A live drill sends {drill.traffic.rate:g} invented requests per second through the real router and log of"
            f" {route.name}\nand lets those on {canary.model_id} fail. The guard will roll the canary back from"
            f" {words.percentage(canary.percentage)} to 0 %,\npeople will be told, and its evidence so far is lost."
            f" No user's request is touched before that."
        )
        confirm = click.prompt(f"Type {route.name} to go on", default="", show_default=False, err=True)
    if confirm.strip() != route.name:
        raise Refused("nothing was done: that is not the name of the route")


def _print(drill: Drill, found: Drilled) -> None:
    where = "live" if found.live else "on a copy"
    output.emit(f"{safe_line(found.route)}  drill {where}: {_fault(drill)} on {safe_line(found.model)}")
    rows = [
        [
            "held" if link.at_s is not None else "BROKEN",
            link.name,
            "" if link.at_s is None else f"{link.at_s:.1f} s",
            "" if link.took_s is None else f"+{link.took_s:.1f}",
            safe_line(link.detail),
        ]
        for link in found.links
    ]
    output.emit(table(rows, right=(2, 3)))
    output.emit(
        f"{words.plural(found.bad_requests, 'request')} got the failing model,"
        f" {found.failed:,} of them met the fault; the last one {found.last_bad_s:.1f} s after it began"
    )
    for note in found.notes:
        output.emit(f"note: {safe_line(note)}")
    output.emit(_conclusion(found))
    if found.undo:
        output.emit(f"to go on after the drill: {found.undo}")


def _fault(drill: Drill) -> str:
    what = {"errors": "errors", "slow": "latency", "refusals": "refusals"}[drill.fault]
    return f"{what} ×{drill.factor:g} at {drill.traffic.rate:g} requests per second"


def _conclusion(found: Drilled) -> str:
    if found.proven:
        return "proven: every link held"
    broken = [link.name for link in found.links if link.at_s is None]
    why = found.problem or f"the chain broke at: {', '.join(broken)}"
    return f"NOT proven: {safe_line(why)}"


def _document(drill: Drill, found: Drilled) -> dict[str, object]:
    return {
        "route": found.route,
        "mode": "live" if found.live else "copy",
        "fault": {"kind": drill.fault, "factor": drill.factor},
        "model": found.model,
        "percentage": found.percentage,
        "rate": drill.traffic.rate,
        "proven": found.proven,
        "problem": found.problem or None,
        "links": [asdict(link) for link in found.links],
        "bad_requests": found.bad_requests,
        "failed_requests": found.failed,
        "last_bad_s": found.last_bad_s,
        "undo": found.undo or None,
        "notes": list(found.notes),
    }
