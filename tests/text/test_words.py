"""Numbers and times in words: the figures of the screen, and what must hold for any number."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text import words

SECONDS = st.floats(0, 1e9)


@pytest.mark.parametrize(("n", "text"), [(23_028, "23,028"), (0, "0"), (-1_200, "−1,200"), (999.6, "1,000")])
def test_counts(n: float, text: str) -> None:
    assert words.count(n) == text


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5 %"), (12.5, "12.5 %"), (0.0001, "0.0001 %"), (100, "100 %"), (0, "0 %")]
)
def test_configured_percentages(value: float, text: str) -> None:
    assert words.percentage(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0094, "0.94 %"), (0.148, "14.8 %"), (0.0999, "9.99 %"), (0.09996, "10.0 %"), (1, "100.0 %"), (None, "–")],
)
def test_measured_shares(value: float | None, text: str) -> None:
    assert words.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0013, "+0.13 pt"), (-0.009, "−0.9 pt"), (0.024, "+2.4 pt"), (0.0, "+0.00 pt")]
)
def test_differences_in_points(value: float, text: str) -> None:
    assert words.points(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.89, "×0.89"), (1.2649, "×1.26"), (None, "–")])
def test_factors(value: float | None, text: str) -> None:
    assert words.factor(value) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (840, "840 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (1_920, "1.92 s"),
        (9_996, "10.0 s"),
        (12_400, "12.4 s"),
        (125_000, "2 min 5 s"),
        (0, "0 ms"),
        (None, "–"),
    ],
)
def test_latencies(ms: float | None, text: str) -> None:
    assert words.seconds(ms) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(4.12, "$4.12"), (0.006, "$0.0060"), (0.00012, "$0.000120"), (0, "$0.00"), (1_234.5, "$1,234.50"), (None, "–")],
)
def test_money(value: float | None, text: str) -> None:
    assert words.dollars(value) == text


def test_a_negative_sum_keeps_its_digits() -> None:
    assert words.dollars(-4.12) == "−$4.12"


@pytest.mark.parametrize(
    ("s", "text"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (720, "12 min"),
        (19_920, "5 h 32 min"),
        (7_200, "2 h"),
        (3_599.6, "1 h"),
        (273_600, "3 d 4 h"),
        (86_400, "1 d"),
        (-5, "0 s"),
    ],
)
def test_durations_in_their_two_largest_units(s: float, text: str) -> None:
    assert words.span(s) == text


@pytest.mark.parametrize(
    ("s", "text"),
    [(21_600, "≈ 6 h"), (100, "≈ 2 min"), (60, "≈ 1 min"), (45, "≈ 45 s"), (0, "≈ 1 s"), (259_200, "≈ 3 d")],
)
def test_estimated_durations(s: float, text: str) -> None:
    assert words.about(s) == text


@pytest.mark.parametrize(("s", "text"), [(2, "2 s ago"), (850, "14 min ago"), (270_000, "3 d ago"), (-3, "0 s ago")])
def test_ages(s: float, text: str) -> None:
    assert words.ago(s) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 30), "30 Nov"),
        (date(2027, 1, 4), "4 Jan"),
        (date(2028, 1, 14), "14 Jan 2028"),
        (date(2025, 6, 1), "1 Jun 2025"),
    ],
)
def test_days_carry_their_year_only_when_far(value: date, text: str) -> None:
    assert words.day(value, date(2026, 11, 23)) == text


def test_clocks_are_utc() -> None:
    at = datetime(2026, 11, 23, 16, 32, tzinfo=timezone(timedelta(hours=2)))
    assert words.clock(at) == "14:32"
    assert words.clock(datetime(2026, 11, 23, 0, 5, tzinfo=UTC)) == "00:05"


@pytest.mark.parametrize(("n", "rounded"), [(1_389, 1_400), (350, 350), (99, 99), (0, 0), (-4, 0), (123_456, 120_000)])
def test_estimates_have_two_figures(n: float, rounded: int) -> None:
    assert words.rounded(n) == rounded


def test_plurals() -> None:
    assert words.plural(1, "user") == "1 user"
    assert words.plural(3_104, "user") == "3,104 users"
    assert words.plural(2, "entry", "entries") == "2 entries"
    assert words.plural(0, "day") == "0 days"


@given(SECONDS)
def test_no_unit_ever_overflows_into_the_next(s: float) -> None:
    parts = [(int(n), unit) for n, unit in re.findall(r"(\d+) (s|min|h|d)", words.span(s))]
    limits = {"s": 60, "min": 60, "h": 24, "d": 10**9}
    assert 1 <= len(parts) <= 2
    assert all(n < limits[unit] for n, unit in parts)


@given(SECONDS)
def test_a_duration_in_words_is_near_the_duration(s: float) -> None:
    sizes = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
    for text, slack in ((words.span(s), 0.11), (words.about(s), 0.51)):
        value = sum(int(n) * sizes[unit] for n, unit in re.findall(r"(\d+) (s|min|h|d)", text))
        assert abs(value - s) <= max(1.0, slack * s), text


@given(st.floats(0, 1))
def test_a_share_is_never_shown_outside_its_range(value: float) -> None:
    assert 0 <= float(words.share(value).removesuffix(" %")) <= 100


@given(st.floats(0, 100))
def test_a_percentage_keeps_four_decimals(value: float) -> None:
    assert float(words.percentage(value).removesuffix(" %")) == pytest.approx(value, abs=5.1e-5)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e7))
def test_no_figure_has_a_hyphen_for_a_minus(number: float, positive: float) -> None:
    shown = [
        words.count(number),
        words.points(number),
        words.dollars(number),
        words.seconds(positive),
        words.span(number),
    ]
    assert not [text for text in shown if "-" in text]


@given(st.floats(0.000001, 1_000))
def test_money_above_zero_is_never_shown_as_nothing(value: float) -> None:
    assert float(words.dollars(value).removeprefix("$").replace(",", "")) > 0
