"""`console regress`: the route's regression suite on a model, against accepted answers or against the old model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.cli import diagnostics, output
from console.cli.settings import STAND_IN, Settings, common, heard
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, EXIT_UNMEASURED, Refused, Usage
from console.text import words

if TYPE_CHECKING:
    from console.actions.desk import Outcome
    from console.regression.planning import SuitePlan
    from console.regression.records import SuiteRun

# What runs, judges and reports is imported where it is used: `--help` needs none of it.
AT_ONCE = 20
"""As the pytest plugin does."""


@click.command(
    "regress",
    help="Run a suite on a model and say, case by case, what changed. TARGET is a route or a suite's file. "
    "Exit 0: nothing worrying; 1: worrying or failed cases; 4: more than 5 % of the cases got no answer.",
)
@click.argument("target", required=False, metavar="[TARGET]")
@click.option("--route", metavar="ROUTE", help="The route; for a suite's file, instead of the one it names.")
@click.option("--suite", metavar="FILE", help="The suite's file, instead of the route's own.")
@click.option("--model", metavar="ID", help="The model on trial. [canary, else experimental, else production]")
@click.option("--old", metavar="ID", help="Ask this model too, instead of holding answers against accepted ones.")
@click.option("--case", "cases", multiple=True, metavar="ID", help="Only this case; may be given again.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only cases with this tag; may be given again.")
@click.option("--repeat", type=click.IntRange(1, 100), metavar="N", help="Ask each case N times. [what the suite says]")
@click.option(
    "--concurrency", type=click.IntRange(1, 200), default=AT_ONCE, show_default=True, help="Requests under way at once."
)
@click.option("--timeout", type=click.FloatRange(0.1), metavar="S", help="Seconds an answer may take. [default: 300]")
@click.option("--fresh", is_flag=True, help="Ask again what an interrupted run has answers to.")
@click.option("--record", is_flag=True, help="Write the result into the model's pin; promoting looks at it.")
@click.option("--reason", default="", metavar="TEXT", help="With --record: why; kept in the history.", callback=heard)
@click.option(
    "--report", "reports", multiple=True, metavar="FILE", help="Write a report: .json .xml (JUnit) .md .html .txt"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@STAND_IN
@common
def command(settings: Settings, **options: Any) -> int:
    """Run the suite."""
    stand_in = bool(options["stand_in"] or settings.stand_in)
    reports = [Path(name) for name in options["reports"]]
    _check_early(settings, options, reports, stand_in)
    plan = _plan(settings, options, stand_in)
    run = _measured(settings, plan, options, stand_in)
    outcome = _recorded(settings, run, str(options["reason"])) if options["record"] else None
    _print(run, outcome, as_json=bool(options["as_json"]))
    _write(run, reports)
    _tell_next(settings, run, str(options["target"] or options["route"] or run.route))
    return EXIT_UNMEASURED if run.unmeasured else EXIT_FAILED if run.bad else EXIT_GOOD


def _write(run: SuiteRun, reports: Sequence[Path]) -> None:
    for report in reports:
        from console.regression import reporting

        reporting.write(run, report)
        diagnostics.say(f"written: {report}")


def _check_early(settings: Settings, options: Mapping[str, Any], reports: Sequence[Path], stand_in: bool) -> None:
    """What would be refused at the end is refused before anything is paid for."""
    for report in reports:
        from console.regression import reporting

        reporting.check_name(report)
        if not report.absolute().parent.is_dir():
            raise Usage(f"{report}: there is no such folder")
    if options["reason"] and not options["record"]:
        raise Usage("--reason is what --record keeps", "Add --record.")
    if options["record"]:
        if settings.read_only:
            raise Usage("--record writes the registry, and --read-only forbids it", "Leave out one of them.")
        from console.regression.recording import must_be_recordable

        must_be_recordable(stand_in=stand_in, partial=bool(options["cases"] or options["tags"]))


def _plan(settings: Settings, options: Mapping[str, Any], stand_in: bool) -> SuitePlan:
    from console.regression.finding import find
    from console.regression.planning import Wish, plan_of

    target, suite, route = options["target"] or "", options["suite"] or "", options["route"] or ""
    if target and suite:
        route, target = route or target, ""
    models = (options["model"], options["old"]) if options["model"] and options["old"] else None
    meant = find(target or route, settings.registry_path, suite=suite, route=route, models=models)
    wish = Wish(
        new=options["model"],
        old=options["old"],
        repeats=options["repeat"],
        tags=options["tags"],
        cases=options["cases"],
        stand_in=stand_in,
    )
    plan = plan_of(meant.suite, meant.route, meant.registry, wish)
    if options["record"]:
        _must_have_a_pin(settings, plan)
    return plan


def _must_have_a_pin(settings: Settings, plan: SuitePlan) -> None:
    """Raises Refused where the result would have no place: the plan of the record says so."""
    from console.actions.desk import Desk
    from console.actions.requests import RecordSuite

    desk = Desk(settings.registry_path, actor=settings.actor)
    refusal = desk.plan(RecordSuite(plan.route, plan.new_model, False, "")).refusal
    if isinstance(refusal, Refused) and "not in the registry" in refusal.message:
        raise refusal


def _measured(settings: Settings, plan: SuitePlan, options: Mapping[str, Any], by_stand_in: bool) -> SuiteRun:
    from console.cli import regressing
    from console.cli.comparing import endpoints_of, stand_in
    from console.providers.asking import DEFAULT_LIMITS
    from console.regression.recording import keep
    from console.regression.running import journal_of, must_be_reachable

    timeout = options["timeout"]
    limits = DEFAULT_LIMITS if timeout is None else replace(DEFAULT_LIMITS, total_s=timeout)
    journal = None if settings.read_only else journal_of(plan)
    if journal is not None and options["fresh"]:
        journal.clear()
    with stand_in(by_stand_in) as url:
        endpoints = endpoints_of(url, os.environ)
        must_be_reachable(plan, endpoints)
        regressing.tell(plan)
        run = regressing.run(plan, endpoints, concurrency=options["concurrency"], limits=limits, journal=journal)
    _tell_kept(run)
    if not settings.read_only:
        try:
            keep(run, journal)
        except Refused as refusal:
            diagnostics.say(f"{refusal.message}; nothing can be reviewed")
    if journal is not None and journal.problem:
        diagnostics.say(f"answers could not be kept, so an interrupted run begins anew: {journal.problem}")
    return run


def _tell_kept(run: SuiteRun) -> None:
    kept = sum(one.cached for result in run.results for one in result.new)
    if kept:
        diagnostics.say(f"{words.plural(kept, 'answer')} kept from an interrupted run; --fresh asks again")


def _recorded(settings: Settings, run: SuiteRun, reason: str) -> Outcome | None:
    """The result in the registry, through the desk. None where nothing was to be written."""
    from console.actions.desk import Desk
    from console.actions.recording import is_recorded
    from console.domain.errors import Unmeasured
    from console.registry.reading import read
    from console.regression.recording import passed, request_of, standing_of
    from console.text.clock import utc_now

    try:
        request = request_of(run)
    except Unmeasured as error:
        diagnostics.say(error.message)
        return None
    pin = read(settings.registry_path).registry.models.get(run.new_model)
    if is_recorded(pin, passed(run), utc_now().date()):
        diagnostics.say("the registry has this result already")
        return None
    desk = Desk(settings.registry_path, actor=settings.actor, read_only=settings.read_only)
    return desk.apply(desk.plan(request, standing_of(run), reason=reason))


def _print(run: SuiteRun, outcome: Outcome | None, *, as_json: bool) -> None:
    from console.regression.recording import passed
    from console.regression.reporting_json import document
    from console.regression.reporting_text import summary

    if as_json:
        recorded = {"history": outcome.number, "undo": outcome.undo} if outcome else None
        output.emit_json({**document(run), "passed": passed(run), "recorded": recorded})
    else:
        output.emit("\n".join(summary(run)))
    if outcome is None:
        return
    marks = {"same": "  ", "removed": "-", "added": "+"}
    diff = "\n".join(marks[kind] + text for kind, text in outcome.plan.diff)
    if as_json:
        diagnostics.say(diff)
    else:
        output.emit(f"\n{diff}")
    for note in outcome.notes:
        diagnostics.say(note)
    diagnostics.say(f"recorded (change {outcome.number}); console undo takes it back")


def _tell_next(settings: Settings, run: SuiteRun, target: str) -> None:
    changed = sum(result.changed for result in run.results)
    if run.unmeasured:
        reasons = list(dict.fromkeys(one.note for one in run.results if one.status == "not measured"))
        for reason in reasons[:3]:
            diagnostics.say(reason)
        diagnostics.say("the same command asks for what is missing")
    if changed and not settings.read_only:
        diagnostics.say(f"{words.plural(changed, 'case')} changed; review them: console review {target}")
