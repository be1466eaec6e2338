"""What calls cost: the price data's own arithmetic, None where nothing is known, the registry's word first."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given, settings
from hypothesis import strategies as st

from console.catalog.prices import price_usd
from console.domain.registry import Price
from tests.effort import examples

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODELS = st.sampled_from(
    [
        ("claude-sonnet-4-5-20250929", "anthropic"),
        ("claude-sonnet-5-5", "anthropic"),
        ("claude-haiku-4-5-20251001", "anthropic"),
        ("claude-haiku-5-5", "anthropic"),
        ("claude-sonnet-4-6", "anthropic"),
        ("gpt-4.1-mini-2025-04-14", "openai"),
        ("gpt-5.4-mini-2026-03-17", "openai"),
        ("gpt-6-luna", "openai"),
        ("gpt-5.6-sol", "openai"),
        ("gemini-4-argon", "google"),
        ("gemini-2.5-pro", "google"),
        ("deepseek-chat", "deepseek"),
    ]
)
TOKENS = st.integers(0, 400_000)


@settings(max_examples=examples(20), deadline=None)
@given(MODELS, TOKENS, TOKENS, TOKENS, TOKENS, st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1)))
def test_the_cost_is_what_the_price_data_itself_computes(
    model: tuple[str, str], fresh: int, cached: int, written: int, output: int, at: datetime
) -> None:
    name, provider = model
    moment = at.replace(tzinfo=UTC)
    total = fresh + cached + written
    usage = Usage(input_tokens=total, output_tokens=output, cache_read_tokens=cached, cache_write_tokens=written)
    expected = float(calc_price(usage, name, provider_id=provider, genai_request_timestamp=moment).total_price)
    assert price_usd(name, provider, total, output, cached, written, moment) == pytest.approx(expected, rel=1e-9)


def test_input_tokens_include_the_cached_ones() -> None:
    cost = price_usd("claude-sonnet-4-5-20250929", "anthropic", 1_000, 100, 200, 0, AT)
    assert cost == pytest.approx((800 * 3 + 200 * 0.3 + 100 * 15) / 1e6)


def test_crossing_a_tier_moves_every_token_of_the_call() -> None:
    below = price_usd("claude-haiku-5-5", "anthropic", 100_000, 0, at=AT)
    above = price_usd("claude-haiku-5-5", "anthropic", 100_001, 0, at=AT)
    assert below is not None
    assert above is not None
    assert above == pytest.approx(5 * below, rel=1e-3)


@pytest.mark.parametrize("model", ["claude-sonnet-99", "gpt-6.2-sol", "my-finetune", "", "🙂"])
def test_no_price_is_none_and_never_zero(model: str) -> None:
    assert price_usd(model, None, 1_000, 100, at=AT) is None


def test_an_unknown_provider_has_no_price_even_for_a_known_model() -> None:
    assert price_usd("claude-sonnet-5-5", "our-gateway", 1_000, 100, at=AT) is None


@pytest.mark.parametrize(("tokens", "cached", "written"), [(100, 101, 0), (100, 60, 60), (-1, 0, 0), (10, -1, 0)])
def test_counts_that_cannot_be_right_have_no_price(tokens: int, cached: int, written: int) -> None:
    assert price_usd("claude-sonnet-5-5", "anthropic", tokens, 1, cached, written, AT) is None


def test_a_call_without_tokens_of_a_known_model_costs_nothing() -> None:
    assert price_usd("claude-sonnet-5-5", "anthropic", at=AT) == 0


def test_the_registry_prices_a_model_that_nobody_knows() -> None:
    own = Price(input=2.0, output=8.0)
    assert price_usd("in-house-7b", None, 1_000_000, 500_000, 100_000, override=own) == pytest.approx(2 + 4)


def test_half_a_price_of_an_unknown_model_is_no_price() -> None:
    assert price_usd("in-house-7b", None, 1_000, 1, override=Price(input=2.0)) is None
    assert price_usd("in-house-7b", None, 1_000, 1, override=Price(output=2.0)) is None


def test_the_registry_wins_rate_by_rate() -> None:
    cost = price_usd("claude-sonnet-5-5", "anthropic", 1_000_000, 1_000_000, 0, 0, AT, Price(input=1.0))
    assert cost == pytest.approx(1 + 10)
    full = Price(input=1.0, output=2.0, cache_read=0.5, cache_write=3.0)
    cost = price_usd("claude-sonnet-5-5", "anthropic", 3_000_000, 1_000_000, 1_000_000, 1_000_000, AT, full)
    assert cost == pytest.approx(1 + 2 + 0.5 + 3)


def test_a_price_follows_the_date_of_the_call() -> None:
    early = price_usd("o3", "openai", 1_000_000, 0, at=datetime(2025, 6, 1, tzinfo=UTC))
    later = price_usd("o3", "openai", 1_000_000, 0, at=datetime(2025, 7, 1, tzinfo=UTC))
    assert early is not None
    assert later is not None
    assert later < early


@pytest.mark.parametrize(
    ("form", "same_as"),
    [
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("anthropic/claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5-20251001"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"),
        ("CLAUDE-sonnet-5-5", "claude-sonnet-5-5"),
    ],
)
def test_platform_forms_find_their_price(form: str, same_as: str) -> None:
    assert price_usd(form, None, 1_000, 100, at=AT) == price_usd(same_as, None, 1_000, 100, at=AT) is not None


def test_a_regional_platform_price_is_its_own() -> None:
    regional = price_usd("us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic", 1_000_000, 0, at=AT)
    assert regional == pytest.approx(1.1)


def test_a_price_is_cheap_enough_for_the_log_writers_thread() -> None:
    price_usd("claude-sonnet-5-5", "anthropic", 1_000, 100, 200, 0, AT)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(500):
            price_usd("claude-sonnet-5-5", "anthropic", 1_000, 100, 200, 0, AT)
        best = min(best, (time.perf_counter() - started) / 500)
    assert best < 20e-6


def test_without_the_price_data_there_is_no_price_but_the_registrys_still_counts() -> None:
    program = (
        "import sys; sys.modules['genai_prices'] = None\n"
        "from console.catalog.prices import price_usd\n"
        "from console.domain.registry import Price\n"
        "print(price_usd('claude-sonnet-5-5', None, 10, 10), price_usd('x', None, 10**6, 0, override=Price(3.0, 1.0)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["None", "3.0"]
