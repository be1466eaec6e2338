"""One thing that people must be told, in words and numbers only: what every channel sends, each in its own form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""The mildest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What happened, what decided, what was done, and how to undo it. Never text of a prompt or of an answer.

    `key` makes the alert unique for ever: the same key is put once and sent once. `history/<number>` is the alert of
    that change.
    """

    key: str
    severity: Severity
    title: str
    """One line that says it all: `support: canary rolled back to 0 %`."""
    at: datetime
    route: str = ""
    """The route it is about, or "" where it is about all."""
    what: str = ""
    decided: str = ""
    """The sentence that decided, with its numbers: `error rate +2.4 points, limit 1.0, n = 1,212`."""
    done: str = ""
    undo: str = ""
    """The command that takes it back or looks into it, as it is typed."""
    resolves: str = ""
    """The key of an earlier alert that is over with this one, or ""."""


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether `severity` is as bad as `least`, or worse."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)
