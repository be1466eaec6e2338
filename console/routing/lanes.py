"""A registry compiled for the hot path: a lane for each route, with every answer it can give already built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from console.domain.buckets import BUCKETS, threshold
from console.domain.choice import Arm, Choice, Why
from console.domain.registry import Registry, Route

_WHOLE = 1 << 32
REMEMBERED = 4_096
"""Keys a lane remembers before it forgets all of them: a returning user costs a look-up instead of a hash."""
OVERRIDE = "LLM_MODEL"


@dataclass(frozen=True, slots=True)
class Rare:
    """The answers that few requests get. `stays` are the models on which a conversation may go on."""

    stays: Mapping[str, Choice]
    keyless: Choice
    moved: Mapping[Arm, Choice]


class Lane(NamedTuple):
    """One route, in the order in which `Router.select` unpacks it.

    `prefix` is the salt with its NUL; digests below `limit` are on the canary, and an empty `limit` means nobody.
    The choices are shared by all requests. `memo` belongs to this lane, so a new registry starts with an empty one.
    """

    memo: dict[str, Choice]
    prefix: bytes
    limit: bytes
    production: Choice
    canary: Choice
    rare: Rare

    def of(self, key: bytes) -> Choice:
        """The user's side by bucket, for keys that the memo does not hold."""
        return self.canary if sha256(self.prefix + key).digest() < self.limit else self.production


Lanes = Mapping[str, Lane]


def digest_limit(percentage: float) -> bytes:
    """The bytes below which a digest is on the canary: the bucket rule turned around, so that no digest is unpacked.

    `(h * 10**6) >> 32 < t` holds if and only if `h < ceil(t * 2**32 / 10**6)`, and bytes compare as big-endian
    numbers do. 32 bytes are longer than the limit, so a digest that begins with the limit itself is not below it.
    """
    limit = -(-threshold(percentage) * _WHOLE // BUCKETS)
    if limit >= _WHOLE:
        return b"\xff" * 33
    return limit.to_bytes(4, "big") if limit > 0 else b""


def lane_of(route: Route) -> Lane:
    """The lane of `route` as the registry says it."""
    canary = route.canary
    rollout = route.rollout_id
    evidence_from = canary.start.timestamp() + route.gates.warm_up_s if canary else 0.0
    models: dict[Arm, str] = {"production": route.production}
    if canary is not None:
        models["canary"] = canary.model_id

    def choice(arm: Arm, why: Why) -> Choice:
        return Choice(route.name, models.get(arm, route.production), arm, why, rollout, evidence_from)

    serving = [arm for arm in models if arm == "production" or not _rolled_back(route)]
    return Lane(
        memo={},
        prefix=f"{rollout}\0".encode("utf-8", "surrogatepass"),
        limit=digest_limit(route.canary_percentage),
        production=choice("production", "bucket"),
        canary=choice("canary", "bucket"),
        rare=Rare(
            # Production last: where both sides name one model, a conversation counts as production.
            stays={models[arm]: choice(arm, "pinned conversation") for arm in reversed(serving)},
            keyless=choice("production", "default"),
            moved={"production": choice("production", "moved"), "canary": choice("canary", "moved")},
        ),
    )


def _rolled_back(route: Route) -> bool:
    """A canary at 0 % that is held serves nobody, conversations included; at 0 % alone it only gets nobody new."""
    return route.canary is not None and route.canary.percentage <= 0 and route.canary.held is not None


def overridden(route: str, model: str) -> Lane:
    """The lane of a route on which the environment forces `model`: everybody gets it, and nothing is evidence."""
    choice = Choice(route, model, "production", "override")
    rare = Rare(stays={}, keyless=choice, moved={"production": choice, "canary": choice})
    return Lane({}, b"", b"", choice, choice, rare)


def variable(route: str) -> str:
    """The environment variable that overrides one route: `LLM_MODEL_SUPPORT`, other characters as `_`."""
    return f"{OVERRIDE}_" + "".join(char if char.isascii() and char.isalnum() else "_" for char in route).upper()


def forced(route: str, environment: Mapping[str, str]) -> str:
    """The model that `environment` forces on `route`, or "". The route's own variable goes before the general one."""
    return environment.get(variable(route), "").strip() or environment.get(OVERRIDE, "").strip()


def overrides(registry: Registry, environment: Mapping[str, str]) -> dict[str, str]:
    """The routes of `registry` on which `environment` forces a model, with that model."""
    return {name: model for name in registry.routes if (model := forced(name, environment))}


def compiled(registry: Registry, forced_models: Mapping[str, str]) -> dict[str, Lane]:
    """Every route of `registry`, ready to serve."""
    return {
        name: overridden(name, forced_models[name]) if name in forced_models else lane_of(route)
        for name, route in registry.routes.items()
    }
