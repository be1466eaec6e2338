"""`console drop`: remove the canary from a route."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Drop
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("drop", help="Remove the canary from a route; production serves everybody.")
@click.argument("route")
@action_options
@common
def command(settings: Settings, route: str, **options: Any) -> int:
    """Drop the canary of ROUTE."""
    return perform(settings, Drop(route), options)
