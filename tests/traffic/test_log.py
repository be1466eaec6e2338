"""What an application writes ends in the log, and what goes wrong in its block is recorded and not swallowed."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
import subprocess
import sys
import threading

import pytest

from console.domain.choice import Choice
from console.domain.kinds import LONGEST_NAME
from console.routing.router import Router
from console.traffic.log import RequestLog
from console.traffic.reading import LogReader

ANSWER = {
    "type": "message",
    "model": "old-20260101",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "the secret answer"}],
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}
COLUMNS = "outcome, error_class, input_tokens, output_tokens, served, retries"


def test_a_request_is_recorded_from_its_answer(log, choice, query) -> None:
    with log.request(choice(), "olga", call={"model": "old", "system": "Be brief", "messages": []}) as request:
        request.record(ANSWER)
    assert log.flush()
    ((name, series, outcome, served, tokens, latency, parameters),) = query(
        "SELECT id, route || ' ' || arm || ' ' || model, outcome, served, input_tokens, latency_ms, parameters"
        " FROM request_log"
    )
    assert (name, series) == (request.id, "support production old")
    assert (outcome, served, tokens, parameters) == ("ok", "old-20260101", 1000, "messages model system")
    assert 0 < latency < 1000


def test_a_request_costs_what_the_registry_says(log, query, tmp_path) -> None:
    registry = tmp_path / "registry.toml"
    registry.write_text(
        'schema = 1\n[routes.support]\nproduction = "in-house"\n[models.in-house]\npinned_date = 2026-05-15\n'
        'reason = "ours"\nprice = { input = 10.0, output = 20.0 }\n'
    )
    with Router(registry, default="in-house", cache_dir=tmp_path, environment={}) as router:
        for served in ("in-house", "another"):
            with log.request(router.select("support", "olga"), "olga") as request:
                request.record({**ANSWER, "model": served})
    assert log.flush()
    assert query("SELECT served, cost_usd, price FROM request_log ORDER BY served") == [
        ("another", pytest.approx(0.012), "10/20/10/10"),
        ("in-house", pytest.approx(0.012), "10/20/10/10"),
    ]


def test_requests_of_the_longest_names_are_found_by_their_rollout(log, path) -> None:
    """Ids on clouds are paths: cut short, the guard would watch a rollout without any request."""
    route, model = "r" * LONGEST_NAME, "m" * LONGEST_NAME
    rollouts = [f"{route}|{model}|2026-11-2{day}T09:00:00Z" for day in (0, 1)]
    for rollout in rollouts:
        with log.request(Choice(route, model, "canary", "bucket", rollout), "olga"):
            pass
    assert log.flush()
    reader = LogReader(path)
    assert [reader.totals(route, rollout)["canary"].requests for rollout in rollouts] == [1, 1]
    assert [reader.users(rollout)["canary"] for rollout in rollouts] == [1, 1]
    reader.close()


def test_a_field_that_cannot_be_read_loses_its_request_and_no_other(log, choice, query) -> None:
    class Ambiguous:
        """As an array is."""

        def __bool__(self) -> bool:
            raise ValueError("the truth value is ambiguous")

    for outcome in ("ok", Ambiguous(), "error"):
        with log.request(choice(), "olga") as request:
            request.record(outcome=outcome)
    assert log.flush()
    assert query("SELECT outcome FROM requests ORDER BY n") == [("ok",), ("error",)]
    assert log.status().dropped == 1


def test_no_text_and_no_user_id_reaches_the_disk(log, choice, path) -> None:
    call = {"system": "the secret system prompt", "messages": [{"role": "user", "content": "the secret question"}]}
    with log.request(choice(), "olga@example.com", call=call) as request:
        request.record(ANSWER)
    assert log.flush()
    log.close()
    for file in path.parent.iterdir():
        data = file.read_bytes()
        assert b"secret" not in data
        assert b"olga" not in data


def test_the_log_is_private(log, choice, path) -> None:
    with log.request(choice(), "u"):
        pass
    assert log.flush()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_in_the_block_is_recorded_and_raised(log, choice, query) -> None:
    told = []
    with pytest.raises(TimeoutError, match="too slow"), log.request(choice(report=told.append), "u"):
        raise TimeoutError("too slow")
    assert log.flush()
    assert query(f"SELECT {COLUMNS} FROM request_log") == [("error", "TimeoutError", None, None, None, 0)]
    assert told == [True]


def test_a_good_call_tells_the_breaker_so(log, choice) -> None:
    told = []
    with log.request(choice(report=told.append), "u"):
        pass
    assert told == [False]


def test_a_breaker_that_fails_does_not_fail_the_request(log, choice, query) -> None:
    def report(failed: bool) -> None:
        raise RuntimeError

    with log.request(choice(report=report), "u"):
        pass
    assert log.flush()
    assert query("SELECT outcome FROM requests") == [("ok",)]


def test_an_error_that_the_application_handles_is_recorded_by_fail(log, choice, query) -> None:
    told = []
    with log.request(choice(report=told.append), "u") as request:
        request.fail(ConnectionError("gone"))
    assert log.flush()
    assert query("SELECT outcome, error_class FROM requests") == [("error", "ConnectionError")]
    assert told == [True]


def test_explicit_fields_win_over_the_answer(log, choice, query) -> None:
    with log.request(choice(), "u") as request:
        request.record(ANSWER, output_tokens=7, retries=2, latency_ms=1234.5, cost_usd=0.5, served_model="other")
    assert log.flush()
    assert query(f"SELECT {COLUMNS}, latency_ms, cost_usd FROM request_log") == [
        ("ok", None, 1000, 7, "other", 2, 1234.5, 0.5)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"latency_ms": float("nan")},
        {"latency_ms": "slow"},
        {"input_tokens": 10**400},
        {"outcome": "splendid"},
        {"served_model": "\ud800" * 500},
        {"retries": -1},
        {"cost_usd": -3.0},
        {"response": object()},
        {"output_tokens": True},
    ],
)
def test_nonsense_is_recorded_as_far_as_it_makes_sense(log, choice, query, fields) -> None:
    with log.request(choice(), "u") as request:
        request.record(**fields)
    assert log.flush()
    assert query("SELECT outcome, latency_ms >= 0 FROM requests") == [("ok", 1)]


class Hostile:
    """An answer whose every attribute raises."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError


