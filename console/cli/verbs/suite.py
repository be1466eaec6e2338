"""`console suite`: makes a suite from another tool's file; says whether suites are sound and what is accepted."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_GOOD, EXIT_INVALID, ConsoleError, ReadOnly, Usage
from console.regression import snapshots, suites
from console.regression.importing import imported, write
from console.regression.recognising import is_suite
from console.regression.records import Suite
from console.regression.snapshots import SnapshotInvalid
from console.text.safe import safe
from console.text.table import table
from console.text.words import plural

_NAMES_SHOWN = 5
_NOT_OURS = ("node_modules", "venv", "__pycache__")


@click.command("suite", help="import: a suite from JSONL or promptfoo YAML. check: are suites and snapshots sound.")
@click.argument("action", type=click.Choice(["import", "check"]))
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--to", metavar="SUITE.toml", help="import: write the suite there. [default: print it]")
@click.option("--route", metavar="ROUTE", default="", help="import: the route whose suite it is.")
@click.option("--json", "as_json", is_flag=True, help="check: print one JSON document.")
@common
def command(settings: Settings, action: str, files: tuple[str, ...], to: str | None, route: str, as_json: bool) -> int:
    """Import one file; or check suites, without FILE all in folders suites and tests. Exit code 3: unsound."""
    if action == "import":
        if len(files) != 1:
            raise Usage("import takes one file", "console suite import prompts.jsonl --to suites/support.toml")
        return _import(settings, Path(files[0]), to, route)
    if to or route:
        raise Usage("--to and --route go with import")
    return _check([Path(name) for name in files] or list(_found(Path())), as_json)


def _import(settings: Settings, source: Path, to: str | None, route: str) -> int:
    if to and settings.read_only:
        raise ReadOnly("--to would write a file, and --read-only forbids it")
    made = imported(source, Path(to or f"suites/{source.stem}.toml"), route)
    if to:
        write(made, Path(to))
    else:
        output.emit(made.text.removesuffix("\n"))
    for what, number in made.left_out.items():
        diagnostics.say(f"left out, {plural(number, 'time')}: {what}")
    where = f" in {to} · accept today's answers: pytest --snapshot-update {shlex.quote(to)}" if to else ""
    diagnostics.say(f"{plural(len(made.suite.cases), 'case')}{where}")
    return EXIT_GOOD


def _found(folder: Path) -> Iterator[Path]:
    """Every suite below `folder` that pytest would collect, too."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)
        for name in sorted(names):
            if name.endswith(".toml") and is_suite(Path(place, name), folder, named=False):
                yield Path(place, name)


def _check(paths: Sequence[Path], as_json: bool) -> int:
    if not paths:
        raise Usage("there is no suite here", "They lie in folders suites and tests; or name the file.")
    rows, problems = [], 0
    for path in paths:
        try:
            rows.append(_row(suites.read(path)))
        except ConsoleError as error:
            rows.append({"file": str(path), "problems": error.message.split("\n")})
        problems += len(rows[-1]["problems"])
    if as_json:
        output.emit_json({"suites": rows})
    else:
        _say(rows)
    return EXIT_INVALID if problems else EXIT_GOOD


def _row(suite: Suite) -> dict[str, Any]:
    missing, problems = [], []
    for case in suite.cases:
        try:
            if snapshots.read(snapshots.path_of(suite, case.id)) is None:
                missing.append(case.id)
        except SnapshotInvalid as invalid:
            problems.append(invalid.message)
    ids = {case.id for case in suite.cases}
    files = suite.snapshots.glob(f"*{snapshots.SUFFIX}") if suite.snapshots.is_dir() else ()
    return {
        "file": str(suite.path),
        "route": suite.route,
        "cases": len(suite.cases),
        "accepted": len(suite.cases) - len(missing) - len(problems),
        "not_accepted": missing,
        "without_a_case": sorted(file.stem for file in files if file.stem not in ids),
        "problems": problems,
    }


def _say(rows: Sequence[dict[str, Any]]) -> None:
    sound = [row for row in rows if "cases" in row]
    cells = [
        (row["file"], row["route"] or "any route", plural(row["cases"], "case"), f"{row['accepted']:,} accepted")
        for row in sound
    ]
    if cells:
        output.emit(table(cells, right=(2, 3)))
    for row in rows:
        for problem in row["problems"]:
            diagnostics.say(problem)
    for row in sound:
        _name(row["file"], "no answer is accepted yet", row["not_accepted"])
        _name(row["file"], "accepted answers of cases that are gone", row["without_a_case"])


def _name(file: str, what: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
        diagnostics.say(safe(f"{file}: {what}: {', '.join(names[:_NAMES_SHOWN])}{more}"))
