"""The two questions of a comparison, from a route's models and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.compare.records import Pair
from console.domain.errors import Usage
from console.domain.registry import Registry, Route
from console.providers.catalogue import provider_of
from console.providers.parameters import Note, accepted
from console.providers.records import Question


def models_of(route: Route) -> tuple[str, str] | None:
    """Which two models a comparison on `route` is about: production and the next in line, or None when it is alone."""
    others = (route.canary.model_id if route.canary else None, route.experimental, route.fallback)
    other = next((model for model in others if model is not None and model != route.production), None)
    return None if other is None else (route.production, other)


def questions_for(route: Route, registry: Registry, prompt: str, models: Sequence[str] | None = None) -> Pair:
    """`prompt` as `route` would send it to production and to the canary (else the experimental, else the fallback).

    `models` names two others. Parameters that a model rejects are left out for it, with a note. Raises Usage when the
    prompt is empty or there are not two models.
    """
    if not prompt.strip():
        raise Usage("there is nothing to ask: the prompt is empty")
    chosen = models_of(route) if models is None else tuple(models)
    if chosen is None:
        raise Usage(
            f"{route.name} has only one model",
            f"Start a canary, set experimental, or name two: --models {route.production} OTHER",
        )
    if len(chosen) != 2:
        raise Usage(f"a comparison takes two models, got {len(chosen)}")
    left, left_notes = _question(chosen[0], route.params, registry, prompt)
    right, right_notes = _question(chosen[1], route.params, registry, prompt)
    return Pair(left, right, prompt, left_notes, right_notes)


def _question(
    model: str, params: Mapping[str, object], registry: Registry, prompt: str
) -> tuple[Question, tuple[Note, ...]]:
    pin = registry.models.get(model)
    plain = Question.of(model, prompt)
    provider = provider_of(plain) if pin is None or pin.provider is None else pin.provider
    kept, notes = accepted(model, provider, params)
    system = kept.pop("system", "")
    question = Question(
        model,
        plain.messages,
        system if isinstance(system, str) else "",
        kept,
        provider,
        pin.price if pin else None,
    )
    return question, notes
