"""What a streamed answer says about itself, gathered chunk by chunk, and the wrappers that look on as it streams.

Works on the events of the Anthropic and OpenAI SDKs by their shape alone, on their stream helpers, and on plain text.
Nothing of the text is kept. A wrapper passes every chunk, error and attribute on as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from console.traffic.answers import Reading, field, read_answer, sdk_of

STREAM_CLOSED = "StreamClosed"
"""The error class of a stream that its reader closed before it had said anything."""
_TOOL_USE = ("tool_use", "server_tool_use", "function_call", "custom_tool_call")
_SPOKEN_DELTAS = (
    "response.output_text.delta",
    "response.refusal.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
)
_CLOSING = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens_details",
)


class Streamed:
    """A streamed answer as far as it has arrived. `spoken`: some text, or a part of a tool call, is there."""

    __slots__ = ("_finish", "_kind", "_message", "_refused", "_response", "_usage", "cut", "sdk", "served", "spoken")

    def __init__(self) -> None:
        self.spoken = False
        self.cut = False
        """Whether its reader closed it before its end."""
        self.served: object = None
        self.sdk = ""
        self._kind = ""
        self._finish: object = None
        self._refused = False
        self._usage: dict[str, object] = {}
        self._message: object = None
        self._response: object = None

    def see(self, event: object) -> bool:
        """Takes one event or chunk. True if it was the first that says something. Never raises."""
        before = self.spoken
        try:
            self._see(event)
        except Exception:  # events are foreign objects, and whatever they do, the application gets its stream
            return False
        return self.spoken and not before and not isinstance(event, Snapshot)

    def _see(self, event: object) -> None:
        if isinstance(event, Snapshot):
            self._see_snapshot(event.answer)
            return
        if isinstance(event, str):
            self.spoken = self.spoken or bool(event.strip())
            return
        if not self.sdk:
            self.sdk = sdk_of(event)
        kind = field(event, "type")
        if isinstance(kind, str):
            self._see_event(kind, event)
        elif field(event, "choices") is not None:
            self._see_chunk(event)

    def _see_event(self, kind: str, event: object) -> None:
        if kind == "chunk":
            self._see(field(event, "chunk"))
        elif kind == "content_block_delta":
            delta = field(event, "delta")
            self.spoken = self.spoken or _says(field(delta, "text")) or bool(field(delta, "partial_json"))
        elif kind == "content_block_start":
            self.spoken = self.spoken or field(field(event, "content_block"), "type") in _TOOL_USE
        elif kind == "message_start":
            self._kind = "message"
            message = field(event, "message")
            self.served = field(message, "model")
            self._add_usage(field(message, "usage"), opening=True)
        elif kind == "message_delta":
            self._finish = field(field(event, "delta"), "stop_reason") or self._finish
            self._add_usage(field(event, "usage"))
        elif kind in _SPOKEN_DELTAS:
            self.spoken = True
        elif kind in _CLOSING:
            self._response = field(event, "response")
        elif kind == "response.created":
            self._kind = "response"
            self.served = field(field(event, "response"), "model")

    def _see_chunk(self, chunk: object) -> None:
        self._kind = "chat"
        self.served = field(chunk, "model") or self.served
        usage = field(chunk, "usage")
        if usage is not None:
            self._message = usage
        choices = field(chunk, "choices")
        for choice in choices if isinstance(choices, list | tuple) else ():
            delta = field(choice, "delta")
            self._refused = self._refused or bool(field(delta, "refusal"))
            self.spoken = self.spoken or _says(field(delta, "content")) or bool(field(delta, "tool_calls"))
            self._finish = field(choice, "finish_reason") or self._finish

    def _see_snapshot(self, answer: object) -> None:
        if self._kind == "response":
            return
        self.sdk = self.sdk or sdk_of(answer)
        reading = read_answer(answer)
        choices = field(answer, "choices")
        finish = field(choices[0], "finish_reason") if isinstance(choices, list) and choices else None
        self._finish = self._finish or field(answer, "stop_reason") or finish
        self.spoken = self.spoken or (reading.outcome != "empty" and self._finish is not None)
        if self._finish is not None:
            self._response = answer

    def _add_usage(self, usage: object, *, opening: bool = False) -> None:
        """The last word counts. What an opening event says of the output is a beginning, not a count."""
        for key in _USAGE:
            value = field(usage, key)
            if value is not None and not (opening and key.startswith("output")):
                self._usage[key] = value

    def reading(self) -> Reading:
        """The reading of what has arrived. An answer that ends without its closing event is truncated."""
        if self._response is not None:
            return read_answer(self._response)._replace(sdk=self.sdk)
        reading = read_answer(self._as_answer())._replace(sdk=self.sdk)
        if self.cut and self._finish is None:
            return reading._replace(outcome="ok" if self.spoken else "error", error_class=self._cut_class())
        if self._kind and self._finish is None:
            return reading._replace(outcome="truncated")
        return reading

    def _cut_class(self) -> str:
        return "" if self.spoken else STREAM_CLOSED

    def _as_answer(self) -> dict[str, object]:
        """What has arrived in the shape of a whole answer."""
        text = "-" if self.spoken else ""
        if self._kind == "chat":
            said = {"content": text, "refusal": self._refused}
            choice = {"finish_reason": self._finish, "message": said}
            return {"choices": [choice], "usage": self._message, "model": self.served}
        if self._kind == "message":
            content = [{"type": "text", "text": text}]
            stop = self._finish
            return {
                "type": "message",
                "stop_reason": stop,
                "content": content,
                "usage": self._usage,
                "model": self.served,
            }
        return {"model": self.served}


def _says(text: object) -> bool:
    return isinstance(text, str) and bool(text) and not text.isspace()


class Snapshot(NamedTuple):
    """What a stream helper has gathered so far: an answer, whole or not."""

    answer: object


Ended = Callable[[BaseException | None, bool], None]
"""Called once when a stream is over: with the error that ended it, and whether its reader closed it before its end."""


class _Watch:
    """What both wrappers share. Attributes of the stream are found on the wrapper, and `isinstance` finds its type."""

    def __init__(self, events: Any, seen: Callable[[object], None], ended: Ended) -> None:
        self._watched = events
        self._seen = seen
        self._ended: Ended | None = ended

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._watched, name)
        # The stream helpers read themselves for this one, past the wrapper.
        return watch(value, self._seen, _nothing) if name == "text_stream" else value

    def _snapshot(self) -> None:
        """What a stream helper has gathered: with its own `text_stream` or `get_final_message`, no event was seen."""
        for name in ("current_message_snapshot", "current_completion_snapshot"):
            with suppress(Exception):  # helpers that have nothing yet fail in ways of their own
                self._seen(Snapshot(getattr(self._watched, name)))

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self._watched)

    def _end(self, error: BaseException | None = None, *, cut: bool = False) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            self._snapshot()
            ended(error, cut)

    def __del__(self) -> None:
        # A stream that nobody reads any more is over; at the interpreter's exit there may be nothing left to tell.
        with suppress(Exception):
            self._end(cut=True)


class WatchedStream(_Watch):
    """A synchronous stream that is looked on."""

    _iterator: Iterator[Any] | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = self._watched if hasattr(self._watched, "__next__") else iter(self._watched)
        try:
            event = next(self._iterator)
        except StopIteration:
            self._end()
            raise
        except BaseException as error:
            self._end(error)
            raise
        self._seen(event)
        return event

    def __enter__(self) -> Self:
        if hasattr(self._watched, "__enter__"):
            self._watched = self._watched.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> object:
        self._end(error, cut=True)
        leave = getattr(self._watched, "__exit__", None)
        return leave(kind, error, trace) if leave else None

    def close(self) -> None:
        """Closes the stream."""
        self._end(cut=True)
        close = getattr(self._watched, "close", None)
        if close:
            close()


class WatchedAsyncStream(_Watch):
    """An asynchronous stream that is looked on."""

    _iterator: AsyncIterator[Any] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._iterator is None:
            self._iterator = self._watched if hasattr(self._watched, "__anext__") else aiter(self._watched)
        try:
            event = await anext(self._iterator)
        except StopAsyncIteration:
            self._end()
            raise
        except BaseException as error:
            self._end(error)
            raise
        self._seen(event)
        return event

    async def __aenter__(self) -> Self:
        if hasattr(self._watched, "__aenter__"):
            self._watched = await self._watched.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> object:
        self._end(error, cut=True)
        leave = getattr(self._watched, "__aexit__", None)
        return await leave(kind, error, trace) if leave else None

    async def close(self) -> None:
        """Closes the stream."""
        self._end(cut=True)
        close = getattr(self._watched, "close", None) or getattr(self._watched, "aclose", None)
        if close:
            await close()

    aclose = close


def _nothing(error: BaseException | None, cut: bool) -> None:
    """The end of a part of a stream."""


def watch(events: Any, seen: Callable[[object], None], ended: Ended) -> Any:
    """`events` with `seen` called for each of them and `ended` once. An object that cannot be iterated stays as it is.

    `seen` and `ended` must not raise.
    """
    if hasattr(events, "__aiter__") or hasattr(events, "__aenter__"):
        return WatchedAsyncStream(events, seen, ended)
    if hasattr(events, "__iter__") or hasattr(events, "__enter__"):
        return WatchedStream(events, seen, ended)
    return events
