"""Whether anybody is told when something happens, and whether what was told has arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from console.cli.checks.records import Check
from console.domain.errors import HistoryInvalid
from console.guard.alerts.targets import from_environment
from console.history.outbox import Outbox
from console.history.store import beside
from console.text import words


def targets(environment: Mapping[str, str]) -> Iterator[Check]:
    """Who is told, by masked addresses, and which variables say nothing usable."""
    found = from_environment(environment)
    for target in found.targets:
        yield Check(target.name, "good", f"{target.shown}, from {target.least} on", facts={"from": target.least})
    for bad in found.bad:
        yield Check(bad.variable, "bad", bad.problem, "docs/alerts.md says what it must be.")
    if not found.targets:
        hint = "`console alert test` tries what CONSOLE_ALERTS_SLACK and others name."
        yield Check("targets", "none", "nobody is told by this environment", hint)


def outbox(registry: Path) -> Iterator[Check]:
    """What has not arrived. A history that cannot be read is another check's finding."""
    try:
        health = Outbox(beside(registry)).health()
    except HistoryInvalid:
        return
    facts = {"waiting": health.waiting, "failing": health.failing, "given_up": health.given_up}
    if not health.not_arrived:
        text = f"{words.plural(health.waiting, 'alert is', 'alerts are')} on the way" if health.waiting else "empty"
        yield Check("outbox", "good", text, facts=facts)
        return
    hint = "`console alert list --unsent` shows them, `console alert retry` sends them again."
    yield Check("outbox", "look", health.not_arrived, hint, facts)
