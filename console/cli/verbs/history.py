"""`console history`: who changed what, why, on which evidence."""

from __future__ import annotations

from datetime import UTC

import click

from console.actions.naming import no_route
from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.errors import Usage
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.reading import read
from console.registry.writing import compare
from console.text.safe import safe_line
from console.text.table import table
from console.view.incident import details, incident_note, told_of


@click.command("history", help="Who changed what, why, on which evidence; the newest first.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many changes.")
@click.option("--route", metavar="ROUTE", help="Only this route's.")
@click.option("--why", "number", type=int, metavar="N", help="Everything about change N: reason, evidence, diff.")
@click.option("--incident", is_flag=True, help="With --why: a note in Markdown for whoever was not there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def command(
    settings: Settings, limit: int, route: str | None, number: int | None, incident: bool, as_json: bool
) -> int:
    """Print the history."""
    if incident and (number is None or as_json):
        raise Usage("--incident is a note about one change, in Markdown", "console history --why N --incident")
    history = History(beside(settings.registry_path))
    if not history.path.exists():
        read(settings.registry_path)  # a mistyped path is not a registry without changes
    if number is not None:
        entry = history.entry(number)
        if entry is None:
            raise Usage(f"there is no change {number}", "`console history` lists them.")
        if incident:
            output.emit(incident_note(settings.registry_path, entry).rstrip("\n"))
        elif as_json:
            output.emit_json({"change": {**_fields(entry), "told": list(told_of(settings.registry_path, entry))}})
        else:
            _explain(entry, told_of(settings.registry_path, entry))
        return 0
    entries = history.entries(limit=limit, route=route)
    if route is not None and not entries:
        _must_be_known(route, history, settings)
    if as_json:
        output.emit_json({"changes": [_fields(entry) for entry in entries]})
    elif not entries:
        diagnostics.say("nothing was changed yet" if route is None else f"nothing was changed on {route} yet")
    else:
        output.emit(table([_row(entry) for entry in entries], right=(0,)))
    return 0


def _must_be_known(route: str, history: History, settings: Settings) -> None:
    """Refuse a route that neither the registry nor any change knows: a mistyped name is not one without changes."""
    names = tuple(read(settings.registry_path).registry.routes)
    if route not in names:
        raise no_route(route, dict.fromkeys((*names, *history.routes())))


def _row(entry: Entry) -> list[str]:
    undone = f" (undone by {entry.undone_by})" if entry.undone_by else ""
    return [
        str(entry.number),
        entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
        safe_line(entry.actor),
        safe_line(entry.summary) + undone,
        safe_line(entry.reason),
    ]


def _fields(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "route": entry.route,
        "summary": entry.summary,
        "reason": entry.reason,
        "command": entry.command,
        "evidence": entry.evidence,
        "state": entry.state,
        "undoes": entry.undoes,
        "undone_by": entry.undone_by,
    }


def _explain(entry: Entry, informed: tuple[str, ...]) -> None:
    at = entry.at.astimezone(UTC)
    output.emit(f"{safe_line(entry.summary)}\n{at:%Y-%m-%d %H:%M:%S} UTC by {safe_line(entry.actor)}")
    output.emit(f"Reason    {safe_line(entry.reason) or 'none was given'}")
    if entry.evidence:
        output.emit(f"Verdict   {entry.evidence.get('state', '')}  {safe_line(entry.evidence.get('sentence', ''))}")
    for line in details(entry.evidence):
        output.emit(f"          {line}")
    if informed:
        output.emit(f"Told      {'; '.join(informed)}")
    output.emit(f"Same as   {safe_line(entry.command) or 'an edit by hand'}")
    if entry.undone_by is not None:
        output.emit(f"Now       taken back by change {entry.undone_by}")
    for kind, text in compare(entry.before, entry.after, "registry.toml").diff:
        output.emit({"same": "  ", "removed": "- ", "added": "+ "}[kind] + safe_line(text))
