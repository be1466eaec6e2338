"""What a person, the guard or a script asks for: one small record for each action, the same from a key or a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from console.domain.choice import Arm
from console.domain.registry import Tier


@dataclass(frozen=True, slots=True)
class StartCanary:
    """Send a share of a route's users to `model`. `percentage` None: the first step of the ladder."""

    route: str
    model: str
    percentage: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetShare:
    """Change the canary's share: a percentage 0..100, or one step of the ladder up or down."""

    route: str
    to: float | Literal["next", "back"]


@dataclass(frozen=True, slots=True)
class Promote:
    """Make the canary the production model."""

    route: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """Take the canary's traffic away, or swap production and fallback. `arm` None: whichever has just changed, once."""

    route: str
    arm: Arm | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the canary's share where it is, until a person resumes."""

    route: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """End a hold; after a rollback, begin a new rollout at the first step."""

    route: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Take the canary off the route."""

    route: str


@dataclass(frozen=True, slots=True)
class PinTier:
    """Put `model` on a tier of the route: production, fallback or experimental."""

    route: str
    tier: Tier
    model: str


@dataclass(frozen=True, slots=True)
class RecordSuite:
    """Note that the regression suite of `route` ran on `model` today; `result` says in a few words how it went."""

    route: str
    model: str
    passed: bool
    result: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the change with this number. None: the newest change that stands."""

    number: int | None = None


Request = StartCanary | SetShare | Promote | Rollback | Hold | Resume | Drop | PinTier | RecordSuite | Undo
