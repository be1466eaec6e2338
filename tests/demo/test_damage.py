"""Every kind of damage, as the real SDKs and plain HTTP meet it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

from console.demo.standin.process import StandIn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
OLD, MINI = "claude-sonnet-4-5-20250929", "gpt-4.1-mini-2025-04-14"
MESSAGES: list[Any] = [{"role": "user", "content": "I would like to return order 48213."}]
Http = Callable[..., tuple[int, dict[str, str], bytes]]


def body(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 900, "messages": MESSAGES, **more}


def stream_claude(client: Any) -> tuple[str, Any]:
    with client.messages.stream(**body(OLD)) as stream:
        return "".join(stream.text_stream), stream.get_final_message()


def stream_chat(client: Any) -> list[Any]:
    return list(client.chat.completions.create(model=MINI, messages=MESSAGES, stream=True))


def stream_responses(client: Any) -> list[Any]:
    return list(client.responses.create(model=MINI, input="I want to return it", stream=True))


def test_half_a_stream_breaks_the_body(anthropic_client: Any, openai_client: Any, stand_in: StandIn) -> None:
    httpx, openai = pytest.importorskip("httpx2"), pytest.importorskip("openai")
    stand_in.control.set(damage="half")
    with pytest.raises(httpx.RemoteProtocolError):
        stream_claude(anthropic_client)
    with pytest.raises((httpx.RemoteProtocolError, openai.APIConnectionError)):
        stream_chat(openai_client)


def test_half_a_whole_answer_is_shorter_than_promised(stand_in: StandIn, http_call: Http) -> None:
    stand_in.control.set(damage="half")
    with pytest.raises(http.client.IncompleteRead):
        http_call("POST", "/v1/messages", body(OLD))


def test_no_final_event_raises_nothing_and_leaves_no_stop_reason(
    anthropic_client: Any, openai_client: Any, stand_in: StandIn
) -> None:
    stand_in.control.set(damage="no final event")
    text, final = stream_claude(anthropic_client)
    assert text
    assert final.stop_reason is None
    chunks = stream_chat(openai_client)
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)
    assert stream_responses(openai_client)[-1].type == "response.output_text.delta"
    assert anthropic_client.messages.create(**body(OLD)).stop_reason is None


def test_an_error_event_inside_a_good_stream(anthropic_client: Any, openai_client: Any, stand_in: StandIn) -> None:
    anthropic, openai = pytest.importorskip("anthropic"), pytest.importorskip("openai")
    stand_in.control.set(damage="error event")
    with pytest.raises(anthropic.APIStatusError) as caught:
        stream_claude(anthropic_client)
    assert caught.value.body["error"]["type"] == "overloaded_error"
    with pytest.raises(openai.APIError):
        stream_chat(openai_client)
    last = stream_responses(openai_client)[-1]
    assert last.type == "response.failed"
    assert last.response.error.code == "server_error"


def test_malformed_json(anthropic_client: Any, openai_client: Any, stand_in: StandIn, http_call: Http) -> None:
    stand_in.control.set(damage="malformed json")
    with pytest.raises(json.JSONDecodeError):
        stream_claude(anthropic_client)
    with pytest.raises(json.JSONDecodeError):
        stream_chat(openai_client)
    status, _, data = http_call("POST", "/v1/chat/completions", body(MINI))
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(data)


def test_empty_content(anthropic_client: Any, openai_client: Any, stand_in: StandIn) -> None:
    stand_in.control.set(damage="empty")
    assert anthropic_client.messages.create(**body(OLD)).content == []
    text, final = stream_claude(anthropic_client)
    assert (text, final.content, final.stop_reason) == ("", [], "end_turn")
    assert openai_client.chat.completions.create(model=MINI, messages=MESSAGES).choices[0].message.content == ""
    assert "".join(c.choices[0].delta.content or "" for c in stream_chat(openai_client)) == ""
    assert openai_client.responses.create(model=MINI, input="hello").output == []
    assert stream_responses(openai_client)[-1].type == "response.completed"


def test_ten_megabytes_arrive(stand_in: StandIn, http_call: Http) -> None:
    stand_in.control.set(damage="huge")
    _, _, whole = http_call("POST", "/v1/messages", body(OLD, max_tokens=10_000_000))
    assert len(json.loads(whole)["content"][0]["text"]) >= 10_000_000
    _, _, streamed = http_call("POST", "/v1/chat/completions", {"model": MINI, "messages": MESSAGES, "stream": True})
    assert len(streamed) >= 10_000_000
    assert streamed.endswith(b"data: [DONE]\n\n")


def test_a_never_ending_stream_ends_when_the_reader_leaves(
    anthropic_client: Any, stand_in: StandIn, eventually: Callable[..., None]
) -> None:
    stand_in.control.set(damage="endless")
    with anthropic_client.messages.stream(**body(OLD)) as stream:
        for number, text in enumerate(stream.text_stream):
            if text == "and so on " and number > 20:
                break
        else:
            pytest.fail("the stream ended")
    stand_in.control.set(damage="none")
    assert anthropic_client.messages.create(**body(OLD)).stop_reason == "end_turn"


def test_escapes_and_markup_arrive_unchanged(anthropic_client: Any, openai_client: Any, stand_in: StandIn) -> None:
    stand_in.control.set(damage="escapes")
    text, final = stream_claude(anthropic_client)
    assert text == final.content[0].text
    for part in ("\x1b[2J", "[bold red]", "\x00", "\u202e", "\x9b", "\U000e0041"):
        assert part in text
    assert openai_client.responses.create(model=MINI, input="hello").output_text == text


def test_a_hanging_model_says_nothing_and_harms_no_other(anthropic_client: Any, stand_in: StandIn) -> None:
    anthropic = pytest.importorskip("anthropic")
    stand_in.control.set(OLD, damage="hang")
    with pytest.raises(anthropic.APITimeoutError):
        anthropic_client.with_options(timeout=0.2).messages.create(**body(OLD))
    assert anthropic_client.messages.create(**body("claude-haiku-4-5-20251001")).stop_reason == "end_turn"


def test_a_refused_connection_is_a_connection_error(
    anthropic_client: Any, openai_client: Any, stand_in: StandIn
) -> None:
    anthropic, openai = pytest.importorskip("anthropic"), pytest.importorskip("openai")
    stand_in.control.set(damage="refuse")
    with pytest.raises(anthropic.APIConnectionError):
        anthropic_client.messages.create(**body(OLD))
    with pytest.raises(openai.APIConnectionError):
        openai_client.chat.completions.create(model=MINI, messages=MESSAGES)


def test_fences_are_new(anthropic_client: Any, stand_in: StandIn) -> None:
    assert not anthropic_client.messages.create(**body(OLD)).content[0].text.startswith("```")
    stand_in.control.set(OLD, fences=True)
    assert anthropic_client.messages.create(**body(OLD)).content[0].text.startswith("```json\n")
