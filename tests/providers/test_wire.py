"""One connection to a provider: kept while it is of use, given up on when it is not, and as safe as the HTTP client."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from console.providers import transport, wire
from console.providers.asking import answer_of
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.http1 import RemoteProtocolError, TransportError
from console.providers.records import Limits, Question
from console.providers.seen import TooLarge
from console.providers.wire import ConnectError, ConnectTimeout, ReadError, Wire, carrier, is_proxied
from tests import certificates

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
SOON = (5.0, 5.0, 5.0, 5.0)


@dataclass
class Provider:
    """A server whose every connection answers requests with `says`, in their order; then it ends."""

    says: list[bytes] = field(default_factory=list)
    then: str = "close"  # close | hang | reset
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.says:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                )
                self.asked.append(head + await reader.readexactly(length))
                writer.write(self.says.pop(0))
            if self.then == "hang":
                await reader.read()
            if self.then == "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.gone.set()


@asynccontextmanager
async def providing(
    *says: bytes, then: str = "close", context: ssl.SSLContext | None = None
) -> AsyncIterator[Provider]:
    made = Provider(list(says), then)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    made.url = f"http{'s' if context else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


def wired(url: str, limits: Limits | None = None, key: str = "k") -> Wire:
    return Wire(Endpoint("anthropic", url, key), limits or Limits())


async def said(
    line: Wire, url: str, content: bytes = b"{}", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of a POST."""
    async with line.stream("POST", url, content=content, headers=headers or {}, timeout=SOON) as response:
        return response.status_code, b"".join([piece async for piece in response.aiter_bytes()])


async def test_a_request_is_one_piece_with_its_length():
    async with providing(OK) as provider:
        line = wired(provider.url)
        assert await said(line, f"{provider.url}/v1/x?a=b", "é".encode(), {"accept": "text/event-stream"}) == (
            200,
            b"hello",
        )
        await line.aclose()
    head, _, body = provider.asked[0].partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /v1/x?a=b HTTP/1.1"
    assert headers == [
        f"host: {provider.url.removeprefix('http://')}",
        "accept-encoding: identity",
        "connection: keep-alive",
        "accept: text/event-stream",
        "content-length: 2",
    ]
    assert body == "é".encode()


async def test_a_connection_is_used_again():
    async with providing(OK, OK, OK, then="hang") as provider:
        line = wired(provider.url)
        for _ in range(3):
            assert await said(line, provider.url) == (200, b"hello")
        await line.aclose()
        await provider.gone.wait()
    assert provider.connections == 1


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more",
    ],
)
async def test_a_connection_that_ends_is_opened_anew(first):
    async with providing(first, OK, then="hang") as provider:
        line = wired(provider.url)
        assert await said(line, provider.url) == (200, b"hello")
        assert await said(line, provider.url) == (200, b"hello")
        await line.aclose()
    assert provider.connections == 2


async def test_a_connection_that_the_provider_closed_meanwhile_is_opened_anew(until):
    async with providing(OK) as provider:
        line = wired(provider.url)
        assert await said(line, provider.url) == (200, b"hello")
        await until(lambda: line._line is not None and not line._line.is_open)
        provider.says.append(OK)
        assert await said(line, provider.url) == (200, b"hello")
        await line.aclose()
    assert provider.connections == 2


async def test_a_connection_that_nobody_used_for_long_is_opened_anew(monkeypatch):
    monkeypatch.setattr(wire, "_IDLE_S", -1.0)
    async with providing(OK, OK, then="hang") as provider:
        line = wired(provider.url)
        assert await said(line, provider.url) == (200, b"hello")
        assert await said(line, provider.url) == (200, b"hello")
        await line.aclose()
    assert provider.connections == 2


