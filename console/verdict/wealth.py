"""Evidence as money: several bettors and a reserve.

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
_TALL, _SMALL = 1e100, 1e-100
_STEEP = 200.0


def log_sum(a: float, b: float) -> float:
    """log(exp(a) + exp(b)) without overflow."""
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


class Wealth:
    """The capital of one test: `weights` say how the money is spread over its bettors; they sum to 1.

    Money is kept in units of exp(`scale`), which is moved along so that no amount leaves the range of a float.
    """

    __slots__ = ("_log", "best", "blocks", "capital", "reserve", "scale", "weights")

    def __init__(self, weights: Sequence[float], betting: float = 1 - RESERVE) -> None:
        self.weights = tuple(weights)
        self.capital = [betting * weight for weight in weights]
        self.reserve = 1 - betting
        self.scale = 0.0
        self.blocks = 0
        self._log = 0.0
        self.best = 0.0
        """The highest log E so far."""

    def log(self) -> float:
        """log E: all capital and the reserve."""
        return self._log

    def settle(self, gains: Sequence[float]) -> None:
        """Close a block: `gains` are the bettors' log factors (empty where nobody could bet)."""
        if gains:
            self._multiply(gains)
        if self.reserve > 0:
            moved = self.reserve / (self.blocks + DELAY_BLOCKS)
            self.capital = [money + moved * weight for money, weight in zip(self.capital, self.weights, strict=True)]
            self.reserve -= moved
        self.blocks += 1

    def _multiply(self, gains: Sequence[float]) -> None:
        steepest = max(gains)
        if steepest > _STEEP:  # beyond this, exp() nears the end of a float's range
            gains = [gain - steepest for gain in gains]
            self.reserve *= math.exp(-steepest)
            self.scale += steepest
        capital = [money * math.exp(gain) for money, gain in zip(self.capital, gains, strict=True)]
        total = sum(capital) + self.reserve
        if not _SMALL < total < _TALL:
            capital, total = self._rescaled(capital, gains, total)
        self.capital = capital
        self._log = self.scale + math.log(total)
        self.best = max(self.best, self._log)

    def _rescaled(self, capital: list[float], gains: Sequence[float], total: float) -> tuple[list[float], float]:
        """The same money in a unit in which it sums to about 1."""
        if total <= 0.0:  # no reserve, and one block took all there is: start again from the least loss
            least = max(gain + math.log(money) for money, gain in zip(self.capital, gains, strict=True) if money > 0)
            capital = [money * math.exp(gain - least) for money, gain in zip(self.capital, gains, strict=True)]
            self.scale += least
            return capital, sum(capital)
        self.scale += math.log(total)
        self.reserve /= total
        return [money / total for money in capital], 1.0

    def state(self) -> dict[str, object]:
        """Everything a restart needs, as JSON."""
        return {
            "capital": list(self.capital),
            "reserve": self.reserve,
            "scale": self.scale,
            "log": self._log,
            "blocks": self.blocks,
            "best": self.best,
        }

    def restore(self, state: dict[str, object]) -> None:
        """Continue from `state`; the same numbers as if it had never stopped."""
        capital = state["capital"]
        assert isinstance(capital, list)
        if len(capital) != len(self.capital):
            raise ValueError("the evidence was kept for another set of bets")
        self.capital = [float(value) for value in capital]
        self.reserve, self.scale = float(str(state["reserve"])), float(str(state["scale"]))
        self._log, self.best = float(str(state["log"])), float(str(state["best"]))
        self.blocks = int(str(state["blocks"]))
