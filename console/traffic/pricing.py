"""The cost of a request, worked out on the writer's thread, where a price list is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

Price = Callable[[str, str | None, int, int, int, int, datetime], float | None]
"""(served model, provider, input, output, cached and cache-write tokens, when) -> USD, or None for unknown.

`console.catalog.prices.price_usd` is one; input tokens include the cached and the newly cached ones."""

_HOUR_S = 3_600


class Pricing:
    """Prices requests with `price`, or with the catalog's list where that is installed; otherwise knows no price."""

    def __init__(self, price: Price | None = None) -> None:
        self._price = price
        self._loaded = price is not None

    def cost_usd(
        self,
        model: str,
        input_tokens: int | None,
        output_tokens: int | None,
        cached_tokens: int | None,
        cache_write_tokens: int | None,
        at: float,
    ) -> float | None:
        """The cost in USD of one request to `model` at epoch second `at`; None if unknown, never 0 for unknown."""
        if input_tokens is None or output_tokens is None:
            return None
        price = self._price if self._loaded else self._load()
        if price is None:
            return None
        when = _hour(int(at // _HOUR_S))
        try:
            return price(model, None, input_tokens, output_tokens, cached_tokens or 0, cache_write_tokens or 0, when)
        except Exception:  # a price list is somebody else's code, and a row without a cost is still a row
            return None

    def _load(self) -> Price | None:
        """Here and not at import: loading a price list takes tens of milliseconds, which belong to this thread."""
        self._loaded = True
        try:
            self._price = importlib.import_module("console.catalog.prices").price_usd
        except (ImportError, AttributeError):
            self._price = None
        return self._price


@lru_cache(maxsize=256)
def _hour(number: int) -> datetime:
    return datetime.fromtimestamp(number * _HOUR_S, UTC)
