"""`console promote`: make the canary the production model."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import Promote
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("promote", help="Make the canary the production model; the old one becomes the fallback.")
@click.argument("route")
@action_options
@common
def command(settings: Settings, route: str, **options: Any) -> int:
    """Promote the canary of ROUTE."""
    return perform(settings, Promote(route), options)
