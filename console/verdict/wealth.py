"""Evidence as money: several bettors and a reserve, all in logarithms.

Evidence `E` starts at 1 and is multiplied, block by block, by factors whose expectation is at most 1 as long as the
canary is no worse than tolerated. Then `P(E ever reaches 1/alpha) <= alpha` however often one looks (Ville 1939).
A mixture of such numbers, and money that is only moved between them, keeps that property.

Half of the money waits in a reserve and joins the bettors slowly: after block b a share 1/(b + 50) of it. A regression
that begins late finds fresh money instead of bettors who lost theirs on thousands of healthy requests (the idea of
e-detectors: Shin, Ramdas, Rinaldo 2022). It costs about 8 % more requests for regressions present from the start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

RESERVE = 0.5
DELAY_BLOCKS = 50


def log_sum(a: float, b: float) -> float:
    """log(exp(a) + exp(b)) without overflow."""
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


class Wealth:
    """The capital of one test: `weights` say how the money is spread over its bettors; they sum to 1."""

    __slots__ = ("_log_weights", "best", "blocks", "capital", "reserve")

    def __init__(self, weights: Sequence[float], betting: float = 1 - RESERVE) -> None:
        self._log_weights = tuple(math.log(weight) for weight in weights)
        self.capital = [math.log(betting) + weight for weight in self._log_weights]
        self.reserve = math.log1p(-betting) if betting < 1 else -math.inf
        self.blocks = 0
        self.best = 0.0
        """The highest log E so far; what latches."""

    def log(self) -> float:
        """log E: all capital and the reserve."""
        total = self.reserve
        for capital in self.capital:
            total = log_sum(total, capital)
        return total

    def settle(self, gains: Sequence[float]) -> None:
        """Close a block: `gains` are the bettors' log factors (empty where nobody could bet)."""
        if gains:
            self.capital = [capital + gain for capital, gain in zip(self.capital, gains, strict=True)]
        self.best = max(self.best, self.log())
        if self.reserve > -math.inf:
            moved = 1.0 / (self.blocks + DELAY_BLOCKS)
            log_moved = self.reserve + math.log(moved)
            self.capital = [
                log_sum(capital, log_moved + weight)
                for capital, weight in zip(self.capital, self._log_weights, strict=True)
            ]
            self.reserve += math.log1p(-moved)
        self.blocks += 1

    def state(self) -> dict[str, object]:
        """Everything a restart needs, as JSON."""
        return {
            "capital": list(self.capital),
            "reserve": None if self.reserve == -math.inf else self.reserve,
            "blocks": self.blocks,
            "best": self.best,
        }

    def restore(self, state: dict[str, object]) -> None:
        """Continue from `state`; the same numbers as if it had never stopped."""
        capital, reserve = state["capital"], state["reserve"]
        assert isinstance(capital, list)
        if len(capital) != len(self.capital):
            raise ValueError("the evidence was kept for another set of bets")
        self.capital = [float(value) for value in capital]
        self.reserve = -math.inf if reserve is None else float(str(reserve))
        self.blocks = int(str(state["blocks"]))
        self.best = float(str(state["best"]))
