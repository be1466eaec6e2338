"""Which failures count against a model: the provider's, told by both real SDKs, and none of the application's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console import Breaker, Router, asking, instrument
from console.traffic.blaming import is_providers, is_providers_name
from tests.later import anthropic, openai

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
ASKED: list[Any] = [{"role": "user", "content": "Where is order 48213?"}]
COUNTED = (401, 403, 404, 408, 429, 500, 502, 503, 504, 529)
REJECTED = (400, 409, 413, 422)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def claude(stand_in) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0, timeout=30.0) as client:
        yield client


@pytest.fixture
def told() -> list[bool]:
    return []


def ask(client: anthropic.Anthropic, **more: object) -> Any:
    return client.messages.create(model=OLD, max_tokens=100, messages=ASKED, **more)  # type: ignore[call-overload]


@pytest.mark.parametrize("status", COUNTED + REJECTED)
def test_statuses_of_the_anthropic_sdk(stand_in, log, choice, claude, told, status: int) -> None:
    stand_in.control.set(error_rate=1.0, error_status=status)
    with pytest.raises(anthropic.APIStatusError), log.request(choice(report=told.append), "u") as request:
        request.record(ask(claude))
    assert told == ([True] if status in COUNTED else [])


@pytest.mark.parametrize("status", [404, 429, 500, 400, 422])
def test_statuses_of_the_openai_sdk(stand_in, log, choice, told, status: int) -> None:
    stand_in.control.set(error_rate=1.0, error_status=status)
    url = f"{stand_in.url}/v1"
    client = openai.OpenAI(api_key="none", base_url=url, max_retries=0)
    with client, pytest.raises(openai.APIStatusError), log.request(choice(report=told.append), "u"):
        client.chat.completions.create(model="gpt-4.1-mini-2025-04-14", messages=ASKED)
    assert told == ([True] if status in COUNTED else [])


@pytest.mark.parametrize("damage", ["refuse", "half", "error event"])
def test_streams_that_break_count(stand_in, log, choice, claude, told, damage: str) -> None:
    stand_in.control.set(damage=damage)
    with pytest.raises(Exception), log.request(choice(report=told.append), "u") as request:  # noqa: B017, PT011
        for _ in request.stream(ask(claude, stream=True)):
            pass
    assert told == [True]


def test_a_time_out_of_the_sdk_counts(stand_in, log, choice, claude, told) -> None:
    stand_in.control.set(damage="hang")
    with pytest.raises(anthropic.APITimeoutError), log.request(choice(report=told.append), "u"):
        ask(claude, timeout=0.2)
    assert told == [True]


def test_nobody_listening_counts(log, choice, told) -> None:
    client = anthropic.Anthropic(api_key="none", base_url="http://127.0.0.1:9", max_retries=0)
    with client, pytest.raises(anthropic.APIConnectionError), log.request(choice(report=told.append), "u"):
        ask(client)
    assert told == [True]


async def test_a_time_out_that_the_application_sets_inside_the_block_counts(log, choice, told) -> None:
    with pytest.raises(TimeoutError):
        async with log.request(choice(report=told.append), "u"):
            await asyncio.wait_for(asyncio.sleep(30), 0.001)
    assert told == [True]


@pytest.mark.parametrize("error", [ValueError("no JSON"), KeyError("text"), FileNotFoundError("cache"), MemoryError()])
def test_the_applications_own_exceptions_say_nothing(log, choice, told, error: BaseException) -> None:
    with pytest.raises(type(error)), log.request(choice(report=told.append), "u"):
        raise error
    assert told == []


def test_a_stream_that_its_reader_leaves_is_good_once_it_spoke_and_says_nothing_before(
    stand_in, log, choice, claude, told
) -> None:
    with log.request(choice(report=told.append), "u") as request:
        for event in request.stream(ask(claude, stream=True)):
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                break
    assert told == [False]
    with log.request(choice(report=told.append), "u") as request:
        request.stream(ask(claude, stream=True)).close()
    assert told == [False]


def test_an_outcome_that_the_application_records_as_an_error_counts(log, choice, told) -> None:
    with log.request(choice(report=told.append), "u") as request:
        request.record(outcome="error")
    with log.request(choice(report=told.append), "u") as request:
        request.record(outcome="refusal")
    assert told == [True, False]


@pytest.mark.parametrize(
    ("name", "counts"), [("overloaded", True), ("BadRequestError", None), ("CancelledError", None), ("", True)]
)
def test_names_that_the_application_tells_itself(name: str, counts: bool | None) -> None:
    assert is_providers_name(name) is counts


def test_an_error_event_inside_a_good_stream_is_read_by_its_type() -> None:
    class APIStatusError(Exception):
        status_code = 200
        type = "overloaded_error"

    APIStatusError.__module__ = "anthropic._exceptions"
    assert is_providers(APIStatusError()) is True
    APIStatusError.type = "invalid_request_error"
    assert is_providers(APIStatusError()) is None


def test_attributes_that_raise_fail_no_request(log, choice, told) -> None:
    class Odd(Exception):
        @property
        def status_code(self) -> int:
            raise RuntimeError

    with pytest.raises(Odd), log.request(choice(report=told.append), "u"):
        raise Odd
    assert told == []


@pytest.fixture
def skipped() -> list[float]:
    """Seconds by which the router's clock is ahead of the real one."""
    return [0.0]


