"""Which two models are asked, and with which of the route's parameters."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from console.compare.questions import models_of, questions_for
from console.domain.errors import Usage
from console.domain.registry import Canary, Pin, Price, Registry, Route

OLD, NEW, SPARE, GPT = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001", "gpt-5-mini"
CANARY = Canary(NEW, 5, datetime(2026, 11, 20, tzinfo=UTC))


def registry(*pins: Pin) -> Registry:
    return Registry({}, {pin.model_id: pin for pin in pins})


def pin(model: str, **more: object) -> Pin:
    return Pin(model, date(2026, 5, 15), "why", **more)


@pytest.mark.parametrize(
    ("route", "models"),
    [
        (Route("r", OLD, CANARY, SPARE, GPT), (OLD, NEW)),
        (Route("r", OLD, None, SPARE, GPT), (OLD, GPT)),
        (Route("r", OLD, None, SPARE), (OLD, SPARE)),
        (Route("r", OLD, None, OLD), None),
        (Route("r", OLD), None),
    ],
)
def test_production_is_compared_with_the_next_in_line(route, models):
    assert models_of(route) == models


def test_both_are_asked_the_same():
    pair = questions_for(Route("r", OLD, CANARY), registry(), "Where is it?")
    assert (pair.left.model, pair.right.model, pair.prompt) == (OLD, NEW, "Where is it?")
    assert pair.left.messages == pair.right.messages == ({"role": "user", "content": "Where is it?"},)
    assert (pair.left.provider, pair.right.provider) == ("anthropic", "anthropic")


def test_two_other_models_can_be_named():
    pair = questions_for(Route("r", OLD), registry(), "x", [SPARE, GPT])
    assert (pair.left.model, pair.right.model) == (SPARE, GPT)


@pytest.mark.parametrize("models", [[], [OLD], [OLD, NEW, SPARE]])
def test_it_takes_two(models):
    with pytest.raises(Usage, match="two models"):
        questions_for(Route("r", OLD, CANARY), registry(), "x", models)


def test_a_route_with_one_model_says_how_to_name_another():
    with pytest.raises(Usage) as caught:
        questions_for(Route("support", OLD), registry(), "x")
    assert "--models" in caught.value.hint


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_an_empty_prompt_is_no_question(prompt):
    with pytest.raises(Usage, match="empty"):
        questions_for(Route("r", OLD, CANARY), registry(), prompt)


def test_the_routes_parameters_go_to_both_as_far_as_each_accepts_them():
    params = {"system": "Be brief.", "max_tokens": 300, "thinking": {"type": "disabled"}, "temperature": 0}
    pair = questions_for(Route("r", OLD, CANARY, params=params), registry(), "x")
    assert pair.left.system == pair.right.system == "Be brief."
    assert pair.left.params == {"max_tokens": 300, "thinking": {"type": "disabled"}}
    assert pair.right.params == {"max_tokens": 300}
    assert [note.parameter for note in pair.left_notes] == ["temperature"]
    assert {note.parameter for note in pair.right_notes} == {"temperature", "thinking"}


def test_provider_and_price_come_from_the_pin():
    price = Price(1.0, 2.0)
    pair = questions_for(
        Route("r", OLD), registry(pin("house-model", provider="openai", price=price)), "x", ["house-model", OLD]
    )
    assert (pair.left.provider, pair.left.price) == ("openai", price)
    assert (pair.right.provider, pair.right.price) == ("anthropic", None)
