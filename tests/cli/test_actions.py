"""Every action verb as a command: what it writes, what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import tomllib

import pytest

from console.actions import desk

EVERY_ACTION = [
    ("canary", "summarise", "gpt-5.4-mini-2026-03-17", "--reason", "to try"),
    ("rollout", "support", "25"),
    ("promote", "support", "--reason", "looked at by hand"),
    ("rollback", "support"),
    ("hold", "support", "--reason", "waiting for legal"),
    ("drop", "support"),
    ("pin", "summarise", "fallback", "gpt-5.4-mini-2026-03-17"),
]
IDS = [words[0] for words in EVERY_ACTION]


def routes(world) -> dict:
    return tomllib.loads(world.registry.read_text())["routes"]


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_a_dry_run_prints_the_diff_and_writes_nothing(console, world, words) -> None:
    before = world.files()
    result = console(*words, "--dry-run")
    assert result.code == 0
    assert any(line.startswith(("+", "-")) for line in result.out.splitlines())
    assert "nothing was written" in result.err
    assert world.files() == before


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_read_only_refuses_and_writes_nothing(console, world, words) -> None:
    before = world.files()
    result = console("--read-only", *words, "--yes")
    assert result.code == 1
    assert "read-only" in result.err
    assert "Start it without --read-only." in result.err
    assert result.out == ""
    assert world.files() == before


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_without_a_terminal_nothing_happens_unasked(console, world, words) -> None:
    before = world.registry.read_bytes()
    result = console(*words)
    assert result.code == 2
    assert "no terminal to confirm on" in result.err
    assert "--yes" in result.err
    assert world.registry.read_bytes() == before


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_an_action_prints_its_diff_and_says_how_it_is_undone(console, world, words) -> None:
    before = world.registry.read_bytes()
    result = console(*words, "--yes")
    assert result.code == 0, result.err
    assert world.registry.read_bytes() != before
    assert "(change 1); console undo takes it back" in result.err
    assert any(line.startswith(("+", "-")) for line in result.out.splitlines())


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_undo_gives_every_byte_back(console, world, words) -> None:
    before = world.registry.read_bytes()
    assert console(*words, "--yes").code == 0
    assert console("undo", "--yes").code == 0
    assert world.registry.read_bytes() == before


@pytest.mark.parametrize("words", EVERY_ACTION, ids=IDS)
def test_json_says_what_was_done(console, world, words) -> None:
    result = console(*words, "--yes", "--json")
    assert result.json["schema"] == 1
    assert result.json["action"] == words[0]
    assert result.json["route"] == words[1]
    assert result.json["history"] == 1
    assert result.json["undo"].startswith("console undo")
    assert {line["kind"] for line in result.json["diff"]} & {"added", "removed"}


def test_promote_writes_what_the_design_says(console, world) -> None:
    assert console("promote", "support", "--reason", "looked at by hand", "--yes").code == 0
    support = routes(world)["support"]
    assert support["production"] == "claude-sonnet-5-5"
    assert support["fallback"] == "claude-sonnet-4-5-20250929"
    assert not {"canary", "canary_percentage", "canary_start"} & set(support)
    assert "# since May" in world.registry.read_text()


def test_promote_without_evidence_needs_a_reason(console, world) -> None:
    result = console("promote", "support", "--yes")
    assert result.code == 1
    assert "a reason is needed" in result.err
    assert "--reason" in result.err
    assert routes(world)["support"]["canary"] == "claude-sonnet-5-5"


def test_a_dry_run_says_that_a_reason_will_be_needed(console, world) -> None:
    result = console("promote", "support", "--dry-run")
    assert result.code == 0
    assert "a reason will be needed" in result.err


def test_force_needs_a_reason(console, world) -> None:
    result = console("promote", "support", "--force", "--yes")
    assert result.code == 2
    assert "--force needs --reason" in result.err


def test_promote_without_a_canary_is_refused(console, world) -> None:
    before = world.files()
    result = console("promote", "summarise", "--yes", "--reason", "x")
    assert result.code == 1
    assert "summarise" in result.err
    assert "canary" in result.err
    assert world.files() == before


def test_a_refused_dry_run_ends_like_the_action_would(console, world) -> None:
    result = console("promote", "summarise", "--dry-run", "--json")
    assert result.code == 1
    assert result.json["dry_run"] is True
    assert "canary" in result.json["refusal"]


def test_rollback_takes_the_canary_to_nothing_and_holds_it(console, world) -> None:
    assert console("rollback", "support", "--yes").code == 0
    support = routes(world)["support"]
    assert support["canary_percentage"] == 0
    assert support["canary_held"]


def test_rollback_needs_no_reason_and_no_log(console, world) -> None:
    world.log.write_bytes(b"not a database, and still no obstacle")
    assert console("rollback", "support", "--yes").code == 0
    assert routes(world)["support"]["canary_percentage"] == 0


def test_rollback_of_production_swaps_with_the_fallback(console, world) -> None:
    assert console("drop", "support", "--yes").code == 0
    assert console("rollback", "support", "--production", "--yes").code == 0
    support = routes(world)["support"]
    assert (support["production"], support["fallback"]) == ("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929")


def test_rollback_canary_never_touches_production(console, world) -> None:
    assert console("drop", "support", "--yes").code == 0
    before = world.registry.read_bytes()
    assert console("rollback", "support", "--canary", "--yes").code == 1
    assert world.registry.read_bytes() == before


@pytest.mark.parametrize(("given", "written"), [("25", 25), ("12.5", 12.5), ("7%", 7), ("next", 25), ("0", 0)])
def test_rollout_takes_numbers_and_steps(console, world, given, written) -> None:
    assert console("rollout", "support", given, "--yes").code == 0
    assert routes(world)["support"]["canary_percentage"] == written


@pytest.mark.parametrize("given", ["101", "-1", "500", "nan", "inf", "many", ""])
def test_a_percentage_out_of_range_is_a_usage_error(console, world, given) -> None:
    before = world.files()
    result = console("rollout", "support", "--yes", "--", given)
    assert result.code == 2
    assert "percentage" in result.err or "between 0 and 100" in result.err
    assert world.files() == before


def test_a_canary_percentage_out_of_range_is_a_usage_error(console, world) -> None:
    before = world.files()
    result = console("canary", "summarise", "gpt-5.4-mini-2026-03-17", "--percent", "500", "--reason", "x", "--yes")
    assert result.code == 2
    assert "0 and 100" in result.err
    assert world.files() == before


def test_an_unknown_route_names_the_nearest(console, world) -> None:
    result = console("promote", "suport", "--yes")
    assert result.code == 2
    assert 'there is no route "suport"; did you mean "support"?' in result.err


def test_an_unknown_model_is_refused_with_the_nearest_name(console, world) -> None:
    result = console("canary", "summarise", "gpt-5.4-mini-2026-03-71", "--reason", "x", "--yes")
    assert result.code == 1
    assert 'did you mean "gpt-5.4-mini-2026-03-17"?' in result.err


def test_an_alias_is_refused(console, world) -> None:
    result = console("pin", "summarise", "production", "gpt-5", "--yes", "--reason", "x")
    assert result.code == 1
    assert "alias" in result.err


def test_hold_stops_and_resume_goes_on(console, world) -> None:
    assert console("hold", "support", "--reason", "waiting for legal", "--yes").code == 0
    refused = console("rollout", "support", "next", "--yes")
    assert refused.code == 1
    assert "waiting for legal" in refused.err
    assert "console resume support" in refused.err
    assert console("resume", "support", "--yes").code == 0
    assert console("rollout", "support", "next", "--yes").code == 0


def test_undo_of_a_number_takes_that_change_back(console, world) -> None:
    assert console("pin", "summarise", "fallback", "gpt-5.4-mini-2026-03-17", "--yes").code == 0
    assert console("rollout", "support", "25", "--yes").code == 0
    assert console("undo", "1", "--yes").code == 0
    assert "fallback" not in routes(world)["summarise"]
    assert routes(world)["support"]["canary_percentage"] == 25


def test_undo_of_a_rollback_is_held_against_the_evidence_of_its_route(console, world) -> None:
    world.record(600, canary_errors=0.3)
    assert console("rollback", "support", "--yes").code == 0
    shown = console("undo", "--dry-run")
    assert "none seen on this rollout yet" not in shown.err
    assert "users: " in shown.err
    assert "to the canary: 0 % → 50 %" in shown.err
    refused = console("undo", "--yes", "--reason", "it was the network")
    assert refused.code == 1
    assert "regression: error rate" in refused.err
    assert console("undo", "--yes", "--force", "--reason", "it was the network").code == 0
    why = console("history", "--why", "2", "--json").json
    assert "error rate" in str(why)


def test_an_undo_says_how_it_is_taken_back_itself(console, world) -> None:
    assert console("pin", "summarise", "fallback", "gpt-5.4-mini-2026-03-17", "--yes").code == 0
    assert console("rollout", "support", "25", "--yes").code == 0
    undone = console("undo", "--yes")
    assert "(change 3); console undo 3 takes it back" in undone.err
    assert console("undo", "3", "--yes", "--json", "--reason", "it was right").json["undo"] == "console undo 4"
    assert routes(world)["support"]["canary_percentage"] == 25
    assert "fallback" in routes(world)["summarise"]


def test_a_dry_run_of_what_cannot_be_done_says_only_that(console, world) -> None:
    assert console("hold", "support", "--reason", "waiting for legal", "--yes").code == 0
    result = console("canary", "support", "claude-sonnet-5-5", "--dry-run")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        "error: support already has a canary: claude-sonnet-5-5 at 5 %, held",
        "`console resume support` goes on with it, `console drop support` takes it off.",
    ]


def test_undo_without_a_change_says_so(console, world) -> None:
    result = console("undo", "--yes")
    assert result.code == 1
    assert "undo" in result.err or "changed" in result.err


def test_an_action_on_a_log_with_a_regression_needs_force(console, world) -> None:
    world.record(600, canary_errors=0.3)
    refused = console("rollout", "support", "75", "--yes")
    assert refused.code == 1
    assert "regression" in refused.err
    assert "--force" in refused.err
    forced = console("rollout", "support", "75", "--yes", "--force", "--reason", "known outage")
    assert forced.code == 0, forced.err
    assert routes(world)["support"]["canary_percentage"] == 75


def test_the_actor_and_the_evidence_are_kept(console, world) -> None:
    world.record(300)
    assert console("rollback", "support", "--reason", "a test", "--yes").code == 0
    change = console("history", "--json").json["changes"][0]
    assert change["actor"] == "olga@desk"
    assert change["reason"] == "a test"
    assert change["evidence"]["canary_requests"] > 0


def test_a_person_is_asked_once_and_enter_means_no(world, console, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("console.cli.diagnostics.can_ask", lambda: True)
    monkeypatch.setattr("console.cli.diagnostics.confirmed", lambda question: asked.append(question))
    before = world.registry.read_bytes()
    result = console("promote", "support", "--reason", "by hand")
    assert result.code == 130
    assert "nothing was changed" in result.err
    assert '+production = "claude-sonnet-5-5"' in result.err
    assert len(asked) == 1
    assert world.registry.read_bytes() == before


def test_ctrl_c_while_it_is_written_claims_nothing(world, console, monkeypatch) -> None:
    written = desk.write

    def interrupted(*given, **named):
        written(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(desk, "write", interrupted)
    result = console("rollback", "support", "--reason", "slow", "--yes")
    assert result.code == 130
    assert result.err == "stopped while it was written: `console history` says whether it was\n"
    assert routes(world)["support"]["canary_percentage"] == 0
    assert "canary rolled back" in console("history").out


def test_a_file_changed_while_the_question_stood_is_not_written(world, console, monkeypatch) -> None:
    def edit_and_agree(question: str) -> bool:
        world.edit("[5, 25, 50, 100]", "[5, 50, 100]")
        return True

    monkeypatch.setattr("console.cli.diagnostics.can_ask", lambda: True)
    monkeypatch.setattr("console.cli.diagnostics.confirmed", edit_and_agree)
    result = console("rollout", "support", "25")
    assert result.code == 1
    assert "[5, 50, 100]" in result.err
    assert routes(world)["support"]["canary_percentage"] == 5


@pytest.mark.parametrize("words", [("rollback", "support"), ("drop", "support"), ("rollout", "support", "2")])
def test_a_defect_in_the_verdict_keeps_no_traffic_on_the_canary(console, world, monkeypatch, words) -> None:
    world.record(50)

    def defect(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("console.traffic.evidence.judge", defect)
    assert console("rollout", "support", "75", "--yes").code == 4, "nothing is raised without looking"
    result = console(*words, "--yes")
    assert result.code == 0, result.err
    assert "the verdict could not be read (ZeroDivisionError)" in result.err
    assert routes(world)["support"].get("canary_percentage", 0) < 50


def test_a_reason_typed_in_another_encoding_keeps_no_traffic_on_a_canary(console, world) -> None:
    typed = "Fehler f\udcfcr alle"  # what Python makes of Latin-1 on the command line
    assert console("rollback", "support", "--reason", typed, "--yes").code == 0
    assert "Fehler f?r alle" in (world.folder / "registry.toml").read_text(encoding="utf-8")
    assert "Fehler f?r alle" in console("history").out
