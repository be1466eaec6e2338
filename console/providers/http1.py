"""Reading an HTTP/1.1 response out of bytes as they arrive. The parser is llhttp's, which Node.js reads HTTP with.

No sockets here: `console.providers.wire` has those. What arrived together is handed on together, however many chunks it
was sent in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MOST_BESIDE = 100_000
"""Bytes in a row that hold nothing of a body: a head (those of providers have 2,000), or what frames chunks."""


class TransportError(Exception):
    """The connection, or what came over it, is of no use. Faults are told apart by the names that httpx2 gives them."""


class RemoteProtocolError(TransportError):
    """What arrived is not HTTP/1.1, or ended before it was complete. Never carries what arrived."""


class Head(NamedTuple):
    """Status and headers of a response, names in lower case."""

    status_code: int
    headers: Mapping[str, str]


class Incoming:
    """One response. Interim ones (100, 103) are passed over."""

    def __init__(self) -> None:
        self.head: Head | None = None
        """Once all of it is there."""
        self.done = False
        """Whether the response is complete."""
        self.surplus = False
        """Whether more arrived than belongs to it."""
        self.keeps_alive = False
        """Whether the connection may be used again, known when the response is complete."""
        self._parser = HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._beside_body = 0
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        """The part of the body in `data`, which may be cut anywhere. Raises RemoteProtocolError."""
        if self.done:
            self.surplus = self.surplus or bool(data)
            return b""
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            if not self.done:
                # What arrived may hold an answer, which belongs into no message: so there is no cause either.
                raise RemoteProtocolError("not a response") from None
            self.surplus = True
        piece = b"".join(self._body)
        self._body.clear()
        self._beside_body = 0 if piece else self._beside_body + len(data)
        if self._beside_body > MOST_BESIDE:
            raise RemoteProtocolError("a head without an end")
        return piece

    def end(self) -> None:
        """Nothing more arrives. Raises RemoteProtocolError where something is missing."""
        if self.done:
            return
        if self.head is None:
            raise RemoteProtocolError("the connection ended before there was an answer")
        if {"content-length", "transfer-encoding"} & self.head.headers.keys():
            raise RemoteProtocolError("the connection ended before the body did")
        self.done = True

    def on_message_begin(self) -> None:
        """Called by the parser, as the others below."""
        self.surplus = self.done

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of the head, or after the last chunk, where nobody needs it."""
        if self.head is not None:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """The status decides what this was the head of."""
        code = self._parser.get_status_code()
        if self.done or code < 200:
            return
        if not self._parser.get_http_version().startswith("1."):
            raise RemoteProtocolError("another version of HTTP")
        if self._headers.get("transfer-encoding", "chunked").strip().lower() != "chunked":
            raise RemoteProtocolError("a transfer coding that was not asked for")
        self.head = Head(code, self._headers)

    def on_body(self, body: bytes) -> None:
        """A part of the body, without what frames it."""
        if not self.done:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Of an interim response, or of the one that is waited for."""
        if self.head is None:
            self._headers = {}
        elif not self.done:
            self.done, self.keeps_alive = True, self._parser.should_keep_alive()
