"""Two JSON answers key by key: which paths differ, what each side holds there, and when there is nothing to compare."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.compare.json_keys import MOST, KeyChange, key_changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
HOLDERS = st.lists(JSON, max_size=3) | st.dictionaries(st.text(max_size=3), JSON, max_size=3)


def changes(old: object, new: object) -> list[tuple[str, str | None, str | None]]:
    found = key_changes(json.dumps(old), json.dumps(new))
    assert found is not None
    return [(one.path, one.old, one.new) for one in found]


def test_a_value_that_changed_is_named_by_its_path() -> None:
    assert changes({"order": {"status": "sent", "days": 3}}, {"order": {"status": "lost", "days": 3}}) == [
        ("order.status", '"sent"', '"lost"')
    ]


def test_keys_that_only_one_side_has() -> None:
    assert changes({"a": 1, "b": 2}, {"b": 2, "c": None}) == [("a", "1", None), ("c", None, "null")]


def test_lists_are_compared_by_place() -> None:
    assert changes({"days": [1, 2]}, {"days": [1, 3, 4]}) == [("days[1]", "2", "3"), ("days[2]", None, "4")]
    assert changes([{"a": 1}], [{"a": 2}]) == [("[0].a", "1", "2")]


def test_another_kind_of_value_is_one_change() -> None:
    assert changes({"a": {"b": 1}}, {"a": [1]}) == [("a", '{"b": 1}', "[1]")]
    assert changes({"a": 1}, [1]) == [("the value", '{"a": 1}', "[1]")]


def test_the_order_of_keys_is_no_change() -> None:
    assert changes({"a": 1, "b": 2}, {"b": 2, "a": 1}) == []


@pytest.mark.parametrize(("old", "new"), [("1", "1.0"), ("100", "1e2"), ("-0.0", "0")])
def test_the_same_number_written_otherwise_is_no_change(old: str, new: str) -> None:
    assert key_changes(f'{{"n": {old}}}', f'{{"n": {new}}}') == ()


def test_true_is_not_one() -> None:
    assert changes({"n": True}, {"n": 1}) == [("n", "true", "1")]


@pytest.mark.parametrize("key", ["with space", "a.b", "", "ключ", 'quo"te', "0"])
def test_a_key_that_is_no_plain_word_is_quoted(key: str) -> None:
    assert changes({key: 1}, {key: 2}) == [(f"[{json.dumps(key, ensure_ascii=False)}]", "1", "2")]


def test_a_fence_is_looked_through() -> None:
    assert key_changes('```json\n{"a": 1}\n```', '{"a": 2}') == (KeyChange("a", "1", "2"),)
    assert key_changes("```\n[1]\n```", "  [1]\n") == ()


@pytest.mark.parametrize("text", ["", "Hello", '"text"', "3", '{"a": ', '{"a": 1} and more', "```json\n{}", "{" * 5000])
def test_what_is_no_object_or_list_is_compared_otherwise(text: str) -> None:
    assert key_changes(text, '{"a": 1}') is None
    assert key_changes('{"a": 1}', text) is None


def test_no_more_than_a_person_can_read_is_listed() -> None:
    assert len(changes(list(range(5_000)), list(range(1, 5_001)))) == MOST


def test_deep_nesting_neither_raises_nor_hides_a_change() -> None:
    old, new = json.loads("[" * 200 + "1" + "]" * 200), json.loads("[" * 200 + "2" + "]" * 200)
    found = changes(old, new)
    assert len(found) == 1
    assert found[0][1] != found[0][2]


def test_more_than_a_megabyte_is_left_to_the_raw_view() -> None:
    assert key_changes('{"a": "' + "x" * 1_000_001 + '"}', "{}") is None


@settings(max_examples=30)
@given(HOLDERS)
def test_an_answer_does_not_differ_from_itself(value: object) -> None:
    assert changes(value, value) == []


@settings(max_examples=30)
@given(HOLDERS, HOLDERS)
def test_the_other_way_round_the_sides_are_exchanged(old: object, new: object) -> None:
    there, back = changes(old, new), changes(new, old)
    assert sorted((path, a or "", b or "") for path, a, b in there) == sorted(
        (path, b or "", a or "") for path, a, b in back
    )


@settings(max_examples=30)
@given(st.text(), st.text())
def test_no_text_raises(old: str, new: str) -> None:
    key_changes(old, new)
    key_changes("{" + old, "[" + new)
