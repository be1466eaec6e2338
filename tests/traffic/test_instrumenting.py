"""Instrumented clients of both real SDKs against a provider on this machine: every way of calling leaves one row."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from console import Router, asking, instrument
from console.traffic.log import RequestLog
from tests.later import anthropic, openai

OLD, NEW, MINI = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14"
PROMPT = "I would like to return order 48213. How does that work?"
ASKED: list[Any] = [{"role": "user", "content": PROMPT}]
CLAUDE = {"model": "route:support", "max_tokens": 900, "messages": ASKED}
CHAT = {"model": "route:chat", "messages": ASKED}
RESPONSE = {"model": "route:chat", "input": PROMPT}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}
COUNTED = "outcome, error_class, route, arm, served, input_tokens > 0, output_tokens > 20, latency_ms > 0"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Intent(BaseModel):
    intent: str


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Router]:
    file = tmp_path / "registry.toml"
    file.write_text(
        f"""schema = 1
[routes.support]
production = "{OLD}"
[routes.chat]
production = "{MINI}"
[routes.new]
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 100
canary_start = 2026-11-10T09:00:00Z
"""
        + "".join(
            f'[models."{model}"]\nprovider = "{provider}"\npinned_date = 2026-05-15\nreason = "x"\n'
            for model, provider in ((OLD, "anthropic"), (NEW, "anthropic"), (MINI, "openai"))
        )
    )
    with Router(file, default=OLD, cache_dir=tmp_path, environment={}) as router:
        assert router.status().source == "registry", router.status().problem
        yield router


@pytest.fixture
def claude(stand_in, router, log) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0, timeout=30.0) as client:
        assert instrument(client, router, log) is client
        yield client


@pytest.fixture
def gpt(stand_in, router, log) -> Iterator[openai.OpenAI]:
    url = f"{stand_in.url}/v1"
    with openai.OpenAI(api_key="none", base_url=url, max_retries=0, timeout=30.0) as client:
        yield instrument(client, router, log)


@pytest.fixture
def rows(log, query) -> Callable[[str], list[tuple]]:
    def read(columns: str = COUNTED) -> list[tuple]:
        assert log.flush()
        order = "(SELECT n FROM requests WHERE requests.id = request_log.id)"
        return query(f"SELECT {columns} FROM request_log ORDER BY {order}") if log.path.exists() else []

    return read


def drained(stream: Any) -> Any:
    for _ in stream:
        pass
    return stream


def helped(manager: Any, use: Callable[[Any], object]) -> Any:
    with manager as stream:
        return use(stream)


CLAUDE_WAYS: dict[str, Callable[[anthropic.Anthropic], object]] = {
    "create": lambda c: c.messages.create(**CLAUDE),
    "with_options": lambda c: c.with_options(timeout=4).messages.create(**CLAUDE),
    "copy of a copy": lambda c: c.copy().with_options(max_retries=1).messages.create(**CLAUDE),
    "beta": lambda c: c.beta.messages.create(**CLAUDE),
    "raw": lambda c: c.messages.with_raw_response.create(**CLAUDE).parse(),
    "raw, never parsed": lambda c: c.messages.with_raw_response.create(**CLAUDE),
    "body read late": lambda c: helped(c.messages.with_streaming_response.create(**CLAUDE), lambda r: r.read()),
    "body parsed late": lambda c: helped(c.messages.with_streaming_response.create(**CLAUDE), lambda r: r.parse()),
    "stream": lambda c: drained(c.messages.create(**CLAUDE, stream=True)),
    "stream in a block": lambda c: helped(c.messages.create(**CLAUDE, stream=True), drained),
    "stream, raw": lambda c: drained(c.messages.with_raw_response.create(**CLAUDE, stream=True).parse()),
    "stream helper": lambda c: helped(c.messages.stream(**CLAUDE), drained),
    "stream helper, text": lambda c: helped(c.messages.stream(**CLAUDE), lambda s: list(s.text_stream)),
    "stream helper, final": lambda c: helped(c.messages.stream(**CLAUDE), lambda s: s.get_final_message()),
}
GPT_WAYS: dict[str, Callable[[openai.OpenAI], object]] = {
    "create": lambda c: c.chat.completions.create(**CHAT),
    "with_options": lambda c: c.with_options(timeout=4).chat.completions.create(**CHAT),
    "raw": lambda c: c.chat.completions.with_raw_response.create(**CHAT).parse(),
    "parse": lambda c: c.chat.completions.parse(**CHAT),
    "responses": lambda c: c.responses.create(**RESPONSE),
    "responses, parse": lambda c: c.responses.parse(**RESPONSE),
    "stream": lambda c: drained(c.chat.completions.create(**CHAT, **USAGE)),
    "stream, raw": lambda c: drained(c.chat.completions.with_raw_response.create(**CHAT, **USAGE).parse()),
    "stream helper": lambda c: helped(
        c.chat.completions.stream(**CHAT, stream_options=USAGE["stream_options"]),
        lambda s: s.get_final_completion(),
    ),
    "stream, responses": lambda c: drained(c.responses.create(**RESPONSE, stream=True)),
    "stream helper, responses": lambda c: helped(c.responses.stream(**RESPONSE), lambda s: s.get_final_response()),
}


@pytest.mark.parametrize("way", CLAUDE_WAYS)
def test_every_way_of_asking_claude_is_routed_and_recorded_once(claude, rows, way) -> None:
    with asking("olga"):
        CLAUDE_WAYS[way](claude)
    assert rows() == [("ok", None, "support", "production", OLD, 1, 1, 1)]
    ((ttft, sdk, user),) = rows("ttft_ms BETWEEN 0 AND latency_ms, sdk, user <> ''")
    assert ttft == (1 if "stream" in way else None)
    assert (sdk, user) == (f"anthropic {anthropic.__version__}, API {claude.default_headers['anthropic-version']}", 1)


@pytest.mark.parametrize("way", GPT_WAYS)
def test_every_way_of_asking_openai_is_routed_and_recorded_once(gpt, rows, way) -> None:
    with asking("olga"):
        GPT_WAYS[way](gpt)
    assert rows() == [("ok", None, "chat", "production", MINI, 1, 1, 1)]
    ((ttft, sdk),) = rows("ttft_ms BETWEEN 0 AND latency_ms, sdk")
    assert ttft == (1 if "stream" in way else None)
    assert sdk == f"openai {openai.__version__}"


async def test_asynchronous_clients_leave_the_same_rows(stand_in, router, log, rows) -> None:
    async with anthropic.AsyncAnthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        instrument(claude, router, log)
        with asking("olga") as asked:
            await claude.messages.create(**CLAUDE)
            async for _ in await claude.messages.create(**CLAUDE, stream=True):
                pass
            async with claude.with_options(timeout=4).messages.stream(**CLAUDE) as stream:
                assert [text async for text in stream.text_stream]
            async with await claude.messages.create(**CLAUDE, stream=True) as stream:
                assert [event async for event in stream]
            await claude.messages.with_raw_response.create(**CLAUDE)
            async with claude.messages.with_streaming_response.create(**CLAUDE) as response:
                await response.parse()
            async for _ in await (await claude.messages.with_raw_response.create(**CLAUDE, stream=True)).parse():
                pass
    assert rows() == [("ok", None, "support", "production", OLD, 1, 1, 1)] * 7
    assert rows("ttft_ms > 0") == [(None,), (1,), (1,), (1,), (None,), (None,), (1,)]
    assert asked.request_id == rows("id")[-1][0]


async def test_asynchronous_openai_clients_leave_the_same_rows(stand_in, router, log, rows) -> None:
    async with openai.AsyncOpenAI(api_key="none", base_url=f"{stand_in.url}/v1", max_retries=0) as gpt:
        instrument(gpt, router, log)
        await gpt.chat.completions.create(**CHAT, user="olga")
        async for _ in await gpt.chat.completions.create(**CHAT, **USAGE, safety_identifier="olga"):
            pass
        async for _ in await gpt.responses.create(**RESPONSE, stream=True, user="olga"):
            pass
        async with gpt.responses.stream(**RESPONSE, user="olga") as stream:
            await stream.get_final_response()
        raw = await gpt.chat.completions.with_raw_response.create(**CHAT, **USAGE, user="olga")
        async for _ in raw.parse():
            pass
    assert rows() == [("ok", None, "chat", "production", MINI, 1, 1, 1)] * 5
    assert len(set(rows("user"))) == 1


def test_the_answer_is_what_it_would_be_without(claude, stand_in) -> None:
    plain = anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0)
    without = {**CLAUDE, "model": OLD}
    whole, routed = plain.messages.create(**without), claude.messages.create(**CLAUDE)
    assert type(routed) is type(whole)
    assert routed.content == whole.content
    stream, watched = plain.messages.create(**without, stream=True), claude.messages.create(**CLAUDE, stream=True)
    assert isinstance(watched, type(stream))
    assert watched.response.status_code == 200
    assert [event.type for event in watched] == [event.type for event in stream]
    plain.close()


def test_the_canary_answers_who_is_on_it_and_a_conversation_stays(claude, rows) -> None:
    with asking("olga") as first:
        answer = claude.messages.create(**{**CLAUDE, "model": "route:new"})
    assert answer.model == NEW
    assert (first.choice.model, first.choice.why) == (NEW, "bucket")
    with asking("olga", current=OLD) as second:
        assert claude.messages.create(**{**CLAUDE, "model": "route:new"}).model == OLD
    assert second.choice.why == "pinned conversation"
    assert rows("arm, why, evidence") == [("canary", "bucket", 1), ("production", "pinned conversation", 0)]


def test_the_user_is_found_in_the_block_or_the_function_or_the_call(claude, router, log, rows) -> None:
    told = {**CLAUDE, "metadata": {"user_id": "per call"}}
    claude.messages.create(**told)
    claude.messages.create(**CLAUDE)
    instrument(claude, router, log, user=lambda: "per function")
    claude.messages.create(**told)
    with asking("per block"):
        claude.messages.create(**told)
    instrument(claude, router, log, user=lambda: 1 / 0)
    claude.messages.create(**told)
    call, nobody, function, block, failed = (user for (user,) in rows("user"))
    assert not nobody
    assert failed == call
    assert len({call, function, block}) == 3


async def test_tasks_ask_for_their_own_users(stand_in, router, log, rows) -> None:
    async with anthropic.AsyncAnthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        instrument(claude, router, log)

        async def ask(user: str) -> str:
            with asking(user) as asked:
                await claude.messages.create(**CLAUDE)
            return asked.request_id

        names = await asyncio.gather(*(ask(f"user-{n}") for n in range(8)))
    assert sorted(names) == sorted(name for (name,) in rows("id"))
    assert len(set(rows("user"))) == 8


def test_other_models_pass_unless_a_route_is_named(claude, router, log, rows) -> None:
    assert claude.messages.create(**{**CLAUDE, "model": NEW}).model == NEW
    assert rows("id") == []
    instrument(claude, router, log, route="support")
    assert claude.messages.create(**{**CLAUDE, "model": NEW}).model == OLD
    assert len(claude.models.list().data) > 0
    assert rows("route, model") == [("support", OLD)]


def test_counting_tokens_is_routed_and_no_request(claude, rows) -> None:
    assert claude.messages.count_tokens(model="route:new", messages=ASKED).input_tokens > 0
    assert rows("id") == []


def test_errors_are_recorded_and_raised_as_they_are(claude, stand_in, rows) -> None:
    stand_in.control.set(error_rate=1.0)
    with asking("olga"), pytest.raises(anthropic.APIStatusError) as caught:
        claude.messages.create(**CLAUDE)
    with pytest.raises(anthropic.APIStatusError), claude.messages.stream(**CLAUDE):
        raise AssertionError
    name = type(caught.value).__name__
    assert rows("outcome, error_class") == [("error", name)] * 2


def test_refusals_and_tools_and_limits_are_told_apart_in_streams(claude, stand_in, rows) -> None:
    drained(claude.messages.create(**{**CLAUDE, "max_tokens": 12}, stream=True))
    tools = [{"name": "find_order", "input_schema": {"type": "object", "properties": {}}}]
    call = [{"role": "user", "content": "Call find_order for 48213"}]
    drained(claude.messages.create(**{**CLAUDE, "messages": call}, tools=tools, stream=True))
    stand_in.control.set(refusal_rate=1.0)
    drained(claude.messages.create(**{**CLAUDE, "model": "route:new"}, stream=True))
    assert rows("outcome, ttft_ms > 0") == [("truncated", 1), ("ok", 1), ("refusal", None)]


def test_a_stream_closed_after_its_first_words_is_ok_and_before_them_an_error(claude, rows) -> None:
    with claude.messages.create(**CLAUDE, stream=True) as stream:
        for event in stream:
            if event.type == "content_block_delta":
                break
    claude.messages.create(**CLAUDE, stream=True).close()
    assert rows("outcome, error_class, ttft_ms > 0, input_tokens > 0, output_tokens") == [
        ("ok", None, 1, 1, None),
        ("error", "StreamClosed", None, None, None),
    ]


def test_a_stream_that_is_dropped_is_recorded_all_the_same(claude, rows) -> None:
    stream = claude.messages.create(**CLAUDE, stream=True)
    next(stream)
    del stream
    gc.collect()
    assert rows("outcome") == [("error",)]


async def test_a_cancelled_task_is_recorded_as_cancelled(stand_in, router, log, rows) -> None:
    stand_in.control.set(damage="hang")
    async with anthropic.AsyncAnthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        instrument(claude, router, log)
        task = asyncio.create_task(claude.messages.create(**CLAUDE))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert rows("outcome, error_class") == [("error", "CancelledError")]


def test_what_is_sent_is_kept_as_a_shape(claude, rows) -> None:
    claude.messages.create(**CLAUDE, system="Be brief.", extra_body={"seed": 1})
    ((parameters, prompt_hash, messages),) = rows("parameters, prompt_hash <> '', messages")
    assert {"max_tokens", "messages", "model", "seed", "system"} <= set(parameters.split())
    assert "temperature" not in parameters
    assert (prompt_hash, messages) == (1, 1)


def test_a_log_that_cannot_be_written_costs_no_answer(stand_in, router, tmp_path) -> None:
    (tmp_path / "log").mkdir()
    log = RequestLog(tmp_path / "log", every_s=0.01)
    with anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0) as claude:
        instrument(claude, router, log)
        assert claude.messages.create(**CLAUDE).stop_reason == "end_turn"
        drained(claude.messages.create(**CLAUDE, stream=True))
    log.close(timeout=0.1)


def test_only_clients_can_be_instrumented(router, log) -> None:
    with pytest.raises(TypeError, match="not a client"):
        instrument(object(), router, log)
