"""Many comparisons at once: each question asked once, each pair compared when both its answers are there."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.compare.many import Trial, compare_many
from console.compare.records import Pair
from console.providers.kept import AnswerJournal
from console.providers.records import Limits, Question
from console.triage.records import Requirements

OLD, NEW, THIRD = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def pair(prompt: str = "Where is it?") -> Pair:
    return Pair(Question.of(OLD, prompt), Question.of(NEW, prompt), prompt)


async def everything(trials, endpoints, **more):
    made = compare_many(trials, endpoints, concurrency=4, limits=Limits(retries=0), now=lambda: AT, **more)
    async with aclosing(made) as items:
        return sorted([item async for item in items], key=lambda item: item.number)


@pytest.fixture
def answering(world, script):
    world.models = {OLD: script(["on ", "Monday."]), NEW: script(["on ", "Tuesday."]), THIRD: script(["on Monday."])}
    return world


async def test_each_trial_has_its_comparison(answering, endpoints):
    made = await everything([Trial(pair(f"question {n}")) for n in range(5)], endpoints)
    assert [one.comparison.prompt for one in made] == [f"question {n}" for n in range(5)]
    assert {(one.comparison.left.text, one.comparison.right.text) for one in made} == {("on Monday.", "on Tuesday.")}
    assert {one.comparison.at for one in made} == {AT}
    assert len(answering.asked) == 10


async def test_nothing_to_compare(endpoints):
    assert await everything([], endpoints) == []


async def test_pairs_that_share_a_question_share_its_answer(answering, endpoints):
    first = pair()
    second = replace(first, right=Question.of(THIRD, first.prompt))
    made = await everything([Trial(first), Trial(second)], endpoints)
    assert [one.comparison.right.text for one in made] == ["on Tuesday.", "on Monday."]
    assert sorted(body["model"] for body in answering.asked) == sorted([OLD, NEW, THIRD])


async def test_every_run_is_asked(answering, endpoints):
    same = pair()
    await everything([Trial(same, run) for run in (1, 2, 3)], endpoints)
    assert len(answering.asked) == 6


async def test_a_side_that_fails_is_in_its_comparison_and_harms_no_other(answering, endpoints, script):
    answering.models[NEW] = script([], status=400)
    first = pair()
    made = await everything([Trial(first), Trial(replace(first, right=Question.of(THIRD, "x")))], endpoints)
    assert made[0].comparison.triage is None
    assert made[0].comparison.right.failure is not None
    assert made[1].comparison.triage.verdict == "same"


async def test_what_was_answered_before_is_not_asked_again(answering, endpoints, tmp_path):
    trials = [Trial(pair(f"question {n}")) for n in range(3)]
    await everything(trials[:2], endpoints, journal=AnswerJournal(tmp_path / "j"))
    made = await everything(trials, endpoints, journal=AnswerJournal(tmp_path / "j"))
    assert [one.kept for one in made] == [2, 2, 0]
    assert len(answering.asked) == 6


async def test_long_answers_are_compared_too(answering, endpoints, script):
    answering.models[OLD] = script(["word " * 5_000])
    answering.models[NEW] = script(["word " * 5_000])
    made = await everything([Trial(pair())], endpoints)
    assert made[0].comparison.triage.verdict == "same"


async def test_requirements_are_part_of_the_judgement(answering, endpoints):
    demanding = replace(pair(), requirements=Requirements(must_include=("parcel",)))
    made = await everything([Trial(demanding)], endpoints)
    assert any("required text is missing" in reason.text for reason in made[0].comparison.triage.reasons)


async def test_leaving_early_asks_no_more(answering, endpoints):
    made = compare_many([Trial(pair(f"q {n}")) for n in range(50)], endpoints, concurrency=2)
    async with aclosing(made) as items:
        await anext(items)
    assert len(answering.asked) < 12
