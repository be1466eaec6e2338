"""`console undo`: write back what the last change replaced."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Undo
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("undo", help="Write back what the last change (or change NUMBER of `console history`) replaced.")
@click.argument("number", type=int, required=False)
@action_options
@common
def command(settings: Settings, number: int | None, **options: Any) -> int:
    """Undo a change."""
    return perform(settings, Undo(number), options)
