"""A registry compiled for the hot path: per route one immutable lane with every possible answer already built."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from console.domain.buckets import BUCKETS, threshold
from console.domain.choice import Arm, Choice, Why
from console.domain.registry import Registry, Route

_WHOLE = 1 << 32
REMEMBERED = 8_192
"""Keys remembered per lane: a user's second request costs one dictionary look-up instead of a hash."""


def digest_limit(percentage: float) -> bytes:
    """The digests below these 4 bytes are on the canary: the bucket rule, turned around so that no digest is unpacked.

    `(h * 10**6) >> 32 < t` holds if and only if `h < ceil(t * 2**32 / 10**6)`.
    """
    limit = -(-threshold(percentage) * _WHOLE // BUCKETS)
    return b"\xff" * 40 if limit >= _WHOLE else limit.to_bytes(4, "big")


class Lane:
    """One route. Its choices are shared between requests: they never change."""

    __slots__ = ("_canary", "_choices", "_fresh", "_limit", "_memo", "_moved", "default", "has_canary")

    def __init__(self, route: Route) -> None:
        rollout = route.rollout_id
        start = route.canary.start.timestamp() + route.gates.warm_up_s if route.canary else 0.0
        models: dict[Arm, str] = {"production": route.production}
        if route.canary is not None and route.canary.percentage > 0:
            models["canary"] = route.canary.model_id

        def choice(arm: Arm, why: Why) -> Choice:
            return Choice(route.name, models[arm], arm, why, rollout, start)

        self.has_canary = "canary" in models
        self.default = choice("production", "default")
        last: Arm = "canary" if self.has_canary else "production"
        self._choices = (choice("production", "bucket"), choice(last, "bucket"))
        self._moved = (choice("production", "moved"), choice(last, "moved"))
        self._canary = {models[arm]: choice(arm, "pinned conversation") for arm in reversed(list(models))}
        self._limit = digest_limit(route.canary_percentage)
        self._fresh = hashlib.sha256(f"{rollout}\0".encode("utf-8", "surrogatepass"))
        self._memo: dict[str, Choice] = {}

    def pick(self, key: str) -> Choice:
        """The user's model by bucket."""
        found = self._memo.get(key)
        if found is not None:
            return found
        if not self.has_canary:
            return self._choices[0]
        state = self._fresh.copy()
        state.update(key.encode("utf-8", "surrogatepass"))
        found = self._choices[state.digest() < self._limit]
        if len(self._memo) >= REMEMBERED:
            self._memo = {}
        self._memo[key] = found
        return found

    def stay(self, key: str | None, current: str) -> Choice:
        """The model a conversation started on, while it is still on the route; else a new one, marked as moved."""
        kept = self._canary.get(current)
        if kept is not None:
            return kept
        return self._moved[0] if key is None else self._moved[self.pick(key).arm == "canary"]


class Override:
    """A route on which the environment forces a model: everybody gets it, and nothing counts as evidence."""

    __slots__ = ("default", "has_canary")

    def __init__(self, route: str, model: str) -> None:
        self.default = Choice(route, model, "production", "override")
        self.has_canary = False

    def pick(self, key: str) -> Choice:
        """The forced model."""
        return self.default

    def stay(self, key: str | None, current: str) -> Choice:
        """The forced model, in the middle of conversations too."""
        return self.default


def variable(route: str) -> str:
    """The environment variable that overrides one route: `LLM_MODEL_SUPPORT`."""
    return "LLM_MODEL_" + "".join(char if char.isascii() and char.isalnum() else "_" for char in route).upper()


def forced(route: str, environment: Mapping[str, str]) -> str:
    """The model that the environment forces on `route`, or ""."""
    return (environment.get(variable(route)) or environment.get("LLM_MODEL") or "").strip()


def compile_lanes(registry: Registry, environment: Mapping[str, str]) -> dict[str, Lane | Override]:
    """Every route of `registry`, ready to serve."""
    lanes: dict[str, Lane | Override] = {}
    for name, route in registry.routes.items():
        model = forced(name, environment)
        lanes[name] = Override(name, model) if model else Lane(route)
    return lanes
