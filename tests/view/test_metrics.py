"""The rows of the canary table: values, changes, limits, and where the evidence stands."""

from __future__ import annotations

import pytest

from console.domain.cells import Counts
from console.domain.histogram import bin_of
from console.domain.metrics import METRICS
from console.verdict.sentences import value_text
from console.verdict.verdict import Needed
from console.view.metrics import change_text, measure, metric_rows

METRIC = {metric.name: metric for metric in METRICS}


def counts(**more: object) -> Counts:
    values = {
        "requests": 1_000,
        "errors": 10,
        "latency": {bin_of(900.0): 990},
        "priced": 990,
        "cost_usd": 1.98,
        "satisfied": 90,
        "dissatisfied": 10,
    }
    return Counts(**{**values, **more})


def row(rows, name):
    return next(row for row in rows if row.name == name)


def test_every_metric_has_its_row_in_the_fixed_order() -> None:
    assert [row.name for row in metric_rows(Counts(), Counts(), None)] == [metric.name for metric in METRICS]


def test_without_data_a_row_says_so_and_shows_no_zero() -> None:
    for shown in metric_rows(Counts(), Counts(), None):
        assert (shown.production, shown.canary, shown.change, shown.limit) == ("", "", "", "")
        assert shown.to_decide == "no data"
        assert shown.measured is False
        assert shown.meter is None


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [("error", 0.010, 1_000), ("cost", 0.002, 990), ("dissatisfied", 0.1, 100), ("refusal", 0.0, 1_000)],
)
def test_values_come_from_what_was_counted(name, value, n) -> None:
    found = measure(METRIC[name], counts())
    assert found.value == pytest.approx(value)
    assert found.n == n


def test_latency_comes_from_the_histogram() -> None:
    found = measure(METRIC["latency_p95"], counts())
    assert found.value == pytest.approx(900.0, rel=0.03)
    assert measure(METRIC["ttft_p50"], counts()).value is None


def test_an_unknown_price_is_not_a_free_request() -> None:
    assert measure(METRIC["cost"], counts(priced=0, cost_usd=0.0)).value is None
    assert measure(METRIC["cost"], counts(priced=10, cost_usd=0.5)).value == pytest.approx(0.05)


def test_requests_without_a_price_say_so_and_no_requests_say_nothing() -> None:
    rows = {row.name: row for row in metric_rows(counts(priced=0, cost_usd=0.0), Counts(), None)}
    assert (rows["cost"].production, rows["cost"].canary) == ("no price", "")


def test_flags_are_of_what_a_checker_saw() -> None:
    assert measure(METRIC["flagged"], counts()).n == 0
    assert measure(METRIC["flagged"], counts(flagged=1, cleared=99)).value == pytest.approx(0.01)
    assert measure(METRIC["flagged"], counts(flagged=2)).value == pytest.approx(0.002)
    assert measure(METRIC["flagged"], Counts(flagged=3, requests=2)).value == 1.0


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("error", 0.0094, "0.94 %"),
        ("error", 0.148, "14.8 %"),
        ("latency_p95", 1_920.0, "1.92 s"),
        ("latency_p50", 840.0, "840 ms"),
        ("cost", 0.00412, "$4.12"),
        ("error", None, ""),
    ],
)
def test_values_in_words(name, value, text) -> None:
    assert value_text(METRIC[name], value) == text


@pytest.mark.parametrize(
    ("name", "production", "canary", "text"),
    [
        ("error", 0.0094, 0.0107, "+0.13 pt"),
        ("error", 0.034, 0.010, "−2.4 pt"),
        ("latency_p95", 2_000.0, 1_780.0, "×0.89"),
        ("cost", 0.0, 0.002, ""),
        ("error", None, 0.1, ""),
        ("error", 0.1, None, ""),
    ],
)
def test_changes_in_words(name, production, canary, text) -> None:
    assert change_text(METRIC[name], production, canary) == text


def test_a_judged_row_shows_what_is_missing(verdict) -> None:
    shown = row(metric_rows(counts(), counts(), verdict()), "error")
    assert (shown.production, shown.canary, shown.change) == ("1.00 %", "1.10 %", "+0.10 pt")
    assert (shown.limit, shown.inside, shown.to_decide) == ("0.20", True, "1,400 more")
    assert (shown.meter, shown.decided, shown.role) == (0.2, "", "guardrail")


def test_a_decided_row_has_a_full_meter(verdict, judged) -> None:
    good = verdict(metrics=(judged(decided="pass"),))
    bad = verdict("regression", metrics=(judged(decided="regression", inside=False),))
    assert row(metric_rows(counts(), counts(), good), "error").to_decide == "✓ pass"
    assert row(metric_rows(counts(), counts(), good), "error").meter == 1.0
    shown = row(metric_rows(counts(), counts(), bad), "error")
    assert (shown.to_decide, shown.meter, shown.inside) == ("■ regression", -1.0, False)


def test_what_cannot_be_decided(verdict, judged) -> None:
    undecided = verdict("undecided", why="error")
    assert row(metric_rows(counts(), counts(), undecided), "error").to_decide == "undecided"
    out_of_reach = verdict(metrics=(judged(needed=None),))
    assert row(metric_rows(counts(), counts(), out_of_reach), "error").to_decide == "out of reach"


def test_ratings_are_counted_in_ratings(verdict, judged) -> None:
    rated = judged("dissatisfied", canary_n=100, needed=Needed(1, 4_200, 9_000))
    shown = row(metric_rows(counts(), counts(), verdict(metrics=(rated,))), "dissatisfied")
    assert shown.to_decide == "420 ratings"


def test_a_metric_without_canary_data_is_counted_and_not_judged(verdict, judged) -> None:
    shown = row(metric_rows(counts(), Counts(), verdict(metrics=(judged(canary=None),))), "error")
    assert (shown.production, shown.canary, shown.meter) == ("1.00 %", "", None)
    assert shown.measured is True


@pytest.mark.parametrize(
    ("name", "limit", "text"),
    [("error", 0.0019, "0.19"), ("error", 0.025, "2.5"), ("latency_p95", 1.2, "1.20"), ("error", None, "")],
)
def test_limits_are_in_the_unit_of_the_change(verdict, judged, name, limit, text) -> None:
    found = verdict(metrics=(judged(name, limit=limit),))
    assert row(metric_rows(counts(), counts(), found), name).limit == text
