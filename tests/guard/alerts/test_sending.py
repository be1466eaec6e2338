"""The sender with real receivers: nothing blocks, nothing is lost, nothing is told twice that needs not be."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

import pytest

from console.guard.alerts.channels import PagerDuty, Slack, Webhook
from console.guard.alerts.posting import Limits
from console.guard.alerts.records import NotSent, Target
from console.guard.alerts.sending import Sender, attempt, source_of
from console.guard.alerts.targets import from_environment
from console.history import database
from console.history.outbox import Outbox

SOURCE = "payments/registry.toml on web-1"
QUICK = Limits(0.5, 0.8)


def target(url: str, name: str = "webhook", limits: Limits = QUICK) -> Target:
    return Target(name, "https://…", "info", Webhook(url, limits=limits))


@pytest.fixture
def box(path) -> Outbox:
    """With the real clock, for two targets that hear of everything."""
    return Outbox(path, {"webhook": "info", "slack": "info"})


@pytest.fixture
def sending(box):
    """Starts senders, and stops them."""
    running: list[Sender] = []

    def start(*targets: Target, outbox: Outbox | None = None) -> Sender:
        running.append(Sender(outbox or box, targets, SOURCE, every_s=0.02).start())
        return running[-1]

    yield start
    for sender in running:
        sender.close(2.0)


def states(box: Outbox) -> dict[str, str]:
    return {each.target: each.state for each in box.deliveries()}


def test_what_is_put_arrives(box, sending, receiver, alert, until) -> None:
    sender = sending(target(receiver.url))
    box.put(alert())
    sender.wake()
    until(lambda: states(box)["webhook"] == "sent")
    assert json.loads(receiver.heard[0].body)["source"] == SOURCE


def test_what_another_process_put_arrives_without_being_woken(path, sending, receiver, alert, until) -> None:
    sending(target(receiver.url))
    Outbox(path, {"webhook": "info"}).put(alert())
    until(lambda: receiver.heard)


def test_what_was_put_before_the_sender_started_arrives(box, sending, receiver, alert, until) -> None:
    box.put(alert())
    sending(target(receiver.url))
    until(lambda: receiver.heard)


def test_a_receiver_that_hangs_holds_up_nobody(box, sending, receivers, alert, until) -> None:
    slow, quick = receivers("hang"), receivers()
    sender = sending(target(slow.url, limits=Limits(5, 5)), target(quick.url, "slack"))
    before = time.monotonic()
    for number in range(20):
        box.put(alert(f"k{number}"))
        sender.wake()
    assert time.monotonic() - before < 2, "putting waits for nobody"
    until(lambda: len(quick.heard) == 20)
    assert len(slow.heard) <= 1


def test_500_then_good_is_tried_again_after_a_pause(path, receivers, alert, clock) -> None:
    flaky = receivers(500, 200)
    box = Outbox(path, {"webhook": "info"}, clock=clock)
    box.put(alert())
    hook = target(flaky.url)
    assert attempt(box, hook, box.claim(["webhook"])[0], SOURCE).error == "answers 500"
    assert box.claim(["webhook"]) == ()
    clock.now += 5
    assert attempt(box, hook, box.claim(["webhook"])[0], SOURCE).error == ""
    ids = [heard.headers["idempotency-key"] for heard in flaky.heard]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert states(box) == {"webhook": "sent"}


def test_429_is_left_alone_as_long_as_it_asks(path, receivers, alert, clock) -> None:
    busy = receivers(429, 200, **{"retry-after": "90"})
    box = Outbox(path, {"webhook": "info"}, clock=clock)
    box.put(alert())
    attempt(box, target(busy.url), box.claim(["webhook"])[0], SOURCE)
    clock.now += 89
    assert box.claim(["webhook"]) == ()
    clock.now += 2
    assert len(box.claim(["webhook"])) == 1


@pytest.mark.parametrize("how", [302, 400, 404, 500, "garbage", "close", "hang"])
def test_whatever_a_receiver_does_the_alert_waits_and_the_reason_is_kept(path, receivers, alert, clock, how) -> None:
    box = Outbox(path, {"webhook": "info"}, clock=clock)
    box.put(alert())
    result = attempt(box, target(receivers(how, location="/x").url), box.claim(["webhook"])[0], SOURCE)
    (waiting,) = box.deliveries()
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, result.error)
    assert box.health().failing == 1


def test_ten_megabytes_are_an_answer_like_any_other(path, receivers, alert, clock) -> None:
    box = Outbox(path, {"webhook": "info"}, clock=clock)
    box.put(alert())
    assert attempt(box, target(receivers("huge").url), box.claim(["webhook"])[0], SOURCE).error == ""


def test_a_channel_with_a_defect_ends_no_sender_and_tells_no_secret(box, sending, receiver, alert, until) -> None:
    class Broken:
        def send(self, delivery, source) -> None:
            raise ZeroDivisionError("tgram://T0SECRET")

    sending(Target("slack", "…", "info", Broken()), target(receiver.url))
    box.put(alert("a"))
    box.put(alert("b"))
    until(lambda: sum(each.error != "" or each.state == "sent" for each in box.deliveries()) == 4)
    assert {each.error for each in box.deliveries(unsent=True)} == {"failed with ZeroDivisionError"}
    assert len(receiver.heard) == 2


def test_two_senders_of_one_registry_tell_each_alert_once(path, sending, receiver, alert, until) -> None:
    boxes = [Outbox(path, {"webhook": "info"}) for _ in range(3)]
    for one in boxes:
        sending(target(receiver.url), outbox=one)
    for number in range(30):
        boxes[0].put(alert(f"k{number}"))
    until(lambda: all(each.state == "sent" for each in boxes[0].deliveries(limit=100)))
    keys = Counter(json.loads(heard.body)["key"] for heard in receiver.heard)
    assert keys == Counter({f"k{n}": 1 for n in range(30)})


def test_closing_sends_what_was_just_put(box, sending, receiver, alert) -> None:
    sender = Sender(box, [target(receiver.url)], SOURCE, every_s=60).start()
    box.put(alert())
    assert sender.close(5.0)
    assert states(box)["webhook"] == "sent"


def test_closing_waits_no_longer_than_it_may(box, sending, receivers, alert, until) -> None:
    slow = receivers("hang")
    sender = Sender(box, [target(slow.url, limits=Limits(5, 5))], SOURCE, every_s=0.02).start()
    box.put(alert())
    until(lambda: slow.heard)
    before = time.monotonic()
    assert not sender.close(0.2)
    assert time.monotonic() - before < 2
    assert states(box)["webhook"] == "waiting", "the next sender has it"


def test_a_sender_without_targets_and_one_never_started_can_be_closed(box, receiver) -> None:
    assert Sender(box, [], SOURCE).start().close()
    assert Sender(box, [target(receiver.url)], SOURCE).close()


def test_an_outbox_that_cannot_be_read_is_said_and_tried_again(box, path, sending, receiver, alert, until) -> None:
    box.put(alert())
    whole = path.read_bytes()
    path.write_bytes(b"no database" * 100)
    sender = sending(target(receiver.url))
    until(lambda: "no history" in sender.problem)
    path.write_bytes(whole)
    until(lambda: receiver.heard and not sender.problem)


def test_what_was_told_is_written_down_however_long_others_lock_the_file(
    box, path, receiver, alert, monkeypatch, until
) -> None:
    box.put(alert())
    (mine,) = box.claim(["webhook"])
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    with sqlite3.connect(path, isolation_level=None, check_same_thread=False) as db:
        db.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.6, db.execute, ("ROLLBACK",)).start()
        assert attempt(box, target(receiver.url), mine, SOURCE).error == ""
    assert states(box)["webhook"] == "sent"


CRASHING = """
import os, signal, sys
from pathlib import Path
from console.guard.alerts.channels import Webhook
from console.history.outbox import Outbox
box = Outbox(Path(sys.argv[1]), {})
(mine,) = box.claim(["webhook"])
if sys.argv[3] == "after":
    Webhook(sys.argv[2]).send(mine, "here")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("moment", "times"), [("before", 1), ("after", 2)])
