"""Counts that merge by addition: every field, in any order, in any grouping."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.cells import Counts, total

HISTOGRAM = {"latency", "ttft", "cost"}
SMALL = st.integers(0, 1_000)
COUNTS = st.builds(
    Counts,
    **{field.name: SMALL for field in fields(Counts) if field.name not in HISTOGRAM},
    **{name: st.dictionaries(st.integers(0, 5), st.integers(1, 9), max_size=3) for name in HISTOGRAM},
)


@pytest.mark.parametrize("name", [field.name for field in fields(Counts) if field.name not in HISTOGRAM])
def test_every_number_is_added(name: str):
    one, other = replace(Counts(), **{name: 2}), replace(Counts(), **{name: 3})
    assert one + other == replace(Counts(), **{name: 5})


@pytest.mark.parametrize("name", sorted(HISTOGRAM))
def test_every_histogram_is_added_bin_by_bin(name: str):
    one, other = replace(Counts(), **{name: {1: 2, 4: 1}}), replace(Counts(), **{name: {1: 3, 9: 1}})
    assert one + other == replace(Counts(), **{name: {1: 5, 4: 1, 9: 1}})


@given(COUNTS, COUNTS, COUNTS)
def test_grouping_and_order_do_not_matter(one: Counts, two: Counts, three: Counts):
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one
    assert total([one, two, three]) == one + two + three


@given(COUNTS)
def test_nothing_added_is_nothing_changed(counts: Counts):
    assert counts + Counts() == counts
    assert total([counts]) == counts


def test_the_sum_of_nothing_is_nothing():
    assert total([]) == Counts()


def test_adding_changes_neither_side():
    one, other = Counts(requests=1, latency={1: 1}), Counts(requests=2, latency={1: 1})
    total([one, other, one])
    assert (one, other) == (Counts(requests=1, latency={1: 1}), Counts(requests=2, latency={1: 1}))


def test_ratings_are_those_of_the_pleased_and_the_displeased():
    assert Counts(requests=100, satisfied=7, dissatisfied=2, flagged=5, cleared=4).ratings == 9
