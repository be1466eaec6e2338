"""How gates combine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.actions.gates import OK, PASSED, PROMOTE, RAISE, Case, Gate, GateResult, Level
from console.actions.models import ModelFacts
from console.actions.standing import Standing
from console.domain.registry import Route

ROUTE = Route("support", "a")
LEVELS = st.sampled_from(Level)


def asking(level: Level) -> Gate:
    return Gate(lambda case: GateResult(level, (level.name,) if level else ()))


@given(LEVELS, LEVELS)
def test_and_is_as_strict_as_the_stricter_and_or_as_mild_as_the_milder(one, other):
    case = Case(ROUTE)
    assert (asking(one) & asking(other))(case).level == max(one, other)
    assert (asking(one) | asking(other))(case).level == min(one, other)


@given(LEVELS, LEVELS, LEVELS)
def test_and_does_not_depend_on_grouping(one, two, three):
    a, b, c = asking(one), asking(two), asking(three)
    assert ((a & b) & c)(Case(ROUTE)) == (a & (b & c))(Case(ROUTE))


def test_and_says_everything_that_is_asked():
    result = (asking(Level.REASON) & asking(Level.FORCE))(Case(ROUTE))
    assert result.sentence == "REASON · FORCE"


def test_a_refusal_hides_what_a_reason_would_help():
    result = (asking(Level.REASON) & asking(Level.REFUSED))(Case(ROUTE))
    assert result.sentence == "REFUSED"


@pytest.mark.parametrize(
    ("level", "is_refusal"), [(Level.OK, False), (Level.REASON, False), (Level.FORCE, True), (Level.REFUSED, True)]
)
def test_only_force_and_refused_are_refusals(level, is_refusal):
    assert (GateResult(level, ("why",)).refusal() is not None) == is_refusal


def test_without_a_verdict_promoting_asks_and_raising_does_not():
    assert PROMOTE(Case(ROUTE)).level is Level.REASON
    assert RAISE(Case(ROUTE)) == OK


@pytest.mark.parametrize("share", [95.0001, 97, 99.9999])
def test_leaving_production_less_than_five_percent_before_a_pass_needs_a_reason(share):
    for standing in (Standing(), Standing("watching"), Standing("warming up"), Standing("undecided")):
        result = RAISE(Case(ROUTE, standing, share=share))
        assert result.level is Level.REASON
        assert "below 5 % on production" in result.sentence


def test_a_share_up_to_95_percent_and_any_after_a_pass_needs_none():
    assert RAISE(Case(ROUTE, share=95)) == OK
    assert RAISE(Case(ROUTE, Standing("pass"), share=99)) == OK


def test_a_pass_promotes():
    assert PROMOTE(Case(ROUTE, Standing("pass"))) == OK


def test_a_verdict_is_quoted_once():
    result = PROMOTE(Case(ROUTE, Standing("regression", "errors ×5")))
    assert result.sentence == "regression: errors ×5"
    assert PASSED(Case(ROUTE, Standing("watching", "about 1,400 more"))).sentence == "watching: about 1,400 more"


def test_a_retired_model_is_named_with_its_replacement():
    facts = ModelFacts("old", "pinned", retired="retired 3 days ago", replacement="new")
    result = RAISE(Case(ROUTE, model=facts))
    assert (result.level, result.sentence) == (Level.FORCE, "old retired 3 days ago; its replacement is new")
