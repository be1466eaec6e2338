"""Opening the console on a terminal, or saying what to do where there is none."""

from __future__ import annotations

import locale
import os
import sys

from console.cli.comparing import stand_in
from console.cli.settings import Settings
from console.domain.errors import Usage
from console.providers.endpoints import Endpoints
from console.registry.reading import read
from console.text.safe import NOTHING, SafeText, join, safe_line
from console.view.routes import override_of


def open_console(settings: Settings, *, stand_in_url: str = "") -> int:
    """Run the console until it is left; returns the exit code. Raises Usage without a terminal.

    With `stand_in_url`, or a stand-in of its own where `settings` ask for one, no provider is asked anything.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage(
            "the console needs a terminal",
            "Without one: `console status`, `console promote ROUTE --yes`, and the other commands in `console --help`.",
        )
    registry = read(settings.registry_path).registry  # an invalid file ends here, with its lines, before any screen
    with stand_in(settings.stand_in and not stand_in_url) as own_url:
        return _run(settings, list(registry.routes), stand_in_url or own_url)


def _run(settings: Settings, routes: list[str], stand_in_url: str) -> int:
    from console.tui.app import run
    from console.tui.runtime import Runtime

    def endpoints() -> Endpoints:
        return Endpoints.stand_in(stand_in_url) if stand_in_url else Endpoints.from_environment(os.environ)

    return run(
        Runtime(
            registry=settings.registry_path,
            log=settings.log_path,
            actor=settings.actor,
            endpoints=endpoints,
            read_only=settings.read_only,
            ascii_only=settings.ascii or not _is_utf8(),
            stand_in=bool(stand_in_url),
            override=_override(routes),
        )
    )


def _is_utf8() -> bool:
    return "utf" in (sys.stdout.encoding or locale.getpreferredencoding(False)).lower()


def _override(routes: list[str]) -> SafeText:
    """`LLM_MODEL forces gpt-x on support` in this environment, or ""."""
    forced = [(route, model) for route in routes if (model := override_of(route, os.environ))]
    if not forced:
        return NOTHING
    return join(
        "LLM_MODEL forces ", safe_line(forced[0][1]), " on ", safe_line(", ".join(route for route, _ in forced))
    )
