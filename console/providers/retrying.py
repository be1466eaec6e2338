"""Whether and when a failed question is asked again. Ours, not the SDKs': a hidden retry is a hidden error."""

from __future__ import annotations

import random

from console.providers.records import Failure, Limits

_WORTH_IT = frozenset({"rate_limited", "overloaded", "server", "connection", "broken_stream"})
_FIRST_S = 0.5
_LONGEST_S = 8.0


def pause_s(failure: Failure, retries: int, limits: Limits, chance: float | None = None) -> float | None:
    """Seconds to wait before asking again after `retries` retries, or None to give up.

    The provider's `retry-after` is obeyed, or given up on where it is beyond the limit; else 0.5 s doubling to 8 s,
    each shortened by up to half at random, so that many askers do not come back at once. `chance` (0..1) replaces the
    dice.
    """
    if failure.kind not in _WORTH_IT or retries >= limits.retries:
        return None
    if failure.retry_after_s is not None:
        return failure.retry_after_s if failure.retry_after_s <= limits.max_retry_wait_s else None
    dice = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    return float(min(_LONGEST_S, _FIRST_S * 2**retries) * (1 - dice / 2))
