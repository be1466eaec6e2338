"""The registry as plain, immutable records: what the router serves, the console shows and the actions change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from typing import Literal

from console.domain.record import record

Tier = Literal["production", "canary", "fallback", "experimental"]
Role = Literal["guardrail", "signal", "display"]
UserMode = Literal["tempered", "exact"]
"""Requests tempered by how alike a user's are, or one value a user."""
TIERS: tuple[Tier, ...] = ("production", "canary", "fallback", "experimental")
DEFAULT_STEPS: tuple[float, ...] = (5, 25, 50, 100)
DAY_S = 86_400.0


def instant_text(at: datetime) -> str:
    """`2026-11-20T09:00:00Z`: the one written form of an instant, whatever offset it was given in."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@record
class Price:
    """USD per million tokens. None where the registry does not say."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None


@record
class Pin:
    """A model id with who chose it, when and why."""

    model_id: str
    pinned_date: date
    reason: str
    provider: str | None = None
    pinned_by: str | None = None
    tested: bool = False
    regression_tested: bool = False
    last_regression_test: date | None = None
    allow_alias: bool = False
    price: Price | None = None
    retires: date | None = None
    replacement: str | None = None


@record
class Canary:
    """The newer model on trial: its share of users (0..100, up to 4 decimals), since when, and whether it is held."""

    model_id: str
    percentage: float
    start: datetime
    held: str | None = None


@record
class MetricGate:
    """What a route says about one metric. None means: the default of the verdict's own table.

    `tolerance` and `margin` are (relative, absolute): the canary may be at most `relative * production + absolute`.
    `limit` is absolute, in the metric's unit.
    """

    tolerance: tuple[float, float] | None = None
    margin: tuple[float, float] | None = None
    role: Role | None = None
    weight: float | None = None
    limit: float | None = None


@record
class Gates:
    """When a canary may go on. Durations are in seconds."""

    min_requests: int = 100
    min_step_time_s: float = DAY_S
    warm_up_s: float = 120.0
    alpha: float = 0.01
    alpha_pass: float = 0.05
    metrics: Mapping[str, MetricGate] = field(default_factory=dict)
    users: UserMode = "tempered"


@record
class GuardSettings:
    """What the guard may do on a route by itself. Durations are in seconds."""

    auto_rollback: bool = True
    auto_advance: bool = False
    auto_promote: bool = False
    grace_s: float = 0.0
    rollback_window_s: float = DAY_S
    freeze: tuple[str, ...] = ()


@record
class Route:
    """A named place in the application that calls a model."""

    name: str
    production: str
    canary: Canary | None = None
    fallback: str | None = None
    experimental: str | None = None
    description: str = ""
    steps: tuple[float, ...] = DEFAULT_STEPS
    suite: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    gates: Gates = Gates()
    guard: GuardSettings = GuardSettings()

    @property
    def rollout_id(self) -> str:
        """`route|canary|canary_start`, the id and salt of the running rollout; "" without a canary."""
        if self.canary is None:
            return ""
        return f"{self.name}|{self.canary.model_id}|{instant_text(self.canary.start)}"

    @property
    def canary_percentage(self) -> float:
        """The share of users on the canary, 0..100; 0 without a canary."""
        return self.canary.percentage if self.canary else 0.0

    def tiers(self) -> tuple[tuple[Tier, str], ...]:
        """The pins in use on this route, in the order a person thinks of them."""
        canary = self.canary.model_id if self.canary else None
        pairs: tuple[tuple[Tier, str | None], ...] = (
            ("production", self.production),
            ("canary", canary),
            ("fallback", self.fallback),
            ("experimental", self.experimental),
        )
        return tuple((tier, model_id) for tier, model_id in pairs if model_id is not None)


@record
class Registry:
    """Every route and every pinned model of one application."""

    routes: Mapping[str, Route]
    models: Mapping[str, Pin]
    schema: int = 1
