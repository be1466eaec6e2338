"""`console review`: the changed cases of a suite's last run, one at a time on the screen, or by name without one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.cli import diagnostics, output
from console.cli.settings import Command, Settings, common
from console.domain.errors import EXIT_GOOD, Usage
from console.text import words
from console.text.safe import safe_line
from console.text.table import table

if TYPE_CHECKING:
    from console.regression.decisions import What
    from console.regression.reviewing import Review

_ACTS: tuple[tuple[str, What], ...] = (("accept", "accepted"), ("reject", "rejected"), ("skip", "skipped"))


def _many(option: str, what: str) -> Callable[[Command], Command]:
    return click.option(f"--{option}", multiple=True, metavar="CASE", help=f"{what}; may be given again.")


def _cluster(option: str, what: str) -> Callable[[Command], Command]:
    return click.option(
        f"--{option}-cluster", multiple=True, metavar="NAME", help=f"{what} every undecided case of this cluster."
    )


@click.command(
    "review",
    help="Review what changed in the last run of TARGET's suite (a route, or a suite's file): accepted against new, "
    "one case at a time. Without a terminal: --list, --accept CASE, --reject CASE.",
)
@click.argument("target", required=False, default="", metavar="[TARGET]")
@click.option("--model", default="", metavar="ID", help="The run on this model. [the last run]")
@click.option("--list", "listed", is_flag=True, help="Print the changed cases with what was decided.")
@_many("accept", "Make the new answer of this case the accepted one")
@_many("reject", "Note that the new answer is not good; the accepted one stays")
@_many("skip", "Leave this case to somebody else")
@_cluster("accept", "Accept")
@_cluster("reject", "Reject")
@click.option("--undo", is_flag=True, help="Take the last decision back, with those taken together with it.")
@click.option("--record", metavar="FILE.md", help="Write the Markdown record of every decision, for the pull request.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as one JSON document.")
@common
def command(settings: Settings, target: str, model: str, **options: Any) -> int:
    """Review a run."""
    acts = any(options[name] for name in (*_CHANGES, "record", "listed", "as_json"))
    if not acts and not (sys.stdin.isatty() and sys.stdout.isatty()):
        word = f" {target}" if target else ""
        raise Usage(
            "a review needs a terminal",
            f"Without one: console review{word} --list, --accept CASE, --reject CASE, --accept-cluster NAME, --undo",
        )
    review = _open(settings, target, model)
    if not acts:
        return _on_screen(settings, review)
    _decide(review, options)
    if any(options[name] for name in _CHANGES):
        diagnostics.say(_standing(review, "`--list` names the rest"))
    if options["record"]:
        _write_record(review, Path(options["record"]))
    if options["as_json"]:
        output.emit_json(_document(review))
    elif options["listed"]:
        _print(review)
    return EXIT_GOOD


_CHANGES = ("accept", "reject", "skip", "accept_cluster", "reject_cluster", "undo")


def _open(settings: Settings, target: str, model: str) -> Review:
    from console.regression.finding import find, is_file
    from console.regression.opening import open_review
    from console.text.clock import utc_now

    path = Path(target) if is_file(target) else find(target, settings.registry_path).suite.path
    root = settings.registry_path.resolve().parent if settings.registry_path.exists() else None
    return open_review(path, actor=settings.actor, clock=utc_now, model=model, read_only=settings.read_only, root=root)


def _on_screen(settings: Settings, review: Review) -> int:
    from console.cli.open_console import is_ascii_only
    from console.text.clock import utc_now
    from console.tui.review_app import run
    from console.view.reviewed import ReviewDesk

    desk = ReviewDesk(review, source=settings.registry_path, clock=utc_now)
    code = run(desk, ascii_only=is_ascii_only(settings))
    diagnostics.say(_standing(review, "the same command goes on"))
    return code


def _standing(review: Review, further: str) -> str:
    """How far the review is, and what is next: `further` while something is not decided."""
    decided, changed = len(review.decisions()), len(review.results)
    if not changed:
        return "nothing has changed: there is no case to review"
    if decided < changed:
        return f"{words.count(decided)} of {words.plural(changed, 'case')} decided; {further}"
    return f"{words.plural(changed, 'case')} decided; `--record FILE.md` writes the record for the pull request"


def _decide(review: Review, options: Any) -> None:
    """Everything that was asked for, as one batch: one undo takes it back. Names are checked before the first act."""
    if options["undo"]:
        undone = review.undo()
        diagnostics.say(f"undone: {', '.join(f'{each.case} ({each.what})' for each in undone)}")
    wanted = [(what, case) for name, what in _ACTS for case in options[name]]
    for name, what in _ACTS[:2]:
        wanted += [(what, case) for each in options[f"{name}_cluster"] for case in review.rest_of(each)]
    _check(review, [case for _, case in wanted])
    _warn(review, [case for what, case in wanted if what == "accepted"])
    batch = review.new_batch()
    for what, case in wanted:
        review.decide(what, case, batch)
        where = f": {review.path_of(case)}" if what == "accepted" else ""
        diagnostics.say(f"{what} {case}{where}")


def _warn(review: Review, accepted: Sequence[str]) -> None:
    """What speaks against accepting, once. It is done all the same: the command names what it accepts."""
    broken = [case for case in accepted if review.results[case].status == "failed"]
    if broken:
        diagnostics.say(f"not as the case requires: {', '.join(broken)}")
    if accepted and review.run.stand_in:
        diagnostics.say("the stand-in gave these answers: runs on real models will not be held against them")


def _check(review: Review, cases: Sequence[str]) -> None:
    for case in cases:
        review.must_be_changed(case)
    twice = sorted({case for case in cases if cases.count(case) > 1})
    if twice:
        raise Usage(f"{', '.join(twice)}: decided twice in one command")


def _write_record(review: Review, path: Path) -> None:
    from console.regression.record_page import decision_record
    from console.regression.reporting import write_text
    from console.text.clock import utc_now

    write_text(path, decision_record(review, utc_now()))
    diagnostics.say(f"written: {path}")


def _print(review: Review) -> None:
    from console.regression.grouping import reason_text

    decided = review.decisions()
    rows = [("cluster", "was", "decision", "case", "why it is on the list")]
    for cluster in review.clusters:
        for result in cluster.results:
            found = decided.get(result.case)
            row = (cluster.name, result.word, found.what if found else "", result.case, reason_text(result)[:90])
            rows.append(tuple(safe_line(cell) for cell in row))  # type: ignore[arg-type]
    left = len(review.results) - len(decided)
    if len(rows) > 1:
        output.emit(table(rows))
    diagnostics.say(
        f"{words.plural(len(review.results), 'case')} changed, {words.count(left)} not decided"
        if rows[1:]
        else "nothing has changed: there is no case to review"
    )


def _document(review: Review) -> dict[str, object]:
    from console.regression.reporting_json import case_fields

    decided = review.decisions()
    cases = []
    for result in review.results.values():
        found = decided.get(result.case)
        about = {"what": found.what, "at": found.at.isoformat(), "actor": found.actor} if found else None
        cases.append({**case_fields(result), "decision": about, "snapshot": str(review.path_of(result.case))})
    run = review.run
    return {
        "suite": run.suite,
        "old_model": run.old_model,
        "new_model": run.new_model,
        "started": run.started.isoformat(),
        "stand_in": run.stand_in,
        "clusters": [
            {"name": one.name, "title": one.title, "cases": [each.case for each in one.results]}
            for one in review.clusters
        ],
        "not_decided": len(review.results) - len(decided),
        "cases": cases,
    }
