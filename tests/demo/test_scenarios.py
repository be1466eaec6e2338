"""What each scenario does to the distribution of answers, and that the other arm never feels it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from functools import cache

import pytest

from console.demo.people import Crowd
from console.demo.scenarios import SCENARIOS, Scenario, switches
from console.demo.standin.asked import Asked, Rejection, Reply
from console.demo.standin.luck import luck_of
from console.demo.standin.models import MODELS
from console.demo.standin.simulation import Simulation
from console.demo.world import CANARY, ROUTES

OLD = ROUTES[0][1]
N = 800
Outcomes = tuple[Reply | Rejection, ...]
BROKEN: tuple[Scenario, ...] = ("regression", "slow", "costly", "fences")


@cache
def outcomes(scenario: Scenario, model_id: str) -> Outcomes:
    """The same questions to one model, with the scenario's switches on the canary's model."""
    simulation, crowd = Simulation(), Crowd(luck_of("scenario"))
    if switches(scenario):
        simulation.switch(CANARY, switches(scenario))
    asked = [crowd.request("support") for _ in range(N)]
    return tuple(simulation.decide(Asked(model_id, r.prompt, r.prompt), MODELS[model_id]) for r in asked)


def replies(scenario: Scenario, model_id: str = CANARY) -> list[Reply]:
    return [outcome for outcome in outcomes(scenario, model_id) if isinstance(outcome, Reply)]


def seconds(reply: Reply) -> float:
    return reply.first_token_s + reply.piece_s * len(reply.pieces)


def error_rate(scenario: Scenario) -> float:
    return 1 - len(replies(scenario)) / N


def latency(scenario: Scenario) -> float:
    return statistics.median(map(seconds, replies(scenario)))


def output(scenario: Scenario) -> float:
    return statistics.mean(reply.output_tokens for reply in replies(scenario))


def fenced(scenario: Scenario) -> float:
    return statistics.mean(reply.text.startswith("```json\n") for reply in replies(scenario) if reply.stop == "end")


def test_a_regression_is_about_five_times_the_errors() -> None:
    assert 0.005 < error_rate("healthy") < 0.03
    assert 3.5 < error_rate("regression") / error_rate("healthy") < 7


def test_slow_is_twice_as_slow_to_the_first_word_and_to_the_last() -> None:
    assert latency("slow") / latency("healthy") == pytest.approx(2.0, rel=0.01)
    first = [statistics.median(reply.first_token_s for reply in replies(name)) for name in ("healthy", "slow")]
    assert first[1] / first[0] == pytest.approx(2.0, rel=0.01)


def test_costly_is_twice_the_tokens_in_and_out_for_the_same_words() -> None:
    usual, costly = replies("healthy"), replies("costly")
    assert [reply.text for reply in usual] == [reply.text for reply in costly]
    assert 1.8 < output("costly") / output("healthy") < 2.1
    given = [statistics.mean(reply.input_tokens for reply in found) for found in (usual, costly)]
    assert 1.5 < given[1] / given[0] <= 2.0


def test_fences_are_around_every_answer_and_break_its_json() -> None:
    assert (fenced("healthy"), fenced("fences")) == (0.0, 1.0)
    asked_for_json = [
        index
        for index, outcome in enumerate(outcomes("healthy", CANARY))
        if isinstance(outcome, Reply) and outcome.text.startswith("{")
    ]
    assert 0.2 < len(asked_for_json) / N < 0.4
    for index in asked_for_json:
        outcome = outcomes("fences", CANARY)[index]
        assert isinstance(outcome, Reply)
        with pytest.raises(json.JSONDecodeError):
            json.loads(outcome.text)


@pytest.mark.parametrize("scenario", BROKEN)
def test_production_does_not_feel_the_scenario(scenario: Scenario) -> None:
    assert outcomes(scenario, OLD) == outcomes("healthy", OLD)


@pytest.mark.parametrize(
    ("measure", "moved"),
    [(error_rate, {"regression"}), (latency, {"slow", "costly"}), (output, {"costly", "fences"}), (fenced, {"fences"})],
)
def test_a_scenario_moves_what_it_is_named_after_and_little_else(
    measure: Callable[[Scenario], float], moved: set[str]
) -> None:
    """Twice the tokens take twice as long to say, and a fence costs a few: those two follow from their causes."""
    usual = measure("healthy")
    for scenario in SCENARIOS:
        change = abs(measure(scenario) - usual) / max(usual, 0.01)
        assert (change > 0.02) == (scenario in moved), scenario


def test_switches_given_out_cannot_be_changed_by_their_reader() -> None:
    switches("slow")["latency_factor"] = 9.0
    assert switches("slow") == {"latency_factor": 2.0}
