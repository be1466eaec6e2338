"""What decided, or what is missing: the sentence of every state, to the letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.verdict.sentences import effect, needed_text, regression, ruled_out, sentence
from console.verdict.verdict import Needed
from console.view.records import State
from console.view.sentences import state_of

PER_S = 1_400 / 21_600
"""1,400 canary requests in 6 hours."""


def test_watching_says_what_is_missing_and_for_how_long(route, verdict) -> None:
    assert sentence(route, verdict(), PER_S) == "no regression so far · about 1,400 more canary requests, ≈ 6 h"


def test_without_a_rate_nothing_is_said_about_time(route, verdict) -> None:
    assert sentence(route, verdict(), 0.0) == "no regression so far · about 1,400 more canary requests"
    assert needed_text(12, 0.0) == "about 12 more canary requests"


def test_watching_without_a_number_says_what_there_is(route, verdict) -> None:
    assert sentence(route, verdict(needed=None), PER_S) == "no regression so far · 1,000 canary requests judged"


def test_watching_names_a_signal_that_is_worse(route, verdict, judged) -> None:
    cost = judged("cost", role="signal", decided="regression", change=1.38)
    said = sentence(route, verdict(metrics=(judged(), cost)), 0.0)
    assert said == "cost per 1k is worse (×1.38) · about 1,400 more canary requests"


def test_a_regression_says_what_decided(route, verdict, judged) -> None:
    error = judged(production=0.010, canary=0.034, change=0.024, limit=0.002, decided="regression")
    found = verdict("regression", metrics=(error,), blamed=("error",), canary_n=2_081)
    assert sentence(route, found, PER_S) == "error rate 3.4 % against 1.0 %: +2.4 points, limit 0.2, n = 2,081"


def test_the_number_of_requests_is_that_of_the_rates_beside_it(route, verdict, judged) -> None:
    error = judged(production=0.010, canary=0.034, change=0.024, limit=0.002, decided="regression")
    found = verdict("regression", metrics=(error,), blamed=("error",), decided_counts=(900, 80), canary_n=2_081)
    assert sentence(route, found, PER_S).endswith("n = 2,081")


def test_small_shares_keep_two_figures(verdict, judged) -> None:
    flagged = judged("flagged", production=0.0004, canary=0.0012, change=0.0008, limit=0.0005)
    found = verdict("regression", metrics=(flagged,), blamed=("flagged",), canary_n=4_000)
    assert regression(found) == "flagged 0.12 % against 0.04 %: +0.08 points, limit 0.05, n = 4,000"


def test_a_regression_in_latency_is_a_factor(verdict, judged) -> None:
    slow = judged("latency_p95", production=1_920.0, canary=3_360.0, change=1.75, limit=1.2)
    found = verdict("regression", metrics=(slow,), blamed=("latency_p95",), canary_n=300)
    assert regression(found) == "latency p95 3.36 s against 1.92 s: ×1.75, limit 1.20, n = 300"


def test_a_regression_in_several_metrics_names_them(verdict, judged) -> None:
    error = judged(production=0.010, canary=0.034, change=0.024)
    found = verdict("regression", metrics=(error, judged("refusal")), blamed=("error", "refusal"))
    assert regression(found).endswith("n = 1,000 · also refusals")


def test_a_route_limit_that_is_broken(verdict, judged) -> None:
    slow = judged("latency_p95", canary=4_200.0)
    found = verdict("regression", metrics=(slow,), blamed=("limit:latency_p95",))
    assert regression(found) == "latency p95 4.20 s breaks the route's limit"


def test_a_regression_of_an_unknown_metric_still_has_words(verdict) -> None:
    assert regression(verdict("regression", blamed=("gone",))) == "the canary is worse than tolerated"


def test_warming_up_counts_what_there_is(route, verdict) -> None:
    found = verdict("warming up", canary_n=41, production_n=900, missing_requests=59)
    said = sentence(route, found, 59 / 720)
    assert said == "41 of 100 canary requests judged, ≈ 12 min to go; regressions already show"


def test_warming_up_may_wait_for_production(route, verdict) -> None:
    found = verdict("warming up", canary_n=500, production_n=30, missing_requests=70)
    assert sentence(route, found, 0.0) == "30 of 100 production requests judged; regressions already show"


def test_before_the_first_block_it_says_why_requests_in_the_table_are_not_judged(route, verdict, changed) -> None:
    found = verdict("warming up", canary_n=0, production_n=0, missing_requests=100)
    said = sentence(route, found, 100 / 720)
    assert said == "0 of 100 canary requests judged, ≈ 12 min to go; the first 2 min don't count"
    at_once = changed(route, gates=replace(route.gates, warm_up_s=0.0))
    assert sentence(at_once, found, 0.0) == "0 of 100 canary requests judged"


def test_a_pass_on_the_last_step_can_be_promoted(route, verdict, judged, changed) -> None:
    metrics = tuple(judged(name) for name in ("error", "latency_p95", "flagged", "refusal", "empty"))
    found = verdict("pass", metrics=metrics, canary_n=18_402)
    last = changed(route, percentage=50)
    assert sentence(last, found, 0.0) == "all 5 guardrails, n = 18,402; support can be promoted"
    assert sentence(route, found, 0.0) == "all 5 guardrails, n = 18,402; support can go on"


def test_a_pass_of_one_guardrail_does_not_speak_of_all(route, verdict, judged) -> None:
    found = verdict("pass", metrics=(judged("error"),), canary_n=1_200)
    assert sentence(route, found, 0.0) == "the only guardrail, n = 1,200; support can go on"


def test_a_pass_with_a_worse_signal_says_so(route, verdict, judged) -> None:
    cost = judged("cost", role="signal", decided="regression", change=1.38)
    assert sentence(route, verdict("pass", metrics=(judged(), cost)), 0.0).endswith("can go on · but cost per 1k ×1.38")


def test_undecided_names_limit_and_margin(route, verdict, judged) -> None:
    latency = judged("latency_p95", change=1.38, limit=1.3, margin=1.45)
    found = verdict("undecided", metrics=(latency,), why="latency_p95")
    assert sentence(route, found, 0.0) == "latency p95 ×1.38 is between limit 1.30 and margin 1.45: yours to decide"


def test_undecided_about_a_metric_that_is_gone(route, verdict) -> None:
    assert sentence(route, verdict("undecided", why="gone"), 0.0).endswith("yours to decide")


def test_held_quotes_why(route, verdict, changed) -> None:
    held = changed(route, held="waiting for legal")
    assert sentence(held, verdict(), PER_S) == "“waiting for legal”; a person clears it"


def test_suspect_data_voids_the_numbers(route, verdict) -> None:
    found = verdict("suspect data", why="canary share 7.1 % of users, 5 % configured")
    assert sentence(route, found, PER_S) == "canary share 7.1 % of users, 5 % configured: numbers void"


def test_no_comparison_says_which_side_is_missing(route, verdict) -> None:
    why = "no production request in the last 10 min: nothing to compare"
    assert sentence(route, verdict("no comparison", why=why), PER_S) == why
    assert sentence(route, verdict("no comparison"), 0.0) == "no request on one side: nothing to compare"


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("no comparison", State.NO_COMPARISON),
        ("warming up", State.WARMING_UP),
        ("watching", State.WATCHING),
        ("regression", State.REGRESSION),
        ("pass", State.PASS),
        ("undecided", State.UNDECIDED),
        ("suspect data", State.SUSPECT),
    ],
)
def test_every_state_has_its_word_and_a_hold_hides_all_but_a_regression(verdict, state, shown) -> None:
    assert state_of(verdict(state), None) is shown
    assert state_of(verdict(state), "why") is (State.REGRESSION if shown is State.REGRESSION else State.HELD)


def test_a_regression_is_told_although_the_canary_is_held(route, verdict, judged, changed) -> None:
    found = verdict("regression", metrics=(judged(canary=0.034, change=0.024),), blamed=("error",))
    assert sentence(changed(route, held="rolled back"), found, 0.0).startswith("error rate 3.4 % against 1.0 %")


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("error", 0.024, "+2.4 points"),
        ("error", -0.003, "−0.30 points"),
        ("error", 0.0004, "+0.04 points"),
        ("latency_p95", 0.89, "×0.89"),
        ("error", None, "–"),
    ],
)
def test_effects_are_points_or_factors(judged, name, change, text) -> None:
    assert effect(judged(name, change=change)) == text


def test_what_is_ruled_out(verdict, judged) -> None:
    assert ruled_out(verdict()) == "a rise of more than 1.8 points is ruled out"
    assert ruled_out(verdict(metrics=(judged(interval=None),))) == ""
    assert ruled_out(verdict(metrics=(judged(interval=(-0.02, -0.01)),))) == "any rise of the error rate is ruled out"
    assert ruled_out(verdict(metrics=())) == ""


def test_no_sentence_ends_with_a_full_stop_or_is_raw(route, verdict, judged, changed) -> None:
    hostile = changed(route, held="a\x1b]0;x\x07\nb")
    assert "\x1b" not in sentence(hostile, verdict(), 0.0)
    for state in ("watching", "warming up", "pass", "undecided", "no comparison", "suspect data", "regression"):
        found = verdict(state, why="x", missing_requests=5, needed=Needed(1, 2, 3), blamed=("error",))
        assert not sentence(route, found, 0.1).endswith(".")
