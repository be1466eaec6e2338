"""OpenAI Responses: `/v1/responses`, streamed or whole."""

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
from console.demo.standin.chat_dialect import CACHED_FROM_CHARACTERS, CREATED, openai_error
from console.demo.standin.contract import gpt_rejects

_FIRST_PIECE = 4
"""Sequence number of the first text event: created, in progress, item added and part added come before it."""


class ResponsesDialect:
    """The Responses API."""

    def read(self, body: Mapping[str, object]) -> Asked:
        """The request in common words. Raises BadRequest."""
        given = body.get("input")
        messages = [{"role": "user", "content": given}] if isinstance(given, str) else messages_in(body, "input")
        tools = body.get("tools")
        schema = mapping(mapping(body.get("text")).get("format")).get("schema")
        system = text_of(body.get("instructions"))
        texts = (system, *(text_of(m.get("content")) for m in messages), compact(tools) if tools else "")
        return Asked(
            model=model_in(body),
            prompt=last_user_text(messages),
            everything="\n".join(texts),
            stream=body.get("stream") is True,
            max_tokens=whole_number(body, "max_output_tokens"),
            schema=schema if isinstance(schema, dict) else None,
            tools=tool_names(tools),
            cacheable=system if len(system) >= CACHED_FROM_CHARACTERS else "",
        )

    def rejects(self, asked: Asked, body: Mapping[str, object], headers: Mapping[str, str]) -> Rejection | None:
        """Why the asked model does not accept this request, or None."""
        return gpt_rejects(asked.model, body, chat=False)

    def error(self, rejection: Rejection) -> dict[str, object]:
        """The JSON body of an error."""
        return openai_error(rejection)

    def whole(self, reply: Reply) -> dict[str, object]:
        """The JSON body of an answer that is not streamed."""
        if reply.damage == "no final event":
            return _response(reply, "in_progress", done=True)
        return _response(reply, _final_status(reply), done=True)

    def opening(self, reply: Reply) -> bytes:
        """The events before the first text."""
        started = _response(reply, "in_progress", done=False)
        parts = [_event("response.created", 0, response=started), _event("response.in_progress", 1, response=started)]
        if _has_item(reply):
            parts.append(_event("response.output_item.added", 2, output_index=0, item=_item(reply, done=False)))
            if not reply.tool:
                place = _place(reply, 0)
                parts.append(_event("response.content_part.added", 3, **place, part=_part(reply, done=False)))
        return b"".join(parts)

    def piece(self, reply: Reply, number: int, text: str) -> bytes:
        """The event that carries portion `number` (from 0)."""
        if not _has_item(reply):
            return b""
        sequence = _FIRST_PIECE + number
        if reply.tool:
            where = {"item_id": _item_id(reply), "output_index": 0}
            return _event("response.function_call_arguments.delta", sequence, **where, delta=text)
        if reply.stop == "refusal":
            return _event("response.refusal.delta", sequence, **_place(reply, 0), delta=text)
        return _event("response.output_text.delta", sequence, **_place(reply, 0), delta=text, logprobs=[])

    def closing(self, reply: Reply) -> bytes:
        """The events after the last text."""
        sequence = _FIRST_PIECE + len(reply.pieces)
        parts = list(_item_done(reply, sequence)) if _has_item(reply) else []
        status = _final_status(reply)
        return b"".join(parts) + _event(
            f"response.{status}", sequence + 3, response=_response(reply, status, done=True)
        )

    def failure(self, reply: Reply) -> bytes:
        """The event of an error inside a stream that began well."""
        response = _response(reply, "failed", done=False)
        response["error"] = {"code": "server_error", "message": "The model failed to generate a response."}
        return _event("response.failed", _FIRST_PIECE + len(reply.pieces), response=response)


def _item_done(reply: Reply, sequence: int) -> tuple[bytes, bytes, bytes]:
    item = _event("response.output_item.done", sequence + 2, output_index=0, item=_item(reply, done=True))
    if reply.tool:
        where: dict[str, object] = {"item_id": _item_id(reply), "output_index": 0, "name": reply.tool}
        return _event("response.function_call_arguments.done", sequence, **where, arguments=reply.text), b"", item
    place = _place(reply, 0)
    if reply.stop == "refusal":
        text = _event("response.refusal.done", sequence, **place, refusal=reply.text)
    else:
        text = _event("response.output_text.done", sequence, **place, text=reply.text, logprobs=[])
    return text, _event("response.content_part.done", sequence + 1, **place, part=_part(reply, done=True)), item


def _event(kind: str, sequence: int, **fields: object) -> bytes:
    return event({"type": kind, "sequence_number": sequence, **fields}, kind)


def _has_item(reply: Reply) -> bool:
    return reply.damage != "empty"


def _final_status(reply: Reply) -> str:
    return "incomplete" if reply.stop == "length" else "completed"


def _item_id(reply: Reply) -> str:
    return f"{'fc' if reply.tool else 'msg'}_{reply.id}"


def _place(reply: Reply, content_index: int) -> dict[str, object]:
    return {"item_id": _item_id(reply), "output_index": 0, "content_index": content_index}


def _part(reply: Reply, *, done: bool) -> dict[str, object]:
    text = reply.text if done else ""
    if reply.stop == "refusal":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item(reply: Reply, *, done: bool) -> dict[str, object]:
    status = "completed" if done else "in_progress"
    if reply.tool:
        arguments = reply.text if done else ""
        call = {"type": "function_call", "call_id": f"call_{reply.id}", "name": reply.tool, "arguments": arguments}
        return {"id": _item_id(reply), "status": status, **call}
    content = [_part(reply, done=True)] if done else []
    return {"id": _item_id(reply), "type": "message", "role": "assistant", "status": status, "content": content}


def _response(reply: Reply, status: str, *, done: bool) -> dict[str, object]:
    return {
        "id": f"resp_{reply.id}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": None,
        "metadata": {"stand-in": "1"},
        "model": reply.served,
        "output": [_item(reply, done=True)] if done and _has_item(reply) else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _usage(reply) if done else None,
    }


def _usage(reply: Reply) -> dict[str, object]:
    given = reply.input_tokens + reply.cached_tokens + reply.cache_write_tokens
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": reply.cached_tokens, "cache_write_tokens": reply.cache_write_tokens},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
        "total_tokens": given + reply.output_tokens,
    }
