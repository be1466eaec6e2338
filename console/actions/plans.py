"""A plan: everything there is to say about a change before it is made. Dialogs, `--dry-run` and scripts read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from console.actions.gates import OK, GateResult, Level
from console.actions.models import Lookup, ModelFacts
from console.actions.naming import route_named
from console.actions.requests import Request
from console.actions.standing import UNKNOWN, Standing
from console.domain.edits import DropKey, Edit
from console.domain.errors import Refused
from console.domain.registry import Registry, Route
from console.registry.lines import Diff
from console.registry.reading import Snapshot

CANARY_KEYS = ("canary", "canary_percentage", "canary_start", "canary_held")


@dataclass(frozen=True, slots=True)
class World:
    """What planning works on: the file as records and as plain data, and who asks when.

    `reason` is "" until a person has typed one; `now` is an aware UTC instant.
    """

    registry: Registry
    plain: Mapping[str, Any]
    actor: str
    now: datetime
    lookup: Lookup
    reason: str = ""
    standing: Standing = UNKNOWN

    def route(self, name: str) -> Route:
        """The route of that name. Raises Usage, with the nearest name, where there is none."""
        return route_named(self.registry, name)

    def drop_canary(self, route: str) -> tuple[DropKey, ...]:
        """The edits that take every trace of a canary off the route."""
        table = self.plain["routes"][route]
        return tuple(DropKey(("routes", route, key)) for key in CANARY_KEYS if key in table)

    def facts(self, model_id: str) -> ModelFacts:
        """What is known about a model today."""
        return self.lookup(model_id, self.registry, self.now.date())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One change: what it does, what it needs, how it is undone. Percentages are 0..100.

    `refusal` says why it cannot be done now; with `forceable` it can, with `--force --reason`. `needs_reason` asks for
    a typed reason, and `gate.sentence` says what for. A plan is bound to the bytes in `snapshot`.
    """

    request: Request
    action: str
    """The verb of the command, as the history keeps it: "promote", also where a step led there."""
    route: str
    title: str
    verb: str
    """The label of the button: "Promote"."""
    summary: str
    """"support canary 5 → 25 %"."""
    command: str
    edits: tuple[Edit, ...] = ()
    model_id: str = ""
    """The model whose share or tier changes."""
    arm: Literal["production", "canary", ""] = ""
    before: float = 0
    after: float = 0
    lowers: bool = False
    """Takes traffic away from the model that is on trial, or that is being rolled back: never blocked."""
    gate: GateResult = OK
    notes: tuple[str, ...] = ()
    undo: str = "console undo"
    undo_note: str = ""
    undoes: int | None = None
    replacement: bytes | None = field(default=None, repr=False)
    """The whole file to give back, where undo can restore every byte."""
    reason: str = ""
    refusal: Refused | None = None
    at: datetime | None = None
    standing: Standing = UNKNOWN
    diff: Diff = ()
    snapshot: Snapshot | None = field(default=None, repr=False)

    @property
    def needs_reason(self) -> bool:
        """Whether a typed reason is asked for."""
        return self.gate.level in (Level.REASON, Level.FORCE)

    @property
    def forceable(self) -> bool:
        """Whether `--force` with a reason overrides the refusal."""
        return self.gate.level is Level.FORCE

    @property
    def seen(self) -> str:
        """The sha256 of the file that this was planned on."""
        return self.snapshot.sha256 if self.snapshot else ""
