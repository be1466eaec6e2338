"""The evidence of a rollout kept from a real log: restarts, frozen gates, steps, suspect data, alike users."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.domain.registry import Canary, Gates, MetricGate, Route, UserMode
from console.domain.requests import RequestRow
from console.traffic.evidence import EvidenceKeeper, changed_gates, gates_json
from console.traffic.importing import write_history
from console.traffic.reading import LogReader
from console.traffic.snapshots import Kept, Snapshots
from console.traffic.store import Store
from console.verdict.verdict import Verdict

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
T0 = START.timestamp()
ROUTE = Route("support", "old", Canary("new", 25, START))


def rows(
    first: float, seconds: float, per_s: float = 2.0, seed: int = 1, error: float = 0.01, **more: Any
) -> Iterator[RequestRow]:
    """Users at random; from the canary's start a quarter of them on the canary, whose error rate is `error`."""
    rnd = random.Random(seed)
    for index in range(int(seconds * per_s)):
        at = first + index / per_s
        user = f"user-{rnd.randrange(100_000)}"
        live = at >= T0
        arm = "canary" if live and int(user[5:]) % 4 == 0 else "production"
        fields: dict[str, Any] = {
            "id": f"{seed}-{index}",
            "at": at,
            "route": "support",
            "model": "new" if arm == "canary" else "old",
            "arm": arm,
            "why": "bucket" if live else "default",
            "rollout": ROUTE.rollout_id if live else "",
            "user": user,
            "outcome": "error" if rnd.random() < (error if arm == "canary" else 0.01) else "ok",
            "latency_ms": rnd.lognormvariate(6.5, 0.5),
            "served": "new" if arm == "canary" else "old",
            "prompt_hash": "p1",
        }
        yield RequestRow(**{**fields, **{key: value(arm) for key, value in more.items()}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.db"


@pytest.fixture
def keeper(path: Path) -> Iterator[Callable[..., EvidenceKeeper]]:
    readers = []

    def make(writable: bool = True, kept: bool = True) -> EvidenceKeeper:
        reader = LogReader(path)
        readers.append(reader)
        return EvidenceKeeper(reader, Snapshots(path, writable=writable) if kept else None)

    yield make
    for reader in readers:
        reader.close()


def test_a_route_without_a_canary_has_no_verdict(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 60, 60))
    assert keeper().verdict(replace(ROUTE, canary=None), T0) is None


def test_a_regression_is_found_in_the_log(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 1_200, 2_400, error=0.3))
    verdict = keeper().verdict(ROUTE, T0 + 1_300)
    assert verdict is not None
    assert verdict.state == "regression"
    assert verdict.blamed[0] == "error"


