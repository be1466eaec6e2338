"""Whatever bytes a provider sends, in whatever order and cut anywhere: one answer comes, and it never lies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.providers import transport, wire
from console.providers.asking import ask
from console.providers.endpoints import Endpoints
from console.providers.records import Answer, Limits, Question, TextDelta
from tests.effort import examples

MODELS = {"claude-sonnet-5-5": "anthropic", "gpt-4.1-mini-2025-04-14": "chat", "gpt-5-pro": "responses"}
FUZZ = settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Pieces(httpx2.AsyncByteStream):
    """A body that arrives in the given pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


class Played:
    """A connection whose other end answers any request with the given pieces, each in a chunk of its own."""

    def __init__(self, line: wire._Line, status: int, kind: str, pieces: list[bytes]) -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        self._sends = [head, *(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece), b"0\r\n\r\n"]
        self._line = line

    def write(self, _: bytes) -> None:
        """The request: the answer comes piece by piece, each in a turn of the event loop's own."""
        for data in self._sends:
            asyncio.get_running_loop().call_soon(self._line.data_received, data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""

    abort = close


Asker = Callable[..., tuple[list[str], Answer]]


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch, direct: bool) -> Asker:
    """Asks a model whose provider sends `pieces`, without a socket: thousands of answers in seconds."""

    def asking(model: str, pieces: list[bytes], status: int = 200, kind: str = "text/event-stream") -> Any:
        def respond(_: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(status, headers={"content-type": kind}, stream=Pieces(pieces))

        def client(*_: object) -> httpx2.AsyncClient:
            return httpx2.AsyncClient(transport=httpx2.MockTransport(respond))

        async def connected(*_: object) -> wire._Line:
            line = wire._Line()
            line.transport = Played(line, status, kind, pieces)  # type: ignore[assignment]
            return line

        monkeypatch.setattr(transport, "http_client", client)
        monkeypatch.setattr(wire.Wire, "_connected", connected)

        async def main() -> tuple[list[str], Answer]:
            limits = Limits(retries=0, total_s=10)
            question = Question.of(model, "hello there")
            async with (
                Endpoints.stand_in("http://mock") as endpoints,
                aclosing(ask(question, endpoints, limits=limits, direct=direct)) as stream,
            ):
                items = [item async for item in stream]
            *deltas, answer = items
            assert isinstance(answer, Answer)
            assert all(isinstance(delta, TextDelta) and delta.text for delta in deltas)
            return [delta.text for delta in deltas], answer

        return asyncio.run(main())

    return asking


def consistent(deltas: list[str], answer: Answer) -> None:
    """What holds of every answer, whatever was sent."""
    assert "".join(deltas) == answer.text
    assert (answer.outcome == "error") == (answer.failure is not None)
    if answer.outcome == "ok":
        assert answer.text.strip() or answer.tool_calls
        assert answer.stop_reason is not None
    for count in (answer.input_tokens, answer.output_tokens, answer.cached_tokens, answer.reasoning_tokens):
        assert count is None or count >= 0
    assert answer.cost_usd is None or answer.cost_usd >= 0
    assert isinstance(answer.served_model, str)
    assert answer.latency_ms is not None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "delta", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(data=st.data())
def test_a_wrong_value_anywhere(asker, streams, model, data):
    events = getattr(streams, MODELS[model])()
    index = data.draw(st.integers(0, len(events) - 1))
    head, _, text = events[index].partition(b"data: ")
    if text.strip() != b"[DONE]":
        body = json.loads(text)
        place = data.draw(st.sampled_from(places(body)))
        changed = json.dumps(replaced(body, place, data.draw(JUNK)))
        events[index] = head + b"data: " + changed.encode() + b"\n\n"
    consistent(*asker(model, events))


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(data=st.data())
def test_events_lost_repeated_and_out_of_order(asker, streams, model, data):
    events = getattr(streams, MODELS[model])()
    order = data.draw(st.lists(st.integers(0, len(events) - 1), max_size=2 * len(events)))
    consistent(*asker(model, [events[index] for index in order]))


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(data=st.data())
def test_a_stream_cut_anywhere_is_never_a_good_answer(asker, streams, model, data):
    whole = b"".join(getattr(streams, MODELS[model])())
    # Beyond the stop reason there is nothing more of the answer itself.
    last = {
        "anthropic": b'"stop_reason": "end_turn"',
        "chat": b'"finish_reason": "stop"',
        "responses": b"response.completed",
    }
    end = data.draw(st.integers(0, whole.index(last[MODELS[model]])))
    deltas, answer = asker(model, [whole[:end]])
    consistent(deltas, answer)
    assert answer.outcome == "error"
    assert "Your parcel left on Tuesday.".startswith(answer.text)


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(data=st.data())
def test_it_does_not_matter_how_the_bytes_are_cut(asker, streams, model, data):
    whole = b"".join(getattr(streams, MODELS[model])(words=["Grüße", " 明日 ", "\U0001f4e6"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    deltas, answer = asker(model, pieces)
    consistent(deltas, answer)
    assert (answer.outcome, answer.text) == ("ok", "Grüße 明日 \U0001f4e6")


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(noise=st.binary(max_size=200), status=st.sampled_from([200, 200, 204, 302, 400, 404, 429, 500]))
def test_noise(asker, model, noise, status):
    deltas, answer = asker(model, [noise, b"data: ", noise, b"\n\n"], status, "application/octet-stream")
    consistent(deltas, answer)
    assert answer.outcome == "error"


@pytest.mark.parametrize("model", MODELS)
@FUZZ
@given(body=JUNK, status=st.sampled_from([400, 401, 404, 422, 429, 500, 529]))
def test_any_json_as_the_body_of_an_error(asker, model, body, status):
    for wrapped in (body, {"error": body}, {"error": {"message": body, "type": body, "param": body, "code": body}}):
        deltas, answer = asker(model, [json.dumps(wrapped).encode()], status, "application/json")
        consistent(deltas, answer)
        assert answer.failure is not None
        assert answer.failure.status == status
        assert str(status) in answer.failure.message
