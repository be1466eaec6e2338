"""Keys and addresses come from the environment by fixed names, and from nowhere else."""

from __future__ import annotations

import pytest

from console.providers.asking import answer_of
from console.providers.endpoints import KEY_VARIABLES, Endpoint, Endpoints
from console.providers.records import Failure, Question


@pytest.mark.parametrize(
    ("provider", "variable"),
    [("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY"), ("gemini", "GEMINI_API_KEY")],
)
def test_a_missing_key_names_its_variable_and_the_stand_in(provider, variable):
    for environ in ({}, {variable: "  "}):
        failure = Endpoints.from_environment(environ).reach(provider)
        assert isinstance(failure, Failure)
        assert failure.kind == "no_key"
        assert variable in failure.message
        assert "--stand-in" in failure.hint
    assert variable in KEY_VARIABLES


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14", "gemini-2.5-flash"])
async def test_a_question_without_a_key_is_answered_with_why(model):
    answer = await answer_of(Question.of(model, "hello"), Endpoints.from_environment({}))
    assert (answer.outcome, answer.failure.kind, answer.stand_in) == ("error", "no_key", False)


def test_a_key_reaches_its_provider_and_never_a_repr():
    endpoints = Endpoints.from_environment({"ANTHROPIC_API_KEY": " sk-secret \n", "OPENAI_API_KEY": "sk-other"})
    endpoint = endpoints.reach("anthropic")
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.key, endpoint.base_url, endpoint.stand_in) == ("sk-secret", "https://api.anthropic.com", False)
    assert "secret" not in repr(endpoint)
    assert isinstance(endpoints.reach("gemini"), Failure)


@pytest.mark.parametrize("key", ["sk-secret\nx-evil: 1", "sk-secrét", "sk-\x1bsecret"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_quoted(key):
    failure = Endpoints.from_environment({"OPENAI_API_KEY": key}).reach("openai")
    assert isinstance(failure, Failure)
    assert "secr" not in failure.message + failure.hint


def test_base_urls_come_from_the_environment():
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://gateway.example/v1"}
    endpoint = Endpoints.from_environment(environ).reach("openai")
    assert isinstance(endpoint, Endpoint)
    assert endpoint.base_url == "https://gateway.example/v1"


@pytest.mark.parametrize("url", ["gateway.example/v1", "file:///etc/passwd", "https://"])
def test_a_base_url_that_is_no_web_address_is_refused(url):
    failure = Endpoints.from_environment({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url}).reach("openai")
    assert isinstance(failure, Failure)
    assert "OPENAI_BASE_URL" in failure.message


@pytest.mark.parametrize("model", ["whatever", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "openrouter/x/y"])
async def test_a_provider_nobody_here_speaks_to_is_told(model):
    answer = await answer_of(Question.of(model, "hello"), Endpoints.stand_in("http://127.0.0.1:1"))
    assert answer.failure.kind == "unsupported"
    assert "anthropic, openai, gemini" in answer.failure.hint


async def test_the_environment_of_the_process_does_not_leak_into_a_stand_in(server, streams, monkeypatch):
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "OPENAI_ORG_ID"):
        monkeypatch.setenv(name, "real-secret")
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for model, events in (("claude-sonnet-5-5", streams.anthropic()), ("gemini-2.5-flash", streams.chat())):
        server.replies = [streams.reply(body=events)]
        async with Endpoints.stand_in(server.url) as endpoints:
            answer = await answer_of(Question.of(model, "hello"), endpoints)
        assert answer.outcome == "ok"
        assert "real-secret" not in str(server.seen[-1][1])


async def test_the_key_goes_out_as_each_api_wants_it(server, streams):
    for provider, model, header, events in (
        ("anthropic", "claude-sonnet-5-5", "authorization", streams.anthropic()),
        ("openai", "gpt-4o-2024-08-06", "authorization", streams.chat()),
    ):
        server.replies = [streams.reply(body=events)]
        async with Endpoints({provider: Endpoint(provider, server.url, "sk-mine")}) as endpoints:
            await answer_of(Question.of(model, "hello"), endpoints)
        assert server.seen[-1][1][header].removeprefix("Bearer ") == "sk-mine"
        assert server.seen[-1][1]["accept-encoding"] == "identity"


async def test_closing_twice_and_asking_again_both_work(server, streams):
    endpoints = Endpoints.stand_in(server.url)
    server.replies = [streams.reply(body=streams.anthropic())]
    for _ in range(2):
        assert (await answer_of(Question.of("claude-sonnet-5-5", "hello"), endpoints)).outcome == "ok"
        await endpoints.aclose()
    await endpoints.aclose()


@pytest.mark.parametrize(
    "url", ["http://[bad", "https://host:port/v1", "https://:443/v1", "https:///v1", "https://h:0"]
)
def test_a_base_url_that_cannot_even_be_read_is_refused_and_not_raised(url):
    failure = Endpoints.from_environment({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": url}).reach("anthropic")
    assert isinstance(failure, Failure)
    assert "ANTHROPIC_BASE_URL is not a web address" in failure.message
    assert url not in failure.message + failure.hint


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://[::1]:443/v1", "https://user@gateway/v1"])
def test_a_base_url_may_be_any_web_address(url):
    endpoint = Endpoints.from_environment({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": f" {url} "}).reach(
        "anthropic"
    )
    assert isinstance(endpoint, Endpoint)
    assert endpoint.base_url == url


def test_gemini_has_one_address_whatever_the_environment_says():
    environ = {"GEMINI_API_KEY": "k", "GEMINI_BASE_URL": "http://elsewhere"}
    endpoint = Endpoints.from_environment(environ).reach("gemini")
    assert isinstance(endpoint, Endpoint)
    assert endpoint.base_url.startswith("https://generativelanguage.googleapis.com/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:9/"])
def test_a_stand_in_answers_for_everybody_at_the_path_each_sdk_wants(url):
    endpoints = Endpoints.stand_in(url)
    found = {name: endpoints.reach(name) for name in ("anthropic", "openai", "gemini")}
    assert {name: endpoint.base_url for name, endpoint in found.items()} == {
        "anthropic": "http://127.0.0.1:9",
        "openai": "http://127.0.0.1:9/v1",
        "gemini": "http://127.0.0.1:9/v1beta/openai",
    }
    assert all(endpoint.stand_in for endpoint in found.values())


class Client:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


async def test_a_client_is_made_once_for_its_name_and_closed_with_the_others():
    made = []

    def connect() -> Client:
        made.append(Client())
        return made[-1]

    async with Endpoints.stand_in("http://127.0.0.1:9") as endpoints:
        one, same, other = [await endpoints.client(name, connect) for name in ("a", "a", "b")]
        assert one is same
        assert one is not other
    assert [client.closed for client in made] == [True, True]


async def test_a_client_that_could_not_be_made_is_tried_again():
    tries = []

    def connect() -> Client:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("no certificates")
        return Client()

    async with Endpoints.stand_in("http://127.0.0.1:9") as endpoints:
        with pytest.raises(OSError, match="certificates"):
            await endpoints.client("a", connect)
        assert isinstance(await endpoints.client("a", connect), Client)
