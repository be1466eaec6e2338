"""What comes back of good answers: text, usage, served model, outcome, tool calls, timing."""

from __future__ import annotations

import pytest

from console.providers.asking import ask
from console.providers.records import Answer, Limits, Question, TextDelta, ToolCall

CLAUDE, CHAT, RESPONSES = "claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14", "gpt-5-pro"
SCRIPTS = [(CLAUDE, "anthropic"), (CHAT, "chat"), (RESPONSES, "responses")]


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_a_good_answer_carries_everything_the_provider_said(run, streams, model, api):
    served = f"{model}-served"
    answer = await run(model, getattr(streams, api)(model=served))
    assert (answer.model, answer.served_model) == (model, served)
    assert (answer.text, answer.outcome, answer.failure) == ("Your parcel left on Tuesday.", "ok", None)
    # The providers count cached tokens in and out of the input; the answer counts them in.
    assert (answer.input_tokens, answer.output_tokens, answer.cached_tokens) == (240, 42, 200)
    assert answer.reasoning_tokens == 7
    assert 0 < answer.ttft_ms <= answer.latency_ms
    assert answer.retries == 0
    assert answer.stand_in


async def test_the_sdk_and_api_version_are_part_of_the_answer(run, direct, streams):
    claude = await run(CLAUDE, streams.anthropic())
    gpt = await run(CHAT, streams.chat())
    assert claude.sdk.startswith("none (console " if direct else "anthropic 2.")
    assert claude.api_version == "2026-10-21"
    assert gpt.sdk.startswith("none (console " if direct else "openai 3.")


async def test_the_price_is_that_of_the_served_model(run, streams):
    cheap = await run(CLAUDE, streams.anthropic(model="claude-haiku-4-5-20251001"))
    dear = await run(CLAUDE, streams.anthropic(model="claude-sonnet-4-5-20250929"))
    assert 0 < cheap.cost_usd < dear.cost_usd


async def test_a_model_without_a_price_costs_unknown_and_not_nothing(run, streams):
    answer = await run(CHAT, streams.chat(model="gpt-77-nobody"))
    assert answer.cost_usd is None


async def test_missing_usage_is_unknown_and_not_zero(run, streams):
    events = [item for item in streams.chat() if b"prompt_tokens" not in item]
    answer = await run(CHAT, events)
    assert answer.outcome == "ok"
    assert (answer.input_tokens, answer.output_tokens, answer.cost_usd) == (None, None, None)


@pytest.mark.parametrize(
    ("model", "api", "stop", "outcome"),
    [
        (CLAUDE, "anthropic", "max_tokens", "truncated"),
        (CLAUDE, "anthropic", "model_context_window_exceeded", "truncated"),
        (CLAUDE, "anthropic", "refusal", "refusal"),
        (CLAUDE, "anthropic", "stop_sequence", "ok"),
        (CHAT, "chat", "length", "truncated"),
        (CHAT, "chat", "content_filter", "refusal"),
    ],
)
async def test_the_stop_reason_decides_the_outcome(run, streams, model, api, stop, outcome):
    answer = await run(model, getattr(streams, api)(stop=stop))
    assert (answer.outcome, answer.stop_reason, answer.failure) == (outcome, stop, None)


@pytest.mark.parametrize(("reason", "outcome"), [("max_output_tokens", "truncated"), ("content_filter", "refusal")])
async def test_an_incomplete_response_says_why(run, streams, reason, outcome):
    answer = await run(RESPONSES, streams.responses(end="incomplete", reason=reason))
    assert (answer.outcome, answer.stop_reason) == (outcome, reason)


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_no_content_is_empty(run, streams, model, api):
    answer = await run(model, getattr(streams, api)(words=[]))
    assert (answer.outcome, answer.text, answer.ttft_ms) == ("empty", "", None)


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_blanks_only_are_empty(run, streams, model, api):
    assert (await run(model, getattr(streams, api)(words=[" ", "\n"]))).outcome == "empty"


async def test_thinking_comes_first_and_is_no_text(run, streams):
    blocks = [
        [
            {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
            {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "secret thoughts"}},
            {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}},
            {"type": "content_block_stop"},
        ],
        [
            {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "On Tuesday."}},
            {"type": "content_block_stop"},
        ],
    ]
    assert (await run(CLAUDE, streams.anthropic(blocks=blocks))).text == "On Tuesday."


