"""A question in the words of each API: three pure functions from a `Question` to the call's JSON.

Tools may be written in either provider's form; `json_schema`, `effort`, `stop`, `max_tokens` and `tool_choice` are said
once and put where the API wants them. Parameters nobody here knows are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.providers.parameters import counts_completion, neutral
from console.providers.records import Question

DEFAULT_MAX_TOKENS = 4_096
"""Anthropic requires a limit. Models that think by default spend hundreds of tokens before the first word."""

_OURS = ("api", "system", "messages", "model", "stream", "stream_options")


def anthropic_call(question: Question) -> dict[str, Any]:
    """The body of `POST /v1/messages`."""
    params = _known(question)
    body: dict[str, Any] = {
        "model": question.model,
        "max_tokens": params.pop("max_tokens", DEFAULT_MAX_TOKENS),
        "messages": [dict(message) for message in question.messages],
    }
    if question.system:
        body["system"] = question.system
    if tools := params.pop("tools", None):
        body["tools"] = [_anthropic_tool(tool) for tool in _sequence(tools)]
    if (choice := params.pop("tool_choice", None)) is not None:
        body["tool_choice"] = _anthropic_choice(choice)
    if (stop := params.pop("stop", None)) is not None:
        body["stop_sequences"] = [stop] if isinstance(stop, str) else list(_sequence(stop))
    config = dict(params.pop("output_config", None) or {})
    if (effort := params.pop("effort", None)) is not None:
        config["effort"] = effort
    if (schema := params.pop("json_schema", None)) is not None:
        config["format"] = {"type": "json_schema", "schema": schema}
    if config:
        body["output_config"] = config
    return {**body, **params}


def chat_call(question: Question) -> dict[str, Any]:
    """The body of `POST /chat/completions`, for OpenAI and for Gemini."""
    params = _known(question)
    messages = [dict(message) for message in question.messages]
    if question.system:
        messages.insert(0, {"role": "system", "content": question.system})
    body: dict[str, Any] = {"model": question.model, "messages": messages}
    if (limit := params.pop("max_tokens", None)) is not None:
        completion = question.provider != "gemini" and counts_completion(question.model)
        body["max_completion_tokens" if completion else "max_tokens"] = limit
    if tools := params.pop("tools", None):
        body["tools"] = [_chat_tool(tool) for tool in _sequence(tools)]
    if (choice := params.pop("tool_choice", None)) is not None:
        body["tool_choice"] = _chat_choice(choice)
    if (effort := params.pop("effort", None)) is not None:
        body["reasoning_effort"] = effort
    if (schema := params.pop("json_schema", None)) is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    thinking = {name: params.pop(name) for name in ("thinking_budget", "thinking_level") if name in params}
    if thinking and question.provider == "gemini":
        body["extra_body"] = {"google": {"thinking_config": thinking}}
    return {**body, **params}


def responses_call(question: Question) -> dict[str, Any]:
    """The body of `POST /responses`. Not stored at the provider unless the route's parameters say so."""
    params = _known(question)
    body: dict[str, Any] = {
        "model": question.model,
        "input": [dict(message) for message in question.messages],
        "store": params.pop("store", False),
    }
    if question.system:
        body["instructions"] = question.system
    if (limit := params.pop("max_tokens", None)) is not None:
        body["max_output_tokens"] = limit
    if tools := params.pop("tools", None):
        body["tools"] = [_responses_tool(tool) for tool in _sequence(tools)]
    if (choice := params.pop("tool_choice", None)) is not None:
        named = _tool_named(choice)
        body["tool_choice"] = {"type": "function", "name": named} if named else _word(choice)
    if (effort := params.pop("effort", None)) is not None:
        body["reasoning"] = {"effort": effort}
    if (schema := params.pop("json_schema", None)) is not None:
        body["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    return {**body, **params}


def _known(question: Question) -> dict[str, Any]:
    return {name: value for name, value in neutral(question.params).items() if name not in _OURS}


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _tool_parts(tool: Any) -> tuple[str, str, object] | None:
    """Name, description and schema of a function, in whichever of the three forms it is written."""
    inner = tool.get("function", tool) if isinstance(tool, Mapping) else None
    if not isinstance(inner, Mapping) or "name" not in inner:
        return None
    if "input_schema" not in inner and "parameters" not in inner:
        return None  # a tool that the provider runs itself, such as web search
    return inner["name"], inner.get("description", ""), inner.get("input_schema", inner.get("parameters"))


def _anthropic_tool(tool: Any) -> Any:
    parts = _tool_parts(tool)
    if parts is None or "input_schema" in tool:
        return tool
    name, description, schema = parts
    return {"name": name, "description": description, "input_schema": schema}


def _chat_tool(tool: Any) -> Any:
    parts = _tool_parts(tool)
    if parts is None or "function" in tool:
        return tool
    name, description, schema = parts
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


def _responses_tool(tool: Any) -> Any:
    parts = _tool_parts(tool)
    if parts is None:
        return tool
    name, description, schema = parts
    return {"type": "function", "name": name, "description": description, "parameters": schema}


_WORDS = {"any": "required", "required": "required", "auto": "auto", "none": "none"}


def _word(choice: object) -> object:
    """A tool choice without a name in OpenAI's words; Anthropic says `any` for `required`."""
    kind = choice.get("type") if isinstance(choice, Mapping) else choice
    return _WORDS.get(kind, choice) if isinstance(kind, str) else choice


def _tool_named(choice: object) -> str | None:
    """The function that `choice` forces, in whichever form it is written."""
    if isinstance(choice, str):
        return None if choice in _WORDS else choice
    if not isinstance(choice, Mapping):
        return None
    inner = choice.get("function", choice)
    name = inner.get("name") if isinstance(inner, Mapping) else None
    return name if isinstance(name, str) else None


def _anthropic_choice(choice: object) -> object:
    if isinstance(choice, Mapping) and choice.get("type") in ("auto", "any", "none", "tool"):
        return choice
    if named := _tool_named(choice):
        return {"type": "tool", "name": named}
    word = _word(choice)
    return {"type": "any" if word == "required" else word} if isinstance(word, str) else choice


def _chat_choice(choice: object) -> object:
    if named := _tool_named(choice):
        return {"type": "function", "function": {"name": named}}
    return _word(choice)
