"""Chat Completions and Responses as pure functions: bodies in common words, and replies as bodies or events."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from console.demo.standin.asked import BadRequest, Rejection, Reply
from console.demo.standin.chat_dialect import CACHED_FROM_CHARACTERS, ChatDialect, openai_error
from console.demo.standin.dialect import Dialect
from console.demo.standin.responses_dialect import ResponsesDialect

CHAT, RESPONSES = ChatDialect(), ResponsesDialect()
USER = {"role": "user", "content": "Where is my parcel?"}
ASKED: dict[str, Any] = {"model": "gpt-6-luna", "messages": [USER]}
INPUT: dict[str, Any] = {"model": "gpt-6-luna", "input": "Where is my parcel?"}
Make = Callable[..., Reply]
Events = Callable[[bytes], list[dict[str, Any]]]


def streamed(dialect: Dialect, reply: Reply) -> bytes:
    pieces = b"".join(dialect.piece(reply, number, text) for number, text in enumerate(reply.pieces))
    return dialect.opening(reply) + pieces + dialect.closing(reply)


def deltas(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["choices"][0]["delta"] for event in events if event["choices"]]


def test_a_chat_request_is_read_in_common_words() -> None:
    schema = {"type": "object"}
    asked = CHAT.read(
        {
            **ASKED,
            "messages": [{"role": "system", "content": "Be brief."}, USER],
            "stream": True,
            "stream_options": {"include_usage": True},
            "tools": [{"type": "function", "function": {"name": "find_order"}}],
            "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
        }
    )
    assert (asked.model, asked.prompt, asked.stream, asked.usage_in_stream) == (
        "gpt-6-luna",
        "Where is my parcel?",
        True,
        True,
    )
    assert (asked.schema, asked.tools) == (schema, ("find_order",))
    assert asked.everything.startswith("Be brief.\nWhere is my parcel?\n[{")


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}, {"include_usage": 1}, "yes"])
def test_usage_is_streamed_only_to_those_who_asked(options: object) -> None:
    assert CHAT.read({**ASKED, "stream_options": options}).usage_in_stream is False


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 7}, 7),
        ({"max_completion_tokens": 7, "max_tokens": 5}, 7),
    ],
)
def test_either_name_of_the_limit_is_read_and_the_newer_one_wins(body: dict[str, Any], limit: int | None) -> None:
    assert CHAT.read({**ASKED, **body}).max_tokens == limit


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_long_system_prompt_is_cached_by_itself_and_a_shorter_one_is_not(role: str) -> None:
    long = "x" * CACHED_FROM_CHARACTERS
    for text, cached in ((long, long), (long[1:], "")):
        assert CHAT.read({**ASKED, "messages": [{"role": role, "content": text}, USER]}).cacheable == cached
        assert RESPONSES.read({**INPUT, "instructions": text}).cacheable == cached
    assert CHAT.read({**ASKED, "messages": [{"role": "user", "content": long}]}).cacheable == ""


def test_a_responses_request_is_read_from_text_or_messages() -> None:
    plain = RESPONSES.read({**INPUT, "instructions": "Be brief.", "max_output_tokens": 9, "stream": True})
    assert (plain.prompt, plain.everything) == ("Where is my parcel?", "Be brief.\nWhere is my parcel?\n")
    assert (plain.max_tokens, plain.stream) == (9, True)
    parts = [{"role": "user", "content": [{"type": "input_text", "text": "Where is my parcel?"}]}]
    assert RESPONSES.read({**INPUT, "input": parts}).prompt == "Where is my parcel?"
    schema = {"type": "object"}
    assert RESPONSES.read({**INPUT, "text": {"format": {"type": "json_schema", "schema": schema}}}).schema == schema


@pytest.mark.parametrize(("dialect", "key"), [(CHAT, "messages"), (RESPONSES, "input")])
def test_a_request_without_messages_blames_the_key_of_its_api(dialect: Dialect, key: str) -> None:
    with pytest.raises(BadRequest) as caught:
        dialect.read({"model": "gpt-6-luna"})
    assert caught.value.rejection.param == key


def test_the_contract_of_chat_is_not_that_of_responses() -> None:
    tools = [{"type": "function", "function": {"name": "find_order"}}]
    for dialect, given, blamed in ((CHAT, ASKED, "tools"), (RESPONSES, INPUT, None)):
        body = {**given, "model": "gpt-6.1-sol", "tools": tools}
        rejected = dialect.rejects(dialect.read(body), body, {})
        assert (rejected.param if rejected else None) == blamed


def test_chat_speaks_for_gemini_too() -> None:
    body = {**ASKED, "model": "gemini-4.0-pro", "google": {"thinking_config": {"thinking_budget": 1}}}
    rejected = CHAT.rejects(CHAT.read(body), body, {})
    assert rejected is not None
    assert rejected.param == "thinking_budget"


@pytest.mark.parametrize(
    ("rejection", "kind", "code"),
    [
        (Rejection(400, "m", "temperature", "unsupported_parameter"), "invalid_request_error", "unsupported_parameter"),
        (Rejection(400, "m"), "invalid_request_error", None),
        (Rejection(401, "m"), "invalid_request_error", "invalid_api_key"),
        (Rejection(404, "m"), "invalid_request_error", "model_not_found"),
        (Rejection(429, "m"), "rate_limit_error", "rate_limit_exceeded"),
        (Rejection(499, "m"), "invalid_request_error", None),
        (Rejection(500, "m"), "server_error", None),
        (Rejection(503, "m"), "server_error", None),
    ],
)
def test_errors_carry_the_type_and_code_of_the_api(rejection: Rejection, kind: str, code: str | None) -> None:
    expected = {"message": "m", "type": kind, "param": rejection.param, "code": code}
    assert openai_error(rejection) == CHAT.error(rejection) == RESPONSES.error(rejection) == {"error": expected}


@pytest.mark.parametrize("dialect", [CHAT, RESPONSES])
def test_the_input_count_of_openai_includes_the_cache(dialect: Dialect, a_reply: Make) -> None:
    reply = a_reply(input_tokens=10, cached_tokens=70, cache_write_tokens=20, output_tokens=40, thinking_tokens=15)
    usage: Any = dialect.whole(reply)["usage"]
    names = ("prompt_tokens", "completion_tokens") if dialect is CHAT else ("input_tokens", "output_tokens")
    assert [usage[name] for name in names] == [100, 40]
    assert usage["total_tokens"] == 140
    assert usage[f"{names[0]}_details"] == {"cached_tokens": 70, "cache_write_tokens": 20}
    assert usage[f"{names[1]}_details"] == {"reasoning_tokens": 15}


@pytest.mark.parametrize(("stop", "finish"), [("end", "stop"), ("length", "length"), ("refusal", "stop")])
def test_chat_streamed_and_whole_finish_alike(a_reply: Make, events_of: Events, stop: str, finish: str) -> None:
    reply = a_reply(stop=stop)
    whole: Any = CHAT.whole(reply)["choices"]
    ends = [event["choices"][0]["finish_reason"] for event in events_of(streamed(CHAT, reply)) if event["choices"]]
    assert whole[0]["finish_reason"] == ends[-1] == finish
    assert set(ends[:-1]) == {None}


def test_a_chat_stream_begins_with_the_role_and_ends_with_usage_and_done(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(served="gpt-6-luna-2026-07-01")
    data = streamed(CHAT, reply)
    events = events_of(data)
    assert data.endswith(b"data: [DONE]\n\n")
    assert deltas(events)[0] == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(delta.get("content") or "" for delta in deltas(events)) == reply.text
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["completion_tokens"] == 40
    assert {event["model"] for event in events} == {"gpt-6-luna-2026-07-01"}
    assert {event["id"] for event in events} == {"chatcmpl-standin_1"}


def test_a_chat_stream_without_usage_ends_with_the_choice(a_reply: Make, events_of: Events) -> None:
    events = events_of(streamed(CHAT, a_reply(usage_in_stream=False)))
    assert all(event["choices"] for event in events)
    assert not any("usage" in event for event in events)


def test_a_refusal_in_chat_stands_in_its_own_field(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="refusal", pieces=("I can't ", "help."))
    message: Any = CHAT.whole(reply)["choices"]
    assert message[0]["message"] == {"role": "assistant", "content": None, "refusal": "I can't help."}
    said = [delta.get("refusal") for delta in deltas(events_of(streamed(CHAT, reply)))]
    assert [part for part in said if part] == ["I can't ", "help."]


def test_a_tool_call_in_chat_is_put_together_from_its_parts(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="tool", tool="find_order", pieces=('{"order":', ' "48213"}'))
    whole: Any = CHAT.whole(reply)["choices"]
    assert whole[0]["message"]["content"] is None
    assert whole[0]["finish_reason"] == "tool_calls"
    (call,) = whole[0]["message"]["tool_calls"]
    assert (call["id"], call["function"]["name"]) == ("call_standin_1", "find_order")
    assert json.loads(call["function"]["arguments"]) == {"order": "48213"}
    calls = [delta["tool_calls"][0] for delta in deltas(events_of(streamed(CHAT, reply))) if "tool_calls" in delta]
    assert (calls[0]["id"], calls[0]["function"]) == ("call_standin_1", {"name": "find_order", "arguments": ""})
    assert json.loads("".join(part["function"]["arguments"] for part in calls)) == {"order": "48213"}
    assert {part["index"] for part in calls} == {0}


def test_a_chat_answer_that_never_finished_has_no_reason(a_reply: Make) -> None:
    choices: Any = CHAT.whole(a_reply(damage="no final event"))["choices"]
    assert choices[0]["finish_reason"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stop": "length"},
        {"stop": "refusal"},
        {"stop": "tool", "tool": "find_order", "pieces": ("{}",)},
        {"damage": "empty", "pieces": ()},
    ],
)
def test_a_responses_stream_counts_its_events_upwards(
    a_reply: Make, events_of: Events, changes: dict[str, Any]
) -> None:
    events = events_of(streamed(RESPONSES, a_reply(**changes)))
    numbers = [event["sequence_number"] for event in events]
    assert all(earlier < later for earlier, later in itertools.pairwise(numbers))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[0]["response"]["status"] == "in_progress"
    assert events[0]["response"]["output"] == []
    assert events[0]["response"]["usage"] is None


def test_a_responses_stream_opens_and_closes_what_it_fills(a_reply: Make, events_of: Events) -> None:
    reply = a_reply()
    events = events_of(streamed(RESPONSES, reply))
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * 3,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert "".join(event["delta"] for event in events if event["type"].endswith("text.delta")) == reply.text
    done = {event["type"]: event for event in events}
    assert done["response.output_text.done"]["text"] == reply.text
    assert done["response.content_part.added"]["part"]["text"] == ""
    assert done["response.content_part.done"]["part"]["text"] == reply.text
    assert done["response.output_item.added"]["item"]["content"] == []
    assert done["response.output_item.done"]["item"]["content"][0]["text"] == reply.text
    assert [done[f"response.output_item.{when}"]["item"]["status"] for when in ("added", "done")] == [
        "in_progress",
        "completed",
    ]
    assert {event["item_id"] for event in events if "item_id" in event} == {"msg_standin_1"}


def test_the_last_event_of_a_responses_stream_is_the_whole_answer(a_reply: Make, events_of: Events) -> None:
    for changes in ({}, {"stop": "length"}, {"stop": "refusal"}, {"stop": "tool", "tool": "x", "pieces": ("{}",)}):
        reply = a_reply(**changes)
        assert events_of(streamed(RESPONSES, reply))[-1]["response"] == RESPONSES.whole(reply)


def test_an_answer_cut_by_its_limit_is_incomplete_and_says_why(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="length")
    assert events_of(streamed(RESPONSES, reply))[-1]["type"] == "response.incomplete"
    whole = RESPONSES.whole(reply)
    assert (whole["status"], whole["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert RESPONSES.whole(a_reply())["incomplete_details"] is None


def test_a_refusal_in_responses_is_a_part_of_its_own_kind(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="refusal", pieces=("I can't ", "help."))
    output: Any = RESPONSES.whole(reply)["output"]
    assert output[0]["content"] == [{"type": "refusal", "refusal": "I can't help."}]
    events = events_of(streamed(RESPONSES, reply))
    assert [event["delta"] for event in events if event["type"] == "response.refusal.delta"] == ["I can't ", "help."]
    assert next(e for e in events if e["type"] == "response.refusal.done")["refusal"] == "I can't help."


def test_a_tool_call_in_responses_is_an_item_of_its_own(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(stop="tool", tool="find_order", pieces=('{"order":', ' "48213"}'))
    (item,) = RESPONSES.whole(reply)["output"]  # type: ignore[misc]
    assert (item["type"], item["id"], item["call_id"]) == ("function_call", "fc_standin_1", "call_standin_1")
    events = events_of(streamed(RESPONSES, reply))
    added = next(e["item"] for e in events if e["type"] == "response.output_item.added")
    assert (added["name"], added["arguments"]) == ("find_order", "")
    done = next(e for e in events if e["type"] == "response.function_call_arguments.done")
    parts = [e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta"]
    assert "".join(parts) == done["arguments"] == item["arguments"] == reply.text
    assert not any("content_part" in event["type"] for event in events)


def test_an_empty_answer_in_responses_has_no_item(a_reply: Make, events_of: Events) -> None:
    reply = a_reply(damage="empty", pieces=())
    assert RESPONSES.whole(reply)["output"] == []
    kinds = [event["type"] for event in events_of(streamed(RESPONSES, reply))]
    assert kinds == ["response.created", "response.in_progress", "response.completed"]
    assert RESPONSES.piece(reply, 0, "x") == b""


def test_a_responses_answer_that_never_finished_is_still_in_progress(a_reply: Make) -> None:
    assert RESPONSES.whole(a_reply(damage="no final event"))["status"] == "in_progress"


def test_failures_inside_streams(a_reply: Make, events_of: Events) -> None:
    (chat,) = events_of(CHAT.failure(a_reply()))
    assert chat["error"]["type"] == "server_error"
    (failed,) = events_of(RESPONSES.failure(a_reply()))
    assert (failed["type"], failed["response"]["status"]) == ("response.failed", "failed")
    assert failed["response"]["error"]["code"] == "server_error"
    assert failed["sequence_number"] == 7
