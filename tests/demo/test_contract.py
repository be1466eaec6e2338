"""The contract rules: what each family rejects, with the parameter to blame."""

from __future__ import annotations

from typing import Any

import pytest

from console.demo.standin.contract import claude_rejects, gemini_rejects, gpt_rejects, signature_of

NOW, THEN = "2026-10-21", "2023-06-01"
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
USER = {"role": "user", "content": "Hello"}


def claude_blames(model_id: str, version: str, **body: Any) -> str | None:
    rejection = claude_rejects(model_id, {"messages": [USER], **body}, version)
    return rejection.param if rejection else None


def gpt_blames(model_id: str, *, chat: bool = True, **body: Any) -> str | None:
    rejection = gpt_rejects(model_id, body, chat=chat)
    return rejection.param if rejection else None


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
@pytest.mark.parametrize("model_id", [OLD, NEW])
def test_the_new_api_version_takes_no_sampling_parameters_on_any_model(model_id: str, name: str) -> None:
    assert claude_blames(model_id, NOW, **{name: 1}) == name


def test_the_old_api_version_takes_them_on_old_models_only() -> None:
    assert claude_blames(OLD, THEN, temperature=0.2, top_p=0.9, top_k=5) is None
    assert claude_blames(NEW, THEN, temperature=0.2) == "temperature"
    assert claude_blames(NEW, THEN, top_p=0.9) == "top_p"
    assert claude_blames(NEW, THEN, top_k=5) == "top_k"
    assert claude_blames(NEW, THEN, temperature=1, top_p=1) is None


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, "thinking"),
        ({"thinking": {"type": "disabled"}}, "thinking"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        ({"tool_choice": {"type": "tool", "name": "x"}}, "tool_choice"),
        ({"messages": [USER, {"role": "assistant", "content": "The answer is"}]}, "messages"),
    ],
)
def test_what_the_upgrade_breaks(body: dict[str, Any], param: str) -> None:
    assert claude_blames(OLD, NOW, **body) is None
    assert claude_blames(NEW, NOW, **body) == param


def test_what_the_upgrade_keeps() -> None:
    assert claude_blames(NEW, NOW, thinking={"type": "adaptive"}, tool_choice={"type": "auto"}) is None


def test_a_thinking_block_of_another_model_is_refused_and_its_own_is_not() -> None:
    def conversation(signer: str) -> list[dict[str, Any]]:
        block = {"type": "thinking", "thinking": "", "signature": signature_of(signer)}
        return [USER, {"role": "assistant", "content": [block, {"type": "text", "text": "Hi"}]}, USER]

    assert claude_blames(NEW, NOW, messages=conversation(NEW)) is None
    assert claude_blames(NEW, NOW, messages=conversation(OLD)) == "messages"
    assert claude_blames(OLD, NOW, messages=conversation(NEW)) == "messages"


@pytest.mark.parametrize("model_id", ["gpt-5-2025-08-07", "gpt-6-luna", "gpt-6.2-sol", "o3"])
def test_newer_openai_models_want_max_completion_tokens(model_id: str) -> None:
    assert gpt_blames(model_id, max_tokens=100) == "max_tokens"
    assert gpt_blames(model_id, max_completion_tokens=100) is None


@pytest.mark.parametrize("model_id", ["gpt-4.1-mini-2025-04-14", "gpt-4o-2024-08-06"])
def test_older_openai_models_take_everything(model_id: str) -> None:
    assert gpt_blames(model_id, max_tokens=100, temperature=0.1, top_p=0.5, logprobs=True) is None


def test_sampling_is_bound_to_effort_none() -> None:
    for name, value in (("temperature", 0.2), ("top_p", 0.9), ("logprobs", True)):
        assert gpt_blames("gpt-6-luna", **{name: value}) == name
        assert gpt_blames("gpt-6-luna", reasoning_effort="none", **{name: value}) is None
        assert gpt_blames("gpt-6-luna", chat=False, reasoning={"effort": "none"}, **{name: value}) is None
        assert gpt_blames("gpt-5.4-mini-2026-03-17", **{name: value}) is None
        assert gpt_blames("gpt-5-2025-08-07", **{name: value}) == name


def test_defaults_of_sampling_are_harmless() -> None:
    assert gpt_blames("gpt-6-luna", temperature=1, top_p=1, logprobs=False) is None


@pytest.mark.parametrize("effort", ["none", "minimal"])
def test_the_newest_models_have_no_such_effort(effort: str) -> None:
    assert gpt_blames("gpt-6.1-sol", reasoning_effort=effort) == "reasoning_effort"
    assert gpt_blames("gpt-6.1-sol", chat=False, reasoning={"effort": effort}) == "reasoning_effort"
    assert gpt_blames("gpt-6-luna", reasoning_effort=effort) is None


def test_tools_of_the_newest_models_need_the_responses_api() -> None:
    tools = [{"type": "function", "function": {"name": "x"}}]
    assert gpt_blames("gpt-6.1-sol", tools=tools) == "tools"
    assert gpt_blames("gpt-6.1-sol", chat=False, tools=tools) is None
    assert gpt_blames("gpt-6-luna", tools=tools) == "reasoning_effort"
    assert gpt_blames("gpt-6-luna", tools=tools, reasoning_effort="none") is None
    assert gpt_blames("gpt-6-luna", chat=False, tools=tools) is None
    assert gpt_blames("gpt-5.4-mini-2026-03-17", tools=tools) is None


def test_gpt_6_2_rejects_any_temperature_but_one() -> None:
    assert gpt_blames("gpt-6.2-sol", temperature=0.7) == "temperature"
    assert gpt_blames("gpt-6.2-sol", temperature=1) is None


def test_rejections_say_what_to_use_instead() -> None:
    rejection = gpt_rejects("gpt-6-luna", {"max_tokens": 10}, chat=True)
    assert rejection is not None
    assert "max_completion_tokens" in rejection.message
    assert (rejection.status, rejection.code) == (400, "unsupported_parameter")


def test_gemini_4_wants_levels_not_budgets() -> None:
    body = {"google": {"thinking_config": {"thinking_budget": 100}}}
    rejection = gemini_rejects("gemini-4.0-pro", body)
    assert rejection is not None
    assert rejection.param == "thinking_budget"
    assert gemini_rejects("gemini-3.8-flash", body) is None
    assert gemini_rejects("gemini-4.0-pro", {}) is None


@pytest.mark.parametrize("odd", [None, "text", 7, [], [None], [[]], {"content": [7, None]}, [{"content": [7, None]}]])
def test_bodies_of_the_wrong_shape_do_not_break_the_rules(odd: Any) -> None:
    body = {"messages": odd, "thinking": odd, "tool_choice": odd, "reasoning": odd, "google": odd}
    claude_rejects(NEW, body, NOW)
    gpt_rejects("gpt-6.1-sol", body, chat=False)
    gemini_rejects("gemini-4.0-pro", body)


@pytest.mark.parametrize("name", ["top_p", "logprobs"])
def test_gpt_6_2_minds_the_temperature_alone(name: str) -> None:
    assert gpt_blames("gpt-6.2-sol", **{name: 0.5}) is None
    assert gpt_blames("gpt-6.1-sol", **{name: 0.5}) == name


def test_every_rejection_is_a_bad_request_that_names_the_model_or_parameter() -> None:
    rejected = claude_rejects(NEW, {"messages": [USER], "thinking": {"type": "disabled"}}, NOW)
    assert rejected is not None
    assert (rejected.status, rejected.code) == (400, None)
    assert NEW in rejected.message
    assert "`disabled`" in rejected.message
