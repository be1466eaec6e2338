"""The real SDKs against the stand-in: sync, async, streamed, whole; answers, refusals, tools, models."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from console.demo.standin.process import StandIn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
OLD, NEW, MINI = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14"
PROMPT = "I would like to return order 48213. How does that work?"
MESSAGES: list[Any] = [{"role": "user", "content": PROMPT}]
TOOLS: list[Any] = [{"name": "find_order", "input_schema": {"type": "object", "properties": {}}}]
FUNCTION = {"name": "find_order", "parameters": {"type": "object", "properties": {}}}


def claude(client: Any, model: str = OLD, **more: Any) -> Any:
    return client.messages.create(**{"model": model, "max_tokens": 900, "messages": MESSAGES, **more})


def claude_stream(client: Any, model: str = OLD, **more: Any) -> tuple[str, Any]:
    with client.messages.stream(**{"model": model, "max_tokens": 900, "messages": MESSAGES, **more}) as stream:
        text = "".join(stream.text_stream)
        return text, stream.get_final_message()


def chat(client: Any, model: str = MINI, **more: Any) -> Any:
    return client.chat.completions.create(**{"model": model, "messages": MESSAGES, **more})


def chat_chunks(client: Any, model: str = MINI, **more: Any) -> list[Any]:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    return list(chat(client, model, **options, **more))


def test_anthropic_whole_and_streamed_say_the_same(anthropic_client: Any) -> None:
    whole = claude(anthropic_client)
    text, streamed = claude_stream(anthropic_client)
    assert whole.content[0].text == text == streamed.content[0].text
    assert "48213" in text
    assert whole.model == streamed.model == OLD
    assert whole.stop_reason == streamed.stop_reason == "end_turn"
    assert streamed.usage.output_tokens == whole.usage.output_tokens > 50
    assert whole.id.startswith("msg_standin")


def test_the_newer_claude_begins_with_an_empty_thinking_block(anthropic_client: Any) -> None:
    whole = claude(anthropic_client, NEW)
    text, streamed = claude_stream(anthropic_client, NEW)
    for message in (whole, streamed):
        assert [block.type for block in message.content] == ["thinking", "text"]
        assert message.content[0].thinking == ""
        assert message.content[0].signature
        assert message.content[1].text == text
        assert message.usage.output_tokens_details.thinking_tokens > 0


def test_a_conversation_continues_on_its_own_model_only(anthropic_client: Any) -> None:
    anthropic = pytest.importorskip("anthropic")
    first = claude(anthropic_client, NEW)
    conversation = [*MESSAGES, first.to_param(), {"role": "user", "content": "And my money?"}]
    assert claude(anthropic_client, NEW, messages=conversation).stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        claude(anthropic_client, OLD, messages=conversation)


async def test_anthropic_async_streams(stand_in: StandIn) -> None:
    anthropic = pytest.importorskip("anthropic")
    async with anthropic.AsyncAnthropic(api_key="none", base_url=stand_in.url, max_retries=0) as client:
        async with client.messages.stream(model=NEW, max_tokens=900, messages=MESSAGES) as stream:
            pieces = [text async for text in stream.text_stream]
            final = await stream.get_final_message()
        whole = await client.messages.create(model=NEW, max_tokens=900, messages=MESSAGES)
    assert len(pieces) > 3
    assert "".join(pieces) == final.content[-1].text == whole.content[-1].text


def test_anthropic_refuses_with_200(anthropic_client: Any, stand_in: StandIn) -> None:
    stand_in.control.set(NEW, refusal_rate=1.0)
    whole = claude(anthropic_client, NEW)
    _, streamed = claude_stream(anthropic_client, NEW)
    for message in (whole, streamed):
        assert message.stop_reason == "refusal"
        assert message.stop_details.type == "refusal"
        assert message.content == []


def test_anthropic_stops_at_max_tokens(anthropic_client: Any) -> None:
    for message in (claude(anthropic_client, max_tokens=12), claude_stream(anthropic_client, max_tokens=12)[1]):
        assert message.stop_reason == "max_tokens"
        assert message.usage.output_tokens <= 12


def test_anthropic_calls_tools(anthropic_client: Any) -> None:
    messages = [{"role": "user", "content": "Call find_order for 48213"}]
    for message in (
        claude(anthropic_client, NEW, messages=messages, tools=TOOLS),
        claude_stream(anthropic_client, NEW, messages=messages, tools=TOOLS)[1],
    ):
        assert message.stop_reason == "tool_use"
        call = message.content[-1]
        assert (call.type, call.name, call.input) == ("tool_use", "find_order", {"order": "48213", "notify": True})


def test_anthropic_reads_and_writes_the_prompt_cache(anthropic_client: Any) -> None:
    text = "You are the support desk of a shop. " * 50
    system = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
    first = claude(anthropic_client, system=system).usage
    second = claude(anthropic_client, system=system).usage
    assert first.cache_creation_input_tokens > 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.input_tokens == first.input_tokens


def test_anthropic_structured_output(anthropic_client: Any) -> None:
    schema = {"type": "object", "properties": {"intent": {"type": "string"}}, "required": ["intent"]}
    message = claude(anthropic_client, output_config={"format": {"type": "json_schema", "schema": schema}})
    assert message.content[0].text == '{"intent": "return_item"}'


def test_anthropic_counts_tokens(anthropic_client: Any) -> None:
    text = [{"role": "user", "content": "word " * 200}]
    old = anthropic_client.messages.count_tokens(model=OLD, messages=text).input_tokens
    new = anthropic_client.messages.count_tokens(model=NEW, messages=text).input_tokens
    assert new / old == pytest.approx(1.3, abs=0.03)


def test_anthropic_rejects_what_the_newer_model_does_not_take(anthropic_client: Any) -> None:
    anthropic = pytest.importorskip("anthropic")
    thinking = {"type": "enabled", "budget_tokens": 1024}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        claude(anthropic_client, OLD, max_tokens=2000, thinking=thinking)
        with pytest.raises(anthropic.BadRequestError, match="thinking"):
            claude(anthropic_client, NEW, max_tokens=2000, thinking=thinking)
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        claude(anthropic_client, OLD, extra_body={"temperature": 0.2})


def test_anthropic_retired_is_404(anthropic_client: Any) -> None:
    anthropic = pytest.importorskip("anthropic")
    with pytest.raises(anthropic.NotFoundError, match="claude-3-5-sonnet-20241022"):
        claude(anthropic_client, "claude-3-5-sonnet-20241022")


def test_anthropic_lists_models_with_their_lifecycle(anthropic_client: Any) -> None:
    listed = {model.id: model for model in anthropic_client.models.list(limit=2)}
    assert listed[OLD].lifecycle == "deprecated"
    assert str(listed[OLD].retires_at.date()) == "2026-11-30"
    assert str(listed[OLD].deprecated_at.date()) == "2026-09-30"
    assert listed[NEW].lifecycle == "active"
    assert listed[NEW].retires_at is None
    assert listed[NEW].line == "sonnet"
    assert "claude-3-5-sonnet-20241022" not in listed
    retired = [model.id for model in anthropic_client.models.list(lifecycle=["retired"])]
    assert "claude-3-5-sonnet-20241022" in retired
    assert OLD not in retired
    assert anthropic_client.models.retrieve(NEW).id == NEW


def test_openai_whole_and_streamed_say_the_same(openai_client: Any) -> None:
    whole = chat(openai_client)
    chunks = chat_chunks(openai_client)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert whole.choices[0].message.content == text
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens > 20
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == whole.choices[0].finish_reason == "stop"
    assert {chunk.model for chunk in chunks} == {MINI}


def test_openai_streams_no_usage_unless_asked(openai_client: Any) -> None:
    assert all(chunk.usage is None for chunk in chat(openai_client, stream=True))


def test_openai_names_the_snapshot_behind_an_alias(openai_client: Any) -> None:
    assert chat(openai_client, "gpt-4o").model == "gpt-4o-2024-08-06"
    assert {chunk.model for chunk in chat_chunks(openai_client, "gpt-4o")} == {"gpt-4o-2024-08-06"}


async def test_openai_async_streams_both_apis(stand_in: StandIn) -> None:
    openai = pytest.importorskip("openai")
    async with openai.AsyncOpenAI(api_key="none", base_url=f"{stand_in.url}/v1", max_retries=0) as client:
        stream = await client.chat.completions.create(model=MINI, messages=MESSAGES, stream=True)
        spoken = "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
        events = [event async for event in await client.responses.create(model=MINI, input=PROMPT, stream=True)]
    written = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert spoken == written != ""
    assert events[-1].type == "response.completed"


def test_openai_responses_whole_and_streamed_say_the_same(openai_client: Any) -> None:
    whole = openai_client.responses.create(model=MINI, input=PROMPT, instructions="Be brief.")
    with openai_client.responses.stream(model=MINI, input=PROMPT, instructions="Be brief.") as stream:
        numbers = [event.sequence_number for event in stream]
        final = stream.get_final_response()
    assert whole.output_text == final.output_text == chat(openai_client).choices[0].message.content
    assert final.usage.output_tokens == whole.usage.output_tokens > 20
    assert numbers == sorted(set(numbers))
    assert whole.status == final.status == "completed"


def test_openai_reports_reasoning(openai_client: Any) -> None:
    usage = chat(openai_client, "gpt-6-luna").usage
    assert 0 < usage.completion_tokens_details.reasoning_tokens < usage.completion_tokens
    details = openai_client.responses.create(model="gpt-6-luna", input=PROMPT).usage.output_tokens_details
    assert details.reasoning_tokens > 0


def test_openai_refuses(openai_client: Any, stand_in: StandIn) -> None:
    stand_in.control.set(refusal_rate=1.0)
    assert "can't help" in chat(openai_client).choices[0].message.refusal
    chunks = chat_chunks(openai_client)
    assert "can't help" in "".join(c.choices[0].delta.refusal or "" for c in chunks if c.choices)
    response = openai_client.responses.create(model=MINI, input=PROMPT)
    assert response.output[0].content[0].type == "refusal"
    with openai_client.responses.stream(model=MINI, input=PROMPT) as stream:
        kinds = {event.type for event in stream}
    assert "response.refusal.delta" in kinds
    assert "response.refusal.done" in kinds


def test_openai_stops_at_the_limit(openai_client: Any) -> None:
    assert chat(openai_client, max_completion_tokens=10).choices[0].finish_reason == "length"
    assert chat(openai_client, max_tokens=10).choices[0].finish_reason == "length"
    response = openai_client.responses.create(model=MINI, input=PROMPT, max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    events = list(openai_client.responses.create(model=MINI, input=PROMPT, max_output_tokens=16, stream=True))
    assert events[-1].type == "response.incomplete"


def test_openai_calls_tools(openai_client: Any) -> None:
    asked: list[Any] = [{"role": "user", "content": "Call find_order for 48213"}]
    tools = [{"type": "function", "function": FUNCTION}]
    call = chat(openai_client, messages=asked, tools=tools).choices[0].message.tool_calls[0]
    assert (call.function.name, "48213" in call.function.arguments) == ("find_order", True)
    deltas = [
        part
        for chunk in chat_chunks(openai_client, messages=asked, tools=tools)
        for choice in chunk.choices
        for part in choice.delta.tool_calls or ()
    ]
    assert "".join(part.function.arguments or "" for part in deltas) == call.function.arguments
    with openai_client.responses.stream(
        model=MINI, input="Call find_order for 48213", tools=[{"type": "function", **FUNCTION}]
    ) as stream:
        for _ in stream:
            pass
        item = stream.get_final_response().output[0]
    assert (item.type, item.name, item.arguments) == ("function_call", "find_order", call.function.arguments)


def test_openai_structured_output(openai_client: Any) -> None:
    schema = {"type": "object", "properties": {"intent": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    assert chat(openai_client, response_format=form).choices[0].message.content == '{"intent": "return_item"}'
    text = {"format": {"type": "json_schema", "name": "reply", "schema": schema}}
    assert (
        openai_client.responses.create(model=MINI, input=PROMPT, text=text).output_text == '{"intent": "return_item"}'
    )


@pytest.mark.parametrize(
    ("model", "body", "blamed"),
    [
        ("gpt-6-luna", {"max_tokens": 100}, "max_tokens"),
        ("gpt-6-luna", {"temperature": 0.3}, "temperature"),
        ("gpt-6.1-sol", {"reasoning_effort": "none"}, "reasoning_effort"),
        ("gpt-6.1-sol", {"tools": [{"type": "function", "function": FUNCTION}]}, "tools"),
    ],
)
def test_openai_names_the_parameter_it_rejects(openai_client: Any, model: str, body: Any, blamed: str) -> None:
    openai = pytest.importorskip("openai")
    with pytest.raises(openai.BadRequestError) as caught:
        chat(openai_client, model, **body)
    assert caught.value.param == blamed


def test_openai_retired_is_404(openai_client: Any) -> None:
    openai = pytest.importorskip("openai")
    with pytest.raises(openai.NotFoundError) as caught:
        chat(openai_client, "gpt-4o-2024-05-13")
    assert caught.value.code == "model_not_found"


def test_openai_lists_models_with_their_shutdown(openai_client: Any) -> None:
    listed = {model.id: model for model in openai_client.models.list()}
    assert listed[MINI].shutdown_date == "2027-01-14"
    assert listed["gpt-5.4-mini-2026-03-17"].shutdown_date is None
    assert "gpt-4o-2024-05-13" not in listed
    assert openai_client.models.retrieve(MINI).id == MINI


def test_a_rerouted_gemini_says_who_answered(openai_client: Any) -> None:
    assert chat(openai_client, "gemini-2.0-flash-001").model == "gemini-3.6-flash"


def test_the_served_model_can_be_moved(openai_client: Any, anthropic_client: Any, stand_in: StandIn) -> None:
    stand_in.control.set(OLD, served="claude-sonnet-4-6")
    assert claude(anthropic_client).model == "claude-sonnet-4-6"
    assert chat(openai_client).model == MINI


def test_every_answer_is_marked_as_a_stand_in(anthropic_client: Any, openai_client: Any) -> None:
    raw = anthropic_client.messages.with_raw_response.create(model=OLD, max_tokens=50, messages=MESSAGES)
    assert raw.headers["x-stand-in"] == "1"
    assert raw.headers["x-served-model"] == OLD
    raw = openai_client.chat.completions.with_raw_response.create(model=MINI, messages=MESSAGES)
    assert raw.headers["x-stand-in"] == "1"


@pytest.mark.parametrize(
    ("status", "anthropic_error", "openai_error"),
    [
        (400, "BadRequestError", "BadRequestError"),
        (401, "AuthenticationError", "AuthenticationError"),
        (403, "PermissionDeniedError", "PermissionDeniedError"),
        (404, "NotFoundError", "NotFoundError"),
        (429, "RateLimitError", "RateLimitError"),
        (500, "InternalServerError", "InternalServerError"),
        (503, "ServiceUnavailableError", "InternalServerError"),
        (529, "OverloadedError", "InternalServerError"),
    ],
)
def test_error_statuses_raise_what_the_sdks_promise(
    anthropic_client: Any, openai_client: Any, stand_in: StandIn, status: int, anthropic_error: str, openai_error: str
) -> None:
    anthropic, openai = pytest.importorskip("anthropic"), pytest.importorskip("openai")
    stand_in.control.set(error_rate=1.0, error_status=status, retry_after_s=3.0)
    calls: list[tuple[Any, Callable[[], Any]]] = [
        (getattr(anthropic, anthropic_error, anthropic.APIStatusError), lambda: claude(anthropic_client)),
        (getattr(anthropic, anthropic_error, anthropic.APIStatusError), lambda: claude_stream(anthropic_client)),
        (getattr(openai, openai_error), lambda: chat(openai_client)),
        (getattr(openai, openai_error), lambda: openai_client.responses.create(model=MINI, input=PROMPT)),
    ]
    for kind, call in calls:
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.status_code == status
        assert caught.value.response.headers["retry-after"] == "3"
