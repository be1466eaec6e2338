"""The cost of a request, worked out on the writer's thread, where a price list is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

Price = Callable[[str, str | None, int, int, int, int, datetime], float | None]
"""(served model, provider, input, output, cached and cache-write tokens, when) -> USD, or None for unknown.

`console.catalog.prices.price_usd` is one; input tokens include the cached and the newly cached ones."""

Tokens = tuple[int | None, int | None, int | None, int | None]
"""Input, output, cached and cache-write tokens; None where the answer did not say."""

_HOUR_S = 3_600
_PROBE = 1_000
_MANY = 1_000


class Priced(NamedTuple):
    """A cost in USD, None if unknown, and the price it was worked out with.

    `price` is USD per million tokens: `input/output/cached/cache write`, as in `3/15/0.3/3.75`, with a `+` behind it
    where the cost is not what these rates give (long inputs have other rates with some providers). It is "" where the
    cost is unknown, or was the application's own.
    """

    cost_usd: float | None = None
    price: str = ""


class Pricing:
    """Prices requests with `price`, or with the catalog's list where that is installed; otherwise knows no price."""

    def __init__(self, price: Price | None = None) -> None:
        self._price = price
        self._loaded = price is not None
        self._rates: dict[tuple[str, int], tuple[float, ...] | None] = {}

    def of(self, model: str, tokens: Tokens, at: float) -> Priced:
        """What one request to `model` at epoch second `at` cost; never 0 for unknown. Never raises."""
        taken, given, cached, written = tokens
        if taken is None or given is None:
            return Priced()
        price = self._price if self._loaded else self._load()
        if price is None:
            return Priced()
        hour = int(at // _HOUR_S)
        counts = (taken, given, cached or 0, written or 0)
        try:
            cost = price(model, None, *counts, _hour(hour))
            return Priced(cost, self._text(price, model, hour, counts, cost)) if cost is not None else Priced()
        except Exception:  # a price list is somebody else's code, and a row without a cost is still a row
            return Priced()

    def _text(self, price: Price, model: str, hour: int, counts: tuple[int, int, int, int], cost: float) -> str:
        """The rates behind `cost`: what the list asks for a thousand tokens of each kind."""
        if (model, hour) not in self._rates:
            if len(self._rates) >= _MANY:
                self._rates.clear()
            self._rates[model, hour] = _rates(price, model, _hour(hour))
        rates = self._rates[model, hour]
        if rates is None:
            return ""
        taken, given, cached, written = counts
        fresh = taken - cached - written
        expected = sum(n * rate for n, rate in zip((fresh, given, cached, written), rates, strict=True)) / 1e6
        return _words(rates) + ("" if abs(cost - expected) <= 1e-6 * max(cost, 1e-6) else "+")

    def _load(self) -> Price | None:
        """Here and not at import: loading a price list takes tens of milliseconds, which belong to this thread."""
        self._loaded = True
        try:
            self._price = importlib.import_module("console.catalog.prices").price_usd
        except (ImportError, AttributeError):
            self._price = None
        return self._price


def _rates(price: Price, model: str, when: datetime) -> tuple[float, ...] | None:
    """USD per million input, output, cached and cache-write tokens, or None if the list does not know them all."""
    kinds = ((_PROBE, 0, 0, 0), (0, _PROBE, 0, 0), (_PROBE, 0, _PROBE, 0), (_PROBE, 0, 0, _PROBE))
    costs = [price(model, None, *kind, when) for kind in kinds]
    known = tuple(round(cost / _PROBE * 1e6, 9) for cost in costs if cost is not None)
    return known if len(known) == len(costs) else None


@lru_cache(maxsize=256)
def _words(rates: tuple[float, ...]) -> str:
    return "/".join(f"{rate:.10g}" for rate in rates)


@lru_cache(maxsize=256)
def _hour(number: int) -> datetime:
    return datetime.fromtimestamp(number * _HOUR_S, UTC)
