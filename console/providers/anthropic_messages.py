"""Anthropic's Messages API through its SDK. The raw event stream, so that a broken answer keeps what had arrived."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator

import anthropic
import httpx2

from console.providers.anthropic_events import take
from console.providers.endpoints import Endpoint
from console.providers.records import Limits, Question
from console.providers.seen import Seen
from console.providers.server_events import is_stream
from console.providers.shaping import anthropic_call
from console.providers.transport import timeout

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
        seen.opened, seen.streamed = True, is_stream(events.response.headers)
        async for event in events:
            piece = take(event, seen)
            if piece is not None:
                yield piece
    seen.finished = seen.stop_reason is not None
