"""The stand-in as a server: HTTP as it comes, the control endpoint, speed and pace."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from console.demo.standin.control import Control
from console.demo.standin.faults import BadSwitch
from console.demo.standin.process import StandIn

OLD, MINI = "claude-sonnet-4-5-20250929", "gpt-4.1-mini-2025-04-14"
ASKED = {"model": OLD, "max_tokens": 900, "messages": [{"role": "user", "content": "Where is my parcel?"}]}
Http = Callable[..., tuple[int, dict[str, str], bytes]]


def raw(stand_in: StandIn, data: bytes) -> bytes:
    """Everything the server says to `data` until it closes or falls silent."""
    place = urlsplit(stand_in.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=2) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while part := connection.recv(65536):
            said += part
        return said


@pytest.mark.parametrize(
    ("path", "body", "blamed"),
    [
        ("/v1/messages", b"{not json", "JSON"),
        ("/v1/messages", b"[]", "object"),
        ("/v1/messages", b"[" * 100_000, "JSON"),
        ("/v1/messages", {}, "messages"),
        ("/v1/messages", {**ASKED, "max_tokens": None}, "max_tokens"),
        ("/v1/messages", {**ASKED, "max_tokens": 0}, "max_tokens"),
        ("/v1/messages", {**ASKED, "max_tokens": "many"}, "max_tokens"),
        ("/v1/messages", {**ASKED, "messages": []}, "messages"),
        ("/v1/messages", {**ASKED, "messages": ["hello"]}, "messages"),
        ("/v1/messages", {**ASKED, "model": None}, "model"),
        ("/v1/messages/count_tokens", {"model": OLD}, "messages"),
        ("/v1/chat/completions", {"model": MINI}, "messages"),
        ("/v1/responses", {"model": MINI}, "input"),
        ("/v1/responses", {"input": "hello"}, "model"),
    ],
)
def test_a_bad_body_is_a_400_that_says_why(http_call: Http, path: str, body: object, blamed: str) -> None:
    status, headers, data = http_call("POST", path, body)
    assert status == 400
    assert blamed in json.loads(data)["error"]["message"]
    assert headers["x-stand-in"] == "1"


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/v1/embeddings"), ("GET", "/v1/messages")])
def test_other_endpoints_are_404(http_call: Http, method: str, path: str) -> None:
    status, _, data = http_call(method, path, ASKED if method == "POST" else None)
    assert status == 404
    assert path.rstrip("/") in json.loads(data)["error"]["message"]


def test_unknown_models_are_404_everywhere(http_call: Http) -> None:
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        assert http_call("POST", path, {**ASKED, "model": "llama"})[0] == 404
    assert http_call("POST", "/v1/responses", {"model": "llama", "input": "x"})[0] == 404
    assert http_call("GET", "/v1/models/llama")[0] == 404
    assert http_call("GET", "/v1/models/llama", None, {"anthropic-version": "2023-06-01"})[0] == 404


def test_any_key_is_good_and_none_is_too(http_call: Http) -> None:
    assert http_call("POST", "/v1/messages", ASKED)[0] == 200
    assert http_call("POST", "/v1/messages", ASKED, {"x-api-key": "anything"})[0] == 200


def test_a_chunked_request_is_read(stand_in: StandIn) -> None:
    body = json.dumps(ASKED).encode()
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    head = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    said = raw(stand_in, head + chunks + b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"end_turn" in said


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01 not http\r\n\r\n",
        b"GET\r\n\r\n",
        b"",
        b"POST /v1/messages HTTP/1.1\r\ncontent-length: -5\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\ncontent-length: lots\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\ncontent-length: 50\r\n\r\nshort",
        b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_no_answer_and_does_no_harm(stand_in: StandIn, http_call: Http, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # the server may close before everything was sent
        assert raw(stand_in, data) == b""
    assert http_call("GET", "/health")[0] == 200


def test_one_connection_serves_many_requests(stand_in: StandIn) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    assert raw(stand_in, request * 3).count(b"HTTP/1.1 200 OK") == 3


def test_switches_and_counts_are_seen(stand_in: StandIn, http_call: Http) -> None:
    before = stand_in.control.counts().get(f"{OLD} ok", 0)
    http_call("POST", "/v1/messages", ASKED)
    assert stand_in.control.counts()[f"{OLD} ok"] == before + 1
    stand_in.control.set(OLD, latency_factor=2.0)
    assert stand_in.control.switches()[OLD]["latency_factor"] == 2.0
    stand_in.control.reset()
    assert stand_in.control.switches() == {}


@pytest.mark.parametrize(
    "command",
    [b"no json", b"[]", b'{"switches": 3}', b'{"scale": -1}', b'{"scale": "x"}', b'{"switches": {"no_such": 1}}'],
)
def test_a_bad_command_is_refused(http_call: Http, stand_in: StandIn, command: bytes) -> None:
    before = stand_in.control.switches()
    status, _, data = http_call("POST", "/control", command)
    assert status == 400
    assert json.loads(data)["error"]
    assert stand_in.control.switches() == before


def test_the_client_raises_for_a_bad_switch(stand_in: StandIn) -> None:
    with pytest.raises(BadSwitch, match="no_such"):
        stand_in.control.set(OLD, no_such=1)


def test_a_web_page_cannot_turn_the_switches(http_call: Http) -> None:
    assert http_call("POST", "/control", {"reset": True}, {"Origin": "http://example.org"})[0] == 403


def test_nobody_there_is_an_os_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        Control(f"http://127.0.0.1:{port}").counts()


def test_the_server_listens_on_loopback_only(stand_in: StandIn) -> None:
    assert stand_in.url.startswith("http://127.0.0.1:")


def test_scale_makes_time_real(stand_in: StandIn, http_call: Http) -> None:
    def took(scale: float) -> float:
        stand_in.control.scale(scale)
        begun = time.perf_counter()
        http_call("POST", "/v1/messages", ASKED)
        return time.perf_counter() - begun

    assert took(0.0) < 0.1
    assert took(0.2) > 0.15


async def _streamed(stand_in: StandIn, n: int) -> None:
    """`n` streamed requests on one kept connection."""
    place = urlsplit(stand_in.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    body = json.dumps({**ASKED, "stream": True}).encode()
    request = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    for _ in range(n):
        writer.write(request)
        await reader.readuntil(b"\r\n0\r\n\r\n")
    writer.close()


async def test_a_hundred_streamed_requests_a_second_are_sustained(stand_in: StandIn) -> None:
    begun = time.perf_counter()
    await asyncio.gather(*(_streamed(stand_in, 20) for _ in range(10)))
    rate = 200 / (time.perf_counter() - begun)
    assert rate > 100, f"{rate:.0f} requests/s"


async def test_many_slow_answers_wait_side_by_side(stand_in: StandIn) -> None:
    stand_in.control.scale(0.2)
    begun = time.perf_counter()
    await asyncio.gather(*(_streamed(stand_in, 1) for _ in range(60)))
    assert time.perf_counter() - begun < 2.5


def test_a_lone_surrogate_in_a_prompt_is_survived(http_call: Http) -> None:
    asked: dict[str, Any] = {**ASKED, "messages": [{"role": "user", "content": "\ud800 order 12345"}]}
    assert http_call("POST", "/v1/messages", json.dumps(asked).encode())[0] == 200
    assert http_call("POST", "/v1/messages", json.dumps({**asked, "stream": True}).encode())[0] == 200
