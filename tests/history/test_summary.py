"""The words for a change that nobody explained."""

from __future__ import annotations

import pytest

from console.history.summary import changed_paths, summarise

BASE = '[routes.support]\nproduction = "a"\nfallback = "b"\n'


@pytest.mark.parametrize(
    ("after", "summary", "route"),
    [
        (BASE + "# a comment\n", "comments or layout only", ""),
        (BASE.replace('"a"', '"c"'), "support.production a → c", "support"),
        (BASE + 'canary_held = "legal"\n', "support.canary_held = legal", "support"),
        (BASE.replace('fallback = "b"\n', ""), "support.fallback removed", "support"),
        (BASE + '[models."x-1.5"]\nreason = "r"\n', "models added", ""),
        (BASE + '[routes.other]\nproduction = "a"\n', "other added", "other"),
        ("", "routes removed", ""),
        ("= broken", "the file is not valid TOML", ""),
    ],
)
def test_the_summary_names_what_differs(after, summary, route):
    assert summarise(BASE.encode(), after.encode()) == (f"edited by hand: {summary}", route)


def test_many_changes_are_counted():
    before = "[t]\n" + "".join(f"k{i} = {i}\n" for i in range(9))
    after = "[t]\n" + "".join(f"k{i} = {i + 1}\n" for i in range(9))
    assert (
        summarise(before.encode(), after.encode())[0] == "edited by hand: t.k0 0 → 1, t.k1 1 → 2, t.k2 2 → 3 and 6 more"
    )


def test_a_number_that_became_text_is_a_change():
    assert changed_paths({"a": {"b": 1}}, {"a": {"b": True}}) == (("a", "b"),)
    assert changed_paths({"a": {"b": 1}}, {"a": {"b": 1}}) == ()


def test_a_number_that_python_does_not_write_is_named():
    """TOML's hexadecimal numbers may be of any length: a slip of the hand in `params` must not end a rollback."""
    before, after = (f"[routes.support.params]\nx = {x}\n".encode() for x in ("1", "0x" + "f" * 6_000))
    assert summarise(before, after) == ("edited by hand: support.params.x 1 → a huge number", "support")


def test_long_values_are_cut():
    summary, _ = summarise(b'a = "x"', f'a = "{"y" * 500}"'.encode())
    assert len(summary) < 90


def test_bytes_that_are_no_text_are_named():
    assert "not valid TOML" in summarise(b"a = 1", b"\xff\xfe")[0]


def test_a_byte_order_mark_is_no_change_of_content():
    assert "layout only" in summarise(b"a = 1", b"\xef\xbb\xbfa = 1")[0]
