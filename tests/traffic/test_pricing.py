"""Costs come from the price list, on the writer's thread, and an unknown price stays unknown."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from console.catalog.prices import price_usd
from console.domain.registry import Price
from console.traffic.pricing import Priced, Pricing, own_price

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


MODEL = "claude-sonnet-4-5-20250929"


def test_the_installed_price_list_is_used_and_its_rates_are_kept() -> None:
    priced = Pricing().of(MODEL, (1_000, 300, 200, 0), AT.timestamp())
    assert priced.cost_usd is not None
    assert priced.cost_usd == price_usd(MODEL, None, 1_000, 300, 200, 0, AT)
    taken, given, cached, _ = map(float, priced.price.split("/"))
    assert priced.cost_usd == pytest.approx((800 * taken + 300 * given + 200 * cached) / 1e6)


def test_unknown_models_and_unknown_usage_have_no_cost() -> None:
    pricing = Pricing()
    assert pricing.of("never-heard-of", (1_000, 300, 0, 0), AT.timestamp()) == Priced(None, "")
    assert pricing.of(MODEL, (None, 300, 0, 0), AT.timestamp()) == Priced(None, "")
    assert pricing.of(MODEL, (1_000, None, 0, 0), AT.timestamp()) == Priced(None, "")


def test_a_price_list_gets_the_hour_of_the_request_and_zeros_for_none() -> None:
    asked: list[tuple] = []
    Pricing(lambda *given: asked.append(given)).of("m", (10, 5, None, None), AT.timestamp())
    assert asked == [("m", None, 10, 5, 0, 0, AT.replace(minute=0))]


def test_a_price_list_is_asked_for_its_rates_once_an_hour() -> None:
    asked: list[tuple] = []
    pricing = Pricing(lambda *given: asked.append(given) or given[2] * 1e-6)
    for minute in range(50):
        assert pricing.of("m", (10, 5, 0, 0), AT.timestamp() - 1_500 + minute * 60).price == "1/0/1/1"
    assert len(asked) == 50 + 4


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -0.5, "0.5", 10**400])
def test_a_cost_that_no_sum_survives_is_unknown(cost) -> None:
    assert Pricing(lambda *_: cost).of("m", (10, 5, 0, 0), 0.0) == Priced(None, "")


def test_a_cost_that_its_rates_do_not_explain_is_marked() -> None:
    def tiered(model, provider, taken, given, cached, written, at):
        return taken * (6e-6 if taken > 200_000 else 3e-6) + given * 15e-6

    pricing = Pricing(tiered)
    assert pricing.of("m", (1_000, 10, 0, 0), 0.0) == Priced(pytest.approx(0.00315), "3/15/3/3")
    assert pricing.of("m", (300_000, 10, 0, 0), 0.0) == Priced(pytest.approx(1.80015), "3/15/3/3+")


def test_a_price_list_that_knows_no_rates_has_its_cost_kept() -> None:
    assert Pricing(lambda m, p, taken, *_: 0.5 if taken == 7 else None).of("m", (7, 5, 0, 0), 0.0) == Priced(0.5, "")


def test_without_a_price_list_costs_are_unknown() -> None:
    code = (
        "import sys; sys.modules['console.catalog.prices'] = None\n"
        "from console.traffic.pricing import Pricing\n"
        "print(Pricing().of('claude-sonnet-4-5-20250929', (1, 1, 0, 0), 0.0).cost_usd)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


OWN = Price(input=10.0, output=20.0, cache_read=1.0, cache_write=12.5)


def test_what_the_registry_says_goes_before_the_list() -> None:
    pricing = Pricing()
    priced = pricing.of(MODEL, (1_000, 300, 200, 100), AT.timestamp(), OWN)
    assert priced.cost_usd == pytest.approx((700 * 10 + 300 * 20 + 200 * 1 + 100 * 12.5) / 1e6)
    assert priced.price == "10/20/1/12.5"
    assert pricing.of(MODEL, (1_000, 300, 200, 100), AT.timestamp()).price.startswith("3/15/"), "and only where it says"


def test_a_model_that_no_list_knows_costs_what_the_registry_says() -> None:
    assert Pricing().of("in-house", (1_000, 0, 0, 0), 0.0, OWN).cost_usd == pytest.approx(0.01)


def test_the_applications_own_price_goes_before_the_registrys() -> None:
    assert Pricing(lambda *_: 0.5).of("m", (1, 1, 0, 0), 0.0, OWN).cost_usd == 0.5


@pytest.mark.parametrize(
    ("asked", "served", "found"),
    [
        ("in-house", "", True),
        ("in-house", "in-house", True),
        ("gpt-4o", "gpt-4o-2024-11-20", True),
        ("claude-haiku-4-5-20251001", "claude-haiku-5-5", False),
        ("claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5-20251001", True),
        ("other", "in-house", True),
        ("in-house", "other", True),
        ("other", "", False),
    ],
)
def test_a_price_of_the_registry_is_that_of_the_model_that_served(asked: str, served: str, found: bool) -> None:
    prices = dict.fromkeys(("in-house", "gpt-4o", "claude-haiku-4-5-20251001"), OWN)
    assert (own_price(prices, asked, served) is OWN) is found
    assert own_price(None, asked, served) is None
