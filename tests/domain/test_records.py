"""The shared records: rollout ids, tiers, choices, and key paths as a person would write them."""

from __future__ import annotations

import tomllib
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.choice import Choice
from console.domain.metrics import METRICS
from console.domain.paths import dotted
from console.domain.registry import Canary, Route, instant_text

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROUTE = Route("support", "old", Canary("new", 5, START))


@pytest.mark.parametrize("hours", [-11, -1, 0, 5.5, 14])
def test_an_instant_is_written_the_same_from_every_offset(hours: float):
    assert instant_text(START.astimezone(timezone(timedelta(hours=hours)))) == "2026-11-20T09:00:00Z"


def test_a_rollout_is_named_after_route_canary_and_start():
    assert ROUTE.rollout_id == "support|new|2026-11-20T09:00:00Z"


@pytest.mark.parametrize(
    "other",
    [
        replace(ROUTE, name="default"),
        replace(ROUTE, canary=Canary("newer", 5, START)),
        replace(ROUTE, canary=Canary("new", 5, START + timedelta(seconds=1))),
    ],
)
def test_a_change_of_any_of_the_three_is_another_rollout(other: Route):
    assert other.rollout_id != ROUTE.rollout_id


def test_the_share_and_a_hold_belong_to_the_same_rollout():
    assert replace(ROUTE, canary=Canary("new", 50, START, held="why")).rollout_id == ROUTE.rollout_id
    assert replace(ROUTE, production="other").rollout_id == ROUTE.rollout_id


def test_a_route_without_a_canary_has_no_rollout_and_no_share():
    bare = replace(ROUTE, canary=None)
    assert (bare.rollout_id, bare.canary_percentage) == ("", 0.0)
    assert ROUTE.canary_percentage == 5


def test_tiers_are_those_in_use_in_the_order_a_person_thinks_of_them():
    assert Route("r", "a").tiers() == (("production", "a"),)
    full = replace(ROUTE, experimental="e", fallback="f")
    assert full.tiers() == (("production", "old"), ("canary", "new"), ("fallback", "f"), ("experimental", "e"))


def test_records_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ROUTE.production = "other"  # type: ignore[misc]


def a_choice(**changes: object) -> Choice:
    usual: dict[str, object] = {"route": "support", "model": "new", "arm": "canary", "why": "bucket", "rollout": "r"}
    return Choice(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [{"route": "x"}, {"model": "old"}, {"arm": "production"}, {"why": "moved"}, {"rollout": "other"}],
)
def test_choices_that_differ_in_anything_that_counts_are_not_equal(change: dict[str, object]):
    assert a_choice() != a_choice(**change)


def test_equal_choices_are_one_in_a_set_whoever_they_report_to():
    assert len({a_choice(), a_choice(report=print), a_choice(evidence_from=5.0)}) == 1
    assert a_choice() != "new"


def test_a_choice_takes_no_other_attributes():
    with pytest.raises(AttributeError):
        a_choice().colour = "red"  # type: ignore[attr-defined]


def test_a_choice_says_what_was_chosen_and_why():
    assert repr(a_choice()) == "Choice(route='support', model='new', arm='canary', why='bucket')"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("routes", "support", "canary"), "routes.support.canary"),
        (("models", "gpt-4.1"), 'models."gpt-4.1"'),
        (("models", "gpt-4o", "price"), "models.gpt-4o.price"),
        (("a", ""), 'a.""'),
        (("a", "süd"), 'a."süd"'),
        (("a", 'x"y\\z'), 'a."x\\"y\\\\z"'),
        (("a", "b\n"), 'a."b\n"'),
    ],
)
def test_a_path_is_quoted_where_toml_needs_it(path: tuple[str, ...], text: str):
    assert dotted(path) == text


@given(st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=("Cc", "Cs")), max_size=5), min_size=1))
def test_a_printed_path_can_be_pasted_into_a_registry(path: list[str]):
    plain = tomllib.loads(f"{dotted(tuple(path))} = 1")
    for key in path:
        plain = plain[key]
    assert plain == 1


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_can_only_pass_wider_than_it_regresses(metric):
    """Between tolerance and margin lies what is neither; a guardrail has a share of the alpha to decide with."""
    assert metric.margin >= metric.tolerance
    assert metric.margin[0] >= metric.tolerance[0] >= 1.0
    assert metric.margin[1] >= metric.tolerance[1] >= 0.0
    assert (metric.weight > 0) == (metric.role == "guardrail")
    assert (metric.quantile > 0) == (metric.kind == "quantile")


def test_the_guardrails_share_the_whole_alpha_and_no_more():
    assert sum(metric.weight for metric in METRICS) == pytest.approx(1.0)
