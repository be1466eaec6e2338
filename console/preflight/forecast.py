"""What a route's own requests would cost on another model, and whether they fit its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.catalog.contract import Ratio, output_limit
from console.catalog.prices import context_window, price_usd
from console.domain.registry import Price
from console.preflight.records import Forecast, Limit
from console.traffic.mix import Mix, Sizes


@dataclass(frozen=True, slots=True)
class Priced:
    """A model as its price is asked for."""

    model: str
    provider: str | None
    price: Price | None = None

    def cost_usd(self, size: Sizes, at: datetime) -> float | None:
        """What a request of this size costs; None where no price is known."""
        return price_usd(self.model, self.provider, *size[1:], at=at, override=self.price)


def forecast(old: Priced, new: Priced, mix: Mix, ratio: Ratio | None, at: datetime) -> Forecast:
    """The forecast for `mix` at the prices of `at`. What the new model thinks comes on top: nobody can know it."""
    own = [size for size in mix.sizes if size.model == old.model]
    sizes = own or list(mix.sizes)
    factor = ratio.value if ratio else 1.0
    there = [_scaled(size, factor) for size in sizes]
    return Forecast(
        requests=len(sizes),
        ratio=ratio.value if ratio else None,
        ratio_why=ratio.why if ratio else "",
        before_per_1k=_per_1k(sizes, lambda size: old.cost_usd(size, at)),
        after_per_1k=_per_1k(there, lambda size: new.cost_usd(size, at)),
        cold_per_1k=_per_1k([_cold(size) for size in there], lambda size: new.cost_usd(size, at))
        if any(size.cached_tokens for size in sizes)
        else None,
        requests_per_day=mix.per_day,
        largest_input=max((size.input_tokens for size in sizes), default=0),
        largest_output=max((size.output_tokens for size in sizes), default=0),
    )


def limits(new: Priced, seen: Forecast, max_tokens: object) -> tuple[Limit, ...]:
    """The candidate's context window and longest answer, against the largest request in sight and `max_tokens`."""
    factor = seen.ratio or 1.0
    wanted = max_tokens if isinstance(max_tokens, int) and not isinstance(max_tokens, bool) else 0
    answer = wanted or round(seen.largest_output * factor)
    needed = round(seen.largest_input * factor) + answer
    window, most = context_window(new.model, new.provider), output_limit(new.provider, new.model)
    longest = most.tokens if most else None
    return (
        Limit("context", window, needed, window is not None and needed > window),
        Limit("output", longest, answer, longest is not None and answer > longest),
    )


def _scaled(size: Sizes, factor: float) -> Sizes:
    """Each part on its own, so that rounding never makes the cached tokens more than there are."""
    fresh = size.input_tokens - size.cached_tokens - size.cache_write_tokens
    output, cached, written = (round(tokens * factor) for tokens in size[2:])
    return Sizes(size.model, round(fresh * factor) + cached + written, output, cached, written)


def _cold(size: Sizes) -> Sizes:
    """The same request where nothing is cached yet: what would have been read is written."""
    return size._replace(cached_tokens=0, cache_write_tokens=size.cached_tokens + size.cache_write_tokens)


def _per_1k(sizes: Sequence[Sizes], cost_usd: Callable[[Sizes], float | None]) -> float | None:
    costs = _known([cost_usd(size) for size in sizes])
    return sum(costs) / len(costs) * 1_000 if costs else None


def _known(costs: Iterable[float | None]) -> list[float]:
    """The costs, or nothing where one is missing: a mean over the rest would be a lie."""
    found = list(costs)
    return [cost for cost in found if cost is not None] if None not in found else []
