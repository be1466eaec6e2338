"""`console rollout`: change the canary's percentage."""

from __future__ import annotations

from typing import Any

import click

from console.actions.requests import SetShare
from console.cli.acting import action_options, perform
from console.cli.settings import Settings, common


def _share(_context: click.Context, _parameter: click.Parameter, value: str) -> Any:
    if value in ("next", "back"):
        return value
    try:
        number = float(value.removesuffix("%").strip())
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a percentage, next or back") from error
    if not 0 <= number <= 100:
        raise click.BadParameter(f"must be between 0 and 100, got {value}")
    return int(number) if number == int(number) else number


@click.command("rollout", help="Change the share of users on the canary: a percentage, `next` or `back` on the ladder.")
@click.argument("route")
@click.argument("percent", callback=_share, metavar="PERCENT|next|back")
@action_options
@common
def command(settings: Settings, route: str, percent: Any, **options: Any) -> int:
    """Set the percentage of ROUTE's canary."""
    return perform(settings, SetShare(route, percent), options)
