"""As much HTTP/1.1 as two SDKs need: requests with a length or in chunks, keep-alive, whole or chunked answers."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

MAX_HEAD = 65_536
MAX_BODY = 32 * 1024 * 1024
MARK = {"x-stand-in": "1", "server": "console-stand-in"}
"""On every answer: whoever reads it can tell that no model was asked."""


class BadHttp(Exception):
    """The bytes on the connection are not a request that can be answered."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """The next request on the connection, or None when the other side has closed it. Raises BadHttp."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise BadHttp("head too long") from error
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadHttp("not an HTTP/1 request")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    target = urlsplit(parts[1])
    body = await _body(reader, headers)
    return HttpRequest(parts[0], unquote(target.path), parse_qs(target.query), headers, body)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return await _chunks(reader)
        size = int(headers.get("content-length", "0"))
        if not 0 <= size <= MAX_BODY:
            raise BadHttp("body too large")
        return await reader.readexactly(size)
    except (ValueError, asyncio.IncompleteReadError) as error:
        raise BadHttp("body cut short") from error


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        if len(body) + size > MAX_BODY:
            raise BadHttp("body too large")
        body += (await reader.readexactly(size + 2))[:size]
    while (await reader.readline()).strip():
        continue
    return bytes(body)


class Answer:
    """The writing side of one exchange. Raises ConnectionError from any method once the client has gone."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def json(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        """A whole JSON answer."""
        await self.raw(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), headers)

    async def raw(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, *, promised: int | None = None
    ) -> None:
        """A whole answer; `promised` is a content-length that is not kept."""
        size = len(body) if promised is None else promised
        self._head(status, {"content-type": "application/json", "content-length": str(size), **(headers or {})})
        self._writer.write(body)
        await self._writer.drain()

    async def start(self, headers: Mapping[str, str], content_type: str = "text/event-stream") -> None:
        """Begin a chunked answer."""
        self._head(200, {"content-type": content_type, "transfer-encoding": "chunked", **headers})
        await self._writer.drain()

    async def chunk(self, data: bytes) -> None:
        """One more portion; an empty one is skipped, since it would end the answer."""
        if data:
            self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
            await self._writer.drain()

    async def finish(self) -> None:
        """End a chunked answer."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def reset(self) -> None:
        """Cut the connection so that the client sees a reset, not an end."""
        sock = self._writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Overloaded"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{k}: {v}" for k, v in {**MARK, **headers}.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
