"""`console check`: the model ids in source files and in the registry that would surprise somebody."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from console.cli import diagnostics, output
from console.cli.settings import REGISTRY_NAME, Settings, common
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, ReadOnly, Usage
from console.text.words import count, plural

if TYPE_CHECKING:
    from datetime import date

    from console.catalog.source.scanning import Scan
    from console.catalog.source.troubles import Finding
    from console.cli.check_text import Report
    from console.registry.reading import Snapshot

FORMATS = ("text", "json", "github", "sarif")
DEFAULT_BASELINE = ".console-baseline.json"
LEAST_WITHIN, MOST_WITHIN = 0, 3_650
SHOWN_SKIPPED = 10


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one check found. `accepted` are hidden by the baseline, `allowed` by a comment on their line."""

    reports: tuple[Report, ...]
    scan: Scan
    accepted: int
    allowed: int

    def number(self, level: str) -> int:
        return sum(report.level == level for report in self.reports)


@click.command("check", help="Find model ids in source files: aliases, retired, retiring soon. Exit 1 if any fails.")
@click.argument("paths", nargs=-1, type=str, metavar="[PATHS]...")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How findings are printed. [text]")
@click.option("--baseline", metavar="FILE", default=None, help="Hide what FILE accepts; only new findings fail.")
@click.option("--write-baseline", is_flag=True, help=f"Accept all there is now: writes FILE. [{DEFAULT_BASELINE}]")
@click.option("--within", type=click.IntRange(LEAST_WITHIN, MOST_WITHIN), default=30, metavar="DAYS",
              help="A retirement this near fails. [30]")  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--tests", is_flag=True, help="Look into tests and fixtures too.")
@common
def command(
    settings: Settings,
    paths: tuple[str, ...],
    as_json: bool,
    form: str,
    baseline: str | None,
    write_baseline: bool,
    within: int,
    strict: bool,
    tests: bool,
) -> int:
    """Check PATHS, or everything here. A line with `console: allow` in it is left alone."""
    if write_baseline and settings.read_only:
        raise ReadOnly("--write-baseline would write a file, and --read-only forbids it")
    for path in paths:
        if not os.path.lexists(path):
            raise Usage(f"{path}: there is no such file or folder")
    snapshot = _registry(settings)
    scanned = _scan(paths or (".",), snapshot, tests)
    found = _judged(scanned, snapshot, within)
    if write_baseline:
        return _write_baseline(baseline or DEFAULT_BASELINE, found)
    fresh, accepted = _fresh(found, baseline)
    reports = (*(_report(finding) for finding in fresh), *_registry_reports(snapshot, within))
    outcome = _Outcome(reports, scanned, accepted, sum(use.allowed for use in scanned.uses))
    _PRINTERS["json" if as_json else form](outcome)
    failed = outcome.number("error") + (outcome.number("warning") if strict else 0)
    return EXIT_FAILED if failed else EXIT_GOOD


def _registry(settings: Settings) -> Snapshot | None:
    """The registry, None where there is none. One that was named and is not there is an error."""
    named = settings.registry or os.environ.get("CONSOLE_REGISTRY")
    if not named and not os.path.lexists(REGISTRY_NAME):
        return None
    from console.registry.reading import read

    return read(settings.registry_path)


def _scan(paths: Sequence[str], snapshot: Snapshot | None, tests: bool) -> Scan:
    from console.catalog.source.scanning import scan

    return scan(paths, tests=tests, without=frozenset({str(snapshot.path)} if snapshot else ()))


def _judged(scanned: Scan, snapshot: Snapshot | None, within: int) -> tuple[Finding, ...]:
    uses = [use for use in scanned.uses if not use.allowed]
    if not uses:
        return ()
    from console.catalog.source.judging import findings, standard

    return findings(uses, standard(_today(), snapshot.registry if snapshot else None, within))


def _registry_reports(snapshot: Snapshot | None, within: int) -> tuple[Report, ...]:
    if snapshot is None:
        return ()
    from console.catalog.source.advice import remarks
    from console.catalog.source.judging import standard
    from console.cli.check_text import Report
    from console.registry.reading import decode
    from console.registry.scanning import line_of, scan

    lines = scan(decode(snapshot.data, snapshot.name)).lines()
    found = remarks(snapshot.registry, standard(_today(), snapshot.registry, within))
    placed = [
        Report(snapshot.name, max(1, line_of(lines, remark.path)), 1, remark.model_id, (remark.trouble,))
        for remark in found
    ]
    order = ("error", "warning", "advice")
    return tuple(sorted(placed, key=lambda report: (order.index(report.level), report.line)))


