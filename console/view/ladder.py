"""The ladder of a rollout: which steps are done, how far the current one is, and when the next may come."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from console.catalog.ladder import ladder_days
from console.domain.registry import DAY_S, Route
from console.text import words
from console.text.safe import NOTHING, SafeText
from console.verdict.verdict import Verdict
from console.view.records import StepView


def ladder(
    route: Route, verdict: Verdict | None, since: datetime, now: datetime, canary_per_s: float
) -> tuple[StepView, ...]:
    """The steps of `route`; `since` is when the current percentage was set."""
    if route.canary is None:
        return ()
    steps = sorted({*route.steps, route.canary.percentage} - {0.0})
    return tuple(_step(step, steps, route, verdict, since, now, canary_per_s) for step in steps)


def _step(
    step: float, steps: list[float], route: Route, verdict: Verdict | None, since: datetime, now: datetime, rate: float
) -> StepView:
    current = route.canary_percentage
    if step < current:
        return StepView(step, "done")
    elapsed = max(timedelta(0), now - since).total_seconds()
    waiting = time_left_s(route, verdict, elapsed, rate)
    if step == current:
        whole = route.gates.min_step_time_s
        note = words.span(elapsed) + (f" of {words.span(whole)}" if elapsed < whole else "")
        return StepView(step, "current", progress(route, verdict, elapsed), SafeText(note))
    upcoming = [other for other in steps if other > current]
    if step != upcoming[0] or current == 0 or verdict is None or verdict.state == "regression":
        return StepView(step, "todo")
    if verdict.state == "pass" and elapsed >= route.gates.min_step_time_s:
        return StepView(step, "todo", note=SafeText("can go on"))
    return StepView(step, "todo", note=SafeText(f"in {words.about(waiting)}") if waiting is not None else NOTHING)


def progress(route: Route, verdict: Verdict | None, elapsed_s: float) -> float:
    """0..1 of the current step: the slower of its minimum time and the requests it needs."""
    time = elapsed_s / route.gates.min_step_time_s if route.gates.min_step_time_s > 0 else 1.0
    if verdict is None:
        return min(1.0, time)
    if verdict.state == "pass":
        return min(1.0, time)
    missing = verdict.needed.middle if verdict.needed else verdict.missing_requests
    known = verdict.canary_n / (verdict.canary_n + missing) if verdict.canary_n + missing else 0.0
    return max(0.0, min(1.0, time, known))


def time_left_s(route: Route, verdict: Verdict | None, elapsed_s: float, canary_per_s: float) -> float | None:
    """Seconds until the next step is allowed, at the present rate; None where nothing can be said."""
    by_time = max(0.0, route.gates.min_step_time_s - elapsed_s)
    if verdict is None or verdict.state == "pass":
        return by_time
    missing = verdict.needed.middle if verdict.needed else verdict.missing_requests
    if missing and canary_per_s <= 0:
        return None
    return max(by_time, missing / canary_per_s if missing else 0.0)


def days_at_rate(route: Route, verdict: Verdict, since: datetime, now: datetime, canary_per_s: float) -> int:
    """Whole days until the end of the ladder at the present rate: this step's evidence, then each minimum time.

    0 where nothing can be said: no step to come, no traffic, or a regression.
    """
    waiting = time_left_s(route, verdict, max(0.0, (now - since).total_seconds()), canary_per_s)
    later = ladder_days(route) - route.gates.min_step_time_s / DAY_S
    if waiting is None or later < 0 or route.canary_percentage == 0 or verdict.state == "regression":
        return 0
    return math.ceil(waiting / DAY_S + later)
