"""Why data cannot be trusted, one cause at a time, on the tables of a real log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.domain.registry import Canary, Route
from console.traffic import suspicions
from console.traffic.schema import migrate

NOW = 1_800_000_000.0
ROUTE = Route("support", "old", Canary("new", 25, datetime(2026, 11, 20, 9, tzinfo=UTC)))
SERIES = {"production": 1, "canary": 2}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    found = sqlite3.connect(tmp_path / "requests.db", isolation_level=None)
    migrate(found, NOW)
    for arm, number in SERIES.items():
        model = "new" if arm == "canary" else "old"
        found.execute("INSERT INTO series VALUES (?, 'support', ?, ?, ?)", (number, ROUTE.rollout_id, arm, model))
    found.execute("INSERT INTO writers (id, host, pid, started_at) VALUES (1, 'h', 1, 0)")
    yield found
    found.close()


def served(db: sqlite3.Connection, arm: str, model: str, requests: int, at: float = NOW) -> None:
    db.execute("INSERT OR REPLACE INTO served VALUES (?, ?, ?, ?, ?)", (SERIES[arm], model, at // 3600, requests, at))


def insert(db: sqlite3.Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    """All in one transaction: one of its own for each takes milliseconds."""
    db.execute("BEGIN")
    db.executemany(statement, rows)
    db.execute("COMMIT")


def prompted(db: sqlite3.Connection, arm: str, prompt: str, n: int) -> None:
    db.execute("INSERT OR IGNORE INTO shapes (prompt_hash, parameters, sdk) VALUES (?, '', '')", (prompt,))
    shape = db.execute("SELECT id FROM shapes WHERE prompt_hash = ?", (prompt,)).fetchone()[0]
    first = db.execute("SELECT coalesce(max(n), 0) FROM requests").fetchone()[0]
    insert(
        db,
        "INSERT INTO requests (n, id, at, slot, series, evidence, outcome, shape) VALUES (?, ?, 0, 0, ?, 1, 'ok', ?)",
        [(first + i, str(first + i), SERIES[arm], shape) for i in range(1, n + 1)],
    )


def causes(db: sqlite3.Connection, notes: dict[str, Any], now: float = NOW) -> tuple[str, ...]:
    return suspicions.passing(db, ROUTE, notes, now).causes


def test_a_healthy_log_arouses_none(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    for arm, model in (("production", "old"), ("canary", "new")):
        served(db, arm, model, 500)
        prompted(db, arm, "p", 150)
    assert causes(db, notes) == causes(db, notes) == ()


def test_another_model_that_answers_is_named_until_it_stops(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    served(db, "canary", "new", 500)
    assert causes(db, notes) == ()
    served(db, "canary", "new-2026-11-30", 3)
    assert causes(db, notes) == ("new is answered by new-2026-11-30",)
    assert causes(db, notes, NOW + suspicions.RECENT_S) == ()


def test_what_answers_from_the_start_is_what_is_compared(db: sqlite3.Connection) -> None:
    served(db, "canary", "new-001", 500)
    notes: dict[str, Any] = {}
    assert causes(db, notes) == ()
    served(db, "canary", "new-001", 900)
    assert causes(db, notes) == ()


PINNED = replace(ROUTE, production="claude-haiku-4-5-20251001")


def pinned(db: sqlite3.Connection) -> None:
    """Production is asked for by a pinned id from here on."""
    db.execute("UPDATE series SET model = ? WHERE id = ?", (PINNED.production, SERIES["production"]))


def test_a_pinned_id_that_another_model_answers_is_suspect_from_the_first_answer(db: sqlite3.Connection) -> None:
    pinned(db)
    served(db, "production", "claude-haiku-5-5", 1)
    found = suspicions.passing(db, PINNED, {}, NOW)
    assert found.causes == ("claude-haiku-4-5-20251001 is answered by claude-haiku-5-5",)
    assert found.voids(int(NOW // 10), int(NOW // 10))
    assert not found.voids(0, int(NOW // 3600) * 360 - 1), "nothing before the hour in which it began"


def test_another_spelling_of_a_pinned_id_is_the_same_model(db: sqlite3.Connection) -> None:
    pinned(db)
    served(db, "production", "claude-haiku-4-5-20251001", 500)
    notes: dict[str, Any] = {}
    assert causes(db, notes) == ()
    served(db, "production", "anthropic/claude-haiku-4-5-20251001", 3)
    assert causes(db, notes) == ()


def test_an_answer_that_names_no_model_is_no_other_model(db: sqlite3.Connection) -> None:
    served(db, "canary", "new", 500)
    notes: dict[str, Any] = {}
    assert causes(db, notes) == ()
    served(db, "canary", "", 5)
    assert causes(db, notes) == ()


def test_an_alias_that_moved_while_nobody_looked_is_found_at_the_first_look(db: sqlite3.Connection) -> None:
    served(db, "canary", "new-001", 500, NOW - 20 * 3_600)
    served(db, "canary", "new-002", 40, NOW - 10)
    found = suspicions.passing(db, ROUTE, {}, NOW)
    assert found.causes == ("new is answered by new-002",)
    assert not found.everything
    assert not found.voids(0, int((NOW - 4_000) // 10)), "what was served before it moved stays evidence"
    assert found.voids(int((NOW - 20) // 10), int(NOW // 10))


def test_an_hour_of_another_model_stays_out_after_it_is_over(db: sqlite3.Connection) -> None:
    for hours, model, n in ((30, "new-001", 500), (20, "new-002", 40), (0, "new-001", 100)):
        served(db, "canary", model, n, NOW - hours * 3_600)
    found = suspicions.passing(db, ROUTE, {}, NOW)
    assert found.causes == ()
    assert found.voids(int((NOW - 72_010) // 10), int((NOW - 72_000) // 10))
    assert not found.voids(int((NOW - 60_000) // 10), int(NOW // 10))


def test_what_stood_in_the_first_answers_together_is_what_an_alias_stands_for(db: sqlite3.Connection) -> None:
    served(db, "canary", "new-001", 5, NOW - 7_200)
    served(db, "canary", "new-002", 50, NOW - 3_600)
    assert causes(db, {}) == (), "five answers do not say what it stands for"


def test_a_few_answers_are_not_yet_a_habit(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    served(db, "canary", "new", suspicions.ENOUGH - 1)
    causes(db, notes)
    served(db, "canary", "other", 1)
    assert causes(db, notes) == ()


def test_a_prompt_that_changes_on_one_arm_voids_the_comparison(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    for arm in SERIES:
        prompted(db, arm, "p1", 100)
    assert causes(db, notes) == ()
    prompted(db, "canary", "p2", 300)
    assert causes(db, notes) == ("the prompt changed on canary",)
    assert causes(db, notes) == ("the prompt changed on canary",), "as long as it is so"


def test_a_prompt_that_changed_on_both_arms_is_the_new_one(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    for prompt in ("p1", "p2"):
        for arm in SERIES:
            prompted(db, arm, prompt, 200)
        expected = () if prompt == "p1" else ("the prompt changed on both arms",)
        assert causes(db, notes) == expected
    assert causes(db, notes) == ()


def test_a_prompt_that_is_never_the_same_is_not_judged(db: sqlite3.Connection) -> None:
    notes: dict[str, Any] = {}
    for request in range(60):
        for arm in SERIES:
            prompted(db, arm, f"request {request} on {arm}", 1)
        assert causes(db, notes) == ()


@pytest.mark.parametrize(("lost", "written", "told"), [(0, 1_000, False), (20, 1_000, False), (21, 1_000, True)])
def test_dropped_requests_beyond_two_percent_are_told(
    db: sqlite3.Connection, lost: int, written: int, told: bool
) -> None:
    notes: dict[str, Any] = {}
    db.execute("UPDATE writers SET dropped = 900, rows = 50")
    assert causes(db, notes) == (), "what was lost before the rollout is not its loss"
    db.execute("UPDATE writers SET dropped = 900 + ?, rows = 50 + ?", (lost, written))
    assert causes(db, notes) == ((f"{lost} requests were dropped by the log",) if told else ())
    assert causes(db, notes) == (), "it clears when nothing more is lost"


# The split


def users(db: sqlite3.Connection, production: int, canary: int) -> None:
    db.execute(
        "INSERT INTO rollouts (rollout, first_slot, production, canary) VALUES (?, 0, ?, ?)",
        (ROUTE.rollout_id, production, canary),
    )


@pytest.mark.parametrize(("production", "canary", "told"), [(7_500, 2_500, ""), (7_000, 3_000, "30.0 %"), (8, 2, "")])
def test_a_split_is_suspect_when_it_is_not_the_one_set(
    db: sqlite3.Connection, production: int, canary: int, told: str
) -> None:
    users(db, production, canary)
    said = suspicions.split(db, ROUTE, [], {}, NOW)
    assert said == (f"canary share {told} of users, 25 % configured" if told else "")


def test_without_users_and_at_the_ends_there_is_no_split(db: sqlite3.Connection) -> None:
    assert suspicions.split(db, ROUTE, [], {}, NOW) == ""
    users(db, 100, 900)
    for share in (0, 100):
        whole = Route("support", "old", Canary("new", share, ROUTE.canary.start)) if ROUTE.canary else ROUTE
        assert suspicions.split(db, whole, [], {}, NOW) == ""


def test_after_a_step_only_users_that_are_new_since_count(db: sqlite3.Connection) -> None:
    """At 5 % there were 950 and 50; then 25 % was set, and of the new ones a quarter went to the canary."""
    users(db, 950 + 300, 50 + 100)
    rows = [("production", 10)] * 950 + [("canary", 10)] * 50 + [("production", 99)] * 300 + [("canary", 99)] * 100
    insert(
        db,
        "INSERT INTO rollout_users (rollout, user, arm, first_slot, counted, errors, refusals, truncated, empty)"
        " VALUES (1, ?, ?, ?, 1, 0, 0, 0, 0)",
        [(str(index).encode(), arm, slot) for index, (arm, slot) in enumerate(rows)],
    )
    assert suspicions.split(db, ROUTE, [], {}, NOW) != "", "all together they are not a quarter"
    assert suspicions.split(db, ROUTE, [(50, 25.0)], {}, NOW) == ""


@pytest.mark.parametrize(("lately", "told"), [((60, 20), False), ((75, 5), True), ((6, 2), True)])
def test_a_step_that_nobody_saw_shows_in_the_users_of_the_last_minutes(
    db: sqlite3.Connection, lately: tuple[int, int], told: bool
) -> None:
    """At 5 % there were 950 and 50. Too few users of the last minutes say nothing."""
    users(db, 950, 50)
    of = [arm for arm, n in zip(("production", "canary"), lately, strict=True) for _ in range(n)]
    insert(
        db,
        "INSERT INTO requests (n, id, at, slot, series, user, why, evidence, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?, 'bucket', 1, 'ok')",
        [(n, str(n), NOW, NOW // 10, SERIES[arm], str(n).encode()) for n, arm in enumerate(of)],
    )
    notes: dict[str, Any] = {}
    assert bool(suspicions.split(db, ROUTE, [], notes, NOW)) == told
    assert bool(suspicions.split(db, ROUTE, [], notes, NOW + 3_600)) == told, "from then on new users are counted"
