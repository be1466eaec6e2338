"""What is wrong with an id in the code or in the registry, on a given day, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from console.catalog.identify import Identity, identify
from console.catalog.lifecycle import REROUTED, Lifecycle, clock, lifecycle
from console.catalog.platforms import place
from console.catalog.source.records import Use
from console.catalog.source.troubles import Finding, Level, Trouble
from console.domain.registry import Pin, Registry

WITHIN_DAYS = 30
"""A retirement this near fails the check: time for a canary, its ladder and one attempt more."""
HORIZON_DAYS = 90
"""A retirement this near is a warning."""
_ORDER: Mapping[Level, int] = {"error": 0, "warning": 1, "advice": 2}


@dataclass(frozen=True, slots=True)
class Standard:
    """What ids are judged by: the registry where there is one, the day (UTC), and how near an end fails the check."""

    today: date
    pins: Mapping[tuple[str, str], Pin] | None = None
    within_days: int = WITHIN_DAYS

    def pin(self, model_id: str) -> Pin | None:
        """The pin of the same model, however it is spelt."""
        return self.pins.get(_key(model_id)) if self.pins is not None else None


def standard(today: date, registry: Registry | None = None, within_days: int = WITHIN_DAYS) -> Standard:
    """The standard that a registry sets; without one nothing is missing from it."""
    pins = {_key(model_id): pin for model_id, pin in registry.models.items()} if registry is not None else None
    return Standard(today, pins, within_days)


def findings(uses: Iterable[Use], by: Standard) -> tuple[Finding, ...]:
    """The uses with which something is wrong, in their order."""
    known: dict[str, tuple[Trouble, ...]] = {}
    found = []
    for use in uses:
        if use.model not in known:
            known[use.model] = troubles(use.model, by)
        if known[use.model]:
            found.append(Finding(use, identify(use.model).kind, known[use.model]))
    return tuple(found)


def troubles(model_id: str, by: Standard) -> tuple[Trouble, ...]:
    """Everything that is wrong with one id, the gravest first."""
    identity, pin = identify(model_id), by.pin(model_id)
    found = [*_ending(model_id, pin, by)]
    if identity.kind == "alias" and not (pin and pin.allow_alias):
        found.append(_moving(identity, by.today))
    if identity.kind == "unknown" and pin is None:
        found.append(Trouble("unknown", "warning", f"cannot be pinned: {_sentence(identity.why)}"))
    if by.pins is not None and pin is None:
        found.append(Trouble("unlisted", "error", "not in the registry, so no canary or rollback reaches it"))
    return tuple(sorted(found, key=lambda trouble: _ORDER[trouble.level]))


def _ending(model_id: str, pin: Pin | None, by: Standard) -> Iterable[Trouble]:
    ends = clock(model_id, by.today, pin)
    life = lifecycle(model_id)
    instead = ends.replacement or "" if ends else ""
    if ends is None:
        return
    if ends.days_left is not None and ends.deadline:
        if ends.days_left < 0:
            silently = ": another model answers its requests" if _is_rerouted(life, pin) else ""
            yield Trouble("retired", "error", f"{ends.words}{silently}", instead)
        elif ends.days_left <= max(HORIZON_DAYS, by.within_days):
            level: Level = "error" if ends.days_left <= by.within_days else "warning"
            yield Trouble("retires", level, str(ends.words), instead)
    elif life is not None and life.state in ("retired", "rerouted"):
        yield Trouble("retired", "error", "retired, on a day that is not known", instead)
    elif life is not None and (life.state == "deprecated" or life.gone):
        yield Trouble("deprecated", "warning", str(ends.words), instead)


def _is_rerouted(life: Lifecycle | None, pin: Pin | None) -> bool:
    """Whether its provider answers with another model from its last day on; a date of the registry says nothing."""
    return life is not None and life.retires_kind in REROUTED and (pin is None or pin.retires is None)


def _moving(identity: Identity, today: date) -> Trouble:
    alive = [one for one in identity.candidates if not _ended(one, today)]
    instead = alive[-1] if alive else ""
    others = f"; it could be {', '.join(alive)}" if len(alive) > 1 else ""
    return Trouble("alias", "error", f"alias: may move to other weights{others}", instead)


def _ended(model_id: str, today: date) -> bool:
    ends = clock(model_id, today)
    return ends is not None and ends.deadline and ends.days_left is not None and ends.days_left < 0


def _sentence(why: str) -> str:
    return why[:1].lower() + why[1:].rstrip(".")


def _key(model_id: str) -> tuple[str, str]:
    where = place(model_id.strip().lower())
    return (where.platform, f"{where.name}{where.build}") if where.name else ("", model_id.strip().lower())
