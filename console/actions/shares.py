"""Percentages and the ladder: which step is next, what may be written, and who is served what."""

from __future__ import annotations

import math
from collections.abc import Mapping

from console.domain.errors import Usage
from console.domain.registry import DEFAULT_STEPS, Route
from console.text.words import percentage


def checked(value: float) -> float:
    """`value` as a percentage that can be written. Raises Usage unless it is 0..100 with up to 4 decimals."""
    if not math.isfinite(value) or not 0 <= value <= 100:
        raise Usage(f"a percentage must be between 0 and 100, got {value:g}")
    if round(value, 4) != value:
        raise Usage(f"a percentage may have up to 4 decimals, got {value!r}")
    return int(value) if float(value).is_integer() else float(value)


def first_step(route: Route) -> float:
    """Where a rollout begins: the lowest step below 100."""
    return checked(next((step for step in route.steps if step < 100), DEFAULT_STEPS[0]))


def next_step(route: Route) -> float:
    """The step above the present share; 100, which is promoting, from the last one on."""
    return checked(next((step for step in route.steps if step > route.canary_percentage), 100))


def step_back(route: Route) -> float:
    """The step below the present share; 0, which is rolling back, from the first one."""
    lower = [step for step in route.steps if step < route.canary_percentage]
    return checked(lower[-1]) if lower else 0


def arrow(before: float, after: float) -> str:
    """`5 → 25 %`."""
    return f"{percentage(before).removesuffix(' %')} → {percentage(after)}"


def served(route: Route) -> Mapping[str, float]:
    """Model -> its share of the route's users, 0..100."""
    shares = {route.production: 100 - route.canary_percentage}
    if route.canary is not None:
        shares[route.canary.model_id] = shares.get(route.canary.model_id, 0) + route.canary_percentage
    return shares


def raises(before: Route, after: Route) -> bool:
    """Whether a model gets more users than before that is neither production nor fallback, so still on trial."""
    old, known = served(before), (before.production, before.fallback)
    return any(share > old.get(model, 0) for model, share in served(after).items() if model not in known)
