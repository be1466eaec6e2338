"""Names that people type: the route they mean, and the command that does the same as a key."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from difflib import get_close_matches

from console.domain.errors import Usage
from console.domain.registry import Registry, Route

LONGEST_REASON = 500
MOST_NAMES = 10
"""A registry may have a thousand routes, and a terminal 24 lines."""
UNTYPED = ' --reason "…"'
"""Stands in a command for a reason that nobody has typed yet."""


def route_named(registry: Registry, name: str) -> Route:
    """The route called `name`. Raises Usage that names the nearest one."""
    route = registry.routes.get(name)
    if route is not None:
        return route
    raise no_route(name, registry.routes)


def no_route(name: str, names: Iterable[str]) -> Usage:
    """The refusal of a route called `name` where there are `names`: it says which one may be meant, else which are."""
    written = {known.casefold(): known for known in names}
    if near := get_close_matches(name.casefold(), written, n=1, cutoff=0.5):
        meant = f'did you mean "{written[near[0]]}"?'
    else:
        meant = f"there are: {_listed(list(written.values()))}" if written else "there is none yet"
    return Usage(f'there is no route "{name}"; {meant}')


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def command(*words: str, reason: str) -> str:
    """`console promote support --reason "…"`: what a person would type. An empty reason is left to be filled in."""
    text = shlex.join(("console", *words))
    return f"{text} --reason {shlex.quote(reason)}" if reason else text + UNTYPED


def tidy(reason: str) -> str:
    """A typed reason on one line, without what no file should hold."""
    line = " ".join(reason.replace("\0", " ").split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"
