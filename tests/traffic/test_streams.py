"""Streams of code that routes by hand: watched inside a block, whatever they are made of and however they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.traffic.answers import Reading
from console.traffic.streams import Streamed, watch
from tests.later import anthropic, openai

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OLD, MINI = "claude-sonnet-4-5-20250929", "gpt-4.1-mini-2025-04-14"
ASKED: list[Any] = [{"role": "user", "content": "Where is my order?"}]
CLAUDE = {"model": OLD, "max_tokens": 900, "messages": ASKED}
START = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}}
TEXT = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hello"}}
THINKING = {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm"}}
TOOL = {"type": "content_block_start", "content_block": {"type": "tool_use"}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
STOP = {"type": "message_stop"}


def chunk(content: str | None = None, finish: str | None = None, **delta: object) -> dict[str, object]:
    return {"model": "m", "choices": [{"delta": {"content": content, **delta}, "finish_reason": finish}]}


USED = {"model": "m", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
DONE = {
    "type": "response.completed",
    "response": {
        "object": "response",
        "model": "m",
        "status": "completed",
        "usage": {"input_tokens": 9, "output_tokens": 5},
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
    },
}


def read(*events: object, cut: bool = False) -> Reading:
    streamed = Streamed()
    for event in events:
        streamed.see(event)
    streamed.cut = cut
    return streamed.reading()


@pytest.mark.parametrize(
    "events",
    [
        (START, TEXT, END, STOP),
        (START, THINKING, TOOL, END, STOP),
        (chunk("Hello"), chunk(None, "stop"), USED),
        (chunk(None, None, tool_calls=[{}]), chunk(None, "tool_calls"), USED),
        ({"type": "response.output_text.delta"}, DONE),
        ({"type": "chunk", "chunk": chunk("Hello", "stop")}, {"type": "chunk", "chunk": USED}),
    ],
)
def test_a_whole_stream_says_what_a_whole_answer_says(events) -> None:
    assert read(*events) == Reading(outcome="ok", served="m", input_tokens=9, output_tokens=5)


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ((START, END), "empty"),
        ((START, THINKING, END), "empty"),
        ((START, {**END, "delta": {"stop_reason": "refusal"}}), "refusal"),
        ((START, TEXT, {**END, "delta": {"stop_reason": "max_tokens"}}), "truncated"),
        ((START, TEXT), "truncated"),
        ((chunk("Hello"),), "truncated"),
        ((chunk("Hello"), chunk(None, "length")), "truncated"),
        ((chunk("   "), chunk(None, "stop")), "empty"),
        ((chunk(None, None, refusal="No"), chunk(None, "stop")), "refusal"),
        (({"type": "response.created", "response": {"model": "m"}},), "truncated"),
    ],
)
def test_how_a_stream_ends_is_its_outcome(events, outcome) -> None:
    assert read(*events).outcome == outcome


def test_a_stream_that_its_reader_closed_is_judged_by_what_it_had_said() -> None:
    assert read(START, TEXT, cut=True)[:2] == ("ok", "")
    assert read(START, cut=True)[:2] == ("error", "StreamClosed")
    assert read(START, TEXT, END, cut=True).output_tokens == 5
    assert read(START, TEXT, cut=True).output_tokens is None


KEYS = ("type", "choices", "delta", "message", "usage", "response", "content_block")
VALUES = st.none() | st.text(max_size=3) | st.integers() | st.sampled_from(["message_start", "message_delta", "chunk"])
EVENTS = st.dictionaries(
    st.sampled_from(KEYS), VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES) | st.lists(VALUES)
)


@given(st.lists(VALUES | EVENTS, max_size=5))
def test_no_event_whatsoever_raises(events) -> None:
    assert read(*events).outcome in ("ok", "empty", "truncated", "error", "refusal")


@given(st.lists(st.sampled_from([START, TEXT, THINKING, TOOL, END, STOP])))
def test_the_first_token_is_told_once_and_only_for_what_is_said(events) -> None:
    streamed = Streamed()
    told = [streamed.see(event) for event in events]
    assert sum(told) == (TEXT in events or TOOL in events)
    if any(told):
        assert events[told.index(True)] in (TEXT, TOOL)


def test_by_hand_with_the_real_sdks(stand_in, log, choice, query) -> None:
    with anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        with log.request(choice(), "u", call=CLAUDE) as request:
            assert [event.type for event in request.stream(claude.messages.create(**CLAUDE, stream=True))][-1]
        with log.request(choice(), "u") as request, request.stream(claude.messages.stream(**CLAUDE)) as stream:
            assert len(list(stream.text_stream)) > 1
        with log.request(choice(), "u") as request, request.stream(claude.messages.stream(**CLAUDE)) as stream:
            assert stream.get_final_message().model == OLD
    with openai.OpenAI(api_key="none", base_url=f"{stand_in.url}/v1", max_retries=0) as gpt:
        with log.request(choice(), "u") as request:
            list(request.stream(gpt.responses.create(model=MINI, input="Hello", stream=True)))
        with (
            log.request(choice(), "u") as request,
            request.stream(gpt.chat.completions.stream(model=MINI, messages=ASKED)) as stream,
        ):
            assert stream.get_final_completion().model == MINI
    assert log.flush()
    assert query("SELECT outcome, served, output_tokens > 5, ttft_ms <= latency_ms FROM request_log") == [
        ("ok", OLD, 1, 1),
        ("ok", OLD, 1, 1),
        ("ok", OLD, 1, None),
        ("ok", MINI, 1, 1),
        ("ok", MINI, None, None),
    ]


async def test_by_hand_and_asynchronous(stand_in, log, choice, query) -> None:
    async with anthropic.AsyncAnthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        async with log.request(choice(), "u") as request:
            async for _ in request.stream(await claude.messages.create(**CLAUDE, stream=True)):
                pass
        async with (
            log.request(choice(), "u") as request,
            request.stream(claude.messages.stream(**CLAUDE)) as stream,
        ):
            assert [text async for text in stream.text_stream]
    assert log.flush()
    assert query("SELECT outcome, output_tokens > 5, ttft_ms > 0 FROM requests") == [("ok", 1, 1)] * 2


def test_text_of_any_source_marks_its_first_token(log, choice, query) -> None:
    with log.request(choice(), "u") as request:
        assert list(request.stream(iter(["", " ", "Hello"]))) == ["", " ", "Hello"]
    assert log.flush()
    assert query("SELECT outcome, ttft_ms > 0 FROM requests") == [("ok", 1)]


def test_an_error_in_the_stream_is_the_requests_error_also_when_it_is_handled(log, choice, query) -> None:
    def breaking() -> Iterator[dict[str, Any]]:
        yield START
        yield TEXT
        raise ConnectionError("gone")

    with log.request(choice(), "u") as request, pytest.raises(ConnectionError):
        list(request.stream(breaking()))
    with log.request(choice(), "u") as request:
        with pytest.raises(ConnectionError):
            list(request.stream(breaking()))
        list(request.stream([START, TEXT, END]))
    assert log.flush()
    assert query("SELECT outcome, error_class, output_tokens FROM requests ORDER BY n") == [
        ("error", "ConnectionError", None),
        ("ok", None, 5),
    ]


async def test_a_task_cancelled_while_it_streams(log, choice, query) -> None:
    said = asyncio.Event()

    async def endless() -> AsyncIterator[dict[str, Any]]:
        yield START
        yield TEXT
        said.set()
        await asyncio.Event().wait()

    async def work() -> None:
        async with log.request(choice(), "u") as request:
            async for _ in request.stream(endless()):
                pass

    task = asyncio.create_task(work())
    await said.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log.flush()
    assert query("SELECT outcome, error_class, ttft_ms > 0 FROM requests") == [("error", "CancelledError", 1)]


def test_a_wrapper_is_as_good_as_its_stream() -> None:
    class Stream:
        response = "headers"
        closed = False

        def __iter__(self) -> Iterator[int]:
            return iter((1, 2, 3))

        def close(self) -> None:
            self.closed = True

    ended: list[tuple] = []
    events: list[object] = []
    inner = Stream()
    watched = watch(inner, events.append, lambda *how: ended.append(how))
    assert isinstance(watched, Stream)
    assert watched.response == "headers"
    assert next(iter(watched)) == 1
    watched.close()
    assert inner.closed
    assert list(watched) == [2, 3]
    assert (events, ended) == ([1, 2, 3], [(None, True)])
    with pytest.raises(AttributeError, match="colour"):
        _ = watched.colour


def test_what_cannot_be_iterated_stays_as_it_is() -> None:
    nothing = object()
    assert watch(nothing, print, print) is nothing
