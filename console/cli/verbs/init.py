"""`console init`: a first registry from the model ids found in the code. Never overwrites one."""

from __future__ import annotations

import os

import click

from console.cli import diagnostics, output
from console.cli.drafting import draft, exists, write
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_GOOD, ReadOnly, Usage
from console.text.clock import utc_now


@click.command("init", help="Write a first registry from the model ids found in PATHS. Never overwrites one.")
@click.argument("paths", nargs=-1, type=str, metavar="[PATHS]...")
@click.option("--dry-run", is_flag=True, help="Print it instead of writing it.")
@common
def command(settings: Settings, paths: tuple[str, ...], dry_run: bool) -> int:
    """Look for ids in PATHS, or everything here."""
    target = settings.registry_path
    if settings.read_only and not dry_run:
        raise ReadOnly("init writes a registry, and --read-only forbids it", "--dry-run prints it.")
    if os.path.lexists(target) and not dry_run:
        raise exists(target)
    for path in paths:
        if not os.path.lexists(path):
            raise Usage(f"{path}: there is no such file or folder")
    made = draft(paths or (".",), target, utc_now().date())
    if dry_run:
        output.emit(made.text.rstrip("\n"))
    else:
        write(target, made.text)
    diagnostics.say(f"{made.said}{' (dry run)' if dry_run else f' written to {target}'}; next: console check")
    return EXIT_GOOD
