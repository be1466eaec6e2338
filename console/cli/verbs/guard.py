"""`console guard`: the watcher, in the foreground, for systemd, a container, or a terminal of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, RegistryInvalid
from console.domain.registry import Registry
from console.guard.equipping import equipped, keep_watch
from console.guard.freezing import problems
from console.guard.post import holder
from console.guard.watching import Guard, Seen
from console.history.outbox import Outbox
from console.history.store import beside
from console.registry.reading import read
from console.text import words
from console.text.clock import utc_now
from console.text.safe import safe_line

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@click.command("guard", help="Watch every route; roll back a regression, advance a pass where that is allowed.")
@click.option("--once", is_flag=True, help="One round, then leave. Exit 1 where a canary is a regression.")
@click.option("--dry-run", is_flag=True, help="One round that changes and tells nothing: what it would do.")
@click.option("--json", "as_json", is_flag=True, help="With --once or --dry-run: print one JSON document.")
@common
def command(settings: Settings, once: bool, dry_run: bool, as_json: bool) -> int:
    """Watch until a signal ends it."""
    _must_have_zones(settings, read(settings.registry_path).registry)
    if dry_run or settings.read_only:
        return _dry(settings, as_json)
    return _once(settings, as_json) if once else _forever(settings)


def _forever(settings: Settings) -> int:
    count = len(read(settings.registry_path).registry.routes)
    diagnostics.say(f"guarding {words.plural(count, 'route')} of {settings.registry_path}; ctrl+c leaves")
    with _stopped_by_signals() as stop:
        keep_watch(settings.registry_path, settings.log_path, stop, _say)
    diagnostics.say("the guard left its post")
    return EXIT_GOOD


def _once(settings: Settings, as_json: bool) -> int:
    with equipped(settings.registry_path, settings.log_path, _say) as own:
        if own.post.take(utc_now()):
            try:
                return _print(own.guard.round(), as_json)
            finally:
                own.post.leave()
    other = holder(settings.registry_path)
    name = other.name if other else "another guard"
    diagnostics.say(f"nothing was done: {name} guards this registry")
    if as_json:
        output.emit_json({"held_by": name, "routes": []})
    return EXIT_GOOD


def _dry(settings: Settings, as_json: bool) -> int:
    guard = Guard(settings.registry_path, settings.log_path, Outbox(beside(settings.registry_path)), acts=False)
    try:
        return _print(guard.round(), as_json)
    finally:
        guard.close()


def _print(seen: Sequence[Seen], as_json: bool) -> int:
    if as_json:
        output.emit_json({"held_by": None, "routes": [_fields(each) for each in seen]})
    for each in () if as_json else seen:
        intent = each.intent
        when = f", {intent.when:%Y-%m-%d %H:%M} UTC" if intent.when else ""
        output.emit(f"{safe_line(intent.route)}  {intent.kind}{when}: {safe_line(intent.sentence)}")
    return EXIT_FAILED if any(each.sight.state == "regression" for each in seen) else EXIT_GOOD


def _fields(seen: Seen) -> dict[str, object]:
    return {
        "route": seen.sight.route.name,
        "verdict": seen.sight.state or None,
        "decision": seen.decision.kind,
        "sentence": seen.decision.sentence,
        "when": seen.decision.when.isoformat() if seen.decision.when else None,
        "history": seen.number,
        "problem": seen.problem or None,
    }


def _must_have_zones(settings: Settings, registry: Registry) -> None:
    found = problems(registry)
    if found:
        hint = "Names are those of the tz database, such as Europe/Berlin; `pip install tzdata` brings them along."
        raise RegistryInvalid(str(settings.registry_path), found, hint)


def _say(line: str) -> None:
    diagnostics.say(safe_line(line))


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that a signal sets. What is being done is finished: a handler runs beside it and stops nothing."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
