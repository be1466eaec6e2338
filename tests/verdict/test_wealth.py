"""Money: what it adds up to, that moving it makes none, and that no amount leaves the range of a float."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.verdict.wealth import Wealth, log_sum

GAINS = st.lists(st.lists(st.floats(-30, 30), min_size=3, max_size=3), min_size=1, max_size=60)


class LogWealth:
    """The same book kept in logarithms throughout: slower, and obviously right."""

    def __init__(self, weights: tuple[float, ...], betting: float = 0.5) -> None:
        self.weights = weights
        self.capital = [math.log(betting * weight) for weight in weights]
        self.reserve = math.log(1 - betting) if betting < 1 else -math.inf
        self.blocks = 0
        self.log = 0.0

    def settle(self, gains: list[float]) -> None:
        self.capital = [capital + gain for capital, gain in zip(self.capital, gains, strict=True)]
        self.log = self.reserve
        for capital in self.capital:
            self.log = log_sum(self.log, capital)
        if self.reserve > -math.inf:
            h = 1 / (self.blocks + 50)
            moved = self.reserve + math.log(h)
            self.capital = [
                log_sum(capital, moved + math.log(weight))
                for capital, weight in zip(self.capital, self.weights, strict=True)
            ]
            self.reserve += math.log1p(-h)
        self.blocks += 1


@given(GAINS)
def test_it_equals_a_book_kept_in_logarithms(blocks: list[list[float]]) -> None:
    money, book = Wealth((0.25, 0.5, 0.25)), LogWealth((0.25, 0.5, 0.25))
    for gains in blocks:
        money.settle(gains)
        book.settle(gains)
        assert money.log() == pytest.approx(book.log, abs=1e-9)


@pytest.mark.parametrize("gain", [5_000.0, 800.0, 201.0, -5_000.0, -300.0])
@pytest.mark.parametrize("betting", [0.5, 1.0])
def test_huge_blocks_neither_overflow_nor_vanish(gain: float, betting: float) -> None:
    money, book = Wealth((0.3, 0.7), betting), LogWealth((0.3, 0.7), betting)
    for gains in ([gain, gain / 2], [gain, gain], [1.0, 2.0], [-gain, -gain]):
        money.settle(gains)
        book.settle(gains)
        assert math.isfinite(money.log())
    assert money.log() == pytest.approx(book.log, rel=1e-9, abs=1e-6)


def test_waiting_moves_money_and_makes_none() -> None:
    money = Wealth((0.5, 0.5))
    for _ in range(1_000):
        money.settle([])
    assert money.log() == 0.0
    assert sum(money.capital) + money.reserve == pytest.approx(1.0, abs=1e-12)
    assert money.reserve < 0.03


def test_the_best_stays_when_the_rest_is_lost() -> None:
    money = Wealth((1.0,))
    money.settle([3.0])
    best = money.best
    money.settle([-20.0])
    assert money.best == best == pytest.approx(math.log(0.5 * math.exp(3) + 0.5))
    assert money.log() < 0


@given(GAINS, st.integers(0, 60))
def test_a_restart_changes_nothing(blocks: list[list[float]], cut: int) -> None:
    straight, stopped = Wealth((0.2, 0.3, 0.5)), Wealth((0.2, 0.3, 0.5))
    for index, gains in enumerate(blocks):
        if index == cut:
            state = json.loads(json.dumps(stopped.state()))
            stopped = Wealth((0.2, 0.3, 0.5))
            stopped.restore(state)
        straight.settle(gains)
        stopped.settle(gains)
    assert stopped.log() == straight.log()
    assert stopped.best == straight.best


def test_state_of_another_set_of_bets_is_refused() -> None:
    with pytest.raises(ValueError, match="another set of bets"):
        Wealth((0.5, 0.5)).restore(Wealth((1.0,)).state())
