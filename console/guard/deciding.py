"""What to do about a route, as a pure function of what is seen: no file, no clock, no memory of its own.

What lowers traffic comes first and is never stopped: no hold, freeze, doubt or clock stands before it. What raises
comes last, and only where nothing at all speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from console.actions.requests import Hold, Promote, Rollback, SetShare
from console.actions.shares import next_step
from console.domain.registry import Canary, GuardSettings
from console.guard.records import Decision, Memory, Sight
from console.text import words

HELD_BECAUSE = "no data is no go: "
"""Begins the reason of every hold of the guard; the causes follow, parted by semicolons."""


def decide(sight: Sight, settings: GuardSettings, memory: Memory, now: datetime) -> Decision:
    """What the guard does on the route of `sight` at `now` (aware)."""
    for decision in _lowering(sight, settings, memory, now):
        return decision
    canary = sight.route.canary
    if canary is None:
        return _without_canary(sight)
    for decision in _doubtful(sight, canary, settings, memory):
        return decision
    return _raising(sight, canary, settings, memory, now)


def may_raise(settings: GuardSettings) -> bool:
    """Whether the guard raises anything on such a route by itself."""
    return settings.auto_advance or settings.auto_promote


def _lowering(sight: Sight, settings: GuardSettings, memory: Memory, now: datetime) -> Iterator[Decision]:
    """A regression of the canary, then of production after a promotion."""
    route = sight.route
    if sight.state == "regression" and route.canary is not None and route.canary_percentage > 0:
        key = f"regression/{route.rollout_id}"
        if settings.auto_rollback and not sight.overruled:
            yield _rolled_back(sight, Rollback(route.name, "canary"), settings, now)
        elif key not in memory.told:
            yield Decision("alert", sight.sentence, key=key, severity="critical", standing=sight.standing)
    failing = sight.watch.failing if sight.watch else None
    if failing is not None:
        key = f"after-promotion/{failing.number}"
        if settings.auto_rollback and failing.back:
            request = Rollback(route.name, "production")
            yield Decision("roll back", failing.sentence, request, severity="critical", standing=sight.standing)
        elif key not in memory.told:
            yield Decision("alert", failing.sentence, key=key, severity="critical", standing=sight.standing)


def _rolled_back(sight: Sight, request: Rollback, settings: GuardSettings, now: datetime) -> Decision:
    """At once, or when the grace is over. It is counted from the evidence, so that a restart does not begin it anew."""
    decided = sight.decided_at
    sane = decided is not None and decided <= now  # evidence of the future is a clock set back: no time to lose
    due = decided + timedelta(seconds=settings.grace_s) if decided is not None and sane else now
    if now < due:
        return Decision("nothing", f"rolls back: {sight.sentence}", request, due, standing=sight.standing)
    return Decision("roll back", sight.sentence, request, severity="critical", standing=sight.standing)


def _without_canary(sight: Sight) -> Decision:
    watch = sight.watch
    if watch is None:
        return Decision("nothing", "there is no canary to watch")
    if watch.failing is not None:
        return Decision("nothing", f"told already: {watch.failing.sentence}", when=watch.until)
    return Decision("nothing", f"watches {watch.model} after its promotion", when=watch.until)


def _doubtful(sight: Sight, canary: Canary, settings: GuardSettings, memory: Memory) -> Iterator[Decision]:
    """What is held, told, or only waited for because the data cannot be trusted."""
    if canary.percentage == 0:
        return
    news = [each for each in sight.doubts if each.key and each.key not in memory.told | sight.done]
    if not news:
        return
    holds = canary.held is None and (may_raise(settings) or any(each.void for each in news))
    text = "; ".join(each.words for each in news)
    yield Decision(
        "hold" if holds else "alert",
        text,
        Hold(sight.route.name, f"{HELD_BECAUSE}{text}") if holds else None,
        key=news[0].key,
        covers=tuple(each.key for each in news[1:]),
        severity="warning",
        standing=sight.standing,
    )


def _raising(sight: Sight, canary: Canary, settings: GuardSettings, memory: Memory, now: datetime) -> Decision:
    """The next step, where everything speaks for it; else what it waits for."""
    step = next_step(sight.route)
    obstacle, when = _obstacle(sight, canary, step, settings, now)
    if obstacle:
        return Decision("nothing", obstacle, when=when)
    if sight.signals and step == 100:
        key = f"signals/{sight.route.rollout_id}/{'+'.join(sight.signals)}"
        words_ = f"passed, but worse: {', '.join(sight.signals)}; promoting needs a person's reason"
        if key in memory.told:
            return Decision("nothing", words_)
        return Decision("alert", words_, key=key, severity="info", standing=sight.standing)
    if step == 100:
        return Decision("promote", sight.sentence, Promote(sight.route.name), standing=sight.standing)
    return Decision("advance", sight.sentence, SetShare(sight.route.name, step), standing=sight.standing)


def _obstacle(
    sight: Sight, canary: Canary, step: float, settings: GuardSettings, now: datetime
) -> tuple[str, datetime | None]:
    """Why the canary is not raised to `step` now, and when that may change; "" if nothing speaks against it."""
    goal = "promotes" if step == 100 else f"raises to {words.percentage(step)}"
    if sight.state == "regression" and canary.percentage > 0:
        why = "a person took the rollback back" if sight.overruled else "auto_rollback is off"
        return f"regression, told; {why}", None
    if canary.held is not None:
        return f"held: “{canary.held}”; a person resumes", None
    if canary.percentage == 0:
        return "the canary has no traffic", None
    if sight.doubts:
        return f"waits: {sight.doubts[0].words}", None
    if not (settings.auto_promote if step == 100 else settings.auto_advance):
        on = "rolls back on a regression" if settings.auto_rollback else "tells of a regression"
        return f"{on}; a person takes the next step", None
    if sight.state != "pass":
        return f"{goal} after a pass" if sight.state else "waits: there is no verdict", None
    if sight.step_since is None:
        return "waits: the history does not say since when the share stands", None
    due = sight.step_since + timedelta(seconds=sight.route.gates.min_step_time_s)
    if now < due:
        return f"{goal} if it still passes", due
    if sight.freeze is not None:
        return f"{goal} after the freeze “{sight.freeze.window}”", sight.freeze.until
    return "", None
