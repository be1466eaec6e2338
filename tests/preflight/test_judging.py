"""From names and values to findings: what is certain, what depends, what changes, and what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.contract import UNSEEN
from console.domain.registry import Pin, Registry, Route
from console.preflight.checking import check
from console.preflight.records import Finding, Probed, Report
from console.preflight.rules import judge
from console.preflight.sent import api_of, native_name, ways
from console.preflight.wording import headline, names, short
from console.traffic.mix import Called, Mix

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
OPENAI = {"provider": "openai", "before": "openai"}
PLAIN = ("max_tokens", "messages", "model", "system")


def called(*more: str, requests: int = 10, answered: int | None = None, base: tuple[str, ...] = PLAIN) -> Called:
    return Called((*base, *more), "anthropic", requests, requests if answered is None else answered)


def findings(
    *calls: Called, params: dict[str, object] | None = None, model: str = NEW, provider: str = "anthropic",
    before: str = "anthropic",
) -> dict[str, Finding]:  # fmt: skip
    sent = ways(params or {}, calls, before)
    return {finding.parameter: finding for finding in judge(provider, model, sent, before)}


def report(*calls: Called, params: dict[str, object] | None = None, model: str = NEW, old: str = OLD) -> Report:
    route = Route("support", old, params=params or {})
    registry = Registry({"support": route}, {old: Pin(old, NOW.date(), "known")})
    return check(registry, route, model, Mix(called=calls), NOW)


def test_a_value_in_the_registry_makes_a_rejection_certain() -> None:
    found = findings(params={"temperature": 0.2, "thinking": {"type": "enabled", "budget_tokens": 2_048}})
    assert {name: finding.level for name, finding in found.items()} == {
        "temperature": "rejected",
        "thinking": "rejected",
    }


def test_a_name_without_its_value_may_be_rejected() -> None:
    found = findings(called("temperature", requests=7))["temperature"]
    assert (found.level, found.requests) == ("depends", 7)
    assert "value that is not known" in found.reason


def test_the_registrys_value_is_what_the_recorded_name_stands_for() -> None:
    assert findings(called("temperature"), params={"temperature": 0.2})["temperature"].level == "rejected"
    assert "temperature" not in findings(
        called("temperature"), params={"temperature": 1}, model="gpt-6.2-astra", **OPENAI
    )


@pytest.mark.parametrize(
    ("extra", "parameter"),
    [
        (("thinking", "thinking.budget_tokens", "thinking.type"), "thinking"),
        (("tool_choice", "tool_choice.name", "tool_choice.type", "tools"), "tool_choice"),
        (("prefill",), "prefill"),
        (("top_k",), "top_k"),
    ],
)
def test_a_recorded_name_that_leaves_no_doubt_is_rejected(extra: tuple[str, ...], parameter: str) -> None:
    found = findings(called(*extra))[parameter]
    assert found.level == "rejected"
    assert found.source.startswith("https://")
    assert found.instead


def test_adaptive_thinking_and_a_free_choice_of_tools_are_accepted() -> None:
    assert not findings(params={"thinking": {"type": "adaptive"}, "tool_choice": "auto", "tools": [], "max_tokens": 9})


def test_what_is_sent_and_answered_today_is_not_blamed_on_an_sdk() -> None:
    old_api = "claude-haiku-4-5-20251001"
    assert not findings(called("temperature"), model=old_api)
    unanswered = findings(called("temperature", answered=0), model=old_api)["temperature"]
    assert unanswered.level == "depends"
    assert "SDK is 2.0 or later" in unanswered.reason


@pytest.mark.parametrize(
    ("names_", "model", "parameter", "level"),
    [
        (("max_tokens", "messages", "model"), "gpt-5.4-mini-2026-03-17", "max_tokens", "rejected"),
        (("max_tokens", "messages", "model"), "gpt-4o-2024-11-20", "max_tokens", None),
        (("max_completion_tokens", "messages", "model"), "gpt-6-luna", "max_completion_tokens", None),
        (("input", "max_output_tokens", "model"), "gpt-6-luna", "max_output_tokens", None),
        (("messages", "model", "tools"), "gpt-6.1-sol", "tools", "rejected"),
        (("input", "model", "tools"), "gpt-6.1-sol", "tools", None),
        (("messages", "model", "tools", "reasoning_effort"), "gpt-5.6", "tools", "depends"),
        (("messages", "model", "tools"), "gpt-6-luna", "tools", "rejected"),
        (("messages", "model", "temperature"), "gpt-6-luna", "temperature", "rejected"),
        (("messages", "model", "temperature"), "gpt-5.4-mini-2026-03-17", "temperature", "depends"),
        (("messages", "model", "temperature"), "gpt-6.2-astra", "temperature", "depends"),
        (("messages", "model", "reasoning_effort"), "gpt-6.1-sol", "reasoning_effort", "depends"),
        (("messages", "model"), "gpt-6-luna-pro", "messages", "rejected"),
        (("messages", "model", "sparkle"), "gpt-6-luna", "sparkle", "unknown"),
    ],
)
def test_openai_by_the_names_of_the_call(names_: tuple[str, ...], model: str, parameter: str, level: str) -> None:
    found = findings(called(base=names_), model=model, provider="openai", before="openai")
    assert (found[parameter].level if parameter in found else None) == level


def test_gemini_ignores_rather_than_rejects() -> None:
    params = {"temperature": 0.2, "thinking_budget": 100}
    three = findings(params=params, model="gemini-3.8-flash", provider="gemini", before="gemini")
    assert {finding.level for finding in three.values()} == {"changed"}
    four = findings(params=params, model="gemini-4-pro", provider="gemini", before="gemini")
    assert four["thinking_budget"].level == "rejected"


def test_another_provider_is_another_call() -> None:
    found = findings(params={"thinking": {"type": "adaptive"}}, model="gpt-6-luna", provider="openai")
    assert found[""].level == "depends"
    assert "another API" in found[""].reason
    assert found["thinking"].level == "rejected"


def test_ways_of_calling_are_counted_once_each() -> None:
    twice = [called("temperature", requests=3), Called((*PLAIN, "temperature"), "anthropic 2.12", 4, 4)]
    sent = ways({}, [*twice, called(requests=5), Called((), "", 9, 9)], "anthropic")
    assert [(way.requests, way.origin) for way in sent] == [(7, "log"), (5, "log")]


def test_names_inside_objects_tell_values() -> None:
    (way,) = ways(
        {}, [called("thinking", "thinking.budget_tokens", "output_config", "output_config.effort")], "anthropic"
    )
    assert way.values["thinking"] == {"type": "enabled"}
    assert way.values["effort"] is UNSEEN
    assert native_name(way, "thinking") == "thinking"


@pytest.mark.parametrize(
    ("present", "provider", "api"),
    [
        (("messages",), "anthropic", "messages"),
        (("messages",), "openai", "chat"),
        (("input",), "openai", "responses"),
        (("temperature",), "openai", ""),
        (("messages",), "gemini", "chat"),
    ],
)
def test_the_api_is_told_by_names(present: tuple[str, ...], provider: str, api: str) -> None:
    assert api_of(present, provider) == api


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters=" "), min_size=1, max_size=20), max_size=6))
def test_any_recorded_names_can_be_judged(strange: list[str]) -> None:
    for provider in ("anthropic", "openai", "gemini"):
        found = findings(called(*strange), provider=provider, before=provider)
        assert all(finding.reason for finding in found.values())


def test_nothing_rejected_needs_calls_and_rules() -> None:
    assert report(called(), model=NEW).state == "clear"
    assert report(model=NEW).state == "unknown"
    unknown = report(called(), model="claude-banana-9")
    assert (unknown.state, unknown.exit_code) == ("unknown", 4)
    assert "✓" not in {line.mark for line in short(unknown)}
    assert any("does not mean nothing" in sentence for sentence in unknown.unknown)


def test_exit_codes_follow_the_state() -> None:
    assert report(called()).exit_code == 0
    assert report(called("temperature")).exit_code == 1
    assert report(called("top_k")).exit_code == 1
    failed = replace(report(called()), probed=Probed(failures=("overloaded",)))
    assert (failed.state, failed.exit_code) == ("unmeasured", 4)
    measured = replace(failed, findings=(Finding("rejected", "top_k", "said so", measured=True),))
    assert measured.exit_code == 1


def test_the_headline_names_what_is_rejected_and_never_too_much() -> None:
    one = report(called("top_k", "temperature", "prefill"))
    assert headline(one) == ("▲", "rejects top_k, prefill; may reject temperature", "bad")
    assert headline(report(called(requests=12))).text == "nothing rejected of 12 recorded requests"
    assert headline(report(params={"max_tokens": 9})).text == "nothing rejected of the route's params"
    many = replace(one, findings=tuple(Finding("rejected", f"p{n}", "no") for n in range(6)))
    assert headline(many).text == "rejects p0, p1, p2, p3 and 2 more"
    assert names(many.findings)[0] == "p0"


def test_the_short_lines_tell_an_end_that_is_near() -> None:
    lines = short(report(called(), model="claude-sonnet-4-5-20250929", old="claude-haiku-4-5-20251001"))
    assert ("▲", "the candidate retires in 7 days · 30 Nov", "waiting") in lines


def test_longer_answers_than_the_model_gives_are_rejected() -> None:
    found = report(params={"max_tokens": 100_000}, model="claude-haiku-4-5-20251001")
    (finding,) = found.at("rejected")
    assert finding.parameter == "max_tokens"
    assert "100,000 of 64,000" in finding.reason
