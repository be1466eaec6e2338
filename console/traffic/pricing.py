"""The cost of a request, worked out on the writer's thread, where a price list is installed."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from console.domain.registry import Price as _RegistryPrice

OwnPrice: TypeAlias = "_RegistryPrice"
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
        self._loaded = self._given = price is not None
        self._rates: dict[tuple[str, int, OwnPrice | None], tuple[float, ...] | None] = {}

    def of(self, model: str, tokens: Tokens, at: float, own: OwnPrice | None = None) -> Priced:
        """What one request to `model` at epoch second `at` cost; never 0 for unknown. Never raises.

        `own` is what the registry says instead of the list; the application's own `price` goes before both.
        """
        taken, given, cached, written = tokens
        if taken is None or given is None:
            return Priced()
        price = self._price if self._loaded else self._load()
        if price is None:
            return Priced()
        if own is not None and not self._given:
            price = partial(cast(Callable[..., float | None], price), override=own)
        else:
            own = None
        hour = int(at // _HOUR_S)
        counts = (taken, given, cached or 0, written or 0)
        try:
            cost = price(model, None, *counts, _hour(hour))
            # One NaN in a sum is there for ever, and every total after it is one too.
            if cost is None or not 0 <= cost < math.inf:
                return Priced()
            return Priced(cost, self._text(price, (model, hour, own), counts, cost))
        except Exception:  # a price list is somebody else's code, and a row without a cost is still a row
            return Priced()

    def _text(
        self, price: Price, key: tuple[str, int, OwnPrice | None], counts: tuple[int, int, int, int], cost: float
    ) -> str:
        """The rates behind `cost`: what the list asks for a thousand tokens of each kind. `key` is model, hour, own."""
        if key not in self._rates:
            if len(self._rates) >= _MANY:
                self._rates.clear()
            self._rates[key] = _rates(price, key[0], _hour(key[1]))
        rates = self._rates[key]
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


def own_price(prices: Mapping[str, OwnPrice] | None, asked: str, served: str) -> OwnPrice | None:
    """What the registry says a request costs: the price of the model that served it, else of the one asked for.

    An alias has its price whatever it stands for; a pinned id that was rerouted to another model has none.
    """
    if not prices:
        return None
    if (served or asked) in prices:
        return prices[served or asked]
    if asked not in prices:
        return None
    from console.catalog.rerouting import rerouted  # here: most registries say no price

    return None if rerouted(asked, served) else prices[asked]


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
