"""Who guards the registry and what comes next: the header's words, and the guard's line in the live pane."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from console.guard.post import Held, holder, last_report
from console.text import words
from console.text.safe import SafeText, join, safe, safe_line
from console.view.records import NO_GUARD, CanaryView, FleetView, GuardView, IntentView, State, Tone

PRESS = SafeText("press r to roll back ")
"""Begins the line under a regression that a person has to roll back."""
_FIRST = ("countdown", "hold", "alert", "roll back", "advance", "promote")
"""What is happening stands before what is ruled out; what is always so stands behind it."""


def guard_view(registry: Path, now: datetime) -> GuardView | None:
    """Who guards `registry`, or did so last; None where nobody ever did."""
    held = holder(registry)
    if held is not None:
        return _view(held, alive=True, stale=held.is_stale(now))
    last = last_report(registry)
    return _view(last, alive=False, stale=False) if last else None


def guarded(view: FleetView, guard: GuardView | None) -> FleetView:
    """`view` with the guard in its header and in the panes of its routes."""
    text, tone = header(guard, view.now)
    known = {intent.route: intent for intent in guard.intents} if guard and guard.alive and not guard.stale else {}
    canaries = tuple(
        _with(canary, known[canary.route], view.now) if canary.route in known else canary for canary in view.canaries
    )
    return replace(view, guard=text, guard_tone=tone, guarded=guard, canaries=canaries)


def header(guard: GuardView | None, now: datetime) -> tuple[SafeText, Tone]:
    """The words beside the glyph: `guard watching 3 h`, `guard rolls back in 8 s`, `no guard`."""
    if guard is None or not guard.alive:
        return NO_GUARD, "none"
    if guard.stale:
        return SafeText(f"guard silent for {words.age((now - guard.seen).total_seconds())}"), "waiting"
    soon = min((intent.when for intent in guard.intents if intent.kind == "countdown" and intent.when), default=None)
    if soon is not None:
        return SafeText(f"guard rolls back {_in(soon, now)}"), "bad"
    if any(intent.kind == "roll back" for intent in guard.intents):
        return SafeText("guard rolls back"), "bad"
    return SafeText(f"guard watching {words.age((now - guard.since).total_seconds())}"), "good"


def sentence(guard: GuardView | None, now: datetime) -> SafeText:
    """Who guards, since when: `guard  watching since 09:12 UTC (pid 4711 on web-1)`."""
    if guard is None:
        return SafeText("guard  none; `console guard` watches and rolls back by itself")
    if not guard.alive:
        return join(f"guard  none since {_at(guard.seen, now)} (it was ", guard.holder, ")")
    silent = f", silent for {words.age((now - guard.seen).total_seconds())}" if guard.stale else ""
    return join(f"guard  watching since {_at(guard.since, now)} (", guard.holder, f"){silent}")


def line(intent: IntentView, now: datetime) -> SafeText:
    """`guard: raises to 50 % if it still passes, in 40 min`."""
    return join("guard: ", intent.sentence, f", {_in(intent.when, now)}" if intent.when else "")


def _with(canary: CanaryView, intent: IntentView, now: datetime) -> CanaryView:
    if canary.state is State.REGRESSION:
        return _regressed(canary, intent, now)
    said_already = canary.state in (State.HELD, State.NO_CANARY) and intent.kind == "nothing" and intent.when is None
    if said_already or canary.state in (State.ERROR, State.NO_DATA):
        return canary
    parts = (
        [line(intent, now), canary.second]
        if intent.kind in _FIRST or intent.when
        else [canary.second, line(intent, now)]
    )
    return replace(canary, second=safe_line(" · ".join(part for part in parts if part)))


def _regressed(canary: CanaryView, intent: IntentView, now: datetime) -> CanaryView:
    if not canary.second.startswith(PRESS):
        return canary  # it is done
    if intent.kind == "countdown" and intent.when is not None:
        second = join("guard rolls back ", canary.second.removeprefix(PRESS))
        return replace(canary, second=second, countdown=_in(intent.when, now))
    if intent.kind == "roll back":
        return replace(canary, second=join(canary.second, " · guard: ", intent.sentence))
    return replace(canary, second=join(canary.second, " · ", line(intent, now)))


def _in(when: datetime, now: datetime) -> SafeText:
    left = (when - now).total_seconds()
    return SafeText(f"in {words.span(left)}") if left > 0 else SafeText("now")


def _at(at: datetime, now: datetime) -> str:
    moment = at.astimezone(UTC)
    return f"{moment:%H:%M} UTC" if (now - at).total_seconds() < 43_200 else f"{moment:%Y-%m-%d %H:%M} UTC"


def _view(held: Held, *, alive: bool, stale: bool) -> GuardView:
    intents = tuple(
        IntentView(safe(each.route), safe_line(each.kind), safe_line(each.sentence), each.when) for each in held.intents
    )
    return GuardView(alive, safe_line(held.name), held.since, held.beat, stale, intents)
