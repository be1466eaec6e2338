"""The scenarios of the demo: what goes wrong with the canary's model after a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Scenario = Literal["healthy", "regression", "slow", "costly", "fences"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
AFTER_S = 20.0
"""Seconds of healthy traffic before the scenario begins, so that one sees the change happen."""

RATE = 30.0
"""Requests per second on the route with the canary: five times as many errors on 5 % of them show within minutes."""
OTHERS = 0.2
"""The other route's share of that."""

_SWITCHES: Mapping[Scenario, Mapping[str, object]] = {
    "healthy": {},
    "regression": {"error_factor": 5.0},
    "slow": {"latency_factor": 2.0},
    "costly": {"token_factor": 2.0},
    "fences": {"fences": True},
}


def switches(scenario: Scenario) -> dict[str, object]:
    """The stand-in's switches that make `scenario` happen."""
    return dict(_SWITCHES[scenario])
