"""The shipped data against the rules and against itself: a slip in a row of 180 is found here and not on a screen."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from console.catalog import facts
from console.catalog.identify import identify
from console.catalog.lifecycle import FLOORS, clock, lifecycle

ROWS: list[dict[str, Any]] = list(facts.document("lifecycle.json")["models"])
AS_OF = facts.as_of()
NAMES = [(row, name) for row in ROWS for name in (row["id"], *row.get("aliases", ()))]
EVENTS = ("released", "deprecated", "retires")


def place_of(row: dict[str, Any]) -> str:
    return str(row.get("platform", ""))


def test_no_name_has_two_lives_on_one_platform() -> None:
    names = [(place_of(row), name) for row, name in NAMES]
    assert len(names) == len(set(names))


def test_a_rows_dates_are_in_the_order_of_a_life() -> None:
    for row in ROWS:
        dates = [date.fromisoformat(row[event]) for event in EVENTS if event in row]
        assert dates == sorted(dates), row["id"]
        assert all(date(2018, 1, 1) <= day <= date(2030, 1, 1) for day in dates), row["id"]


def test_a_rows_state_is_what_its_dates_say() -> None:
    for row in ROWS:
        if "retires" in row and row["retires_kind"] not in FLOORS:
            ended = row["state"] in ("retired", "rerouted")
            assert ended == (date.fromisoformat(row["retires"]) <= AS_OF), row["id"]
        if "deprecated" in row:
            assert row["state"] != "active", row["id"]
            assert date.fromisoformat(row["deprecated"]) <= AS_OF, row["id"]


def test_a_row_belongs_to_the_maker_its_id_is_read_as() -> None:
    for row in ROWS:
        identity = identify(row["id"], place_of(row))
        assert identity.provider == row["provider"], row["id"]
        assert identity.date is None or "released" not in row or identity.date[:4] <= row["released"][:4], row["id"]


def test_every_name_of_a_row_finds_its_life_in_any_case() -> None:
    for row, name in NAMES:
        life = lifecycle(f" {name.upper()} ", place_of(row))
        assert life is not None, name
        assert (life.state, life.replacement, life.as_of) == (row["state"], row.get("replacement"), AS_OF), name
        assert life == lifecycle(name, place_of(row)), name


def test_following_replacements_never_leads_back() -> None:
    for row in ROWS:
        seen, name = {row["id"], *row.get("aliases", ())}, row.get("replacement")
        while name is not None:
            assert name not in seen, f"{row['id']} is replaced by itself in the end"
            seen.add(name)
            life = lifecycle(name, place_of(row))
            name = life.replacement if life else None


def test_a_source_is_a_page_or_a_version_of_a_package() -> None:
    for row in ROWS:
        address = urlsplit(row["source"])
        assert (address.scheme == "https" and address.netloc) or any(map(str.isdigit, row["source"])), row["id"]


def test_the_clock_never_contradicts_the_state() -> None:
    """A retired model is red, an active one without a deadline is quiet, and unknown is never called safe."""
    for row in ROWS:
        seen = clock(row["id"], AS_OF, platform=place_of(row))
        assert seen is not None
        if row["state"] == "retired" and "retires" in row:
            assert seen.tone == "bad", row["id"]
            assert "ago" in seen.words or "today" in seen.words
        if row["state"] == "active" and "retires" not in row:
            assert (seen.tone, seen.deadline) == ("none", False), row["id"]


def test_every_dated_claude_is_pinned_and_every_alias_of_the_rows_is_none() -> None:
    for model_id in facts.dated_claudes():
        assert identify(model_id).kind == "pinned", model_id
    aliases = [name for row, name in NAMES if name != row["id"] and row["provider"] == "anthropic"]
    assert len(aliases) > 5
    for name in aliases:
        assert identify(name).kind == "alias", name
        assert identify(name).candidates, name


def test_openais_aliases_point_to_pinned_ids_of_the_same_family() -> None:
    for name, targets in facts.openai_snapshots().items():
        for target in targets:
            assert identify(target).kind == "pinned", target
        if targets and name in facts.document("openai.json")["snapshots"]:
            pytest.fail(f"{name} is a snapshot and an alias")


@pytest.mark.parametrize("name", ["lifecycle.json", "openai.json"])
def test_a_data_file_is_read_once(name: str) -> None:
    assert facts.document(name) is facts.document(name)
