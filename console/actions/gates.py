"""What stands between a person and an action: small rules that combine with `&` (both) and `|` (either).

A gate never hides an action; it says what the action needs. Nothing here is asked before traffic is lowered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from console.actions.models import ModelFacts
from console.actions.standing import UNKNOWN, Standing
from console.domain.errors import Refused
from console.domain.registry import Route


class Level(IntEnum):
    """How much an action needs, the least first."""

    OK = 0
    REASON = 1
    """A typed reason."""
    FORCE = 2
    """A typed reason and `--force`."""
    REFUSED = 3
    """Nothing helps: something else has to be done first."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate answers: how much is needed, and why, one sentence for each gate that asks."""

    level: Level = Level.OK
    sentences: tuple[str, ...] = ()
    hint: str = ""

    @property
    def sentence(self) -> str:
        """Why, on one line; "" when nothing is asked."""
        return " · ".join(self.sentences)

    def __and__(self, other: GateResult) -> GateResult:
        """What both need together. What cannot be helped hides what could: nobody should type a reason for nothing."""
        if Level.REFUSED in (self.level, other.level) and self.level != other.level:
            return max(self, other, key=lambda result: result.level)
        return GateResult(max(self.level, other.level), self.sentences + other.sentences, self.hint or other.hint)

    def __or__(self, other: GateResult) -> GateResult:
        """What the milder of the two needs."""
        return min(self, other, key=lambda result: result.level)

    def refusal(self) -> Refused | None:
        """The error of acting without `--force`; None where a reason is enough."""
        if self.level < Level.FORCE:
            return None
        hint = "With --force and --reason it can be done all the same." if self.level is Level.FORCE else self.hint
        return Refused(self.sentence, hint)


OK = GateResult()
HOLD_BACK = 5
"""The percentage of users that stay on production until the canary has passed."""


