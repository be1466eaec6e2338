"""The end of a production model against the ladder of its replacement: by when one must start, or how much is left."""

from __future__ import annotations

import math
from datetime import date, timedelta

from console.catalog.lifecycle import Clock
from console.domain.record import record
from console.domain.registry import DAY_S, Route
from console.text.words import day, plural

HORIZON_DAYS = 90
"""Further away than this an end says nothing about what to do today, unless the ladder is longer."""


@record
class LadderClock:
    """What the end of a model means for its route.

    `days` is what the ladder needs, whole days: at least, or at the present rate where that is more. `spare` are the
    days left beyond that, negative when too few are.
    `start_by` is the last day on which the ladder fits.
    """

    days: int
    spare: int
    start_by: date
    words: str
    short: str


def ladder_days(route: Route) -> float:
    """The least time, in days, that the ladder still takes: the minimum time of every step that is not done."""
    todo = [step for step in route.steps if max(route.canary_percentage, 0) <= step < 100]
    return len(todo) * route.gates.min_step_time_s / DAY_S


def against_ladder(
    ends: Clock | None, needed_days: float, today: date, *, running: bool = False, at_rate_days: float = 0.0
) -> LadderClock | None:
    """`the ladder needs 21 days: start by 6 Dec`. None without a deadline, after it, far from it, or without a ladder.

    `running`: a canary already has traffic, so that there is nothing to start. `at_rate_days` is then what the rest of
    the ladder takes if requests keep coming as now, 0 where nobody knows.
    """
    if ends is None or ends.on is None or not ends.deadline or ends.days_left is None or ends.days_left < 0:
        return None
    if needed_days <= 0 or ends.days_left > max(HORIZON_DAYS, needed_days):
        return None
    slow = running and at_rate_days > needed_days
    days = math.ceil(at_rate_days if slow else needed_days)
    start_by, spare = ends.on - timedelta(days=days), ends.days_left - days
    if slow:
        return _at_rate(days, spare, start_by)
    if spare < 0:
        when = short = f"{plural(-spare, 'day')} too few are left"
    elif running:
        when, short = f"{spare} to spare", f"ladder {days} d, {spare} to spare"
    else:
        when = short = f"start by {day(start_by, today)}"
    return LadderClock(
        days, spare, start_by, f"the ladder {'still ' if running else ''}needs {plural(days, 'day')}: {when}", short
    )


def _at_rate(days: int, spare: int, start_by: date) -> LadderClock:
    """An estimate: it asks a person for a larger share or more traffic, and promises nothing."""
    needs = f"at this rate the ladder needs about {plural(days, 'day')}"
    if spare < 0:
        few = f"{plural(-spare, 'day')} too few"
        return LadderClock(days, spare, start_by, f"{needs}: {few} are left", f"at this rate {few}")
    return LadderClock(days, spare, start_by, f"{needs}: {spare} to spare", f"ladder ≈ {days} d, {spare} to spare")
