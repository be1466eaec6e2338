"""`console canary`: start a canary on a route."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import StartCanary
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("canary", help="Put MODEL on trial for a share of ROUTE's users. --reason says why this model.")
@click.argument("route")
@click.argument("model")
@click.option("--percent", type=float, default=None, help="Its share of users; default the first step of the ladder.")
@action_options
@common
def command(settings: Settings, route: str, model: str, percent: float | None, **options: Any) -> int:
    """Start MODEL as the canary of ROUTE."""
    return perform(settings, StartCanary(route, model, percent, options["reason"]), options)
