"""Asked and served model of a real log: a rerouted id and a moved alias stand on the pin and spoil the verdict."""

from __future__ import annotations

import sqlite3

OLD, NEW, ALIAS = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-sonnet-4-5"


def serve(world, arm: str, model: str, requests: int = 40, hours_ago: int = 0) -> None:
    """`requests` of `arm` in one hour were answered by `model`, as the writer counts them."""
    with sqlite3.connect(world.log) as db:
        (series,) = db.execute("SELECT id FROM series WHERE arm = ? AND rollout != ''", (arm,)).fetchone()
        (last,) = db.execute("SELECT max(at) FROM requests").fetchone()
        at = last - 3_600 * hours_ago
        db.execute("INSERT OR REPLACE INTO served VALUES (?, ?, ?, ?, ?)", (series, model, at // 3_600, requests, at))
    db.close()


def support(console) -> dict:
    return console("status", "--json").json["routes"][0]


def test_what_answers_as_asked_is_nothing_to_say(console, world) -> None:
    world.record(300)
    route = support(console)
    assert route["verdict"]["state"] != "suspect data"
    assert [pin["note"] for pin in route["pins"] if pin["tier"] == "production"] == [None]


def test_a_rerouted_id_stands_on_its_pin_and_makes_the_verdict_suspect(console, world) -> None:
    world.record(300)
    serve(world, "production", NEW)
    route = support(console)
    assert route["verdict"]["state"] == "suspect data"
    assert f"{OLD} is answered by {NEW}" in route["verdict"]["why"]
    (note,) = [pin["note"] for pin in route["pins"] if pin["tier"] == "production"]
    assert note.startswith(f"answered by {NEW} since ")
    shown = console("status").out
    assert "SUSPECT DATA" in shown
    assert f"answered by {NEW}" in shown


def test_an_alias_that_moved_stands_on_its_pin_and_makes_the_verdict_suspect(console, world) -> None:
    world.record(300)
    world.edit(f'"{NEW}"', f'"{ALIAS}"')
    with sqlite3.connect(world.log) as db:
        for name in ("series", "rollouts"):
            db.execute(f"UPDATE {name} SET rollout = replace(rollout, ?, ?)", (NEW, ALIAS))
        db.execute("UPDATE series SET model = ? WHERE arm = 'canary'", (ALIAS,))
        db.execute("DELETE FROM served")
    db.close()
    for model, requests, hours in ((OLD, 200, 3), ("claude-sonnet-4-5-20261120", 30, 0)):
        serve(world, "canary", model, requests, hours)
    route = support(console)
    assert route["verdict"]["state"] == "suspect data"
    (note,) = [pin["note"] for pin in route["pins"] if pin["tier"] == "canary"]
    assert note.startswith("answered by claude-sonnet-4-5-20261120 since ")


def test_a_route_without_a_canary_says_it_on_the_pin_too(console, world) -> None:
    world.record(300)
    serve(world, "production", NEW)
    console("rollback", "support", "--canary", "--yes", "--reason", "x")
    console("drop", "support", "--yes", "--reason", "x")
    route = support(console)
    assert route["verdict"] is None
    (note,) = [pin["note"] for pin in route["pins"] if pin["tier"] == "production"]
    assert note.startswith(f"answered by {NEW}")