@pytest.fixture
def router(tmp_path: Path, skipped: list[float]) -> Iterator[Router]:
    file = tmp_path / "registry.toml"
    models = "".join(
        f'[models."{m}"]\nprovider = "anthropic"\npinned_date = 2026-05-15\nreason = "x"\n' for m in (OLD, NEW)
    )
    file.write_text(
        f'schema = 1\n[routes.support]\nproduction = "{OLD}"\ncanary = "{NEW}"\ncanary_percentage = 100\n'
        f"canary_start = 2026-11-10T09:00:00Z\n{models}"
    )

    def clock() -> float:
        return time.monotonic() + skipped[0]

    with Router(file, OLD, cache_dir=tmp_path, environment={}, breaker=Breaker(pause_s=600.0), clock=clock) as router:
        yield router


def test_an_outage_of_the_canary_reaches_five_requests_of_an_instrumented_client(
    stand_in, router, log, query, claude, skipped
) -> None:
    """And the sixth gets production; when the provider is back, so is the canary."""
    instrument(claude, router, log)
    stand_in.control.set(NEW, error_rate=1.0, error_status=529)

    def call(number: int) -> str:
        with asking(f"u{number}") as asked:
            try:
                claude.messages.create(model="route:support", max_tokens=100, messages=ASKED)
            except anthropic.APIStatusError:
                return "failed"
            return f"{asked.choice.model} {asked.choice.why}"  # type: ignore[union-attr]

    assert [call(n) for n in range(7)] == ["failed"] * 5 + [f"{OLD} breaker"] * 2
    assert router.status().breakers[0].model == NEW
    assert log.flush()
    assert query("SELECT why, arm, model, evidence, outcome, count(*) FROM request_log GROUP BY 1, 2, 3, 4, 5") == [
        ("breaker", "production", OLD, 0, "ok", 2),
        ("bucket", "canary", NEW, 1, "error", 5),
    ]
    stand_in.control.reset()
    stand_in.control.set(error_rate=0.0, refusal_rate=0.0)
    assert call(8) == f"{OLD} breaker"
    skipped[0] += 750.0
    assert [call(n) for n in (9, 10, 11)] == [f"{NEW} breaker", f"{NEW} breaker", f"{NEW} bucket"]


def test_bad_requests_of_an_application_open_no_circuit(stand_in, router, log, claude) -> None:
    instrument(claude, router, log)
    stand_in.control.set(NEW, error_rate=1.0, error_status=400)
    for number in range(8):
        with asking(f"u{number}"), pytest.raises(anthropic.BadRequestError):
            claude.messages.create(model="route:support", max_tokens=100, messages=ASKED)
    assert router.status().breakers == ()