def test_hostile_objects_cost_nothing_but_their_fields(log, choice, query) -> None:
    with log.request(choice(), Hostile(), call={"messages": Hostile()}) as request:
        request.record(Hostile())
    assert log.flush()
    assert query("SELECT outcome, user FROM requests") == [("ok", None)]


def test_messages_that_grow_after_the_call_are_counted_as_they_were(path, choice, query) -> None:
    log = RequestLog(path, every_s=30)
    messages = [{"role": "user", "content": "x"}]
    with log.request(choice(), "u", call={"messages": messages}) as request:
        request.record(ANSWER)
    messages.append({"role": "assistant", "content": "y"})
    assert log.close()
    assert query("SELECT messages FROM requests") == [(1,)]


def test_time_to_first_token_is_the_first_mark(log, choice, query) -> None:
    with log.request(choice(), "u") as request:
        request.first_token()
        first = request._first_token
        request.first_token()
        assert request._first_token == first
    assert log.flush()
    assert query("SELECT ttft_ms > 0 AND ttft_ms <= latency_ms FROM requests") == [(1,)]


async def test_async_blocks_record_and_cancellation_is_no_mark_against_the_model(log, choice, query) -> None:
    told = []

    async def call() -> None:
        async with log.request(choice(report=told.append), "u"):
            await asyncio.sleep(30)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with log.request(choice(report=told.append), "u") as request:
        request.record(ANSWER)
    assert log.flush()
    found = query("SELECT outcome, error_class FROM requests ORDER BY n")
    assert found == [("error", "CancelledError"), ("ok", None)]
    assert told == [False]


def test_feedback_counts_once_and_only_the_first_word(log, choice, query) -> None:
    with log.request(choice(), "u") as request:
        pass
    log.feedback(request.id, satisfied=False)
    log.feedback(request.id, satisfied=True)
    log.feedback(request.id, regression=True)
    log.feedback(request.id)
    assert log.flush()
    assert query("SELECT satisfied, flagged FROM requests") == [(0, 1)]
    assert query("SELECT rated, dissatisfied, flagged FROM rollout_users") == [(1, 1, 1)]


