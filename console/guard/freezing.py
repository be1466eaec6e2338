"""Weekly windows in which nothing is raised, in the wall time of their own zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.domain.durations import Window, window
from console.domain.errors import Problem
from console.domain.registry import Registry
from console.guard.records import Freeze

_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
_LONGEST_CHAIN = 20
"""Windows that follow on one another are one freeze; a week of them never ends."""


def freeze(windows: Iterable[str], now: datetime) -> Freeze | None:
    """The freeze that `now` (aware) lies in, or None. A window of an unknown zone freezes for ever: nobody can say
    when it ends, and a step too late is better than one on a Friday night."""
    known = tuple(windows)
    first = _at(known, now)
    if first is None or first.until is None:
        return first
    until = first.until
    for _ in range(_LONGEST_CHAIN):
        following = _at(known, until)
        if following is None:
            return Freeze(first.window, until)
        if following.until is None:
            break
        until = following.until
    return Freeze(first.window, None)


def problems(registry: Registry) -> tuple[Problem, ...]:
    """Windows that name a zone which this machine does not know: errors for whoever keeps a guard."""
    return tuple(
        Problem(("routes", route.name, "guard", "freeze"), f"unknown time zone in {text!r}: nothing will be raised")
        for route in registry.routes.values()
        for text in route.guard.freeze
        if (found := window(text)) is None or _zone(found) is None
    )


def _at(windows: tuple[str, ...], now: datetime) -> Freeze | None:
    for text in windows:
        found = window(text)
        zone = None if found is None else _zone(found)
        if found is None or zone is None:
            return Freeze(text, None)
        local = now.astimezone(zone)
        if _inside(found, _minute(local)):
            return Freeze(text, _end(found, local))
    return None


def _zone(found: Window) -> ZoneInfo | None:
    try:
        return ZoneInfo(found.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # not there, a folder of zones, or no file of zones
        return None


def _minute(local: datetime) -> int:
    return (local.weekday() * 24 + local.hour) * 60 + local.minute


def _inside(found: Window, minute: int) -> bool:
    if found.first_minute < found.last_minute:
        return found.first_minute <= minute < found.last_minute
    return minute >= found.first_minute or minute < found.last_minute


def _end(found: Window, local: datetime) -> datetime:
    """When the window's last minute is on the wall; the later of two moments, on the day the clock is changed."""
    days = (_minute(local) % _DAY_MIN + (found.last_minute - _minute(local)) % _WEEK_MIN) // _DAY_MIN
    day = local.date() + timedelta(days=days)
    hour, minute = divmod(found.last_minute % _DAY_MIN, 60)
    ends = (datetime(day.year, day.month, day.day, hour, minute, tzinfo=local.tzinfo, fold=fold) for fold in (0, 1))
    return max(end.astimezone(UTC) for end in ends)
