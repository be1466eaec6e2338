"""`console pin`: put a model on a tier of a route."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import PinTier
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


@click.command("pin", help="Put MODEL on a tier of ROUTE: production, fallback or experimental.")
@click.argument("route")
@click.argument("tier", type=click.Choice(["production", "fallback", "experimental"]))
@click.argument("model")
@action_options
@common
def command(settings: Settings, route: str, tier: Any, model: str, **options: Any) -> int:
    """Pin MODEL as TIER of ROUTE."""
    return perform(settings, PinTier(route, tier, model), options)
