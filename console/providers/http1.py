"""Reading an HTTP/1.1 response out of bytes as they arrive (RFC 9112): its head, then its body in any of three forms.

No sockets here: `console.providers.wire` has those. What arrived together is handed on together, however many chunks it
was sent in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

MOST_HEAD = 100_000
"""Bytes of a response's head; those of providers have one to two thousand."""
_MOST_LINE = 16_384
_HEX = b"0123456789abcdefABCDEF"
_BODYLESS = frozenset({204, 304})


class TransportError(Exception):
    """The connection, or what came over it, is of no use. Faults are told apart by the names that httpx2 gives them."""


class RemoteProtocolError(TransportError):
    """What arrived is not HTTP/1.1, or ended before it was complete. Never carries what arrived."""


class Head(NamedTuple):
    """Status and headers of a response (names in lower case), and whether the connection may be used again."""

    status_code: int
    headers: Mapping[str, str]
    keeps_alive: bool


class Body(Protocol):
    """Takes the bytes that arrive, gives those of the body."""

    @property
    def done(self) -> bool:
        """Whether the body is complete."""

    @property
    def surplus(self) -> bool:
        """Whether more arrived than belongs to it."""

    def feed(self, data: bytes) -> bytes:
        """The part of the body in `data`, which may be cut anywhere. Raises RemoteProtocolError."""

    def end(self) -> None:
        """Nothing more arrives. Raises RemoteProtocolError where something is missing."""


def take_head(received: bytearray) -> Head | None:
    """The next head in `received`, which is taken out of it; None where it is not there as a whole.

    Interim responses (100, 103) are passed over. Raises RemoteProtocolError.
    """
    while True:
        # A line may end without \r: that is what the standard advises readers to put up with.
        ends = [at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := received.find(mark, 0, MOST_HEAD)) >= 0]
        if not ends:
            if len(received) >= MOST_HEAD:
                raise RemoteProtocolError("a head without an end")
            return None
        head = _head(bytes(received[: min(ends)]))
        del received[: min(ends)]
        if head.status_code >= 200 or head.status_code == 101:
            return head


def body_of(head: Head) -> Body:
    """What reads the body that `head` announces. Raises RemoteProtocolError."""
    if head.status_code in _BODYLESS:
        return _Sized(0)
    coding = head.headers.get("transfer-encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise RemoteProtocolError("a transfer coding that was not asked for")
        return _Chunked()
    length = head.headers.get("content-length")
    return _UntilEnd() if length is None else _Sized(_length(length))


def _length(text: str) -> int:
    """The one length that is said, be it several times."""
    values = {value.strip() for value in text.split(",")}
    value = values.pop()
    if values or not (value.isascii() and value.isdigit()) or len(value) > 18:
        raise RemoteProtocolError("no length")
    return int(value)


def _head(block: bytes) -> Head:
    first, *lines = block.decode("latin-1").replace("\r\n", "\n").rstrip("\n").split("\n")
    version, _, rest = first.partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/1.") or not (code.isascii() and code.isdigit() and rest[3:4] in ("", " ")):
        raise RemoteProtocolError("no status line")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name.strip() != name:
            raise RemoteProtocolError("a header without a name")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    said = {word.strip().lower() for word in headers.get("connection", "").split(",")}
    return Head(int(code), headers, version != "HTTP/1.0" and "close" not in said)


class _Sized:
    """A body of known length."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.surplus = False

    @property
    def done(self) -> bool:
        return self._left == 0

    def feed(self, data: bytes) -> bytes:
        self.surplus = self.surplus or len(data) > self._left
        piece = data[: self._left]
        self._left -= len(piece)
        return piece

    def end(self) -> None:
        if self._left:
            raise RemoteProtocolError("the connection ended before the body did")


class _UntilEnd:
    """A body that ends with the connection."""

    done = False
    surplus = False

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        """Whatever had arrived is all."""


class _Chunked:
    """A body in chunks, each with its size before it; after the last one, headers that nobody needs."""

    def __init__(self) -> None:
        self.done = False
        self._rest = bytearray()
        self._left = 0
        self._between = False
        """Whether the line end after a chunk is still to come."""
        self._trailing = 0
        """Bytes of the lines after the last chunk."""
        self._last = False

    @property
    def surplus(self) -> bool:
        return self.done and bool(self._rest)

    def feed(self, data: bytes) -> bytes:
        self._rest += data
        pieces: list[bytes] = []
        while not self.done:
            if self._left:
                piece = bytes(self._rest[: self._left])
                del self._rest[: self._left]
                self._left -= len(piece)
                pieces.append(piece)
                if self._left:
                    break
            line = self._line()
            if line is None:
                break
            self._take(line)
        return b"".join(pieces)

    def end(self) -> None:
        if not self.done:
            raise RemoteProtocolError("the connection ended before the last chunk")

    def _line(self) -> bytes | None:
        """The next line without its end; None where it is not complete."""
        end = self._rest.find(b"\n", 0, _MOST_LINE)
        if end < 0:
            if len(self._rest) >= _MOST_LINE:
                raise RemoteProtocolError("a line without an end")
            return None
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line.removesuffix(b"\r")

    def _take(self, line: bytes) -> None:
        if self._last:
            self._trailing += len(line) + 1
            if self._trailing > MOST_HEAD:
                raise RemoteProtocolError("too much after the last chunk")
            self.done = not line
        elif self._between:
            if line:
                raise RemoteProtocolError("a chunk that is longer than it says")
            self._between = False
        else:
            size = line.partition(b";")[0].strip()
            if not size or size.strip(_HEX) or len(size) > 15:
                raise RemoteProtocolError("a chunk without a size")
            self._left = int(size, 16)
            self._last = self._left == 0
            self._between = True
