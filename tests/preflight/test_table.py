"""The table of rules: whole, sourced, and of one mind with an independent simulation of the providers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog import contract
from console.catalog.contract import UNSEEN, Condition, hits
from console.demo.standin.contract import claude_rejects, gpt_rejects
from console.demo.standin.models import MODELS
from console.providers.parameters import accepted, neutral_name

DOCUMENT = json.loads((Path(contract.__file__).parent / "data" / "contract.json").read_text("utf-8"))
PROVIDERS = ("anthropic", "openai", "gemini")
VALUES: Mapping[str, list[object]] = {
    "temperature": [0, 0.7, 1],
    "top_p": [0.5, 1],
    "top_k": [5],
    "thinking": [{"type": "enabled", "budget_tokens": 1_024}, {"type": "disabled"}, {"type": "adaptive"}],
    "tool_choice": ["auto", {"type": "any"}, {"type": "tool", "name": "find"}],
    "effort": ["none", "minimal", "low"],
    "tools": [[{"name": "find"}]],
    "logprobs": [True],
    "max_tokens": [5],
}
CLAUDES = sorted(
    model.id for model in MODELS.values() if model.provider == "anthropic" and model.lifecycle != "retired"
)
GPTS = sorted(model.id for model in MODELS.values() if model.provider == "openai" and model.lifecycle != "retired")
SENT = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


@pytest.mark.parametrize("section", ["rules", "changes", "tokenizers", "outputs"])
def test_every_row_has_a_provider_a_pattern_and_a_source(section: str) -> None:
    for row in DOCUMENT[section]:
        assert row["provider"] in PROVIDERS
        assert row["source"] in DOCUMENT["sources"]
        re.compile(row["models"])


def test_every_rule_says_why_and_has_a_name_of_its_own() -> None:
    rules = DOCUMENT["rules"]
    assert len({row["id"] for row in rules}) == len(rules)
    for row in rules:
        assert row["reason"]
        assert row["parameters"]
        assert row["effect"] in ("rejected", "ignored", "moved", "renamed")
        assert all(neutral_name(name) == name for name in row["parameters"]), "rules are in the words used here"


def test_the_table_is_dated() -> None:
    assert contract.as_of().isoformat() == DOCUMENT["as_of"]


@given(st.sampled_from(CLAUDES), SENT)
def test_what_the_simulated_anthropic_rejects_is_in_the_table(model: str, sent: dict[str, object]) -> None:
    body = {name: value for name, value in sent.items() if name not in ("effort", "tools", "logprobs")}
    if isinstance(body.get("tool_choice"), str):
        body["tool_choice"] = {"type": body["tool_choice"]}
    refused = claude_rejects(model, body, "2026-10-21")
    found = {hit.parameter: hit for hit in hits("anthropic", model, body, api="messages")}
    if refused is not None:
        assert found[str(refused.param)].certain
    elif model.endswith("-5-5") or "-4-5-" in model:  # the others it simulates more kindly than their makers
        assert not found


@given(st.sampled_from(GPTS), SENT)
def test_what_the_simulated_openai_rejects_is_in_the_table(model: str, sent: dict[str, object]) -> None:
    sent = {name: value for name, value in sent.items() if name not in ("thinking", "tool_choice", "top_k")}
    body = {("reasoning_effort" if name == "effort" else name): value for name, value in sent.items()}
    refused = gpt_rejects(model, body, chat=True)
    found = {hit.parameter for hit in hits("openai", model, sent, api="chat")}
    if refused is not None:
        named = neutral_name(str(refused.param))
        assert named in found or (named == "effort" and "tools" in found)


@given(st.sampled_from([("anthropic", model) for model in CLAUDES] + [("openai", model) for model in GPTS]), SENT)
def test_what_is_kept_of_a_routes_params_is_hit_no_more(served: tuple[str, str], sent: dict[str, object]) -> None:
    provider, model = served
    kept, notes = accepted(model, provider, sent)
    again, more = accepted(model, provider, kept)
    assert (again, more) == (kept, ())
    assert {note.parameter for note in notes} == set(sent) - set(kept)


@given(
    st.sampled_from([("anthropic", model) for model in CLAUDES] + [("openai", model) for model in GPTS]),
    SENT,
    st.sets(st.sampled_from(sorted(VALUES))),
    st.sampled_from(["", "chat", "responses"]),
)
def test_a_value_that_is_not_known_hides_no_rejection(
    served: tuple[str, str], sent: dict[str, object], hidden: set[str], api: str
) -> None:
    provider, model = served
    unseen = {name: UNSEEN if name in hidden else value for name, value in sent.items()}
    with_values = {hit.parameter for hit in hits(provider, model, sent, api=api)}
    without = {hit.parameter for hit in hits(provider, model, unseen, api=api)}
    assert with_values <= without


@given(SENT, st.text(max_size=30), st.sampled_from([*PROVIDERS, None, "mistral"]))
def test_no_model_id_makes_the_rules_fail(sent: dict[str, object], model: str, provider: str | None) -> None:
    for hit in hits(provider, model, sent):
        assert hit.parameter in sent


@pytest.mark.parametrize(
    ("condition", "sent", "holds"),
    [
        (Condition(inside=("a",)), {"p": "a"}, True),
        (Condition(inside=("a",)), {"p": "b"}, False),
        (Condition(inside=("a",)), {"p": {"type": "a"}}, True),
        (Condition(inside=("a",)), {"p": UNSEEN}, None),
        (Condition(outside=(1,)), {"p": 0.7}, True),
        (Condition(outside=(1,)), {"p": 1}, False),
        (Condition(outside=(1,)), {"p": [1]}, True),
        (Condition(of="q", outside=("x",)), {"p": 1}, None),
        (Condition(of="q", outside=("x",), absent=True), {"p": 1}, True),
        (Condition(of="q", outside=("x",)), {"p": 1, "q": "x"}, False),
    ],
)
def test_a_condition_is_true_false_or_not_known(condition: Condition, sent: dict[str, object], holds: object) -> None:
    assert condition.holds("p", sent) is holds


@pytest.mark.parametrize(
    ("old", "new", "ratio"),
    [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5", 1.3),
        ("claude-opus-4-6", "claude-opus-4-8", 1.3),
        ("claude-sonnet-5", "claude-sonnet-5-5", 1.0),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-5-5", 1.3),
    ],
)
def test_the_ratio_of_tokens_between_two_claudes(old: str, new: str, ratio: float) -> None:
    found = contract.token_ratio("anthropic", old, new)
    assert found is not None
    assert found.value == pytest.approx(ratio)
    assert found.why


@pytest.mark.parametrize(("old", "new"), [("gpt-4o", "gpt-6-luna"), ("gpt-4", "gpt-4o"), ("o3", "nobody-knows")])
def test_a_ratio_that_nobody_told_is_not_known(old: str, new: str) -> None:
    assert contract.token_ratio("openai", old, new) is None


def test_changes_leave_out_what_was_so_before() -> None:
    new = {told.text for told in contract.changes("anthropic", "claude-sonnet-5-5", "claude-sonnet-4-5-20250929")}
    same = {told.text for told in contract.changes("anthropic", "claude-sonnet-5-5", "claude-sonnet-5")}
    assert any(text.startswith("thinks unless told otherwise") for text in new)
    assert not any(text.startswith("thinks unless told otherwise") for text in same)


@pytest.mark.parametrize(
    ("provider", "model", "known"),
    [
        ("anthropic", "claude-sonnet-5-5", True),
        ("openai", "gpt-4.1-mini-2025-04-14", True),
        ("anthropic", "claude-banana-9", False),
        ("openai", "gpt-9-nova", False),
        (None, "llama-4", False),
    ],
)
def test_silence_about_a_model_is_told_from_knowledge(provider: str | None, model: str, known: bool) -> None:
    assert contract.known(provider, model) is known


@pytest.mark.parametrize("api", ["messages", "chat", "responses"])
def test_the_names_that_an_api_takes_are_those_of_the_installed_sdk(api: str) -> None:
    import inspect

    from anthropic.resources.messages import Messages
    from openai.resources.chat.completions import Completions
    from openai.resources.responses import Responses

    made = {"messages": Messages.create, "chat": Completions.create, "responses": Responses.create}[api]
    sampling = {"temperature", "top_p", "top_k"} if api == "messages" else set()
    assert contract.takes(api) - sampling == set(inspect.signature(made).parameters) - {"self"}
    assert not contract.takes("telepathy")