def _fresh(found: tuple[Finding, ...], baseline: str | None) -> tuple[tuple[Finding, ...], int]:
    if baseline is None:
        return found, 0
    from pathlib import Path

    from console.catalog.source.baseline import parse, without

    try:
        accepted = parse(Path(baseline).read_text("utf-8"))
    except OSError as error:
        raise Usage(f"{baseline}: {error.strerror}", "`console check --write-baseline` writes one.") from error
    except ValueError as error:
        raise Usage(f"{baseline}: {error}", "`console check --write-baseline` writes a new one.") from error
    return without(found, accepted)


def _write_baseline(path: str, found: tuple[Finding, ...]) -> int:
    from pathlib import Path

    from console.catalog.source.baseline import document

    try:
        Path(path).write_text(document(found), "utf-8")
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from error
    diagnostics.say(
        f"{plural(len(found), 'finding')} accepted in {path}; from here on: console check --baseline {path}"
    )
    return EXIT_GOOD


def _report(finding: Finding) -> Report:
    from console.cli.check_text import Report

    use = finding.use
    return Report(use.path, use.line, use.column, use.id, finding.troubles)


def _today() -> date:
    from console.text.clock import utc_now

    return utc_now().date()


def _facts() -> date:
    from console.catalog import facts

    return facts.as_of()


def _print_text(outcome: _Outcome) -> None:
    if outcome.reports:
        from console.cli.check_text import pieces
    for report in outcome.reports:
        output.emit_styled(pieces(report))
    _say_summary(outcome)


def _print_github(outcome: _Outcome) -> None:
    from console.cli.check_text import workflow_commands

    for report in outcome.reports:
        for line in workflow_commands(report):
            output.emit(line)
    _say_summary(outcome)


def _print_json(outcome: _Outcome) -> None:
    output.emit_json(_document(outcome))


def _print_sarif(outcome: _Outcome) -> None:
    from console import __version__
    from console.cli.check_text import sarif

    output.emit(sarif(outcome.reports, __version__))


_PRINTERS = {"text": _print_text, "github": _print_github, "json": _print_json, "sarif": _print_sarif}


def _document(outcome: _Outcome) -> Mapping[str, object]:
    return {
        "findings": [
            {
                "path": report.path,
                "line": report.line,
                "column": report.column,
                "id": report.id or None,
                "level": report.level,
                "use_instead": report.use_instead or None,
                "troubles": [
                    {"rule": trouble.rule, "level": trouble.level, "message": trouble.message}
                    for trouble in report.troubles
                ],
            }
            for report in outcome.reports
        ],
        "skipped": [{"path": skipped.path, "why": skipped.why} for skipped in outcome.scan.skipped],
        "ids": len(outcome.scan.uses),
        "files": outcome.scan.files,
        "errors": outcome.number("error"),
        "warnings": outcome.number("warning"),
        "advice": outcome.number("advice"),
        "allowed": outcome.allowed,
        "accepted": outcome.accepted,
        "as_of": _facts(),
    }


def _say_summary(outcome: _Outcome) -> None:
    for skipped in outcome.scan.skipped[:SHOWN_SKIPPED]:
        diagnostics.say(f"not read: {skipped.path}: {skipped.why}")
    if len(outcome.scan.skipped) > SHOWN_SKIPPED:
        diagnostics.say(f"not read: {count(len(outcome.scan.skipped) - SHOWN_SKIPPED)} more")
    where = "" if outcome.scan.uses else f" in {plural(outcome.scan.files, 'file')}"  # 0 files: the wrong folder
    parts = [
        plural(len(outcome.scan.uses), "model id") + where,
        plural(outcome.number("error"), "error"),
        plural(outcome.number("warning"), "warning"),
    ]
    if advice := outcome.number("advice"):
        parts.append(f"{advice} of advice")
    if outcome.allowed:
        parts.append(f"{outcome.allowed} allowed by a comment")
    if outcome.accepted:
        parts.append(f"{outcome.accepted} accepted in the baseline")
    if outcome.scan.uses or outcome.reports:
        parts.append(f"dates as of {_facts()}")
    diagnostics.say(" · ".join(parts))
