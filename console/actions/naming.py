"""Names that people type: the route they mean, and the command that does the same as a key."""

from __future__ import annotations

import shlex
from difflib import get_close_matches

from console.domain.errors import Usage
from console.domain.registry import Registry, Route

LONGEST_REASON = 500
UNTYPED = ' --reason "…"'
"""Stands in a command for a reason that nobody has typed yet."""


def route_named(registry: Registry, name: str) -> Route:
    """The route called `name`. Raises Usage that names the nearest one."""
    route = registry.routes.get(name)
    if route is not None:
        return route
    near = get_close_matches(name.lower(), registry.routes, n=1, cutoff=0.5)
    meant = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(registry.routes)}"
    raise Usage(f'there is no route "{name}"; {meant}')


def command(*words: str, reason: str) -> str:
    """`console promote support --reason "…"`: what a person would type. An empty reason is left to be filled in."""
    text = shlex.join(("console", *words))
    return f"{text} --reason {shlex.quote(reason)}" if reason else text + UNTYPED


def tidy(reason: str) -> str:
    """A typed reason on one line, without what no file should hold."""
    line = " ".join(reason.replace("\0", " ").split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"
