"""The state that front ends show of a rollout; the sentence beside it is console.verdict.sentences'."""

from __future__ import annotations

from console.verdict.verdict import Verdict
from console.view.records import State

_STATES = {
    "no comparison": State.NO_COMPARISON,
    "warming up": State.WARMING_UP,
    "watching": State.WATCHING,
    "regression": State.REGRESSION,
    "pass": State.PASS,
    "undecided": State.UNDECIDED,
    "suspect data": State.SUSPECT,
}


def state_of(verdict: Verdict, held: str | None) -> State:
    """The state shown: a hold hides everything but a regression."""
    state = _STATES[verdict.state]
    return State.HELD if held is not None and state is not State.REGRESSION else state
