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


def test_a_new_table_brings_the_tables_around_it_along():
    assert apply({}, [AddTable(("a", "b", "c"), {"x": 1})]) == {"a": {"b": {"c": {"x": 1}}}}


def test_a_key_is_set_only_where_its_table_is():
    assert apply({"a": {}}, [SetKey(("a", "x"), 1)]) == {"a": {"x": 1}}
    assert apply({}, [SetKey(("x",), 1)]) == {"x": 1}
    with pytest.raises(EditImpossible, match="a is not in the file"):
        apply({}, [SetKey(("a", "x"), 1)])


def test_a_failed_edit_leaves_the_data_as_it_was():
    before = copy.deepcopy(PLAIN)
    with pytest.raises(EditImpossible):
        apply(PLAIN, [SetKey((*ROUTE, "production"), "new"), DropKey(("gone",))])
    assert before == PLAIN


def test_a_whole_table_can_be_dropped_and_put_back_elsewhere():
    edits = [DropKey(ROUTE), AddTable(("routes", "other"), {"production": "old"})]
    assert apply(PLAIN, edits)["routes"] == {"other": {"production": "old"}}


BERLIN = datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    "value",
    [{"canary_start": BERLIN}, [BERLIN], {"a": {"b": [BERLIN]}}, (BERLIN,)],
)
def test_instants_inside_lists_and_tables_are_written_in_utc_too(value: object):
    def instants(inner: object) -> list[datetime]:
        if isinstance(inner, datetime):
            return [inner]
        parts = inner.values() if isinstance(inner, dict) else inner
        return [found for part in parts for found in instants(part)]  # type: ignore[union-attr]

    assert [at.isoformat() for at in instants(canonical("x", value))] == ["2026-11-20T09:00:00+00:00"]


def test_a_percentage_inside_a_table_is_written_like_one_alone():
    written = canonical("support", {"canary_percentage": 25.0, "limit": 25.0, "steps": (5.0, 100)})
    assert identical(written, {"canary_percentage": 25, "limit": 25.0, "steps": [5.0, 100]})


def test_an_instant_without_an_offset_stays_as_it_is():
    naive = datetime(2026, 11, 20, 9)
    assert canonical("canary_start", naive) is naive


@given(plain=TABLES)
def test_writing_a_form_that_is_canonical_changes_nothing(plain: dict[str, Any]):
    assert identical(canonical("x", plain), plain)


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ({"a": 1}, {"a": 2}, [SetKey(("a",), 1)]),
        ({}, {"a": 1}, [DropKey(("a",))]),
        ({"a": 1}, {}, [SetKey(("a",), 1)]),
        ({"a": {"x": 1}}, {}, [AddTable(("a",), {"x": 1})]),
        ({"a": {"x": 1, "b": {"y": 2}}}, {}, [AddTable(("a",), {"x": 1}), AddTable(("a", "b"), {"y": 2})]),
        ({"a": 1}, {"a": {"x": 1}}, [DropKey(("a",)), SetKey(("a",), 1)]),
        ({"a": {"x": 1}}, {"a": 1}, [DropKey(("a",)), AddTable(("a",), {"x": 1})]),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3, "y": 2}}, [SetKey(("a", "x"), 1)]),
        ({"a": 1}, {"a": True}, [SetKey(("a",), 1)]),
    ],
)
def test_a_change_is_taken_back_with_no_edit_too_many(before: dict[str, Any], after: dict[str, Any], edits: list[Edit]):
    assert list(reverse(before, after)) == edits
