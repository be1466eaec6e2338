"""The test of a share: the published vectors, its exact expectation, and what it finds."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.verdict.shares import ShareTest, Side, bet
from tests.effort import examples

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: json.dumps(case["params"]))
def test_golden_vectors(case: dict[str, Any]) -> None:
    given_ = dict(case["params"])
    test = ShareTest(
        given_["side"],
        given_.get("r", 1.0),
        given_.get("d", 0.0),
        design_effect=given_.get("D", 1.0),
        betting=given_.get("start", 0.5),
    )
    for (canary_n, canary_bad, production_n, production_bad), expected in zip(
        GOLDEN["buckets"], case["logE"], strict=True
    ):
        test.feed(canary_n, canary_bad, production_n, production_bad)
        assert test.wealth.log() == pytest.approx(expected, abs=1e-9)


def expectation(
    world: SimpleNamespace, factors: tuple[float, ...], n: tuple[int, int], p: tuple[float, float]
) -> float:
    """The exact expected factor of one block: every outcome of both arms, enumerated."""
    cb, cg, pb, pg = factors
    total = 0.0
    for bad, chance in world.binomial(n[0], p[0]):
        for other, chance_2 in world.binomial(n[1], p[1]):
            gain = bad * cb + (n[0] - bad) * cg + other * pb + (n[1] - other) * pg
            total += chance * chance_2 * math.exp(gain)
    return total


@settings(max_examples=examples(20), deadline=None)
@given(
    side=st.sampled_from(["regression", "pass"]),
    factor=st.floats(0.05, 20),
    n=st.tuples(st.integers(1, 7), st.integers(1, 12)),
    guess=st.floats(1e-6, 1.0),
    production=st.floats(0, 1),
    r=st.floats(0.5, 3),
    d=st.floats(0, 0.5),
    beyond=st.floats(0, 1),
)
def test_the_expected_factor_of_a_block_is_at_most_one(
    world: SimpleNamespace,
    side: Side,
    factor: float,
    n: tuple[int, int],
    guess: float,
    production: float,
    r: float,
    d: float,
    beyond: float,
) -> None:
    """Whatever production's rate is in this block, and however wrong the guess: this is what makes any look allowed."""
    edge = min(1.0, r * production + d)
    canary = edge * beyond if side == "regression" else edge + (1 - edge) * beyond
    if side == "pass" and r * production + d > 1:
        return  # a rate cannot reach this margin: nothing to protect
    factors = bet(side, factor, n[1] / n[0], guess, r, d)
    assert expectation(world, factors, n, (canary, production)) <= 1 + 1e-9


@given(
    side=st.sampled_from(["regression", "pass"]),
    factor=st.floats(0.01, 100),
    m=st.floats(1e-4, 1e4),
    rate=st.floats(1e-9, 1.0),
    r=st.floats(0.01, 100),
    d=st.floats(0, 2),
)
def test_no_request_can_take_all_the_money(
    side: Side, factor: float, m: float, rate: float, r: float, d: float
) -> None:
    assert all(math.isfinite(gain) and gain >= math.log(0.0199) for gain in bet(side, factor, m, rate, r, d))


def run(test: ShareTest, canary: float, production: float, seed: int = 1, blocks: int = 400) -> int | None:
    """Canary requests until 1/100, or None."""
    rnd = random.Random(seed)
    for index in range(blocks):
        test.feed(
            10, sum(rnd.random() < canary for _ in range(10)), 90, sum(rnd.random() < production for _ in range(90))
        )
        if test.wealth.log() >= math.log(100):
            return 10 * (index + 1)
    return None


def test_a_tenfold_error_rate_is_found_within_a_hundred_requests() -> None:
    found = run(ShareTest("regression", 1.1, 0.001), 0.10, 0.01)
    assert found is not None
    assert found <= 100


def test_an_equal_canary_passes_and_a_bad_one_does_not() -> None:
    assert run(ShareTest("pass", 1.25, 0.03), 0.05, 0.05) is not None
    assert run(ShareTest("pass", 1.25, 0.03), 0.15, 0.05) is None


def test_a_late_regression_finds_fresh_money() -> None:
    rnd = random.Random(4)
    needed = {}
    for betting in (0.5, 1.0):
        test = ShareTest("regression", betting=betting)
        for _ in range(1_000):
            test.feed(10, sum(rnd.random() < 0.01 for _ in range(10)), 90, 1)
        needed[betting] = run(test, 0.08, 0.01, seed=3) or math.inf
    assert needed[0.5] < 0.7 * needed[1.0]


def test_an_empty_arm_moves_no_money_and_still_teaches_the_rate() -> None:
    test = ShareTest("regression")
    test.feed(0, 0, 500, 100)
    test.feed(50, 50, 0, 0)
    assert test.wealth.log() == 0.0
    assert test.rate == pytest.approx(100.5 / 550)


def test_a_design_effect_divides_the_evidence() -> None:
    plain, tempered = ShareTest("regression", betting=1.0), ShareTest("regression", betting=1.0, design_effect=4.0)
    for test in (plain, tempered):
        test.feed(20, 10, 100, 1)
    assert 0 < tempered.wealth.log() < plain.wealth.log() / 2


@pytest.mark.parametrize("side", ["regression", "pass"])
@pytest.mark.parametrize("bad", [(0, 0), (50, 0), (0, 50), (50, 50)])
def test_extremes_stay_finite(side: Side, bad: tuple[int, int]) -> None:
    test = ShareTest(side, 1.1, 0.001)
    for _ in range(300):
        test.feed(50, bad[0], 50, bad[1])
    assert math.isfinite(test.wealth.log())
    assert math.isfinite(test.growth(bad[0] / 50, bad[1] / 50, 1.0))


def test_growth_is_positive_only_toward_the_truth() -> None:
    regression, passing = ShareTest("regression", 1.1, 0.001), ShareTest("pass", 1.25, 0.005)
    assert regression.growth(0.03, 0.01, 19) > 0 > regression.growth(0.01, 0.01, 19)
    assert passing.growth(0.01, 0.01, 19) > 0 > passing.growth(0.03, 0.01, 19)
