"""SQL that is tried on invented tables: what finds the same, what does not, and that it can do nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from console.triage.judging import triage
from console.triage.querying import queried

TASK = "Tables users(id, name, city) and orders(id, user_id, total, created_at)."
TOP = "SELECT u.name, SUM(o.total) AS s FROM users u JOIN orders o ON o.user_id = u.id"
SUMS = f"{TOP} GROUP BY u.id, u.name ORDER BY s DESC"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            f"{SUMS} LIMIT 3;",
            "WITH t AS (SELECT user_id, SUM(total) AS s FROM orders GROUP BY user_id) SELECT users.name, t.s FROM t "
            "INNER JOIN users ON users.id = t.user_id ORDER BY t.s DESC FETCH FIRST 3 ROWS ONLY",
        ),
        (
            "SELECT name FROM users WHERE id NOT IN (SELECT user_id FROM orders WHERE user_id IS NOT NULL)",
            "SELECT u.name FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.id IS NULL",
        ),
        (
            "SELECT DISTINCT city FROM users WHERE city IS NOT NULL -- once each",
            "SELECT city FROM users WHERE NOT city IS NULL GROUP BY city",
        ),
        (
            "SELECT id FROM orders WHERE created_at >= NOW() - INTERVAL '90 days'",
            "SELECT o.id FROM orders AS o WHERE o.created_at >= DATE_SUB(CURDATE(), INTERVAL 90 DAY)",
        ),
    ],
)
def test_queries_that_find_the_same_are_acceptable(old: str, new: str) -> None:
    found = triage(f"```sql\n{old}\n```", f"```sql\n{new}\n```", prompt=TASK)
    assert found.verdict == "acceptable"
    assert found.reasons[0].text == "the same rows of 5 sets of invented tables"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SUMS, SUMS.replace("SUM", "MAX")),
        (SUMS, SUMS.replace("JOIN", "LEFT JOIN")),
        ("SELECT id FROM orders WHERE total > 100", "SELECT o.id FROM orders AS o WHERE 100 <= o.total"),
        ("SELECT DISTINCT city FROM users", "SELECT u.city FROM users AS u"),
        ("SELECT COUNT(city) FROM users", "SELECT COUNT(*) AS n FROM users AS u"),
        (
            "SELECT name FROM users WHERE city = 'Rome' OR city IS NULL",
            "SELECT u.name FROM users u WHERE city = 'Rome'",
        ),
    ],
)
def test_queries_that_find_something_else_are_worrying(old: str, new: str) -> None:
    found = triage(f"```sql\n{old}\n```", f"```sql\n{new}\n```", prompt=TASK)
    assert found.verdict == "worrying"
    assert "invented tables" in found.reasons[0].text


def test_a_lost_order_is_told() -> None:
    reason, same = queried("SELECT name FROM users ORDER BY name", "SELECT u.name FROM users u", TASK)
    assert reason is not None
    assert (reason.text, same) == ("the order of the rows is lost", False)


def test_another_direction_is_told() -> None:
    reason, same = queried("SELECT name FROM users ORDER BY name DESC", "SELECT u.name FROM users u ORDER BY 1", TASK)
    assert reason is not None
    assert (reason.text, same) == ("the rows are sorted in another direction", False)


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH 'x.db' AS x",
        "DELETE FROM users",
        "SELECT load_extension('x') FROM users",
        "SELECT randomblob(1000000000) FROM users",
        "SELECT * FROM users; DROP TABLE users",
        "WITH t AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT * FROM t, users",
        "SELECT sql FROM sqlite_master",
        "SELECT users.id FROM users WHERE PRAGMA_X(1)",
        "SELECT * FROM",
        "select",
    ],
)
def test_what_is_no_plain_query_says_nothing(query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert queried(query, "SELECT id FROM users", TASK) == (None, False)
    assert list(tmp_path.iterdir()) == []


def test_heavy_queries_take_bounded_time() -> None:
    began = time.process_time()
    tables = ", ".join(f"users u{n}" for n in range(30))
    assert queried(f"SELECT COUNT(*) FROM {tables}", "SELECT COUNT(*) FROM users", TASK) == (None, False)
    for text in (
        "SELECT a(" * 400,
        "SELECT " + "a as (select " * 300,
        "SELECT * FROM " + "u.a " * 900,
        "WITH /*" * 500,
    ):
        queried(text, text + " 1", TASK + "f(a, " * 3_000)
    assert time.process_time() - began < 1.0


DRAWN = """Table: Staff
+--------+------+
| Column | Type |
+--------+------+
| id     | int  |
| salary | int  |
+--------+------+
Find the second highest salary; null if there is none."""
CREATED = "CREATE TABLE staff (id INTEGER PRIMARY KEY, salary NUMERIC(8, 2), PRIMARY KEY (id));\nThe second salary?"
SECOND = "SELECT MAX(salary) AS second FROM Staff WHERE salary < (SELECT MAX(salary) FROM Staff)"


@pytest.mark.parametrize("prompt", [DRAWN, CREATED, "The second highest salary?"])
def test_columns_are_known_from_a_drawing_a_definition_or_the_only_table(prompt: str) -> None:
    kept = "SELECT (SELECT DISTINCT salary FROM Staff ORDER BY salary DESC LIMIT 1 OFFSET 1) AS second"
    assert (
        triage(
            SECOND, "SELECT salary AS second FROM Staff ORDER BY salary DESC LIMIT 1 OFFSET 1", prompt=prompt
        ).verdict
        == "worrying"
    )
    assert triage(SECOND, kept, prompt=prompt).verdict == "acceptable"


def test_what_shows_on_a_single_row_only_weighs_less() -> None:
    least = (
        "SELECT salary AS second FROM (SELECT DISTINCT salary FROM Staff ORDER BY salary DESC LIMIT 2) ORDER BY salary"
    )
    found = triage(SECOND, f"{least} LIMIT 1", prompt=DRAWN)
    assert (found.verdict, found.reasons[0].weight) == ("worrying", 0.6)


@pytest.mark.parametrize("sign", ["create table t (", "table: t\n+-+\n| a", "(a,", "| a |\n", "as a "])
def test_no_prompt_takes_long_to_look_for_columns(sign: str) -> None:
    start = time.process_time()
    triage(SECOND, SECOND.replace("MAX", "MIN"), prompt=sign * (20_000 // len(sign)))
    assert time.process_time() - start < 1
