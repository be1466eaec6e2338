"""Lines with an origin: what is kept keeps its bytes, and the difference is what happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.registry.lines import Line, assembled, difference, joined, matched, split


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", ()), ("a", ("a",)), ("a\n", ("a",)), ("a\n\n", ("a", "")), ("a\r\nb", ("a", "b")), ("\n", ("",))],
)
def test_lines_come_without_their_ends(text: str, lines: tuple[str, ...]):
    assert split(text) == lines


@given(st.lists(st.text("ab=", max_size=3)), st.lists(st.sampled_from(["\n", "\r\n"])), st.booleans())
def test_a_file_put_together_again_is_the_same(rows: list[str], ends: list[str], final: bool):
    text = "".join(row + (ends[i] if i < len(ends) else "\n") for i, row in enumerate(rows))
    text += "" if final or not rows else "last"
    lines = [Line(line, index) for index, line in enumerate(split(text))]
    assert assembled(lines, text) == text


@pytest.mark.parametrize(
    ("before", "kept", "new", "after"),
    [
        ("a\nb\n", [0, 1], "c", "a\nb\nc\n"),
        ("a\r\nb\r\n", [0, 1], "c", "a\r\nb\r\nc\r\n"),
        ("a\r\nb\r\nx\n", [0, 1, 2], "c", "a\r\nb\r\nx\nc\r\n"),
        ("a\nb", [0, 1], "c", "a\nb\nc\n"),
        ("a\r\nb", [0, 1], "c", "a\r\nb\r\nc\r\n"),
        ("a\nb\n", [1], "c", "b\nc\n"),
        ("", [], "c", "c\n"),
    ],
)
def test_new_lines_end_as_most_lines_do(before: str, kept: list[int], new: str, after: str):
    lines = [Line(split(before)[index], index) for index in kept] + [Line(new)]
    assert assembled(lines, before) == after


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_matching_finds_origins_in_order_and_of_the_same_text(before: list[str], after: list[str]):
    lines = matched(before, after)
    origins = [line.origin for line in lines if line.origin is not None]
    assert [line.text for line in lines] == after
    assert origins == sorted(set(origins))
    assert all(before[line.origin] == line.text for line in lines if line.origin is not None)


def test_the_difference_is_told_table_by_table():
    before = ["top = 1", "[a] # first", "x = 1", "y = 2", "", "[b]", "z = 3"]
    after = [
        Line("top = 2"),
        Line("[a] # first", 1),
        Line("x = 1", 2),
        Line("", 4),
        Line("[b]", 5),
        Line("z = 4"),
        Line(""),
        Line("[c]"),
        Line("w = 5"),
    ]
    assert difference(before, after) == (
        ("removed", "top = 1"),
        ("added", "top = 2"),
        ("same", "[a] # first"),
        ("removed", "y = 2"),
        ("same", "[b]"),
        ("removed", "z = 3"),
        ("added", "z = 4"),
        ("added", "[c]"),
        ("added", "w = 5"),
    )


def test_a_table_that_goes_takes_its_header_along():
    before = ["[a]", "x = 1", "[b]", "y = 2"]
    assert difference(before, [Line("[a]", 0), Line("x = 1", 1)]) == (("removed", "[b]"), ("removed", "y = 2"))


def test_nothing_changed_is_no_difference():
    before = ["[a]", "x = 1"]
    assert difference(before, [Line(text, index) for index, text in enumerate(before)]) == ()


@given(st.lists(st.sampled_from(["a = 1", "[t]", "", "# x"])), st.lists(st.sampled_from(["a = 1", "[t]", "b = 2"])))
def test_what_is_told_accounts_for_every_line_that_is_not_blank(before: list[str], after: list[str]):
    lines = matched(before, after)
    told = difference(before, lines)
    kept = {line.origin for line in lines}
    removed = [text for index, text in enumerate(before) if index not in kept and text]
    assert sorted(text for kind, text in told if kind == "removed") == sorted(removed)
    assert sorted(text for kind, text in told if kind == "added") == sorted(
        line.text for line in lines if line.origin is None and line.text
    )


def test_joined_lines_are_text():
    assert joined([Line("a"), Line("b", 1)]) == "a\nb\n"
