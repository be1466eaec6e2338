"""What the stand-in decides: failures, refusals, times, tokens, damage; deterministic."""

from __future__ import annotations

import json
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.answers import tokens
from console.demo.standin.asked import Asked, Rejection, Reply
from console.demo.standin.faults import DAMAGES, BadSwitch, Faults
from console.demo.standin.models import MODELS
from console.demo.standin.simulation import Simulation

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"


def ask(simulation: Simulation, model_id: str, prompt: str = "Where is my parcel?", **asked: Any) -> Reply | Rejection:
    return simulation.decide(Asked(model_id, prompt, prompt, **asked), MODELS[model_id])


def reply_of(simulation: Simulation, model_id: str, prompt: str = "Where is my parcel?", **asked: Any) -> Reply:
    outcome = ask(simulation, model_id, prompt, **asked)
    assert isinstance(outcome, Reply)
    return outcome


def quiet(**switches: object) -> Simulation:
    simulation = Simulation()
    simulation.switch("*", {"error_rate": 0.0, "refusal_rate": 0.0, **switches})
    return simulation


def failures(simulation: Simulation, model_id: str, n: int = 2000) -> float:
    outcomes = [ask(simulation, model_id, f"Where is parcel {number}?") for number in range(n)]
    return sum(isinstance(outcome, Rejection) for outcome in outcomes) / n


def test_two_runs_are_the_same() -> None:
    first, second = Simulation(), Simulation()
    prompts = [f"Where is parcel {number}?" for number in range(300)]
    assert [ask(first, NEW, p) for p in prompts] == [ask(second, NEW, p) for p in prompts]


def test_asking_again_has_the_same_words_but_another_latency() -> None:
    simulation = quiet()
    first, second = reply_of(simulation, OLD), reply_of(simulation, OLD)
    assert first.text == second.text
    assert first.first_token_s != second.first_token_s


def test_models_fail_about_as_often_as_they_say() -> None:
    assert 0.004 < failures(Simulation(), OLD) < 0.02


def test_an_error_factor_of_five_is_five_times_the_errors() -> None:
    simulation = Simulation()
    simulation.switch(NEW, {"error_factor": 5.0})
    assert 0.035 < failures(simulation, NEW) < 0.065
    assert failures(simulation, OLD) < 0.02


def test_refusals_come_at_their_rate_and_are_short() -> None:
    simulation = quiet(refusal_rate=0.5)
    replies = [reply_of(simulation, OLD, f"Parcel {n}?") for n in range(400)]
    refused = [reply for reply in replies if reply.stop == "refusal"]
    assert 0.4 < len(refused) / len(replies) < 0.6
    assert all("can't help" in reply.text for reply in refused)


def test_latency_is_about_two_seconds_in_the_middle_for_both_arms() -> None:
    simulation = quiet()
    for model_id in (OLD, NEW):
        replies = [reply_of(simulation, model_id, f"I want to return order {n}") for n in range(10_000, 10_400)]
        times = [reply.first_token_s + reply.piece_s * len(reply.pieces) for reply in replies]
        assert 1.5 < statistics.median(times) < 3.5, model_id


def test_the_healthy_canary_is_not_slower_than_production_by_a_tenth() -> None:
    simulation = quiet()

    def median(model_id: str) -> float:
        replies = [reply_of(simulation, model_id, f"I want to return order {n}") for n in range(10_000, 10_600)]
        return statistics.median(reply.first_token_s + reply.piece_s * len(reply.pieces) for reply in replies)

    assert median(NEW) / median(OLD) < 1.10


def test_latency_and_tokens_obey_their_factors() -> None:
    usual = reply_of(quiet(), OLD)
    changed = reply_of(quiet(latency_factor=3.0, token_factor=2.0), OLD)
    assert changed.first_token_s == pytest.approx(3 * usual.first_token_s)
    assert changed.output_tokens == pytest.approx(2 * usual.output_tokens, abs=2)
    assert changed.input_tokens > usual.input_tokens


def test_thinking_models_report_thinking_within_the_output() -> None:
    thinking = reply_of(quiet(), NEW)
    assert 0 < thinking.thinking_tokens < thinking.output_tokens
    assert reply_of(quiet(), OLD).thinking_tokens == 0


def test_max_tokens_cuts_the_answer() -> None:
    whole = reply_of(quiet(), OLD)
    cut = reply_of(quiet(), OLD, max_tokens=10)
    assert cut.stop == "length"
    assert cut.output_tokens <= 10
    assert whole.text.startswith(cut.text)
    assert reply_of(quiet(), NEW, max_tokens=1).text == ""


@given(st.integers(1, 400), st.sampled_from([OLD, NEW]))
def test_no_answer_is_longer_than_allowed(limit: int, model_id: str) -> None:
    reply = reply_of(quiet(), model_id, max_tokens=limit)
    assert reply.output_tokens - reply.thinking_tokens <= limit


def test_fences_wrap_the_answer() -> None:
    text = reply_of(quiet(fences=True), OLD, "Answer as JSON. Where is my parcel?").text
    assert text.startswith("```json\n{")
    assert text.endswith("\n```")


