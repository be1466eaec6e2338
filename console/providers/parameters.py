"""Which parameters of a route a model accepts: what is renamed or left out, each with its reason.

A route's `params` are written once and sent to both sides of a comparison, so what one side rejects is dropped there,
with a note. What the catalog's table does not name is sent as it is: the provider's own refusal is the better message.
"""

from __future__ import annotations

from collections.abc import Mapping

from console.catalog.contract import hits, rules
from console.catalog.platforms import bare_id
from console.domain.record import record

__all__ = ["Note", "accepted", "bare_id", "counts_completion", "needs_responses", "neutral", "neutral_name"]

Params = Mapping[str, object]

_NEUTRAL = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "reasoning_effort": "effort",
    "stop_sequences": "stop",
    "instructions": "system",
}
"""Providers' own names of one thing -> the word used here."""


@record
class Note:
    """A parameter that is not sent to a model, and why."""

    parameter: str
    reason: str


def neutral_name(name: str) -> str:
    """The word used here for a provider's own name: `reasoning_effort` is `effort`."""
    return _NEUTRAL.get(name, name)


def neutral(params: Params) -> dict[str, object]:
    """`params` in the words used here: `max_completion_tokens` is `max_tokens`, `reasoning_effort` is `effort`."""
    result: dict[str, object] = {}
    for name, value in params.items():
        result.setdefault(neutral_name(name), value)
    if "json_schema" not in result and (schema := _schema_in(result)) is not None:
        result["json_schema"] = schema
        result.pop("response_format", None)
    return result


def accepted(model: str, provider: str | None, params: Params) -> tuple[dict[str, object], tuple[Note, ...]]:
    """The part of `params` that `model` accepts, and a note for each one left out."""
    kept = neutral(params)
    notes: list[Note] = []
    for hit in hits(provider, model, kept):
        if hit.rule.effect in ("rejected", "ignored"):
            del kept[hit.parameter]
            notes.append(Note(hit.parameter, hit.rule.reason))
    return kept, tuple(notes)


def needs_responses(model: str, params: Params) -> bool:
    """Whether OpenAI serves `model` with these parameters only through the Responses API.

    Tools that the Chat API takes with effort none at most count too: the Responses API takes them always.
    """
    if params.get("api") in ("responses", "chat"):
        return params["api"] == "responses"
    moved = _chat_rules(model, "moved")
    return "messages" in moved or ("tools" in moved and bool(params.get("tools")))


def counts_completion(model: str) -> bool:
    """Whether the Chat API wants `max_completion_tokens` for `model`: all but the models before reasoning."""
    return "max_tokens" in _chat_rules(model, "renamed")


def _chat_rules(model: str, effect: str) -> set[str]:
    """The parameters on which OpenAI's Chat API has a rule with this `effect` for `model`."""
    name = bare_id(model)
    named = [rule for rule in rules() if rule.api == "chat" and rule.effect == effect and rule.names("openai", name)]
    return {parameter for rule in named for parameter in rule.parameters}


def _schema_in(params: Params) -> Mapping[str, object] | None:
    """The JSON schema written the way one of the providers takes it."""
    for holder, inner in (("response_format", "json_schema"), ("output_config", "format")):
        value = params.get(holder)
        found = value.get(inner) if isinstance(value, Mapping) else None
        schema = found.get("schema") if isinstance(found, Mapping) else None
        if isinstance(schema, Mapping):
            return schema
    return None
