"""What `console doctor` finds about alerts: who is told, what is set up wrong, and what has not arrived."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from console.domain.alerts import Alert
from console.history.outbox import GIVE_UP_S, Outbox
from console.history.store import beside


@pytest.fixture
def found(console):
    """The findings of the section by name."""

    def ask() -> dict[str, dict]:
        document = console("doctor", "--json").json
        return {check["name"]: check for check in document["checks"] if check["section"] == "alerts"}

    return ask


@pytest.fixture
def outbox(world) -> Outbox:
    made = Outbox(beside(world.registry), {"slack": "info"})
    for key in ("a", "b"):
        made.put(Alert(key=key, severity="info", title="t", at=datetime(2026, 11, 23, tzinfo=UTC)))
    return made


def test_nobody_to_tell_is_no_fault(found, world) -> None:
    assert {name: check["level"] for name, check in found().items()} == {"targets": "none", "outbox": "good"}
    assert not beside(world.registry).exists()


def test_targets_are_shown_masked_and_wrong_variables_named(found, world, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ALERTS_SLACK", "https://hooks.slack.com/services/S3CR3T")
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", "ftp://S3CR3T")
    checks = found()
    assert (checks["slack"]["level"], checks["slack"]["text"]) == ("good", "https://hooks.slack.com/…, from info on")
    assert (checks["CONSOLE_ALERTS_WEBHOOK"]["level"], "S3CR3T" in str(checks)) == ("bad", False)


def test_what_is_on_its_way_is_good(found, outbox) -> None:
    assert (found()["outbox"]["level"], found()["outbox"]["text"]) == ("good", "2 alerts are on the way")


def test_what_failed_is_to_be_looked_at_with_the_command_that_shows_it(found, outbox) -> None:
    outbox.failed(outbox.claim(["slack"])[0], "answers 500")
    check = found()["outbox"]
    assert (check["level"], check["text"]) == ("look", "1 alert has not arrived yet (slack: answers 500)")
    assert "console alert list --unsent" in check["hint"]


def test_what_was_given_up_is_said(found, world, outbox) -> None:
    outbox.failed(outbox.claim(["slack"], limit=1)[0], "answers 404")
    Outbox(beside(world.registry), clock=lambda: time.time() + GIVE_UP_S + 60).expire()
    assert found()["outbox"]["text"] == "2 alerts were given up (slack: answers 404)"


def test_a_damaged_history_is_one_finding_not_two(console, world, found) -> None:
    beside(world.registry).write_bytes(b"no database" * 100)
    assert "outbox" not in found()
    assert console("doctor").code == 3