def test_damages_change_the_text_where_they_say_so() -> None:
    assert reply_of(quiet(damage="empty"), OLD).pieces == ()
    assert "\x1b[31m" in reply_of(quiet(damage="escapes"), OLD).text
    huge = reply_of(quiet(damage="huge"), OLD)
    assert len(huge.text) >= 10_000_000
    assert huge.piece_s == 0.0


def test_a_damage_rate_spares_the_rest() -> None:
    simulation = quiet(damage="half", damage_rate=0.25)
    hit = sum(reply_of(simulation, OLD, f"Parcel {n}?").damage == "half" for n in range(400))
    assert 60 < hit < 140


@given(st.text(max_size=400))
def test_the_pieces_are_the_text(prompt: str) -> None:
    reply = reply_of(quiet(), OLD, prompt)
    assert reply.text
    assert all(reply.pieces)


def test_an_offered_tool_that_the_prompt_names_is_called() -> None:
    asked = "Use find_order for order 48213"
    reply = reply_of(quiet(), OLD, asked, tools=("other", "find_order"))
    assert (reply.stop, reply.tool) == ("tool", "find_order")
    assert '"48213"' in reply.text
    assert reply_of(quiet(), OLD, "no tool here", tools=("find_order",)).tool is None


def test_the_prompt_cache_belongs_to_one_model() -> None:
    simulation = quiet()
    system = "You are the support desk. " * 200
    first = reply_of(simulation, OLD, cacheable=system)
    second = reply_of(simulation, OLD, cacheable=system)
    other = reply_of(simulation, NEW, cacheable=system)
    assert first.cache_write_tokens > 0
    assert first.cached_tokens == 0
    assert second.cached_tokens == first.cache_write_tokens
    assert second.cache_write_tokens == 0
    assert other.cached_tokens == 0


def test_errors_carry_what_the_switch_says() -> None:
    outcome = ask(quiet(error_rate=1.0, error_status=429, retry_after_s=7.0), OLD)
    assert isinstance(outcome, Rejection)
    assert (outcome.status, outcome.retry_after_s) == (429, 7.0)
    limited = ask(quiet(error_rate=1.0, error_status=429), OLD)
    assert isinstance(limited, Rejection)
    assert limited.retry_after_s == 1.0
    gone = ask(quiet(error_rate=1.0, error_status=404), OLD)
    assert isinstance(gone, Rejection)
    assert gone.code == "model_not_found"


def test_outcomes_are_counted_per_model() -> None:
    simulation = quiet()
    for _ in range(3):
        ask(simulation, OLD)
    simulation.switch(NEW, {"error_rate": 1.0, "error_status": 529})
    ask(simulation, NEW)
    assert simulation.counts == {f"{OLD} ok": 3, f"{NEW} 529": 1}


def test_switches_of_a_model_come_before_those_of_all() -> None:
    simulation = quiet(latency_factor=2.0)
    simulation.switch(NEW, {"fences": True})
    assert simulation.faults(NEW).fences
    assert simulation.faults(OLD).latency_factor == 2.0
    assert set(simulation.switches()) == {"*", NEW}
    simulation.reset()
    assert simulation.faults(NEW) == Faults()


@pytest.mark.parametrize(
    "switches",
    [
        {"no_such": 1},
        {"error_rate": 1.5},
        {"error_rate": -0.1},
        {"error_rate": "often"},
        {"error_rate": True},
        {"error_rate": float("nan")},
        {"error_status": 418},
        {"latency_factor": None},
        {"latency_factor": -1},
        {"retry_after_s": -1},
        {"damage": "explode"},
        {"fences": 1},
        {"served": 3},
    ],
)
def test_a_switch_that_cannot_be_is_refused_and_changes_nothing(switches: dict[str, object]) -> None:
    simulation = Simulation()
    with pytest.raises(BadSwitch):
        simulation.switch(OLD, switches)
    assert simulation.switches() == {}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_a_switch(damage: str) -> None:
    assert Faults().changed({"damage": damage}).plain()["damage"] == damage


def test_optional_switches_can_be_taken_back() -> None:
    faults = Faults(error_rate=0.5, refusal_rate=0.5, served="x").changed(
        {"error_rate": None, "refusal_rate": None, "served": None}
    )
    assert faults == Faults()


def test_what_a_reply_counts_is_what_the_model_counts() -> None:
    for model_id in (OLD, NEW):
        reply, model = reply_of(quiet(), model_id, "Where is my parcel?"), MODELS[model_id]
        assert reply.output_tokens == tokens(model, reply.text) + reply.thinking_tokens
        assert reply.input_tokens - tokens(model, "Where is my parcel?") == reply_of(quiet(), model_id, "").input_tokens


def test_an_empty_request_still_costs_a_few_tokens() -> None:
    assert reply_of(quiet(), OLD, "").input_tokens > 0


