"""Whether anybody guards the registry, and whether the guard can tell when a freeze ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from console.cli.checks.records import Check
from console.domain.errors import EXIT_INVALID, RegistryInvalid
from console.guard.freezing import problems
from console.registry.reading import read
from console.view.guarded import guard_view, sentence


def guard(registry: Path, now: datetime) -> Iterator[Check]:
    """Who guards, or did last; windows that name a zone which this machine does not know."""
    found = guard_view(registry, now)
    text = sentence(found, now).removeprefix("guard").strip()
    if found is None:
        yield Check("guard", "none", "nobody guards this registry", "`console guard` watches and rolls back by itself.")
    elif not found.alive:
        yield Check("guard", "look", text, "`console guard` watches and rolls back by itself.", {"alive": False})
    elif found.stale:
        hint = "It has the post and does not look: end it, and another one takes over."
        yield Check("guard", "bad", text, hint, {"alive": True, "stale": True})
    else:
        yield Check("guard", "good", text, facts={"alive": True, "since": found.since.isoformat()})
    try:
        known = read(registry).registry
    except RegistryInvalid:
        return  # another check's finding
    for problem in problems(known):
        yield Check("freeze", "bad", problem.text(registry.name), "Names like Europe/Berlin.", exit_code=EXIT_INVALID)
