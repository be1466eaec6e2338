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
    return design_effect_of_sums((n, float(k), float(k)) for n, k in counted)


def design_effect_of_sums(users: Iterable[tuple[int, float, float]]) -> float:
    """The same of any values, from each user's (requests, sum of values, sum of squared values).

    `D = sum (s_u - mean n_u)^2 / (variance sum n_u)`: by how much the users' sums vary more than sums of as many
    unrelated requests would.
    """
    counted = [user for user in users if user[0] > 0]
    n = sum(user[0] for user in counted)
    if n == 0:
        return 1.0
    mean = sum(user[1] for user in counted) / n
    variance = sum(user[2] for user in counted) / n - mean * mean
    if variance <= 1e-12 * mean * mean:
        return 1.0
    spread = sum((total - mean * own) ** 2 for own, total, _ in counted)
    return max(1.0, spread / (variance * n))
