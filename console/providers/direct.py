"""The three APIs without their SDKs, for many questions at once: an SDK costs seconds to load and 2 ms an answer.

What is sent and how events are read is what the SDK's adapters use; only the SDK in between is missing. The same tests
hold both to the same answers, requests and faults.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from console.domain.record import record
from console.providers import anthropic_events, chat_events, responses_events
from console.providers.endpoints import Endpoint
from console.providers.records import Limits, Question
from console.providers.seen import Malformed, Seen
from console.providers.server_events import EventReader, ServerEvent, is_stream
from console.providers.shaping import anthropic_call, chat_call, responses_call
from console.providers.wire import Carried, Carrier, carrier

# By name, since what the package exports is above this layer, and none of it is needed.
SDK = f"none (console {import_module('console').__version__})"
ANTHROPIC_VERSION = "2026-10-21"
"""What the installed SDK asks for; a test holds the two together."""
OPENAI_VERSION = "v1"
_LARGEST_ERROR = 100_000


class Rejected(Exception):
    """The provider answered with an error: `status_code`, `body` as parsed, `response` for its headers."""

    def __init__(self, status_code: int, body: object, response: Carried) -> None:
        super().__init__(status_code)
        self.status_code = status_code
        self.body = body
        self.response = response
        inner = body.get("error", body) if isinstance(body, dict) else None
        self.param = inner.get("param") if isinstance(inner, dict) else None


@dataclass(frozen=True, slots=True)
class Client:
    """Where requests go, what each carries, and the connections that are free. The key is not in its `repr`.

    One carrier for each connection: a pool of 50 looks through all of them, twice for every request.
    """

    endpoint: Endpoint
    headers: Mapping[str, str] = field(repr=False)
    free: list[Carrier] = field(repr=False)

    def take(self, limits: Limits) -> Carrier:
        """A connection that is free, or one more."""
        return self.free.pop() if self.free else carrier(self.endpoint, limits)

    async def close(self) -> None:
        """Close every connection; those in use are closed by whoever uses them."""
        while self.free:
            await self.free.pop().aclose()


@record
class DirectAdapter:
    """One API: `path` under the base url, `body` of a question, `read` of its events into what was seen."""

    path: str
    version: str
    body: Callable[[Question], dict[str, Any]]
    read: Callable[[ServerEvent, Seen], list[str]]
    headers: Callable[[Endpoint], Mapping[str, str]]
    ends_by_stop_reason: bool = True
    SDK: str = SDK

    def connect(self, endpoint: Endpoint, http: Carrier) -> Client:
        """A client for `endpoint`, with `http` as its first connection."""
        return Client(endpoint, self.headers(endpoint), [http])

    def api_version(self, client: Client) -> str:
        """The version of the API that is asked for."""
        return self.version

    async def stream(self, client: Client, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
        """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
        http = client.take(limits)
        try:
            async with aclosing(self._read(http, client, question, seen, limits)) as pieces:
                async for piece in pieces:
                    yield piece
        except BaseException:
            await http.aclose()
            raise
        client.free.append(http)
        if self.ends_by_stop_reason:
            seen.finished = seen.stop_reason is not None

    async def _read(
        self, http: Carrier, client: Client, question: Question, seen: Seen, limits: Limits
    ) -> AsyncGenerator[str, None]:
        url = client.endpoint.base_url.rstrip("/") + self.path
        body = _encoded(self.body(question))
        times = (limits.connect_s, limits.total_s, limits.total_s, limits.total_s)
        async with http.stream("POST", url, content=body, headers=client.headers, timeout=times) as response:
            if not 200 <= response.status_code < 300:
                raise Rejected(response.status_code, await _error_body(response), response)
            seen.opened, seen.streamed = True, is_stream(response.headers)
            reader = EventReader()
            async for received in response.aiter_bytes():
                # What arrived together is handed on together: a piece for each word would cost more than the rest.
                pieces: list[str] = []
                try:
                    for event in reader.feed(received):
                        pieces += self.read(event, seen)
                finally:
                    if pieces:
                        yield "".join(pieces)


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


async def _error_body(response: Carried) -> object:
    """The provider's own words about the error: JSON, or None where it is something else or too much."""
    read = bytearray()
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > _LARGEST_ERROR:
            return None
    try:
        return json.loads(read)
    except (ValueError, RecursionError):
        return None


def _namespace(text: str) -> Any:
    try:
        return json.loads(text, object_hook=lambda found: SimpleNamespace(**found))
    except RecursionError as error:
        raise Malformed("nested too deeply") from error


def _read_anthropic(event: ServerEvent, seen: Seen) -> list[str]:
    if event.name == "error":
        raise _reported(event.data)
    if event.name in ("", "ping") or not event.data:
        return []
    piece = anthropic_events.take(_namespace(event.data), seen)
    return [] if piece is None else [piece]


def _read_chat(event: ServerEvent, seen: Seen) -> list[str]:
    return chat_events.take(found, seen) if (found := _openai(event)) is not None else []


def _read_responses(event: ServerEvent, seen: Seen) -> list[str]:
    piece = responses_events.take(found, seen) if (found := _openai(event)) is not None else None
    return [] if piece is None else [piece]


def _openai(event: ServerEvent) -> Any:
    """The event's data; None after the last one. Raises what it reports as an error."""
    if event.data.startswith("[DONE]"):
        return None
    found = _namespace(event.data)
    if getattr(found, "error", None):
        raise _reported(event.data)
    return found


def _reported(data: str) -> Exception:
    """The error that the provider sent in a stream which began well."""
    error = Exception("reported in the stream")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return Malformed("an error that is not JSON")
    error.body = body  # type: ignore[attr-defined]
    return error


def _anthropic_headers(endpoint: Endpoint) -> Mapping[str, str]:
    return {**_headers(endpoint), "anthropic-version": ANTHROPIC_VERSION}


def _openai_headers(endpoint: Endpoint) -> Mapping[str, str]:
    headers = _headers(endpoint)
    if endpoint.provider == "openai" and not endpoint.stand_in:
        for name, variable in (("openai-organization", "OPENAI_ORG_ID"), ("openai-project", "OPENAI_PROJECT_ID")):
            if value := os.environ.get(variable):
                headers[name] = value
    return headers


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {
        "authorization": f"Bearer {endpoint.key}",
        "content-type": "application/json",
        "accept": "text/event-stream",
        "user-agent": "model-console",
    }


def _chat_body(question: Question) -> dict[str, Any]:
    return {**chat_call(question), "stream": True, "stream_options": {"include_usage": True}}


ADAPTERS: Mapping[str, DirectAdapter] = {
    "anthropic_messages": DirectAdapter(
        "/v1/messages",
        ANTHROPIC_VERSION,
        lambda question: {**anthropic_call(question), "stream": True},
        _read_anthropic,
        _anthropic_headers,
    ),
    "openai_chat": DirectAdapter("/chat/completions", OPENAI_VERSION, _chat_body, _read_chat, _openai_headers),
    "openai_responses": DirectAdapter(
        "/responses",
        OPENAI_VERSION,
        lambda question: {**responses_call(question), "stream": True},
        _read_responses,
        _openai_headers,
        ends_by_stop_reason=False,
    ),
}
