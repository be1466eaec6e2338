"""A registry compiled for the hot path: a lane for each route, with every answer it can give already built."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from console.domain.buckets import BUCKETS, threshold
from console.domain.choice import Arm, Choice, Why
from console.domain.record import record
from console.domain.registry import Price, Registry, Route
from console.routing.breaker import Circuits

_WHOLE = 1 << 32
OVERRIDE = "LLM_MODEL"


Hot = tuple[bytes, bytes, Choice, Choice]
"""What most requests need: the salt with its NUL, the limit below which digests are on the canary (empty: nobody is),
and the answers for production and canary, which all requests share.

A plain tuple, since the interpreter unpacks a subclass of tuple much slower. A memory of recent keys is left out: it
makes users who return 3.5 times faster and new ones 1.3 times slower, and keeps people's ids in memory.
"""


@record
class Lane:
    """One route. `stays` are the models on which a conversation may go on; `keyless` is for requests without a key."""

    hot: Hot
    keyless: Choice
    stays: Mapping[str, Choice]
    moved: Mapping[Arm, Choice]

    def of(self, key: bytes) -> Choice:
        """The user's side by bucket; `key` is the key's UTF-8."""
        prefix, limit, production, canary = self.hot
        return canary if sha256(prefix + key).digest() < limit else production


Lanes = Mapping[str, Lane]
Prices = Mapping[str, Price]


def digest_limit(percentage: float) -> bytes:
    """The bytes below which a digest is on the canary: the bucket rule turned around, so that no digest is unpacked.

    `(h * 10**6) >> 32 < t` holds if and only if `h < ceil(t * 2**32 / 10**6)`, and bytes compare as big-endian
    numbers do. 32 bytes are longer than the limit, so a digest that begins with the limit itself is not below it.
    """
    limit = -(-threshold(percentage) * _WHOLE // BUCKETS)
    if limit >= _WHOLE:
        return b"\xff" * 33
    return limit.to_bytes(4, "big") if limit > 0 else b""


def lane_of(route: Route, circuits: Circuits | None = None, prices: Prices | None = None) -> Lane:
    """The lane of `route` as the registry says it. What becomes of its calls is reported to its `circuits`."""
    canary = route.canary
    rollout = route.rollout_id
    evidence_from = canary.start.timestamp() + route.gates.warm_up_s if canary else 0.0
    models: dict[Arm, str] = {"production": route.production}
    if canary is not None:
        models["canary"] = canary.model_id

    def choice(arm: Arm, why: Why) -> Choice:
        model = models.get(arm, route.production)
        circuit = circuits.get((route.name, arm)) if circuits else None
        report = circuit.report if circuit else None
        return Choice(route.name, model, arm, why, rollout, evidence_from, report, prices=prices)

    serving = [arm for arm in models if arm == "production" or not _rolled_back(route)]
    prefix = f"{rollout}\0".encode("utf-8", "surrogatepass")
    return Lane(
        hot=(prefix, digest_limit(route.canary_percentage), choice("production", "bucket"), choice("canary", "bucket")),
        keyless=choice("production", "default"),
        # Production last: where both sides name one model, a conversation counts as production.
        stays={models[arm]: choice(arm, "pinned conversation") for arm in reversed(serving)},
        moved={"production": choice("production", "moved"), "canary": choice("canary", "moved")},
    )


def _rolled_back(route: Route) -> bool:
    """A canary at 0 % that is held serves nobody, conversations included; at 0 % alone it only gets nobody new."""
    return route.canary is not None and route.canary.percentage <= 0 and route.canary.held is not None


def overridden(route: str, model: str, prices: Prices | None = None) -> Lane:
    """The lane of a route on which the environment forces `model`: everybody gets it, and nothing is evidence."""
    choice = Choice(route, model, "production", "override", prices=prices)
    return Lane((b"", b"", choice, choice), choice, stays={}, moved={"production": choice, "canary": choice})


def variable(route: str) -> str:
    """The environment variable that overrides one route: `LLM_MODEL_SUPPORT`, other characters as `_`."""
    return f"{OVERRIDE}_" + "".join(char if char.isascii() and char.isalnum() else "_" for char in route).upper()


def forced(route: str, environment: Mapping[str, str]) -> str:
    """The model that `environment` forces on `route`, or "". The route's own variable goes before the general one."""
    return environment.get(variable(route), "").strip() or environment.get(OVERRIDE, "").strip()


def overrides(registry: Registry, environment: Mapping[str, str]) -> dict[str, str]:
    """The routes of `registry` on which `environment` forces a model, with that model."""
    return {name: model for name in registry.routes if (model := forced(name, environment))}


def compiled(registry: Registry, forced_models: Mapping[str, str], circuits: Circuits | None = None) -> dict[str, Lane]:
    """Every route of `registry`, ready to serve."""
    prices = own_prices(registry)
    return {
        name: overridden(name, forced_models[name], prices)
        if name in forced_models
        else lane_of(route, circuits, prices)
        for name, route in registry.routes.items()
    }


def own_prices(registry: Registry) -> Prices | None:
    """The prices that `registry` itself says, by model id; None where it says none, as most do."""
    return {name: pin.price for name, pin in registry.models.items() if pin.price is not None} or None
