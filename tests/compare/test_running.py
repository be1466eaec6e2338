"""Both sides stream at once, neither can harm the other, and both end when one leaves."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from console.compare import running
from console.compare.records import Compared, Delta, Done, Pair
from console.compare.running import compare, ratios
from console.domain.registry import Price
from console.providers.records import Answer, Failure, Limits, Question

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = Price(1.0, 2.0, 0.1, 1.2)
pytestmark = pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")


@pytest.fixture
def pair():
    def question(model: str) -> Question:
        return Question(model, ({"role": "user", "content": "Where is it?"},), price=PRICE)

    return Pair(question(OLD), question(NEW), "Where is it?")


async def everything(pair, endpoints):
    async with aclosing(compare(pair, endpoints, limits=Limits(retries=0), now=lambda: AT)) as events:
        return [event async for event in events]


async def test_a_comparison_has_both_answers_their_differences_and_ratios(world, endpoints, pair, script):
    world.models = {
        OLD: script(["It left on ", "Monday."], output_tokens=10),
        NEW: script(["It left on ", "Tuesday."], output_tokens=25),
    }
    events = await everything(pair, endpoints)
    comparison = events[-1].comparison
    assert (comparison.left.text, comparison.right.text) == ("It left on Monday.", "It left on Tuesday.")
    assert [run.text for run in comparison.left_runs if run.changed] == ["Monday"]
    assert [run.text for run in comparison.right_runs if run.changed] == ["Tuesday"]
    assert comparison.ratios.output_tokens == 2.5
    assert comparison.ratios.input_tokens == 1.0
    assert comparison.ratios.cost == pytest.approx((100 + 50) / (100 + 20))
    assert comparison.ratios.latency > 0
    assert (comparison.at, comparison.prompt, comparison.same_text) == (AT, "Where is it?", False)


async def test_the_events_come_in_order(world, endpoints, pair, script):
    world.models = {OLD: script(["a ", "b"]), NEW: script(["c ", "d"])}
    events = await everything(pair, endpoints)
    for side, text in (("left", "a b"), ("right", "c d")):
        ours = [event for event in events if not isinstance(event, Compared) and event.side == side]
        assert "".join(event.text for event in ours if isinstance(event, Delta)) == text
        assert isinstance(ours[-1], Done)
        assert ours[-1].answer.text == text
    assert isinstance(events[-1], Compared)
    assert sum(isinstance(event, Compared) for event in events) == 1


async def test_the_sides_do_not_wait_for_each_other(world, endpoints, pair, script):
    gate = threading.Event()
    world.models = {OLD: script(["slow ", "end"], gates={1: gate}), NEW: script(["fast"])}
    seen = []
    async with aclosing(compare(pair, endpoints)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, Done) and event.side == "right":
                gate.set()
    assert [event.side for event in seen if isinstance(event, Done)] == ["right", "left"]
    assert seen[-1].comparison.left.text == "slow end"


@pytest.mark.parametrize("failing", ["left", "right"])
async def test_one_side_failing_leaves_the_other(world, endpoints, pair, script, failing):
    good, bad = script(["fine"]), script([], status=400)
    world.models = {OLD: bad if failing == "left" else good, NEW: bad if failing == "right" else good}
    comparison = (await everything(pair, endpoints))[-1].comparison
    failed, other = (comparison.left, comparison.right) if failing == "left" else (comparison.right, comparison.left)
    assert (failed.outcome, failed.failure.parameter) == ("error", "temperature")
    assert (other.outcome, other.text) == ("ok", "fine")
    assert comparison.ratios.latency is None


async def test_a_provider_without_a_key_leaves_the_other(world, endpoints, script):
    world.models = {NEW: script(["fine"])}
    pair = Pair(Question.of("unheard-of", "x"), Question.of(NEW, "x"), "x")
    comparison = (await everything(pair, endpoints))[-1].comparison
    assert comparison.left.failure.kind == "unsupported"
    assert comparison.right.text == "fine"


async def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.005)


async def test_leaving_ends_both_requests(world, endpoints, pair, script):
    never = threading.Event()
    world.models = {OLD: script(["a", "b"], gates={1: never}), NEW: script(["c", "d"], gates={1: never})}
    before = asyncio.all_tasks()
    async with aclosing(compare(pair, endpoints)) as events:
        sides = {(await anext(events)).side, (await anext(events)).side}
    assert sides == {"left", "right"}
    await wait_until(lambda: world.left == {OLD, NEW})
    assert asyncio.all_tasks() == before


async def test_cancelling_ends_both_requests(world, endpoints, pair, script):
    never = threading.Event()
    world.models = {OLD: script(["a"], gates={0: never}), NEW: script(["c"], gates={0: never})}
    task = asyncio.create_task(everything(pair, endpoints))
    await wait_until(lambda: len(world.asked) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await wait_until(lambda: world.left == {OLD, NEW})


async def test_a_fault_of_ours_is_raised_and_leaves_nothing_running(world, endpoints, pair, script, monkeypatch):
    world.models = {OLD: script(["a"]), NEW: script(["c"])}
    before, real_ask = asyncio.all_tasks(), running.ask

    async def broken(question, *args, **more):
        if question.model == NEW:
            raise RuntimeError("ours")
        async with aclosing(real_ask(question, *args, **more)) as items:
            async for item in items:
                yield item

    monkeypatch.setattr(running, "ask", broken)
    with pytest.raises(RuntimeError, match="ours"):
        await everything(pair, endpoints)
    assert asyncio.all_tasks() == before


def test_ratios_need_two_numbers_and_no_failure():
    def answer(**more):
        return Answer("m", "m", "", "ok", **more)

    assert ratios(answer(latency_ms=100.0), answer(latency_ms=150.0)).latency == 1.5
    assert ratios(answer(latency_ms=None), answer(latency_ms=150.0)).latency is None
    assert ratios(answer(cost_usd=0.0), answer(cost_usd=1.0)).cost is None
    failed = answer(latency_ms=5.0, failure=Failure("server", "x"))
    assert ratios(answer(latency_ms=100.0), failed).latency is None
