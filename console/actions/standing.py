"""What is known about a canary at the moment somebody acts on it: the evidence that the history keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from console.domain.record import record


@record
class Standing:
    """The verdict on a route's canary, handed in by whoever watches it. The default says that nothing is known.

    `state` is the verdict's word ("pass", "regression", "watching", ...; "" without one), `sentence` what decided or
    what is missing. `signals` name metrics that only tell and that got worse: promoting acknowledges them.
    """

    state: str = ""
    sentence: str = ""
    details: tuple[str, ...] = ()
    step_minutes: float | None = None
    """How long the canary has had its present share."""
    production_requests: int = 0
    canary_requests: int = 0
    signals: tuple[str, ...] = ()
    canary_users: int | None = None
    production_users: int | None = None
    rejects: tuple[str, ...] = ()
    """What the candidate rejects of the requests sent today, where that was looked into before a canary starts."""
    may_reject: tuple[str, ...] = ()
    """The same where it depends on something that is not known."""
    decided_at: str = ""
    """When the evidence that decided was complete, in ISO 8601; "" where nothing is decided."""
    preflight: tuple[tuple[str, str, str], ...] = ()
    """The preflight in short: (mark, text, tone) of each line."""

    def evidence(self) -> Mapping[str, Any] | None:
        """The standing as plain JSON data; None when nothing is known."""
        if self == Standing():
            return None
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


UNKNOWN = Standing()
