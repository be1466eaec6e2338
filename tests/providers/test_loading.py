"""The SDKs cost seconds: nobody pays before the first question, and no event loop stands still for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.providers.records import Failure, Limits
from console.providers.rehearsing import rehearse
from console.providers.retrying import pause_s


def run_python(code: str, *args: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_layer_loads_no_sdk():
    code = (
        "import sys, console.providers.asking, console.compare.running, console.compare.questions\n"
        "print(sorted({'anthropic', 'openai', 'httpx2', 'pydantic', 'genai_prices', 'textual'} & set(sys.modules)))"
    )
    assert run_python(code).strip() == "[]"


def test_one_provider_does_not_load_the_other():
    code = (
        "import sys\nfrom console.providers.adapters import warm\nwarm(['openai']).join()\n"
        "print('openai' in sys.modules, 'anthropic' in sys.modules)"
    )
    assert run_python(code).strip() == "True False"


def test_the_comparers_screen_is_made_ready_without_an_sdk():
    code = (
        "import sys\nfrom console.tui.screens.compare import CompareScreen\n"
        "from console.providers.adapters import warm\nwarm(direct=True).join()\n"
        "print(sorted({'openai', 'anthropic', 'sentence_transformers'} & set(sys.modules)), 'httpx2' in sys.modules)"
    )
    assert run_python(code).strip() == "[] False"


def test_a_first_question_without_the_sdk_says_what_is_missing():
    code = (
        "import sys, asyncio\nsys.modules['anthropic'] = None\n"
        "from console.providers.adapters import warm\nfrom console.providers.asking import answer_of\n"
        "from console.providers.endpoints import Endpoints\nfrom console.providers.records import Question\n"
        "warm(['anthropic']).join()\n"
        "answer = asyncio.run(answer_of(Question.of('claude-sonnet-5-5', 'x'), Endpoints.stand_in('http://127.0.0.1:1')))\n"
        "print(answer.failure.kind, '|', answer.failure.message)"
    )
    kind, _, message = run_python(code).strip().partition(" | ")
    assert kind == "unsupported"
    assert "anthropic" in message


def test_the_loop_goes_on_while_the_first_question_loads_everything(server, streams):
    server.replies = [streams.reply(body=streams.anthropic())]
    code = (
        "import asyncio, sys, time\nfrom console.providers.asking import answer_of\n"
        "from console.providers.endpoints import Endpoints\nfrom console.providers.records import Question\n"
        "async def main():\n"
        "    gaps, going = [0.0], True\n"
        "    async def tick():\n"
        "        last = time.perf_counter()\n"
        "        while going:\n"
        "            await asyncio.sleep(0.005)\n"
        "            now = time.perf_counter(); gaps.append(now - last); last = now\n"
        "    ticking = asyncio.create_task(tick())\n"
        "    start = time.perf_counter()\n"
        "    async with Endpoints.stand_in(sys.argv[1]) as endpoints:\n"
        "        answer = await answer_of(Question.of('claude-sonnet-5-5', 'x'), endpoints)\n"
        "    took, going = time.perf_counter() - start, False\n"
        "    await ticking\n"
        "    print(answer.outcome, max(gaps), took, answer.latency_ms)\n"
        "asyncio.run(main())"
    )
    outcome, stall, took, latency_ms = run_python(code, server.url).split()
    print(f"first answer after {float(took):.2f} s, longest stall {float(stall):.3f} s, latency {latency_ms} ms")
    assert outcome == "ok"
    # Loaded on the loop's own thread, the stall would be the whole of it. A share holds on a busy machine too.
    assert float(stall) < float(took) / 3
    assert float(latency_ms) < float(took) * 500, "the import is no part of the model's latency"


@pytest.mark.parametrize("name", ["anthropic_messages", "openai_chat", "openai_responses"])
def test_the_rehearsal_reads_a_whole_answer(name):
    from importlib import import_module

    assert rehearse(name, import_module(f"console.providers.{name}")) == "a"


@given(st.integers(0, 5), st.floats(0, 1), st.sampled_from(["rate_limited", "overloaded", "server", "connection"]))
def test_pauses_grow_and_stay_within_bounds(retries, chance, kind):
    pause = pause_s(Failure(kind, ""), retries, Limits(retries=6), chance)
    assert pause is not None
    assert min(8.0, 0.5 * 2**retries) / 2 <= pause <= min(8.0, 0.5 * 2**retries)


@pytest.mark.parametrize("kind", ["bad_request", "auth", "not_found", "timeout", "malformed", "too_large", "early_end"])
def test_what_would_fail_again_is_not_repeated(kind):
    assert pause_s(Failure(kind, ""), 0, Limits()) is None


def test_the_providers_word_wins_over_the_dice():
    limits = Limits(max_retry_wait_s=10)
    assert pause_s(Failure("rate_limited", "", retry_after_s=9.5), 0, limits, 0.1) == 9.5
    assert pause_s(Failure("rate_limited", "", retry_after_s=10.5), 0, limits, 0.1) is None
