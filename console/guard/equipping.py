"""A guard with everything it needs: the post, the outbox and whoever is told. For everybody who runs one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.guard.alerts.sending import Sender, source_of
from console.guard.alerts.targets import Targets, from_environment
from console.guard.post import Post
from console.guard.watching import Guard, watch
from console.history.outbox import Outbox
from console.history.store import beside

SENDING_S = 3.0
"""How long leaving may take while an alert is on its way; what was not sent stays in the outbox."""


@dataclass(frozen=True, slots=True)
class Equipped:
    """A guard, and its claim to the post."""

    guard: Guard
    post: Post


@contextmanager
def equipped(
    registry: Path,
    log: Path,
    say: Callable[[str], None],
    environ: Mapping[str, str] | None = None,
    *,
    notices: bool = True,
) -> Iterator[Equipped]:
    """A guard whose alerts are sent as long as this lasts; `say` hears what happens, from the guard's thread.

    Who is told stands in `environ`, by default this process's environment.
    """
    targets = from_environment(os.environ if environ is None else environ)
    for bad in targets.bad:
        say(f"{bad.variable} {bad.problem}; nobody is told that way")
    outbox = Outbox(beside(registry), targets.names)
    sender = Sender(outbox, targets.targets, source_of(registry)).start()
    guard = Guard(registry, log, outbox, notices=notices, say=say, wake=sender.wake)
    try:
        yield Equipped(guard, Post(registry, setup(log, targets)))
    finally:
        guard.close()
        sender.close(SENDING_S)


def setup(log: Path, targets: Targets) -> Mapping[str, str]:
    """What two guards of one registry may disagree in."""
    return {"log": os.path.realpath(log), "alerts": ", ".join(sorted(targets.names))}


def keep_watch(
    registry: Path,
    log: Path,
    stop: threading.Event,
    say: Callable[[str], None],
    environ: Mapping[str, str] | None = None,
    *,
    notices: bool = True,
) -> None:
    """Guard until `stop` is set; see `equipped`."""
    with equipped(registry, log, say, environ, notices=notices) as own:
        watch(own.guard, own.post, registry, stop, say=say)
