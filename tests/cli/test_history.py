"""`console history --why`: everything about one change, and the note about it."""

from __future__ import annotations


def rolled_back(console, world) -> None:
    world.record(600, canary_errors=0.3)
    assert console("rollback", "support", "--canary", "--yes", "--reason", "too many errors").code == 0


def test_why_says_what_decided_with_the_numbers_of_both_arms(console, world) -> None:
    rolled_back(console, world)
    found = console("history", "--why", "1")
    assert found.code == 0
    assert "Reason    too many errors" in found.out
    assert "Verdict   regression  error rate" in found.out
    assert "users on canary" in found.out
    assert "+ canary_percentage = 0" in found.out
    assert "Told" not in found.out


def test_why_as_json_says_who_was_told(console, world) -> None:
    rolled_back(console, world)
    change = console("history", "--why", "1", "--json").json["change"]
    assert change["evidence"]["state"] == "regression"
    assert change["told"] == []


def test_why_of_a_change_that_was_taken_back_says_so(console, world) -> None:
    rolled_back(console, world)
    assert console("undo", "--yes", "--force", "--reason", "again").code == 0
    assert "Now       taken back by change 2" in console("history", "--why", "1").out


def test_the_incident_note_is_markdown_on_stdout(console, world) -> None:
    rolled_back(console, world)
    found = console("history", "--why", "1", "--incident")
    assert found.code == 0
    assert found.out.startswith("# support canary rolled back, 50 → 0 %\n")
    assert "## What decided" in found.out


def test_an_incident_note_is_about_one_change_and_no_json(console, world) -> None:
    for wrong in (("--incident",), ("--why", "1", "--incident", "--json")):
        found = console("history", *wrong)
        assert found.code == 2
        assert "console history --why N --incident" in found.err
    assert console("history", "--why", "7", "--incident").code == 2


def test_a_mistyped_route_is_not_one_without_changes(console, world) -> None:
    rolled_back(console, world)
    found = console("history", "--route", "suport")
    assert (found.code, found.out) == (2, "")
    assert 'there is no route "suport"; did you mean "support"?' in found.err
    assert console("history", "--route", "zzz", "--json").code == 2
    assert "nothing was changed on summarise yet" in console("history", "--route", "summarise").err
    assert console("history", "--route", "summarise", "--json").json["changes"] == []


def test_the_changes_of_a_route_that_is_gone_are_listed_and_named(console, world) -> None:
    rolled_back(console, world)
    text = world.registry.read_text()
    world.registry.write_text(text.replace("[routes.support]", "[routes.mail]"))
    assert "rolled back" in console("history", "--route", "support").out
    assert 'did you mean "support"?' in console("history", "--route", "suport").err
