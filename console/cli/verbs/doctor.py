"""`console doctor`: environment, versions, permissions and the health of registry, history and request log."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping

import click

from console.cli import diagnostics, output
from console.cli.checks import alerts, environment, files, guarding, requests
from console.cli.checks.records import Check, Level
from console.cli.output import Style
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_GOOD, ReadOnly
from console.text.cells import cell_width
from console.text.clock import utc_now
from console.text.safe import safe_line

_MARKS: Mapping[Level, tuple[str, Style]] = {
    "good": ("✓", "good"),
    "none": ("–", "muted"),
    "look": ("▲", "waiting"),
    "bad": ("■", "bad"),
}
_NAME_CELLS = 22


@click.command(
    "doctor", help="Environment, versions, permissions, log health. Exit 3: registry, history or log invalid."
)
@click.option("--set-history-aside", is_flag=True, help="Rename a damaged history, so that a new one can begin.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def command(settings: Settings, set_history_aside: bool, as_json: bool) -> int:
    """Look at everything, and say what to do about what is wrong."""
    if set_history_aside:
        _set_aside(settings)
    with diagnostics.progress() as line:
        line.show("looking at versions, registry, history and every page of the request log …")
        sections = _sections(settings)
    if as_json:
        checks = [_fields(section, check) for section, found in sections.items() for check in found]
        output.emit_json({"checks": checks, "bad": sum(check["level"] == "bad" for check in checks)})
    else:
        for section, found in sections.items():
            output.emit_styled([(section, "bold")])
            for check in found:
                _print(check)
    return max((check.exit_code for check in _bad(sections)), default=EXIT_GOOD)


def _sections(settings: Settings) -> dict[str, list[Check]]:
    path = settings.registry_path
    return {
        "Versions": list(environment.versions()),
        "Registry": list(files.registry(path)),
        "History": list(files.history(path)),
        "Request log": [
            *requests.log(settings.log_path, time.time()),
            *requests.routes(settings.log_path, path),
        ],
        "Terminal": list(environment.terminal(os.environ)),
        "Providers": list(environment.keys(os.environ)),
        "Guard": list(guarding.guard(path, utc_now())),
        "Alerts": [*alerts.targets(os.environ), *alerts.outbox(path)],
        "Application": list(environment.cache(os.environ)),
    }


def _bad(sections: Mapping[str, Iterable[Check]]) -> list[Check]:
    return [check for found in sections.values() for check in found if check.level == "bad"]


def _print(check: Check) -> None:
    glyph, style = _MARKS[check.level]
    name = safe_line(check.name)
    gap = " " * max(1, _NAME_CELLS - cell_width(name))
    first, *more = check.text.split("\n")
    output.emit_styled([(f"  {glyph} {check.level:<5}", style), (f"{name}{gap}{safe_line(first)}", "")])
    indent = " " * (9 + _NAME_CELLS)
    for line in more:
        output.emit(f"{indent}{safe_line(line)}")
    if check.hint:
        output.emit_styled([(f"{indent}{safe_line(check.hint)}", "muted")])


def _fields(section: str, check: Check) -> dict[str, object]:
    return {
        "section": section.lower(),
        "name": check.name,
        "level": check.level,
        "text": check.text,
        "hint": check.hint or None,
        **({"facts": dict(check.facts)} if check.facts else {}),
    }


def _set_aside(settings: Settings) -> None:
    if settings.read_only:
        raise ReadOnly("the history was not moved: this console is read-only", "Start it without --read-only.")
    moved = files.set_aside(settings.registry_path)
    diagnostics.say(f"the damaged history is now {moved}" if moved else "the history is sound; nothing was moved")
