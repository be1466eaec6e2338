"""The two questions of a comparison, from a route's models and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from console.compare.records import Pair
from console.domain.errors import Usage
from console.domain.registry import Registry, Route
from console.providers.questions import question_for


def models_of(route: Route) -> tuple[str, str] | None:
    """Which two models a comparison on `route` is about: production and the next in line, or None when it is alone."""
    others = (route.canary.model_id if route.canary else None, route.experimental, route.fallback)
    other = next((model for model in others if model is not None and model != route.production), None)
    return None if other is None else (route.production, other)


def questions_for(
    route: Route,
    registry: Registry,
    prompt: str,
    models: Sequence[str] | None = None,
    *,
    messages: Sequence[Mapping[str, object]] = (),
    system: str = "",
) -> Pair:
    """`prompt` as `route` would send it to production and to the canary (else the experimental, else the fallback).

    `models` names two others. `messages` are the conversation that ends with the prompt, `system` goes before the
    route's own. Parameters that a model rejects are left out for it, with a note. Raises Usage when the prompt is empty
    or there are not two models.
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
    said = messages or ({"role": "user", "content": prompt},)
    left, left_notes = question_for(chosen[0], registry, said, route.params, system)
    right, right_notes = question_for(chosen[1], registry, said, route.params, system)
    return Pair(left, right, prompt, left_notes, right_notes)


def third_model(route: Route, pair: Pair) -> str | None:
    """The route's next model that is not in `pair`, for a third column; None where there is none."""
    taken = {pair.left.model, pair.right.model}
    return next((model for model in (route.experimental, route.fallback) if model and model not in taken), None)


def beside(pair: Pair, route: Route, registry: Registry, model: str) -> Pair:
    """The same left question against `model`: the pair for a third column. The left answer is asked for once."""
    right, notes = question_for(model, registry, pair.left.messages, route.params, pair.left.system)
    return replace(pair, right=right, right_notes=notes)
