"""What the parts of alerting hand each other: a channel, what became of one sending, and where an alert comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from console.domain.alerts import Severity
from console.history.outbox import Delivery


class NotSent(Exception):
    """A sending that failed. The message is for people: no address, no key, nothing that the receiver answered.

    `after_s` is how long the receiver asks to be left alone, in seconds, 0 where it does not say.
    """

    def __init__(self, message: str, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.message = message
        self.after_s = after_s


class Channel(Protocol):
    """One way of telling people."""

    def send(self, delivery: Delivery, source: str) -> None:
        """Tell of it, from `source`; on return the receiver has it. Raises NotSent; takes 15 s at most."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to be told. `name` is what the outbox keeps, `shown` its address as people may see it."""

    name: str
    shown: str
    least: Severity
    channel: Channel = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A variable that says nothing usable; `problem` says why, without its value."""

    variable: str
    problem: str