async def test_tool_calls_are_put_together_from_their_pieces(run, streams):
    def call(index, **function):
        return {"tool_calls": [{"index": index, "id": "t", "type": "function", "function": function}]}

    pieces = ['{"id"', ": 4711}"]
    expected = (ToolCall("track", '{"id": 4711}'),)
    block = [
        {"type": "content_block_start", "content_block": {"type": "tool_use", "id": "t", "name": "track", "input": {}}},
        *({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": p}} for p in pieces),
        {"type": "content_block_stop"},
    ]
    claude = await run(CLAUDE, streams.anthropic(blocks=[block], stop="tool_use"))
    deltas = [call(0, name="track", arguments=""), *(call(0, arguments=piece) for piece in pieces)]
    chat = await run(CHAT, streams.chat(deltas=deltas, stop="tool_calls"))
    item = {"type": "function_call", "id": "f", "call_id": "c", "name": "track", "arguments": ""}
    added = {"type": "response.output_item.added", "output_index": 1, "item": item}
    args = [{"type": "response.function_call_arguments.delta", "output_index": 1, "delta": p} for p in pieces]
    responses = await run(RESPONSES, streams.responses(words=[], extra=[added, *args]))
    assert claude.tool_calls == chat.tool_calls == responses.tool_calls == expected
    assert claude.outcome == chat.outcome == responses.outcome == "ok"
    assert claude.ttft_ms is not None


async def test_a_chat_refusal_is_shown_and_told(run, streams):
    answer = await run(CHAT, streams.chat(deltas=[{"refusal": "I can't help with that."}]))
    assert (answer.outcome, answer.text) == ("refusal", "I can't help with that.")


async def test_a_responses_refusal_is_shown_and_told(run, streams):
    extra = [{"type": "response.refusal.delta", "delta": "I can't.", "output_index": 0}]
    answer = await run(RESPONSES, streams.responses(words=[], extra=extra))
    assert (answer.outcome, answer.text) == ("refusal", "I can't.")


async def test_gemini_counts_its_reasoning_as_output(run, server, streams):
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}
    answer = await run("gemini-2.5-flash", streams.chat(model="gemini-2.5-flash", usage=usage))
    assert (answer.input_tokens, answer.output_tokens, answer.reasoning_tokens) == (10, 30, 25)
    assert server.seen[-1][0] == "/v1beta/openai/chat/completions"


async def test_escapes_and_markup_arrive_as_the_text_they_are(run, streams):
    hostile = "\x1b]0;owned\x07[@click=app.quit]x[/] \u202e \x9b31m"
    for model, api in SCRIPTS:
        assert (await run(model, getattr(streams, api)(words=[hostile]))).text == hostile


async def test_the_text_arrives_before_the_answer_is_complete(server, endpoints, streams):
    server.replies = [streams.reply(body=streams.anthropic(stop=None), then="hang")]
    stream = ask(Question.of(CLAUDE, "hello"), endpoints)
    first = await anext(stream)
    assert first == TextDelta("Your parcel")
    await stream.aclose()


async def test_latency_is_measured_with_the_clock_given(server, endpoints, streams):
    server.replies = [streams.reply(body=streams.anthropic(words=["one"]))]
    ticks = iter(range(100))
    items = [item async for item in ask(Question.of(CLAUDE, "hello"), endpoints, clock=lambda: next(ticks))]
    answer = items[-1]
    assert isinstance(answer, Answer)
    assert (answer.ttft_ms, answer.latency_ms) == (1_000, 2_000)


async def test_a_pinned_provider_wins_over_the_id(run, server, streams):
    question = Question(model="my-deployment", messages=({"role": "user", "content": "x"},), provider="openai")
    assert (await run(question, streams.chat())).outcome == "ok"
    assert server.seen[-1][0] == "/v1/chat/completions"


async def test_one_client_serves_many_questions(run, server, streams):
    answers = [await run(CLAUDE, streams.anthropic(), limits=Limits(retries=number)) for number in range(3)]
    assert [answer.outcome for answer in answers] == ["ok"] * 3
    assert len(server.seen) == 3