def test_any_looks_any_restart_and_a_replay_give_the_same_evidence(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    write_history(path, rows(T0 - 1_200, 2_400, error=0.04))
    often, now = keeper(), T0
    while now < T0 + 1_300:
        live = often.verdict(ROUTE, now)
        now += 37
        if int(now) % 5 == 0:
            often = keeper()
    live = often.verdict(ROUTE, T0 + 1_300)
    once = keeper(kept=False).verdict(ROUTE, T0 + 1_300)
    assert live is not None
    assert once is not None
    assert live.log_evidence == pytest.approx(once.log_evidence, abs=1e-9)
    assert live.canary_n == once.canary_n
    assert [judged.log_pass for judged in live.metrics] == pytest.approx([judged.log_pass for judged in once.metrics])


def test_a_read_only_console_reads_the_evidence_and_writes_nothing(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    write_history(path, rows(T0 - 600, 1_200))
    keeper(writable=False).verdict(ROUTE, T0 + 600)
    assert Snapshots(path).load(ROUTE.rollout_id) is None
    keeper().verdict(ROUTE, T0 + 600)
    assert Snapshots(path).load(ROUTE.rollout_id) is not None


def test_gates_are_frozen_and_a_later_change_is_told(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 600, 1_200))
    keeper().verdict(ROUTE, T0 + 300)
    looser = replace(ROUTE, gates=Gates(alpha=0.2, metrics={"error": MetricGate(tolerance=(9.0, 0.5))}))
    restarted = keeper()
    verdict = restarted.verdict(looser, T0 + 600)
    assert verdict is not None
    assert verdict.changed_gates == (
        "alpha is 0.2, this rollout keeps 0.01",
        "the gate of error was changed, this rollout keeps the old one",
    )
    error = verdict.metric("error")
    assert error is not None
    assert error.limit is not None
    assert error.limit < 0.01
    again = restarted.verdict(ROUTE, T0 + 600)
    assert again is not None
    assert again.changed_gates == ()


def test_unchanged_gates_are_not_told() -> None:
    gates = Gates(metrics={"error": MetricGate(tolerance=(1.1, 0.2), limit=0.5)})
    assert changed_gates(gates_json(gates), gates) == ()


def test_another_percentage_begins_a_step_that_survives_a_restart(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    write_history(path, rows(T0 - 600, 2_400))
    first = keeper()
    first.verdict(ROUTE, T0 + 600)
    assert ROUTE.canary is not None
    wider = replace(ROUTE, canary=replace(ROUTE.canary, percentage=50))
    before = first.verdict(wider, T0 + 605)
    assert before is not None
    assert before.missing_requests == 100
    first.verdict(wider, T0 + 900)
    after = keeper().verdict(wider, T0 + 900)
    assert after is not None
    kept = Snapshots(path).load(ROUTE.rollout_id)
    assert kept is not None
    assert kept.state["steps"] == [[int((T0 + 605) // 10), 50.0]]


def test_a_model_that_begins_to_answer_for_another_is_suspect_and_its_blocks_are_left_out(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    looking = keeper()
    write_history(path, rows(T0 - 600, 1_200))
    first = looking.verdict(ROUTE, T0 + 600)
    write_history(path, rows(T0 + 600, 300, seed=2, served=lambda arm: "other" if arm == "canary" else "old"))
    during = looking.verdict(ROUTE, T0 + 905)
    write_history(path, rows(T0 + 1_600, 600, seed=3))
    after = looking.verdict(ROUTE, T0 + 2_205)
    assert first is not None
    assert during is not None
    assert after is not None
    assert first.state != "suspect data"
    assert (during.state, during.why) == ("suspect data", "new is answered by other")
    assert during.canary_n == first.canary_n
    assert during.left_out > 0
    assert after.state != "suspect data"
    assert after.canary_n > first.canary_n


def test_whoever_looks_late_leaves_out_the_same_hour_and_keeps_the_rest(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    def moved(arm: str) -> str:
        return "other" if arm == "canary" else "old"

    write_history(path, rows(T0 - 600, 1_200))
    write_history(path, rows(T0 + 7_200, 600, seed=2, served=moved))
    write_history(path, rows(T0 + 14_400, 600, seed=3))
    late = keeper().verdict(ROUTE, T0 + 15_005)
    assert late is not None
    assert late.state != "suspect data", "it is over"
    assert late.left_out > 0
    assert late.canary_n > 0, "what came before and after is evidence"


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        (lambda arm: "p2" if arm == "canary" else "p1", "the prompt changed on canary"),
        (lambda arm: "p2", "the prompt changed on both arms"),
    ],
)
def test_a_prompt_that_changes_mid_canary_is_suspect(
    path: Path, keeper: Callable[..., EvidenceKeeper], prompt: Callable[[str], str], why: str
) -> None:
    looking = keeper()
    write_history(path, rows(T0 - 600, 1_200))
    looking.verdict(ROUTE, T0 + 600)
    write_history(path, rows(T0 + 600, 600, seed=2, prompt_hash=prompt))
    verdict = looking.verdict(ROUTE, T0 + 1_205)
    assert verdict is not None
    assert (verdict.state, verdict.why) == ("suspect data", why)


def test_a_prompt_changed_on_both_arms_becomes_the_new_one(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    looking = keeper()
    write_history(path, rows(T0 - 600, 1_200))
    looking.verdict(ROUTE, T0 + 600)
    write_history(path, rows(T0 + 600, 600, seed=2, prompt_hash=lambda arm: "p2"))
    looking.verdict(ROUTE, T0 + 1_205)
    write_history(path, rows(T0 + 1_210, 100, seed=3, prompt_hash=lambda arm: "p2"))
    verdict = looking.verdict(ROUTE, T0 + 1_320)
    assert verdict is not None
    assert verdict.state != "suspect data"


def test_a_prompt_that_differs_every_time_is_not_suspect(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    rnd, looking = random.Random(1), keeper()
    write_history(path, rows(T0 - 600, 1_200, prompt_hash=lambda arm: f"p{rnd.random()}"))
    for now in (T0 + 300, T0 + 600):
        verdict = looking.verdict(ROUTE, now)
        assert verdict is not None
        assert verdict.state != "suspect data"


def test_dropped_requests_are_suspect_until_no_more_are(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    looking = keeper()
    write_history(path, rows(T0 - 600, 1_200))
    looking.verdict(ROUTE, T0 + 590)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE writers SET dropped = dropped + 1200")
    during, after = looking.verdict(ROUTE, T0 + 600), looking.verdict(ROUTE, T0 + 610)
    assert during is not None
    assert after is not None
    assert (during.state, during.why) == ("suspect data", "1,200 requests were dropped by the log")
    assert after.state != "suspect data"


def test_a_split_that_is_not_the_one_set_is_suspect(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 600, 1_800))
    assert ROUTE.canary is not None
    five = replace(ROUTE, canary=replace(ROUTE.canary, percentage=5))
    right, wrong = keeper(kept=False).verdict(ROUTE, T0 + 1_200), keeper(kept=False).verdict(five, T0 + 1_200)
    assert right is not None
    assert wrong is not None
    assert right.state != "suspect data"
    assert wrong.state == "suspect data"
    assert wrong.why.startswith("canary share 2")
    assert wrong.why.endswith("% of users, 5 % configured")


def test_a_share_raised_while_nobody_looked_is_no_wrong_split(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    """Files change by a pull request, too: the users of the first hours were split at the percentage of then."""

    def raised(percentage: int) -> Iterator[RequestRow]:
        changed = T0 + 3_600
        for row in rows(T0, 5_000, per_s=1.0):
            user = int(row.user[5:])
            canary = user % 100 < (5 if row.at < changed else percentage)
            yield row._replace(arm="canary" if canary else "production", model="new" if canary else "old")

    write_history(path, raised(25))
    looking, now = keeper(), T0 + 5_000
    first, later = looking.verdict(ROUTE, now), looking.verdict(ROUTE, now + 20)
    assert first is not None
    assert later is not None
    assert (first.suspicions, later.suspicions) == ((), ())
    assert ROUTE.canary is not None
    sixty = replace(ROUTE, canary=replace(ROUTE.canary, percentage=60))
    wrong = keeper(kept=False).verdict(sixty, now)
    assert wrong is not None
    assert wrong.state == "suspect data", "the users of the last minutes are not split like that either"


@pytest.mark.parametrize("ahead_s", [200.0, 7_200.0, 3 * 86_400.0])
def test_a_clock_that_ran_ahead_and_was_set_right_blinds_no_verdict(
    path: Path, keeper: Callable[..., EvidenceKeeper], ahead_s: float
) -> None:
    """A machine that starts before it asks for the time: application and guard both believed its clock for a while."""
    now, looking = [0.0], keeper()
    store = Store(path, clock=lambda: now[0], retention_days=30, warn=pytest.fail)

    def seen(first: float, seconds: float, seed: int, error: float, ahead: float, by: EvidenceKeeper) -> Verdict:
        wave = list(rows(first, seconds, seed=seed, error=error))
        for start in range(0, len(wave), 40):
            now[0] = wave[start].at + ahead
            assert store.write(wave[start : start + 40], [], 0) == "stored"
        by._reader.refresh()
        found = by.verdict(ROUTE, now[0] + 12)
        assert found is not None
        return found

    before = seen(T0, 600, 1, 0.01, 0.0, looking)
    wrong = seen(T0 + 600, 100, 2, 0.01, ahead_s, looking)
    assert before.canary_n < wrong.canary_n
    after = seen(T0 + 700, 1_200, 3, 0.5, 0.0, looking)
    assert (after.state, after.canary_n > wrong.canary_n) == ("regression", True)
    again = keeper().verdict(ROUTE, now[0] + 12)
    assert again is not None
    assert (again.state, again.canary_n) == (after.state, after.canary_n), "nothing is counted twice after a restart"
    store.close()


@pytest.mark.parametrize("users", ["tempered", "exact"])
def test_a_margin_without_absolute_slack_is_judged_while_nothing_fails(
    path: Path, keeper: Callable[..., EvidenceKeeper], users: UserMode
) -> None:
    """`margin = [1.5, 0]`, at most half as much again: with no errors at all that tolerates none."""
    write_history(path, rows(T0 - 600, 2_400, outcome=lambda arm: "ok"))
    strict = MetricGate(tolerance=(1.2, 0.0), margin=(1.5, 0.0))
    gates = Gates(metrics=dict.fromkeys(("error", "refusal", "empty", "cost"), strict), users=users)
    verdict = keeper().verdict(replace(ROUTE, gates=gates), T0 + 1_800)
    assert verdict is not None
    assert verdict.state == "watching"
    assert "error" in {judged.name for judged in verdict.metrics}


def test_a_quiet_arm_is_no_comparison(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 600, 1_200))
    verdict = keeper().verdict(ROUTE, T0 + 3_600)
    assert verdict is not None
    assert verdict.state == "no comparison"
    assert "10 min" in verdict.why


def test_users_whose_requests_are_alike_get_a_design_effect(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    """20 requests each, and either all of a user's fail or none: D is 20, not 1."""

    def clustered() -> Iterator[RequestRow]:
        for index, row in enumerate(rows(T0 - 4_000, 3_900, per_s=1.0)):
            user = index % 195
            yield row._replace(user=f"u{user}", outcome="error" if user % 20 == 0 else "ok")

    write_history(path, clustered())
    keeper().verdict(ROUTE, T0)
    kept = Snapshots(path).load(ROUTE.rollout_id)
    assert kept is not None
    effects = {metric["name"]: metric["design_effect"] for metric in kept.plan["metrics"]}
    assert effects["error"] == pytest.approx(20.0, rel=0.15)
    assert effects["latency_p50"] < 1.5


def test_an_older_snapshot_never_replaces_a_newer_one(path: Path) -> None:
    write_history(path, rows(T0, 60))
    snapshots = Snapshots(path)
    assert snapshots.save("r", Kept(20, {}, {}, {"x": 2}, {}), T0)
    assert not snapshots.save("r", Kept(10, {}, {}, {"x": 1}, {}), T0)
    found = snapshots.load("r")
    assert found is not None
    assert found.state == {"x": 2}


def test_snapshots_of_a_missing_or_foreign_file_are_nothing(tmp_path: Path) -> None:
    foreign = tmp_path / "other.db"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE theirs (x)")
    for path in (tmp_path / "missing.db", foreign):
        assert Snapshots(path).load("r") is None
        assert not Snapshots(path).save("r", Kept(1, {}, {}, {}, {}), T0)
    assert not (tmp_path / "missing.db").exists()


def test_a_snapshot_that_cannot_be_used_is_begun_anew(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(T0 - 600, 1_200))
    Snapshots(path).save(ROUTE.rollout_id, Kept(1, {"metrics": []}, {}, {"format": 0}, {}), T0)
    verdict = keeper().verdict(ROUTE, T0 + 600)
    assert verdict is not None
    assert verdict.canary_n > 100
