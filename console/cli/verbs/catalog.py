"""`console catalog`: where the facts about models come from and how old they are; `refresh` reads newer ones."""

from __future__ import annotations

import asyncio
import os

import click

from console.catalog import listings
from console.cli import catalog_text, diagnostics, output
from console.cli.settings import STAND_IN, Settings, common
from console.domain.errors import EXIT_GOOD, EXIT_UNMEASURED, ReadOnly, Refused, Unmeasured, Usage
from console.domain.registry import Registry
from console.providers.endpoints import KEY_VARIABLES
from console.providers.refreshing import Refresh
from console.text.clock import utc_now
from console.text.table import table


@click.command("catalog", help="Where the facts about models come from, and their age; refresh reads newer ones.")
@click.argument("action", required=False, type=click.Choice(["refresh"]), metavar="[refresh]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--ids", is_flag=True, help="With refresh: only print new ids of the routes' families, one a line.")
@click.option("--route", metavar="ROUTE", help="With refresh: only what concerns this route.")
@STAND_IN
@common
def command(settings: Settings, action: str | None, as_json: bool, ids: bool, route: str | None, stand_in: bool) -> int:
    """Refresh asks every provider whose key is set. Exit code 4: one of them, or none, gave a list."""
    if action is None:
        if ids or route:
            raise Usage("--ids and --route go with refresh", "console catalog refresh --ids")
        return _show(as_json)
    return _refresh(settings, as_json, ids, route, stand_in or settings.stand_in)


def _show(as_json: bool) -> int:
    now, kept = utc_now(), listings.read(listings.folder())
    if as_json:
        output.emit_json(catalog_text.sources(kept, now))
    else:
        output.emit(table(catalog_text.source_rows(kept, now), right=(1,)))
    for problem in kept.problems:
        diagnostics.say(problem)
    return EXIT_GOOD


def _refresh(settings: Settings, as_json: bool, ids: bool, route: str | None, stand_in: bool) -> int:
    from console.cli.comparing import endpoints_of
    from console.cli.comparing import stand_in as running_stand_in
    from console.providers.refreshing import refresh

    if settings.read_only and not stand_in:
        raise ReadOnly("refresh would write what it reads, and --read-only forbids it")
    registry = _registry(settings, route)
    place = None if stand_in else listings.folder()  # what a stand-in says is no fact

    async def work(url: str) -> Refresh:
        async with endpoints_of(url, os.environ) as endpoints:
            return await refresh(endpoints, registry, place)

    with diagnostics.progress() as line, running_stand_in(stand_in) as url:
        line.show("reading the providers' lists of models")
        try:
            done = asyncio.run(work(url))
        except OSError as error:
            where = error.filename or place
            raise Refused(f"{where} cannot be written: {error.strerror}", "What was kept is as it was.") from error
    return _tell(done, as_json=as_json, ids=ids, route=route, stand_in=stand_in)


def _tell(done: Refresh, *, as_json: bool, ids: bool, route: str | None, stand_in: bool) -> int:
    if as_json:
        output.emit_json(catalog_text.refreshed(done, route, stand_in))
    elif ids:
        for new in catalog_text.concerning(done.new, route):
            output.emit(new.id)
    else:
        for text in catalog_text.lines(done, route, utc_now().date()):
            output.emit(text)
    if stand_in:
        diagnostics.say("answered by the stand-in: nothing of it was kept")
    if not done.asked:
        raise Unmeasured(f"no key: none of {', '.join(KEY_VARIABLES)} is set", catalog_text.shipped_hold(utc_now()))
    for read in done.failed:
        diagnostics.say(catalog_text.failure(read, utc_now()))
    return EXIT_UNMEASURED if done.failed else EXIT_GOOD


def _registry(settings: Settings, route: str | None) -> Registry | None:
    """The registry, None where there is none: a catalog can be refreshed without one."""
    named = settings.registry or os.environ.get("CONSOLE_REGISTRY")
    if not named and not route and not settings.registry_path.exists():
        return None
    from console.actions.naming import route_named
    from console.registry.reading import read

    registry = read(settings.registry_path).registry
    if route is not None:
        route_named(registry, route)
    return registry
