"""The shipped facts under the providers' newer lists: dates win over floors, silence takes nothing away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.catalog.lifecycle import clock, lifecycle
from console.catalog.listings import Listed, Listing, document
from console.catalog.source.judging import standard, troubles

FETCHED = datetime(2026, 12, 4, 5, 0, tzinfo=UTC)
TODAY = date(2026, 12, 5)
DYING = "claude-sonnet-4-5-20250929"
FLOOR = "claude-sonnet-5-5"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Keep a list with these models, as a refresh does."""
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path))

    def tell(*models: Listed, provider: str = "anthropic", at: datetime = FETCHED) -> None:
        (tmp_path / "catalog").mkdir(exist_ok=True)
        listing = Listing(provider, "https://api.test/v1/models", at, models)
        (tmp_path / "catalog" / f"{provider}.json").write_bytes(document(listing))

    return tell


def test_a_date_replaces_a_floor_and_says_where_it_is_from(told) -> None:
    told(Listed(FLOOR, "deprecated", deprecated=date(2026, 12, 1), retires=date(2027, 3, 1)))
    life = lifecycle(FLOOR)
    assert life is not None
    assert (life.state, life.retires, life.retires_kind) == ("deprecated", date(2027, 3, 1), "exact")
    assert (life.source, life.as_of) == ("https://api.test/v1/models", FETCHED.date())
    ends = clock(FLOOR, TODAY)
    assert ends is not None
    assert (str(ends.words), ends.deadline) == ("retires in 86 days · 1 Mar", True)


def test_a_floor_stays_a_floor_where_the_list_gives_no_date(told) -> None:
    before = lifecycle(FLOOR)
    told(Listed(FLOOR, "active"))
    assert lifecycle(FLOOR) == before
    ends = clock(FLOOR, TODAY)
    assert ends is not None
    assert not ends.deadline


@pytest.mark.parametrize("state", [None, "active"])
def test_a_list_without_a_date_takes_none_away(told, state) -> None:
    before = lifecycle("gpt-5-mini")
    assert before is not None
    assert before.retires is not None
    told(Listed("gpt-5-mini", state), provider="openai")
    assert lifecycle("gpt-5-mini") == before


def test_a_later_date_moves_the_clock(told) -> None:
    told(Listed(DYING, "deprecated", retires=date(2027, 1, 31)))
    ends = clock(DYING, TODAY)
    assert ends is not None
    assert str(ends.words) == "retires in 57 days · 31 Jan"
    assert ends.replacement == "claude-sonnet-5-5"


def test_an_alias_follows_the_snapshot_in_the_list(told) -> None:
    told(Listed(DYING, "deprecated", retires=date(2027, 1, 31)))
    assert lifecycle("claude-sonnet-4-5") == lifecycle(DYING)


def test_what_is_shipped_later_than_the_list_wins(told) -> None:
    before = lifecycle(DYING)
    told(Listed(DYING, "deprecated", retires=date(2030, 1, 31)), at=datetime(2026, 11, 1, tzinfo=UTC))
    assert lifecycle(DYING) == before


def test_a_model_only_the_list_knows_is_known(told) -> None:
    assert lifecycle("claude-sonnet-9") is None
    told(Listed("claude-sonnet-9", "active", released=date(2026, 12, 2)))
    life = lifecycle("claude-sonnet-9")
    assert life is not None
    assert (life.state, life.retires, life.released) == ("active", None, date(2026, 12, 2))


def test_a_shutdown_date_makes_a_model_deprecated(told) -> None:
    told(Listed("gpt-9", retires=date(2027, 6, 1)), provider="openai")
    life = lifecycle("gpt-9")
    assert life is not None
    assert (life.state, life.retires_kind) == ("deprecated", "exact")


def test_a_list_of_the_maker_says_nothing_about_other_platforms(told) -> None:
    told(Listed(DYING, "deprecated", retires=date(2027, 1, 31)))
    assert lifecycle("us.anthropic.claude-sonnet-4-5-20250929-v1:0") is None
    told(Listed("gemini-2.5-pro", "deprecated", retires=date(2027, 9, 9)), provider="gemini")
    vertex = lifecycle("gemini-2.5-pro", "vertex")
    assert vertex is not None
    assert vertex.retires == date(2026, 10, 20)


def test_retirement_that_is_overdue_is_not_called_retired(told) -> None:
    told(Listed(DYING, "deprecated", retires=date(2026, 11, 30)))
    ends = clock(DYING, TODAY)
    assert ends is not None
    assert str(ends.words) == "was to end 30 Nov, still listed 4 Dec"
    assert (ends.tone, ends.deadline) == ("bad", True)
    assert clock(DYING, date(2026, 11, 25)).words.startswith("retires in 5 days")  # type: ignore[union-attr]


def test_retired_without_a_day_is_an_alarm(told) -> None:
    told(Listed("claude-sonnet-9", "retired"))
    ends = clock("claude-sonnet-9", TODAY)
    assert ends is not None
    assert (str(ends.words), ends.tone) == ("retired, on a day that is not known", "bad")
    assert "retired" in {trouble.rule for trouble in troubles("claude-sonnet-9", standard(TODAY))}


@pytest.mark.parametrize("model_id", [FLOOR, "claude-sonnet-9"])
def test_a_model_that_left_the_list_waits_for_a_person(told, model_id) -> None:
    told(Listed("claude-opus-5", "active"), Listed(model_id, "active", gone=date(2026, 12, 4)))
    ends = clock(model_id, TODAY)
    assert ends is not None
    assert str(ends.words) == "gone from the provider's list since 4 Dec"
    assert (ends.tone, ends.deadline) == ("waiting", False)
    (trouble,) = (one for one in troubles(model_id, standard(TODAY)) if one.rule == "deprecated")
    assert trouble.level == "warning"


def test_a_model_that_left_the_list_keeps_a_date_it_had(told) -> None:
    told(Listed(DYING, "active", gone=date(2026, 12, 4)))
    ends = clock(DYING, TODAY)
    assert ends is not None
    assert str(ends.words) == "retired 5 days ago"


def test_a_spoilt_file_leaves_the_shipped_facts(told, tmp_path: Path) -> None:
    before = lifecycle(DYING)
    told(Listed(DYING, "deprecated", retires=date(2027, 1, 31)))
    assert lifecycle(DYING) != before
    (tmp_path / "catalog" / "new").write_text("")  # the folder changes with it
    (tmp_path / "catalog" / "anthropic.json").write_text("{")
    (tmp_path / "catalog" / "new").unlink()
    assert lifecycle(DYING) == before
