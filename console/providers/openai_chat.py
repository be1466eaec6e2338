"""OpenAI's Chat Completions API through its SDK; Gemini too, which speaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
from openai.resources.chat.completions import AsyncCompletions

from console.providers.chat_events import take
from console.providers.openai_client import SDK, api_version, connect
from console.providers.records import Limits, Question
from console.providers.seen import Seen
from console.providers.server_events import is_stream
from console.providers.shaping import chat_call
from console.providers.transport import timeout

__all__ = ["SDK", "api_version", "connect", "stream"]


async def stream(client: openai.AsyncOpenAI, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
    """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
    call = chat_call(question)
    model, messages = call.pop("model"), call.pop("messages")
    events = await AsyncCompletions(client).create(
        model=model,
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
        extra_body=call,
        timeout=timeout(limits),
    )
    async with events:
        seen.opened, seen.streamed = True, is_stream(events.response.headers)
        async for chunk in events:
            for piece in take(chunk, seen):
                yield piece
    seen.finished = seen.stop_reason is not None
