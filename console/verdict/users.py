"""Users, not requests, are independent: how much a metric's requests resemble each other within a user."""

from __future__ import annotations

from collections.abc import Iterable


def design_effect(users: Iterable[tuple[int, int]]) -> float:
    """By how much evidence must be divided, from (requests, bad events) of production's users before the canary.

    `D = sum (k_u - p n_u)^2 / (p (1 - p) sum n_u)`, at least 1; 1 also where nothing (or everything) was bad. Requests
    are capped at 20 a user, as the evidence is. Dividing by D is an approximation, exact when a user's requests are
    all alike; measured false alarms stay below 0.8 % at a nominal 1 % (docs/verdict.md).
    """
    counted = [(n, min(k, n)) for n, k in users if n > 0]
    requests, bad = sum(n for n, _ in counted), sum(k for _, k in counted)
    if requests == 0 or bad in (0, requests):
        return 1.0
    rate = bad / requests
    spread = sum((k - rate * n) ** 2 for n, k in counted)
    return max(1.0, spread / (rate * (1 - rate) * requests))
