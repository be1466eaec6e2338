"""`console status` and `console history`: what they print, as words and as JSON."""

from __future__ import annotations

import json
import sqlite3

import pytest


def test_status_without_a_log_shows_the_registry_and_how_to_begin(console, world) -> None:
    result = console("status")
    assert result.code == 0
    assert "support  NO DATA  no requests yet" in result.out
    assert "claude-sonnet-4-5-20250929  95 %" in result.out
    assert "there is no request log at" in result.err
    assert 'choice = router.select("support", user_id)' in result.err
    assert "log = RequestLog(" in result.err
    assert "request.record(response)" in result.err


def test_status_shows_counts_of_both_arms(console, world) -> None:
    world.record(400)
    result = console("status")
    assert result.code == 0
    assert result.err == ""
    head, counts = (line.split() for line in result.out.splitlines()[5:7])
    assert head[:2] == ["production", "canary"]
    assert counts[:3] == ["requests", "400", "400"]
    assert "WATCHING" in result.out or "WARMING UP" in result.out or "PASS" in result.out


def test_status_ends_with_one_on_a_regression(console, world) -> None:
    world.record(600, canary_errors=0.3)
    result = console("status")
    assert result.code == 1
    assert "REGRESSION  error rate" in result.out


def test_status_json_has_everything_a_script_needs(console, world) -> None:
    world.record(300)
    document = console("status", "--json").json
    assert document["schema"] == 1
    support, summarise = document["routes"]
    assert support["name"] == "support"
    assert support["percentage"] == 50
    assert support["requests"] == {"production": 300, "canary": 300}
    assert support["verdict"]["state"] in ("watching", "warming up", "pass")
    assert {pin["tier"]: pin["model"] for pin in support["pins"]} == {
        "production": "claude-sonnet-4-5-20250929",
        "canary": "claude-sonnet-5-5",
        "fallback": "claude-haiku-4-5-20251001",
    }
    assert support["pins"][0]["retires"] == "2026-11-30"
    assert support["pins"][0]["replacement"] == "claude-sonnet-5-5"
    assert summarise["verdict"] is None
    assert summarise["state"] in ("no canary", "no data")


def test_status_json_is_strict_json(console, world) -> None:
    """Evidence may be infinite; JSON has no word for that."""
    world.record(600, canary_errors=1.0)
    result = console("status", "--json")
    json.loads(result.out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_status_of_one_route(console, world) -> None:
    document = console("status", "--route", "summarise", "--json").json
    assert [route["name"] for route in document["routes"]] == ["summarise"]


def test_the_exit_code_is_that_of_the_route_asked_for(console, world) -> None:
    world.record(600, canary_errors=0.3)
    assert console("status", "--route", "summarise").code == 0
    assert console("status", "--route", "support").code == 1


def test_status_of_an_unknown_route_is_a_usage_error(console, world) -> None:
    result = console("status", "--route", "suport")
    assert result.code == 2
    assert 'did you mean "support"?' in result.err
    assert result.out == ""


def test_status_shows_what_the_environment_forces(console, world, monkeypatch) -> None:
    monkeypatch.setenv("LLM_MODEL_SUPPORT", "claude-opus-5")
    support, summarise = console("status", "--json").json["routes"]
    assert support["override"] == "claude-opus-5"
    assert summarise["override"] is None


def test_a_read_only_status_writes_nothing(console, world) -> None:
    world.record(50)
    before = world.files()
    console("status", "--read-only")
    assert world.files() == before


def test_status_tells_a_split_that_is_not_as_set(console, world) -> None:
    world.record(400)
    world.edit("canary_percentage = 50", "canary_percentage = 5")
    assert "SUSPECT DATA  canary share 50.0 % of users, 5 % configured: numbers void" in console("status").out


def test_settings_are_taken_before_and_after_the_verb(console, world, tmp_path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(world.registry.read_text().replace("routes.support", "routes.chat"))
    for argv in (("--registry", other, "status", "--json"), ("status", "--json", "--registry", other)):
        assert [route["name"] for route in console(*argv).json["routes"]] == ["chat", "summarise"]


def test_settings_come_from_the_environment(console, world, tmp_path, monkeypatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text(world.registry.read_text().replace("routes.support", "routes.chat"))
    monkeypatch.setenv("CONSOLE_REGISTRY", str(other))
    monkeypatch.setenv("CONSOLE_LOG", str(tmp_path / "calls.db"))
    document = console("status", "--json").json
    assert (document["registry"], document["log"]) == ("other.toml", "calls.db")


def test_an_option_wins_over_the_environment(console, world, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_REGISTRY", "/nowhere/registry.toml")
    assert console("status", "--registry", world.registry).code == 0


def test_ascii_is_ascii(console, world) -> None:
    world.record(400)
    result = console("status", "--ascii")
    assert result.out.isascii()
    assert "x" in result.out
    assert not console("status").out.isascii()


def test_history_without_changes_says_so(console, world) -> None:
    result = console("history")
    assert (result.code, result.out) == (0, "")
    assert "nothing was changed yet" in result.err
    assert console("history", "--json").json == {"schema": 1, "changes": []}


def test_history_lists_the_newest_first(console, world) -> None:
    console("rollout", "support", "25", "--yes", "--reason", "looks good")
    console("pin", "summarise", "fallback", "gpt-5.4-mini-2026-03-17", "--yes")
    lines = console("history").out.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "support canary 5 → 25 %" in lines[1]
    assert "olga@desk" in lines[1]
    assert lines[1].endswith("looks good")


def test_history_of_a_route_and_with_a_limit(console, world) -> None:
    console("rollout", "support", "25", "--yes")
    console("rollout", "support", "50", "--yes")
    console("pin", "summarise", "fallback", "gpt-5.4-mini-2026-03-17", "--yes")
    of = console("history", "--route", "support", "--json").json["changes"]
    assert [change["number"] for change in of] == [2, 1]
    assert len(console("history", "--limit", "1", "--json").json["changes"]) == 1


def test_history_why_explains_one_change(console, world) -> None:
    world.record(300)
    console("rollback", "support", "--yes", "--reason", "angry customers")
    out = console("history", "--why", "1").out
    assert "Reason    angry customers" in out
    assert "Verdict   " in out
    assert "Same as   console rollback support" in out
    assert "- canary_percentage = 50" in out
    assert "+ canary_percentage = 0" in out


def test_history_why_as_json(console, world) -> None:
    console("rollout", "support", "25", "--yes")
    change = console("history", "--why", "1", "--json").json["change"]
    assert (change["number"], change["action"], change["undone_by"]) == (1, "rollout", None)


def test_history_why_of_an_unknown_change(console, world) -> None:
    result = console("history", "--why", "7")
    assert result.code == 2
    assert "there is no change 7" in result.err


def test_an_undone_change_says_by_which(console, world) -> None:
    console("rollout", "support", "25", "--yes")
    console("undo", "--yes")
    assert "(undone by 2)" in console("history").out


def test_a_hand_edit_enters_the_history_as_external(console, world) -> None:
    console("rollout", "support", "25", "--yes")
    world.edit("canary_percentage = 25", "canary_percentage = 30")
    console("rollout", "support", "50", "--yes")
    actors = [change["actor"] for change in console("history", "--json").json["changes"]]
    assert actors == ["olga@desk", "external", "olga@desk"]


def test_history_of_another_programs_database_is_invalid(console, world) -> None:
    with sqlite3.connect(world.history) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    result = console("history")
    assert result.code == 3
    assert "another program's database" in result.err
