"""Whether who answered is who was asked: spellings of one model, numbered builds, and really another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.identify import identify
from console.catalog.rerouting import rerouted, same_model

from .conftest import EXAMPLES

IDS = st.sampled_from(sorted({example["id"] for example in EXAMPLES}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("claude-opus-5-5", "CLAUDE-OPUS-5-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5-20251001"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("models/gemini-3.8-flash", "gemini-3.8-flash"),
        ("gemini-3.8-flash", "gemini-3.8-flash-001"),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("ft:gpt-4o-2024-08-06:acme::x", "ft:gpt-4o-2024-08-06:acme::x"),
    ],
)
def test_spellings_of_one_model(one: str, other: str) -> None:
    assert same_model(one, other)
    assert same_model(other, one)
    assert not rerouted(one, other)
    assert not rerouted(other, one)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gemini-2.5-pro", "gemini-3.5-pro"),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5"),
        ("claude-opus-4-6", "claude-opus-4-7"),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),
        ("us.anthropic.claude-opus-4-6-v1", "claude-opus-5"),
    ],
)
def test_a_pinned_id_that_another_model_answers_is_rerouted(asked: str, served: str) -> None:
    assert rerouted(asked, served)
    assert not same_model(asked, served)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-4o", "gpt-4o-2024-11-20"),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("gpt-6-luna", "gpt-6-luna-2026-05-05"),
        ("claude-opus-5-5", ""),
        ("claude-opus-5-5", "whatever the gateway calls it"),
        ("meta.llama3-70b-instruct-v1:0", "Meta-Llama-3-70B"),
    ],
)
def test_nothing_is_said_where_no_id_tells(asked: str, served: str) -> None:
    assert not rerouted(asked, served)


@given(IDS, IDS)
def test_only_pinned_ids_are_ever_rerouted_and_never_to_themselves(asked: str, served: str) -> None:
    assert not rerouted(asked, asked)
    if rerouted(asked, served):
        assert identify(asked).kind == "pinned"
        assert not same_model(asked, served)
    assert same_model(asked, served) == same_model(served, asked)
