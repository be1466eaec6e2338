"""The real command in a process of its own: it acts, it is killed, another takes over, routers follow."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console import Router
from console.domain.alerts import Alert
from console.domain.registry import instant_text
from console.guard.post import Post, holder, report_path
from console.guard.watching import Guard, watch
from console.history.outbox import Outbox
from console.history.store import beside
from console.view.guarded import guard_view
from tests import warm

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


def until(condition: Callable[[], object], what: str) -> float:
    """Wait for `condition`; returns how many seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S, what
        time.sleep(0.02)
    return time.monotonic() - began


class Process:
    """`console guard` on the world's registry, with what it says in a file."""

    def __init__(self, world, *options: str, **environment: str) -> None:
        self.said_in = world.folder / f"said-{time.monotonic_ns()}.txt"
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115
        with self.said_in.open("w") as said, Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), self._printed.fileno(), said.fileno()]
            words = ["guard", "--registry", str(world.registry), *options]
            self._fork = warm.Fork(words, files, {**os.environ, **environment}, str(ROOT))
        self.pid = self._fork.pid

    @property
    def said(self) -> str:
        return self.said_in.read_text()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> int:
        code = self._fork.code(PATIENCE_S)
        assert code is not None, "it did not end"
        self._printed.seek(0)
        self.printed = self._printed.read().decode()
        return code

    def close(self) -> None:
        if self._fork.code(0) is None:
            self.signal(signal.SIGKILL)
        self._fork.code(PATIENCE_S)
        self._printed.close()


@pytest.fixture
def present(world):
    """The world at this very moment."""
    world.now = datetime.now(UTC)
    text = world.registry.read_text()
    start = instant_text(world.now - timedelta(hours=2))
    world.registry.write_text(text.replace("2026-11-23T09:00:00Z", start))
    return world


@pytest.fixture
def start(present) -> Iterator[Callable[..., Process]]:
    running: list[Process] = []

    def begin(*options: str, **environment: str) -> Process:
        running.append(Process(present, *options, **environment))
        return running[-1]

    yield begin
    for process in running:
        process.close()


def has_post(world, process: Process) -> bool:
    found = holder(world.registry)
    return found is not None and found.pid == process.pid


def test_it_rolls_back_and_running_routers_follow(present, start) -> None:
    router = Router(present.registry, default="d", cache_dir=present.folder / "cache", environment={})
    users = [f"user-{i}" for i in range(60)]
    chosen = {router.select("support", user).model for user in users}
    assert chosen == {"claude-sonnet-4-5-20250929", "claude-sonnet-5-5"}
    present.record(bad={"canary": 5})
    process = start()
    until(lambda: present.route.canary_percentage == 0, "never rolled back")
    until(lambda: {router.select("support", user).model for user in users} == {"claude-sonnet-4-5-20250929"}, "routers")
    until(lambda: present.alerts, "no alert")
    assert [entry.actor for entry in present.history] == ["guard"]
    assert [alert.key for alert in present.alerts] == ["history/1"]
    process.signal(signal.SIGTERM)
    assert process.end() == 0
    assert "rolled back, 25 → 0 % (change 1): error rate" in process.said
    assert "the guard left its post" in process.said
    assert holder(present.registry) is None
    router.close() if hasattr(router, "close") else None


def test_a_stand_by_takes_over_when_the_guard_is_killed(present, start) -> None:
    first = start()
    until(lambda: has_post(present, first), "nobody took the post")
    second = start("--log", str(present.folder / "other.db"))
    until(lambda: "standing by" in second.said, "the second one did not stand by")
    assert f"pid {first.pid} on " in second.said
    assert f"log: {present.log} there, {present.folder / 'other.db'} here" in second.said
    assert has_post(present, first)
    first.signal(signal.SIGKILL)
    took = until(lambda: has_post(present, second), "nobody took over")
    assert took < 5.0
    assert "the post is free again" in second.said


def test_two_guards_roll_back_once(present, start) -> None:
    present.record(bad={"canary": 5})
    start()
    start()
    until(lambda: present.route.canary_percentage == 0, "never rolled back")
    until(lambda: present.alerts, "no alert")
    assert len(present.history) == 1
    assert len(present.alerts) == 1


def test_a_dead_webhook_delays_no_rollback(present, start) -> None:
    present.record(bad={"canary": 5})
    began = time.monotonic()
    process = start(CONSOLE_ALERTS_WEBHOOK="http://127.0.0.1:9/dead")
    until(lambda: present.route.canary_percentage == 0, "never rolled back")
    assert time.monotonic() - began < 8.0
    process.signal(signal.SIGTERM)
    assert process.end() == 0


