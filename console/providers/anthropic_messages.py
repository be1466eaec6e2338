"""Anthropic's Messages API through its SDK. The raw event stream, so that a broken answer keeps what had arrived."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2

from console.providers.endpoints import Endpoint
from console.providers.records import Limits, Question
from console.providers.seen import Malformed, Seen, count_of, field_of, word_of
from console.providers.shaping import anthropic_call
from console.providers.transport import is_stream, timeout

SDK = f"anthropic {anthropic.__version__}"

# Retirement is shown from the catalog; the SDK's own warning would be printed across the screen.
warnings.filterwarnings("ignore", message="The model '.*' is deprecated", category=DeprecationWarning)


def connect(endpoint: Endpoint, http: httpx2.AsyncClient) -> anthropic.AsyncAnthropic:
    """A client over `http` that retries nothing by itself."""
    return anthropic.AsyncAnthropic(
        api_key=endpoint.key,
        base_url=endpoint.base_url,
        max_retries=0,
        open_telemetry=False,
        http_client=http,
    )


def api_version(client: anthropic.AsyncAnthropic) -> str:
    """The version of the API that the SDK asks for: it decides which parameters are accepted."""
    return str(client.default_headers.get("anthropic-version", ""))


async def stream(
    client: anthropic.AsyncAnthropic, question: Question, seen: Seen, limits: Limits
) -> AsyncIterator[str]:
    """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
    call = anthropic_call(question)
    required = {name: call.pop(name) for name in ("model", "max_tokens", "messages")}
    # Everything else as plain JSON: a parameter this SDK has no name for must reach the API and get its answer.
    events = await client.messages.create(**required, stream=True, extra_body=call, timeout=timeout(limits))
    async with events:
        seen.opened, seen.streamed = True, is_stream(events.response)
        async for event in events:
            piece = _take(event, seen)
            if piece is not None:
                yield piece
    seen.finished = seen.stop_reason is not None


def _take(event: Any, seen: Seen) -> str | None:
    """One event: its text, "" for content that is no text, None for anything else."""
    match getattr(event, "type", None):
        case "message_start":
            seen.served_model = word_of(field_of(event, "message", "model")) or ""
            _usage(field_of(event, "message", "usage"), seen)
        case "content_block_start":
            block = field_of(event, "content_block")
            if field_of(block, "type") == "tool_use":
                seen.add_tool(event.index, name=block.name)
                return ""
        case "content_block_delta":
            return _delta(event, seen)
        case "message_delta":
            seen.stop_reason = word_of(field_of(event, "delta", "stop_reason")) or seen.stop_reason
            _usage(field_of(event, "usage"), seen)
    return None


def _delta(event: Any, seen: Seen) -> str:
    match field_of(event, "delta", "type"):
        case "text_delta":
            return seen.add_text(event.delta.text)
        case "input_json_delta":
            seen.add_tool(event.index, arguments=event.delta.partial_json)
        case None:
            raise Malformed("a delta without a type")
    return ""


def _usage(usage: Any, seen: Seen) -> None:
    """Counts are running totals; what a later event leaves out keeps its earlier value."""
    for name, theirs in (
        ("output_tokens", count_of(field_of(usage, "output_tokens"))),
        ("cached_tokens", count_of(field_of(usage, "cache_read_input_tokens"))),
        ("cache_write_tokens", count_of(field_of(usage, "cache_creation_input_tokens"))),
        ("reasoning_tokens", count_of(field_of(usage, "output_tokens_details", "thinking_tokens"))),
        ("uncached_tokens", count_of(field_of(usage, "input_tokens"))),
    ):
        if theirs is not None:
            setattr(seen, name, theirs)
    if seen.uncached_tokens is not None:
        seen.input_tokens = seen.uncached_tokens + (seen.cached_tokens or 0) + (seen.cache_write_tokens or 0)
