"""The test of a winsorised mean: its exact expectation, its cap, its moments, and what it finds."""

from __future__ import annotations

import json
import math
import random
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from console.domain.histogram import bin_of, middle
from console.verdict.means import CAP_AFTER, MeanTest, Moments, cap_of, value_of
from console.verdict.shares import Side
from tests.effort import examples


def histogram(rnd: random.Random, n: int, scale: float = 1.0) -> dict[int, int]:
    found: dict[int, int] = {}
    for _ in range(n):
        index = bin_of(rnd.lognormvariate(math.log(4_000), 1.0) * scale)
        found[index] = found.get(index, 0) + 1
    return found


CHANCES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)


@settings(max_examples=examples(20), deadline=None)
@given(
    side=st.sampled_from(["regression", "pass"]),
    bins=st.lists(st.integers(0, 40), min_size=3, max_size=3, unique=True),
    production=CHANCES,
    canary=CHANCES,
    n=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    r=st.floats(0.6, 2),
    d=st.floats(0, 3),
    past=st.lists(st.integers(0, 60), min_size=3, max_size=3),
)
def test_the_expected_factor_of_a_block_is_at_most_one(
    world: SimpleNamespace,
    side: Side,
    bins: list[int],
    production: list[float],
    canary: list[float],
    n: tuple[int, int],
    r: float,
    d: float,
    past: list[int],
) -> None:
    cap = 30
    arms = [
        [(index, chance / sum(chances)) for index, chance in zip(bins, chances, strict=True)]
        for chances in (production, canary)
    ]
    means = [sum(value_of(index, cap) * p for index, p in arm) for arm in arms]
    worse = means[1] - (r * means[0] + d)
    assume(worse <= 0 if side == "regression" else worse >= 0)
    test = MeanTest(side, r, d, cap, past=dict(zip(bins, past, strict=True)), betting=1.0)
    before = test.state()
    total = 0.0
    for theirs, chance in world.multinomial(n[1], arms[0]):
        for ours, chance_2 in world.multinomial(n[0], arms[1]):
            test.restore(json.loads(json.dumps(before)))
            test.feed(ours, theirs)
            total += chance * chance_2 * math.exp(test.wealth.log())
    assert total <= 1 + 1e-9


def test_moments_are_those_of_the_capped_histogram() -> None:
    rnd, test = random.Random(2), MeanTest("regression", 1.05, 0.0, cap=190)
    whole: dict[int, int] = {}
    for _ in range(50):
        part = histogram(rnd, 30)
        test.feed(histogram(rnd, 5), part)
        for index, count in part.items():
            whole[index] = whole.get(index, 0) + count
    values = [middle(min(index, 190)) for index, count in whole.items() for _ in range(count)]
    mean = sum(values) / len(values)
    assert test.past == whole
    assert test.moments() == Moments(
        1_500,
        pytest.approx(mean),  # type: ignore[arg-type]
        pytest.approx(sum((value - mean) ** 2 for value in values) / len(values)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("dear", "side"), [(2.0, "regression"), (0.6, "pass")])
def test_a_dearer_canary_is_found_and_a_cheaper_one_passes(dear: float, side: Side) -> None:
    rnd = random.Random(5)
    test = MeanTest(side, 1.05 if side == "regression" else 1.15, 0.0, cap=0)
    fed = 0
    while test.wealth.log() < math.log(100) and fed < 3_000:
        test.feed(histogram(rnd, 10, dear), histogram(rnd, 190))
        fed += 10
    assert fed <= 600


def test_an_equal_canary_raises_no_alarm() -> None:
    rnd, test = random.Random(6), MeanTest("regression", 1.05, 0.0, cap=0)
    for _ in range(400):
        test.feed(histogram(rnd, 10), histogram(rnd, 90))
    assert test.wealth.best < math.log(100)


def test_one_absurd_request_does_not_decide() -> None:
    rnd, test = random.Random(7), MeanTest("regression", 1.05, 0.0, cap=0)
    for _ in range(30):
        test.feed(histogram(rnd, 10), histogram(rnd, 90))
    before = test.wealth.log()
    test.feed({**histogram(rnd, 9), 480: 1}, histogram(rnd, 90))
    assert test.wealth.log() - before < math.log(5)


def test_the_cap_is_chosen_once_and_only_after_enough_requests() -> None:
    test = MeanTest("regression", 1.05, 0.0, cap=0)
    test.feed({150: 10}, {150: CAP_AFTER - 1})
    assert test.cap == 0
    assert test.moments().n == 0
    test.feed({150: 10}, {150: 1})
    assert test.cap == 150
    test.feed({150: 10}, {200: 10_000})
    assert test.cap == 150


def test_the_cap_is_the_high_quantile() -> None:
    assert cap_of({100: 990, 120: 10}) == 120
    assert cap_of({100: 996, 400: 4}) == 100
    assert cap_of({}) == 0


@pytest.mark.parametrize("past", [{}, {0: 500}, {500: 500}, {100: 19}])
def test_a_strange_past_stays_finite(past: dict[int, int]) -> None:
    for side in ("regression", "pass"):
        test = MeanTest(side, 1.05, 0.0, cap=0, past=past)  # type: ignore[arg-type]
        for _ in range(60):
            test.feed({0: 5, 500: 5}, {0: 20, 500: 1})
        assert math.isfinite(test.wealth.log())
        assert math.isfinite(test.growth(1.3, 5.0))


def test_a_restart_changes_nothing() -> None:
    rnd = random.Random(8)
    blocks = [(histogram(rnd, 10), histogram(rnd, 50)) for _ in range(40)]
    straight, stopped = (MeanTest("pass", 1.15, 0.0, cap=0) for _ in range(2))
    for index, (canary, production) in enumerate(blocks):
        if index in (1, 2, 17):
            state = json.loads(json.dumps(stopped.state()))
            stopped = MeanTest("pass", 1.15, 0.0, cap=0)
            stopped.restore(state)
        straight.feed(canary, production)
        stopped.feed(canary, production)
    assert stopped.wealth.log() == pytest.approx(straight.wealth.log(), abs=1e-12)
    assert stopped.state() == straight.state()
