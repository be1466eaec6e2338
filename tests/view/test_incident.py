"""The incident note: everything a person needs who was not there, and nothing that acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.actions.desk import Desk
from console.actions.requests import Rollback, SetShare, Undo
from console.actions.standing import UNKNOWN, Standing
from console.guard.telling import alert_of_change
from console.history.outbox import Outbox
from console.history.records import Entry
from console.history.store import History, beside
from console.view.incident import details, incident_note, note, told_of

SMALL = b"""\
schema = 1

[routes.a]
production = "m"

[models.m]
provider = "openai"
pinned_date = 2026-01-01
reason = "r"
"""
AT = datetime(2026, 11, 24, 14, 33, 2, tzinfo=UTC)
STANDING = Standing(
    state="regression",
    sentence="error rate 3.4 % against 1.0 %: +2.4 points",
    details=("error rate 3.4 % against 1.0 %", "latency p95 1.3 s against 1.2 s"),
    production_requests=40_000,
    canary_requests=2_081,
    canary_users=1,
)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "payments" / "registry.toml"
    path.parent.mkdir()
    example = Path(__file__).parents[2] / "console" / "demo" / "registry.toml"
    path.write_bytes(example.read_bytes())
    return path


def act(
    registry: Path, request, *, actor: str = "guard", reason: str = "because", standing=UNKNOWN, minutes=0
) -> Entry:
    desk = Desk(registry, actor=actor, clock=lambda: AT + timedelta(minutes=minutes))
    desk.apply(desk.plan(request, standing, reason=reason), reason=reason, force=True)
    return History(beside(registry)).entries()[0]


def rolled_back(registry: Path) -> Entry:
    act(registry, SetShare("support", 25), actor="olga@desk", minutes=-60)
    return act(registry, Rollback("support", "canary"), reason=STANDING.sentence, standing=STANDING)


def test_a_note_says_when_why_what_and_how_to_take_it_back(registry: Path) -> None:
    text = incident_note(registry, rolled_back(registry))
    assert text.startswith("# support canary rolled back, 25 → 0 %\n")
    for line in (
        "- When: 2026-11-24 14:33:02 UTC",
        "- By: guard (change 2)",
        "- Now: still in force",
        "Regression: error rate 3.4 % against 1.0 %: +2.4 points",
        "- latency p95 1.3 s against 1.2 s",
        "- 2,081 requests on canary, 40,000 requests on production",
        "- 1 user on canary",
        "-canary_percentage = 25",
        "+canary_percentage = 0",
        'console undo 2 --force --reason "…"',
        "| 2026-11-24 13:33:02 UTC | 1 | olga@desk | support canary 5 → 25 % |",
    ):
        assert line in text.splitlines(), line
    assert "- Where: payments/registry.toml on " in text
    assert "route `support`" in text
    assert "**support canary rolled back, 25 → 0 %**" in text


def test_the_timeline_is_that_of_the_route_and_in_order(registry: Path) -> None:
    entry = rolled_back(registry)
    act(registry, Undo(2), actor="olga@desk", reason="it was the provider", minutes=30)
    text = incident_note(registry, History(beside(registry)).entry(entry.number) or entry)
    rows = [line for line in text.splitlines() if line.startswith("| 2026")]
    assert [row.split(" | ")[1] for row in rows] == ["1", "2", "3"]
    assert "- Now: taken back by change 3" in text
    assert "Change 3 has taken it back." in text


def test_who_was_told_comes_from_the_outbox(registry: Path) -> None:
    entry = rolled_back(registry)
    assert "Nobody was told of it." in incident_note(registry, entry)
    outbox = Outbox(beside(registry), {"slack": "info", "webhook": "info"}, clock=lambda: AT.timestamp() + 2)
    outbox.put(alert_of_change(entry))
    first, second = outbox.claim(("slack", "webhook"))
    outbox.sent(first)
    outbox.failed(second, "timed out")
    assert told_of(registry, entry) == (
        "slack at 2026-11-24 14:33:04 UTC",
        "webhook, not yet (waiting: timed out)",
    )
    assert "- slack at 2026-11-24 14:33:04 UTC" in incident_note(registry, entry)


def test_a_change_without_evidence_says_so(registry: Path) -> None:
    text = incident_note(registry, act(registry, SetShare("support", 25), actor="olga@desk", reason=""))
    assert "No verdict was known." in text
    assert details(None) == ()


def test_text_from_outside_stays_text(registry: Path) -> None:
    reason = "[click](http://evil) <b>x</b> | `y` *z* \x1b[31m ```"
    entry = act(registry, SetShare("support", 25), actor="o|ga@desk", reason=reason)
    text = incident_note(registry, entry)
    assert "\x1b" not in text
    assert "[click](" not in text
    assert "<b>" not in text
    assert "o\\|ga@desk" in text
    assert text.count("```") == 4


def test_a_fence_in_the_file_does_not_end_the_block() -> None:
    entry = Entry(
        number=1,
        at=AT,
        actor="external",
        action="edit",
        summary="edited by hand",
        before=SMALL,
        after=SMALL + b"# ```\n",
    )
    assert note(entry, (), (), "here").count("```") == 4


def test_a_long_timeline_is_cut_around_the_change() -> None:
    def change(number: int) -> Entry:
        return Entry(
            number=number, at=AT + timedelta(minutes=number), actor="a", action="rollout", summary=f"change {number}",
            before=SMALL, after=SMALL,
        )  # fmt: skip

    text = note(change(50), [change(number) for number in range(1, 100)], (), "here")
    rows = [line for line in text.splitlines() if line.startswith("| 2026")]
    assert len(rows) == 41
    assert "change 50" in rows[20]
