"""Users and splits: how alike one user's requests are, and whether the split is what was set."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.verdict.ratio import SUSPECT, log_ratio_evidence
from console.verdict.users import design_effect, design_effect_of_sums


def beta_users(icc: float, users: int, each: int, rate: float = 0.05, seed: int = 1) -> list[tuple[int, int]]:
    """(requests, bad) of users whose own rates differ so that two requests of one correlate by `icc`."""
    rnd = random.Random(seed)
    found = []
    for _ in range(users):
        own = rnd.betavariate(rate * (1 / icc - 1), (1 - rate) * (1 / icc - 1)) if icc else rate
        found.append((each, sum(rnd.random() < own for _ in range(each))))
    return found


@pytest.mark.parametrize("icc", [0.0, 0.1, 0.3])
def test_it_measures_one_plus_c_minus_one_times_icc(icc: float) -> None:
    measured = design_effect(beta_users(icc, 6_000, 20))
    assert measured == pytest.approx(max(1.0, 1 + 19 * icc), rel=0.12)


@pytest.mark.parametrize("users", [[], [(0, 0)], [(5, 0)] * 9, [(5, 5)] * 9, [(3, 7)]])
def test_nothing_to_compare_is_one(users: list[tuple[int, int]]) -> None:
    assert design_effect(users) == 1.0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=40))
def test_it_is_never_below_one_nor_absurd(users: list[tuple[int, int]]) -> None:
    assert 1.0 <= design_effect(users) <= 20.0 * 20.0


def test_one_user_who_sends_everything_does_not_break_it() -> None:
    assert math.isfinite(design_effect([(20, 20)] + [(1, 0)] * 100))


def test_the_few_who_send_most_are_tempered_as_they_need() -> None:
    """A thousand users with one request each hide, in a plain average, that the heavy ones' requests are all alike."""
    light = [(1, int(user % 20 == 0)) for user in range(1_000)]
    heavy = [(20, 20 if user % 20 == 0 else 0) for user in range(40)]
    assert design_effect(heavy) == pytest.approx(20.0, rel=0.05)
    assert design_effect(light + heavy) > 15


def test_sums_of_values_are_measured_alike() -> None:
    """0 and 1 are values too: the two forms agree on them."""
    users = beta_users(0.2, 500, 10)
    as_values = [(n, float(k), float(k)) for n, k in users]
    assert design_effect_of_sums(as_values) == pytest.approx(design_effect(users))


def test_equal_values_are_one() -> None:
    assert design_effect_of_sums([(3, 6.0, 12.0), (2, 4.0, 8.0)]) == 1.0
    assert design_effect_of_sums([]) == 1.0


# The split


def ever(share: float, true: float, seed: int, users: int = 4_000) -> bool:
    rnd, canary = random.Random(seed), 0
    for n in range(1, users + 1):
        canary += rnd.random() < true
        if n % 20 == 0 and log_ratio_evidence(canary, n - canary, share) >= math.log(SUSPECT):
            return True
    return False


def test_a_wrong_split_is_noticed_and_a_right_one_is_not() -> None:
    assert all(ever(0.25, 0.33, seed) for seed in range(10))
    assert not any(ever(0.25, 0.25, seed) for seed in range(30))
    assert not any(ever(0.05, 0.05, seed) for seed in range(30))


@given(st.integers(1, 9), st.floats(0.01, 0.99), st.floats(1, 500))
def test_the_expected_evidence_of_a_right_split_is_one(n: int, share: float, strength: float) -> None:
    total = sum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k) * math.exp(log_ratio_evidence(k, n - k, share, strength))
        for k in range(n + 1)
    )
    assert total == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("canary", "production", "share"), [(0, 0, 0.5), (5, 5, 0.0), (5, 5, 1.0)])
def test_where_nothing_can_be_said_there_is_no_evidence(canary: int, production: int, share: float) -> None:
    assert log_ratio_evidence(canary, production, share) == 0.0
