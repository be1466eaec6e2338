"""The model lists as each provider's documentation describes them: pages, stages of life, dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from console.demo.standin.catalogue import anthropic_model, anthropic_models, openai_model, openai_models
from console.demo.standin.models import MODELS

CLAUDES = [model for model in MODELS.values() if model.provider == "anthropic" and model.served is None]


def listed(**query: list[str]) -> list[str]:
    page: Any = anthropic_models({"limit": ["100"], **query})
    return [model["id"] for model in page["data"]]


def test_without_a_word_about_it_the_retired_are_left_out() -> None:
    assert listed() == [model.id for model in CLAUDES if model.lifecycle != "retired"]
    assert listed() == listed(lifecycle=["active", "deprecated"])


@pytest.mark.parametrize("stage", ["active", "deprecated", "retired"])
def test_a_stage_of_life_can_be_asked_for(stage: str) -> None:
    expected = [model.id for model in CLAUDES if model.lifecycle == stage]
    assert expected
    assert listed(lifecycle=[stage]) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"lifecycle": ["active,deprecated,retired"]},
        {"lifecycle[]": ["active", "deprecated", "retired"]},
        {"lifecycle": ["active"], "lifecycle[]": ["deprecated,retired"]},
    ],
)
def test_stages_can_be_written_in_every_way_that_clients_write_lists(query: dict[str, list[str]]) -> None:
    assert listed(**query) == [model.id for model in CLAUDES]


def test_aliases_are_not_listed() -> None:
    assert "claude-sonnet-4-5" not in listed(lifecycle=["active,deprecated,retired"])
    assert "claude-sonnet-4-5-20250929" in listed()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_pages_put_together_are_the_list(size: int) -> None:
    found: list[str] = []
    query: dict[str, list[str]] = {"limit": [str(size)]}
    for _ in range(50):
        page: Any = anthropic_models(query)
        ids = [model["id"] for model in page["data"]]
        assert (page["first_id"], page["last_id"]) == (ids[0], ids[-1])
        assert len(ids) <= size
        found += ids
        if not page["has_more"]:
            break
        query["after_id"] = [page["last_id"]]
    assert found == listed()


def test_a_page_after_the_last_is_empty() -> None:
    page = anthropic_models({"after_id": [listed()[-1]]})
    assert page == {"data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.mark.parametrize("query", [{"after_id": ["no-such-model"]}, {"limit": ["many"]}, {"limit": ["-1"]}])
def test_senseless_paging_begins_at_the_beginning(query: dict[str, list[str]]) -> None:
    page: Any = anthropic_models(query)
    assert page["first_id"] == listed()[0]


def test_a_claude_comes_with_its_line_and_dates() -> None:
    ending = anthropic_model(MODELS["claude-sonnet-4-5-20250929"])
    assert (ending["line"], ending["lifecycle"]) == ("sonnet", "deprecated")
    assert (ending["created_at"], ending["deprecated_at"], ending["retires_at"]) == (
        "2025-09-29T00:00:00Z",
        "2026-09-30T00:00:00Z",
        "2026-11-30T00:00:00Z",
    )
    living = anthropic_model(MODELS["claude-sonnet-5-5"])
    assert (living["lifecycle"], living["deprecated_at"], living["retires_at"]) == ("active", None, None)


def test_a_line_is_read_off_newer_ids_only() -> None:
    assert anthropic_model(MODELS["claude-haiku-5-5"])["line"] == "haiku"
    assert anthropic_model(MODELS["claude-3-haiku-20240307"])["line"] is None


def test_openai_lists_what_it_still_serves_aliases_included() -> None:
    answer: Any = openai_models()
    ids = [model["id"] for model in answer["data"]]
    assert answer["object"] == "list"
    assert "gpt-4o" in ids
    assert "gpt-4o-2024-05-13" not in ids
    assert all(MODELS[model_id].provider == "openai" for model_id in ids)


def test_an_openai_model_comes_with_its_age_and_end() -> None:
    model = openai_model(MODELS["gpt-4.1-mini-2025-04-14"])
    assert datetime.fromtimestamp(model["created"], UTC) == datetime(2025, 4, 14, tzinfo=UTC)  # type: ignore[arg-type]
    assert model["shutdown_date"] == "2027-01-14"
    assert openai_model(MODELS["gpt-6.2-sol"])["shutdown_date"] is None
