"""`console resume`: clear a hold; after a rollback, start the rollout again."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Resume
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("resume", help="Clear a hold; after a rollback, start a new rollout at the first step.")
@click.argument("route")
@action_options
@common
def command(settings: Settings, route: str, **options: Any) -> int:
    """Resume the canary of ROUTE."""
    return perform(settings, Resume(route), options)
