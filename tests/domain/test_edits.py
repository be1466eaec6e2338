"""Edits on plain data, and the edits that take them back."""

from __future__ import annotations

import copy
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.edits import AddTable, DropKey, Edit, EditImpossible, SetKey, apply, canonical, identical, reverse

PLAIN: dict[str, Any] = {"schema": 1, "routes": {"support": {"production": "old", "steps": [5, 100]}}, "models": {}}
ROUTE = ("routes", "support")


def test_edits_are_made_in_a_copy():
    before = copy.deepcopy(PLAIN)
    after = apply(PLAIN, [SetKey((*ROUTE, "production"), "new"), AddTable(("models", "m"), {"tested": True})])
    assert before == PLAIN
    assert after["routes"]["support"]["production"] == "new"
    assert after["models"] == {"m": {"tested": True}}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (DropKey((*ROUTE, "canary")), "routes.support.canary is not in the file"),
        (DropKey(("routes", "gone", "canary")), "routes.gone is not in the file"),
        (SetKey(("routes", "gone", "canary"), "x"), "routes.gone is not in the file"),
        (SetKey(("schema", "x"), "x"), "schema is not a table"),
        (AddTable(ROUTE, {}), "routes.support is already in the file"),
        (AddTable(("schema", "x"), {}), "schema is not a table"),
        (AddTable(("schema", "x", "y"), {}), "schema is not a table"),
    ],
)
def test_an_edit_that_does_not_fit_says_why(edit: Edit, words: str):
    with pytest.raises(EditImpossible, match=f"^{words}$"):
        apply(PLAIN, [edit])


def test_later_edits_see_the_earlier_ones():
    edits = [AddTable(("models", "m"), {}), SetKey(("models", "m", "tested"), False), DropKey((*ROUTE, "steps"))]
    assert apply(PLAIN, edits)["models"]["m"] == {"tested": False}


@pytest.mark.parametrize(("value", "written"), [(25.0, 25), (12.5, 12.5), (0.1 + 0.2, 0.3), (5, 5), (0.0, 0)])
def test_percentages_are_written_without_needless_decimals(value: float, written: float):
    result = canonical("canary_percentage", value)
    assert identical(result, written)


def test_other_numbers_keep_their_type():
    assert identical(canonical("limit", 25.0), 25.0)


def test_instants_are_written_in_utc():
    berlin = datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1)))
    result = canonical("canary_start", berlin)
    assert (result, result.utcoffset()) == (datetime(2026, 11, 20, 9, tzinfo=UTC), timedelta(0))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (math.nan, math.nan, True),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, True),
        ({"a": [1]}, {"a": [1.0]}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1], [1, 2], False),
    ],
)
def test_identical_means_type_and_value(one: object, other: object, same: bool):
    assert identical(one, other) is same


SCALARS = st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.lists(st.integers(0, 3), max_size=2)
TABLES = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), SCALARS, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), SCALARS | inner, max_size=4),
    max_leaves=12,
)


@given(before=TABLES, after=TABLES)
def test_reverse_turns_after_back_into_before(before: dict[str, Any], after: dict[str, Any]):
    assert identical(apply(after, reverse(before, after)), before)


@given(plain=TABLES)
def test_nothing_to_undo_needs_no_edits(plain: dict[str, Any]):
    assert reverse(plain, copy.deepcopy(plain)) == ()


def test_reverse_leaves_later_changes_elsewhere_alone():
    before = PLAIN
    after = apply(before, [SetKey((*ROUTE, "production"), "new")])
    later = apply(after, [AddTable(("models", "m"), {"tested": True})])
    assert apply(later, reverse(before, after))["models"] == {"m": {"tested": True}}
