"""`console rollback`: take the canary to 0 %, or production back to the fallback."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Rollback
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command(
    "rollback", help="Take the canary to 0 % and hold it; where no canary runs, swap production and fallback."
)
@click.argument("route")
@click.option("--canary", "arm", flag_value="canary", default=None, help="Only ever the canary.")
@click.option("--production", "arm", flag_value="production", help="Only ever production.")
@action_options
@common
def command(settings: Settings, route: str, arm: Any, **options: Any) -> int:
    """Roll ROUTE back."""
    return perform(settings, Rollback(route, arm), options)
