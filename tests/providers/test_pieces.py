"""The small parts: what was seen of an answer, what an error message may say, and many questions at once."""

from __future__ import annotations

import asyncio
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.providers.adapters import adapter_name
from console.providers.asking import answer_of
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.faults import failure_of
from console.providers.records import Limits, Question, ToolCall, cancelled
from console.providers.seen import Malformed, ReportedFault, Seen, TooLarge, count_of, field_of, text_of, word_of

ENDPOINT = Endpoint("anthropic", "https://user:pass@api.example:8443/v1", "sk-ant-0123456789abcdef")
QUESTION = Question.of("claude-sonnet-5-5", "My card number is 4111 1111", "You are the assistant of a bank.")
LIMITS = Limits()


def fault(error: Exception, *, opened: bool = False, question: Question = QUESTION):
    seen = Seen(1_000)
    seen.opened = opened
    return failure_of(error, seen, question, ENDPOINT, LIMITS)


@given(st.lists(st.text(max_size=20), max_size=20), st.integers(1, 60))
def test_no_more_text_is_kept_than_allowed_and_it_is_the_beginning(pieces, most):
    seen = Seen(most)
    given_back = []
    try:
        for piece in pieces:
            given_back.append(seen.add_text(piece))
            seen.check_size()
    except TooLarge:
        assert len("".join(pieces).encode("utf-8", "surrogatepass")) > most
    else:
        assert seen.text == "".join(pieces)
    assert seen.text == "".join(given_back)
    assert "".join(pieces).startswith(seen.text)
    assert len(seen.text.encode("utf-8", "surrogatepass")) <= most


def test_tool_arguments_count_towards_the_size():
    seen = Seen(10)
    seen.add_tool(0, name="track", arguments='{"id":')
    with pytest.raises(TooLarge):
        seen.add_tool(0, arguments="4" * 5)
    assert seen.tool_calls == (ToolCall("track", '{"id":'),)


def test_tool_calls_that_come_interleaved_stay_apart():
    seen = Seen(100)
    for key, piece in ((0, "a"), (1, "b"), (0, "c"), (1, "d")):
        seen.add_tool(key, name=None if piece in "cd" else f"tool{key}", arguments=piece)
    assert seen.tool_calls == (ToolCall("tool0", "ac"), ToolCall("tool1", "bd"))


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"], {"a": 1}])
def test_what_is_no_text_is_malformed(value):
    with pytest.raises(Malformed):
        text_of(value)
    assert word_of(value) is None


@pytest.mark.parametrize(
    ("value", "count"), [(0, 0), (7, 7), (-1, None), (True, None), (1.0, None), ("7", None), (None, None)]
)
def test_only_whole_numbers_are_counts(value, count):
    assert count_of(value) == count


def test_a_missing_field_is_none_however_deep():
    assert field_of(QUESTION, "model") == "claude-sonnet-5-5"
    assert field_of(QUESTION, "nothing", "at", "all") is None


@pytest.mark.parametrize(
    "text",
    [
        "key sk-ant-0123456789abcdef is wrong",
        "key sk-ant-01234****cdef is wrong",
        "Authorization: Bearer abc.def.ghi",
        "AIzaSyA1234567890 is not valid",
        "you sent: My card number is 4111 1111",
        "system was: You are the assistant of a bank.",
    ],
)
def test_keys_and_prompts_are_taken_out_of_messages(text):
    message = fault(ReportedFault("api_error", text)).message
    for secret in ("0123", "abc.def", "SyA1", "4111", "assistant of a bank"):
        assert secret not in message
    assert "‹" in message


def test_a_long_message_is_cut():
    assert len(fault(ReportedFault("api_error", "x" * 100_000)).message) < 600


def test_an_exception_of_an_sdk_is_named_and_never_quoted():
    failure = fault(ValueError("Unable to parse: My card number is 4111 1111 and the answer is 42"))
    assert failure.kind == "malformed"
    assert "ValueError" in failure.message
    assert "4111" not in failure.message
    assert "42" not in failure.message


def test_an_address_is_shown_without_its_password():
    class APIConnectionError(Exception):
        pass

    failure = fault(APIConnectionError("x"))
    assert failure.kind == "connection"
    assert "api.example:8443" in failure.message
    assert "pass" not in failure.message
    assert fault(APIConnectionError("x"), opened=True).kind == "broken_stream"


def test_the_size_is_recognised_through_what_an_sdk_wraps_around_it():
    outer = RuntimeError("wrapped")
    outer.__cause__ = TooLarge()
    assert fault(outer).kind == "too_large"


def test_an_exception_that_is_its_own_cause_ends():
    one, two = RuntimeError("1"), RuntimeError("2")
    one.__cause__, two.__cause__ = two, one
    assert fault(one).kind == "malformed"


@pytest.mark.parametrize(
    ("provider", "model", "params", "name"),
    [
        ("anthropic", "claude-sonnet-5-5", {}, "anthropic_messages"),
        ("anthropic", "claude-sonnet-5-5", {"api": "responses"}, "anthropic_messages"),
        ("openai", "gpt-4o", {}, "openai_chat"),
        ("openai", "gpt-4o", {"api": "responses"}, "openai_responses"),
        ("openai", "gpt-6.1", {"tools": [{"name": "x"}]}, "openai_responses"),
        ("gemini", "gemini-2.5-pro", {"api": "responses"}, "openai_chat"),
    ],
)
def test_which_api_a_question_goes_through(provider, model, params, name):
    assert adapter_name(Question.of(model, "x", params=params), provider) == name


def test_a_stopped_question_keeps_what_had_arrived():
    answer = cancelled("m", "half an ans", 120.0)
    assert (answer.outcome, answer.failure.kind, answer.text, answer.cost_usd) == (
        "error",
        "cancelled",
        "half an ans",
        None,
    )


def test_records_do_not_change():
    for record, name in ((QUESTION, "model"), (ENDPOINT, "key"), (LIMITS, "retries"), (cancelled("m"), "text")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(record, name, "x")


async def test_many_questions_at_once_do_not_mix(server, streams):
    server.replies = [streams.reply(body=streams.anthropic(words=["one ", "two"]))]
    gate = asyncio.Semaphore(20)

    async def one(endpoints: Endpoints, number: int):
        async with gate:
            return await answer_of(Question.of("claude-sonnet-5-5", f"question {number}"), endpoints)

    async with Endpoints.stand_in(server.url) as endpoints:
        answers = await asyncio.gather(*(one(endpoints, number) for number in range(100)))
    assert {answer.text for answer in answers} == {"one two"}
    asked = {body["messages"][0]["content"] for _, _, body in server.seen}
    assert asked == {f"question {number}" for number in range(100)}


def test_the_same_endpoints_serve_one_event_loop_after_another(server, streams):
    server.replies = [streams.reply(body=streams.anthropic())]
    endpoints = Endpoints.stand_in(server.url)

    async def main() -> str:
        try:
            return (await answer_of(Question.of("claude-sonnet-5-5", "x"), endpoints)).outcome
        finally:
            await endpoints.aclose()

    assert [asyncio.run(main()) for _ in range(2)] == ["ok", "ok"]
