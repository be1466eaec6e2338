"""Answers are read by their shape: of both SDKs' own classes, of mappings, of anything else without failing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.traffic.answers import Reading, read_answer
from tests.later import anthropic, openai

if TYPE_CHECKING:
    from anthropic.types import Message
    from openai.types.chat import ChatCompletion
    from openai.types.responses import Response


def message(stop: str = "end_turn", content: list | None = None, **usage: int) -> Message:
    return anthropic.types.Message.model_validate(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "stop_reason": stop,
            "stop_sequence": None,
            "content": [{"type": "text", "text": "Hello"}] if content is None else content,
            "usage": {"input_tokens": 10, "output_tokens": 5, **usage},
        }
    )


def chat(finish: str = "stop", **said: object) -> ChatCompletion:
    return openai.types.chat.ChatCompletion.model_validate(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-4.1-mini-2025-04-14",
            "choices": [
                {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": "Hello", **said}}
            ],
            "usage": {
                "prompt_tokens": 20,
                "completion_tokens": 7,
                "total_tokens": 27,
                "prompt_tokens_details": {"cached_tokens": 16},
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
        }
    )


def response(status: str = "completed", output: list | None = None, **more: object) -> Response:
    said = {"type": "output_text", "text": "Hello", "annotations": []}
    spoken = {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [said]}
    return openai.types.responses.Response.model_validate(
        {
            "id": "r1",
            "object": "response",
            "created_at": 1,
            "model": "gpt-5.4-mini-2026-03-17",
            "status": status,
            "output": [spoken] if output is None else output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 30,
                "output_tokens": 9,
                "total_tokens": 39,
                "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 4},
            },
            **more,
        }
    )


def test_a_message_is_read_with_cached_tokens_as_part_of_the_input() -> None:
    reading = read_answer(message(cache_read_input_tokens=100, cache_creation_input_tokens=50))
    assert reading == Reading(
        outcome="ok",
        served="claude-sonnet-5-5",
        input_tokens=160,
        output_tokens=5,
        cached_tokens=100,
        cache_write_tokens=50,
        sdk=f"anthropic {anthropic.__version__}",
    )


def test_a_chat_completion_is_read() -> None:
    assert read_answer(chat()) == Reading(
        served="gpt-4.1-mini-2025-04-14",
        input_tokens=20,
        output_tokens=7,
        cached_tokens=16,
        reasoning_tokens=3,
        sdk=f"openai {openai.__version__}",
    )


def test_a_response_is_read() -> None:
    assert read_answer(response()) == Reading(
        served="gpt-5.4-mini-2026-03-17",
        input_tokens=30,
        output_tokens=9,
        cached_tokens=2,
        reasoning_tokens=4,
        sdk=f"openai {openai.__version__}",
    )


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda: message("refusal", []), "refusal"),
        (lambda: message("max_tokens"), "truncated"),
        (lambda: message("model_context_window_exceeded"), "truncated"),
        (lambda: message(content=[]), "empty"),
        (lambda: message(content=[{"type": "text", "text": " \n"}]), "empty"),
        (lambda: message(content=[{"type": "thinking", "thinking": "hm", "signature": "s"}]), "empty"),
        (lambda: message("tool_use", [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]), "ok"),
        (lambda: message("pause_turn", []), "ok"),
        (lambda: chat("content_filter"), "refusal"),
        (lambda: chat(content=None, refusal="I can't"), "refusal"),
        (lambda: chat("length"), "truncated"),
        (lambda: chat(content=None), "empty"),
        (lambda: chat(content="  "), "empty"),
        (
            lambda: chat(
                "tool_calls",
                content=None,
                tool_calls=[{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            ),
            "ok",
        ),
        (lambda: response("incomplete", incomplete_details={"reason": "max_output_tokens"}), "truncated"),
        (lambda: response("incomplete", incomplete_details={"reason": "content_filter"}), "refusal"),
        (lambda: response(output=[]), "empty"),
        (lambda: response(output=[{"type": "reasoning", "id": "x", "summary": []}]), "empty"),
        (lambda: response("failed", [], error={"code": "server_error", "message": "x"}), "error"),
        (
            lambda: response(
                output=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "id": "i"}],
            ),
            "ok",
        ),
    ],
)
def test_outcomes_follow_from_stop_reasons_and_content(answer: Callable[[], object], outcome: str) -> None:
    assert read_answer(answer()).outcome == outcome


def test_a_refusal_part_of_a_response_is_a_refusal() -> None:
    part = {"type": "refusal", "refusal": "I can't"}
    spoken = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    assert read_answer(response(output=[spoken])).outcome == "refusal"


def test_a_failed_response_names_its_error() -> None:
    answer = response("failed", [], error={"code": "rate_limit_exceeded", "message": "x"})
    assert read_answer(answer).error_class == "rate_limit_exceeded"


@pytest.mark.parametrize("kind", [message, chat, response])
def test_mappings_read_like_the_objects_they_came_from(kind) -> None:
    answer = kind()
    assert read_answer(answer.model_dump())._replace(sdk="") == read_answer(answer)._replace(sdk="")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "content", "stop_reason", "usage", "choices", "message", "output", "status", "model"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_foreign_answers_are_read_as_far_as_they_go(answer: object) -> None:
    reading = read_answer(answer)
    assert reading.input_tokens is None or 0 <= reading.input_tokens < 2**63
    reading.served.encode("utf-8")
