"""`console hold`: keep the canary's share where it is."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Hold
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("hold", help="Keep the canary's share where it is until a person resumes. --reason says why.")
@click.argument("route")
@action_options
@common
def command(settings: Settings, route: str, **options: Any) -> int:
    """Hold the canary of ROUTE."""
    return perform(settings, Hold(route, options["reason"]), options)
