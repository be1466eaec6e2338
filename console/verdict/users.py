"""Users, not requests, are independent: how much a metric's requests resemble each other within a user."""

from __future__ import annotations

from collections.abc import Iterable


def design_effect(users: Iterable[tuple[int, int]]) -> float:
    """By how much evidence must be divided, from (requests, bad events) of production's users before the canary.

    `D = sum (k_u - p n_u)^2 / (p (1 - p) sum n_u)` where all send equally many (else see `design_effect_of_sums`), at
    least 1; 1 also where nothing or everything was bad. Requests are capped at 20 a user, as the evidence is. Dividing
    by D is an approximation, exact when a user's requests are all alike; what was measured is in docs/verdict.md.
    """
    counted = [(n, min(k, n)) for n, k in users if n > 0]
    requests, bad = sum(n for n, _ in counted), sum(k for _, k in counted)
    if requests == 0 or bad in (0, requests):
        return 1.0
    return design_effect_of_sums((n, float(k), float(k)) for n, k in counted)


def design_effect_of_sums(users: Iterable[tuple[int, float, float]]) -> float:
    """The same of any values, from each user's (requests, sum of values, sum of squared values).

    `D = sum w_u (s_u - mean n_u)^2 / (variance sum w_u n_u)`: by how much the users' sums vary more than sums of as
    many unrelated requests would. The larger of `w_u = 1` and `w_u = n_u` counts: the same where all send equally many;
    where few send most, the first tempers those few too little (measured: 1.4 % false alarms instead of 0.5 %).
    """
    counted = [user for user in users if user[0] > 0]
    n = sum(user[0] for user in counted)
    if n == 0:
        return 1.0
    mean = sum(user[1] for user in counted) / n
    variance = sum(user[2] for user in counted) / n - mean * mean
    if variance <= 1e-12 * mean * mean:
        return 1.0
    squares = [(own, (total - mean * own) ** 2) for own, total, _ in counted]
    plain = sum(square for _, square in squares) / (variance * n)
    weighted = sum(own * square for own, square in squares) / (variance * sum(own * own for own, _ in squares))
    return max(1.0, plain, weighted)
