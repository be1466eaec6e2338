"""Each kind of value: how it is read, and how a wrong one is quoted."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.keys import Kind
from console.domain.kinds import READERS, Wrong, bad_name, got


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (5, "5"),
        (5.0, "5.0"),
        (True, "true"),
        (False, "false"),
        ("x", "'x'"),
        ("\x1b]0;title\x07", "'\\x1b]0;title\\x07'"),
        ("\u202e", "'\\u202e'"),
        ([1, 2], "a list"),
        ({"a": 1}, "a table"),
        (date(2026, 1, 2), "2026-01-02"),
        pytest.param(10**5000, "a huge number", id="huge"),
        pytest.param(-(10**5000), "a huge number", id="negative"),
        (math.nan, "nan"),
        ("-".join(("sk", "ant", "A1b2C3d4" * 3)), "a key"),
    ],
)
def test_values_are_quoted_short_printable_and_without_keys(value: object, quoted: str):
    assert got(value) == quoted


@given(st.text() | st.floats() | st.integers() | st.datetimes())
def test_no_quotation_is_long_or_can_act_on_a_terminal(value: object):
    assert len(got(value)) <= 60
    assert got(value).isprintable()


@pytest.mark.parametrize("name", ["support", "süd", "a b", "gpt-4.1", "arn:aws:bedrock:eu:1:profile/x", "语"])
def test_ordinary_names_are_good(name: str):
    assert bad_name(name) == ""


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("schema", 1, 1),
        ("text", "", ""),
        ("text", "two\nlines", "two\nlines"),
        ("filled", " x ", " x "),
        ("model", "gpt-4.1", "gpt-4.1"),
        ("provider", "my-gateway_2", "my-gateway_2"),
        ("percentage", 100, 100),
        ("percentage", 0.0001, 0.0001),
        ("percentages", [100], (100,)),
        ("percentages", [0.5, 1, 99.9999], (0.5, 1, 99.9999)),
        ("instant", date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
        ("instant", datetime(2026, 1, 2, 3, 4, 5, 999), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("date", date(2026, 1, 2), date(2026, 1, 2)),
        ("bool", False, False),
        ("count", 1, 1),
        ("duration", "1.5h", 5400),
        ("probability", 0.5, 0.5),
        ("pair", [1, 0], (1.0, 0.0)),
        ("role", "display", "display"),
        ("users", "exact", "exact"),
        ("number", 0, 0.0),
        ("windows", [], ()),
        ("free", {"a": [1]}, {"a": [1]}),
    ],
)
def test_good_values_are_read(kind: Kind, value: object, read: object):
    assert READERS[kind](value) == read


WRONG: list[tuple[Kind, list[object]]] = [
    ("schema", [0, 2, "1", 1.0, True, None]),
    ("text", [1, True, [], {}, None, "\0"]),
    ("filled", ["", " \n", 1]),
    ("model", ["", " ", "a|b", " a", "a\n", "x" * 201, 1, {"id": "x"}]),
    ("provider", ["", "two words", "-x", "x" * 65, 1, "a.b", "x\n"]),
    ("percentage", [-0.0001, 100.0001, 0.00001, True, "5", None, math.inf, -math.inf, math.nan, 10**400]),
    ("percentages", [[], [0], [5, 5], [25, 5], [5, 101], [True], ["5"], 5, "5", {}, [math.nan]]),
    ("instant", ["2026-01-02", 1, None, True, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))]),
    ("date", ["2026-01-02", datetime(2026, 1, 2), 1, None]),
    ("bool", [0, 1, "true", None]),
    ("count", [0, -1, 1.0, True, "1", 10**10]),
    ("duration", [0, "", "5", "5 m", "1y", None, "4000d"]),
    ("probability", [0, 1, -0.1, math.nan, True, "0.5"]),
    ("pair", [[], [1], [1, 2, 3], [0, 1], [-1, 1], [1, -1], ["1", 0], 1, [math.nan, 0], [1, math.inf], [10**400, 0]]),
    ("role", ["", "Guardrail", 1, None, []]),
    ("users", ["", "Exact", 1, None, []]),
    ("number", [-1, math.nan, math.inf, "1", True, 10**400]),
    ("windows", ["Fri 16:00-Mon 08:00 UTC", [1], ["x"], {}, 1]),
    ("table", [1, "x", [], None]),
]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG for value in values])
def test_wrong_values_get_a_short_reason(kind: Kind, value: object):
    with pytest.raises(Wrong) as caught:
        READERS[kind](value)
    assert 0 < len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_every_kind_has_its_wrong_values():
    assert {kind for kind, _ in WRONG} | {"tables", "free"} == set(READERS)
