"""Every fault a provider can have ends in one typed answer that keeps what had arrived."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from contextlib import aclosing

import pytest

from console.providers.asking import answer_of, ask
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.records import Limits, Question

CLAUDE, CHAT, RESPONSES = "claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14", "gpt-5-pro"
SCRIPTS = [(CLAUDE, "anthropic"), (CHAT, "chat"), (RESPONSES, "responses")]
ONCE = Limits(retries=0)
PROMPT = "Where is my parcel number 4711?"


def body_of(model: str, kind: str, message: str, **more: object) -> dict[str, object]:
    error = {"type": kind, "message": message, **more}
    return {"type": "error", "error": error} if model == CLAUDE else {"error": {**error, "code": kind}}


@pytest.mark.parametrize("model", [CLAUDE, CHAT, RESPONSES])
@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", "bad_request"),
        (401, "authentication_error", "auth"),
        (403, "permission_error", "auth"),
        (404, "not_found_error", "not_found"),
        (413, "request_too_large", "too_large"),
        (422, "invalid_request_error", "bad_request"),
        (429, "rate_limit_error", "rate_limited"),
        (500, "api_error", "server"),
        (503, "overloaded_error", "overloaded"),
        (529, "overloaded_error", "overloaded"),
    ],
)
async def test_each_status_is_a_kind_of_failure(run, streams, model, status, kind, expected):
    answer = await run(model, streams.reply.error(status, body_of(model, kind, "no")), limits=ONCE)
    assert (answer.outcome, answer.failure.kind, answer.failure.status) == ("error", expected, status)
    assert str(status) in answer.failure.message


@pytest.mark.parametrize(
    "message",
    ["temperature: Extra inputs are not permitted", "`temperature` is not supported by this model"],
)
async def test_a_rejected_parameter_is_named_by_anthropic_in_its_message(run, streams, message):
    reply = streams.reply.error(400, body_of(CLAUDE, "invalid_request_error", message))
    answer = await run(CLAUDE, reply)
    assert answer.failure.parameter == "temperature"
    assert "temperature" in answer.failure.hint
    assert message in answer.failure.message


async def test_a_rejected_parameter_is_named_by_openai_in_a_field(run, streams):
    body = body_of(CHAT, "unsupported_parameter", "Not with this model.", param="logprobs")
    answer = await run(CHAT, streams.reply.error(400, body))
    assert answer.failure.parameter == "logprobs"


@pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")
async def test_a_retired_model_offers_its_replacement(run, streams):
    reply = streams.reply.error(404, body_of(CLAUDE, "not_found_error", "model: claude-sonnet-4-5-20250929"))
    answer = await run("claude-sonnet-4-5-20250929", reply)
    assert answer.failure.kind == "not_found"
    assert "claude-sonnet-5-5" in answer.failure.hint


async def test_an_unknown_model_points_to_identify(run, streams):
    reply = streams.reply.error(404, body_of(CLAUDE, "not_found_error", "no"))
    answer = await run("claude-of-nowhere", reply)
    assert "console identify" in answer.failure.hint


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
@pytest.mark.parametrize("status", [429, 500, 529])
async def test_what_passes_is_asked_again_and_counted(run, server, streams, model, api, status):
    fault = streams.reply.error(status, body_of(model, "x", "later"))
    answer = await run(model, fault, fault, getattr(streams, api)())
    assert (answer.outcome, answer.retries, len(server.seen)) == ("ok", 2, 3)


async def test_retries_end(run, server, streams):
    answer = await run(CLAUDE, streams.reply.error(529, body_of(CLAUDE, "overloaded_error", "busy")))
    assert (answer.failure.kind, answer.retries, len(server.seen)) == ("overloaded", 2, 3)


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_what_will_not_pass_is_not_asked_again(run, server, streams, status):
    await run(CLAUDE, streams.reply.error(status, body_of(CLAUDE, "x", "no")))
    assert len(server.seen) == 1


async def test_the_sdks_do_not_retry_behind_our_back(run, server, streams):
    for model in (CLAUDE, CHAT, RESPONSES):
        server.seen.clear()
        await run(model, streams.reply.error(500, body_of(model, "x", "no")), limits=ONCE)
        assert len(server.seen) == 1


async def test_retry_after_is_waited_for(server, endpoints, streams):
    server.replies = [
        streams.reply.error(429, body_of(CLAUDE, "rate_limit_error", "slow down"), retry_after="7"),
        streams.reply(body=streams.anthropic()),
    ]
    waits = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    items = [item async for item in ask(Question.of(CLAUDE, PROMPT), endpoints, wait=wait)]
    assert waits == [7.0]
    assert items[-1].outcome == "ok"


async def test_a_retry_after_beyond_patience_is_told_instead(run, server, streams):
    fault = streams.reply.error(429, body_of(CLAUDE, "rate_limit_error", "slow down"), retry_after="3600")
    answer = await run(CLAUDE, fault)
    assert (answer.failure.retry_after_s, answer.retries, len(server.seen)) == (3_600, 0, 1)
    assert "3600 s" in answer.failure.hint


@pytest.mark.parametrize("after", ["soon", "-5", "nan", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct 2015"])
async def test_a_strange_retry_after_never_stops_the_answer(run, streams, after):
    fault = streams.reply.error(429, body_of(CLAUDE, "rate_limit_error", "x"), retry_after=after)
    answer = await run(CLAUDE, fault, streams.anthropic())
    assert (answer.outcome, answer.retries) == ("ok", 1)


@pytest.mark.parametrize("kind", ["overloaded_error", "api_error", "something_new"])
async def test_an_error_event_inside_an_anthropic_stream_is_typed(run, streams, kind):
    events = [*streams.anthropic(stop=None), streams.event(body_of(CLAUDE, kind, "busy"), "error")]
    answer = await run(CLAUDE, events)
    expected = "overloaded" if kind == "overloaded_error" else "server"
    assert (answer.outcome, answer.failure.kind, answer.failure.status) == ("error", expected, None)
    assert answer.text == "Your parcel left on Tuesday."
    assert answer.retries == 0, "text was shown already: asking again would say it twice"


async def test_an_error_event_before_any_text_is_asked_again(run, streams):
    events = [streams.anthropic()[0], streams.event(body_of(CLAUDE, "overloaded_error", "busy"), "error")]
    answer = await run(CLAUDE, events, streams.anthropic())
    assert (answer.outcome, answer.retries) == ("ok", 1)


async def test_an_error_inside_an_openai_stream_is_typed(run, streams):
    error = streams.event({"error": {"message": "busy", "type": "server_error", "code": "rate_limit_exceeded"}})
    chat = await run(CHAT, [*streams.chat(stop=None), error])
    assert (chat.failure.kind, chat.text) == ("rate_limited", "Your parcel left on Tuesday.")
    failed = await run(RESPONSES, streams.responses(end="failed"))
    assert (failed.failure.kind, failed.text) == ("server", "Your parcel left on Tuesday.")
    assert "it broke" in failed.failure.message
    event = {"type": "error", "code": "rate_limit_exceeded", "message": "busy", "param": None}
    told = await run(RESPONSES, [*streams.responses(end=None), streams.event(event, "error")])
    assert told.failure.kind == "rate_limited"


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_half_a_stream_keeps_its_half(run, streams, model, api):
    end = {"end": None} if api == "responses" else {"stop": None}
    answer = await run(model, streams.reply(body=getattr(streams, api)(**end), then="break"))
    assert (answer.outcome, answer.failure.kind) == ("error", "broken_stream")
    assert answer.text == "Your parcel left on Tuesday."


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_a_stream_that_merely_ends_is_a_failure(run, streams, model, api):
    end = {"end": None} if api == "responses" else {"stop": None}
    answer = await run(model, getattr(streams, api)(**end))
    assert (answer.outcome, answer.failure.kind) == ("error", "early_end")
    assert answer.text == "Your parcel left on Tuesday."


@pytest.mark.parametrize("model", [CLAUDE, CHAT, RESPONSES])
async def test_nothing_at_all_is_an_early_end(run, streams, model):
    assert (await run(model, [])).failure.kind == "early_end"


@pytest.mark.parametrize("model", [CLAUDE, CHAT, RESPONSES])
async def test_a_web_page_instead_of_a_stream_is_told(run, streams, model):
    page = streams.reply(body=[b"<html><body>Please log in</body></html>"], content_type="text/html")
    answer = await run(model, page)
    assert answer.failure.kind == "malformed"
    assert "log in" not in answer.failure.message


@pytest.mark.parametrize(
    "data",
    [
        '{"half": ',
        "[]",
        "null",
        '"text"',
        '{"type": "content_block_delta", "index": 0}',
        '{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 5}}',
        '{"choices": 7}',
        '{"choices": [{"delta": {"content": {"a": 1}}}]}',
        '{"choices": [{"delta": {"tool_calls": [5]}}]}',
        '{"type": "response.output_text.delta", "delta": null}',
        '{"type": "response.completed"}',
        '{"type": "response.completed", "response": {"status": {}, "model": 5}}',
        '{"model": {}, "choices": [{"finish_reason": [], "delta": {}}]}',
    ],
)
@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_malformed_events_never_raise_and_never_pass_for_an_answer(run, streams, model, api, data):
    good = getattr(streams, api)(words=["secret answer"])
    name = "content_block_delta" if model == CLAUDE else ""
    answer = await run(model, [*good[:2], streams.event(data, name)], limits=ONCE)
    assert answer.outcome == "error"
    assert answer.failure.kind in ("malformed", "early_end")
    assert "secret" not in answer.failure.message


async def test_bytes_that_are_no_text_are_malformed(run, streams):
    for model, api in SCRIPTS:
        answer = await run(model, [getattr(streams, api)()[0], b"data: \xff\xfe\n\n"], limits=ONCE)
        assert answer.failure.kind == "malformed", model


async def test_usage_that_makes_no_sense_is_unknown(run, streams):
    usage = {"prompt_tokens": -5, "completion_tokens": "many", "total_tokens": None}
    answer = await run(CHAT, streams.chat(usage=usage))
    assert (answer.outcome, answer.input_tokens, answer.output_tokens) == ("ok", None, None)


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_a_ten_megabyte_answer_is_cut_and_told(run, streams, model, api):
    answer = await run(model, getattr(streams, api)(words=["x" * 10_000_000]), limits=Limits(max_bytes=1_000_000))
    assert (answer.outcome, answer.failure.kind, len(answer.text)) == ("error", "too_large", 1_000_000)


async def test_the_cut_never_splits_a_character(run, streams):
    answer = await run(CLAUDE, streams.anthropic(words=["é" * 200]), limits=Limits(max_bytes=101))
    assert answer.text == "é" * 50


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_a_stream_without_end_is_ended_by_its_size(run, streams, model, api):
    end = {"end": None} if api == "responses" else {"stop": None}
    endless = streams.reply(body=getattr(streams, api)(words=["again " * 500], **end), repeat=True)
    if model == CLAUDE:
        endless.body = endless.body[:-1]
    answer = await run(model, endless, limits=Limits(max_bytes=50_000))
    assert answer.failure.kind == "too_large"
    assert 49_000 < len(answer.text) <= 50_000


async def test_a_stream_of_nothing_but_pings_is_ended_by_its_weight(run, streams):
    pings = streams.reply(body=[streams.event({"type": "ping", "x": "y" * 5_000}, "ping")], repeat=True)
    answer = await run(CLAUDE, pings, limits=Limits(max_bytes=2_000, retries=0))
    assert answer.failure.kind == "too_large"


async def test_an_error_page_without_end_is_ended_by_its_weight(run, streams):
    page = streams.reply(500, [b"x" * 5_000], repeat=True, content_type="text/html")
    for model in (CLAUDE, CHAT):
        answer = await run(model, page, limits=Limits(max_bytes=2_000, retries=0))
        assert answer.failure.kind in ("too_large", "server")


@pytest.mark.parametrize("model", [CLAUDE, CHAT])
async def test_no_first_token_in_time(run, streams, model):
    answer = await run(model, streams.reply(then="hang_before_headers"), limits=Limits(first_token_s=0.1))
    assert (answer.outcome, answer.failure.kind, answer.retries) == ("error", "timeout", 0)
    assert "0.1 s" in answer.failure.message


async def test_an_accepted_request_without_a_token_is_told_apart(run, streams):
    reply = streams.reply(body=[streams.anthropic()[0]], then="hang")
    answer = await run(CLAUDE, reply, limits=Limits(first_token_s=0.2))
    assert "accepted" in answer.failure.message
    assert answer.served_model == CLAUDE


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_a_stream_that_stalls_is_ended_by_the_total_and_keeps_its_text(run, server, streams, until, model, api):
    end = {"end": None} if api == "responses" else {"stop": None}
    reply = streams.reply(body=getattr(streams, api)(**end), then="hang")
    answer = await run(model, reply, limits=Limits(total_s=0.4))
    assert (answer.failure.kind, answer.text) == ("timeout", "Your parcel left on Tuesday.")
    await until(server.aborted.is_set)


async def test_thinking_counts_as_a_first_token(run, streams):
    block = [
        {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}},
    ]
    reply = streams.reply(body=streams.anthropic(blocks=[block], stop=None), then="hang")
    answer = await run(CLAUDE, reply, limits=Limits(first_token_s=0.1, total_s=0.4))
    assert "complete within 0.4 s" in answer.failure.message
    assert answer.ttft_ms is None


@pytest.mark.parametrize("model", [CLAUDE, CHAT])
async def test_a_refused_connection(model):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    async with Endpoints.stand_in(f"http://{address}") as endpoints:
        answer = await answer_of(Question.of(model, PROMPT), endpoints, limits=ONCE)
    assert answer.failure.kind == "connection"
    assert address in answer.failure.message
    assert "stand-in" in answer.failure.hint


async def test_no_connection_in_time():
    # A listener whose queue is full neither accepts nor refuses.
    with socket.socket() as full, socket.socket() as one, socket.socket() as two:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (one, two):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        async with Endpoints.stand_in(f"http://127.0.0.1:{full.getsockname()[1]}") as endpoints:
            limits = Limits(connect_s=0.1, retries=0)
            answer = await answer_of(Question.of(CLAUDE, PROMPT), endpoints, limits=limits)
    assert answer.failure.kind == "timeout"
    assert "no connection" in answer.failure.message


async def test_a_redirect_is_not_followed(run, server, streams):
    reply = streams.reply(307, [b""], {"location": server.url + "/elsewhere"})
    for model in (CLAUDE, CHAT):
        server.seen.clear()
        answer = await run(model, reply, limits=ONCE)
        assert (answer.failure.kind, answer.failure.status, len(server.seen)) == ("connection", 307, 1)


@pytest.mark.parametrize(("model", "api"), SCRIPTS)
async def test_leaving_early_ends_the_request(server, endpoints, streams, until, model, api):
    end = {"end": None} if api == "responses" else {"stop": None}
    server.replies = [streams.reply(body=getattr(streams, api)(**end), then="hang")]
    async with aclosing(ask(Question.of(model, PROMPT), endpoints)) as items:
        await anext(items)
    await until(server.aborted.is_set)


async def test_cancelling_before_the_first_token_ends_the_request(server, endpoints, streams, until):
    server.replies = [streams.reply(then="hang_before_headers")]
    task = asyncio.create_task(answer_of(Question.of(CLAUDE, PROMPT), endpoints))
    await until(lambda: bool(server.seen))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(server.aborted.is_set)


async def test_a_cancelled_first_question_leaves_the_client_to_the_others(server, endpoints, streams):
    server.replies = [streams.reply(body=streams.anthropic())]
    first = asyncio.create_task(answer_of(Question.of(CLAUDE, PROMPT), endpoints))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await answer_of(Question.of(CLAUDE, PROMPT), endpoints)).outcome == "ok"


async def test_no_key_and_no_prompt_in_messages_or_logs(server, streams, caplog):
    key = "sk-ant-api03-very-secret-key-0123456789"
    caplog.set_level(logging.DEBUG, logger="console")
    for model, provider in ((CLAUDE, "anthropic"), (CHAT, "openai")):
        endpoint = Endpoint(provider, server.url, key)
        for status in (400, 401, 404, 429, 500):
            quote = body_of(model, "x", f"key {key} and {key[:14]}**** asked: {PROMPT}")
            server.replies = [streams.reply.error(status, quote)]
            async with Endpoints({provider: endpoint}) as endpoints:
                answer = await answer_of(Question.of(model, PROMPT), endpoints, limits=ONCE)
            said = json.dumps([answer.failure.message, answer.failure.hint]) + caplog.text + repr(endpoint)
            assert "secret" not in said
            assert key[:14] not in said
            assert "parcel" not in said
