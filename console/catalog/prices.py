"""What a call cost, from the tokens it used and the model that served it. No price is None, never zero.

Prices come from `genai_prices`, which is imported at the first price asked for: it takes a third of a second, which
belongs on the log writer's thread. One call through its front door takes about 90 µs, so the price list of a model is
read once and applied here: input tokens include cached ones, and crossing a tier moves all tokens of the call to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from console.catalog.identify import read
from console.catalog.platforms import place
from console.domain.registry import Price

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

_PER = 1_000_000
_LIST_OF = {
    "bedrock": "aws", "vertex": "google", "gemini": "google", "xai": "x-ai", "amazon": "aws",
}  # fmt: skip
"""Our name of a platform or provider -> whose price list applies; the others have the same name there."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """USD per million tokens; `tiers` are (more than this many input tokens, USD per million), ascending."""

    base: float
    tiers: tuple[tuple[int, float], ...] = ()

    def at(self, input_tokens: int) -> float:
        """The rate for every token of a call with `input_tokens`."""
        rate = self.base
        for start, price in self.tiers:
            if input_tokens > start:
                rate = price
        return rate


@dataclass(frozen=True, slots=True)
class _Rates:
    """One price list of a model. None: the list does not say."""

    input: _Rate | None = None
    output: _Rate | None = None
    cache_read: _Rate | None = None
    cache_write: _Rate | None = None
    per_request_usd: float = 0.0


@dataclass(slots=True)
class _Model:
    """A model in the price data, with the lists already read: prices change by date and, for some, by time of day."""

    info: ModelInfo
    read: dict[int, _Rates] = field(default_factory=dict)

    def rates(self, at: datetime) -> _Rates:
        """The list that held at `at`."""
        prices = self.info.get_prices(at)
        # The lists live as long as the price data they are part of, so their identity is a safe key.
        rates = self.read.get(id(prices))
        if rates is None:
            rates = self.read[id(prices)] = _read_rates(prices)
        return rates


def price_usd(
    served_model: str,
    provider: str | None = None,
    input_tokens: int = 0,
    output_tokens: int = 0,
    cached_tokens: int = 0,
    cache_write_tokens: int = 0,
    at: datetime | None = None,
    override: Price | None = None,
) -> float | None:
    """What a call cost in USD, or None when the price is not known or the token counts cannot be right.

    `input_tokens` include the cached and the newly cached ones. `served_model` is the model that answered. A rate in
    `override` (the registry's `price`) wins; rates it does not name come from the price list. Cached tokens without a
    rate of their own cost what input costs. `at` is when the call was made, this moment by default. About 5 µs.
    """
    fresh = input_tokens - cached_tokens - cache_write_tokens
    if min(fresh, output_tokens, cached_tokens, cache_write_tokens) < 0:
        return None
    rates = _rates(served_model, provider, at, override)
    if rates is None or rates.input is None or (rates.output is None and output_tokens):
        return None
    plain = rates.input.at(input_tokens)
    cost = fresh * plain
    cost += cached_tokens * (rates.cache_read.at(input_tokens) if rates.cache_read else plain)
    cost += cache_write_tokens * (rates.cache_write.at(input_tokens) if rates.cache_write else plain)
    if rates.output is not None:
        cost += output_tokens * rates.output.at(input_tokens)
    return cost / _PER + rates.per_request_usd


def context_window(model: str, provider: str | None = None) -> int | None:
    """The most tokens that `model` takes, question and answer together; None where the price data does not say."""
    found = _find(model, provider)
    return found.info.context_window if found else None


def _rates(served_model: str, provider: str | None, at: datetime | None, override: Price | None) -> _Rates | None:
    if override is not None and None not in (
        override.input,
        override.output,
        override.cache_read,
        override.cache_write,
    ):
        return _overridden(_Rates(), override)
    model = _find(served_model, provider)
    listed = model.rates(at or datetime.now(UTC)) if model else None
    return listed if override is None else _overridden(listed or _Rates(), override)


def _overridden(listed: _Rates, override: Price) -> _Rates:
    def rate(own: float | None, other: _Rate | None) -> _Rate | None:
        return other if own is None else _Rate(own)

    return _Rates(
        rate(override.input, listed.input),
        rate(override.output, listed.output),
        rate(override.cache_read, listed.cache_read),
        rate(override.cache_write, listed.cache_write),
        listed.per_request_usd,
    )


@lru_cache(maxsize=1_024)
def _find(served_model: str, provider: str | None) -> _Model | None:
    """The model in the price data, or None: not listed, or the price data is not installed."""
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    name, whose = _reference(served_model, provider)
    try:
        found = calc_price(Usage(input_tokens=0, output_tokens=0), name, provider_id=whose)
    except (LookupError, ValueError):
        return None
    return _Model(found.model)


def _reference(served_model: str, provider: str | None) -> tuple[str, str | None]:
    """How the price data names the model, and whose list to look in: the platform that an id shows goes first."""
    text = served_model.strip().lower()
    where = place(text, provider if provider in ("azure", "bedrock", "vertex", "openrouter", "litellm") else "")
    if where.platform == "openrouter":
        return text.removeprefix("openrouter/"), "openrouter"
    if where.platform == "bedrock":
        return text.rpartition("/")[2], "aws"
    if where.platform in ("", "litellm"):
        own = provider if provider and provider != "litellm" else read(where).provider or None
        return where.name, _LIST_OF.get(own, own) if own else None
    return where.name, _LIST_OF.get(where.platform, where.platform)


def _read_rates(prices: ModelPrice) -> _Rates:
    requests = _rate(prices, "requests_kcount")
    return _Rates(
        _rate(prices, "input_mtok"),
        _rate(prices, "output_mtok"),
        _rate(prices, "cache_read_mtok"),
        _rate(prices, "cache_write_mtok"),
        requests.base / 1_000 if requests else 0.0,
    )


def _rate(prices: ModelPrice, key: str) -> _Rate | None:
    value = getattr(prices, key, None)
    if value is None:
        return None
    tiers = getattr(value, "tiers", None)
    if tiers is None:
        return _Rate(float(value))
    return _Rate(float(value.base), tuple((tier.start, float(tier.price)) for tier in tiers))
