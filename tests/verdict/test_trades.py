"""The line beside a verdict: cost against quality, changed gates, what is ruled out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from console.domain.cells import Block, Counts
from console.domain.registry import Gates
from console.text import words
from console.verdict.evidence import Evidence
from console.verdict.plan import plan_for
from console.verdict.trade import Trade
from console.verdict.verdict import Situation, judge
from console.view.trades import beside, trade_text


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (None, ""),
        (
            Trade(1.2, 0.28, 0.003, True),
            "saves $1.20 per 1,000 requests (28 %), error rate not worse than +0.3 points (shown)",
        ),
        (
            Trade(-0.5, -0.1, 0.021, False),
            "costs $0.5000 more per 1,000 requests (10 %), error rate not worse than +2.1 points (so far)",
        ),
        (
            Trade(1.2, 0.28, -0.004, True),
            "saves $1.20 per 1,000 requests (28 %), error rate not worse than −0.4 points (shown)",
        ),
        (Trade(1.2, 0.28, None, False), "saves $1.20 per 1,000 requests (28 %), error rate not known yet"),
    ],
)
def test_a_trade_is_one_line(found: Trade | None, text: str) -> None:
    assert trade_text(found) == text


def test_a_cheaper_canary_shows_its_trade(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    evidence.feed_all(world.stream(1, 60, canary={"dear": 0.5}))
    assert beside(judge(evidence)).startswith("saves $")


def test_changed_gates_come_first(world: SimpleNamespace) -> None:
    evidence = Evidence(world.plan())
    evidence.feed_all(world.stream(1, 60, canary={"dear": 0.5}))
    told = Situation(changed_gates=("alpha is 0.05, this rollout keeps 0.01", "another"))
    said = beside(judge(evidence, told))
    assert said.startswith("alpha is 0.05, this rollout keeps 0.01, and 1 more · saves $")


def test_without_costs_it_says_what_is_ruled_out() -> None:
    evidence = Evidence(plan_for(Gates(), Counts(requests=9)))
    assert beside(judge(evidence)) == "nothing is ruled out yet"
    for slot in range(40):
        same = Counts(requests=20, errors=1)
        evidence.feed(Block(slot, slot, same, same))
    assert "points is ruled out" in beside(judge(evidence))


@pytest.mark.parametrize(("errors", "what"), [(3, "a regression"), (1, "a pass")])
def test_it_says_how_many_requests_the_present_difference_would_take(errors: int, what: str) -> None:
    evidence = Evidence(plan_for(Gates(), Counts(requests=900, errors=9), measured={"error"}))
    for slot in range(8):
        production = Counts(requests=100, errors=1)
        evidence.feed(Block(slot, slot, production, Counts(requests=100, errors=errors)))
    verdict = judge(evidence)
    assert verdict.if_real is not None
    assert what.endswith(verdict.if_real_side)
    about = f"{what} in about {words.count(words.rounded(verdict.if_real.middle))} requests"
    assert beside(verdict).endswith(f" · {about} if the present difference is real")
