"""The outbox: an alert is put once, claimed by one sender at a time, tried again with pauses, and given up late."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.alerts import SEVERITIES, Alert, at_least
from console.domain.errors import HistoryInvalid
from console.history import database
from console.history.outbox import GIVE_UP_S, LEASE_S, Outbox
from console.history.records import Draft
from console.history.store import History

BOTH = ("webhook", "pagerduty")


def targets(outbox: Outbox) -> list[tuple[str, str]]:
    return sorted((each.target, each.state) for each in outbox.deliveries())


def test_without_a_file_nothing_is_there_and_none_is_made(outbox, path) -> None:
    assert (outbox.claim(BOTH), outbox.deliveries(), outbox.expire(), outbox.retry()) == ((), (), 0, 0)
    assert outbox.health().waiting == 0
    assert not outbox.has("x")
    assert not path.exists()


def test_an_alert_is_kept_as_it_was_put(outbox, alert) -> None:
    put = alert(title="alle 5 Größen 💥", undo="console undo 12")
    assert outbox.put(put)
    assert {each.alert for each in outbox.deliveries()} == {put}
    assert outbox.has(put.key)


def test_the_same_key_is_put_once_for_ever(outbox, alert, clock) -> None:
    assert outbox.put(alert())
    for delivery in outbox.claim(BOTH):
        outbox.sent(delivery)
    clock.now += 10 * GIVE_UP_S
    assert not outbox.put(alert(title="another"))
    assert targets(outbox) == [("pagerduty", "sent"), ("webhook", "sent")]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_target_hears_of_what_is_bad_enough_for_it(outbox, alert, severity) -> None:
    outbox.put(alert(severity=severity))
    told = [name for name, _ in targets(outbox)]
    assert told == (["pagerduty", "webhook"] if severity == "critical" else ["webhook"])
    assert at_least(severity, "info")


def test_whoever_was_told_of_the_beginning_is_told_of_the_end(outbox, alert) -> None:
    outbox.put(alert("a"))
    outbox.put(alert("b", severity="info", resolves="a"))
    ends = {each.target: each for each in outbox.deliveries() if each.alert.key == "b"}
    assert sorted(ends) == ["pagerduty", "webhook"]
    began = next(each for each in outbox.deliveries() if each.alert.key == "a")
    assert ends["pagerduty"].resolves_id == began.id


def test_the_end_waits_until_the_beginning_was_told(outbox, alert, clock) -> None:
    """A resolve that overtakes its trigger leaves an incident open that nobody ends."""
    outbox.put(alert("a"))
    for delivery in outbox.claim(BOTH):
        outbox.failed(delivery, "answers 500") if delivery.target == "pagerduty" else outbox.sent(delivery)
    outbox.put(alert("b", severity="info", resolves="a"))
    assert [(each.alert.key, each.target) for each in outbox.claim(BOTH)] == [("b", "webhook")]
    clock.now += 10
    (began,) = outbox.claim(BOTH)
    assert (began.alert.key, began.target) == ("a", "pagerduty")
    outbox.sent(began)
    assert [each.alert.key for each in outbox.claim(("pagerduty",))] == ["b"]


def test_an_alert_without_any_target_is_kept_and_says_so(path, alert) -> None:
    outbox = Outbox(path)
    outbox.put(alert())
    (only,) = outbox.deliveries()
    assert (only.target, only.number) == ("", 0)


def test_ids_differ_between_registries_and_not_between_attempts(tmp_path: Path, alert, clock) -> None:
    ids = []
    for name in ("one", "two"):
        outbox = Outbox(tmp_path / name, {"webhook": "info"}, clock=clock)
        outbox.put(alert())
        (first,) = outbox.claim(BOTH)
        outbox.failed(first, "no")
        clock.now += 6
        (again,) = outbox.claim(BOTH)
        assert again.id == first.id
        ids.append(first.id)
    assert ids[0] != ids[1]


def test_a_long_key_has_a_short_id(outbox, alert) -> None:
    outbox.put(alert("moved/" + "x" * 900))
    outbox.put(alert("moved/" + "x" * 901))
    ids = {each.id for each in outbox.deliveries()}
    assert len(ids) == 2
    assert max(map(len, ids)) <= 255


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(outbox, path, alert, clock) -> None:
    other = Outbox(path, clock=clock)
    outbox.put(alert())
    assert len(outbox.claim(BOTH)) == 2
    assert other.claim(BOTH) == ()
    clock.now += LEASE_S + 1
    assert len(other.claim(BOTH)) == 2


def test_a_sender_that_lost_its_lease_changes_nothing_any_more(outbox, path, alert, clock) -> None:
    other = Outbox(path, clock=clock)
    outbox.put(alert(severity="info"))
    (mine,) = outbox.claim(BOTH)
    clock.now += LEASE_S + 1
    (theirs,) = other.claim(BOTH)
    outbox.failed(mine, "too late")
    other.sent(theirs)
    assert [(each.state, each.error, each.attempts) for each in outbox.deliveries()] == [("sent", "", 1)]


def test_a_claim_of_a_process_that_is_gone_counts_no_longer(outbox, path, alert, clock) -> None:
    outbox.put(alert(severity="info"))
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    host = outbox._owner.rsplit(":", 2)[0]
    assert len(Outbox(path, owner=f"{host}:{child.pid}:x", clock=clock).claim(BOTH)) == 1
    assert len(outbox.claim(BOTH)) == 1


def test_a_claim_of_another_machine_counts_until_its_lease_ends(outbox, path, alert, clock) -> None:
    outbox.put(alert(severity="info"))
    assert len(Outbox(path, owner="elsewhere:1:x", clock=clock).claim(BOTH)) == 1
    assert outbox.claim(BOTH) == ()


def test_a_clock_that_is_set_back_locks_nothing_for_long(outbox, path, alert, clock) -> None:
    outbox.put(alert(severity="info"))
    assert len(outbox.claim(BOTH)) == 1
    later = Outbox(path, clock=lambda: clock.now - 7 * 86_400)
    later.retry()
    assert later.claim(BOTH) == (), "it is due a week later by this clock"
    assert len(Outbox(path, clock=lambda: clock.now + 1 + LEASE_S).claim(BOTH)) == 1


def test_pauses_double_up_to_an_hour(outbox, alert, clock) -> None:
    outbox.put(alert(severity="info"))
    pauses = []
    for _ in range(14):
        (due,) = outbox.claim(BOTH)
        outbox.failed(due, "answers 500")
        (waiting,) = outbox.deliveries()
        pauses.append(waiting.next_at - clock.now)
        clock.now = waiting.next_at
    assert pauses == pytest.approx([5 * 2**n for n in range(10)] + [3_600] * 4)


@pytest.mark.parametrize(("asked", "pause"), [(2.0, 5), (120.0, 120), (1e9, 3_600)])
def test_a_receiver_that_asks_for_time_gets_it_within_an_hour(outbox, alert, clock, asked, pause) -> None:
    outbox.put(alert(severity="info"))
    outbox.failed(outbox.claim(BOTH)[0], "answers 429", after_s=asked)
    assert outbox.deliveries()[0].next_at - clock.now == pytest.approx(pause)


def test_after_three_days_it_is_given_up_and_said_so(outbox, alert, clock) -> None:
    outbox.put(alert(severity="info"))
    began = clock.now
    while due := outbox.claim(BOTH):
        outbox.failed(due[0], "answers 500")
        clock.now = max(clock.now, outbox.deliveries()[0].next_at)
    assert GIVE_UP_S - 3_600 <= clock.now - began <= GIVE_UP_S + 3_600
    health = outbox.health()
    assert (health.waiting, health.given_up, health.last_error) == (0, 1, "webhook: answers 500")
    clock.now += GIVE_UP_S + 1
    assert outbox.health().given_up == 0, "three days later it is only in the list"
    assert outbox.deliveries()[0].state == "given up"


def test_what_nobody_sends_any_more_is_given_up_too(outbox, alert, clock) -> None:
    outbox.put(alert())
    clock.now += GIVE_UP_S + 1
    assert outbox.expire() == 2
    assert outbox.expire() == 0
    assert {state for _, state in targets(outbox)} == {"given up"}


def test_retry_makes_what_failed_due_at_once(outbox, alert, clock) -> None:
    for key in ("a", "b"):
        outbox.put(alert(key, severity="info"))
    for delivery in outbox.claim(BOTH):
        outbox.failed(delivery, "answers 500")
    assert outbox.claim(BOTH) == ()
    assert outbox.retry(["a"]) == 1
    assert [each.alert.key for each in outbox.claim(BOTH)] == ["a"]
    clock.now += GIVE_UP_S + LEASE_S
    outbox.expire()
    assert outbox.retry() == 2
    assert len(outbox.claim(BOTH)) == 2


def test_retry_leaves_alone_what_was_sent_and_what_is_being_sent(outbox, alert) -> None:
    outbox.put(alert("sent", severity="info"))
    outbox.sent(outbox.claim(BOTH)[0])
    outbox.put(alert("going", severity="info"))
    outbox.claim(BOTH)
    assert outbox.retry() == 0


def test_a_history_of_an_older_version_gains_an_outbox_and_loses_nothing(path, outbox, alert, monkeypatch) -> None:
    at = alert().at
    with monkeypatch.context() as older:
        older.setattr(database, "MIGRATIONS", database.MIGRATIONS[:1])
        pending = History(path).begin(Draft(at=at, actor="olga", action="rollout", summary="5 → 25 %"))
        pending.commit(pending.intend(b"a", b"b"))
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert (outbox.deliveries(), outbox.claim(BOTH), outbox.health().waiting) == ((), (), 0)
    assert outbox.put(alert())
    assert len(outbox.claim(BOTH)) == 2
    assert History(path).entries()[0].summary == "5 → 25 %"


def test_another_programs_database_is_refused(path, outbox, alert) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    with pytest.raises(HistoryInvalid, match="another program"):
        outbox.put(alert())


def test_a_locked_file_is_one_clear_error(path, outbox, alert, monkeypatch) -> None:
    outbox.put(alert("a"))
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryInvalid, match="locked"):
            outbox.put(alert("b"))
        db.execute("ROLLBACK")


def test_eight_threads_put_one_alert_once_and_claim_each_delivery_once(path, alert, clock) -> None:
    boxes = [Outbox(path, {"webhook": "info"}, clock=clock) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        put = list(pool.map(lambda box: [box.put(alert(f"k{n}")) for n in range(5)], boxes))
        claimed = [each.alert.key for found in pool.map(lambda box: box.claim(BOTH), boxes) for each in found]
    assert sum(map(sum, put)) == 5
    assert sorted(claimed) == [f"k{n}" for n in range(5)]


def _put_until_killed(path: Path, alerts: list, started) -> None:
    outbox = Outbox(path, {"webhook": "info"})
    for number, one in enumerate(alerts):
        outbox.put(one)
        if number == 3:
            started.set()


def test_kill_9_while_putting_leaves_every_alert_whole_or_absent(path, alert) -> None:
    context = multiprocessing.get_context("fork")
    started = context.Event()
    alerts = [alert(f"k{n}") for n in range(5_000)]
    child = context.Process(target=_put_until_killed, args=(path, alerts, started))
    child.start()
    assert started.wait(10)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    outbox = Outbox(path, {"webhook": "info"})
    found = outbox.deliveries(limit=10_000)
    assert len(found) >= 4
    assert {each.target for each in found} == {"webhook"}
    assert not outbox.put(alerts[0])
    assert outbox.put(alerts[-1])


STEPS = st.lists(st.sampled_from(["put", "claim", "sent", "failed", "retry", "expire", "wait", "other"]), max_size=25)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_whatever_happens_a_sent_alert_is_never_claimed_again(tmp_path_factory, steps) -> None:
    now = [1_795_000_000.0]
    path = tmp_path_factory.mktemp("outbox") / "h.db"
    box, other = (Outbox(path, {"webhook": "info"}, clock=lambda: now[0]) for _ in range(2))
    held, sent, number = [], set(), 0
    for step in steps:
        if step == "put":
            number += 1
            box.put(Alert(key=f"k{number}", severity="info", title="t", at=datetime(2026, 11, 23, tzinfo=UTC)))
        elif step in ("claim", "other"):
            claimed = (box if step == "claim" else other).claim(BOTH)
            assert not sent & {each.alert.key for each in claimed}
            held += claimed if step == "claim" else ()
        elif step == "sent" and held:
            done = held.pop()
            box.sent(done)
            sent |= {each.alert.key for each in box.deliveries() if each.state == "sent"}
        elif step == "failed" and held:
            box.failed(held.pop(), "no")
        elif step == "wait":
            now[0] += 40
        elif step in ("retry", "expire"):
            getattr(box, step)()
    assert {each.alert.key for each in box.deliveries() if each.state == "sent"} == sent