async def test_leaving_an_answer_early_ends_the_connection():
    async with providing(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello", then="hang") as provider:
        line = wired(provider.url)
        async with line.stream("POST", provider.url, content=b"", headers={}, timeout=SOON) as response:
            assert response.status_code == 200
        await asyncio.wait_for(provider.gone.wait(), 5)


async def test_cancelling_while_waiting_ends_the_connection(until):
    async with providing(b"", then="hang") as provider:
        task = asyncio.create_task(said(wired(provider.url), provider.url))
        await until(lambda: provider.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(provider.gone.wait(), 5)


@pytest.mark.parametrize(
    ("answer", "then", "error"),
    [
        (b"", "close", RemoteProtocolError),
        (b"", "reset", ReadError),
        (b"HTTP/1.1 200 OK\r\ncont", "close", RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello", "close", RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "close", RemoteProtocolError),
        (b"220 mail.example ESMTP\r\n\r\n", "close", RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", "close", RemoteProtocolError),
    ],
)
async def test_half_an_answer_is_none(answer, then, error):
    async with providing(answer, then=then) as provider:
        with pytest.raises(error):
            await said(wired(provider.url), provider.url)


async def test_an_answer_without_a_length_ends_with_the_connection():
    async with providing(b"HTTP/1.1 200 OK\r\n\r\nhello") as provider:
        assert await said(wired(provider.url), provider.url) == (200, b"hello")


async def test_more_than_an_answer_may_weigh_is_given_up_on():
    big = b"x" * (65 * 1_000)
    async with providing(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(big) + big, then="hang") as provider:
        with pytest.raises(TooLarge):
            await said(wired(provider.url, Limits(max_bytes=1_000)), provider.url)
        await asyncio.wait_for(provider.gone.wait(), 5)


async def test_a_provider_that_is_faster_than_its_reader_has_to_wait(until):
    size = 8_000_000
    async with providing(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size) as provider:
        line = wired(provider.url)
        async with line.stream("POST", provider.url, content=b"", headers={}, timeout=SOON) as response:
            await until(lambda: response._line._paused)
            held = len(response._line._received)
            read = sum([len(piece) async for piece in response.aiter_bytes()])
    assert held < size / 4
    assert read == size


async def test_a_large_answer_leaves_the_event_loop_to_others_in_between(until):
    size = wire._HELD_BYTES
    async with providing(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size) as provider:
        line, turns, going = wired(provider.url), 0, True

        async def others() -> None:
            nonlocal turns
            while going:
                turns += 1
                await asyncio.sleep(0)

        async with line.stream("POST", provider.url, content=b"", headers={}, timeout=SOON) as response:
            await until(lambda: len(response._line._received) > size - wire._TAKEN_BYTES)
            task = asyncio.create_task(others())
            pieces = [len(piece) async for piece in response.aiter_bytes()]
            going = False
        await task
    assert sum(pieces) == size
    assert max(pieces) <= wire._TAKEN_BYTES
    assert turns >= len(pieces) - 2


async def test_nobody_there_is_told_from_nobody_in_time(monkeypatch):
    with pytest.raises(ConnectError):
        await said(wired("http://127.0.0.1:1"), "http://127.0.0.1:1")

    async def never(*_: object, **__: object) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    line = wired("http://127.0.0.1:1")
    with pytest.raises(ConnectTimeout):
        async with line.stream("POST", "http://127.0.0.1:1", content=b"", headers={}, timeout=(0.01, 5, 5, 5)):
            pass


async def test_a_name_and_password_in_the_base_url_are_sent_instead_of_the_key():
    async with providing(OK) as provider:
        url = provider.url.replace("//", "//me:w%40rd@")
        line = wired(url)
        assert await said(line, url, headers={"authorization": "Bearer k"}) == (200, b"hello")
        await line.aclose()
    assert b"authorization: Basic " + base64.b64encode(b"me:w@rd") in provider.asked[0]
    assert b"Bearer" not in provider.asked[0]
    assert b"host: 127.0.0.1:" in provider.asked[0]


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "é", "\x00"])
async def test_a_header_that_would_be_another_one_is_not_sent(value):
    async with providing(OK) as provider:
        with pytest.raises(TransportError):
            await said(wired(provider.url), provider.url, headers={"openai-project": value})
    assert provider.asked == []


def test_a_host_in_other_letters_is_sent_as_the_network_has_it():
    sent = wire._request("POST", wire.urlsplit("https://müller.example:8443/v1"), {}, b"")
    assert b"host: xn--mller-kva.example:8443\r\n" in sent


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def _trusting_anew() -> Any:
    wire.trusted.cache_clear()
    yield
    wire.trusted.cache_clear()


def secured(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.usefixtures("_trusting_anew")
async def test_a_certificate_that_is_trusted_is_enough(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with providing(OK, OK, context=secured(certificate)) as provider:
        line = wired(provider.url)
        for _ in range(2):
            assert await said(line, provider.url) == (200, b"hello")
        await line.aclose()
    assert provider.connections == 1


@pytest.mark.usefixtures("_trusting_anew")
async def test_a_certificate_that_nobody_trusts_gets_no_request(certificate):
    async with (
        providing(OK, context=secured(certificate)) as provider,
        Endpoints({"anthropic": Endpoint("anthropic", provider.url, "sk-secret")}) as endpoints,
    ):
        question = Question.of("claude-sonnet-5-5", "x")
        answer = await answer_of(question, endpoints, limits=Limits(retries=0), direct=True)
    assert answer.failure.kind == "connection"
    assert provider.asked == []


@pytest.mark.usefixtures("_trusting_anew")
async def test_a_certificate_of_another_host_gets_no_request(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with providing(OK, context=secured(certificate)) as provider:
        url = provider.url.replace("127.0.0.1", "127.0.0.2")
        line = wired(url)
        line._place = wire.urlsplit(url.replace("127.0.0.2", "localhost.localdomain"))
        with pytest.raises((ConnectError, ConnectTimeout)):
            await said(line, url)
    assert provider.asked == []


def environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("values", "url", "proxied"),
    [
        ({}, "https://api.anthropic.com", False),
        ({"HTTPS_PROXY": "http://p:1"}, "https://api.anthropic.com", True),
        ({"https_proxy": "http://p:1"}, "https://api.anthropic.com/v1", True),
        ({"HTTP_PROXY": "http://p:1"}, "https://api.anthropic.com", False),
        ({"ALL_PROXY": "socks5://p:1"}, "https://api.anthropic.com", True),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "anthropic.com"}, "https://api.anthropic.com", False),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "gateway:8443"}, "https://u:p@gateway:8443/x", False),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://api.anthropic.com", False),
        ({"NO_PROXY": "x"}, "https://api.anthropic.com", False),
    ],
)
def test_whether_a_proxy_stands_in_between(monkeypatch, values, url, proxied):
    environment(monkeypatch, **values)
    assert is_proxied(url) is proxied


async def test_through_a_proxy_it_is_the_http_client_that_asks(monkeypatch):
    async with providing(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nno") as proxy:
        environment(monkeypatch, HTTP_PROXY=proxy.url)
        endpoint = Endpoint("anthropic", "http://gateway.example/v9", "sk-mine")
        async with Endpoints({"anthropic": endpoint}) as endpoints:
            answer = await answer_of(
                Question.of("claude-sonnet-5-5", "x"), endpoints, limits=Limits(retries=0), direct=True
            )
    assert proxy.asked[0].startswith(b"POST http://gateway.example/v9/v1/messages HTTP/1.1\r\n")
    assert answer.failure.message == "the provider's answer is not a stream of events"


async def test_a_proxy_is_not_asked_to_reach_the_stand_in(monkeypatch):
    environment(monkeypatch, ALL_PROXY="http://127.0.0.1:9")
    assert isinstance(carrier(Endpoint("anthropic", "http://127.0.0.1:1", "k", stand_in=True), Limits()), Wire)


def test_both_http_clients_trust_the_same():
    assert transport.trusted is wire.trusted
