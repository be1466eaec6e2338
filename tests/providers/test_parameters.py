"""A route's parameters reach each model in the words it knows, and what it rejects stays behind with a note."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.providers.parameters import accepted, needs_responses, neutral
from console.providers.records import Question
from console.providers.shaping import anthropic_call, chat_call, responses_call

SCHEMA = {"type": "object", "properties": {"urgency": {"type": "string"}}}
ANTHROPIC_TOOL = {"name": "track", "description": "Finds a parcel", "input_schema": SCHEMA}
CHAT_TOOL = {"type": "function", "function": {"name": "track", "description": "Finds a parcel", "parameters": SCHEMA}}
RESPONSES_TOOL = {"type": "function", "name": "track", "description": "Finds a parcel", "parameters": SCHEMA}


def question(model: str = "m", provider: str | None = None, **params: object) -> Question:
    return Question(model, ({"role": "user", "content": "hi"},), "Be brief.", params, provider)


@pytest.mark.parametrize(
    ("model", "provider", "params", "left_out"),
    [
        (
            "claude-sonnet-5-5",
            "anthropic",
            {"temperature": 0, "top_p": 0.9, "top_k": 5},
            {"temperature", "top_p", "top_k"},
        ),
        ("claude-haiku-4-5-20251001", "anthropic", {"temperature": 0.2}, {"temperature"}),
        ("claude-sonnet-5-5", "anthropic", {"thinking": {"type": "enabled", "budget_tokens": 1_024}}, {"thinking"}),
        ("claude-haiku-5-5", "anthropic", {"thinking": {"type": "disabled"}}, {"thinking"}),
        ("claude-sonnet-5-5", "anthropic", {"thinking": {"type": "adaptive"}}, set()),
        ("claude-sonnet-4-5-20250929", "anthropic", {"thinking": {"type": "enabled", "budget_tokens": 1_024}}, set()),
        ("claude-sonnet-5-5", "anthropic", {"tool_choice": {"type": "any"}}, {"tool_choice"}),
        ("claude-sonnet-5-5", "anthropic", {"tool_choice": "track"}, {"tool_choice"}),
        ("claude-sonnet-5-5", "anthropic", {"tool_choice": "auto"}, set()),
        ("claude-sonnet-5-5", "anthropic", {"effort": "minimal"}, {"effort"}),
        ("gpt-4.1-mini-2025-04-14", "openai", {"temperature": 0, "top_p": 0.5}, set()),
        ("o3", "openai", {"temperature": 0}, {"temperature"}),
        ("gpt-5-mini", "openai", {"temperature": 0}, {"temperature"}),
        ("gpt-6-luna", "openai", {"temperature": 0, "logprobs": True}, {"temperature", "logprobs"}),
        ("gpt-6-luna", "openai", {"temperature": 0, "effort": "none"}, set()),
        ("gpt-5.4-mini-2026-03-17", "openai", {"temperature": 0, "reasoning_effort": "none"}, set()),
        ("gpt-6.1", "openai", {"effort": "none"}, {"effort"}),
        ("gpt-6.2-astra", "openai", {"effort": "minimal"}, {"effort"}),
        ("gpt-6.2-astra", "openai", {"temperature": 0.5}, {"temperature"}),
        ("gpt-6.2-astra", "openai", {"temperature": 1}, set()),
        ("gpt-4o", "openai", {"top_k": 5}, {"top_k"}),
        ("gemini-2.5-flash", "gemini", {"temperature": 0, "thinking_budget": 100}, set()),
        ("gemini-3.8-flash", "gemini", {"temperature": 0, "thinking_budget": 100}, {"temperature", "thinking_budget"}),
        ("gemini-10-pro", "gemini", {"top_k": 3}, {"top_k"}),
    ],
)
def test_what_a_model_rejects_is_left_out_and_noted(model, provider, params, left_out):
    kept, notes = accepted(model, provider, params)
    assert {note.parameter for note in notes} == left_out
    assert set(kept) == set(neutral(params)) - left_out
    assert all(note.reason for note in notes)


def test_the_parameters_given_are_not_changed():
    params = {"temperature": 0, "max_completion_tokens": 5}
    accepted("claude-sonnet-5-5", "anthropic", params)
    assert params == {"temperature": 0, "max_completion_tokens": 5}


def test_one_limit_has_a_name_for_each_api():
    for written in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        assert anthropic_call(question(**{written: 9}))["max_tokens"] == 9
        assert chat_call(question("gpt-4o", **{written: 9}))["max_tokens"] == 9
        assert chat_call(question("gpt-5-mini", **{written: 9}))["max_completion_tokens"] == 9
        assert chat_call(question("gemini-2.5-pro", "gemini", **{written: 9}))["max_tokens"] == 9
        assert responses_call(question(**{written: 9}))["max_output_tokens"] == 9


def test_anthropic_always_gets_a_limit_and_the_others_only_if_asked():
    assert anthropic_call(question())["max_tokens"] == 4_096
    assert not {"max_tokens", "max_completion_tokens"} & set(chat_call(question("gpt-4o")))
    assert "max_output_tokens" not in responses_call(question())


def test_the_system_prompt_goes_where_each_api_wants_it():
    assert anthropic_call(question())["system"] == "Be brief."
    assert chat_call(question())["messages"][0] == {"role": "system", "content": "Be brief."}
    assert responses_call(question())["instructions"] == "Be brief."
    assert "system" not in anthropic_call(Question.of("m", "hi"))


@pytest.mark.parametrize("tool", [ANTHROPIC_TOOL, CHAT_TOOL, RESPONSES_TOOL])
def test_a_tool_written_in_any_form_reaches_every_api(tool):
    asked = question(tools=[tool])
    assert anthropic_call(asked)["tools"] == [ANTHROPIC_TOOL]
    assert chat_call(asked)["tools"] == [CHAT_TOOL]
    assert responses_call(asked)["tools"] == [RESPONSES_TOOL]


def test_a_tool_that_the_provider_runs_is_passed_on():
    web = {"type": "web_search_20260209", "name": "web_search"}
    assert anthropic_call(question(tools=[web]))["tools"] == [web]


@pytest.mark.parametrize(
    ("choice", "anthropic", "chat", "responses"),
    [
        ("auto", {"type": "auto"}, "auto", "auto"),
        ({"type": "any"}, {"type": "any"}, "required", "required"),
        ("required", {"type": "any"}, "required", "required"),
        ("none", {"type": "none"}, "none", "none"),
        *(
            (
                choice,
                {"type": "tool", "name": "track"},
                {"type": "function", "function": {"name": "track"}},
                {"type": "function", "name": "track"},
            )
            for choice in (
                "track",
                {"type": "tool", "name": "track"},
                {"type": "function", "function": {"name": "track"}},
            )
        ),
    ],
)
def test_a_tool_choice_is_translated(choice, anthropic, chat, responses):
    asked = question(tool_choice=choice)
    assert anthropic_call(asked)["tool_choice"] == anthropic
    assert chat_call(asked)["tool_choice"] == chat
    assert responses_call(asked)["tool_choice"] == responses


@pytest.mark.parametrize(
    "params",
    [
        {"json_schema": SCHEMA},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}},
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    ],
)
def test_a_json_schema_written_in_any_form_reaches_every_api(params):
    asked = question(**params)
    assert anthropic_call(asked)["output_config"]["format"] == {"type": "json_schema", "schema": SCHEMA}
    assert chat_call(asked)["response_format"]["json_schema"]["schema"] == SCHEMA
    assert responses_call(asked)["text"]["format"]["schema"] == SCHEMA


def test_effort_and_stop_words_are_translated():
    asked = question(effort="low", stop=["END"])
    assert anthropic_call(asked)["output_config"] == {"effort": "low"}
    assert anthropic_call(asked)["stop_sequences"] == ["END"]
    assert chat_call(asked)["reasoning_effort"] == "low"
    assert chat_call(asked)["stop"] == ["END"]
    assert responses_call(asked)["reasoning"] == {"effort": "low"}


def test_what_steers_us_is_never_sent():
    for call in (anthropic_call, chat_call, responses_call):
        body = call(
            replace(question("right"), params={"api": "chat", "model": "wrong", "stream": False, "messages": []})
        )
        assert body["model"] == "right"
        assert not {"api", "stream"} & set(body)


def test_responses_are_not_stored_unless_asked():
    assert responses_call(question())["store"] is False
    assert responses_call(question(store=True))["store"] is True


@pytest.mark.parametrize(
    ("model", "params", "responses"),
    [
        ("gpt-6.1", {"tools": [CHAT_TOOL]}, True),
        ("gpt-6.1", {}, False),
        ("gpt-6.1", {"tools": [CHAT_TOOL], "api": "chat"}, False),
        ("gpt-6-luna", {"tools": [CHAT_TOOL]}, True),
        ("gpt-5.6-sol", {"tools": [CHAT_TOOL]}, True),
        ("gpt-6-luna", {}, False),
        ("gpt-5", {"tools": [CHAT_TOOL]}, False),
        ("gpt-4o", {"api": "responses"}, True),
        ("gpt-5-pro", {}, True),
        ("o3-pro-2025-06-10", {}, True),
        ("gpt-5.3-codex", {}, True),
        ("gpt-5", {}, False),
    ],
)
def test_which_models_need_the_responses_api(model, params, responses):
    assert needs_responses(model, params) is responses


async def test_what_is_sent_is_what_was_shaped(run, server, streams):
    asked = Question.of("claude-sonnet-5-5", "hi", "Be brief.", {"tools": [CHAT_TOOL], "unheard_of": 1, "stop": "END"})
    await run(asked, streams.anthropic())
    path, headers, body = server.seen[-1]
    assert path == "/v1/messages"
    assert headers["anthropic-version"] == "2026-10-21"
    assert body == {**anthropic_call(asked), "stream": True}
    asked = Question.of("gpt-4.1-mini-2025-04-14", "hi", params={"temperature": 0, "unheard_of": 1})
    await run(asked, streams.chat())
    assert server.body == {**chat_call(asked), "stream": True, "stream_options": {"include_usage": True}}
    asked = Question.of("gpt-4o", "hi", params={"api": "responses", "unheard_of": 1})
    await run(asked, streams.responses())
    assert server.seen[-1][0] == "/v1/responses"
    assert server.body == {**responses_call(asked), "stream": True}