def test_once_prints_what_it_did_and_fails_on_a_regression(present, start) -> None:
    present.record(bad={"canary": 5})
    once = start("--once", "--json")
    assert once.end() == 1
    printed = json.loads(once.printed)
    assert [(each["route"], each["decision"], each["history"]) for each in printed["routes"]] == [
        ("support", "roll back", 1),
        ("summarise", "nothing", None),
    ]
    assert printed["held_by"] is None


def test_once_beside_a_guard_does_nothing(present, start) -> None:
    guard = start()
    until(lambda: has_post(present, guard), "nobody took the post")
    once = start("--once", "--json")
    assert once.end() == 0
    assert json.loads(once.printed)["held_by"].startswith(f"pid {guard.pid} on ")


@pytest.mark.parametrize("option", ["--dry-run", "--read-only"])
def test_a_dry_run_says_what_it_would_do_and_leaves_nothing(present, start, option) -> None:
    present.record(bad={"canary": 5})
    before = sorted(path.name for path in present.folder.iterdir())
    text = present.registry.read_bytes()
    dry = start(option)
    assert dry.end() == 1
    assert dry.printed.startswith("support  roll back: error rate 20.")
    assert present.registry.read_bytes() == text
    left = sorted(path.name for path in present.folder.iterdir() if not path.name.startswith("said-"))
    assert left == before


def test_a_zone_that_nobody_knows_ends_it_at_once(present, start) -> None:
    present.settings(freeze='["Fri 16:00-Mon 08:00 Europe/Atlantis"]')
    process = start("--once")
    assert process.end() == 3
    assert "routes.support.guard.freeze: unknown time zone in 'Fri 16:00-Mon 08:00 Europe/Atlantis'" in process.said


def test_a_target_that_says_nothing_usable_is_named_and_keeps_nobody_from_watching(present, start) -> None:
    process = start("--once", CONSOLE_ALERTS_SLACK="not an address")
    assert process.end() == 0
    assert "CONSOLE_ALERTS_SLACK" in process.said
    assert "not an address" not in process.said


def test_sigterm_in_the_middle_of_an_action_finishes_it(present) -> None:
    """The signal arrives at the first moment of the action: the change, its alert and the post are all in order."""
    present.record(bad={"canary": 5})
    stop = threading.Event()
    post = Post(present.registry, {})
    outbox = Outbox(beside(present.registry), {"slack": "info"})
    told: list[str] = []

    class Interrupted(Outbox):
        def put(self, alert: Alert) -> bool:
            stop.set()
            return super().put(alert)

    interrupted = Interrupted(beside(present.registry), {"slack": "info"})
    guard = Guard(present.registry, present.log, interrupted, say=told.append)
    watch(guard, post, present.registry, stop)
    guard.close()
    assert present.route.canary_percentage == 0
    assert [(entry.action, entry.state) for entry in present.history] == [("rollback", "committed")]
    assert [each.alert.key for each in outbox.deliveries() if each.alert.key.startswith("history/")] == ["history/1"]
    assert holder(present.registry) is None


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.15])
def test_sigterm_at_any_moment_leaves_all_or_nothing(present, start, delay_s) -> None:
    present.record(bad={"canary": 5})
    before = present.registry.read_bytes()
    process = start()
    until(lambda: report_path(present.registry).parent.joinpath("registry.guard.lock").exists(), "it never began")
    time.sleep(delay_s)
    process.signal(signal.SIGTERM)
    assert process.end() == 0
    assert holder(present.registry) is None
    made = [entry for entry in present.history if entry.state == "committed"]
    assert [entry.state for entry in present.history] == ["committed"] * len(made)
    if made:
        assert present.route.canary_percentage == 0
        assert [alert.key for alert in present.alerts] == ["history/1"]
    else:
        assert present.registry.read_bytes() == before
        assert present.alerts == []


def test_the_console_says_who_guards_while_it_runs_and_afterwards(present, start) -> None:
    process = start()
    until(lambda: has_post(present, process), "nobody took the post")
    found = guard_view(present.registry, datetime.now(UTC))
    assert found is not None
    assert (found.alive, found.stale) == (True, False)
    assert found.holder.startswith(f"pid {process.pid} on ")
    until(lambda: (view := guard_view(present.registry, datetime.now(UTC))) and view.intents, "no intents")
    process.signal(signal.SIGKILL)
    until(lambda: (view := guard_view(present.registry, datetime.now(UTC))) and not view.alive, "still alive")
