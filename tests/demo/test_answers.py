"""The simulated models: their words, tokens and identities."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.answers import answer, subject_of, tokens
from console.demo.standin.models import MODELS, claude_version, gpt_version, model_named
from console.demo.standin.texts import GENERAL, SUBJECTS

OLD, NEW = MODELS["claude-sonnet-4-5-20250929"], MODELS["claude-sonnet-5-5"]
RETURN = "I would like to return order 48213. How does that work?"


@given(st.text(max_size=200), st.sampled_from(sorted(MODELS)))
def test_any_prompt_gets_the_same_answer_twice(prompt: str, model_id: str) -> None:
    model = MODELS[model_id]
    assert answer(model, prompt) == answer(model, prompt) != ""


def test_models_word_the_same_facts_differently() -> None:
    said = {answer(MODELS[model_id], RETURN) for model_id in ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5")}
    said.add(answer(MODELS["claude-haiku-4-5-20251001"], RETURN))
    assert len(said) == 3
    assert all("48213" in text for text in said)


def test_the_newer_model_sometimes_changes_the_fact_and_the_older_never() -> None:
    prompts = [f"Can I return order {number}?" for number in range(10_000, 10_200)]
    wrong = sum("14 days" in answer(NEW, prompt) for prompt in prompts)
    assert 0.15 < wrong / len(prompts) < 0.35
    assert all("30 days" in answer(OLD, prompt) and "14 days" not in answer(OLD, prompt) for prompt in prompts)


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("Where is my parcel?", "delivery"),
        ("I need an invoice with VAT", "invoice"),
        ("The kettle stopped working, is there a warranty?", "warranty"),
        ("You charged me twice, I want my money back", "refund"),
        ("I moved house, new address please", "address"),
        ("How do I cancel my membership?", "subscription"),
        ("What is the meaning of life?", "general"),
        ("", "general"),
    ],
)
def test_the_subject_is_read_off_the_prompt(prompt: str, subject: str) -> None:
    assert subject_of(prompt).name == subject


def test_every_subject_has_its_figure_in_both_wordings() -> None:
    for subject in (*SUBJECTS, GENERAL):
        for wording in (subject.plain, subject.warm):
            assert sum("{days}" in sentence for sentence in wording) == 1, subject.name
        assert subject.right != subject.wrong


@pytest.mark.parametrize("model_id", sorted(MODELS))
def test_a_prompt_that_asks_for_json_gets_json(model_id: str) -> None:
    value = json.loads(
        answer(MODELS[model_id], "Answer as JSON with the keys intent and reply.\n\nWhere is my parcel?")
    )
    assert value["intent"] == "track_delivery"
    assert set(value) == {"intent", "reply", "needs_human"}


def test_a_schema_is_followed() -> None:
    schema = {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": ["other", "return_item"]},
            "reply": {"type": "string"},
            "count": {"type": "integer"},
            "share": {"type": ["number", "null"]},
            "urgent": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "nested": {"type": "object", "properties": {"a": {"type": "array"}}},
            "nothing": {"type": "null"},
        },
    }
    value = json.loads(answer(OLD, RETURN, schema))
    assert value["intent"] == "return_item"
    assert isinstance(value["reply"], str)
    assert value["count"] == 1
    assert value["share"] == 1.0
    assert value["urgent"] is False
    assert len(value["tags"]) == 1
    assert value["nested"] == {"a": []}
    assert value["nothing"] is None


def test_summaries_differ_in_form_between_the_two_models_of_the_route() -> None:
    prompt = f"Summarise this conversation:\n\nCustomer: {RETURN}"
    old = answer(MODELS["gpt-4.1-mini-2025-04-14"], prompt)
    new = answer(MODELS["gpt-5.4-mini-2026-03-17"], prompt)
    assert "order 48213" in old
    assert "order 48213" in new
    assert new.startswith("- Subject")
    assert not old.startswith("-")


def test_the_newer_model_counts_a_third_more_tokens_for_the_same_text() -> None:
    text = "word " * 1000
    assert tokens(NEW, text) / tokens(OLD, text) == pytest.approx(1.3, abs=0.001)
    assert tokens(OLD, "") == 0


@pytest.mark.parametrize(
    "model_id", ["claude-3-5-sonnet-20241022", "gpt-4o-2024-05-13", "llama-3", "", "claude", "claude-sonnet"]
)
def test_retired_and_foreign_ids_are_nobody(model_id: str) -> None:
    assert model_named(model_id) is None


@pytest.mark.parametrize(
    ("model_id", "provider"),
    [
        ("claude-opus-4-6", "anthropic"),
        ("gpt-4.1-nano-2025-04-14", "openai"),
        ("o3-2025-04-16", "openai"),
        ("ft:gpt-4o-mini-2024-07-18:acme::1", "openai"),
        ("gemini-4.0-pro", "gemini"),
    ],
)
def test_an_unlisted_id_of_a_known_provider_answers_with_a_steady_temperament(model_id: str, provider: str) -> None:
    model = model_named(model_id)
    assert model is not None
    assert model.provider == provider
    assert model == model_named(model_id)
    assert model.lifecycle == "active"


def test_aliases_and_rerouted_ids_say_who_really_answered() -> None:
    assert MODELS["claude-sonnet-4-5"].answers_as == "claude-sonnet-4-5-20250929"
    assert MODELS["gpt-4o"].answers_as == "gpt-4o-2024-08-06"
    assert MODELS["gemini-2.0-flash-001"].answers_as == "gemini-3.6-flash"
    assert OLD.answers_as == OLD.id


def test_newer_claudes_think_even_when_nobody_listed_them() -> None:
    listed, unlisted = model_named("claude-sonnet-5-5"), model_named("claude-opus-5-5")
    assert listed is not None
    assert unlisted is not None
    assert listed.thinks
    assert unlisted.thinks
    assert unlisted.token_factor == 1.3


@pytest.mark.parametrize(
    ("model_id", "version"),
    [
        ("claude-sonnet-4-5-20250929", (4, 5)),
        ("claude-sonnet-5-5", (5, 5)),
        ("claude-sonnet-5", (5, 0)),
        ("claude-opus-4-20250514", (4, 0)),
        ("claude-3-haiku-20240307", (0, 0)),
        ("gpt-4.1", (0, 0)),
    ],
)
def test_claude_versions(model_id: str, version: tuple[int, int]) -> None:
    assert claude_version(model_id) == version


@pytest.mark.parametrize(
    ("model_id", "version"),
    [
        ("gpt-4o-mini", (4, 0)),
        ("gpt-4.1-mini-2025-04-14", (4, 1)),
        ("gpt-6.2-astra", (6, 2)),
        ("o3", (5, 0)),
        ("ft:gpt-4o:x", (4, 0)),
        ("claude-sonnet-5-5", (0, 0)),
    ],
)
def test_gpt_versions(model_id: str, version: tuple[int, int]) -> None:
    assert gpt_version(model_id) == version
