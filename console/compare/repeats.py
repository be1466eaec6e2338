"""Repeated runs of one prompt: whether two models differ by more than each of them differs from itself.

A model asked twice seldom says the same twice. What its own runs differ by is the measure: a run of the new model
counts as changed only where even its nearest old answer is further away than the old ones are from each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations, product
from typing import Literal

from console.compare.records import Comparison
from console.domain.record import record
from console.providers.records import Answer, ToolCall
from console.triage.judging import triage
from console.triage.records import WORRYING_FROM

MOST_RUNS = 12
"""Runs of each side that are compared with each other: 276 judgements, a fraction of a second."""

Standing = Literal["the same", "as itself", "unsure", "changed", "too few"]
"""the same: no run differs; as itself: differs as much as the model differs from itself; unsure: some runs, at most
half, go beyond that; changed: most do; too few: one run, or no two answers of the old model to measure it by."""

_Said = tuple[str, tuple[ToolCall, ...]]


@record
class Agreement:
    """How far the runs agree. Shares 0..1 of the pairs that are not worrying; None where there is no pair.

    `beyond` of `runs` new runs are further from every old answer than the old ones are from each other.
    """

    runs: int
    within_left: float | None
    within_right: float | None
    between: float | None
    beyond: int
    standing: Standing


def is_worrying(runs: Sequence[Comparison]) -> bool:
    """Whether the `runs` of one prompt (one, or repeats) show a change that somebody should look at.

    Repeats show one where most of them do; a broken requirement counts however the old model's runs vary.
    """
    standing = agreement(runs).standing if len(runs) > 1 else "too few"
    if standing == "too few":
        return any(run.worrying for run in runs)
    broken = sum(_breaks_requirements(run) for run in runs)
    return standing == "changed" or 2 * broken > len(runs)


def _breaks_requirements(run: Comparison) -> bool:
    reasons = run.triage.reasons if run.triage else ()
    return any(reason.check in ("required", "reference") and reason.weight >= WORRYING_FROM for reason in reasons)


def agreement(runs: Sequence[Comparison]) -> Agreement:
    """What the repeated `runs` of one prompt on the same two models say. Runs that failed are left out of it."""
    left = [_said(run.left) for run in runs if run.left.failure is None][:MOST_RUNS]
    right = [_said(run.right) for run in runs if run.right.failure is None][:MOST_RUNS]
    prompt = runs[0].prompt if runs else ""

    @cache
    def distance(one: _Said, other: _Said) -> float:
        if one == other:
            return 0.0
        return triage(one[0], other[0], prompt=prompt, old_tools=one[1], new_tools=other[1]).score

    noise = max((distance(one, other) for one, other in combinations(left, 2)), default=0.0)
    nearest = [min((distance(one, other) for one in left), default=0.0) for other in right]
    beyond = sum(value > noise and value >= WORRYING_FROM for value in nearest)
    return Agreement(
        len(runs),
        _agreeing(combinations(left, 2), distance),
        _agreeing(combinations(right, 2), distance),
        _agreeing(product(left, right), distance),
        beyond,
        _standing(len(left), len(right), beyond, any(nearest) or noise > 0),
    )


def _said(answer: Answer) -> _Said:
    return answer.text, answer.tool_calls


def _agreeing(pairs: Iterable[tuple[_Said, _Said]], distance: Callable[[_Said, _Said], float]) -> float | None:
    scores = [distance(one, other) for one, other in pairs]
    return sum(score < WORRYING_FROM for score in scores) / len(scores) if scores else None


def _standing(left: int, right: int, beyond: int, differs: bool) -> Standing:
    if left < 2 or right < 2:
        return "too few"
    if 2 * beyond > right:
        return "changed"
    if beyond:
        return "unsure"
    return "as itself" if differs else "the same"
