"""OpenAI's Responses API through its SDK: the only one that some models, or their tools, are served by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
from openai.resources.responses import AsyncResponses

from console.providers.openai_client import SDK, api_version, connect
from console.providers.records import Limits, Question
from console.providers.seen import Malformed, ReportedFault, Seen, count_of, field_of, word_of
from console.providers.shaping import responses_call
from console.providers.transport import is_stream, timeout

__all__ = ["SDK", "api_version", "connect", "stream"]


async def stream(client: openai.AsyncOpenAI, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
    """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
    call = responses_call(question)
    model, messages = call.pop("model"), call.pop("input")
    events = await AsyncResponses(client).create(
        model=model, input=messages, stream=True, extra_body=call, timeout=timeout(limits)
    )
    async with events:
        seen.opened, seen.streamed = True, is_stream(events.response)
        async for event in events:
            piece = _take(event, seen)
            if piece is not None:
                yield piece


def _take(event: Any, seen: Seen) -> str | None:
    """One event: its text, "" for content that is no text, None for anything else."""
    match getattr(event, "type", None):
        case "response.output_text.delta":
            return seen.add_text(event.delta)
        case "response.refusal.delta":
            seen.refused = True
            return seen.add_text(event.delta)
        case "response.output_item.added":
            if field_of(event, "item", "type") == "function_call":
                seen.add_tool(event.output_index, name=event.item.name)
            return ""
        case "response.function_call_arguments.delta":
            seen.add_tool(event.output_index, arguments=event.delta)
            return ""
        case "response.created":
            seen.served_model = word_of(field_of(event, "response", "model")) or ""
        case "response.completed" | "response.incomplete":
            _finish(event.response, seen)
        case "response.failed":
            error = field_of(event, "response", "error")
            raise ReportedFault(str(field_of(error, "code") or "server_error"), str(field_of(error, "message") or ""))
        case "error":
            raise ReportedFault(str(field_of(event, "code") or "server_error"), str(field_of(event, "message") or ""))
    return None


def _finish(response: Any, seen: Seen) -> None:
    status = word_of(field_of(response, "status"))
    if status is None:
        raise Malformed("a response without a status")
    seen.finished = True
    seen.served_model = word_of(field_of(response, "model")) or seen.served_model
    seen.stop_reason = word_of(field_of(response, "incomplete_details", "reason")) or status
    usage = field_of(response, "usage")
    seen.input_tokens = count_of(field_of(usage, "input_tokens"))
    seen.output_tokens = count_of(field_of(usage, "output_tokens"))
    seen.cached_tokens = count_of(field_of(usage, "input_tokens_details", "cached_tokens"))
    seen.cache_write_tokens = count_of(field_of(usage, "input_tokens_details", "cache_write_tokens"))
    seen.reasoning_tokens = count_of(field_of(usage, "output_tokens_details", "reasoning_tokens"))
