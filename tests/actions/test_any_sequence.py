"""Whatever people do in whatever order: the file stays valid and keeps its comments, undo is exact, holds hold."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from console.actions.desk import Desk
from console.actions.requests import (
    Drop,
    Hold,
    PinTier,
    Promote,
    Request,
    Resume,
    Rollback,
    SetShare,
    StartCanary,
    Undo,
)
from console.actions.shares import raises
from console.actions.standing import UNKNOWN, Standing
from console.domain.errors import Refused, Usage
from console.domain.registry import Route
from console.registry.reading import read
from tests.effort import examples

COMMENTS = ("# top", "# beside the table", "# between", "# the end")
TEXT = """\
# top
schema = 1

[routes.support]  # beside the table
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage =  5    # odd spacing, and a remark that goes with its key
canary_start = 2026-11-20T09:00:00Z
fallback = "claude-haiku-4-5-20251001"
# between
[routes.summarise]
production = "claude-haiku-4-5-20251001"

[models."claude-sonnet-4-5-20250929"]
pinned_date = 2026-05-15
reason = "a"
[models."claude-sonnet-5-5"]
pinned_date = 2026-05-15
reason = "b"
[models."claude-haiku-4-5-20251001"]
pinned_date = 2026-05-15
reason = "c"
# the end
"""
MODELS = ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001", "gpt-4o-2024-08-06", "gpt-5")
SHARES = (1, 5, 12.5, 25, 33.3333, 50, 99.9999)


def sensible(route: Route) -> list[Request]:
    """What a person could want of the route as it is; a third of it is refused."""
    name = route.name
    pins: list[Request] = [PinTier(name, tier, model) for tier in ("fallback", "experimental") for model in MODELS]
    if route.canary is None:
        starts = [StartCanary(name, model, share) for model in MODELS for share in (None, 12.5)]
        return [*starts, *pins, PinTier(name, "production", MODELS[0]), Rollback(name), Promote(name)]
    steps: list[Request] = [SetShare(name, to) for to in ("next", "back", *SHARES)]
    ends: list[Request] = [
        Promote(name),
        Drop(name),
        Rollback(name),
        Rollback(name, "canary"),
        Rollback(name, "production"),
    ]
    holds: list[Request] = [Hold(name), Resume(name)]
    return [*steps, *ends, *holds, *holds, *pins[:3], Undo(), *(Undo(number) for number in (1, 2, 3))]


STANDINGS = st.sampled_from(("", "watching", "pass", "regression", "suspect data")).map(Standing)


class Consoles(RuleBasedStateMachine):
    """One registry, and people who do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "registry.toml"
        self.path.write_text(TEXT)
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.desk = Desk(self.path, actor="olga", clock=lambda: self.now)
        self.edits = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    def do(self, request, standing=UNKNOWN, force=True):
        """Everything that can be given is given, so that only what must be refused is refused."""
        before = read(self.path)
        try:
            plan = self.desk.plan(request, standing)
            outcome = self.desk.apply(plan, reason="because", force=force)
        except (Refused, Usage):
            assert self.path.read_bytes() == before.data
            return None
        assert outcome.snapshot.data == self.path.read_bytes() != before.data
        self.check_holds(request, before.registry, outcome.snapshot.registry)
        self.check_lowering(plan, before.registry, outcome.snapshot.registry)
        return outcome

    def check_holds(self, request, before, after) -> None:
        for name, old in before.routes.items():
            new = after.routes[name]
            if old.canary is None or old.canary.held is None or not raises(old, new):
                continue
            assert isinstance(request, Resume | Undo), f"{request} raised a held canary"
            assert new.canary is not None
            assert new.canary.held != old.canary.held

    def check_lowering(self, plan, before, after) -> None:
        if plan.lowers:
            assert not any(raises(old, after.routes[name]) for name, old in before.routes.items())

    def choose(self, data):
        route = data.draw(st.sampled_from(("support", "support", "summarise")))
        return data.draw(st.sampled_from(sensible(read(self.path).registry.routes[route])))

    @rule(data=st.data(), standing=STANDINGS, force=st.booleans())
    def act(self, data, standing, force):
        self.do(self.choose(data), standing, force)

    @rule(route=st.sampled_from(("support", "summarise")), standing=STANDINGS)
    def roll_back(self, route, standing):
        if read(self.path).registry.routes[route].canary_percentage == 0:
            return
        plan = self.desk.plan(Rollback(route), standing)
        assert self.desk.apply(plan).snapshot.registry.routes[route].canary_percentage == 0

    @rule(data=st.data())
    def act_and_undo(self, data):
        request = self.choose(data)
        before = read(self.path)
        done = None if isinstance(request, Undo) else self.do(request)
        if done is None:
            return
        undone = self.do(Undo())
        if undone is None:
            assert self.is_held_against(before.registry, done.snapshot.registry)
        else:
            assert self.path.read_bytes() == before.data

    def is_held_against(self, before, after) -> bool:
        """Whether going back would raise a canary whose hold was there before."""
        return any(
            route.canary is not None and route.canary.held is not None and raises(route, before.routes[name])
            for name, route in after.routes.items()
        )

    @rule(seconds=st.integers(0, 90_000))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.edits < 3)
    @rule()
    def somebody_edits_by_hand(self):
        self.edits += 1
        self.path.write_bytes(self.path.read_bytes() + f"# by hand {self.edits}\n".encode())

    @invariant()
    def the_file_is_valid_and_keeps_its_comments(self):
        text = read(self.path).data.decode()
        assert all(text.count(comment) == 1 for comment in COMMENTS)

    @invariant()
    def the_history_ends_with_the_file(self):
        self.desk.notice()
        known = self.desk.history.last_known()
        assert known is None or known == self.path.read_bytes()


Consoles.TestCase.settings = settings(
    max_examples=examples(6),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnySequence = pytest.mark.filterwarnings("ignore")(Consoles.TestCase)
