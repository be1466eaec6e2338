"""A prompt on its way: what is shown while answers stream, runs repeat and a third model answers beside them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.compare.records import Pair
from console.providers.endpoints import Endpoints
from console.providers.records import Question
from console.view.asking import Asking
from console.view.comparison import AnswerView
from tests.compare.two_models import Script, World

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, NEW, THIRD = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
PAIR = Pair(Question.of(OLD, "Where is it?"), Question.of(NEW, "Where is it?"), "Where is it?")
BESIDE = replace(PAIR, right=Question.of(THIRD, "Where is it?"))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is on another thread
            await asyncio.sleep(0.005)


async def run(asking: Asking, endpoints: Endpoints) -> None:
    async with asyncio.timeout(20):
        await asking.run(endpoints, lambda: AT)


async def test_two_answers_and_their_judgement(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["On ", "Monday."]), NEW: Script(["On ", "Tuesday."])}
    asking = Asking(PAIR, "support")
    assert asking.view().status == f"waiting for {OLD} and {NEW}"
    await run(asking, endpoints)
    assert asking.comparison is not None
    view = asking.view()
    assert (view.triage, view.third, view.agreement) == ("worrying", None, "")
    assert view.stand_in
    assert asking.view() is not view
    assert asking.view().answers is view.answers  # put into words once


async def test_no_sdk_is_asked(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["a"]), NEW: Script(["a"])}
    asking = Asking(PAIR, "support", third=BESIDE)
    world.models[THIRD] = Script(["a"])
    await run(asking, endpoints)
    assert asking.comparison is not None
    assert asking.comparison.left.sdk.startswith("none")
    assert asking.comparison.right.sdk.startswith("none")


async def test_text_is_shown_as_it_comes_and_waiting_says_for_how_long(world: World, endpoints: Endpoints) -> None:
    gate = threading.Event()
    world.models = {OLD: Script(["On ", "Monday."], gates={1: gate}), NEW: Script(["a"])}
    asking = Asking(PAIR, "support")
    task = asyncio.create_task(run(asking, endpoints))
    await until(lambda: asking.view().answers[0].runs and not asking.view().answers[1].note)
    assert asking.view().answers[0].runs[0].text == "On "
    assert asking.view(AT + timedelta(seconds=1)).status == f"waiting for {OLD}"
    assert asking.view(AT + timedelta(seconds=7)).status == f"waiting for {OLD} · 7 s"
    gate.set()
    await task
    assert asking.view(AT + timedelta(seconds=70)).status == "both finished · stand-in answers"


async def test_a_side_that_fails_leaves_the_other(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["On Monday."]), NEW: Script([], status=400)}
    asking = Asking(PAIR, "support", runs=3)
    await run(asking, endpoints)
    left, right = asking.view().answers
    assert left.runs[0].text == "On Monday."
    assert "temperature" in right.problem
    assert len(world.asked) == 2  # what failed is not repeated


async def test_repeats_are_counted_and_weighed(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["It costs 5 euros."]), NEW: Script(["It costs 9 euros."])}
    asking = Asking(PAIR, "support", runs=3)
    await run(asking, endpoints)
    assert len(asking.made) == 3
    assert len(world.asked) == 6
    assert asking.agreement.startswith("3 runs each · changed: 3 of 3 beyond")
    assert "pairs that agree: production 100 %" in asking.view().agreement


async def test_the_same_answers_every_time_are_no_change(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["Yes."]), NEW: Script(["Yes."])}
    asking = Asking(PAIR, "support", runs=3)
    await run(asking, endpoints)
    assert asking.view().agreement.startswith("3 runs each · the same in every run")


async def test_a_third_model_answers_beside_them_and_is_judged_against_production(
    world: World, endpoints: Endpoints
) -> None:
    world.models = {OLD: Script(["On Monday."]), NEW: Script(["On Monday."]), THIRD: Script(["On Friday."])}
    asking = Asking(PAIR, "support", third=BESIDE, side="experimental")
    await run(asking, endpoints)
    third = asking.view().third
    assert third is not None
    assert (third.side, third.model_id) == ("experimental", THIRD)
    assert "".join(run.text for run in third.runs) == "On Friday."
    assert third.note == "worrying"
    assert "10 out" in [figure.text for figure in third.figures]
    assert [body["model"] for body in world.asked].count(OLD) == 1


async def test_a_third_model_that_fails_harms_nobody(world: World, endpoints: Endpoints) -> None:
    world.models = {OLD: Script(["Yes."]), NEW: Script(["Yes."]), THIRD: Script([], status=400)}
    asking = Asking(PAIR, "support", third=BESIDE)
    await run(asking, endpoints)
    view = asking.view()
    assert view.triage == "same"
    assert view.third is not None
    assert "temperature" in view.third.problem


@pytest.mark.parametrize("third", [None, BESIDE])
async def test_stopping_ends_every_request_and_keeps_what_came(
    world: World, endpoints: Endpoints, third: Pair | None
) -> None:
    never = threading.Event()
    world.models = {model: Script(["So far ", "so good"], gates={1: never}) for model in (OLD, NEW, THIRD)}
    asking = Asking(PAIR, "support", third=third)
    task = asyncio.create_task(run(asking, endpoints))

    def shown() -> list[AnswerView]:
        view = asking.view()
        return [answer for answer in (*view.answers, view.third) if answer is not None]

    await until(lambda: all(answer.runs for answer in shown()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    asking.stop()
    assert asking.view().status == "stopped"
    assert all(answer.note == "stopped" and answer.runs[0].text == "So far " for answer in shown())
    await until(lambda: world.left >= {OLD, NEW, *([THIRD] if third else [])})


async def test_repeats_that_were_stopped_say_how_far_they_came(world: World, endpoints: Endpoints) -> None:
    never = threading.Event()

    class Slowing(dict[str, Script]):
        def __getitem__(self, model: str) -> Script:
            asked = sum(body["model"] == model for body in world.asked)
            return Script(["Yes."], gates={0: never} if asked > 1 else {})

    world.models = Slowing()
    asking = Asking(PAIR, "support", runs=10)
    task = asyncio.create_task(run(asking, endpoints))
    await until(lambda: asking.made and len(world.asked) > 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    asking.stop()
    assert asking.agreement == "stopped after 1 of 10 runs"
    assert asking.view().triage == "same"
