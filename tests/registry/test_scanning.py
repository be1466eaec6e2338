"""Where keys and tables stand, in TOML written in every way."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from bench.odd_registries import DOCUMENTS
from console.registry.scanning import line_of, scan


def lines(text: str) -> dict[str, int]:
    return {".".join(path): line for path, line in scan(text).lines().items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2\n", {"a": 1, "b": 2}),
        ("\n\n[t]\n# x = 1\na = 1", {"t": 3, "t.a": 5}),
        ("[a.b]\nc.d = 1\n", {"a": 1, "a.b": 1, "a.b.c": 2, "a.b.c.d": 2}),
        ("a . b = 1\n", {"a": 1, "a.b": 1}),
        ("[ a . 'b c' ]\n\"d\\u0065\" = 1", {"a": 1, "a.b c": 1, "a.b c.de": 2}),
        ("a = { b = 1, c = { d = 2 } }\ne = 1", {"a": 1, "a.b": 1, "a.c": 1, "a.c.d": 1, "e": 2}),
        ("a = [\n 1, # x = 1\n 'b = 2',\n]\nc = 1", {"a": 1, "c": 5}),
        ("a = [\n {b = 1},\n {c = 2}]\n", {"a": 1, "a.b": 2, "a.c": 3}),
        ('a = """\nb = 1\n\\""" \n"""\nc = 1', {"a": 1, "c": 5}),
        ('a = """x""""\nc = 1', {"a": 1, "c": 2}),
        ("a = '''\n'' b = 1'''\nc = 1", {"a": 1, "c": 3}),
        ("a = '#' # b = 1\nc = \"\\\"#\"\nd = 1", {"a": 1, "c": 2, "d": 3}),
        ("[[t]]\na = 1\n[[t]]\nb = 1\n[t.u]\nc = 1", {"t": 1, "t.0": 1, "t.0.a": 2, "t.1": 3, "t.1.b": 4, "t.1.u": 5,
                                                      "t.1.u.c": 6}),
        ("a = 1979-05-27 07:32:00\nb = 3.14\nc = inf", {"a": 1, "b": 2, "c": 3}),
        ("a = 1\r\n[b]\r\nc = 2\r\n", {"a": 1, "b": 2, "b.c": 3}),
        ("[a.b]\n[a]\nx = 1", {"a": 2, "a.b": 1, "a.x": 3}),
        ("1 = 2\n3.4 = 5\n-x- = 1", {"1": 1, "3": 2, "3.4": 2, "-x-": 3}),
    ],
)  # fmt: skip
def test_every_key_and_table_has_its_line(text: str, expected: dict[str, int]):
    tomllib.loads(text)
    assert lines(text) == expected


def test_a_statement_covers_all_its_lines_and_knows_what_is_before_its_key():
    layout = scan("[t]\n  x.'y' . z = [\n1,\n2\n] # end\nb = 1")
    first, second = layout.statements
    assert (first.path, first.first, first.last, first.prefix) == (("t", "x", "y", "z"), 2, 5, "  x.'y' . ")
    assert (second.first, second.last, second.prefix) == (6, 6, "")
    assert first.header is layout.headers[0]


def test_what_is_part_of_an_inline_table_is_marked():
    layout = scan("a = { b = 1 }\n")
    assert [(statement.path, statement.inner) for statement in layout.statements] == [
        (("a",), False),
        (("a", "b"), True),
    ]


def test_a_key_that_is_not_there_is_at_the_nearest_table_around_it():
    found = scan("[a.b]\nc = 1\n").lines()
    assert line_of(found, ("a", "b", "gone")) == 1
    assert line_of(found, ("gone",)) == 0


@pytest.mark.parametrize(
    ("text", "depth"), [("a = 1", 1), ("a = [[[1]]]", 4), ("[a.b.c]\nd.e = {f = 1}", 6), ("a = ']]][[['", 1)]
)
def test_depth_counts_tables_lists_and_parts_of_keys(text: str, depth: int):
    assert scan(text).deepest == depth


def leaves(plain: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of all tables and keys."""
    found = {path} if path else set()
    if isinstance(plain, dict):
        for key, value in plain.items():
            found |= leaves(value, (*path, key))
    return found


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "lists of tables"])
def test_odd_documents_are_covered_completely(name: str):
    text = DOCUMENTS[name].removeprefix("\ufeff")
    assert set(scan(text).lines()) == leaves(tomllib.loads(text))


KEYS = st.text("ab.=[]{}#'\"\\ é\t", min_size=1, max_size=4)
VALUES = (
    st.integers() | st.booleans() | st.floats(allow_nan=False) | st.text("a\"'\\\n#=[]{}, é", max_size=8) | st.dates()
)
PLAIN = st.recursive(
    st.dictionaries(KEYS, VALUES | st.lists(VALUES, max_size=3), max_size=4),
    lambda inner: st.dictionaries(KEYS, inner | VALUES, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_whatever_data_is_written_every_key_is_found_where_it_is(plain: dict[str, Any]):
    text = tomlkit.dumps(plain)
    parsed = tomllib.loads(text)
    found = scan(text).lines()
    assert set(found) == leaves(parsed)
    rows = text.split("\n")
    for path, line in found.items():
        last = path[-1]
        assert last in rows[line - 1] or not last.isprintable() or any(c in last for c in "\"\\\t'")


@given(st.text("ab=[]{}#'\"\\\n ., 1", max_size=60))
def test_no_text_at_all_stops_the_scanner(text: str):
    layout = scan(text)
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in layout.lines().values())
    assert all(entry.first <= entry.last <= last for entry in layout.statements)


@given(st.text("ab=[]{}#'\"\\\n ., 1", max_size=40))
def test_every_valid_document_is_covered(text: str):
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = scan(text).lines()
    assert {path[0] for path in leaves(plain)} == {path[0] for path in found}
