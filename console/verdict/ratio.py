"""Is the split what was set? A sample-ratio test on users, honest at any number of looks.

A split that differs from its setting means that users were lost or misrouted on one side, and then no comparison of
the two arms means anything.
"""

from __future__ import annotations

import math

SUSPECT = 1_000.0
"""The split is suspect when its evidence reaches this: at most one false alarm in a thousand rollouts."""


def log_ratio_evidence(canary_users: int, production_users: int, share: float, strength: float = 100.0) -> float:
    """log E against "a share (0..1) of users is on the canary", from the counts of new users so far.

    A Dirichlet-multinomial (here Beta-binomial) mixture centred on the configured share, over the binomial at exactly
    that share: the any-time test of Lindon and Malek (arXiv 2011.03567). `strength` is the weight of the prior.
    """
    if not 0 < share < 1 or canary_users + production_users == 0:
        return 0.0
    a, b = strength * share, strength * (1 - share)
    mixture = _log_beta(a + canary_users, b + production_users) - _log_beta(a, b)
    return mixture - canary_users * math.log(share) - production_users * math.log1p(-share)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
