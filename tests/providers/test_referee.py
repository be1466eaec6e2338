"""An independent mock of the providers' APIs as referee: it was not written by whoever wrote our reader.

Runs where the npm package `@copilotkit/aimock` is installed: its `llmock` on the PATH, or `LLMOCK` naming it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.providers.asking import answer_of
from console.providers.endpoints import Endpoints
from console.providers.records import Limits, Question

LLMOCK = os.environ.get("LLMOCK") or shutil.which("llmock")
pytestmark = pytest.mark.skipif(LLMOCK is None, reason="the npm package @copilotkit/aimock is not installed")

MODELS = ["claude-sonnet-5-5", "gpt-4.1-mini-2025-04-14", "gpt-5-pro", "gemini-2.5-flash"]
LONG = "one two three four five six seven eight nine ten"
FIXTURES: list[dict[str, Any]] = [
    {"match": {"userMessage": "hello"}, "response": {"content": "Hello! How can I help you today?"}},
    {
        "match": {"userMessage": "weather"},
        "response": {"toolCalls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]},
    },
    {
        "match": {"userMessage": "busy"},
        "response": {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429},
    },
    {"match": {"userMessage": "half"}, "response": {"content": LONG}, "chunkSize": 4, "truncateAfterChunks": 4},
    {"match": {"userMessage": "broken"}, "response": {"content": "x"}, "chaos": {"malformedRate": 1.0}},
    {"match": {"userMessage": "gone"}, "response": {"content": "x"}, "chaos": {"disconnectRate": 1.0}},
]


@pytest.fixture(scope="module")
def referee(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file: Path = tmp_path_factory.mktemp("referee") / "fixtures.json"
    file.write_text(json.dumps({"fixtures": FIXTURES}))
    command = [str(LLMOCK), "--port", "0", "--fixtures", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    url = next((match.group() for line in process.stdout if (match := re.search(r"http://[\d.]+:\d+", line))), "")
    try:
        assert url, "the referee did not start"
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=10)


async def told(url: str, model: str, prompt: str) -> Any:
    async with Endpoints.stand_in(url) as endpoints:
        return await answer_of(Question.of(model, prompt), endpoints, limits=Limits(retries=0, total_s=10))


@pytest.mark.parametrize("model", MODELS)
async def test_a_plain_answer(referee, model):
    answer = await told(referee, model, "hello")
    assert (answer.outcome, answer.text) == ("ok", "Hello! How can I help you today?")
    assert answer.served_model
    assert answer.ttft_ms is not None


@pytest.mark.parametrize("model", MODELS)
async def test_a_tool_call(referee, model):
    answer = await told(referee, model, "weather")
    assert answer.outcome == "ok"
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("get_weather", {"city": "Paris"})
    ]


@pytest.mark.parametrize("model", MODELS)
async def test_a_rate_limit(referee, model):
    answer = await told(referee, model, "busy")
    assert (answer.outcome, answer.failure.kind, answer.failure.status) == ("error", "rate_limited", 429)
    assert "Slow down" in answer.failure.message


@pytest.mark.parametrize("model", MODELS)
async def test_half_a_stream(referee, model):
    answer = await told(referee, model, "half")
    assert answer.outcome == "error"
    assert answer.failure.kind in ("broken_stream", "early_end", "connection")
    assert LONG.startswith(answer.text)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("prompt", ["broken", "gone"])
async def test_broken_answers(referee, model, prompt):
    answer = await told(referee, model, prompt)
    assert answer.outcome == "error"
    assert answer.failure.kind in ("malformed", "early_end", "broken_stream", "connection")
