"""Cost against quality, so that a cheaper canary can be decided on one line."""

from __future__ import annotations

from console.domain.record import record
from console.verdict.verdict import Verdict

WORTH_TELLING = 0.005
"""A difference in cost below half a percent is none."""


@record
class Trade:
    """What a canary saves, and how much worse its error rate can still be. Both arms' costs are winsorised alike.

    `saved_usd` is per 1,000 requests and negative for a dearer canary; `share` is the same relative to production.
    """

    saved_usd: float
    share: float
    error_at_most: float | None
    """Upper bound of the rise in the error rate (a share; holds at every look), or None where too little is known."""
    shown: bool
    """Whether the error rate has passed: shown to be within its margin."""


def trade(verdict: Verdict) -> Trade | None:
    """The trade of a canary, or None where costs are unknown or equal."""
    cost, error = verdict.metric("cost"), verdict.metric("error")
    if cost is None or not cost.production or cost.canary is None:
        return None
    share = 1 - cost.canary / cost.production
    if abs(share) < WORTH_TELLING:
        return None
    bound = error.interval[1] if error and error.interval else None
    passed = error is not None and error.decided == "pass"
    return Trade((cost.production - cost.canary) * 1_000, share, bound, passed)