@dataclass(frozen=True, slots=True)
class Case:
    """What gates look at. `model` are the facts about the model that would get more traffic, where there is one.

    `share` (0..100) is what its canary would get; None where that is not what is asked.
    """

    route: Route
    standing: Standing = UNKNOWN
    model: ModelFacts | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule over a Case. `a & b` asks for what both need, `a | b` for what the milder one needs."""

    judge: Callable[[Case], GateResult]

    def __call__(self, case: Case) -> GateResult:
        """What the rule asks for in this case."""
        return self.judge(case)

    def __and__(self, other: Gate) -> Gate:
        return Gate(lambda case: self(case) & other(case))

    def __or__(self, other: Gate) -> Gate:
        return Gate(lambda case: self(case) | other(case))


def verdict_is(state: str, level: Level, usual: str) -> Gate:
    """A gate that asks for `level` while the verdict is `state`; `usual` is its sentence where the verdict has none."""

    def judge(case: Case) -> GateResult:
        standing = case.standing
        return GateResult(level, (_verdict(standing, usual),)) if standing.state == state else OK

    return Gate(judge)


def _verdict(standing: Standing, usual: str) -> str:
    return f"{standing.state}: {standing.sentence}" if standing.sentence else usual


def _not_held(case: Case) -> GateResult:
    canary = case.route.canary
    if canary is None or canary.held is None:
        return OK
    sentence = f"{case.route.name} is held: “{canary.held}”"
    return GateResult(Level.REFUSED, (sentence,), f"`console resume {case.route.name}` ends the hold.")


def _passed(case: Case) -> GateResult:
    state = case.standing.state
    if state in ("pass", "regression", "suspect data"):  # the last two have gates of their own
        return OK
    usual = f"the verdict is {state}, not pass" if state else "no verdict on this canary"
    return GateResult(Level.REASON, (_verdict(case.standing, usual) if state else usual,))


def _held_back(case: Case) -> GateResult:
    if case.share is None or case.share <= 100 - HOLD_BACK or case.standing.state in ("pass", "regression"):
        return OK
    sentence = f"no pass yet: below {HOLD_BACK} % on production there is little left to compare with"
    return GateResult(Level.REASON, (sentence,))


def _signals_seen(case: Case) -> GateResult:
    worse = ", ".join(case.standing.signals)
    return GateResult(Level.REASON, (f"worse, though no guardrail: {worse}",)) if worse else OK


def _pinned(case: Case) -> GateResult:
    model = case.model
    if model is None or model.kind != "alias" or model.allow_alias:
        return OK
    could = f"; it could be {' or '.join(model.candidates)}" if model.candidates else ""
    hint = f'Name a pinned id, or set allow_alias = true with a reason in [models."{model.model_id}"].'
    return GateResult(Level.REFUSED, (f"{model.model_id} is an alias and may move{could}",), hint)


def _alive(case: Case) -> GateResult:
    model = case.model
    if model is None or not model.retired:
        return OK
    instead = f"; its replacement is {model.replacement}" if model.replacement else ""
    return GateResult(Level.FORCE, (f"{model.model_id} {model.retired}{instead}",))


def _known(case: Case) -> GateResult:
    model = case.model
    if model is None or not model.near:
        return OK
    return GateResult(Level.FORCE, (f'"{model.model_id}" is no known model; did you mean "{model.near}"?',))


def _accepted(case: Case) -> GateResult:
    rejects, may = case.standing.rejects, case.standing.may_reject
    model = case.model.model_id if case.model else "the candidate"
    if rejects:
        return GateResult(Level.FORCE, (f"{model} rejects {', '.join(rejects)} of the requests sent today",))
    if may:
        return GateResult(Level.REASON, (f"{model} may reject {', '.join(may)} of the requests sent today",))
    return OK


def _suite_passed(case: Case) -> GateResult:
    model, suite = case.model, case.route.suite
    if model is None or model.regression_tested or (suite is None and model.last_regression_test is None):
        return OK
    if model.last_regression_test is None:
        sentence = f"the suite of {case.route.name} has not run on {model.model_id}"
    else:
        sentence = f"{model.model_id} did not pass its suite on {model.last_regression_test}"
    return GateResult(Level.REASON, (sentence,))


NOT_HELD = Gate(_not_held)
"""Nothing raises a held canary until a person resumes it."""
PASSED = Gate(_passed)
"""Promoting on anything but a pass needs a typed reason."""
HELD_BACK = Gate(_held_back)
"""Leaving production next to nobody, before a pass, needs a typed reason: no verdict may ever come after it."""
SIGNALS_SEEN = Gate(_signals_seen)
"""A metric that only tells, and got worse, is acknowledged by a reason."""
PINNED = Gate(_pinned)
"""An alias may move under the application, so it is refused unless its pin allows that."""
ALIVE = Gate(_alive)
"""A model that its provider has retired answers nobody."""
KNOWN = Gate(_known)
"""An id that nobody has heard of, and that is nearly one in the file, is a slip of the hand."""
ACCEPTED = Gate(_accepted)
"""A canary that answers HTTP 400 to what the application sends fails its first user: change the requests first."""
SUITE_PASSED = Gate(_suite_passed)
"""Promoting what failed its regression suite, or never ran it where the route has one, needs a typed reason."""
NO_REGRESSION = verdict_is("regression", Level.FORCE, "the canary is a regression")
WAS_NO_REGRESSION = verdict_is("regression", Level.REASON, "the canary was a regression")
"""A new rollout begins with new evidence, so going on after a regression needs a reason and no force."""
NOT_SUSPECT = verdict_is("suspect data", Level.REASON, "the numbers are suspect")

SERVABLE = PINNED & ALIVE & KNOWN
START = SERVABLE & HELD_BACK & ACCEPTED
RAISE = NOT_HELD & PINNED & ALIVE & NO_REGRESSION & NOT_SUSPECT & HELD_BACK
PROMOTE = RAISE & PASSED & SIGNALS_SEEN & SUITE_PASSED
RESUME = PINNED & ALIVE & WAS_NO_REGRESSION & NOT_SUSPECT
