"""Really asking the stand-in through the real SDKs: what each 400 is about, and that a fault is no answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.domain.registry import Pin, Registry, Route
from console.preflight.checking import check, priced, with_ratio
from console.preflight.probing import MAX_TOKENS, MOST_WAYS, Plan, merged, plan, probe
from console.preflight.records import Probed, Report
from console.providers.endpoints import Endpoints
from console.providers.records import Limits
from console.traffic.mix import Called, Mix, Sizes

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
PATIENT = Limits(first_token_s=20.0, total_s=30.0, retries=0)
HASTY = Limits(first_token_s=0.5, total_s=30.0, retries=0)
"""For a provider that never answers: any answer that is worth waiting for may take longer on a busy machine."""
PLAIN = ("max_tokens", "messages", "model")
MIX = Mix(sizes=(Sizes(OLD, 1_000, 100, 0, 0),))


class Trial:
    """One route with what it sends, and a candidate to probe."""

    def __init__(self, *calls: tuple[str, ...], old: str = OLD, new: str = NEW, **params: object) -> None:
        route = Route("support", old, params=params)
        self.registry = Registry({"support": route}, {old: Pin(old, NOW.date(), "known")})
        self.mix = replace(MIX, called=tuple(Called((*PLAIN, *call), "", 10, 10) for call in calls))
        self.report: Report = check(self.registry, route, new, self.mix, NOW)
        self.old, self.new = priced(self.registry, old), priced(self.registry, new)

    @property
    def plan(self) -> Plan:
        return plan(self.report, self.old, self.new)

    def ask(self, url: str, limits: Limits = PATIENT) -> Probed:
        return asyncio.run(probe(self.plan, self.old, self.new, Endpoints.stand_in(url), limits=limits))


def test_every_rejected_parameter_is_named_in_one_run(stand_in_url: str) -> None:
    trial = Trial(temperature=0.2, thinking={"type": "enabled", "budget_tokens": 2_048}, top_k=5)
    probed = trial.ask(stand_in_url)
    assert {finding.parameter for finding in probed.findings} == {"temperature", "thinking", "top_k"}
    assert all(finding.measured and "(400)" in finding.reason for finding in probed.findings)
    assert all(finding.source.startswith("measured with anthropic ") for finding in probed.findings)
    assert probed.failures == ()
    assert probed.asked == 1 + 3 + 2, "once, once more for each rejected parameter, and one text on both models"
    assert probed.stand_in


def test_what_is_accepted_clears_what_the_table_only_feared(stand_in_url: str) -> None:
    trial = Trial(("temperature",), old="gpt-4.1-mini-2025-04-14", new="gpt-5.4-mini-2026-03-17")
    assert [finding.parameter for finding in trial.report.at("depends")] == ["temperature"]
    probed = trial.ask(stand_in_url)
    assert "temperature" in probed.accepted
    report = merged(trial.report, probed)
    assert "temperature" not in {finding.parameter for finding in report.findings}


def test_a_value_that_is_not_known_is_said_with_what_was_sent(stand_in_url: str) -> None:
    probed = Trial(("temperature",)).ask(stand_in_url)
    (finding,) = probed.findings
    assert finding.reason.endswith("asked with 0.7")
    assert finding.requests == 10


def test_tools_through_the_chat_api_are_sent_as_the_application_sends_them(stand_in_url: str) -> None:
    chat = Trial(("tools",), old="gpt-4.1-mini-2025-04-14", new="gpt-6.1-sol").ask(stand_in_url)
    assert [finding.parameter for finding in chat.findings] == ["tools"]
    assert "Responses" in chat.findings[0].reason


def test_an_answer_begun_by_the_application_is_blamed(stand_in_url: str) -> None:
    trial = Trial(("prefill",))
    report = merged(trial.report, trial.ask(stand_in_url))
    (finding,) = report.at("rejected")
    assert (finding.parameter, finding.measured) == ("prefill", True)
    assert "output_config" in finding.instead, "the table's advice stays"


def test_the_ratio_of_tokens_is_measured_and_used(stand_in_url: str) -> None:
    trial = Trial(())
    probed = trial.ask(stand_in_url)
    assert probed.ratio == pytest.approx(1.3, abs=0.05)
    report = with_ratio(trial.report, trial.registry, trial.mix, 1.5, NOW)
    assert (report.forecast.ratio, report.forecast.ratio_why) == (1.5, "measured")
    assert report.forecast.after_per_1k is not None
    assert trial.report.forecast.after_per_1k is not None
    assert report.forecast.after_per_1k > trial.report.forecast.after_per_1k


@pytest.mark.parametrize(
    "switches",
    [
        {"error_rate": 1.0, "error_status": 500},
        {"error_rate": 1.0, "error_status": 529},
        {"error_rate": 1.0, "error_status": 429},
        {"error_rate": 1.0, "error_status": 401},
        {"error_rate": 1.0, "error_status": 404},
        {"damage": "half"},
        {"damage": "no final event"},
        {"damage": "error event"},
        {"damage": "malformed json"},
        {"damage": "hang"},
        {"damage": "refuse"},
    ],
    ids=lambda switches: str(next(reversed(switches.values()))),
)
def test_every_fault_of_the_provider_is_not_measured(provider, stand_in_url: str, switches: dict[str, object]) -> None:
    provider.set(NEW, **switches)
    trial = Trial(())
    probed = trial.ask(stand_in_url, HASTY if switches == {"damage": "hang"} else PATIENT)
    assert any(failure.startswith(NEW) for failure in probed.failures)
    report = merged(trial.report, probed)
    assert (report.state, report.exit_code) == ("unmeasured", 4)


def test_a_rejection_measured_beside_a_fault_still_fails_the_check(provider, stand_in_url: str) -> None:
    provider.set(OLD, error_rate=1.0, error_status=500)
    trial = Trial(top_k=4)
    report = merged(trial.report, trial.ask(stand_in_url))
    assert report.probed is not None
    assert report.probed.failures
    assert report.exit_code == 1


def test_a_production_model_that_is_gone_only_leaves_the_ratio_unknown(provider, stand_in_url: str) -> None:
    provider.set(OLD, error_rate=1.0, error_status=404)
    probed = Trial(()).ask(stand_in_url)
    assert (probed.failures, probed.ratio) == ((), None)


def test_without_a_key_nothing_is_sent() -> None:
    trial = Trial(())
    probed = asyncio.run(probe(trial.plan, trial.old, trial.new, Endpoints.from_environment({})))
    assert probed.asked == 0
    assert "ANTHROPIC_API_KEY" in probed.failures[0]


def test_the_plan_is_tiny_and_says_its_price() -> None:
    trial = Trial(("temperature",), (), ("temperature",), ("tools", "temperature"))
    wanted = trial.plan
    assert [sorted(one.params) for one in wanted.probes] == [["temperature"], [], ["temperature", "tools"]]
    assert wanted.most_requests == 2 + 1 + 3 + 2
    assert wanted.cost_usd is not None
    assert 0 < wanted.cost_usd < 0.05
    assert MAX_TOKENS <= 16


def test_no_price_is_said_and_rare_ways_are_left_out() -> None:
    assert Trial(("seed",), new="claude-banana-9").plan.cost_usd is None
    subsets = [
        tuple(name for bit, name in enumerate(("temperature", "top_p", "top_k", "seed", "stop")) if number >> bit & 1)
        for number in range(32)
    ]
    wanted = Trial(*subsets).plan
    assert len(wanted.probes) == MOST_WAYS
    assert wanted.skipped == 32 - MOST_WAYS


def test_a_thinking_budget_is_made_small() -> None:
    wanted = Trial(thinking={"type": "enabled", "budget_tokens": 32_000}, new="claude-haiku-4-5-20251001").plan
    assert wanted.probes[0].params["thinking"] == {"type": "enabled", "budget_tokens": 1_024}
