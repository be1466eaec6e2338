"""`console alert`: a test that reaches real receivers, the list of what was told, and sending again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from console.domain.alerts import Alert
from console.history.outbox import Outbox
from console.history.store import beside

AT = datetime(2026, 11, 23, 14, 33, 2, tzinfo=UTC)


class Hook:
    """A receiver: what it answers, and what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[dict] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/S3CR3T"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def put(world):
    """Puts an alert into the outbox beside the world's registry."""

    def make(key: str = "history/12", **values) -> Outbox:
        outbox = Outbox(beside(world.registry), {"webhook": "info"})
        usual = {"severity": "critical", "title": "support: canary rolled back to 0 %", "at": AT, "route": "support"}
        outbox.put(Alert(key=key, **{**usual, **values}))
        return outbox

    return make


def test_a_test_reaches_every_target_and_says_so_without_the_address(console, world, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_SLACK", hook.url)
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    result = console("alert", "test")
    assert result.code == 0
    assert [line.split() for line in result.out.splitlines()] == [
        ["slack", "http://127.0.0.1/…", "sent"],
        ["webhook", "http://127.0.0.1/…", "sent"],
    ]
    assert "S3CR3T" not in result.out + result.err
    slack, document = hook.heard
    assert slack["text"] == "INFO test alert of the console: nothing happened"
    assert document["source"].endswith(
        f"{world.registry.parent.name}/registry.toml on {document['source'].split()[-1]}"
    )


def test_a_test_of_one_target_leaves_the_others_alone(console, world, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_SLACK", hook.url)
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    assert console("alert", "test", "--target", "webhook").code == 0
    assert len(hook.heard) == 1


def test_a_test_of_pagerduty_calls_nobody(console, world, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_PAGERDUTY", f"{hook.url}?routing_key=K3Y")
    assert console("alert", "test").code == 0
    trigger, resolve = hook.heard
    assert (trigger["event_action"], trigger["payload"]["severity"]) == ("trigger", "info")
    assert (resolve["event_action"], resolve["dedup_key"]) == ("resolve", trigger["dedup_key"])


def test_a_test_that_fails_ends_with_one_and_says_why(console, world, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    hook.status = 404
    result = console("alert", "test", "--json")
    assert result.code == 1
    assert json.loads(result.out)["results"] == [
        {"target": "webhook", "address": "http://127.0.0.1/…", "sent": False, "error": "answers 404"}
    ]


def test_a_test_writes_nothing(console, world, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    before = sorted(world.registry.parent.iterdir())
    assert console("alert", "test", "--read-only").code == 0
    assert sorted(world.registry.parent.iterdir()) == before


def test_without_a_target_a_test_is_a_mistake_that_names_what_to_do(console, world) -> None:
    result = console("alert", "test")
    assert result.code == 2
    assert "nobody is told" in result.err
    assert "CONSOLE_ALERTS_SLACK" in result.err
    assert "slack is not set up" in console("alert", "test", "--target", "slack").err


def test_a_wrong_variable_is_named_without_its_value_and_the_others_are_tested(
    console, world, hook, monkeypatch
) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_SLACK", "hooks.slack.com/S3CR3T")
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    result = console("alert", "test")
    assert result.code == 2
    assert "CONSOLE_ALERTS_SLACK must begin with https://" in result.err
    assert "S3CR3T" not in result.out + result.err
    assert len(hook.heard) == 1


def test_a_registry_that_is_not_there_is_said(console, world) -> None:
    for action in ("test", "list", "retry"):
        result = console("alert", action, "--registry", "missing.toml")
        assert result.code == 3
        assert "missing.toml" in result.err


def test_the_list_says_what_was_told_to_whom_and_why_not(console, world, put) -> None:
    outbox = put()
    outbox.failed(outbox.claim(["webhook"])[0], "answers 500")
    put("history/13", title="told \x1b[2J", severity="info")
    outbox.sent(outbox.claim(["webhook"])[0])
    result = console("alert", "list")
    newest, older = result.out.splitlines()
    assert newest.split()[2:6] == ["info", "webhook", "sent", "history/13"]
    assert "\x1b" not in result.out
    assert "waiting after 1 try, again in 5 s: answers 500" in older
    assert "nobody is told" in result.err
    assert len(console("alert", "list", "--unsent").out.splitlines()) == 1
    assert len(console("alert", "list", "--limit", "1").out.splitlines()) == 1
    assert console("alert", "list", "--target", "slack").out == ""


def test_the_list_of_one_target_goes_further_back_than_what_others_were_told(console, world) -> None:
    box = Outbox(beside(world.registry), {"email": "critical", "webhook": "info"})
    for number, severity in enumerate(("critical", *["info"] * 60)):
        box.put(Alert(key=f"k/{number}", severity=severity, title="t", at=AT))
    assert "k/0" in console("alert", "list", "--unsent", "--target", "email").out


def test_the_list_as_json_has_everything_a_script_needs(console, world, put, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    monkeypatch.setenv("CONSOLE_ALERTS_EMAIL", "S3CR3T")
    outbox = put()
    outbox.failed(outbox.claim(["webhook"])[0], "answers 500")
    result = console("alert", "list", "--json")
    found = json.loads(result.out)
    assert found["targets"] == [{"name": "webhook", "address": "http://127.0.0.1/…", "from": "info"}]
    assert found["problems"][0]["variable"] == "CONSOLE_ALERTS_EMAIL"
    (alert,) = found["alerts"]
    assert (alert["key"], alert["state"], alert["attempts"], alert["error"]) == (
        "history/12",
        "waiting",
        1,
        "answers 500",
    )
    assert found["health"] == {"waiting": 1, "failing": 1, "given_up": 0, "last_error": "webhook: answers 500"}
    assert "S3CR3T" not in result.out + result.err


def test_an_alert_that_nobody_was_to_be_told_of_says_so(console, world) -> None:
    Outbox(beside(world.registry)).put(Alert(key="k", severity="info", title="t", at=AT))
    assert "no target" in console("alert", "list").out


def test_an_empty_list_is_no_failure(console, world) -> None:
    result = console("alert", "list")
    assert (result.code, result.out) == (0, "")
    assert "no alert yet" in result.err


def test_retry_sends_again_what_failed(console, world, put, hook, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", hook.url)
    for key in ("history/12", "history/13"):
        outbox = put(key)
        outbox.failed(outbox.claim(["webhook"])[0], "answers 500")
    result = console("alert", "retry", "history/13")
    assert (result.code, [heard["key"] for heard in hook.heard]) == (0, ["history/13"])
    assert "1 alert waits" in result.err
    hook.status = 500
    assert console("alert", "retry").code == 1
    hook.status = 200
    assert console("alert", "retry").code == 0
    assert [each.state for each in outbox.deliveries()] == ["sent", "sent"]
    assert "nothing has failed" in console("alert", "retry").err


def test_retry_refuses_what_it_does_not_know_and_to_write_read_only(console, world, put) -> None:
    put()
    unknown = console("alert", "retry", "history/99")
    assert unknown.code == 2
    assert "no alert 'history/99'" in unknown.err
    assert console("alert", "retry", "--read-only").code == 1
    assert console("alert", "list", "history/12").code == 2


def test_a_damaged_history_is_one_clear_error(console, world) -> None:
    beside(world.registry).write_bytes(b"no database" * 100)
    for action in ("list", "retry"):
        result = console("alert", action)
        assert result.code == 3
        assert "damaged" in result.err


def test_status_says_what_has_not_arrived(console, world, put) -> None:
    assert console("status", "--json").json["alerts"] == {"waiting": 0, "failing": 0, "given_up": 0, "last_error": ""}
    outbox = put()
    assert "arrived" not in console("status").err
    outbox.failed(outbox.claim(["webhook"])[0], "answers 500")
    assert (
        "1 alert has not arrived yet (webhook: answers 500); see console alert list --unsent" in console("status").err
    )
    assert console("status", "--json").json["alerts"]["failing"] == 1
    beside(world.registry).write_bytes(b"no database" * 100)
    assert console("status", "--json").json["alerts"]["failing"] == 0
