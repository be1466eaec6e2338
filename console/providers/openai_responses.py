"""OpenAI's Responses API through its SDK: the only one that some models, or their tools, are served by."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
from openai.resources.responses import AsyncResponses

from console.providers.openai_client import SDK, api_version, connect
from console.providers.records import Limits, Question
from console.providers.responses_events import take
from console.providers.seen import Seen
from console.providers.server_events import is_stream
from console.providers.shaping import responses_call
from console.providers.transport import timeout

__all__ = ["SDK", "api_version", "connect", "stream"]


async def stream(client: openai.AsyncOpenAI, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
    """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
    call = responses_call(question)
    model, messages = call.pop("model"), call.pop("input")
    events = await AsyncResponses(client).create(
        model=model, input=messages, stream=True, extra_body=call, timeout=timeout(limits)
    )
    async with events:
        seen.opened, seen.streamed = True, is_stream(events.response.headers)
        async for event in events:
            piece = take(event, seen)
            if piece is not None:
                yield piece
