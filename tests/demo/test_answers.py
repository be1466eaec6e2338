"""The simulated models: their words, tokens and identities."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.answers import answer, subject_of, tokens
from console.demo.standin.models import MODELS, Model, Voice, claude_version, gpt_version, model_named
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


def model(voice: str = "plain", **changes: object) -> Model:
    """A model that says what the others say, with one trait changed."""
    return replace(OLD, voice=voice, **changes)  # type: ignore[arg-type]


def test_each_voice_has_its_own_opening_and_closing() -> None:
    said = {voice: answer(model(voice), RETURN) for voice in get_args(Voice)}
    assert len({text.split()[0] + text.split()[1] for text in said.values()}) == len(said)
    assert len({text.rsplit("\n\n", 1)[1] for text in said.values()}) == len(said)


def test_a_warm_model_words_the_facts_its_own_way_and_a_terse_one_leaves_some_out() -> None:
    subject = subject_of(RETURN)

    def facts(wording: tuple[str, ...]) -> list[str]:
        return [sentence.replace("{days}", subject.right) for sentence in wording]

    assert all(fact in answer(model("warm"), RETURN) for fact in facts(subject.warm))
    assert all(fact in answer(model("plain"), RETURN) for fact in facts(subject.plain))
    assert all(fact in answer(model("formal"), RETURN) for fact in facts(subject.plain))
    kept = [fact in answer(model("terse"), RETURN) for fact in facts(subject.plain)]
    assert kept == [True, True, *[False] * (len(subject.plain) - 2)]


@pytest.mark.parametrize(("share", "figure"), [(0.0, "right"), (1.0, "wrong")])
def test_how_often_a_fact_is_changed_is_a_trait_of_the_model(share: float, figure: str) -> None:
    for number in range(20):
        prompt = f"I want to return order {number + 10_000}"
        said = answer(model(changes_facts=share), prompt)
        assert (getattr(subject_of(prompt), figure) in said) is True


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Where is order 12345?", "order 12345"),
        ("Where is Order no. 12345?", "order 12345"),
        ("Where is order number #12345?", "order 12345"),
        ("Where is order 123?", ""),
        ("Where is my parcel 12345?", ""),
        ("I reorder 12345 of them", ""),
    ],
)
def test_an_order_is_named_where_the_prompt_names_one(prompt: str, named: str) -> None:
    assert ("This is about" in answer(OLD, prompt)) is bool(named)
    assert named in answer(OLD, prompt)


@pytest.mark.parametrize("prompt", ["Summarise: where is my parcel?", "summarize this", "A SUMMARY please"])
def test_a_summary_is_no_letter(prompt: str) -> None:
    assert "Kind regards" not in answer(OLD, prompt)
    assert answer(OLD, prompt).startswith("- Subject: ")
    assert "Kind regards" in answer(OLD, re.sub("summ", "sum", prompt, flags=re.IGNORECASE))


def test_a_summary_has_subject_mood_terms_and_next_step_in_either_form() -> None:
    subject = subject_of(RETURN)
    listed = dict(line[2:].split(": ", 1) for line in answer(OLD, f"Summarise: {RETURN}").split("\n"))
    assert list(listed) == ["Subject", "Mood", "Terms", "Next step"]
    assert listed["Subject"] == f"{subject.name} about order 48213"
    assert listed["Terms"] == subject.plain[0].replace("{days}", subject.right)
    assert listed["Next step"] == subject.plain[1].replace("{days}", subject.right)
    prose = answer(model("formal"), f"Summarise: {RETURN}")
    assert f"concerning {subject.name} and sounds" in prose
    assert prose.index(listed["Terms"]) < prose.index(listed["Next step"])


@pytest.mark.parametrize(("prompt", "human"), [("Where is my parcel?", False), ("What is love?", True)])
def test_only_what_nobody_planned_for_needs_a_human(prompt: str, human: bool) -> None:
    assert json.loads(answer(OLD, f"Answer as JSON. {prompt}"))["needs_human"] is human
    assert json.loads(answer(OLD, prompt, {"type": "boolean"})) is human


def test_json_is_asked_for_by_name_only() -> None:
    assert not answer(OLD, "my name is Json").startswith("{")
    assert not answer(OLD, "JSONS and more").startswith("{")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"enum": ["a", "b"]}, "a"),
        ({"enum": ["a", "return_item"]}, "return_item"),
        ({"enum": [], "type": "integer"}, 1),
        ({"enum": "not a list", "type": "integer"}, 1),
        ({"type": "number"}, 1.0),
        ({"type": "array"}, []),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "array", "items": 5}, []),
        ({"type": "object"}, {}),
        ({"type": ["integer", "null"]}, 1),
        ({"type": "no such"}, None),
        ({}, None),
        ({"properties": {"intent": {"type": "string"}, "odd": 7}}, {"intent": "return_item"}),
    ],
)
def test_a_value_fits_its_schema(schema: dict[str, object], value: object) -> None:
    said = json.loads(answer(OLD, RETURN, schema))
    assert (said, type(said)) == (value, type(value))


def test_text_in_json_is_readable_and_whole() -> None:
    said = answer(OLD, RETURN, {"type": "string"})
    assert json.loads(said) in answer(OLD, RETURN)
    assert "\\u" not in answer(OLD, "Answer as JSON. Where is my parcel?")


@given(st.text(max_size=100), st.sampled_from([OLD, NEW]))
def test_a_longer_text_never_counts_fewer_tokens(text: str, counted: Model) -> None:
    assert tokens(counted, text) <= tokens(counted, text + "x")
    assert len(text) / 4 * counted.token_factor <= tokens(counted, text) < len(text) / 4 * counted.token_factor + 1


@pytest.mark.parametrize("listed", [m for m in MODELS.values() if m.lifecycle != "retired"], ids=lambda m: m.id)
def test_thinking_and_counting_follow_the_generation(listed: Model) -> None:
    """A Claude thinks from 5.5 and counts a third more from 5.0; a GPT of the generations since 6 reasons."""
    claude, gpt = claude_version(listed.answers_as), gpt_version(listed.id)
    assert listed.thinks is (claude >= (5, 5) or gpt >= (6, 0))
    assert listed.token_factor == (1.3 if claude >= (5, 0) else 1.0)


@pytest.mark.parametrize(
    ("model_id", "factor", "thinks"),
    [("claude-opus-4-6", 1.0, False), ("claude-opus-5", 1.3, False), ("claude-haiku-6-1", 1.3, True)],
)
def test_an_unlisted_claude_behaves_as_its_generation(model_id: str, factor: float, thinks: bool) -> None:
    unlisted = model_named(model_id)
    assert unlisted is not None
    assert (unlisted.token_factor, unlisted.thinks) == (factor, thinks)
    assert 0.3 <= unlisted.first_token_s <= 0.9
    assert 70 <= unlisted.tokens_per_s <= 160


def test_unlisted_models_differ_from_each_other() -> None:
    found = [model_named(f"gpt-4.1-nano-2025-04-{day}") for day in range(10, 30)]
    assert len({(m.voice, m.first_token_s) for m in found if m is not None}) == 20
    assert {m.voice for m in found if m is not None} == set(get_args(Voice))
