"""`console alert`: does an alert arrive, what was told to whom, and what failed is tried again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.alerts import Alert
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, EXIT_USAGE, ReadOnly, Usage
from console.guard.alerts.records import NotSent, Target
from console.guard.alerts.sending import Result, attempt, source_of
from console.guard.alerts.targets import NAMES, Targets, from_environment
from console.history.outbox import Delivery, Outbox
from console.history.store import beside
from console.registry.reading import read
from console.text import words
from console.text.clock import utc_now
from console.text.safe import safe_line
from console.text.table import table

ERROR_CHARACTERS = 60


@click.command(
    "alert",
    help="test: tell every target something harmless. list: what was told to whom. retry: send again what failed.",
)
@click.argument("action", type=click.Choice(["test", "list", "retry"]))
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--target", type=click.Choice(NAMES), help="Only this target.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="list: how many.")
@click.option("--unsent", is_flag=True, help="list: only what has not arrived.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def command(
    settings: Settings,
    action: str,
    keys: tuple[str, ...],
    target: str | None,
    limit: int,
    unsent: bool,
    as_json: bool,
) -> int:
    """Do one of the three."""
    if keys and action != "retry":
        raise Usage(f"`console alert {action}` takes no key", "`console alert retry KEY` sends one alert again.")
    found = from_environment(os.environ)
    for bad in found.bad:
        diagnostics.say(f"{bad.variable} {bad.problem}")
    if action == "test":
        return _test(settings, found, target, as_json)
    if not beside(settings.registry_path).exists():
        read(settings.registry_path)  # a mistyped path is not a registry without alerts
    if action == "retry":
        return _retry(settings, found, keys, target, as_json)
    return _list(settings, found, target, limit, unsent, as_json)


def _test(settings: Settings, found: Targets, target: str | None, as_json: bool) -> int:
    if not settings.registry_path.exists():
        read(settings.registry_path)  # the source of the alert would name a file that is none
    chosen = _chosen(found, target)
    if not chosen:
        raise Usage(_nobody(target), "docs/alerts.md names the variables, CONSOLE_ALERTS_SLACK and others.")
    source = source_of(settings.registry_path)
    results = []
    with diagnostics.progress() as line:
        for one in chosen:
            line.show(f"telling {one.name} …")
            results.append(_tried(one, _harmless(utc_now(), settings.actor), source))
    _report(results, {one.name: one.shown for one in chosen}, as_json)
    failed = any(result.error for result in results)
    return EXIT_FAILED if failed else EXIT_USAGE if found.bad and target is None else EXIT_GOOD


def _harmless(at: datetime, actor: str) -> Delivery:
    alert = Alert(
        key="test",
        severity="info",
        title="test alert of the console: nothing happened",
        at=at,
        what=f"{actor} asked whether alerts arrive",
        decided="nothing was measured",
        done="nothing",
        undo="console alert list",
    )
    return Delivery(number=0, target="", alert=alert, id=f"console-test/{secrets.token_hex(8)}")


def _tried(target: Target, delivery: Delivery, source: str) -> Result:
    try:
        target.channel.send(delivery, source)
        if target.name == "pagerduty":  # nobody is to be called for a test
            target.channel.send(replace(delivery, resolves_id=delivery.id), source)
    except NotSent as error:
        return Result(target.name, error.message)
    except Exception as error:  # Apprise's plug-ins are anybody's; its words may quote an address
        return Result(target.name, f"failed with {type(error).__name__}")
    return Result(target.name)


def _report(results: Sequence[Result], shown: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        output.emit_json(
            {
                "results": [
                    {"target": each.target, "address": shown[each.target], "sent": not each.error, "error": each.error}
                    for each in results
                ]
            }
        )
        return
    rows = [[each.target, shown[each.target], each.error or "sent"] for each in results]
    output.emit(table([[safe_line(cell) for cell in row] for row in rows]))


def _retry(settings: Settings, found: Targets, keys: tuple[str, ...], target: str | None, as_json: bool) -> int:
    if settings.read_only:
        raise ReadOnly("nothing was sent again: this console is read-only", "Start it without --read-only.")
    outbox = Outbox(beside(settings.registry_path))
    missing = [key for key in keys if not outbox.has(key)]
    if missing:
        raise Usage(f"there is no alert {missing[0]!r}", "`console alert list` names them.")
    due = outbox.retry(keys)
    chosen = {one.name: one for one in _chosen(found, target)}
    results = list(_resent(outbox, chosen.values(), due, source_of(settings.registry_path)))
    _report(results, {name: one.shown for name, one in chosen.items()}, as_json)
    waiting = outbox.health().waiting
    if not due:
        diagnostics.say("nothing has failed")
    elif waiting:
        diagnostics.say(f"{words.plural(waiting, 'alert waits', 'alerts wait')}; a running guard sends on")
    return EXIT_FAILED if any(result.error for result in results) else EXIT_GOOD


def _resent(outbox: Outbox, targets: Iterable[Target], most: int, source: str) -> Iterator[Result]:
    """One at a time: a claim lasts a minute, and a receiver may take its time."""
    for one in targets:
        for _ in range(most):
            claimed = outbox.claim((one.name,), limit=1)
            if not claimed:
                break
            yield attempt(outbox, one, claimed[0], source)


def _list(settings: Settings, found: Targets, target: str | None, limit: int, unsent: bool, as_json: bool) -> int:
    outbox = Outbox(beside(settings.registry_path))
    told = outbox.deliveries(limit, unsent, target)
    if as_json:
        targets = [{"name": one.name, "address": one.shown, "from": one.least} for one in found.targets]
        problems = [{"variable": bad.variable, "problem": bad.problem} for bad in found.bad]
        alerts = [_fields(each) for each in told]
        output.emit_json({"targets": targets, "problems": problems, "alerts": alerts, "health": outbox.health()})
        return EXIT_GOOD
    for one in found.targets:
        diagnostics.say(f"{one.name}: {one.shown}, from {one.least} on")
    if not found.targets:
        diagnostics.say(_nobody(None))
    if told:
        now = utc_now().timestamp()
        output.emit(table([_row(each, now) for each in told]))
    else:
        diagnostics.say("every alert has arrived" if unsent else "no alert yet")
    return EXIT_GOOD


def _row(delivery: Delivery, now: float) -> list[str]:
    alert = delivery.alert
    return [
        alert.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
        alert.severity,
        safe_line(delivery.target) or words.NONE,
        _state(delivery, now),
        safe_line(alert.key, 60),
        safe_line(alert.title, 100),
    ]


def _state(delivery: Delivery, now: float) -> str:
    if not delivery.target:
        return "no target"
    if delivery.state == "sent":
        return "sent"
    failed = f" after {words.plural(delivery.attempts, 'try', 'tries')}" if delivery.attempts else ""
    why = f": {safe_line(delivery.error, ERROR_CHARACTERS)}" if delivery.error else ""
    if delivery.state == "given up":
        return f"given up{failed}{why}"
    again = f", again in {words.span(delivery.next_at - now)}" if failed and delivery.next_at > now else ""
    return f"waiting{failed}{again}{why}"


def _fields(delivery: Delivery) -> Mapping[str, object]:
    alert = delivery.alert
    return {
        "key": alert.key,
        "id": delivery.id,
        "at": alert.at.astimezone(UTC).isoformat(),
        "severity": alert.severity,
        "route": alert.route or None,
        "title": alert.title,
        "what": alert.what or None,
        "decided": alert.decided or None,
        "done": alert.done or None,
        "undo": alert.undo or None,
        "resolves": alert.resolves or None,
        "target": delivery.target or None,
        "state": delivery.state if delivery.target else "no target",
        "attempts": delivery.attempts,
        "next_try": _instant(delivery.next_at) if delivery.target and delivery.state == "waiting" else None,
        "ended": None if delivery.ended_at is None else _instant(delivery.ended_at),
        "error": delivery.error or None,
    }


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _chosen(found: Targets, target: str | None) -> list[Target]:
    return [one for one in found.targets if target in (None, one.name)]


def _nobody(target: str | None) -> str:
    return f"{target} is not set up in this environment" if target else "nobody is told: no target in this environment"
