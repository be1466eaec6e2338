"""The breaker inside the router: this process leaves a model alone for a while that fails several times in a row."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import pickle
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.choice import Choice
from console.routing.breaker import Breaker, Circuit
from console.routing.router import Router

OLD, NEW, SPARE = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "plain-2026-01-01"
FALLBACK = f'[routes.safe]\nproduction = "{OLD}"\nfallback = "{SPARE}"'

MakeRouter = Callable[..., Router]
Write = Callable[..., None]
Until = Callable[..., None]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def router(make: MakeRouter, write: Write, clock: Clock) -> Router:
    """Everybody is on the canary of `support`; `safe` has production and a fallback."""
    write(percentage=100, more=FALLBACK)
    return make(poll_s=60, clock=clock)


def fail(router: Router, times: int, route: str = "support") -> None:
    for _ in range(times):
        report = router.select(route, "u").report
        assert report is not None
        report(True)


def open_models(router: Router) -> list[str]:
    return [status.model for status in router.status().breakers]


def test_until_the_fifth_failure_in_a_row_the_canary_answers(router: Router) -> None:
    fail(router, 4)
    choice = router.select("support", "u")
    assert (choice.model, choice.why) == (NEW, "bucket")
    assert router.status().breakers == ()


def test_after_five_failures_in_a_row_production_answers_at_once_and_it_is_no_evidence(router: Router) -> None:
    fail(router, 5)
    choice = router.select("support", "u")
    assert (choice.model, choice.arm, choice.why, choice.assigned) == (OLD, "production", "breaker", "canary")
    (status,) = router.status().breakers
    assert (status.route, status.arm, status.model, status.instead) == ("support", "canary", NEW, OLD)


def test_a_good_call_in_between_starts_the_count_anew(router: Router) -> None:
    fail(router, 4)
    router.select("support", "u").report(False)  # type: ignore[misc]
    fail(router, 4)
    assert open_models(router) == []


def test_failures_that_are_far_apart_open_nothing(router: Router, clock: Clock) -> None:
    for _ in range(20):
        fail(router, 1)
        clock.now += 16
    assert open_models(router) == []


def test_other_routes_are_as_they_were_while_one_is_broken(router: Router) -> None:
    before = router.select("plain", "u")
    fail(router, 5)
    assert router.select("plain", "u") is before


def test_users_of_production_are_as_they_were_while_the_canary_is_broken(
    make: MakeRouter, write: Write, clock: Clock
) -> None:
    write(percentage=50)
    router = make(poll_s=60, clock=clock)
    sides = {f"u{n}": router.select("support", f"u{n}") for n in range(40)}
    canary = next(choice for choice in sides.values() if choice.arm == "canary")
    for _ in range(5):
        canary.report(True)  # type: ignore[misc]
    for user, choice in sides.items():
        found = router.select("support", user)
        assert found.model == OLD
        assert found.why == ("breaker" if choice.arm == "canary" else "bucket")


def test_conversations_on_the_broken_model_leave_it_too(router: Router) -> None:
    assert router.select("support", "u", current=NEW).why == "pinned conversation"
    fail(router, 5)
    choice = router.select("support", "u", current=NEW)
    assert (choice.model, choice.why) == (OLD, "breaker")


def test_failures_of_conversations_count(router: Router) -> None:
    for _ in range(5):
        router.select("support", "u", current=NEW).report(True)  # type: ignore[misc]
    assert open_models(router) == [NEW]


def test_after_the_pause_one_request_at_a_time_tries_the_model(router: Router, clock: Clock) -> None:
    fail(router, 5)
    clock.now += 7.9
    assert router.select("support", "u").model == OLD
    clock.now += 4.2
    models = [router.select("support", "u").model for _ in range(10)]
    assert models == [NEW] + [OLD] * 9


def test_a_trial_is_no_evidence(router: Router, clock: Clock) -> None:
    fail(router, 5)
    clock.now += 12.1
    trial = router.select("support", "u")
    assert (trial.model, trial.arm, trial.why) == (NEW, "canary", "breaker")


def test_two_good_trials_close_the_circuit(router: Router, clock: Clock) -> None:
    usual = router.select("support", "u")
    fail(router, 5)
    clock.now += 12.1
    router.select("support", "u").report(False)  # type: ignore[misc]
    assert open_models(router) == [NEW]
    router.select("support", "u").report(False)  # type: ignore[misc]
    assert open_models(router) == []
    assert router.select("support", "u") is usual


def test_each_bad_trial_doubles_the_pause_up_to_the_longest(router: Router, clock: Clock) -> None:
    fail(router, 5)
    waits = []
    for _ in range(8):
        waits.append(router.status().breakers[0].next_try_s)
        clock.now += waits[-1]
        router.select("support", "u").report(True)  # type: ignore[misc]
    for wait, pause in zip(waits, (10, 20, 40, 80, 160, 300, 300, 300), strict=True):
        assert 0.8 * pause <= wait <= 1.2 * pause


def test_a_circuit_that_opens_again_soon_waits_longer_and_later_not(router: Router, clock: Clock) -> None:
    def close() -> None:
        clock.now += router.status().breakers[0].next_try_s
        for _ in range(2):
            router.select("support", "u").report(False)  # type: ignore[misc]

    fail(router, 5)
    close()
    fail(router, 5)
    assert router.status().breakers[0].next_try_s >= 16
    close()
    clock.now += 301
    fail(router, 5)
    assert router.status().breakers[0].next_try_s <= 12


def test_a_trial_that_never_ends_is_counted_out_and_another_one_begins(router: Router, clock: Clock) -> None:
    fail(router, 5)
    clock.now += 12.1
    lost = router.select("support", "u")
    clock.now += 59
    assert router.select("support", "u").model == OLD
    clock.now += 1.1
    again = router.select("support", "u")
    assert again.model == NEW
    for _ in range(3):
        lost.report(False)  # type: ignore[misc]
    assert open_models(router) == [NEW], "a trial that was counted out says nothing"


def test_calls_from_before_it_opened_neither_close_it_nor_lengthen_it(router: Router) -> None:
    late = [router.select("support", "u") for _ in range(4)]
    fail(router, 5)
    wait = router.status().breakers[0].next_try_s
    for number, choice in enumerate(late):
        choice.report(bool(number % 2))  # type: ignore[misc]
    assert router.status().breakers[0].next_try_s == wait


def test_production_has_no_breaker_unless_it_is_asked_for(router: Router) -> None:
    assert router.select("safe", "u").report is None


def test_production_falls_back_where_that_was_asked_for(make: MakeRouter, write: Write, clock: Clock) -> None:
    write(percentage=100, more=FALLBACK)
    router = make(poll_s=60, clock=clock, breaker=Breaker(production=True))
    fail(router, 5, "safe")
    choice = router.select("safe", None)
    assert (choice.model, choice.arm, choice.why) == (SPARE, "production", "breaker")
    assert router.select("plain", "u").report is None, "without a fallback there is nothing to change to"


def test_where_canary_and_production_fail_the_fallback_answers(make: MakeRouter, write: Write, clock: Clock) -> None:
    text = f'[routes.both]\nproduction = "{OLD}"\ncanary = "{NEW}"\ncanary_percentage = 100\nfallback = "{SPARE}"\n'
    write(more=f"{text}canary_start = 2026-11-20T09:00:00Z")
    router = make(poll_s=60, clock=clock, breaker=Breaker(production=True))
    fail(router, 5, "both")
    assert router.select("both", "u").model == OLD
    fail(router, 5, "both")
    assert router.select("both", "u").model == SPARE
    assert open_models(router) == [OLD, NEW] or open_models(router) == [NEW, OLD]


def test_a_router_without_a_breaker_reports_nowhere(make: MakeRouter, write: Write) -> None:
    write(percentage=100)
    assert make(breaker=None).select("support", "u").report is None


def test_an_override_has_no_breaker(make: MakeRouter, write: Write) -> None:
    write(percentage=100)
    choice = make(environment={"LLM_MODEL": "forced"}).select("support", "u")
    assert (choice.model, choice.report) == ("forced", None)


@pytest.mark.parametrize(
    "changes", [{"percentage": 50}, {"canary": "plain-2026-01-01"}, {"start": "2026-11-21T09:00:00Z"}]
)
def test_a_change_of_the_route_closes_its_circuit(
    make: MakeRouter, write: Write, until: Until, changes: dict[str, Any]
) -> None:
    write(percentage=100)
    router = make()
    fail(router, 5)
    before = router.status().sha256
    write(**{"percentage": 100, **changes})
    until(lambda: router.status().sha256 != before)
    assert router.status().breakers == ()
    assert {router.select("support", f"u{n}").why for n in range(20)} == {"bucket"}


def test_a_change_elsewhere_in_the_registry_keeps_it_open(make: MakeRouter, write: Write, until: Until) -> None:
    write(percentage=100)
    router = make()
    fail(router, 5)
    before = router.status().sha256
    write(percentage=100, more="# a remark")
    until(lambda: router.status().sha256 != before)
    assert router.select("support", "u").why == "breaker"


def test_what_opens_and_closes_is_told_to_the_applications_log(
    make: MakeRouter, write: Write, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    write(percentage=100)
    router = make(breaker=Breaker(pause_s=0.001))
    fail(router, 5)
    until(lambda: "5 failures in a row" in caplog.text)
    assert f"support: canary {NEW}" in caplog.text
    assert f"requests of this process get {OLD}" in caplog.text

    def tried() -> bool:
        router.select("support", "u").report(False)  # type: ignore[misc]
        return "answers again" in caplog.text

    until(tried)


def test_a_closed_router_still_tries_again(router: Router, clock: Clock) -> None:
    router.close()
    fail(router, 5)
    clock.now += 12.1
    for _ in range(2):
        router.select("support", "u").report(False)  # type: ignore[misc]
    assert router.select("support", "u").why == "bucket"


def test_a_router_that_nobody_holds_is_freed_although_its_choices_are_held(make: MakeRouter, write: Write) -> None:
    write(percentage=100)
    router = Router.__new__(Router)
    router.__init__(*_arguments(make))  # type: ignore[misc]
    held, gone = router.select("support", "u"), weakref.ref(router)
    router.close()
    del router
    gc.collect()
    assert gone() is None
    for _ in range(6):
        held.report(True)  # type: ignore[misc]


def _arguments(make: MakeRouter) -> tuple[str, str]:
    return make().status().path, "default"


def test_threads_that_ask_in_the_same_moment_get_one_trial(router: Router, clock: Clock) -> None:
    for _ in range(30):
        fail(router, 5) if not router.status().breakers else None
        clock.now += router.status().breakers[0].next_try_s + 0.001
        ready = threading.Barrier(8)

        def ask(_: int, ready: threading.Barrier = ready) -> Choice:
            ready.wait()
            return router.select("support", "u")

        with ThreadPoolExecutor(8) as pool:
            choices = list(pool.map(ask, range(8)))
        trials = [choice for choice in choices if choice.model == NEW]
        assert len(trials) == 1
        trials[0].report(True)  # type: ignore[misc]


def test_under_reports_and_reloads_from_many_threads_the_table_agrees_with_the_circuits(
    make: MakeRouter, write: Write
) -> None:
    write(percentage=100)
    router = make(poll_s=0.01, breaker=Breaker(pause_s=0.0005, longest_pause_s=0.001, trials=1))
    over = threading.Event()

    def work(bad: bool) -> None:
        while not over.is_set():
            choice = router.select("support", "u")
            if choice.report is not None:
                choice.report(bad)

    threads = [threading.Thread(target=work, args=(bad,)) for bad in (True, True, False)]
    for thread in threads:
        thread.start()
    for number in range(30):
        write(percentage=100 - number % 2 / 10)
    over.set()
    for thread in threads:
        thread.join()
    router.close()
    broken = bool(router.status().breakers)
    assert (router.select("support", "u").why == "breaker") == broken


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_begins_with_closed_circuits_and_changes_nothing_in_its_parent(router: Router) -> None:
    fail(router, 5)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if router.select("support", "u").why == "bucket" and not router.status().breakers:
                fail(router, 5)
                status = 0 if router.select("support", "u").why == "breaker" else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert router.select("support", "u").why == "breaker"


async def test_tasks_open_and_close_it_like_threads(router: Router, clock: Clock) -> None:
    async def call(failed: bool) -> str:
        choice = router.select("support", "u")
        await asyncio.sleep(0)
        if choice.report is not None:
            choice.report(failed)
        return choice.model

    assert set(await asyncio.gather(*(call(True) for _ in range(5)))) == {NEW}
    assert set(await asyncio.gather(*(call(True) for _ in range(5)))) == {OLD}
    clock.now += 12.1
    assert sorted(await asyncio.gather(*(call(False) for _ in range(5)))).count(NEW) == 1
    await call(False)
    assert await call(False) == NEW


@pytest.mark.parametrize(
    "wrong", [{"failures": 0}, {"trials": 0}, {"pause_s": 0}, {"within_s": -1}, {"trial_s": float("nan")}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Breaker(**wrong)


@given(st.lists(st.tuples(st.sampled_from(["bad", "good", "trial bad", "trial good", "lost"]), st.floats(0, 400))))
def test_whatever_is_reported_at_most_one_trial_runs_and_the_pause_is_bounded(events: list[tuple[str, float]]) -> None:
    clock = Clock()
    told: list[str] = []
    failing, spare = Choice("r", "new", "canary", "breaker"), Choice("r", "old", "production", "breaker")
    circuit = Circuit(failing, spare, Breaker(), clock, told.append)
    for event, later in events:
        clock.now += later
        if event in ("bad", "good"):
            circuit.report(event == "bad")
            continue
        if not circuit.is_open:
            continue
        first, second = circuit.choice(), circuit.choice()
        assert second is spare
        if first is not spare and event != "lost":
            first.report(event == "trial bad")  # type: ignore[misc]
        status = circuit.status()
        assert status is None or 0 <= status.next_try_s <= 360
    assert len(told) in (0, 1) or all(("row" in one) != ("row" in two) for one, two in pairwise(told))


@pytest.mark.parametrize("sent", [lambda choice: pickle.loads(pickle.dumps(choice)), copy.deepcopy])
def test_a_choice_goes_to_another_process_without_the_breaker(router: Router, sent: Callable[[Choice], Choice]) -> None:
    """Jobs are queued with the model that was chosen for them, and the queue pickles what it is given."""
    choice = router.select("support", "u")
    assert choice.report is not None
    received = sent(choice)
    assert (received, received.evidence_from) == (choice, choice.evidence_from)
    assert received.report is None
