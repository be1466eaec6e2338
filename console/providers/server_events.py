"""Server-sent events out of bytes as they arrive, as the HTML standard has them (section 9.2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ServerEvent(NamedTuple):
    """One event: its name ("" where it has none) and its data, lines joined by \\n."""

    name: str
    data: str


class EventReader:
    """Takes bytes cut anywhere, gives the events that are complete. What is incomplete at the end is no event."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._after_return = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """The events that `piece` completes. Raises UnicodeDecodeError on a line that is not UTF-8."""
        if self._after_return and piece:
            # The \\n of a \\r\\n that was cut in between ends no second line.
            piece = piece.removeprefix(b"\n")
            self._after_return = False
        self._rest += piece
        if b"\n" not in piece and b"\r" not in piece:
            return []
        self._after_return = self._rest.endswith(b"\r")
        *lines, last = self._rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(last)
        return [event for line in lines if (event := self._line(line.decode())) is not None]

    def _line(self, line: str) -> ServerEvent | None:
        if line:
            field, _, value = line.partition(":")
            if field == "data":
                self._data.append(value.removeprefix(" "))
            elif field == "event":
                self._name = value.removeprefix(" ")
            return None
        event = ServerEvent(self._name, "\n".join(self._data)) if self._name or self._data else None
        self._name, self._data = "", []
        return event


def is_stream(headers: Mapping[str, str]) -> bool:
    """Whether a response calls itself a stream of events. Some gateways give no type at all."""
    kind = str(headers.get("content-type", ""))
    return not kind or kind.startswith("text/event-stream")
