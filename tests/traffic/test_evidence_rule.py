"""What counts as evidence: chosen by bucket, after the warm-up, a user's first 20 on the rollout over both arms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.requests import USER_CAP
from console.traffic.importing import write_history
from console.traffic.log import RequestLog
from tests.effort import examples


def record(log, choice, user="u", **fields) -> None:
    with log.request(choice, user) as request:
        request.record(latency_ms=1.0, **fields)


def evidence(query) -> int:
    return query("SELECT sum(evidence) FROM requests")[0][0]


@pytest.mark.parametrize("why", ["pinned conversation", "moved", "override", "breaker", "default"])
def test_only_the_bucket_makes_evidence(log, choice, query, why) -> None:
    record(log, choice(why=why))
    assert log.flush()
    assert evidence(query) == 0
    assert query("SELECT count(*) FROM rollout_users") == [(0,)]


def test_without_a_rollout_or_a_user_there_is_no_evidence(log, choice, query) -> None:
    record(log, choice(rollout=""))
    record(log, choice(), user="")
    record(log, choice(), user=None)
    assert log.flush()
    assert evidence(query) == 0


def test_the_warm_up_counts_whole_slots(log, choice, clock, query) -> None:
    start = clock.now + 5
    record(log, choice(evidence_from=start))
    assert log.flush()
    clock.now = start + 1
    record(log, choice(evidence_from=start))
    assert log.flush()
    assert evidence(query) == 0, "the slot in which the warm-up ends began before its end"
    clock.now = start + 10
    record(log, choice(evidence_from=start))
    assert log.flush()
    assert evidence(query) == 1


def test_a_users_first_twenty_count_over_both_arms(log, choice, query) -> None:
    for _ in range(15):
        record(log, choice())
    for _ in range(15):
        record(log, choice("canary"))
    record(log, choice("canary"), user="another")
    assert log.flush()
    assert query("SELECT arm, sum(evidence) FROM request_log GROUP BY arm ORDER BY arm") == [
        ("canary", USER_CAP - 15 + 1),
        ("production", 15),
    ]


def test_the_cap_holds_over_batches_and_processes(path, choice, clock, query) -> None:
    logs = [RequestLog(path, clock=clock) for _ in range(3)]
    for log in logs * 2:
        for _ in range(5):
            record(log, choice())
        assert log.flush()
    for log in logs:
        assert log.close()
    assert evidence(query) == USER_CAP
    assert query("SELECT counted FROM rollout_users") == [(USER_CAP,)]


def test_whom_a_breaker_takes_away_counts_in_the_split_of_users_and_not_as_evidence(log, choice, query) -> None:
    for number in range(5):
        record(log, choice("production", "breaker", assigned="canary"), user=f"diverted-{number}")
        record(log, choice("canary", "breaker", assigned="canary"), user=f"trial-{number}")
        record(log, choice("production"), user=f"usual-{number}")
    assert log.flush()
    assert evidence(query) == 5
    assert query("SELECT production, canary FROM rollouts") == [(5, 10)]
    assert query("SELECT arm, sum(counted) FROM rollout_users GROUP BY arm") == [("canary", 0), ("production", 5)]


def test_a_new_rollout_starts_counting_anew(log, choice, query) -> None:
    for rollout in ("a", "b"):
        for _ in range(USER_CAP + 1):
            record(log, choice(rollout=rollout))
    assert log.flush()
    assert evidence(query) == 2 * USER_CAP


def test_users_are_counted_by_arm_with_what_went_wrong(log, choice, query) -> None:
    record(log, choice(), outcome="error")
    record(log, choice(), outcome="refusal")
    record(log, choice("canary"), user="v", outcome="truncated")
    record(log, choice("canary"), user="w", outcome="empty")
    assert log.flush()
    assert query("SELECT production, canary FROM rollouts") == [(1, 2)]
    assert query("SELECT sum(counted), sum(errors), sum(refusals), sum(truncated), sum(empty) FROM rollout_users") == [
        (4, 1, 1, 1, 1)
    ]


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=90), st.integers(5, 40))
def test_chunks_do_not_change_what_is_evidence(tmp_path_factory, users: str, chunk: int) -> None:
    import sqlite3

    from console.domain.requests import RequestRow

    path = tmp_path_factory.mktemp("log") / "requests.db"
    rows = [
        RequestRow(f"{n:04}", 1e9 + n, "r", "m", "production", "bucket", "x", user=user) for n, user in enumerate(users)
    ]
    write_history(path, rows, chunk=chunk)
    db = sqlite3.connect(path)
    assert db.execute("SELECT sum(evidence) FROM requests").fetchone()[0] == sum(
        min(users.count(user), USER_CAP) for user in set(users)
    )
    db.close()
