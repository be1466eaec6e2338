"""What actions have to know about a model before it may get traffic, and the pin that a new one gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from console.domain.edits import AddTable
from console.domain.errors import Usage
from console.domain.kinds import bad_name
from console.domain.registry import Registry

_PROVIDERS = {"anthropic": "anthropic", "openai": "openai", "google": "gemini", "gemini": "gemini"}
"""The catalog's maker -> the registry's provider. Others are for the user's own configuration to name."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known about one id on one day. `retired` is "retired 3 days ago" or "", `near` a likelier spelling."""

    model_id: str
    kind: str
    why: str = ""
    provider: str = ""
    candidates: tuple[str, ...] = ()
    allow_alias: bool = False
    retired: str = ""
    replacement: str = ""
    clock: str = ""
    near: str = ""
    regression_tested: bool = False
    """The regression suite passed."""
    last_regression_test: date | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should read before this model gets traffic."""
        moving = (f"{self.model_id} is an alias and may move; its pin allows that",) if self.kind == "alias" else ()
        loose = (f"{self.model_id} cannot be pinned: watch it with scheduled regression runs",)
        dated = (f"{self.model_id} {self.clock}",) if self.clock and not self.retired else ()
        return (moving if self.kind != "unknown" else loose) + dated


Lookup = Callable[[str, Registry, date], ModelFacts]


def catalogued(model_id: str, registry: Registry, today: date) -> ModelFacts:
    """The facts of the catalog, with what the pin in the registry adds."""
    # Imported here because the catalog reads data files, which an import of the actions should not wait for.
    from console.catalog.identify import identify
    from console.catalog.lifecycle import clock

    pin = registry.models.get(model_id)
    identity = identify(model_id)
    life = clock(model_id, today, pin)
    over = life is not None and life.deadline and life.days_left is not None and life.days_left < 0
    words = str(life.words) if life is not None and life.deadline else ""
    strange = identity.kind == "unknown" and life is None and pin is None
    near = get_close_matches(model_id, registry.models, n=1, cutoff=0.85) if strange else []
    return ModelFacts(
        model_id,
        identity.kind,
        identity.why,
        _PROVIDERS.get(identity.provider, ""),
        identity.candidates,
        pin is not None and pin.allow_alias,
        words if over else "",
        (life.replacement or "") if life else "",
        words,
        near[0] if near else "",
        pin is not None and pin.regression_tested,
        pin.last_regression_test if pin is not None else None,
    )


def pin_table(facts: ModelFacts, actor: str, reason: str, today: date) -> AddTable:
    """The `[models."ID"]` table of a model that the registry does not have yet."""
    if wrong := bad_name(facts.model_id):
        raise Usage(f"{facts.model_id!r} is not a model id: {wrong}")
    values: dict[str, object] = {"provider": facts.provider} if facts.provider else {}
    values |= {"pinned_date": today, "pinned_by": actor, "reason": reason, "tested": False}
    return AddTable(("models", facts.model_id), values)
