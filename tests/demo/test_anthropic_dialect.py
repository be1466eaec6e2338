"""The Messages API as pure functions: bodies in common words, and replies as bodies or events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from console.demo.standin.anthropic_dialect import AnthropicDialect
from console.demo.standin.asked import BadRequest, Rejection, Reply
from console.demo.standin.contract import signature_of

DIALECT = AnthropicDialect()
USER = {"role": "user", "content": "Where is my parcel?"}
BODY: dict[str, Any] = {"model": "claude-sonnet-5", "max_tokens": 500, "messages": [USER]}
Make = Callable[..., Reply]
Events = Callable[[bytes], list[dict[str, Any]]]


def streamed(reply: Reply) -> bytes:
    pieces = b"".join(DIALECT.piece(reply, number, text) for number, text in enumerate(reply.pieces))
    return DIALECT.opening(reply) + pieces + DIALECT.closing(reply)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def test_a_request_is_read_in_common_words() -> None:
    schema = {"type": "object"}
    asked = DIALECT.read(
        {
            **BODY,
            "system": "Be brief.",
            "stream": True,
            "tools": [{"name": "find_order"}],
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
        }
    )
    assert (asked.model, asked.prompt, asked.stream, asked.max_tokens) == (
        "claude-sonnet-5",
        "Where is my parcel?",
        True,
        500,
    )
    assert asked.schema == schema
    assert asked.tools == ("find_order",)
    assert asked.everything == 'Be brief.\nWhere is my parcel?\n[{"name":"find_order"}]'


@pytest.mark.parametrize("stream", [False, None, 1, "true"])
def test_only_true_streams(stream: object) -> None:
    assert DIALECT.read({**BODY, "stream": stream}).stream is False


def test_counting_needs_no_limit_and_asking_does() -> None:
    body = {key: value for key, value in BODY.items() if key != "max_tokens"}
    with pytest.raises(BadRequest, match="max_tokens: Field required"):
        DIALECT.read(body)
    assert AnthropicDialect(counting=True).read(body).max_tokens is None


def test_a_system_prompt_is_cacheable_only_where_it_is_marked() -> None:
    part: dict[str, Any] = {"type": "text", "text": "Long instructions."}
    marked = {**part, "cache_control": {"type": "ephemeral"}}
    assert DIALECT.read({**BODY, "system": [part]}).cacheable == ""
    assert DIALECT.read({**BODY, "system": "Long instructions."}).cacheable == ""
    assert DIALECT.read({**BODY, "system": [part, marked]}).cacheable == "Long instructions.\nLong instructions."


@pytest.mark.parametrize("odd", [7, "text", [], {"format": 7}, {"format": {"schema": "no"}}])
def test_an_odd_output_format_is_no_schema(odd: object) -> None:
    assert DIALECT.read({**BODY, "output_config": odd}).schema is None


def test_the_api_version_of_the_request_decides_what_is_rejected() -> None:
    body = {**BODY, "temperature": 0.2}
    asked = DIALECT.read(body)
    assert DIALECT.rejects(asked, body, {"anthropic-version": "2023-06-01"}) is None
    assert DIALECT.rejects(asked, body, {}) is None
    rejected = DIALECT.rejects(asked, body, {"anthropic-version": "2026-10-21"})
    assert rejected is not None
    assert rejected.param == "temperature"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_every_status_has_the_error_type_of_the_api(status: int, kind: str) -> None:
    body = DIALECT.error(Rejection(status, "why"))
    assert body == {"type": "error", "error": {"type": kind, "message": "why"}, "request_id": "req_standin"}


def test_a_whole_answer_has_its_text_model_and_stop(a_reply: Make) -> None:
    body = DIALECT.whole(a_reply(served="claude-sonnet-5-20260630"))
    assert body["content"] == [{"type": "text", "text": "Hello, here is your answer."}]
    assert (body["model"], body["stop_reason"], body["stop_details"]) == ("claude-sonnet-5-20260630", "end_turn", None)
    assert body["id"] == "msg_standin_1"


@pytest.mark.parametrize(("stop", "reason"), [("end", "end_turn"), ("length", "max_tokens"), ("refusal", "refusal")])
def test_streamed_and_whole_stop_for_the_same_reason(a_reply: Make, events_of: Events, stop: str, reason: str) -> None:
    reply = a_reply(stop=stop)
    delta = next(event for event in events_of(streamed(reply)) if event["type"] == "message_delta")
    assert DIALECT.whole(reply)["stop_reason"] == delta["delta"]["stop_reason"] == reason


def test_the_input_count_leaves_the_cache_out(a_reply: Make) -> None:
    usage: Any = DIALECT.whole(a_reply(input_tokens=10, cached_tokens=70, cache_write_tokens=20))["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (
        10,
        70,
        20,
    )


def test_a_stream_is_framed_as_the_api_frames_it(a_reply: Make, events_of: Events) -> None:
    events = events_of(streamed(a_reply()))
    assert kinds(events) == [
        "message_start",
        "ping",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    deltas = [event["delta"]["text"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(deltas) == "Hello, here is your answer."
    assert events[0]["message"]["content"] == []
    assert events[0]["message"]["stop_reason"] is None
    assert events[0]["message"]["usage"]["input_tokens"] == 100
    assert events[-2]["usage"]["output_tokens"] == 40


def test_a_stream_that_thinks_opens_with_a_block_of_its_own(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(thinking_tokens=12)
    events = events_of(streamed(reply))
    starts = [(e["index"], e["content_block"]["type"]) for e in events if e["type"] == "content_block_start"]
    assert starts == [(0, "thinking"), (1, "text")]
    signature = next(e["delta"] for e in events if e["type"] == "content_block_delta")
    assert signature == {"type": "signature_delta", "signature": signature_of(reply.served)}
    assert {e["index"] for e in events if e.get("delta", {}).get("type") == "text_delta"} == {1}
    assert [e["index"] for e in events if e["type"] == "content_block_stop"] == [0, 1]
    content: Any = DIALECT.whole(reply)["content"]
    assert content[0] == {"type": "thinking", "thinking": "", "signature": signature_of(reply.served)}
    assert content[1]["text"] == reply.text


def test_thinking_is_never_more_than_what_has_been_put_out(a_reply: Make, events_of: Events) -> None:
    events = events_of(streamed(a_reply(thinking_tokens=12)))
    first, last = events[0]["message"]["usage"], events[-2]["usage"]
    assert (first["output_tokens"], first["output_tokens_details"]["thinking_tokens"]) == (1, 1)
    assert (last["output_tokens"], last["output_tokens_details"]["thinking_tokens"]) == (40, 12)


def test_a_tool_call_streams_its_arguments_as_json_text(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="tool", tool="find_order", pieces=('{"order":', ' "48213"}'))
    content: Any = DIALECT.whole(reply)["content"]
    assert content == [{"type": "tool_use", "id": "toolu_standin_1", "name": "find_order", "input": {"order": "48213"}}]
    events = events_of(streamed(reply))
    start = next(e["content_block"] for e in events if e["type"] == "content_block_start")
    assert (start["type"], start["name"], start["input"]) == ("tool_use", "find_order", {})
    parts = [e["delta"]["partial_json"] for e in events if e["type"] == "content_block_delta"]
    assert json.loads("".join(parts)) == {"order": "48213"}
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_a_refusal_has_no_content_and_says_why(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="refusal", pieces=("I can't help.",))
    whole: Any = DIALECT.whole(reply)
    assert whole["content"] == []
    assert whole["stop_details"]["type"] == "refusal"
    events = events_of(streamed(reply))
    assert kinds(events) == ["message_start", "ping", "message_delta", "message_stop"]
    assert events[2]["delta"]["stop_details"] == whole["stop_details"]


def test_an_empty_answer_has_no_block(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(damage="empty", pieces=())
    assert DIALECT.whole(reply)["content"] == []
    assert kinds(events_of(streamed(reply))) == ["message_start", "ping", "message_delta", "message_stop"]


def test_an_answer_that_never_finished_has_no_stop_reason(a_reply: Make) -> None:
    assert DIALECT.whole(a_reply(damage="no final event"))["stop_reason"] is None


def test_a_failure_inside_a_stream_is_an_overload(a_reply: Make, events_of: Events) -> None:
    (failed,) = events_of(DIALECT.failure(a_reply()))
    assert (failed["type"], failed["error"]["type"]) == ("error", "overloaded_error")
