"""From a route's parameters to the question that one model accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.domain.registry import Registry
from console.providers.catalogue import provider_of
from console.providers.parameters import Note, accepted
from console.providers.records import Question


def question_for(
    model: str,
    registry: Registry,
    messages: Sequence[Mapping[str, object]],
    params: Mapping[str, object],
    system: str = "",
) -> tuple[Question, tuple[Note, ...]]:
    """`messages` as they are sent to `model`, and a note for each parameter that it is not sent.

    The registry says who serves the model and what it costs, where it does. `system`, where there is one, goes before
    the parameters' own.
    """
    pin = registry.models.get(model)
    plain = Question(model, tuple(messages))
    provider = provider_of(plain) if pin is None or pin.provider is None else pin.provider
    kept, notes = accepted(model, provider, params)
    own = kept.pop("system", "")
    said = system or (own if isinstance(own, str) else "")
    return Question(model, plain.messages, said, kept, provider, pin.price if pin else None), notes