def test_feedback_on_an_unknown_request_is_counted_as_lost(log, clock, until) -> None:
    log.feedback("no such request", satisfied=True)
    assert log.flush()
    assert log.status().orphans == 0
    clock.now += 11
    assert until(lambda: log.status().orphans == 1)


def test_feedback_that_arrives_before_its_request_waits_for_it(path, choice, clock, query, until) -> None:
    first, second = (RequestLog(path, clock=clock, every_s=0.01) for _ in range(2))
    with second.request(choice(), "u") as request:
        first.feedback(request.id, satisfied=True)
        assert first.flush()
    assert second.flush()
    until(lambda: query("SELECT satisfied FROM requests") == [(1,)])
    assert first.close()
    assert second.close()


def test_ids_are_unique_among_threads_and_processes(path, choice) -> None:
    names, log = [], RequestLog(path)

    def work() -> None:
        for _ in range(500):
            with log.request(choice(), "u") as request:
                names.append(request.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.close()
    assert len(set(names)) == 2000
    assert names[0].split("-")[1] != RequestLog(path).node


def test_cost_comes_from_the_price_list_and_unknown_is_not_zero(path, choice, query) -> None:
    def price(model, provider, given, taken, cached, written, at):
        return {"old-20260101": (given + taken) * 1e-6}.get(model)

    log = RequestLog(path, price=price)
    for served in ("old-20260101", "never-heard-of"):
        with log.request(choice(), "u") as request:
            request.record(ANSWER, served_model=served)
    assert log.close()
    assert query("SELECT cost_usd FROM requests ORDER BY n") == [(pytest.approx(0.0011),), (None,)]


def test_a_price_list_that_fails_costs_the_price_only(path, choice, query) -> None:
    log = RequestLog(path, price=lambda *_: 1 / 0)
    with log.request(choice(), "u") as request:
        request.record(ANSWER)
    assert log.close()
    assert query("SELECT outcome, cost_usd FROM requests") == [("ok", None)]


def test_a_full_queue_drops_the_oldest_and_counts_them(tmp_path, choice) -> None:
    path = tmp_path / "a directory"
    path.mkdir()
    log = RequestLog(path, queue=10)
    for _ in range(5000):
        with log.request(choice(), "u"):
            pass
    assert not log.close(timeout=0.2)
    status = log.status()
    assert status.queued + status.dropped == 5000
    assert status.dropped > 900
    assert "cannot be read" in status.error or "unable to open" in status.error


def test_what_was_dropped_is_told_to_the_database(path, choice, query) -> None:
    log = RequestLog(path)
    log._outbox.lost(7)
    with log.request(choice(), "u"):
        pass
    assert log.close()
    assert query("SELECT rows, dropped FROM writers") == [(1, 7)]


def test_after_close_requests_are_counted_and_harmless(log, choice) -> None:
    assert log.close()
    with log.request(choice(), "u"):
        pass
    log.feedback("x", satisfied=True)
    assert log.status().dropped == 2


def test_a_failure_is_said_once(tmp_path, choice, caplog, until) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but my notes")
    log = RequestLog(tmp_path / "notes.txt", every_s=0.01)
    with caplog.at_level(logging.WARNING, "console.traffic"):
        for _ in range(3):
            with log.request(choice(), "u"):
                pass
            assert not log.flush(0.3)
    assert [record.message for record in caplog.records if "not an SQLite database" in record.message][1:] == []
    assert (tmp_path / "notes.txt").read_text() == "not a database, but my notes"
    log.close(timeout=0)


def test_importing_the_log_pulls_in_the_standard_library_only() -> None:
    code = (
        "import json, sys, console.traffic.log; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout))
    foreign = {name for name in loaded - set(sys.stdlib_module_names) if not name.startswith(("_", "console"))}
    assert (
        foreign & {"textual", "tomlkit", "click", "pydantic", "anthropic", "openai", "sqlite_utils", "numpy"} == set()
    )
    assert "genai_prices" not in loaded