def test_cached_tokens_are_not_counted_as_input_again() -> None:
    system = "You are the support desk. " * 200
    simulation, asked = quiet(), Asked(OLD, "Hello", f"{system}\nHello", cacheable=system)
    replies = [simulation.decide(asked, MODELS[OLD]) for _ in range(2)]
    first, second = (reply for reply in replies if isinstance(reply, Reply))
    whole = simulation.input_tokens(asked, MODELS[OLD])
    assert first.input_tokens + first.cache_write_tokens == second.input_tokens + second.cached_tokens == whole
    assert 0 < first.input_tokens < 20


def test_nothing_cacheable_is_nothing_cached() -> None:
    simulation = quiet()
    replies = [reply_of(simulation, OLD) for _ in range(2)]
    assert [(reply.cached_tokens, reply.cache_write_tokens) for reply in replies] == [(0, 0), (0, 0)]


def test_a_limit_that_is_just_enough_cuts_nothing() -> None:
    whole = reply_of(quiet(), OLD)
    assert reply_of(quiet(), OLD, max_tokens=whole.output_tokens).stop == "end"
    cut = reply_of(quiet(), OLD, max_tokens=whole.output_tokens - 1)
    assert (cut.stop, cut.output_tokens) == ("length", whole.output_tokens - 1)


def test_thinking_uses_up_the_limit_too() -> None:
    whole = reply_of(quiet(), NEW)
    assert reply_of(quiet(), NEW, max_tokens=whole.output_tokens).stop == "end"
    cut = reply_of(quiet(), NEW, max_tokens=whole.output_tokens - whole.thinking_tokens)
    assert cut.stop == "length"
    assert cut.output_tokens <= whole.output_tokens - whole.thinking_tokens


def test_a_refusal_takes_no_thought_and_no_tool() -> None:
    reply = reply_of(quiet(refusal_rate=1.0), NEW, "Use find_order", tools=("find_order",))
    assert (reply.stop, reply.thinking_tokens, reply.tool) == ("refusal", 0, None)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_of_none_or_all_leaves_nothing_to_chance(rate: float) -> None:
    refusing, failing = quiet(refusal_rate=rate), quiet(error_rate=rate)
    for number in range(200):
        assert (reply_of(refusing, OLD, str(number)).stop == "refusal") is (rate == 1.0)
        assert isinstance(ask(failing, OLD, str(number)), Rejection) is (rate == 1.0)


def test_a_served_model_is_the_switchs_else_the_models_own() -> None:
    assert reply_of(quiet(served="gemini-3.6-flash"), OLD).served == "gemini-3.6-flash"
    assert reply_of(quiet(), OLD).served == OLD
    assert reply_of(quiet(), "claude-sonnet-4-5").served == OLD


def test_answers_stream_in_portions_of_a_few_words() -> None:
    reply = reply_of(quiet(), OLD)
    assert len(reply.pieces) > 5
    assert all(1 <= len(piece.split()) <= 6 for piece in reply.pieces)
    assert {len(piece.split()) for piece in reply.pieces[:-1]} == {6}


def test_a_faster_model_and_a_shorter_answer_take_less_time() -> None:
    def seconds(model_id: str) -> float:
        replies = [reply_of(quiet(), model_id, f"I want to return order {n}") for n in range(10_000, 10_200)]
        return statistics.median(reply.piece_s * len(reply.pieces) / reply.output_tokens for reply in replies)

    assert seconds(OLD) == pytest.approx(1 / MODELS[OLD].tokens_per_s, rel=0.1)
    assert seconds(NEW) == pytest.approx(1 / MODELS[NEW].tokens_per_s, rel=0.1)


def test_a_tool_without_an_order_is_called_all_the_same() -> None:
    reply = reply_of(quiet(), OLD, "Use find_order", tools=("find_order",))
    assert json.loads(reply.text) == {"order": "unknown", "notify": True}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 529])
def test_a_failure_explains_itself(status: int) -> None:
    outcome = ask(quiet(error_rate=1.0, error_status=status), OLD)
    assert isinstance(outcome, Rejection)
    assert outcome.message != "The stand-in was told to fail"
    assert (outcome.retry_after_s is not None) is (status == 429)
    other = ask(quiet(error_rate=1.0, error_status=409), OLD)
    assert isinstance(other, Rejection)
    assert other.message == "The stand-in was told to fail"


def test_a_long_run_forgets_what_it_met_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.demo.standin.simulation._REMEMBERED", 3)
    simulation = quiet()
    first = reply_of(simulation, OLD, "again")
    for number in range(4):
        ask(simulation, OLD, f"other {number}")
    assert reply_of(simulation, OLD, "again") == first


@pytest.mark.parametrize(("name", "most"), [("error_rate", 1.0), ("latency_factor", 1000.0), ("retry_after_s", 86_400)])
def test_the_ends_of_a_switchs_range_are_in_it(name: str, most: float) -> None:
    for value in (0, most):
        assert Faults().changed({name: value}).plain()[name] == value
    with pytest.raises(BadSwitch, match=name):
        Faults().changed({name: most * 1.001})


def test_an_unknown_switch_is_told_which_there_are() -> None:
    with pytest.raises(BadSwitch, match=r"no switch named 'speed'; there are .*latency_factor"):
        Faults().changed({"speed": 2, "fences": True})
