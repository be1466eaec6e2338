"""`console init`: a first registry from the model ids found in the code. Never overwrites one."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from pathlib import Path

import click

from console.catalog.source.proposing import Proposal, ProposedPin, ProposedRoute, propose
from console.catalog.source.scanning import scan
from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_GOOD, ReadOnly, Refused, Usage
from console.registry.literals import header, literal
from console.registry.reading import parse
from console.text.clock import utc_now
from console.text.words import plural

INTRODUCTION = (
    "# Every model this application calls, pinned. Edited here by hand or from the console.\n"
    "# Routes were guessed from names in the code: rename them, and write each reason.\n"
)


@click.command("init", help="Write a first registry from the model ids found in PATHS. Never overwrites one.")
@click.argument("paths", nargs=-1, type=str, metavar="[PATHS]...")
@click.option("--dry-run", is_flag=True, help="Print it instead of writing it.")
@common
def command(settings: Settings, paths: tuple[str, ...], dry_run: bool) -> int:
    """Look for ids in PATHS, or everything here. Tests are left out, and so are lines with `console: allow`."""
    target = settings.registry_path
    if settings.read_only and not dry_run:
        raise ReadOnly("init writes a registry, and --read-only forbids it", "--dry-run prints it.")
    if os.path.lexists(target) and not dry_run:
        raise _exists(target)
    for path in paths:
        if not os.path.lexists(path):
            raise Usage(f"{path}: there is no such file or folder")
    found = scan(paths or (".",), without=frozenset({os.path.realpath(target)}))
    today = utc_now().date()
    proposal = propose([use for use in found.uses if not use.allowed], today)
    if not proposal.routes:
        raise Refused(
            f"no model id was found in {plural(found.files, 'file')}",
            "Name the folder that calls models, or write it by hand: one route and one model are eight lines.",
        )
    text = rendered(proposal, today)
    parse(text.encode(), str(target))  # what is written must be what every reader accepts
    if dry_run:
        output.emit(text.rstrip("\n"))
    else:
        _write(target, text)
    said = f"{plural(len(proposal.routes), 'route')} and {plural(len(proposal.pins), 'model')}"
    diagnostics.say(f"{said}{' (dry run)' if dry_run else f' written to {target}'}; next: console check")
    return EXIT_GOOD


def rendered(proposal: Proposal, today: date) -> str:
    """The proposal as the text of a registry."""
    tables = [*map(_route, proposal.routes), *(_pin(pin, today) for pin in proposal.pins)]
    return f"{INTRODUCTION}schema = 1\n\n" + "\n".join(tables)


def _route(route: ProposedRoute) -> str:
    lines = [header(("routes", route.name)), f"production = {literal(route.production)}"]
    if route.fallback:
        lines.append(f"fallback = {literal(route.fallback)}")
    if route.experimental:
        lines.append(f"experimental = {literal(route.experimental)}")
    return "\n".join(lines) + "\n"


def _pin(pin: ProposedPin, today: date) -> str:
    lines = [header(("models", pin.model_id)), f"pinned_date = {literal(today)}", f"reason = {literal(pin.reason)}"]
    if pin.allow_alias:
        lines.append("allow_alias = true")
    return "\n".join(lines) + "\n"


def _write(target: Path, text: str) -> None:
    """All of it or nothing, and never over a file that appeared meanwhile: a link fails where one is."""
    draft = target.parent / f".{target.name}.{os.getpid()}.console-tmp"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}", "--dry-run prints it.") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _exists(target: Path) -> Refused:
    return Refused(f"{target} is already there, and init never overwrites", "--dry-run prints what it would write.")
