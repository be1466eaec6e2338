"""The rules of the guard: what lowers is never stopped, what raises needs everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.actions.requests import Hold, Promote, Rollback, SetShare
from console.domain.registry import Canary, Gates, GuardSettings, Route
from console.guard.deciding import decide
from console.guard.records import Doubt, Failing, Freeze, Memory, Sight, Watch

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NOBODY = Memory()
AUTO = {"auto_advance": True, "auto_promote": True}
VOID = Doubt("a is answered by b", "void", void=True)
BLIND = Doubt("no request in the log since 13:40", "blind")
PASSING = Doubt("the prompt changed on canary", "", void=True)
HELD_BLIND = Hold("support", f"no data is no go: {BLIND.words}")
FROZEN = Freeze("Fri 16:00-Mon 08:00 UTC", NOW + timedelta(hours=18))


def decided(sight, memory=NOBODY, now=NOW):
    return decide(sight, sight.route.guard, memory, now)


def watch(failing=None):
    return Watch(7, "claude-sonnet-5-5", "old", NOW + timedelta(hours=3), failing)


WORSE = Failing("error rate 9 %", 7, "claude-haiku-4-5-20251001")


@pytest.mark.parametrize(
    ("given", "kind", "request_"),
    [
        ({}, "nothing", None),
        ({"guard": AUTO}, "advance", SetShare("support", 50)),
        ({"guard": AUTO, "percentage": 50}, "promote", Promote("support")),
        ({"guard": {"auto_advance": True}, "percentage": 50}, "nothing", None),
        ({"guard": {"auto_promote": True}}, "nothing", None),
        ({"guard": {"auto_promote": True}, "percentage": 50}, "promote", Promote("support")),
        ({"guard": AUTO, "held": "for olga"}, "nothing", None),
        ({"guard": AUTO, "freeze": FROZEN}, "nothing", None),
        ({"guard": AUTO, "freeze": Freeze("Fri 16:00-Mon 08:00 Mars/Here", None)}, "nothing", None),
        ({"guard": AUTO, "step_since": None}, "nothing", None),
        ({"guard": AUTO, "step_since": NOW - timedelta(minutes=59)}, "nothing", None),
        ({"guard": AUTO, "step_since": NOW + timedelta(hours=5)}, "nothing", None),
        ({"guard": AUTO, "step_since": NOW - timedelta(minutes=60)}, "advance", SetShare("support", 50)),
        ({"guard": AUTO, "percentage": 0}, "nothing", None),
        ({"guard": AUTO, "state": ""}, "nothing", None),
        *(
            ({"guard": AUTO, "state": state}, "nothing", None)
            for state in ("no comparison", "warming up", "watching", "undecided", "suspect data")
        ),
        ({"guard": AUTO, "doubts": (VOID,)}, "hold", Hold("support", "no data is no go: a is answered by b")),
        ({"doubts": (VOID,)}, "hold", Hold("support", "no data is no go: a is answered by b")),
        ({"guard": AUTO, "doubts": (BLIND,)}, "hold", HELD_BLIND),
        ({"doubts": (BLIND,)}, "alert", None),
        ({"guard": AUTO, "doubts": (PASSING,)}, "nothing", None),
        ({"guard": AUTO, "doubts": (VOID,), "done": frozenset({"void"})}, "nothing", None),
        ({"guard": AUTO, "doubts": (VOID, BLIND), "done": frozenset({"void"})}, "hold", HELD_BLIND),
        ({"doubts": (VOID,), "held": "for olga"}, "alert", None),
        ({"doubts": (VOID,), "percentage": 0}, "nothing", None),
        ({"state": "regression"}, "roll back", Rollback("support", "canary")),
        ({"state": "regression", "held": "for olga", "doubts": (VOID,)}, "roll back", Rollback("support", "canary")),
        ({"state": "regression", "freeze": FROZEN}, "roll back", Rollback("support", "canary")),
        ({"state": "regression", "percentage": 0}, "nothing", None),
        ({"state": "regression", "guard": {"auto_rollback": False}}, "alert", None),
        ({"state": "regression", "overruled": True}, "alert", None),
        ({"state": "regression", "overruled": True, "guard": AUTO}, "alert", None),
        ({"guard": AUTO, "signals": ("cost",)}, "advance", SetShare("support", 50)),
        ({"guard": AUTO, "signals": ("cost",), "percentage": 50}, "alert", None),
        ({"canary": False, "state": ""}, "nothing", None),
        ({"canary": False, "state": "", "watch": watch()}, "nothing", None),
        ({"canary": False, "state": "", "watch": watch(WORSE)}, "roll back", Rollback("support", "production")),
        ({"canary": False, "state": "", "watch": watch(Failing("error rate 9 %", 7, ""))}, "alert", None),
        ({"canary": False, "watch": watch(WORSE), "guard": {"auto_rollback": False}}, "alert", None),
        ({"watch": watch(WORSE), "guard": AUTO}, "roll back", Rollback("support", "production")),
    ],
)  # fmt: skip
def test_what_follows_from_what_is_seen(sight, given, kind, request_) -> None:
    decision = decided(sight(**given))
    assert decision.kind == kind
    if kind != "nothing":
        assert decision.request == request_
        assert decision.sentence


def test_what_was_told_is_not_told_again(sight) -> None:
    for seen in (
        sight(state="regression", guard={"auto_rollback": False}),
        sight(doubts=(BLIND,)),
        sight(guard=AUTO, doubts=(VOID,)),
        sight(guard=AUTO, signals=("cost",), percentage=50),
        sight(canary=False, watch=watch(Failing("error rate 9 %", 7, ""))),
    ):
        first = decided(seen)
        assert first.key
        again = decided(seen, NOBODY.and_told(first.key))
        assert again.kind == "nothing"
        assert again.sentence


def test_a_regression_that_was_told_is_no_reason_to_go_on(sight) -> None:
    seen = sight(state="regression", guard={"auto_rollback": False, **AUTO})
    first = decided(seen)
    assert decided(seen, NOBODY.and_told(first.key)).sentence == "regression, told; auto_rollback is off"


def test_the_grace_is_counted_from_the_evidence(sight) -> None:
    seen = sight(state="regression", guard={"grace_s": 300.0}, decided_at=NOW - timedelta(seconds=100))
    waiting = decided(seen)
    assert waiting.kind == "nothing"
    assert waiting.when == NOW + timedelta(seconds=200)
    assert waiting.request == Rollback("support", "canary")
    assert decided(seen, now=NOW + timedelta(seconds=200)).kind == "roll back"


def test_a_clock_that_was_set_back_stretches_no_grace(sight) -> None:
    seen = sight(state="regression", guard={"grace_s": 300.0}, decided_at=NOW + timedelta(hours=1))
    assert decided(seen).kind == "roll back"


def test_it_says_what_comes_next_and_when(sight) -> None:
    soon = decided(sight(guard=AUTO, step_since=NOW - timedelta(minutes=20)))
    assert (soon.sentence, soon.when) == ("raises to 50 % if it still passes", NOW + timedelta(minutes=40))
    frozen = decided(sight(guard=AUTO, freeze=FROZEN))
    assert frozen.sentence == "raises to 50 % after the freeze “Fri 16:00-Mon 08:00 UTC”"
    assert frozen.when == FROZEN.until
    assert decided(sight(percentage=50, guard=AUTO, state="watching")).sentence == "promotes after a pass"
    assert decided(sight()).sentence == "rolls back on a regression; a person takes the next step"
    assert (
        decided(sight(guard={"auto_rollback": False})).sentence == "tells of a regression; a person takes the next step"
    )
    assert decided(sight(guard=AUTO, held="for olga")).sentence == "held: “for olga”; a person resumes"
    assert decided(sight(canary=False, watch=watch())).sentence == "watches claude-sonnet-5-5 after its promotion"


states = st.sampled_from(
    ["", "no comparison", "warming up", "watching", "regression", "pass", "undecided", "suspect data"]
)
seconds = st.integers(-10_000, 10_000).map(lambda s: NOW + timedelta(seconds=s))
doubts = st.lists(
    st.builds(Doubt, st.text(min_size=1, max_size=8), st.sampled_from(["", "a", "b"]), st.booleans()), max_size=3
)
failings = st.none() | st.builds(Failing, st.just("worse"), st.just(7), st.sampled_from(["", "old"]))
settings_ = st.builds(
    GuardSettings, st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0.0, 60.0]), st.just(3_600.0)
)
canaries = st.none() | st.builds(
    Canary, st.just("new"), st.sampled_from([0, 5, 25, 50, 99.5, 100]), seconds, st.none() | st.just("why")
)
memories = st.sets(st.sampled_from(["a", "b", "after-promotion/7"])).map(lambda told: Memory(frozenset(told)))


@st.composite
def sights(draw):
    route = Route("r", "old", draw(canaries), fallback="f", guard=draw(settings_), gates=Gates(min_step_time_s=100.0))
    failing = draw(failings)
    return Sight(
        route,
        state=draw(states) if route.canary else "",
        sentence="why",
        decided_at=draw(st.none() | seconds),
        step_since=draw(st.none() | seconds),
        signals=tuple(draw(st.lists(st.sampled_from(["cost", "ttft_p50"]), max_size=2, unique=True))),
        doubts=tuple(draw(doubts)),
        freeze=draw(st.none() | st.just(FROZEN)),
        watch=draw(st.none() | st.just(watch(failing))),
        done=frozenset(draw(st.sets(st.sampled_from(["a", "b"])))),
        overruled=draw(st.booleans()),
    )


@given(sights(), memories)
def test_nothing_is_raised_unless_everything_speaks_for_it(sight, memory) -> None:
    decision = decided(sight, memory)
    if decision.kind not in ("advance", "promote"):
        return
    settings, canary = sight.route.guard, sight.route.canary
    assert canary is not None
    assert canary.held is None
    assert 0 < canary.percentage < 100
    assert sight.state == "pass"
    assert not sight.doubts
    assert sight.freeze is None
    assert sight.step_since is not None
    assert NOW - sight.step_since >= timedelta(seconds=100)
    assert settings.auto_promote if decision.kind == "promote" else settings.auto_advance
    assert not (decision.kind == "promote" and sight.signals)


@given(sights(), memories)
def test_lowering_is_stopped_by_nothing(sight, memory) -> None:
    canary, settings = sight.route.canary, sight.route.guard
    due = canary is not None and canary.percentage > 0 and sight.state == "regression"
    if not (due and settings.auto_rollback and not sight.overruled and settings.grace_s == 0):
        return
    assert decided(sight, memory).request == Rollback("r", "canary")
    assert decided(sight, memory).acts


@given(sights(), memories)
def test_a_held_canary_only_ever_loses_traffic(sight, memory) -> None:
    if sight.route.canary is None or sight.route.canary.held is None:
        return
    decision = decided(sight, memory)
    assert not decision.acts or isinstance(decision.request, Rollback)


@given(sights(), memories)
def test_every_decision_can_be_shown_and_what_is_told_has_a_key(sight, memory) -> None:
    decision = decided(sight, memory)
    assert decision.sentence
    assert decision.key or decision.kind not in ("alert", "hold")
    assert decision.request is not None or not decision.acts
