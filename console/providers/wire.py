"""One connection to a provider over the event loop alone: what the HTTP client takes 200 ms to load and 2 ms to do.

It is asked in the words of `httpx2.AsyncClient`, which takes its place where a proxy stands in between.
"""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from console.providers.endpoints import Endpoint
from console.providers.http1 import Incoming, TransportError
from console.providers.records import Limits
from console.providers.seen import TooLarge

WIRE_FACTOR = 64
"""An event costs up to 60 times the text in it when every token comes in its own."""
_IDLE_S = 5.0
"""A connection that nobody used for longer may be dead without knowing it."""
_HELD_BYTES = 262_144
"""Received and not yet taken; beyond it the provider has to wait."""
_TAKEN_BYTES = 32_768
"""Taken at once: to read the events in it takes 3 ms, and no key is taken and nothing drawn meanwhile."""
_NEXT_ADDRESS_S = 0.25
"""Until the next address of a host is tried beside the first (RFC 8305)."""

Timeouts = tuple[float, float, float, float]
"""Seconds to connect, read, write and wait for a connection; the last three are watched above."""


class ConnectError(TransportError):
    """Nothing answers, or not as the certificate says."""


class ConnectTimeout(TransportError):
    """Nothing answered in time."""


class ReadError(TransportError):
    """The connection broke."""


class Carried(Protocol):
    """A response whose body is still to come."""

    @property
    def status_code(self) -> int:
        """Of HTTP."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""


class Carrier(Protocol):
    """What carries one request at a time and its response."""

    def stream(
        self, method: str, url: str, *, content: bytes, headers: Mapping[str, str], timeout: Timeouts
    ) -> AbstractAsyncContextManager[Carried]:
        """Send a request; the response as soon as its head is there."""

    async def aclose(self) -> None:
        """Close the connection."""


def carrier(endpoint: Endpoint, limits: Limits) -> Carrier:
    """What carries requests to `endpoint`. The first one that is encrypted takes ~30 ms: certificates are read.

    Proxies of the environment are used, but not to reach the stand-in on this machine.
    """
    if not endpoint.stand_in and is_proxied(endpoint.base_url):
        from console.providers.transport import http_client

        client: Carrier = http_client(endpoint, limits)
        return client
    return Wire(endpoint, limits)


def is_proxied(url: str) -> bool:
    """Whether the environment (or the system's settings) has a proxy for `url`."""
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return False
    from urllib.request import getproxies, proxy_bypass

    place, proxies = urlsplit(url), getproxies()
    return bool(proxies.get(place.scheme) or proxies.get("all")) and not proxy_bypass(place.netloc.rpartition("@")[2])


class Wire:
    """One connection, opened at the first request and kept for the next ones. No redirects, no compression."""

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        self._place = urlsplit(endpoint.base_url)
        self._most = limits.max_bytes * WIRE_FACTOR
        self._context = trusted() if self._place.scheme == "https" else None
        self._line: _Line | None = None
        self._used = 0.0

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes,
        headers: Mapping[str, str],
        timeout: Timeouts,  # noqa: ASYNC109 - as httpx2 has it
    ) -> AsyncIterator[Carried]:
        """Send a request to `url`, which is under the endpoint's base url; the response once its head is there.

        Raises TransportError; what arrives later may raise it, too, and TooLarge. The connection is used again where
        the body was read to its end.
        """
        request = _request(method, urlsplit(url), headers, content)
        line = self._free_line() or await self._connected(timeout[0])
        self._line = None
        try:
            line.transport.write(request)
            response = _Response(line, self._most)
            await response.begin()
            yield response
        except BaseException:
            line.transport.abort()
            raise
        if response.can_go_on():
            self._line, self._used = line, asyncio.get_running_loop().time()
        else:
            line.transport.abort()

    async def aclose(self) -> None:
        """Close the connection."""
        line, self._line = self._line, None
        if line is not None:
            line.transport.close()

    def _free_line(self) -> _Line | None:
        line = self._line
        if line is None or (line.is_open and asyncio.get_running_loop().time() - self._used <= _IDLE_S):
            return line
        line.transport.abort()
        return None

    async def _connected(self, within_s: float) -> _Line:
        host, secure = str(self._place.hostname), self._context is not None
        try:
            async with asyncio.timeout(within_s):
                _, line = await asyncio.get_running_loop().create_connection(
                    _Line,
                    host,
                    self._place.port or (443 if secure else 80),
                    ssl=self._context,
                    server_hostname=host if secure else None,
                    happy_eyeballs_delay=_NEXT_ADDRESS_S,
                )
        except TimeoutError as error:
            raise ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            raise ConnectError from error
        return line


class _Response:
    """A response whose body is still to come."""

    status_code: int
    headers: Mapping[str, str]

    def __init__(self, line: _Line, most: int) -> None:
        self._incoming = Incoming()
        self._first = b""
        self._line = line
        self._left = most

    async def begin(self) -> None:
        """Wait for the head. Raises TransportError."""
        while self._incoming.head is None:
            self._first = await self._next()
        self.status_code, self.headers = self._incoming.head

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises TransportError, and TooLarge where it is more than one answer may weigh."""
        piece, self._first = self._first, b""
        while True:
            self._left -= len(piece)
            if self._left < 0:
                raise TooLarge
            if piece:
                yield piece
            if self._incoming.done:
                return
            piece = await self._next()

    async def _next(self) -> bytes:
        received = await self._line.more()
        if received:
            return self._incoming.feed(received)
        self._incoming.end()
        return b""

    def can_go_on(self) -> bool:
        """Whether the connection is ready for another request."""
        incoming = self._incoming
        return incoming.done and incoming.keeps_alive and not incoming.surplus and self._line.is_open


class _Line(asyncio.Protocol):
    """What arrives, kept until it is asked for. One reader at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False

    @property
    def is_open(self) -> bool:
        """Whether nothing has come that nobody asked for, the end included."""
        return not (self._ended or self._received or self.transport.is_closing())

    async def more(self) -> bytes:
        """What has arrived, once there is something; empty at the end. Raises ReadError."""
        if len(self._received) >= _TAKEN_BYTES:
            await asyncio.sleep(0)  # much of it is there already: whoever else has something to do comes first
        while not self._received and not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if not self._received and self._error is not None:
            raise ReadError from self._error
        data = bytes(self._received[:_TAKEN_BYTES])
        del self._received[:_TAKEN_BYTES]
        if self._paused and not self._ended and len(self._received) < _TAKEN_BYTES:
            self._paused = False
            self.transport.resume_reading()
        return data

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _HELD_BYTES and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error = True, exc
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _request(method: str, url: SplitResult, headers: Mapping[str, str], content: bytes) -> bytes:
    """Head and body in one piece: the network is asked once."""
    said: dict[str, Any] = {
        "host": _host(url),
        "accept-encoding": "identity",  # so that the cap counts what is read
        "connection": "keep-alive",
        **headers,
        "content-length": len(content),
    }
    if url.username or url.password:
        known = f"{unquote(url.username or '')}:{unquote(url.password or '')}"
        said["authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise TransportError("a header that cannot be sent")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + content


def _host(url: SplitResult) -> str:
    host = url.netloc.rpartition("@")[2]
    return host if host.isascii() else host.encode("idna").decode()


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted: 20 to 50 ms to read, the same for every connection."""
    paths = ssl.get_default_verify_paths()
    if sys.platform in ("darwin", "win32") or not (paths.cafile or paths.capath):
        import httpx2  # knows the system's own store, and where else certificates may lie

        return httpx2.create_ssl_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context
