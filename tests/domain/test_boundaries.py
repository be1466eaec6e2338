"""Each kind of value at the ends of its range, and the exact words of what lies beyond."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.durations import LONGEST_S, Window, duration_s, window
from console.domain.keys import TABLES, Kind
from console.domain.kinds import LARGEST, LONGEST_NAME, READERS, Wrong, bad_name, got

INSIDE: list[tuple[Kind, object]] = [
    ("percentage", 0),
    ("percentage", 100),
    ("percentage", 99.9999),
    ("percentages", [0.0001]),
    ("percentages", [0.0001, 100]),
    ("count", 1),
    ("count", 1_000_000_000),
    ("duration", "0s"),
    ("duration", "3660d"),
    ("probability", 5e-324),
    ("probability", 1 - 1e-16),
    ("pair", [5e-324, 0]),
    ("pair", [1e12, 1e12]),
    ("number", 0),
    ("number", 1e12),
    ("model", "x" * LONGEST_NAME),
    ("provider", "x" * 64),
    ("provider", "a"),
    ("instant", datetime(1, 1, 1, tzinfo=UTC)),
    ("instant", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
]
OUTSIDE: list[tuple[Kind, object, str]] = [
    ("schema", 2, "this version reads schema 1, got 2"),
    ("schema", "1", "must be 1, got '1'"),
    ("text", 5, "must be text in quotes, got 5"),
    ("text", "a\0b", "may not contain a NUL character"),
    ("filled", " \t", "may not be empty"),
    ("model", 5, "must be a model id in quotes, got 5"),
    ("model", "", "is not a model id: a name may not be empty"),
    ("model", "x" * 201, "is not a model id: a name may have at most 200 characters"),
    ("model", "a|b", "is not a model id: a name may not contain '|', control characters or outer spaces"),
    ("provider", "x" * 65, 'must be one word like "anthropic", got \'' + "x" * 56 + "…'"),
    ("provider", "9x", "must be one word like \"anthropic\", got '9x'"),
    ("percentage", 100.0001, "must be between 0 and 100, got 100.0001"),
    ("percentage", 0.00001, "may have up to 4 decimals, got 1e-05"),
    ("percentages", [], "must be rising percentages like [5, 25, 50, 100], got a list"),
    ("percentages", [0, 5], "must be rising percentages like [5, 25, 50, 100], got [0, 5]"),
    ("percentages", [25, 5], "must be rising percentages like [5, 25, 50, 100], got [25, 5]"),
    ("percentages", [5, 101], "must be between 0 and 100, got 101"),
    ("instant", "x", "must be an instant like 2026-11-20T09:00:00Z, without quotes, got 'x'"),
    (
        "instant",
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
        "is out of range: 0001-01-01 00:00:00+09:00",
    ),
    ("date", "x", "must be a date like 2026-05-15, without quotes, got 'x'"),
    ("bool", 1, "must be true or false, got 1"),
    ("count", 0, "must be a whole number from 1 to 1,000,000,000, got 0"),
    ("count", 1_000_000_001, "must be a whole number from 1 to 1,000,000,000, got 1000000001"),
    ("duration", "3661d", 'must be a duration like "90s", "2m", "24h" or "7d", got \'3661d\''),
    ("probability", 0, "must be between 0 and 1, both excluded, got 0"),
    ("probability", 1, "must be between 0 and 1, both excluded, got 1"),
    ("pair", [0, 0], "must be [r, d] with r above 0 and d from 0, like [1.1, 0.001], got [0, 0]"),
    ("pair", [1], "must be [r, d] with r above 0 and d from 0, like [1.1, 0.001], got a list"),
    ("pair", [LARGEST * 1.01, 0], "got [1010000000000.0, 0]"),
    ("role", "judge", "must be one of guardrail, signal, display, got 'judge'"),
    ("users", "requests", "must be one of tempered, exact, got 'requests'"),
    ("number", -0.001, "must be a number from 0, got -0.001"),
    ("number", LARGEST * 1.01, "must be a number from 0, got 1010000000000.0"),
    ("windows", ["x"], "must be a list of windows like \"Fri 16:00-Mon 08:00 Europe/Berlin\", got 'x'"),
    ("windows", "x", "must be a list of windows like \"Fri 16:00-Mon 08:00 Europe/Berlin\", got 'x'"),
    ("table", [], "must be a table, got a list"),
]


@pytest.mark.parametrize(("kind", "value"), INSIDE, ids=lambda value: str(value)[:30])
def test_the_ends_of_a_range_are_in_it(kind: Kind, value: object):
    READERS[kind](value)


@pytest.mark.parametrize(("kind", "value", "words"), OUTSIDE, ids=lambda value: str(value)[:30])
def test_what_lies_beyond_is_refused_in_these_words(kind: Kind, value: object, words: str):
    with pytest.raises(Wrong) as caught:
        READERS[kind](value)
    assert str(caught.value).endswith(words)


def test_the_words_are_tested_for_every_kind_of_the_table():
    nested = {"tables", "free"}
    assert {kind for kind, _, _ in OUTSIDE} == {key.kind for table in TABLES.values() for key in table.keys} - nested


@given(st.integers(0, 1_000_000))
def test_a_share_of_four_decimals_is_read_as_it_is(units: int):
    assert READERS["percentage"](units / 10_000) == units / 10_000


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=8))
def test_a_ladder_is_read_exactly_when_it_rises(units: list[int]):
    steps = [unit / 10_000 for unit in units]
    try:
        read = READERS["percentages"](steps)
    except Wrong:
        assert sorted(set(units)) != units
    else:
        assert read == tuple(steps)
        assert sorted(set(units)) == units


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_the_same_whatever_offset_it_was_written_in(at: datetime, minutes: int):
    written = at.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    read = READERS["instant"](written)
    assert read == at.replace(microsecond=0, tzinfo=UTC)
    assert read.utcoffset() == timedelta(0)


def test_a_date_is_its_midnight_and_a_naive_instant_is_utc():
    assert (
        READERS["instant"](date(2026, 1, 2))
        == READERS["instant"](datetime(2026, 1, 2))
        == datetime(2026, 1, 2, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 56 + "…'"),
        (10**18 - 1, "9" * 18),
        (10**18, "a huge number"),
        (-(10**18), "a huge number"),
        (math.inf, "inf"),
        (date(2026, 1, 2), "2026-01-02"),
        (None, "None"),
        ((), "()"),
        (set(range(100)), str(set(range(100)))[:59] + "…"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_is_quoted_up_to_60_characters(value: object, quoted: str):
    assert got(value) == quoted
    assert len(got(value)) <= 60


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("\t", "empty"),
        ("x" * 201, "at most 200"),
        ("a|b", "may not contain"),
        ("a\u200bb", "may not contain"),
        ("a\nb", "may not contain"),
        ("a ", "outer spaces"),
    ],
)
def test_a_bad_name_says_what_is_wrong_with_it(name: str, reason: str):
    assert reason in bad_name(name)


@pytest.mark.parametrize("unit", "smhdw")
def test_the_longest_duration_is_ten_years_in_every_unit(unit: str):
    size = duration_s(f"1{unit}")
    assert size is not None
    most = int(LONGEST_S // size)
    assert duration_s(f"{most}{unit}") == most * size
    assert duration_s(f"{most + 1}{unit}") is None


@pytest.mark.parametrize(("text", "seconds"), [("0.001s", 0.001), ("1.25m", 75), ("0.5d", 43_200), ("000005s", 5)])
def test_a_duration_may_have_three_decimals(text: str, seconds: float):
    assert duration_s(text) == seconds
    assert duration_s(text.replace("0.001", "0.0001")) != 0.0001


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Mon 00:00-Mon 00:01 UTC", 0, 1),
        ("Sun 23:59-Mon 00:00 UTC", 7 * 1440 - 1, 0),
        ("Sun 00:00-Sat 12:30 UTC", 6 * 1440, 5 * 1440 + 750),
    ],
)
def test_a_window_counts_its_minutes_and_may_wrap(text: str, first: int, last: int):
    assert window(text) == Window(first, last, "UTC")
