"""Costs come from the price list, on the writer's thread, and an unknown price stays unknown."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from console.catalog.prices import price_usd
from console.traffic.pricing import Pricing

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_the_installed_price_list_is_used() -> None:
    cost = Pricing().cost_usd("claude-sonnet-4-5-20250929", 1_000, 300, 200, 0, AT.timestamp())
    assert cost is not None
    assert cost == price_usd("claude-sonnet-4-5-20250929", None, 1_000, 300, 200, 0, AT)


def test_unknown_models_and_unknown_usage_have_no_cost() -> None:
    pricing = Pricing()
    assert pricing.cost_usd("never-heard-of", 1_000, 300, 0, 0, AT.timestamp()) is None
    assert pricing.cost_usd("claude-sonnet-4-5-20250929", None, 300, 0, 0, AT.timestamp()) is None
    assert pricing.cost_usd("claude-sonnet-4-5-20250929", 1_000, None, 0, 0, AT.timestamp()) is None


def test_a_price_list_gets_the_hour_of_the_request_and_zeros_for_none() -> None:
    asked: list[tuple] = []
    Pricing(lambda *given: asked.append(given)).cost_usd("m", 10, 5, None, None, AT.timestamp())
    assert asked == [("m", None, 10, 5, 0, 0, AT.replace(minute=0))]


def test_without_a_price_list_costs_are_unknown() -> None:
    code = (
        "import sys; sys.modules['console.catalog.prices'] = None\n"
        "from console.traffic.pricing import Pricing\n"
        "print(Pricing().cost_usd('claude-sonnet-4-5-20250929', 1, 1, 0, 0, 0.0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"
