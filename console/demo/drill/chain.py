"""Watches the chain of a drill: the history, the file, every application's router and the outbox, link by link."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from console.demo.drill.application import Met, read_report
from console.demo.drill.receiver import Receiver
from console.demo.drill.records import Drill, Link, LinkName
from console.domain.errors import ConsoleError
from console.guard.post import ACTOR
from console.guard.telling import history_key
from console.history.outbox import Outbox
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.watching import signature
from console.text import words

LOOK_S = 0.05
AFTER_WRITE_S = 20.0
"""How long routers and alerts may take once the file is written."""


@dataclass(slots=True)
class Seen:
    """What has been seen of the chain so far. Times are epoch seconds, 0 before."""

    fault_at: float = 0.0
    entry: Entry | None = None
    written_at: float = 0.0
    alert_at: float = 0.0
    told: str = ""
    met: tuple[Met, ...] = ()

    @property
    def switched_at(self) -> float:
        """When the last router followed; 0 before that."""
        times = [met.switched_at for met in self.met]
        return max(times) if times and all(times) else 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is left to wait for."""
        return bool(self.entry and self.written_at and self.switched_at and self.alert_at)


class Chain:
    """Looks at one drill's files. `reports` are those of the applications."""

    def __init__(
        self, drill: Drill, registry: Path, reports: Sequence[Path], receiver: Receiver | None, fault_at: float
    ) -> None:
        self._drill, self._registry = drill, registry
        self._reports, self._receiver = reports, receiver
        self._history = History(beside(registry))
        self._outbox = Outbox(beside(registry))
        self._signature: object = None
        self.seen = Seen(fault_at)

    def follow(self, alive: Callable[[], str]) -> str:
        """Look until everything was seen; returns what is wrong where that does not happen. `alive` names a death."""
        until = time.monotonic() + self._drill.patience_s
        while not self.seen.done:
            problem = alive()
            if problem:
                return problem
            had = self.seen.entry
            self._look()
            if had is None and self._only_told():
                return "auto_rollback is off on this route: the guard told of it, and nobody rolls back"
            if had is None and self.seen.entry is not None:
                until = time.monotonic() + AFTER_WRITE_S
            if time.monotonic() > until:
                return "" if self.seen.entry else self._nothing_happened()
            time.sleep(LOOK_S)
        self._look()
        return ""

    def _only_told(self) -> bool:
        """Whether the guard left the rollback to a person."""
        try:
            told = self._outbox.deliveries()
        except ConsoleError:
            return False
        return any(
            each.alert.key.startswith("regression/")
            and each.alert.route == self._drill.route
            and each.alert.at.timestamp() >= self.seen.fault_at
            for each in told
        )

    def _nothing_happened(self) -> str:
        return f"no rollback within {words.span(self._drill.patience_s)}"

    def _look(self) -> None:
        seen = self.seen
        seen.met = tuple(map(read_report, self._reports))
        now = signature(self._history.path)
        if seen.entry is None and now != self._signature:
            self._signature = now
            seen.entry = self._rollback()
        if seen.entry is not None:
            self._look_at_file(seen.entry)
            self._look_at_alert(seen.entry)

    def _rollback(self) -> Entry | None:
        try:
            entries = self._history.entries(limit=10, route=self._drill.route)
        except ConsoleError:  # locked for a moment
            return None
        return next(
            (
                entry
                for entry in entries
                if entry.actor == ACTOR and entry.action == "rollback" and entry.at.timestamp() >= self.seen.fault_at
            ),
            None,
        )

    def _look_at_file(self, entry: Entry) -> None:
        if self.seen.written_at:
            return
        try:
            if self._registry.read_bytes() == entry.after:
                self.seen.written_at = self._registry.stat().st_mtime
        except OSError:
            return

    def _look_at_alert(self, entry: Entry) -> None:
        if self.seen.alert_at:
            return
        key = history_key(entry.number)
        try:
            mine = [each for each in self._outbox.deliveries() if each.alert.key == key and each.target]
        except ConsoleError:
            return
        self.seen.told = ", ".join(
            f"{each.target} {'has it' if each.state == 'sent' else each.error or 'is waited for'}" for each in mine
        )
        if mine and all(each.state == "sent" for each in mine):
            arrived = self._receiver.arrived(key) if self._receiver else ()
            self.seen.alert_at = max([*arrived, *(() if arrived else (each.ended_at or 0.0 for each in mine))])


def links(seen: Seen, drill: Drill) -> tuple[Link, ...]:
    """The chain in words."""
    entry = seen.entry
    first = min((met.first_failed_at for met in seen.met if met.first_failed_at), default=0.0)
    decided = _decided_at(entry)
    switched = sum(1 for met in seen.met if met.switched_at)
    found: tuple[tuple[LinkName, float, str], ...] = (
        ("fault", first, "the first request that met it" if first else "no canary request met it"),
        ("evidence", decided, "the slot of 10 s that decided was complete" if decided else "no verdict"),
        ("verdict", entry.at.timestamp() if entry else 0.0, entry.reason if entry else "no rollback"),
        ("write", seen.written_at, f"{entry.summary} (change {entry.number})" if entry else "nothing was written"),
        ("routers", seen.switched_at, f"{switched} of {words.plural(len(seen.met), 'process', 'processes')} switched"),
        ("alert", seen.alert_at, seen.told or "no target is configured: nobody was told"),
    )
    chain, before = list[Link](), seen.fault_at
    for name, at, detail in found:
        if not at:
            chain.append(Link(name, None, None, detail))
            continue
        start = seen.written_at if name == "alert" and seen.written_at else before
        chain.append(Link(name, at - seen.fault_at, max(0.0, at - start), detail))
        before = at
    return tuple(chain)


def _decided_at(entry: Entry | None) -> float:
    text = str((entry.evidence or {}).get("decided_at") or "") if entry else ""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
