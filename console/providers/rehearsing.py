"""A first answer from memory: the SDKs build their parsers on first use, up to 0.7 s that no event loop should stand.

Run in the thread that imports an SDK, through the same code as a real question, without touching the network.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import httpx2

from console.providers.endpoints import Endpoint
from console.providers.records import Limits, Question
from console.providers.seen import Seen

_TEXT = "a"
_USAGE = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
_CHUNK = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": "m"}
_MESSAGE = {"id": "", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": _USAGE}
_RESPONSE = {"id": "", "object": "response", "model": "m", "output": [], "status": "completed", "usage": _USAGE}

_EVENTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "anthropic_messages": (
        {"type": "message_start", "message": _MESSAGE},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": _TEXT}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ),
    "openai_chat": (
        {**_CHUNK, "choices": [{"index": 0, "delta": {"content": _TEXT}, "finish_reason": "stop"}]},
        {**_CHUNK, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}},
    ),
    "openai_responses": (
        {"type": "response.output_text.delta", "delta": _TEXT, "output_index": 0},
        {"type": "response.completed", "response": _RESPONSE},
    ),
}


def rehearse(name: str, adapter: Any) -> str:
    """Let `adapter` read a canned answer; returns its text. Must not be called on a thread with a running loop."""
    body = b"".join(
        b"event: %s\ndata: %s\n\n" % (item.get("type", "").encode(), json.dumps(item).encode())
        for item in _EVENTS[name]
    )
    return asyncio.run(_ask(adapter, body))


async def _ask(adapter: Any, body: bytes) -> str:
    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    seen = Seen(1_000)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
        client = adapter.connect(Endpoint("openai", "http://rehearsal.invalid", "none", stand_in=True), http)
        async with aclosing(adapter.stream(client, Question.of("m", "a"), seen, Limits())) as pieces:
            async for _ in pieces:
                pass
    return seen.text
