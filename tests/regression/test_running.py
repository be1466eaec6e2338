"""A run over real connections: what it asks, judges, keeps when it is interrupted, and does not pay twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.errors import Unmeasured
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.records import Answer, Limits, Question
from console.regression import snapshots
from console.regression.planning import SuitePlan
from console.regression.records import SuiteRun
from console.regression.running import Finished, Progress, journal_of, must_be_reachable, run_suite
from console.text.clock import utc_now
from tests.regression.conftest import NEW, OLD, App
from tests.regression.test_planning import accept

pytestmark = pytest.mark.usefixtures("state")
FAST = Limits()


async def run(app: App, plan: SuitePlan | None = None, **given: object) -> tuple[list[Progress], SuiteRun]:
    """Every event of a run to its end."""
    events: list[Progress] = []
    options = {"concurrency": 4, "limits": FAST} | given
    async with (
        app.endpoints() as endpoints,
        aclosing(run_suite(plan or app.plan(), endpoints, **options)) as found,  # type: ignore[arg-type]
    ):
        async for event in found:
            if isinstance(event, Finished):
                return events, event.run
            events.append(event)
    raise AssertionError("no end")


async def test_old_against_new_in_the_order_of_the_suite(app: App) -> None:
    app.provider.answers = {
        (OLD, "Question two?"): "You can return it within 30 days.",
        (NEW, "Question two?"): "You can return it within 14 days.",
    }
    events, found = await run(app)
    assert [(one.case, one.status) for one in found.results] == [
        ("one", "same"),
        ("two", "worrying"),
        ("three", "same"),
    ]
    assert found.results[1].cluster == "facts"
    assert (found.old_model, found.new_model, found.stand_in, found.partial) == (OLD, NEW, False, False)
    assert [event.answers for event in events] == [1, 2, 3, 4, 5, 6]
    assert sorted(event.result.case for event in events if event.result) == ["one", "three", "two"]
    assert all(event.of == 6 for event in events)


async def test_accepted_answers_are_what_new_ones_are_held_against(app: App) -> None:
    accept(app, "one")
    app.provider.answers = {"Question one?": "Yes."}
    _, found = await run(app)
    assert found.results[0].status == "same"
    assert found.results[0].accepted
    assert [body["model"] for body in app.provider.asked if "one" in str(body["messages"])] == [NEW]


async def test_a_fault_is_not_measured_and_the_others_go_on(app: App) -> None:
    app.provider.answers = {(NEW, "Question two?"): 400}
    _, found = await run(app)
    assert [one.status for one in found.results] == ["same", "not measured", "same"]
    assert found.results[1].note.startswith("no answer: ")
    assert found.unmeasured  # a third is more than 5 %


async def test_an_old_model_without_an_answer_leaves_the_case_unmeasured(app: App) -> None:
    app.provider.answers = {(OLD, "Question two?"): 400}
    _, found = await run(app)
    assert found.results[1].status == "not measured"
    assert OLD in found.results[1].note


async def test_an_interrupted_run_pays_nothing_twice(app: App) -> None:
    plan = app.plan()
    journal = journal_of(plan)
    async with app.endpoints() as endpoints, aclosing(run_suite(plan, endpoints, concurrency=1, journal=journal)) as it:
        async for event in it:
            if isinstance(event, Progress) and event.answers == 4:
                break
    events, found = await run(app, plan, journal=journal_of(plan), concurrency=1)
    assert events[-1].kept >= 4
    asked = [(body["model"], body["messages"][-1]["content"]) for body in app.provider.asked]
    answered = [(model, f"Question {case}?") for case in ("one", "two") for model in (NEW, OLD)]
    assert [asked.count(each) for each in answered] == [1] * 4  # what was under way may be asked again, nothing else
    assert [one.status for one in found.results] == ["same"] * 3
    assert sum(run.cached for one in found.results for run in one.new) >= 2


class SlowDisk(AnswerJournal):
    """The first write takes until most answers have arrived."""

    def __init__(self, app: App, until: int) -> None:
        super().__init__(journal_of(app.plan())._path)
        self._app, self._until, self._slow = app, until, True

    def keep_all(self, answers: Sequence[tuple[Question, int, Answer]]) -> None:
        end = time.monotonic() + 10
        while self._slow and len(self._app.provider.asked) < self._until and time.monotonic() < end:
            time.sleep(0.005)
        self._slow = False
        super().keep_all(answers)


async def test_what_arrived_while_the_disk_was_slow_is_kept_when_the_run_is_stopped(app: App) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(20)})
    plan = app.plan()
    journal = SlowDisk(app, until=30)
    async with app.endpoints() as endpoints, aclosing(run_suite(plan, endpoints, concurrency=2, journal=journal)) as it:
        async for _ in it:
            break
    assert len(journal_of(plan)) >= 28  # of 30 that were asked at least, two may have been under way


async def test_kept_answers_cost_what_they_cost_when_they_were_paid(app: App) -> None:
    journal = journal_of(app.plan())
    _, first = await run(app, journal=journal)
    _, second = await run(app, journal=journal)
    assert second.new_cost_usd == first.new_cost_usd
    assert first.new_cost_usd


async def test_a_journal_is_of_one_day(app: App) -> None:
    await run(app, journal=journal_of(app.plan()))
    assert len(journal_of(app.plan())) == 6
    tomorrow = utc_now() + timedelta(hours=25)
    assert len(journal_of(app.plan(), lambda: tomorrow)) == 0


async def test_runs_over_some_of_the_cases_have_a_journal_of_their_own(app: App) -> None:
    some = app.plan(cases=("one",))
    assert journal_of(some)._path != journal_of(app.plan())._path
    assert journal_of(some)._path == journal_of(app.plan(cases=("one",)))._path


async def test_so_many_are_under_way_and_no_more(app: App) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(12)})
    app.provider.latency_s = 0.02
    await run(app, concurrency=5)
    assert app.provider.most_under_way == 5


async def test_what_was_asked_goes_into_the_next_snapshot(app: App) -> None:
    _, found = await run(app)
    case = app.suite.cases[0]
    assert found.results[0].params_hash == snapshots.params_hash(case.messages, "", {})


async def test_a_long_answer_is_judged_beside_the_requests(app: App) -> None:
    text = "A sentence that goes on and on for a long while. " * 500
    app.provider.answers = {"Question one?": text}
    _, found = await run(app)
    assert found.results[0].status == "same"
    assert len(found.results[0].old[0]) > 20_000


async def test_the_time_of_a_run_is_measured_by_the_clock_given(app: App) -> None:
    ticks = iter([10.0, 22.5])
    _, found = await run(app, clock=lambda: next(ticks))
    assert found.seconds == 12.5


def test_no_key_is_said_before_the_first_question(app: App) -> None:
    with pytest.raises(Unmeasured) as found:
        must_be_reachable(app.plan(), Endpoints.from_environment({}))
    assert found.value.exit_code == 4
    assert "ANTHROPIC_API_KEY" in f"{found.value.message} {found.value.hint}"
    must_be_reachable(app.plan(), app.endpoints())


def test_a_model_that_nobody_is_known_to_serve_is_named(app: App) -> None:
    plan = app.plan(new="mystery-9")
    with pytest.raises(Unmeasured, match="mystery-9"):
        must_be_reachable(plan, app.endpoints())


async def test_a_run_with_the_stand_in_says_so(app: App) -> None:
    async with (
        Endpoints.stand_in(app.provider.url) as endpoints,
        aclosing(run_suite(app.plan(), endpoints, concurrency=4)) as it,
    ):
        events = [event async for event in it]
    assert isinstance(events[-1], Finished)
    assert events[-1].run.stand_in
    assert replace(events[-1].run, results=()).not_measured == 1.0
