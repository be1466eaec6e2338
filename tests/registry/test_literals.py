"""What the console writes is what `tomllib` reads."""

from __future__ import annotations

import math
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.edits import EditImpossible, canonical, identical
from console.registry.literals import header, literal, quoted


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (25, "25"),
        (12.5, "12.5"),
        (1e-7, "1e-07"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        ("x", '"x"'),
        (date(2026, 11, 20), "2026-11-20"),
        (time(9, 30), "09:30:00"),
        (datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11-20T09:00:00Z"),
        (datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1))), "2026-11-20T09:00:00Z"),
        (datetime(2026, 11, 20, 9), "2026-11-20T09:00:00"),
        ([5, 25.5, "x"], '[5, 25.5, "x"]'),
        ((1, 2), "[1, 2]"),
        ([], "[]"),
        ({}, "{}"),
        ({"a b": 1, "c": [True]}, '{ "a b" = 1, c = [true] }'),
    ],
)
def test_each_kind_of_value_has_one_form(value: object, written: str):
    assert literal(value) == written


SCALARS = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_what_is_written_is_what_is_read(value: object):
    assert identical(tomllib.loads(f"x = {literal(value)}")["x"], canonical("x", value))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_stays_on_one_line_and_hides_nothing(value: str):
    written = quoted(value)
    assert written.isprintable()
    assert tomllib.loads(f"x = {written}")["x"] == value


TOO_LONG = pytest.param(16**6_000, id="too long")


@pytest.mark.parametrize("value", [None, object(), b"x", "\ud800", [None], {"a": None}, 1j, TOO_LONG])
def test_what_toml_cannot_hold_is_refused(value: object):
    with pytest.raises(EditImpossible):
        literal(value)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("routes", "support"), "[routes.support]"),
        (("routes", "a.b", "gates"), '[routes."a.b".gates]'),
        (("models", "claude-sonnet-5-5"), '[models."claude-sonnet-5-5"]'),
        (("models", 'say "x"', "price"), '[models."say \\"x\\"".price]'),
        (("models",), "[models]"),
    ],
)
def test_headers_are_written_as_people_write_them(path: tuple[str, ...], written: str):
    assert header(path) == written
    tomllib.loads(written)
