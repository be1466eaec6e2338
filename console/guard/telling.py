"""What people are told: an alert for each thing that the guard did, could not do, or may not do by itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from console.domain.alerts import Alert, Severity
from console.guard.records import Decision, Sight
from console.history.records import Entry

_SEVERITIES: dict[str, Severity] = {"rollback": "critical", "hold": "warning"}


def history_key(number: int) -> str:
    """The key of the alert about change `number`."""
    return f"history/{number}"


def alert_of_change(entry: Entry) -> Alert:
    """The alert of a change that the guard made. From the history alone: a guard that restarts makes the same one."""
    evidence = entry.evidence or {}
    state = str(evidence.get("state") or "")
    return Alert(
        key=history_key(entry.number),
        severity=_SEVERITIES.get(entry.action, "info"),
        title=entry.summary,
        at=entry.at,
        route=entry.route,
        what=f"The guard changed the registry: {entry.summary}.",
        decided=f"{state}: {entry.reason}" if state in ("regression", "pass") else entry.reason,
        done=f"{entry.summary} (change {entry.number})",
        undo=f'console undo {entry.number} --force --reason "…"',
    )


def alert_of_decision(sight: Sight, decision: Decision, now: datetime) -> Alert:
    """The alert of something that a person has to decide."""
    name = sight.route.name
    return Alert(
        key=decision.key,
        severity=decision.severity,
        title=f"{name}: {decision.sentence}",
        at=now,
        route=name,
        what=f"The guard saw something on {name} that it may not act on by itself.",
        decided=decision.sentence,
        done="nothing was changed",
        undo=f"console rollback {name}" if decision.severity == "critical" else "console status",
    )


def alert_of_failure(sight: Sight, decision: Decision, why: str, now: datetime) -> Alert:
    """The alert of an act that could not be carried out."""
    name = sight.route.name
    rollout = sight.route.rollout_id or name
    return Alert(
        key=f"failed/{decision.kind}/{rollout}/{_short(why)}",
        severity="critical" if decision.kind == "roll back" else "warning",
        title=f"{name}: the guard could not {decision.kind}",
        at=now,
        route=name,
        what=f"The guard tried to {decision.kind} on {name}: {why}",
        decided=decision.sentence,
        done="nothing was changed; the guard tries again",
        undo=f"console rollback {name}" if decision.kind == "roll back" else "console doctor",
    )


def alert_of_registry(name: str, why: str, now: datetime) -> Alert:
    """The alert of a registry that cannot be read. Told once a day for the same reason."""
    return Alert(
        key=f"registry/{_short(why)}/{now.astimezone(UTC):%Y-%m-%d}",
        severity="critical",
        title=f"{name} cannot be read: the guard can change nothing",
        at=now,
        what=why.split("\n")[0],
        done="the guard goes on watching with the last good version, and so do the routers",
        undo="console check, then correct the file",
    )


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
