"""Reading a provider's list of models: all of it through the real SDK, or one clear reason why not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from console.catalog.listings import Listing
from console.demo.standin.process import StandIn, start
from console.providers.endpoints import Endpoints
from console.providers.listing import MOST_MODELS, listing_of, listings_of
from console.providers.records import Failure, Limits

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Lists:
    """A real server whose answers to GET are scripted: (status, headers, body); the last one repeats."""

    def __init__(self) -> None:
        self.url = ""
        self.script: list[Any] = []
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []

    def answers(self, *replies: Any) -> None:
        """Each a whole body, a (status, headers, body) or a function of the query."""
        self.script = list(replies)
        self.asked.clear()

    def next(self, query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(reply):
            reply = reply(query)
        status, headers, body = reply if isinstance(reply, tuple) else (200, {}, reply)
        return status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()


def _handler(lists: Lists) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = parse_qs(place.query)
            lists.asked.append((place.path, query, {k.lower(): v for k, v in self.headers.items()}))
            status, headers, body = lists.next(query)
            self.send_response(status)
            for name, value in (
                {"content-type": "application/json", "content-length": str(len(body))} | headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture
def lists() -> Iterator[Lists]:
    made = Lists()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    http.daemon_threads = True
    made.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture(scope="session")
def _running() -> Iterator[StandIn]:
    with start(scale=0.0) as running:
        yield running


@pytest.fixture
def stand_in(_running: StandIn) -> Iterator[StandIn]:
    _running.control.reset()
    yield _running
    _running.control.reset()


Read = Callable[..., Awaitable[Listing | Failure]]
_waited: list[float] = []


async def _noted(seconds: float) -> None:
    _waited.append(seconds)


async def read(url: str, provider: str = "anthropic", **more: Any) -> Listing | Failure:
    _waited.clear()
    async with Endpoints.stand_in(url) as endpoints:
        return await listing_of(provider, endpoints, now=lambda: NOW, wait=_noted, **more)


def ids(found: Listing | Failure) -> list[str]:
    assert isinstance(found, Listing), found
    return [model.id for model in found.models]


def message(found: Listing | Failure) -> str:
    assert isinstance(found, Failure), found
    return found.message


def page(*names: str, more: bool = False, **changes: Any) -> dict[str, Any]:
    return {
        "data": [{"type": "model", "id": name} for name in names],
        "has_more": more,
        "first_id": names[0] if names else None,
        "last_id": names[-1] if names else None,
    } | changes


async def test_anthropics_list_comes_with_every_stage_of_life(stand_in) -> None:
    found = await read(stand_in.url)
    assert isinstance(found, Listing)
    assert (found.provider, found.source, found.fetched) == ("anthropic", f"{stand_in.url}/v1/models", NOW)
    models = {model.id: model for model in found.models}
    assert {model.state for model in found.models} == {"active", "deprecated", "retired"}
    dying = models["claude-sonnet-4-5-20250929"]
    assert (dying.released, dying.deprecated, dying.retires) == (
        date(2025, 9, 29),
        date(2026, 9, 30),
        date(2026, 11, 30),
    )
    assert models["claude-sonnet-5-5"].retires is None


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_the_pages_make_one_list(stand_in, size) -> None:
    assert ids(await read(stand_in.url, page_size=size)) == ids(await read(stand_in.url))


async def test_openais_list_comes_with_shutdown_dates(stand_in) -> None:
    found = await read(stand_in.url, "openai")
    assert isinstance(found, Listing)
    models = {model.id: model for model in found.models}
    assert models["gpt-4.1-mini-2025-04-14"].retires == date(2027, 1, 14)
    assert models["gpt-4.1-mini-2025-04-14"].released == date(2025, 4, 14)
    assert models["gpt-6.2-sol"].retires is None
    assert {model.state for model in found.models} == {None}


async def test_geminis_list_is_read_through_openais_sdk(stand_in) -> None:
    found = await read(stand_in.url, "gemini")
    assert isinstance(found, Listing)
    assert found.source == f"{stand_in.url}/v1beta/openai/models"
    assert {model.id for model in found.models} >= {"gemini-2.5-flash", "gemini-3.8-flash"}
    assert not any(model.id.startswith("models/") for model in found.models)


async def test_every_provider_is_asked_at_once_and_one_that_fails_takes_no_other_along(stand_in, lists) -> None:
    environ = {
        "ANTHROPIC_API_KEY": "key",
        "ANTHROPIC_BASE_URL": stand_in.url,
        "OPENAI_API_KEY": "key",
        "OPENAI_BASE_URL": f"{lists.url}/v1",
    }
    lists.answers((401, {}, {"error": {"message": "bad key"}}))
    async with Endpoints.from_environment(environ) as endpoints:
        found = await listings_of(endpoints, now=lambda: NOW)
    assert len(ids(found["anthropic"])) > 5
    assert message(found["openai"]) == "openai rejected the key (401)"
    assert message(found["gemini"]) == "no key for gemini: GEMINI_API_KEY is not set"


async def test_the_key_and_the_stages_are_asked_for(lists) -> None:
    lists.answers(page("claude-sonnet-5-5"))
    environ = {"ANTHROPIC_API_KEY": "secret-key", "ANTHROPIC_BASE_URL": lists.url}
    async with Endpoints.from_environment(environ) as endpoints:
        await listing_of("anthropic", endpoints)
    ((path, query, headers),) = lists.asked
    assert path == "/v1/models"
    stages = {word for key in query if "lifecycle" in key for value in query[key] for word in value.split(",")}
    assert stages == {"active", "deprecated", "retired"}
    assert headers["authorization"] == "Bearer secret-key"


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
@pytest.mark.parametrize(
    ("status", "words", "attempts"),
    [
        (401, "{} rejected the key (401)", 1),
        (403, "{} rejected the key (403)", 1),
        (404, "there is no list of models at", 1),
        (429, "rate limited by {} (429)", 3),
        (500, "failed by {} (500)", 3),
        (503, "overloaded by {} (503)", 3),
        (302, "the provider answered with a redirect (302)", 3),
    ],
)
async def test_a_rejection_is_one_message_and_asked_again_where_it_may_pass(
    lists, provider, status, words, attempts
) -> None:
    lists.answers((status, {"location": "http://elsewhere.test/"}, {"error": {"message": "no"}}))
    assert words.format(provider) in message(await read(lists.url, provider))
    assert len(lists.asked) == attempts


async def test_a_provider_is_given_the_time_it_asks_for(lists) -> None:
    lists.answers((429, {"retry-after": "7"}, {}), page("claude-sonnet-5-5"))
    assert ids(await read(lists.url)) == ["claude-sonnet-5-5"]
    assert _waited == [7.0]


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>login</html>",
        b'{"data": [',
        {},
        [],
        None,
        {"data": None, "has_more": False},
        {"data": {}, "has_more": False},
        {"data": [], "has_more": False},
        {"data": ["text"]},
        {"data": [{}]},
        {"data": [{"id": ""}]},
        {"data": [{"id": 7}]},
        {"data": [{"id": "a b"}]},
        {"data": [{"id": "x\u001b]0;title\u0007"}]},
        {"data": [{"id": "good"}, {"name": "nameless"}]},
    ],
)
async def test_what_is_no_list_is_none(lists, provider, body) -> None:
    lists.answers(body)
    found = await read(lists.url, provider)
    assert isinstance(found, Failure), found
    assert found.kind in ("malformed", "broken_stream")
    assert "\x1b" not in found.message


@pytest.mark.parametrize("damage", ["half", "malformed json", "empty", "refuse"])
@pytest.mark.parametrize("provider", ["anthropic", "openai", "gemini"])
async def test_a_damaged_list_is_no_list(stand_in, provider, damage) -> None:
    stand_in.control.set("/models", damage=damage)
    assert isinstance(await read(stand_in.url, provider), Failure)


async def test_a_list_that_breaks_on_its_second_page_is_not_half_a_list(lists) -> None:
    lists.answers(page("a", more=True), (500, {}, {}))
    assert "failed by anthropic (500)" in message(await read(lists.url))


@pytest.mark.parametrize("more", [{"last_id": None}, {"last_id": ""}])
async def test_more_that_is_announced_but_not_where_is_not_the_end(lists, more) -> None:
    lists.answers(page("a", more=True, **more))
    assert "more is announced, but not where" in message(await read(lists.url))


async def test_the_same_page_for_ever_ends(lists) -> None:
    lists.answers(page("a", "b", more=True))
    assert "would never end" in message(await read(lists.url))
    assert len(lists.asked) == 2


async def test_new_pages_for_ever_end(lists) -> None:
    made = iter(range(1, 10**9))
    lists.answers(lambda _: page(*(f"model-{next(made)}" for _ in range(2_000)), more=True))
    assert "larger than any list" in message(await read(lists.url))
    assert next(made) < 3 * MOST_MODELS


async def test_a_body_without_end_is_cut_off(lists) -> None:
    lists.answers(b" " * 4_000_000)
    found = await read(lists.url, limits=Limits(total_s=30.0, max_bytes=10_000, retries=0))
    assert "larger than any list" in message(found)


async def test_a_silent_provider_costs_no_more_than_the_limit(stand_in) -> None:
    stand_in.control.set("/models", damage="hang")
    began = time.monotonic()
    found = await read(stand_in.url, limits=Limits(total_s=0.3))
    assert message(found) == "anthropic's list of models was not complete within 0.3 s"
    assert time.monotonic() - began < 5.0


async def test_nobody_there_is_said_with_the_place() -> None:
    found = await read("http://127.0.0.1:9", limits=Limits(retries=0))
    assert message(found) == "nothing answers at 127.0.0.1:9"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1970-01-01T00:00:00Z", None),
        ("2026-09-28T23:30:00-07:00", date(2026, 9, 29)),
        ("not a day", None),
        (10**30, None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
async def test_dates_are_believed_only_where_they_are_dates(lists, value, day) -> None:
    rows = [{"type": "model", "id": "m", "lifecycle": "strange", "created_at": value, "retires_at": value}]
    lists.answers({"data": rows, "has_more": False})
    found = await read(lists.url)
    assert isinstance(found, Listing)
    assert (found.models[0].released, found.models[0].retires, found.models[0].state) == (day, day, None)


@pytest.mark.parametrize(("value", "day"), [(1_759_104_000, date(2025, 9, 29)), (0, None), (-5, None), (1e400, None)])
async def test_seconds_since_1970_are_a_day(lists, value, day) -> None:
    lists.answers(json.dumps({"object": "list", "data": [{"id": "m", "created": value}]}).encode())
    found = await read(lists.url, "openai")
    assert isinstance(found, Listing)
    assert found.models[0].released == day


async def test_a_failure_holds_no_key(lists) -> None:
    lists.answers((400, {}, {"error": {"message": "you sent sk-secret-123456"}}))
    environ = {
        "OPENAI_API_KEY": "sk-secret-123456",
        "OPENAI_BASE_URL": f"http://user:word@127.0.0.1:{lists.url[17:]}/v1",
    }
    async with Endpoints.from_environment(environ) as endpoints:
        found = await listing_of("openai", endpoints, wait=_noted)
    assert "sk-secret" not in repr(found)
    assert "word" not in message(found)
