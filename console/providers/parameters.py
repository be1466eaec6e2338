"""Which parameters of a route a model accepts: a table of what is renamed or left out, each with its reason.

A route's `params` are written once and sent to both sides of a comparison, so what one side rejects is dropped there,
with a note. What the table does not name is sent as it is: the provider's own refusal is the better message.

Sources: the providers' migration guides and the SDKs (anthropic 2.x sends API version 2026-10-21, which rejects
sampling parameters on every model).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Params = Mapping[str, object]

_NEUTRAL = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "reasoning_effort": "effort",
    "stop_sequences": "stop",
    "instructions": "system",
}
"""Providers' own names of one thing -> the word used here."""


@dataclass(frozen=True, slots=True)
class Note:
    """A parameter that is not sent to a model, and why."""

    parameter: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """On models whose id matches `model`, `parameters` are left out where `when` holds of (value, all parameters)."""

    provider: str
    model: str
    parameters: tuple[str, ...]
    reason: str
    when: Callable[[object, Params], bool] = lambda value, params: True


def _thinks(value: object, params: Params) -> bool:
    return params.get("effort") != "none"


def _not_one(value: object, params: Params) -> bool:
    return value != 1


def _fixed_thinking(value: object, params: Params) -> bool:
    return isinstance(value, Mapping) and value.get("type") in ("enabled", "disabled")


def _forced_tool(value: object, params: Params) -> bool:
    kind = value.get("type") if isinstance(value, Mapping) else value
    return kind not in ("auto", "none")


def _least_effort(value: object, params: Params) -> bool:
    return value in ("none", "minimal")


_SAMPLING = ("temperature", "top_p", "top_k")
_OPENAI_SAMPLING = ("temperature", "top_p", "logprobs", "top_logprobs", "presence_penalty", "frequency_penalty")
_CLAUDE_55 = r"claude-(sonnet|haiku)-5-5"

# In this order: whether a model takes sampling parameters depends on the effort that is really sent.
_RULES: tuple[_Rule, ...] = (
    _Rule("anthropic", "", _SAMPLING, "the API rejects sampling parameters on every Claude model"),
    _Rule(
        "anthropic",
        "",
        ("logprobs", "top_logprobs", "presence_penalty", "frequency_penalty", "seed", "response_format"),
        "only OpenAI's APIs know it",
    ),
    _Rule("anthropic", "", ("effort",), "Claude has no effort below low", _least_effort),
    _Rule("anthropic", _CLAUDE_55, ("thinking",), "this model chooses its thinking itself", _fixed_thinking),
    _Rule("anthropic", _CLAUDE_55, ("tool_choice",), "this model rejects a forced tool", _forced_tool),
    _Rule("openai", r"gpt-6\.[12]", ("effort",), "this model rejects the efforts none and minimal", _least_effort),
    _Rule("openai", r"(o[134](-|$)|gpt-5(-|$))", _OPENAI_SAMPLING, "reasoning models reject sampling parameters"),
    _Rule("openai", r"gpt-6\.2", ("temperature",), "this model accepts no temperature but 1", _not_one),
    _Rule(
        "openai",
        r"(gpt-5\.\d|gpt-6(?!\.2))",
        _OPENAI_SAMPLING,
        "this model accepts sampling parameters only with effort none",
        _thinks,
    ),
    _Rule("openai", "", ("top_k", "thinking", "thinking_budget", "thinking_level"), "OpenAI's APIs do not know it"),
    _Rule("gemini", r"gemini-([3-9]|\d\d)", _SAMPLING, "this model ignores sampling parameters"),
    _Rule("gemini", r"gemini-([3-9]|\d\d)", ("thinking_budget",), "this model takes thinking_level or effort instead"),
)


def neutral(params: Params) -> dict[str, object]:
    """`params` in the words used here: `max_completion_tokens` is `max_tokens`, `reasoning_effort` is `effort`."""
    result: dict[str, object] = {}
    for name, value in params.items():
        result.setdefault(_NEUTRAL.get(name, name), value)
    if "json_schema" not in result and (schema := _schema_in(result)) is not None:
        result["json_schema"] = schema
        result.pop("response_format", None)
    return result


def accepted(model: str, provider: str | None, params: Params) -> tuple[dict[str, object], tuple[Note, ...]]:
    """The part of `params` that `model` accepts, and a note for each one left out."""
    kept = neutral(params)
    name = bare_id(model)
    notes: list[Note] = []
    for rule in _RULES:
        if rule.provider != provider or not re.match(rule.model, name):
            continue
        for parameter in rule.parameters:
            if parameter in kept and rule.when(kept[parameter], kept):
                del kept[parameter]
                notes.append(Note(parameter, rule.reason))
    return kept, tuple(notes)


def needs_responses(model: str, params: Params) -> bool:
    """Whether OpenAI serves `model` with these parameters only through the Responses API."""
    if params.get("api") in ("responses", "chat"):
        return params["api"] == "responses"
    name = bare_id(model)
    if re.match(r"(o\d|gpt-\d(\.\d)?)(-[a-z]+)*-pro\b|gpt-5(\.\d)?-codex|codex-", name):
        return True
    # From 5.6 on, the Chat API takes tools with effort none at most; the Responses API takes them always.
    return bool(params.get("tools")) and re.match(r"gpt-(5\.6|6)", name) is not None


def counts_completion(model: str) -> bool:
    """Whether the Chat API wants `max_completion_tokens` for `model`: all but the models before reasoning."""
    return re.match(r"gpt-(3|4)", bare_id(model)) is None


def bare_id(model: str) -> str:
    """The id without a routing prefix: `openai/gpt-5`, `ft:gpt-4o:team` -> `gpt-5`, `gpt-4o:team`."""
    return model.rpartition("/")[2].removeprefix("ft:").removeprefix("models/").lower()


def _schema_in(params: Params) -> Mapping[str, object] | None:
    """The JSON schema written the way one of the providers takes it."""
    for holder, inner in (("response_format", "json_schema"), ("output_config", "format")):
        value = params.get(holder)
        found = value.get(inner) if isinstance(value, Mapping) else None
        schema = found.get("schema") if isinstance(found, Mapping) else None
        if isinstance(schema, Mapping):
            return schema
    return None
