"""OpenAI Chat Completions: `/v1/chat/completions`, which Google's compatible endpoint speaks too."""

from __future__ import annotations

from collections.abc import Mapping

from console.demo.standin.asked import (
    Asked,
    Rejection,
    Reply,
    compact,
    event,
    last_user_text,
    mapping,
    messages_in,
    model_in,
    text_of,
    tool_names,
    whole_number,
)
from console.demo.standin.contract import gemini_rejects, gpt_rejects

CACHED_FROM_CHARACTERS = 4096
"""OpenAI caches prefixes of 1,024 tokens and more by itself."""
CREATED = 1_790_000_000
_STOPS = {"end": "stop", "length": "length", "refusal": "stop", "tool": "tool_calls"}
_KINDS = {401: "invalid_request_error", 429: "rate_limit_error"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def openai_error(rejection: Rejection) -> dict[str, object]:
    """The JSON body of an error, the same for both of OpenAI's APIs."""
    server = rejection.status >= 500
    kind = "server_error" if server else _KINDS.get(rejection.status, "invalid_request_error")
    code = rejection.code or _CODES.get(rejection.status)
    return {"error": {"message": rejection.message, "type": kind, "param": rejection.param, "code": code}}


class ChatDialect:
    """The Chat Completions API."""

    def read(self, body: Mapping[str, object]) -> Asked:
        """The request in common words. Raises BadRequest."""
        messages = messages_in(body, "messages")
        tools = body.get("tools")
        form = mapping(mapping(body.get("response_format")).get("json_schema"))
        schema = form.get("schema")
        system = "\n".join(text_of(m.get("content")) for m in messages if m.get("role") in ("system", "developer"))
        limit = whole_number(body, "max_completion_tokens") or whole_number(body, "max_tokens")
        texts = (*(text_of(message.get("content")) for message in messages), compact(tools) if tools else "")
        return Asked(
            model=model_in(body),
            prompt=last_user_text(messages),
            everything="\n".join(texts),
            stream=body.get("stream") is True,
            max_tokens=limit,
            schema=schema if isinstance(schema, dict) else None,
            tools=tool_names(tools),
            cacheable=system if len(system) >= CACHED_FROM_CHARACTERS else "",
            usage_in_stream=mapping(body.get("stream_options")).get("include_usage") is True,
        )

    def rejects(self, asked: Asked, body: Mapping[str, object], headers: Mapping[str, str]) -> Rejection | None:
        """Why the asked model does not accept this request, or None."""
        return gpt_rejects(asked.model, body, chat=True) or gemini_rejects(asked.model, body)

    def error(self, rejection: Rejection) -> dict[str, object]:
        """The JSON body of an error."""
        return openai_error(rejection)

    def whole(self, reply: Reply) -> dict[str, object]:
        """The JSON body of an answer that is not streamed."""
        refused = reply.stop == "refusal"
        message: dict[str, object] = {
            "role": "assistant",
            "content": None if refused or reply.tool else reply.text,
            "refusal": reply.text if refused else None,
        }
        if reply.tool:
            message["tool_calls"] = [_call(reply, reply.text)]
        finish = None if reply.damage == "no final event" else _STOPS[reply.stop]
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        return {**_head(reply, "chat.completion"), "choices": [choice], "usage": _usage(reply)}

    def opening(self, reply: Reply) -> bytes:
        """The events before the first text."""
        delta: dict[str, object] = {"role": "assistant", "content": None if reply.tool else "", "refusal": None}
        if reply.tool:
            delta["tool_calls"] = [{"index": 0, **_call(reply, "")}]
        return _chunk(reply, delta)

    def piece(self, reply: Reply, number: int, text: str) -> bytes:
        """The event that carries portion `number` (from 0)."""
        if reply.stop == "refusal":
            return _chunk(reply, {"refusal": text})
        if reply.tool:
            return _chunk(reply, {"tool_calls": [{"index": 0, "function": {"arguments": text}}]})
        return _chunk(reply, {"content": text})

    def closing(self, reply: Reply) -> bytes:
        """The events after the last text."""
        end = _chunk(reply, {}, _STOPS[reply.stop])
        if reply.usage_in_stream:
            end += event({**_head(reply, "chat.completion.chunk"), "choices": [], "usage": _usage(reply)})
        return end + b"data: [DONE]\n\n"

    def failure(self, reply: Reply) -> bytes:
        """The event of an error inside a stream that began well."""
        return event(openai_error(Rejection(500, "The server had an error while processing your request")))


def _head(reply: Reply, kind: str) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": kind,
        "created": CREATED,
        "model": reply.served,
        "system_fingerprint": "fp_stand_in",
    }


def _chunk(reply: Reply, delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return event({**_head(reply, "chat.completion.chunk"), "choices": [choice]})


def _call(reply: Reply, arguments: str) -> dict[str, object]:
    function = {"name": reply.tool, "arguments": arguments}
    return {"id": f"call_{reply.id}", "type": "function", "function": function}


def _usage(reply: Reply) -> dict[str, object]:
    prompt = reply.input_tokens + reply.cached_tokens + reply.cache_write_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": reply.output_tokens,
        "total_tokens": prompt + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens, "cache_write_tokens": reply.cache_write_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
    }
