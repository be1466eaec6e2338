"""The exact mode: users instead of requests, whatever one user's requests have in common."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.cells import Block, Counts
from console.domain.registry import Canary, Gates, Route
from console.domain.requests import RequestRow
from console.traffic.evidence import EvidenceKeeper, changed_gates, gates_json
from console.traffic.importing import write_history
from console.traffic.reading import LogReader
from console.traffic.rehearsed_log import rehearse_rollout
from console.traffic.rehearsing import rehearse
from console.traffic.snapshots import Snapshots
from console.traffic.windows import WINDOW_SLOTS, Closing, closings, closings_of, with_users
from console.verdict.evidence import Evidence
from console.verdict.per_user import ENOUGH, UserGauge, UserTest, bin_of_user
from console.verdict.plan import GatePlan, plan_for
from console.verdict.shares import ShareTest
from console.verdict.verdict import judge
from tests.effort import examples

EXACT = Gates(users="exact")
LOG = math.log(100)
DAY = Counts(requests=20_000, errors=200, latency={140: 20_000})
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
T0 = START.timestamp()
ROUTE = Route("support", "old", Canary("new", 50, START), gates=EXACT)
HALF_HOUR_S = 10.0 * WINDOW_SLOTS


def histogram(values: list[int]) -> dict[int, int]:
    return {index: values.count(index) for index in set(values)}


def clustered(rnd: random.Random, users: int, rate: float, icc: float, each: int = 20) -> list[int]:
    """Bad events of users who send `each` requests that correlate by `icc`."""
    shape = 1 / icc - 1
    own = [rnd.betavariate(rate * shape, (1 - rate) * shape) for _ in range(users)]
    return [sum(rnd.random() < p for _ in range(each)) for p in own]


def ever(seed: int, worse: float, blocks: int, icc: float = 0.3, users: int = 10) -> tuple[bool, int, bool]:
    """(alarm of the exact mode, its canary users, alarm of a test that counts requests one by one)."""
    rnd = random.Random(seed)
    plan = plan_for(Gates(users="exact"), Counts(requests=9_000, errors=450), measured={"error"}, requests_per_user=20)
    gauge, naive = UserGauge(plan.metrics[0]), ShareTest("regression", 1.1, 0.001, prior_rate=0.05)
    for slot in range(blocks):
        canary, production = clustered(rnd, users, 0.05 * worse, icc), clustered(rnd, users, 0.05, icc)
        means = [{"error": histogram([bin_of_user(20, bad) for bad in arm])} for arm in (production, canary)]
        gauge.feed(Block(slot, slot, Counts(), Counts(), *means))
        naive.feed(20 * users, sum(canary), 20 * users, sum(production))
        if gauge.regression.wealth.log() >= LOG:
            return True, gauge.canary_n, naive.wealth.best >= LOG
    return False, gauge.canary_n, naive.wealth.best >= LOG


def test_users_whose_requests_are_alike_raise_no_false_alarm() -> None:
    """Both arms are equal, and every user sends twenty requests that resemble each other."""
    found = [ever(seed, 1.0, blocks=40) for seed in range(70)]
    assert sum(alarm for alarm, _, _ in found) <= 2
    assert sum(naive for _, _, naive in found) >= 8


def test_a_canary_that_is_three_times_worse_is_found_among_alike_users() -> None:
    found = [ever(seed, 3.0, blocks=120) for seed in range(20)]
    assert sum(alarm for alarm, _, _ in found) >= 18
    assert sorted(n for _, n, _ in found)[10] < 600


@pytest.mark.parametrize(
    ("n", "bad", "index"), [(20, 0, 0), (20, 1, 1), (20, 20, 20), (1, 1, 20), (3, 1, 7), (0, 0, 0)]
)
def test_a_user_is_his_share_in_twentieths(n: int, bad: int, index: int) -> None:
    assert bin_of_user(n, bad) == index


@settings(max_examples=examples(20), deadline=None)
@given(
    rates=st.lists(st.floats(0, 1), min_size=2, max_size=2),
    cap=st.integers(1, 20),
    tolerance=st.tuples(st.floats(1, 2), st.floats(0, 0.05)),
    prior=st.floats(0.001, 0.5),
    n=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_the_expected_factor_of_users_within_tolerance_is_at_most_one(
    world: SimpleNamespace,
    rates: list[float],
    cap: int,
    tolerance: tuple[float, float],
    prior: float,
    n: tuple[int, int],
) -> None:
    """Exact, over every outcome of a block in which users are good, half bad or all bad."""
    r, d = tolerance
    top = cap / 20
    a, b = rates[0] * (1 - rates[1]), rates[0] * rates[1]
    production = [(0, 1 - a - b), (10, a), (20, b)]
    mean = sum(min(index / 20, top) * p for index, p in production)
    allowed = min(top, r * mean + d)
    canary = [(0, 1 - allowed / top), (20, allowed / top)]
    expected = 0.0
    for theirs, p in world.multinomial(n[1], production):
        for own, q in world.multinomial(n[0], canary):
            test = UserTest("regression", r, d, cap, prior)
            test.feed(own, theirs)
            expected += p * q * math.exp(test.wealth.log())
    assert expected <= 1 + 1e-9


def test_without_any_error_before_it_still_bets() -> None:
    gauge = UserGauge(plan_for(EXACT, Counts(requests=5_000), measured={"error"}, requests_per_user=5).metrics[0])
    for slot in range(40):
        gauge.feed(Block(slot, slot, Counts(), Counts(), {"error": {0: 20}}, {"error": {0: 14, 20: 6}}))
    assert gauge.regression.wealth.log() > LOG


def test_users_wait_until_both_arms_have_enough() -> None:
    gauge = UserGauge(plan_for(EXACT, DAY, measured={"error"}).metrics[0])
    for slot in range(3):
        gauge.feed(Block(slot, slot, Counts(), Counts(), {"error": {0: 40}}, {"error": {0: 3, 4: 1}}))
        fed = gauge.canary_n
        assert fed == (0 if 4 * (slot + 1) < ENOUGH else 4 * (slot + 1))
    assert (gauge.production_n, gauge.canary_n) == (120, 12)
    gauge.feed(Block(9, 9, Counts(), Counts()))
    assert gauge.canary_n == 12


def test_shares_are_judged_by_users_and_the_rest_by_requests() -> None:
    before = Counts(requests=900, errors=9, latency={140: 900}, cost={90: 900}, flagged=1, cleared=5)
    plan = plan_for(EXACT, before, requests_per_user=20)
    assert {metric.name for metric in plan.metrics if metric.per_user} == {"error", "refusal", "truncated", "empty"}
    assert plan.users == "exact"
    assert sum(metric.weight for metric in plan.metrics) == pytest.approx(1.0)
    tempered = plan_for(Gates(), before, requests_per_user=20)
    assert not any(metric.per_user for metric in tempered.metrics)


@pytest.mark.parametrize(
    ("rate", "each", "cap"), [(0.01, 20, 2), (0.05, 20, 6), (0.5, 20, 20), (0.001, 1, 20), (0.001, 4, 5)]
)
def test_the_cut_is_six_times_the_rate_and_never_below_one_event(rate: float, each: float, cap: int) -> None:
    before = Counts(requests=1_000_000, errors=int(rate * 1_000_000))
    assert plan_for(EXACT, before, measured={"error"}, requests_per_user=each).metrics[0].cap == cap


def test_a_plan_keeps_its_mode_and_one_of_an_older_version_has_the_usual_one() -> None:
    plan = plan_for(EXACT, DAY)
    kept = plan.to_json()
    assert GatePlan.from_json(kept) == plan
    del kept["users"]
    assert GatePlan.from_json(kept).users == "tempered"


def test_a_later_change_of_the_mode_is_told() -> None:
    frozen = gates_json(Gates())
    assert changed_gates(frozen, EXACT) == ("users is exact, this rollout keeps tempered",)
    del frozen["users"]
    assert changed_gates(frozen, Gates()) == ()
    assert changed_gates(frozen, EXACT) == ("users is exact, this rollout keeps tempered",)


def blocks_of(seed: int, n: int, canary: float = 0.01) -> Iterator[Block]:
    rnd = random.Random(seed)
    for slot in range(n):
        means = [
            {name: histogram([bin_of_user(5, sum(rnd.random() < rate for _ in range(5))) for _ in range(7)])}
            for rate in (0.01, canary)
            for name in ("error",)
        ]
        counts = Counts(requests=35, latency={140: 35})
        yield Block(slot, slot, counts, counts, *means)


def test_a_restart_in_the_middle_gives_the_same_evidence() -> None:
    plan = plan_for(EXACT, DAY, measured={"error", "latency_p95"}, requests_per_user=5)
    whole, first = Evidence(plan), Evidence(plan)
    whole.feed_all(blocks_of(1, 60, 0.1))
    first.feed_all(list(blocks_of(1, 60, 0.1))[:31])  # three users of each arm wait
    second = Evidence.restored(plan, first.snapshot())
    second.feed_all(blocks_of(1, 60, 0.1))
    assert second.log_regression() == pytest.approx(whole.log_regression(), abs=1e-9)
    assert second.snapshot() == whole.snapshot()


def test_the_verdict_passes_and_says_what_is_missing() -> None:
    evidence = Evidence(plan_for(EXACT, DAY, measured={"error"}, requests_per_user=5))
    evidence.feed_all(blocks_of(2, 20))
    needed = judge(evidence).needed
    assert needed is not None
    assert 50 < needed.middle < 5_000
    evidence.feed_all(blocks_of(2, 600))
    assert judge(evidence).state == "pass"


# Windows


def test_a_window_closes_half_an_hour_after_the_first_request() -> None:
    seen = [(5, "ann", "canary", "error"), (6, "bob", "production", "ok"), (184, "ann", "canary", "ok")]
    seen += [(185, "ann", "canary", "error")]
    assert closings_of(seen) == [
        Closing(5 + WINDOW_SLOTS, "canary", 2, (1, 0, 0, 0)),
        Closing(6 + WINDOW_SLOTS, "production", 1, (0, 0, 0, 0)),
    ]


def test_a_user_who_is_moved_counts_where_he_was_first() -> None:
    seen = [(5, "ann", "production", "ok"), (9, "ann", "canary", "error")]
    assert closings_of(seen) == [Closing(5 + WINDOW_SLOTS, "production", 1, (0, 0, 0, 0))]


def test_users_stand_in_the_block_in_which_their_window_closed() -> None:
    blocks = [Block(10, 12, Counts(), Counts()), Block(15, 20, Counts(), Counts())]
    users = [
        Closing(12, "canary", 2, (1, 0, 0, 0)),
        Closing(13, "production", 4, (0, 1, 0, 0)),
        Closing(21, "canary", 1, (1, 0, 0, 0)),
    ]
    first, second = with_users(blocks, users)
    assert first.canary_users == {"error": {10: 1}, "refusal": {0: 1}, "truncated": {0: 1}, "empty": {0: 1}}
    assert second.production_users["refusal"] == {5: 1}
    assert second.canary_users == {}


def rows(seconds: float, *, error: float = 0.01, seed: int = 1, per_s: float = 1.0) -> list[RequestRow]:
    """Six hundred users, half of them on the canary from T0 on, and a quarter of an hour of production before."""
    rnd, found = random.Random(seed), []
    for index in range(int((seconds + 900) * per_s)):
        at = T0 - 900 + index / per_s
        live, number = at >= T0, rnd.randrange(600)
        arm = "canary" if live and number % 2 else "production"
        fields: dict[str, Any] = {
            "id": f"{seed}-{index}", "at": at, "route": "support", "model": "new" if arm == "canary" else "old",
            "arm": arm, "why": "bucket" if live else "default", "rollout": ROUTE.rollout_id if live else "",
            "user": f"user-{number}", "latency_ms": 800.0, "served": "new" if arm == "canary" else "old",
            "outcome": "error" if rnd.random() < (error if arm == "canary" else 0.01) else "ok",
        }  # fmt: skip
        found.append(RequestRow(**fields))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.db"


@pytest.fixture
def keeper(path: Path) -> Iterator[Callable[..., EvidenceKeeper]]:
    readers = []

    def make(kept: bool = True) -> EvidenceKeeper:
        readers.append(LogReader(path))
        return EvidenceKeeper(readers[-1], Snapshots(path) if kept else None)

    yield make
    for reader in readers:
        reader.close()


def test_a_log_and_its_rehearsed_rows_have_the_same_users(path: Path) -> None:
    written = rows(2_400)
    write_history(path, written)
    db = sqlite3.connect(path)
    through = int((T0 + 2_400) // 10)
    mine = [(int((row.at + 0.8) // 10), row.user, row.arm, row.outcome) for row in written if row.at >= T0]
    expected = [closing for closing in closings_of(sorted(mine)) if closing.slot <= through]
    assert sorted(closings(db, ROUTE.rollout_id, -1, through)) == sorted(expected)
    assert len(expected) > 250
    assert closings(db, "another", -1, through) == []


def test_users_are_found_once_however_the_log_is_cut(path: Path) -> None:
    write_history(path, rows(2_700))
    db, first, last = sqlite3.connect(path), int(T0 // 10), int((T0 + 2_700) // 10)
    cut = [closing for slot in range(first, last, 7) for closing in closings(db, ROUTE.rollout_id, slot, slot + 7)]
    assert sorted(cut) == sorted(closings(db, ROUTE.rollout_id, first, first + 7 * ((last - first + 6) // 7)))


def test_a_regression_is_found_by_users_and_a_restart_agrees(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(4_000, error=0.25))
    often, now, live = keeper(), T0, None
    while now < T0 + 4_100:
        live, now = often.verdict(ROUTE, now), now + 431
        often = keeper()
    once = keeper(kept=False).verdict(ROUTE, T0 + 4_100)
    live = often.verdict(ROUTE, T0 + 4_100)
    assert live is not None
    assert once is not None
    assert (once.state, once.blamed[0]) == ("regression", "error")
    assert live.log_evidence == pytest.approx(once.log_evidence, abs=1e-9)
    judged = once.metric("error")
    assert judged is not None
    assert 150 < judged.canary_n <= 300
    assert rehearse_rollout(path, "support", None, EXACT).verdict.state == "regression"


def test_the_mode_is_frozen_with_the_rollout(path: Path, keeper: Callable[..., EvidenceKeeper]) -> None:
    write_history(path, rows(600))
    keeper().verdict(ROUTE, T0 + 600)
    changed = keeper().verdict(replace(ROUTE, gates=Gates()), T0 + 700)
    assert changed is not None
    assert changed.changed_gates == ("users is tempered, this rollout keeps exact",)


def test_what_was_changed_meanwhile_is_recorded_with_the_rollout(
    path: Path, keeper: Callable[..., EvidenceKeeper]
) -> None:
    write_history(path, rows(1_200))
    for at, gates in ((300, EXACT), (500, Gates()), (600, Gates()), (900, EXACT)):
        keeper().verdict(replace(ROUTE, gates=gates), T0 + at)
    kept = Snapshots(path).load(ROUTE.rollout_id)
    assert kept is not None
    assert kept.gates["users"] == "exact"
    told = ["users is tempered, this rollout keeps exact"]
    assert kept.notes["changed_gates"] == [[T0 + 500, told], [T0 + 900, []]]


def test_a_past_log_is_judged_by_users_too() -> None:
    found = rehearse(rows(4_000, error=0.25), EXACT, frozenset({"error"}))
    assert found.plan.users == "exact"
    assert (found.verdict.state, found.verdict.blamed) == ("regression", ("error",))
    assert rehearse(rows(4_000), EXACT, frozenset({"error"})).verdict.state != "regression"
