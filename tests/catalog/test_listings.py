"""The providers' lists on disk: what is kept, what is not believed, and that nothing of it can break a look."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.listings import (
    LARGEST_BYTES,
    Listed,
    Listing,
    document,
    folder,
    joined,
    kept,
    parse,
    plausible,
    read,
    stamp,
)

FIRST = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
DAYS = st.none() | st.dates(date(2015, 1, 1), date(2099, 12, 31))
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
MODELS = st.builds(
    Listed, IDS, st.sampled_from([None, "active", "deprecated", "retired"]), DAYS, DAYS, DAYS, DAYS, DAYS
)


def listing(*models: Listed, at: datetime = FIRST, provider: str = "anthropic") -> Listing:
    return Listing(provider, "https://api.anthropic.com/v1/models", at, models)


def write(place: Path, provider: str, data: bytes | str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{provider}.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@given(st.lists(MODELS, max_size=8))
def test_what_is_written_is_what_is_read(models: list[Listed]) -> None:
    one = listing(*models)
    assert parse(document(one)) == one


@pytest.mark.parametrize(
    ("name", "good"),
    [("claude-sonnet-6", True), ("ft:gpt-4o:acme::x", True), ("", False), ("a b", False), ("a\x1b[2J", False)],
)
def test_an_id_is_printable_and_short(name: str, good: bool) -> None:
    assert plausible(name) is good
    assert not plausible("a" * 257)
    assert not plausible(None)


def test_the_folder_lies_where_the_environment_says() -> None:
    assert folder({"CONSOLE_STATE": "/srv/state"}) == Path("/srv/state/catalog")
    assert folder({}).parts[-2:] == ("console", "catalog")


def test_an_empty_folder_has_no_lists_and_no_problems(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == read(tmp_path)
    assert (dict(read(tmp_path).listings), read(tmp_path).problems) == ({}, ())


def test_each_provider_has_its_own_file(tmp_path: Path) -> None:
    for provider in ("anthropic", "openai", "gemini"):
        write(tmp_path, provider, document(listing(Listed("m"), provider=provider)))
    assert list(read(tmp_path).listings) == ["anthropic", "openai", "gemini"]


ROW = {"id": "m", "state": "active"}
GOOD: dict[str, Any] = {
    "schema": 1,
    "provider": "anthropic",
    "source": "s",
    "fetched": "2026-11-24T05:00:00+00:00",
    "models": [ROW],
}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        b"\xff\xfe",
        b'{"models": "\xff"}',
        "[" * 100_000,
        json.dumps(GOOD)[:-20],
        json.dumps(GOOD | {"schema": 2}),
        json.dumps(GOOD | {"provider": "openai"}),
        json.dumps(GOOD | {"provider": "../x"}),
        json.dumps(GOOD | {"fetched": "yesterday"}),
        json.dumps(GOOD | {"fetched": "2026-11-24T05:00:00"}),
        json.dumps(GOOD | {"fetched": 5}),
        json.dumps(GOOD | {"models": None}),
        json.dumps(GOOD | {"models": ["m"]}),
        json.dumps(GOOD | {"models": [{}]}),
        json.dumps(GOOD | {"models": [ROW | {"id": "a\x1b]0;x"}]}),
        json.dumps(GOOD | {"models": [ROW | {"id": 5}]}),
        json.dumps(GOOD | {"models": [ROW | {"state": "safe"}]}),
        json.dumps(GOOD | {"models": [ROW | {"retires": "soon"}]}),
        json.dumps(GOOD | {"models": [ROW | {"retires": 5}]}),
    ],
)
def test_a_file_that_is_no_list_is_a_problem_and_not_a_list(tmp_path: Path, data: bytes | str) -> None:
    path = write(tmp_path, "anthropic", data)
    write(tmp_path, "openai", document(listing(Listed("gpt-9"), provider="openai")))
    found = read(tmp_path)
    assert list(found.listings) == ["openai"]
    assert found.problems == (f"{path} is no list of models: `console catalog refresh` writes it anew",)


def test_the_good_one_among_the_bad_is_read(tmp_path: Path) -> None:
    write(tmp_path, "anthropic", json.dumps(GOOD))
    assert [model.id for model in read(tmp_path).listings["anthropic"].models] == ["m"]


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "anthropic.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert read(tmp_path).problems


def test_a_folder_in_the_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "anthropic.json").mkdir()
    assert "cannot be read" in read(tmp_path).problems[0]


def test_a_model_keeps_the_day_it_was_first_listed() -> None:
    one = joined(None, listing(Listed("a")))
    two = joined(one, listing(Listed("a"), Listed("b"), at=LATER))
    assert {model.id: model.seen for model in two.models} == {"a": FIRST.date(), "b": LATER.date()}
    assert two.present == two.models


def test_what_is_listed_no_longer_is_kept_with_the_day_it_was_missed() -> None:
    one = joined(None, listing(Listed("a", "active"), Listed("b")))
    two = joined(one, listing(Listed("b"), at=LATER))
    assert [(model.id, model.gone) for model in two.models] == [("b", None), ("a", LATER.date())]
    assert [model.id for model in two.present] == ["b"]
    three = joined(two, listing(Listed("b"), at=datetime(2026, 12, 9, tzinfo=UTC)))
    assert three.models[1].gone == LATER.date()


def test_what_comes_back_is_no_longer_gone() -> None:
    gone = joined(joined(None, listing(Listed("a"), Listed("b"))), listing(Listed("b"), at=LATER))
    back = joined(gone, listing(Listed("a"), Listed("b"), at=LATER))
    assert all(model.gone is None for model in back.models)
    assert back.models[0].seen == FIRST.date()


def test_a_look_sees_a_refresh_of_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path))
    before = stamp()
    assert not kept(before).listings
    write(tmp_path / "catalog", "anthropic", document(listing(Listed("a"))))
    after = stamp()
    assert after != before
    assert kept(after).listings["anthropic"] == listing(Listed("a"))
    assert kept(after) is kept(after)


def test_records_are_replaced_whole() -> None:
    with pytest.raises(AttributeError):
        replace(Listed("a")).id = "b"  # type: ignore[misc]