def test_kill_9_loses_no_alert_and_a_second_copy_has_the_same_id(
    box, path, sending, receiver, alert, until, moment, times
) -> None:
    """Between sending and writing that down nothing can tell whether it was sent: it is sent again at once."""
    box.put(alert())
    died = subprocess.run([sys.executable, "-c", CRASHING, str(path), receiver.url, moment], check=False, timeout=30)
    assert died.returncode == -signal.SIGKILL
    sending(target(receiver.url))
    until(lambda: states(box)["webhook"] == "sent")
    assert len(receiver.heard) == times
    assert len({heard.headers["idempotency-key"] for heard in receiver.heard}) == 1


def test_addresses_keys_and_passwords_are_in_no_file_no_log_and_no_error(
    tmp_path: Path, receivers, mail_servers, alert, caplog, capfd
) -> None:
    caplog.set_level("DEBUG")
    refusing = mail_servers(AUTH="535 S3CR3T is wrong")
    down = receivers(500, location="https://example.com/S3CR3T")
    port = down.port
    found = from_environment(
        {
            "CONSOLE_ALERTS_SLACK": f"http://127.0.0.1:{port}/S3CR3T",
            "CONSOLE_ALERTS_WEBHOOK": f"http://127.0.0.1:{port}/?token=S3CR3T",
            "CONSOLE_ALERTS_WEBHOOK_SECRET": "S3CR3T",
            "CONSOLE_ALERTS_PAGERDUTY": f"http://127.0.0.1:{port}/?routing_key=S3CR3T",
            "CONSOLE_ALERTS_EMAIL": f"smtp://S3CR3T:S3CR3T@127.0.0.1:{refusing.port}?from=a@b.c&to=S3CR3T@example.com",
        }
    )
    assert len(found.targets) == 4
    box = Outbox(tmp_path / "h.db", found.names)
    box.put(alert())
    for one in found.targets:
        for delivery in box.claim([one.name]):
            assert attempt(box, one, delivery, SOURCE).error
        try:
            one.channel.send(delivery, SOURCE)
        except NotSent as error:
            told = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
            assert "S3CR3T" not in told
    assert len(box.deliveries()) == 4
    assert all(b"S3CR3T" not in file.read_bytes() for file in tmp_path.iterdir())
    out, err = capfd.readouterr()
    assert "S3CR3T" not in out + err + caplog.text + repr(found) + repr(box.deliveries()) + repr(box.health())


def test_slack_and_pagerduty_go_the_same_way(path, sending, receivers, alert, until) -> None:
    slack, pager = receivers(), receivers(202)
    box = Outbox(path, {"slack": "info", "pagerduty": "warning"})
    sending(
        Target("slack", "…", "info", Slack(slack.url, QUICK)),
        Target("pagerduty", "…", "warning", PagerDuty("K3Y", pager.url, QUICK)),
        outbox=box,
    )
    box.put(alert("a"))
    box.put(alert("b", severity="info", resolves="a"))
    until(lambda: all(each.state == "sent" for each in box.deliveries()))
    assert [json.loads(heard.body)["event_action"] for heard in pager.heard] == ["trigger", "resolve"]
    assert len(slack.heard) == 2


def test_the_source_names_folder_file_and_machine(tmp_path: Path) -> None:
    assert source_of(tmp_path / "registry.toml") == f"{tmp_path.name}/registry.toml on {os.uname().nodename}"
