"""A small real HTTP server that speaks the providers' streams as scripted, faults included."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from console.providers.adapters import warm
from console.providers.asking import ask
from console.providers.endpoints import Endpoints
from console.providers.records import Answer, Limits, Question

WORDS = ["Your parcel", " left on", " Tuesday."]


def event(data: Any, name: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + b"data: " + text.encode("utf-8", "surrogatepass") + b"\n\n"


def anthropic_events(
    words: list[str] = WORDS,
    model: str = "claude-sonnet-5-5",
    stop: str | None = "end_turn",
    usage: dict[str, Any] | None = None,
    blocks: list[list[dict[str, Any]]] | None = None,
) -> list[bytes]:
    use = usage or {"input_tokens": 10, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 30}
    message = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "usage": {**use, "output_tokens": 1}}}
    ]
    events.append({"type": "ping"})
    if blocks is None:
        blocks = [
            [
                {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
                *({"type": "content_block_delta", "delta": {"type": "text_delta", "text": word}} for word in words),
                {"type": "content_block_stop"},
            ]
        ]
    events += [{**item, "index": index} for index, block in enumerate(blocks) for item in block]
    if stop is not None:
        final = {"output_tokens": 42, "output_tokens_details": {"thinking_tokens": 7}}
        events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": final})
        events.append({"type": "message_stop"})
    return [event(item, item["type"]) for item in events]


def chat_events(
    words: list[str] = WORDS,
    model: str = "gpt-5.4-mini-2026-03-17",
    stop: str | None = "stop",
    deltas: list[dict[str, Any]] | None = None,
    usage: dict[str, Any] | None = None,
) -> list[bytes]:
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None}

    pieces = [{"content": word} for word in words] if deltas is None else deltas
    events: list[Any] = [chunk({"role": "assistant", "content": ""}), *(chunk(piece) for piece in pieces)]
    if stop is not None:
        spent = usage or {
            "prompt_tokens": 240,
            "completion_tokens": 42,
            "total_tokens": 282,
            "prompt_tokens_details": {"cached_tokens": 200},
            "completion_tokens_details": {"reasoning_tokens": 7},
        }
        events += [chunk({}, stop), {**base, "choices": [], "usage": spent}, "[DONE]"]
    return [event(item) for item in events]


def responses_events(
    words: list[str] = WORDS,
    model: str = "gpt-6.1",
    end: str | None = "completed",
    extra: list[dict[str, Any]] | None = None,
    reason: str = "max_output_tokens",
) -> list[bytes]:
    base: dict[str, Any] = {"id": "r", "object": "response", "model": model, "output": []}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {**base, "status": "in_progress"}}]
    events += extra or []
    events += [{"type": "response.output_text.delta", "delta": word, "output_index": 0} for word in words]
    if end is not None:
        usage = {
            "input_tokens": 240,
            "output_tokens": 42,
            "total_tokens": 282,
            "input_tokens_details": {"cached_tokens": 200, "cache_write_tokens": 30},
            "output_tokens_details": {"reasoning_tokens": 7},
        }
        details = {"incomplete_details": {"reason": reason}} if end == "incomplete" else {}
        error = {"error": {"code": "server_error", "message": "it broke"}} if end == "failed" else {}
        events.append(
            {"type": f"response.{end}", "response": {**base, "status": end, "usage": usage, **details, **error}}
        )
    return [event({**item, "sequence_number": number}, item["type"]) for number, item in enumerate(events)]


@dataclass
class Reply:
    """What the server does with one request. `then` is how the body ends."""

    status: int = 200
    body: list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    then: str = "end"  # end | break | hang | hang_before_headers
    content_type: str = "text/event-stream"
    repeat: bool = False

    @classmethod
    def error(cls, status: int, body: Any, **headers: str) -> Reply:
        return cls(
            status,
            [json.dumps(body).encode()],
            {k.replace("_", "-"): v for k, v in headers.items()},
            content_type="application/json",
        )


@dataclass
class Server:
    """`replies` are used up in order, the last one for ever. `seen` are (path, headers, body) of the requests."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    aborted: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def body(self) -> Any:
        return self.seen[-1][2]

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            raw = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.seen.append((self.path, headers, json.loads(raw or b"null")))
            try:
                self._send(server.next_reply())
            except OSError:
                server.aborted.set()

        def _send(self, reply: Reply) -> None:
            if reply.then == "hang_before_headers":
                self._hang()
                return
            self.send_response(reply.status)
            self.send_header("content-type", reply.content_type)
            self.send_header("transfer-encoding", "chunked")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in reply.body:
                self._chunk(piece)
            while reply.repeat and not server.released.is_set():
                self._chunk(reply.body[-1])
            if reply.then == "hang":
                self._hang()
            if reply.then == "end":
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _hang(self) -> None:
            self.connection.settimeout(0.02)
            self.close_connection = True
            while not server.released.is_set():
                try:
                    if not self.connection.recv(1):
                        server.aborted.set()
                        return
                except TimeoutError:
                    continue

    return Handler


@pytest.fixture(scope="session", autouse=True)
def _sdks_loaded() -> None:
    warm().join()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server("")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    http.daemon_threads = True
    made.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.released.set()
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
async def endpoints(server: Server) -> AsyncIterator[Endpoints]:
    async with Endpoints.stand_in(server.url) as made:
        yield made


Run = Callable[..., Any]


@pytest.fixture(params=["sdk", "direct"])
def direct(request: pytest.FixtureRequest) -> bool:
    """Through the provider's SDK and without it: whoever asks for this (or for `run`) is held to both."""
    return request.param == "direct"


@pytest.fixture
def run(server: Server, endpoints: Endpoints, direct: bool) -> Run:
    """Ask `question` of the server answering `replies`; gives the answer, and checks that the pieces are its text."""

    async def asked(question: Question | str, *replies: Reply | list[bytes], limits: Limits | None = None) -> Answer:
        server.replies = [item if isinstance(item, Reply) else Reply(body=item) for item in replies]
        if isinstance(question, str):
            question = Question.of(question, "Where is my parcel number 4711?")
        async with aclosing(
            ask(question, endpoints, limits=limits or Limits(), wait=_no_wait, direct=direct)
        ) as stream:
            items = [item async for item in stream]
        answer = items.pop()
        assert isinstance(answer, Answer)
        assert "".join(item.text for item in items) == answer.text
        return answer

    return asked


async def _no_wait(_: float) -> None:
    return None


@pytest.fixture
def until() -> Callable[..., Any]:
    async def waiting(condition: Callable[[], bool], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            await asyncio.sleep(0.005)

    return waiting


@pytest.fixture
def streams() -> Any:
    class Streams:
        anthropic = staticmethod(anthropic_events)
        chat = staticmethod(chat_events)
        responses = staticmethod(responses_events)
        event = staticmethod(event)
        reply = Reply

    return Streams
