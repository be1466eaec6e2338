"""Without an SDK: the requests are those of the SDK, which is the referee, and events are read however they are cut."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.providers.asking import answer_of
from console.providers.direct import ADAPTERS, ANTHROPIC_VERSION, Client
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.records import Limits, Question
from console.providers.server_events import EventReader, ServerEvent
from tests.later import anthropic

TOOL = {"name": "find", "description": "d", "input_schema": {"type": "object", "properties": {}}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
PARAMS = [
    {},
    {"max_tokens": 77, "stop": ["END"]},
    {"tools": [TOOL], "tool_choice": "auto"},
    {"json_schema": SCHEMA, "effort": "low"},
]
MODELS = [
    ("claude-sonnet-5-5", "anthropic", "anthropic"),
    ("gpt-4.1-mini-2025-04-14", "openai", "chat"),
    ("gpt-5-pro", "openai", "responses"),
    ("gemini-2.5-flash", "gemini", "chat"),
]


@pytest.mark.parametrize("params", PARAMS)
@pytest.mark.parametrize(("model", "provider", "api"), MODELS)
async def test_the_same_request_leaves_as_from_the_sdk(server, endpoints, streams, model, provider, api, params):
    server.replies = [streams.reply(body=getattr(streams, api)())]
    question = Question(model, ({"role": "user", "content": "é \u2028 hi"},), "Be short.", params, provider)
    answers = [await answer_of(question, endpoints, direct=direct) for direct in (False, True)]
    (path, headers, body), (other_path, other_headers, other_body) = server.seen
    assert (other_path, other_body) == (path, body)
    for name in ("authorization", "x-api-key", "anthropic-version", "anthropic-beta", "content-type"):
        assert other_headers.get(name) == headers.get(name), name
    assert answers[0].text == answers[1].text == "Your parcel left on Tuesday."
    measured = ("served_model", "outcome", "stop_reason", "input_tokens", "output_tokens", "cached_tokens", "cost_usd")
    assert [getattr(answers[0], name) for name in measured] == [getattr(answers[1], name) for name in measured]


def test_the_api_version_is_the_installed_sdks():
    client = anthropic.AsyncAnthropic(api_key="none", open_telemetry=False)
    assert client.default_headers["anthropic-version"] == ANTHROPIC_VERSION


async def test_openais_own_headers_go_to_openai_alone(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    chat = ADAPTERS["openai_chat"]
    sent = {
        provider: dict(chat.headers(Endpoint(provider, "https://x", "k"))).get("openai-organization")
        for provider in ("openai", "gemini")
    }
    assert sent == {"openai": "org-1", "gemini": None}


def test_the_key_is_not_shown():
    client = Client(Endpoint("openai", "https://x", "sk-secret"), {"authorization": "Bearer sk-secret"}, [])
    assert "secret" not in repr(client)


def test_no_sdk_is_loaded(server, streams):
    server.replies = [streams.reply(body=streams.anthropic())]
    code = (
        "import asyncio, sys\nfrom console.providers.endpoints import Endpoints\n"
        "from console.providers.many import Job, ask_many\nfrom console.providers.records import Question\n"
        "async def main():\n"
        "    jobs = [Job(Question.of(m, 'x')) for m in ('claude-sonnet-5-5', 'gpt-5-pro')]\n"
        "    async with Endpoints.stand_in(sys.argv[1]) as endpoints:\n"
        "        async for _ in ask_many(jobs, endpoints, concurrency=2): pass\n"
        "    print('anthropic' in sys.modules, 'openai' in sys.modules)\n"
        "asyncio.run(main())"
    )
    done = subprocess.run([sys.executable, "-c", code, server.url], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False False", done.stderr


def read(pieces: list[bytes]) -> list[ServerEvent]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"event: e\ndata: a\n\n", [("e", "a")]),
        (b"data:a\ndata: b\n\n", [("", "a\nb")]),
        (b": comment\ndata: a\nid: 7\nretry: 1\n\n", [("", "a")]),
        (b"data\n\n", [("", "")]),
        (b"data:  two\n\n", [("", " two")]),
        (b"\n\n\n", []),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"event: e\n\ndata: b\n\n", [("e", ""), ("", "b")]),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_as_the_standard_has_them(body, events, end):
    assert [tuple(event) for event in read([body.replace(b"\n", end)])] == events


@given(
    st.lists(st.tuples(st.sampled_from(["", "e"]), st.text(st.characters(exclude_characters="\r\n"), max_size=9))),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_however_the_bytes_are_cut(events, end, cuts):
    body = b"".join(
        (b"event: " + name.encode() + end if name else b"") + b"data: " + data.encode("utf-8", "replace") + end + end
        for name, data in events
    )
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    pieces = [body[a:b] for a, b in pairwise(places)]
    assert [(event.name, event.data) for event in read(pieces)] == [
        (name, data.encode("utf-8", "replace").decode()) for name, data in events
    ]


async def test_an_endpoint_that_is_gone_is_said_so():
    async with Endpoints.stand_in("http://127.0.0.1:1") as endpoints:
        answer = await answer_of(Question.of("gpt-5-pro", "x"), endpoints, limits=Limits(retries=0), direct=True)
    assert answer.failure is not None
    assert answer.failure.kind == "connection"
