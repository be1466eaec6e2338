"""What the provider layer asks the catalog: who serves a model, what it costs, what replaces it. Loaded when asked."""

from __future__ import annotations

from datetime import datetime

from console.providers.records import Question
from console.providers.seen import Seen

_NAMES = {"google": "gemini"}
"""The catalog's name of a maker -> the registry's name of its API."""


def provider_of(question: Question) -> str | None:
    """Who serves the question's model: what the registry says, else what the id says, else None."""
    if question.provider:
        return question.provider
    from console.catalog.identify import identify

    identity = identify(question.model)
    name = identity.platform or identity.provider
    return _NAMES.get(name, name) or None


def cost_usd(question: Question, provider: str, seen: Seen, at: datetime) -> float | None:
    """The price in USD of what was used, by the served model; None where tokens or price are not known."""
    if seen.input_tokens is None or seen.output_tokens is None:
        return None
    from console.catalog.prices import price_usd

    return price_usd(
        seen.served_model or question.model,
        provider,
        seen.input_tokens,
        seen.output_tokens,
        seen.cached_tokens or 0,
        seen.cache_write_tokens or 0,
        at,
        question.price,
    )


def retirement_hint(model: str) -> str:
    """What to do about a model that its provider does not know: the named replacement of a retired one, if any."""
    from console.catalog.lifecycle import lifecycle

    life = lifecycle(model)
    if life is None or not life.replacement:
        return "It is retired, misspelt, or not open to this key: `console identify` says what is known of it."
    ended = "It was retired; its" if life.state in ("retired", "rerouted") else "Its"
    return f"{ended} named replacement is {life.replacement}."


def prepare() -> None:
    """Load the price list (a third of a second), so that the first price does not wait for it."""
    from console.catalog.prices import price_usd

    price_usd("claude-haiku-4-5-20251001", "anthropic", 1, 1)
