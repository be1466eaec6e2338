"""Opening the console on a terminal, or saying what to do where there is none."""

from __future__ import annotations

import gc
import locale
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.settings import Settings
from console.domain.errors import Usage
from console.registry.reading import Snapshot, read
from console.routing.lanes import forced
from console.text.ascii import is_c_locale
from console.text.safe import NOTHING, SafeText, join, safe_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from console.providers.endpoints import Endpoints
    from console.tui.drawing.canvas import Canvas

PATIENCE_S = 0.6
"""A first look that takes longer is shown by the screen, which is loaded meanwhile."""


def open_console(settings: Settings, *, stand_in_url: str = "", demo: Callable[[], int] | None = None) -> int:
    """Run the console until it is left; returns the exit code. Raises Usage without a terminal.

    With `stand_in_url`, or a stand-in of its own where `settings` ask for one, no provider is asked anything. Whoever
    gives the url has an invented world: a guard in it tells nobody outside. `demo` is what whoever has no registry
    yet may choose instead.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage(
            "the console needs a terminal",
            "Without one: `console status`, `console promote ROUTE --yes`, and the other commands in `console --help`.",
        )
    if _is_first_run(settings):
        from console.cli.first_run import welcome

        chosen, code = welcome(settings, ascii_only=is_ascii_only(settings))
        if chosen == "demo" and demo is not None:
            return demo()
        if chosen is None:
            return code
    if settings.guard and settings.read_only:
        raise Usage("a guard changes the registry, and this console is read-only", "Leave out --guard or --read-only.")
    found = read(settings.registry_path)  # an invalid file ends here, with its lines, before any screen
    if not settings.stand_in or stand_in_url:
        return _run(settings, found, stand_in_url, tells=not stand_in_url)
    from console.cli.comparing import stand_in

    with stand_in(True) as own_url:
        return _run(settings, found, own_url)


def _run(settings: Settings, registry: Snapshot, stand_in_url: str, *, tells: bool = True) -> int:
    gc.disable()  # nothing is garbage yet; the screen turns it on with its first numbers, a tenth of a second earlier
    from console.tui import keymap
    from console.tui.drawing.screen import draw_screen
    from console.tui.leading_on import fleet_with_ways_on
    from console.tui.opening import opening
    from console.tui.runtime import Runtime

    def endpoints() -> Endpoints:
        from console.providers.endpoints import Endpoints

        return Endpoints.stand_in(stand_in_url) if stand_in_url else Endpoints.from_environment(os.environ)

    runtime = Runtime(
        registry=settings.registry_path,
        log=settings.log_path,
        actor=settings.actor,
        endpoints=endpoints,
        read_only=settings.read_only,
        ascii_only=is_ascii_only(settings),
        stand_in=bool(stand_in_url),
        override=_override(list(registry.registry.routes)),
        keys=keymap.load(_keys_path()),
        keep_watch=None if settings.read_only else _keep_watch(settings, tells),
        guards=settings.guard,
    )
    first = runtime.first_look(registry)

    def draw(width: int, height: int) -> Canvas | None:
        look = first.within(PATIENCE_S)
        if look is None:
            return None
        view = fleet_with_ways_on(look, runtime.keys, read_only=runtime.read_only)
        return draw_screen(view, width, height, runtime.override)

    with opening(draw, ascii_only=runtime.ascii_only) as opened:
        from console.tui.app import run  # takes longer than all before it

        return run(replace(runtime, first=first, opened=opened))


def _keep_watch(settings: Settings, tells: bool) -> Callable[[Event, Callable[[str], None]], None]:
    """The guard of this console, loaded when somebody starts it. Without `tells` nobody hears of what it does."""

    def watch(stop: Event, say: Callable[[str], None]) -> None:
        from console.guard.equipping import keep_watch

        keep_watch(settings.registry_path, settings.log_path, stop, say, None if tells else {})

    return watch


def _is_first_run(settings: Settings) -> bool:
    """Whether nobody named a registry and there is none: a path that was given and is wrong is an error."""
    named = settings.registry or os.environ.get("CONSOLE_REGISTRY")
    return not named and not os.path.lexists(settings.registry_path)


def _keys_path() -> Path:
    """Where this user's own keys are: `CONSOLE_KEYS`, else `keys.toml` among the user's settings."""
    named = os.environ.get("CONSOLE_KEYS")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("console", appauthor=False) / "keys.toml"


def is_ascii_only(settings: Settings) -> bool:
    """Whether to draw with ASCII characters: asked for, or all that the terminal has."""
    encoding = sys.stdout.encoding or locale.getpreferredencoding(False)
    return settings.ascii or "utf" not in encoding.lower() or is_c_locale(os.environ)


def _override(routes: list[str]) -> SafeText:
    """`LLM_MODEL forces gpt-x on support` in this environment, or ""."""
    named = [(route, model) for route in routes if (model := forced(route, os.environ))]
    if not named:
        return NOTHING
    return join("LLM_MODEL forces ", safe_line(named[0][1]), " on ", safe_line(", ".join(route for route, _ in named)))
