"""What the tests of the demo share: a running stand-in, both SDKs pointed at it, and plain HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from console.demo.standin import process
from console.demo.standin.asked import Reply
from console.demo.standin.models import MODELS
from console.demo.standin.process import StandIn
from tests import warm

QUIET = {"error_rate": 0.0, "refusal_rate": 0.0}


@pytest.fixture(scope="session")
def running_stand_in() -> Iterator[StandIn]:
    with process.start(scale=0.0) as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> Iterator[StandIn]:
    """A stand-in that answers at once, never by chance with an error, and is set back afterwards."""
    running_stand_in.control.reset()
    running_stand_in.control.set(**QUIET)
    yield running_stand_in
    running_stand_in.control.reset()
    running_stand_in.control.scale(0.0)


@pytest.fixture
def anthropic_client(stand_in: StandIn) -> Iterator[Any]:
    anthropic = pytest.importorskip("anthropic")
    with anthropic.Anthropic(api_key="none", base_url=stand_in.url, max_retries=0, timeout=30.0) as client:
        yield client


@pytest.fixture
def openai_client(stand_in: StandIn) -> Iterator[Any]:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(api_key="none", base_url=f"{stand_in.url}/v1", max_retries=0, timeout=30.0) as client:
        yield client


@pytest.fixture
def http_call(stand_in: StandIn) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Plain HTTP to the stand-in: (method, path, body, headers) -> (status, headers, body)."""

    def call(
        method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        place = urlsplit(stand_in.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body)
            connection.request(method, path, data, headers or {})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    return call


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait until a condition holds, with a deadline."""

    def wait(condition: Callable[[], object], within_s: float = 30.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def a_reply() -> Callable[..., Reply]:
    """Builds a reply of the simulation as a dialect is given it; every field can be another."""

    def build(**changes: Any) -> Reply:
        usual: dict[str, Any] = {
            "id": "standin_1",
            "model": MODELS["claude-sonnet-5"],
            "served": "claude-sonnet-5",
            "pieces": ("Hello, ", "here is ", "your answer."),
            "stop": "end",
            "input_tokens": 100,
            "output_tokens": 40,
            "thinking_tokens": 0,
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            "first_token_s": 0.5,
            "piece_s": 0.1,
        }
        return Reply(**{**usual, **changes})

    return build


@pytest.fixture(scope="session")
def events_of() -> Callable[[bytes], list[dict[str, Any]]]:
    """Server-sent events as a strict reader sees them: one `data:` line each, the last marker of a stream left out."""

    def parse(stream: bytes) -> list[dict[str, Any]]:
        assert stream == b"" or stream.endswith(b"\n\n"), "an event was not ended"
        found = []
        for block in filter(None, stream.decode("utf-8").split("\n\n")):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            if fields["data"] == "[DONE]":
                continue
            value = json.loads(fields["data"])
            assert fields.get("event", value.get("type")) == value.get("type"), "name and type differ"
            found.append(value)
        return found

    return parse


@pytest.fixture(scope="module")
def forked_children() -> Iterator[None]:
    """The processes of a demo are forks of one that has loaded the SDKs: loading them is most of what they do."""
    forks = SimpleNamespace(Popen=warm.Piped, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.demo.children.subprocess", forks)
        yield
