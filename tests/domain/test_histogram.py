"""Logarithmic histograms: exact bins, bounded error, and merging that loses nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.histogram import (
    GAMMA,
    LAST_BIN,
    Histogram,
    bin_of,
    bins_of,
    count_above,
    merged,
    middle,
    quantile,
    size,
    upper_edge,
)

VALUES = st.floats(1.0, 1e9)
HISTOGRAMS = st.dictionaries(st.integers(0, LAST_BIN), st.integers(1, 1_000), max_size=8)


def of(values: list[float]) -> dict[int, int]:
    return merged({index: 1} for index in map(bin_of, values))


@pytest.mark.parametrize("value", [0.0, 0.5, 0.999999, -1.0, -math.inf, math.nan])
def test_what_is_below_one_unit_or_no_number_is_in_bin_zero(value: float):
    assert bin_of(value) == 0


@pytest.mark.parametrize(("value", "index"), [(1.0, 1), (1.2, 5), (1.44, 9), (1.2**10, 41), (1e300, LAST_BIN)])
def test_a_factor_of_1_2_is_four_bins_exactly(value: float, index: int):
    assert bin_of(value) == index


def test_infinity_shares_the_last_bin():
    assert bin_of(math.inf) == LAST_BIN
    assert bins_of([2.0, math.inf, -math.inf]) == [bin_of(2.0), LAST_BIN, 0]


@given(st.integers(1, LAST_BIN - 1))
def test_a_bin_ends_where_the_next_begins(index: int):
    edge = upper_edge(index)
    assert bin_of(edge * (1 + 1e-6)) == index + 1
    assert bin_of(edge * (1 - 1e-6)) == index
    assert upper_edge(index - 1) < middle(index) < edge


def test_bin_zero_ends_at_one_unit_and_stands_for_a_half():
    assert upper_edge(0) == 1.0
    assert middle(0) == 0.5
    assert bin_of(middle(0)) == 0


@given(VALUES)
def test_the_middle_of_a_bin_is_within_2_4_percent(value: float):
    assert middle(bin_of(value)) / value == pytest.approx(1.0, abs=0.024)


@given(VALUES, VALUES)
def test_larger_values_are_never_in_a_smaller_bin(one: float, other: float):
    low, high = sorted((one, other))
    assert bin_of(low) <= bin_of(high)


@given(st.lists(st.floats(), max_size=20))
def test_many_at_once_are_what_each_would_be(values: list[float]):
    assert bins_of(values) == [bin_of(value) for value in values]


@given(HISTOGRAMS, HISTOGRAMS, HISTOGRAMS)
def test_merging_is_addition_in_any_order(one: Histogram, two: Histogram, three: Histogram):
    together = merged((one, two, three))
    assert together == merged((three, merged((two, one))))
    assert size(together) == size(one) + size(two) + size(three)
    assert merged((one,)) == one
    assert merged(()) == {}


def test_merging_leaves_what_it_was_given_alone():
    one = {1: 2}
    merged((one, {1: 5}))
    assert one == {1: 2}


@given(st.lists(VALUES, min_size=1, max_size=40), st.floats(0.0, 1.0))
def test_a_quantile_is_that_of_the_values_within_a_bin(values: list[float], q: float):
    rank = max(1, math.ceil(q * len(values)))
    exact = sorted(values)[rank - 1]
    assert quantile(of(values), q) == pytest.approx(exact, rel=0.024)


def test_the_ends_of_the_distribution_are_its_least_and_greatest_value():
    histogram = {3: 1, 7: 98, 9: 1}
    assert quantile(histogram, 0.0) == middle(3)
    assert quantile(histogram, 0.01) == middle(3)
    assert quantile(histogram, 0.011) == middle(7)
    assert quantile(histogram, 0.99) == middle(7)
    assert quantile(histogram, 1.0) == middle(9)
    assert quantile(histogram, 1.5) == middle(9)


def test_an_empty_histogram_has_no_quantile():
    assert quantile({}, 0.5) is None
    assert quantile({4: 0}, 0.5) is None


def test_what_lies_above_a_bin_leaves_the_bin_itself_out():
    assert [count_above({1: 10, 2: 5, 3: 1}, index) for index in (0, 1, 2, 3)] == [16, 6, 1, 0]


def test_the_growth_of_a_bin_is_the_fourth_root_of_1_2():
    assert upper_edge(5) / upper_edge(1) == pytest.approx(1.2)
    assert pytest.approx(1.0466, abs=5e-5) == GAMMA
