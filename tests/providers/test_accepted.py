"""Whatever a route's parameters are: what is sent to a model is what that model takes.

The judge is the stand-in's contract, which was written from the providers' documentation and not from our table.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.contract import claude_rejects, gemini_rejects, gpt_rejects
from console.providers.adapters import adapter_name
from console.providers.parameters import accepted, bare_id, counts_completion, neutral
from console.providers.records import Question
from console.providers.shaping import anthropic_call, chat_call, responses_call

CLAUDES = ("claude-haiku-4-5-20251001", "claude-sonnet-4-6", "claude-sonnet-5-5", "claude-haiku-5-5")
GPTS = (
    "gpt-4o-2024-08-06",
    "gpt-4.1",
    "gpt-5",
    "o3",
    "gpt-5.4-mini-2026-03-17",
    "gpt-6-luna",
    "gpt-6.1-sol",
    "gpt-6.2",
)
TOOL = {"name": "track", "description": "Finds a parcel", "input_schema": {"type": "object"}}
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": st.integers(1, 4_000),
        "temperature": st.sampled_from([0, 0.5, 1]),
        "top_p": st.sampled_from([0.5, 1]),
        "top_k": st.integers(1, 50),
        "logprobs": st.booleans(),
        "effort": st.sampled_from(["none", "minimal", "low", "high"]),
        "thinking": st.sampled_from([{"type": "enabled", "budget_tokens": 1_024}, {"type": "adaptive"}]),
        "tools": st.just([TOOL]),
        "tool_choice": st.sampled_from(["auto", "any", "track", {"type": "tool", "name": "track"}]),
        "stop": st.just(["END"]),
        "thinking_budget": st.integers(0, 100),
    },
)


def asked(model: str, provider: str, params: dict[str, Any]) -> Question:
    kept, _ = accepted(model, provider, params)
    return Question(model, ({"role": "user", "content": "hi"},), "Be brief.", kept, provider)


@given(st.sampled_from(CLAUDES), PARAMS)
def test_no_claude_rejects_what_is_sent_to_it(model: str, params: dict[str, Any]):
    body = anthropic_call(asked(model, "anthropic", params))
    assert claude_rejects(model, body, "2026-10-21") is None


@given(st.sampled_from(GPTS), PARAMS)
def test_no_gpt_rejects_what_is_sent_to_it(model: str, params: dict[str, Any]):
    question = asked(model, "openai", params)
    chat = adapter_name(question, "openai") == "openai_chat"
    body = chat_call(question) if chat else responses_call(question)
    assert gpt_rejects(model, body, chat=chat) is None


def test_a_rejected_effort_does_not_let_sampling_parameters_through() -> None:
    kept, notes = accepted("gpt-6.1-sol", "openai", {"temperature": 0, "effort": "none"})
    assert kept == {}
    assert {note.parameter for note in notes} == {"effort", "temperature"}


@given(st.sampled_from(["gemini-2.5-flash", "gemini-3.8-flash", "gemini-4.0-pro"]), PARAMS)
def test_no_gemini_rejects_what_is_sent_to_it(model: str, params: dict[str, Any]):
    body = chat_call(asked(model, "gemini", params))
    assert gemini_rejects(model, body.get("extra_body", {})) is None


@given(st.sampled_from([*((m, "anthropic") for m in CLAUDES), *((m, "openai") for m in GPTS)]), PARAMS)
def test_everything_is_sent_or_noted_and_a_second_look_finds_nothing(target: tuple[str, str], params: dict[str, Any]):
    kept, notes = accepted(*target, params)
    left_out = [note.parameter for note in notes]
    assert len(left_out) == len(set(left_out)), "noted twice"
    assert {*kept, *left_out} == set(neutral(params))
    assert not set(kept) & set(left_out)
    assert all(kept[name] == neutral(params)[name] for name in kept)


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("openai/gpt-5", "gpt-5"),
        ("ft:gpt-4o-mini:team::x", "gpt-4o-mini:team::x"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("a/b/GPT-4o", "gpt-4o"),
        ("claude-sonnet-5-5", "claude-sonnet-5-5"),
    ],
)
def test_a_prefix_on_the_way_to_a_model_changes_none_of_its_rules(written: str, bare: str):
    assert bare_id(written) == bare
    assert accepted(written, "openai", {"temperature": 0}) == accepted(bare, "openai", {"temperature": 0})


@pytest.mark.parametrize(
    ("model", "completion"),
    [("gpt-3.5-turbo", False), ("gpt-4o", False), ("gpt-4.1", False), ("gpt-5", True), ("o3", True), ("gpt-6.2", True)],
)
def test_the_name_of_the_limit_follows_the_generation(model: str, completion: bool):
    assert counts_completion(model) is completion


def test_the_first_of_two_names_for_one_thing_wins():
    assert neutral({"max_tokens": 5, "max_output_tokens": 9}) == {"max_tokens": 5}
    assert neutral({"max_output_tokens": 9, "max_tokens": 5}) == {"max_tokens": 9}


@pytest.mark.parametrize("odd", [None, 5, "text", [], {"json_schema": 5}, {"json_schema": {"schema": "no"}}])
def test_a_response_format_that_is_no_schema_stays_as_it_is(odd: object):
    assert neutral({"response_format": odd}) == {"response_format": odd}


def test_a_schema_said_directly_wins_over_one_in_a_format():
    form = {"json_schema": {"schema": {"type": "array"}}}
    assert neutral({"json_schema": {"type": "object"}, "response_format": form})["json_schema"] == {"type": "object"}


@pytest.mark.parametrize("shape", [anthropic_call, chat_call, responses_call])
def test_shaping_changes_neither_question_nor_parameters(shape: Any):
    params = {"tools": [dict(TOOL)], "output_config": {"x": 1}, "max_tokens": 5, "effort": "low", "json_schema": {}}
    question = Question.of("m", "hi", "Be brief.", params)
    before = repr(question)
    shape(question)
    assert repr(question) == before


def test_one_tool_and_one_stop_word_need_no_list():
    assert anthropic_call(Question.of("m", "x", params={"tools": TOOL}))["tools"] == [TOOL]
    assert anthropic_call(Question.of("m", "x", params={"stop": "END"}))["stop_sequences"] == ["END"]


def test_an_output_config_is_completed_and_not_replaced():
    body = anthropic_call(Question.of("m", "x", params={"output_config": {"verbosity": "low"}, "effort": "high"}))
    assert body["output_config"] == {"verbosity": "low", "effort": "high"}


@pytest.mark.parametrize("provider", ["openai", None])
def test_thinking_of_gemini_goes_to_nobody_else(provider: str | None):
    params = {"thinking_level": "low"}
    gemini = chat_call(Question("m", (), params=params, provider="gemini"))
    assert gemini["extra_body"] == {"google": {"thinking_config": {"thinking_level": "low"}}}
    assert "extra_body" not in chat_call(Question("m", (), params=params, provider=provider))


@pytest.mark.parametrize("tool", ["name", 5, {"type": "web_search"}, {"name": "x"}, {"function": 5}])
@pytest.mark.parametrize("shape", [anthropic_call, chat_call, responses_call])
def test_a_tool_that_nobody_here_understands_is_passed_on(shape: Any, tool: object):
    assert shape(Question.of("m", "x", params={"tools": [tool]}))["tools"] == [tool]


@pytest.mark.parametrize("choice", [5, ["x"], {"type": 5}, {"function": 5}, {}])
@pytest.mark.parametrize("shape", [anthropic_call, chat_call, responses_call])
def test_a_tool_choice_that_nobody_here_understands_is_passed_on(shape: Any, choice: object):
    assert shape(Question.of("m", "x", params={"tool_choice": choice}))["tool_choice"] == choice
