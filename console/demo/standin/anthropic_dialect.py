"""Anthropic Messages: `/v1/messages`, streamed or whole."""

from __future__ import annotations

import json
from collections.abc import Mapping

from console.demo.standin.asked import (
    Asked,
    BadRequest,
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
from console.demo.standin.contract import claude_rejects, signature_of

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STOPS = {"end": "end_turn", "length": "max_tokens", "refusal": "refusal", "tool": "tool_use"}
_REFUSED = {"type": "refusal", "category": "general_harms", "explanation": "The stand-in was told to refuse."}


class AnthropicDialect:
    """The Messages API."""

    def __init__(self, *, counting: bool = False) -> None:
        self._counting = counting
        """Whether only tokens are counted, which needs no `max_tokens`."""

    def read(self, body: Mapping[str, object]) -> Asked:
        """The request in common words. Raises BadRequest."""
        messages = messages_in(body, "messages")
        limit = whole_number(body, "max_tokens")
        if limit is None and not self._counting:
            raise BadRequest("max_tokens: Field required", "max_tokens")
        system = body.get("system", "")
        parts = system if isinstance(system, list) else []
        form = mapping(mapping(body.get("output_config")).get("format"))
        tools = body.get("tools")
        texts = (text_of(system), *(text_of(message) for message in messages), compact(tools) if tools else "")
        schema = form.get("schema")
        return Asked(
            model=model_in(body),
            prompt=last_user_text(messages),
            everything="\n".join(texts),
            stream=body.get("stream") is True,
            max_tokens=limit,
            schema=schema if isinstance(schema, dict) else None,
            tools=tool_names(tools),
            cacheable=text_of(system) if any("cache_control" in mapping(part) for part in parts) else "",
        )

    def rejects(self, asked: Asked, body: Mapping[str, object], headers: Mapping[str, str]) -> Rejection | None:
        """Why the asked model does not accept this request, or None."""
        return claude_rejects(asked.model, body, headers.get("anthropic-version", ""))

    def error(self, rejection: Rejection) -> dict[str, object]:
        """The JSON body of an error."""
        kind = _ERRORS.get(rejection.status, "api_error")
        return {
            "type": "error",
            "error": {"type": kind, "message": rejection.message},
            "request_id": "req_standin",
        }

    def whole(self, reply: Reply) -> dict[str, object]:
        """The JSON body of an answer that is not streamed."""
        blocks: list[dict[str, object]] = [_thinking(reply)] if reply.thinking_tokens else []
        if reply.tool:
            blocks.append({**_block(reply), "input": json.loads(reply.text)})
        elif reply.text and reply.stop != "refusal":
            blocks.append({"type": "text", "text": reply.text})
        unfinished = reply.damage == "no final event"
        return {
            **_message(reply),
            "content": blocks,
            "stop_reason": None if unfinished else _STOPS[reply.stop],
            "stop_details": _REFUSED if reply.stop == "refusal" else None,
            "usage": _usage(reply, reply.output_tokens),
        }

    def opening(self, reply: Reply) -> bytes:
        """The events before the first text."""
        message = {**_message(reply), "content": [], "stop_reason": None, "usage": _usage(reply, 1)}
        start = event({"type": "message_start", "message": message}, "message_start")
        parts = [start, event({"type": "ping"}, "ping")]
        if reply.thinking_tokens:
            thinking = {**_thinking(reply), "signature": ""}
            delta: dict[str, object] = {"type": "signature_delta", "signature": signature_of(reply.served)}
            parts += [_start(0, thinking), _delta(0, delta), _stop(0)]
        if _has_block(reply):
            parts.append(_start(_index(reply), _block(reply)))
        return b"".join(parts)

    def piece(self, reply: Reply, number: int, text: str) -> bytes:
        """The event that carries portion `number` (from 0)."""
        if not _has_block(reply):
            return b""
        if reply.tool:
            return _delta(_index(reply), {"type": "input_json_delta", "partial_json": text})
        return _delta(_index(reply), {"type": "text_delta", "text": text})

    def closing(self, reply: Reply) -> bytes:
        """The events after the last text."""
        delta = {
            "stop_reason": _STOPS[reply.stop],
            "stop_sequence": None,
            "stop_details": _REFUSED if reply.stop == "refusal" else None,
        }
        usage = _usage(reply, reply.output_tokens)
        end = event({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta")
        block = _stop(_index(reply)) if _has_block(reply) else b""
        return block + end + event({"type": "message_stop"}, "message_stop")

    def failure(self, reply: Reply) -> bytes:
        """The event of an error inside a stream that began well."""
        return event(self.error(Rejection(529, "Overloaded")), "error")


def _message(reply: Reply) -> dict[str, object]:
    return {
        "id": f"msg_{reply.id}",
        "type": "message",
        "role": "assistant",
        "model": reply.served,
        "stop_sequence": None,
    }


def _usage(reply: Reply, output_tokens: int) -> dict[str, object]:
    return {
        "input_tokens": reply.input_tokens,
        "cache_creation_input_tokens": reply.cache_write_tokens,
        "cache_read_input_tokens": reply.cached_tokens,
        "output_tokens": output_tokens,
        "output_tokens_details": {"thinking_tokens": min(reply.thinking_tokens, output_tokens)},
        "service_tier": "standard",
    }


def _has_block(reply: Reply) -> bool:
    return reply.stop != "refusal" and reply.damage != "empty"


def _index(reply: Reply) -> int:
    return 1 if reply.thinking_tokens else 0


def _thinking(reply: Reply) -> dict[str, object]:
    return {"type": "thinking", "thinking": "", "signature": signature_of(reply.served)}


def _block(reply: Reply) -> dict[str, object]:
    if reply.tool:
        return {"type": "tool_use", "id": f"toolu_{reply.id}", "name": reply.tool, "input": {}}
    return {"type": "text", "text": ""}


def _start(index: int, block: dict[str, object]) -> bytes:
    return event({"type": "content_block_start", "index": index, "content_block": block}, "content_block_start")


def _delta(index: int, delta: dict[str, object]) -> bytes:
    return event({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")


def _stop(index: int) -> bytes:
    return event({"type": "content_block_stop", "index": index}, "content_block_stop")
