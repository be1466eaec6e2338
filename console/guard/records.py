"""What the guard sees of a route, what it decides, and what it remembers between two looks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from console.actions.requests import Request
from console.actions.standing import UNKNOWN, Standing
from console.domain.alerts import Severity
from console.domain.registry import Route
from console.verdict.verdict import VerdictState

Kind = Literal["nothing", "roll back", "advance", "promote", "hold", "alert"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the data of a canary cannot carry a step upward now.

    `void` says that the data themselves are in question (another model answered, requests were dropped): such a canary
    is held whoever raises it. Otherwise the guard only sees too little, which stops nobody but the guard. `key` is the
    same for as long as the cause is the same.
    """

    words: str
    key: str
    void: bool = False


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which nothing is raised. `until` is an aware instant, or None where nobody can say."""

    window: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Failing:
    """Production after a promotion: `sentence` says what got worse, `number` is the promotion in the history.

    `back` is the model it would go back to, "" where the route has no way back to what served before.
    """

    sentence: str
    number: int
    back: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A promotion that is watched until `until`: `model` replaced `old`. `failing` where it did not do well."""

    number: int
    model: str
    old: str
    until: datetime
    failing: Failing | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that a decision about one route is made of.

    `state` is the verdict's word, "" where there is none; `sentence` says what decided it. `decided_at` is when the
    evidence closed, `step_since` since when the canary has its share: None where the history cannot tell.
    `done` are the keys of doubts that this rollout was held for already; `overruled` where a person took back the
    guard's rollback of it, who then answers for it.
    """

    route: Route
    state: VerdictState | Literal[""] = ""
    sentence: str = ""
    decided_at: datetime | None = None
    step_since: datetime | None = None
    signals: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    freeze: Freeze | None = None
    watch: Watch | None = None
    done: frozenset[str] = frozenset()
    overruled: bool = False
    standing: Standing = UNKNOWN


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told already, so that it is told once. Lives as long as the process; the outbox knows it longer."""

    told: frozenset[str] = frozenset()

    def and_told(self, *keys: str) -> Memory:
        """The same, and `keys`."""
        return replace(self, told=self.told.union(keys))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard does about a route now, and why; or, with kind "nothing", what it would do next and when.

    `key` is unique for its cause and stays the same after a restart: what is told under it is told once.
    """

    kind: Kind
    sentence: str
    request: Request | None = None
    when: datetime | None = None
    key: str = ""
    covers: tuple[str, ...] = ()
    """Keys of what is said beside the first cause, and not again."""
    severity: Severity = "info"
    standing: Standing = field(default=UNKNOWN, repr=False)

    @property
    def acts(self) -> bool:
        """Whether the registry would be changed."""
        return self.request is not None and self.kind not in ("nothing", "alert")
