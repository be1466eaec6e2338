"""What has arrived of an answer so far: filled while streaming, so that a broken answer keeps what it had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from console.providers.records import Outcome, ToolCall

_TRUNCATED = frozenset({"max_tokens", "length", "model_context_window_exceeded", "max_output_tokens"})
_REFUSED = frozenset({"refusal", "content_filter"})


class Malformed(Exception):
    """The provider sent something that its own protocol does not allow. Never carries what it sent."""


class ReportedFault(Exception):
    """The provider reported an error inside a stream that began well."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind)
        self.type = kind
        self.text = text


class TooLarge(Exception):
    """More arrived than is allowed."""


@dataclass(slots=True)
class Seen:
    """One attempt's answer in the making. `opened`: the provider accepted the request and began to stream."""

    max_bytes: int
    opened: bool = False
    streamed: bool = True
    """Whether the response calls itself an event stream."""
    finished: bool = False
    served_model: str = ""
    stop_reason: str | None = None
    refused: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    uncached_tokens: int | None = None
    """Anthropic counts the input without what came from or went into the cache."""
    _size: int = 0
    _text: list[str] = field(default_factory=list)
    _tools: dict[object, tuple[list[str], list[str]]] = field(default_factory=dict)

    def add_text(self, piece: object) -> str:
        """Append `piece` and return it, cut where the size is reached; raises TooLarge on the next one."""
        room = self._room()
        text = text_of(piece)
        if len(text.encode("utf-8", "surrogatepass")) > room:
            text = text.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore")
            self._size = self.max_bytes + 1
        else:
            self._size += len(text.encode("utf-8", "surrogatepass"))
        self._text.append(text)
        return text

    def add_tool(self, key: object, name: object = None, arguments: object = None) -> None:
        """Append to the tool call `key`: its name, or a piece of its arguments."""
        names, pieces = self._tools.setdefault(key, ([], []))
        if name is not None:
            names.append(text_of(name))
        if arguments is not None:
            piece = text_of(arguments)
            if len(piece) > self._room():
                raise TooLarge
            self._size += len(piece)
            pieces.append(piece)

    def check_size(self) -> None:
        """Raise TooLarge when the answer had to be cut."""
        self._room()

    def _room(self) -> int:
        if self._size > self.max_bytes:
            raise TooLarge
        return self.max_bytes - self._size

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far, in the order they were begun."""
        return tuple(ToolCall("".join(names), "".join(pieces)) for names, pieces in self._tools.values())

    def outcome(self) -> Outcome:
        """What a completed answer amounts to."""
        if self.refused or self.stop_reason in _REFUSED:
            return "refusal"
        if self.stop_reason in _TRUNCATED:
            return "truncated"
        if not self.text.strip() and not self._tools:
            return "empty"
        return "ok"


def text_of(value: object) -> str:
    """`value` if it is text; the SDKs do not validate what they parse."""
    if not isinstance(value, str):
        raise Malformed("text expected")
    return value


def word_of(value: object) -> str | None:
    """`value` if it is a word, else None: a reason, a model id."""
    return value if isinstance(value, str) and value else None


def count_of(value: object) -> int | None:
    """`value` if it is a token count, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def field_of(record: Any, *names: str) -> Any:
    """`record.a.b` for names `a`, `b`; None where anything on the way is missing."""
    for name in names:
        record = getattr(record, name, None)
    return record
