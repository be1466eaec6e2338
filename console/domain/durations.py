"""Durations and weekly windows as the registry writes them: `"24h"`, `"Fri 16:00-Mon 08:00 Europe/Berlin"`."""

from __future__ import annotations

import re

from console.domain.record import record

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhdw])\Z", re.ASCII)
LONGEST_S = 3_660 * 86_400.0
"""Ten years: longer is a typing error, and would overflow dates."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOMENT = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d)"
_WINDOW = re.compile(rf"{_MOMENT} ?[-–] ?{_MOMENT} ([A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)\Z", re.ASCII)


def duration_s(text: str) -> float | None:
    """Seconds of `"90s"`, `"2m"`, `"24h"`, `"7d"`, `"2w"` (0 s .. 10 years), or None if it is none."""
    match = _DURATION.match(text)
    if match is None:
        return None
    seconds = float(match[1]) * _UNITS[match[2]]
    return seconds if seconds <= LONGEST_S else None


@record
class Window:
    """A stretch of every week. Minutes count from Monday 00:00 in `zone`; one that ends before it starts wraps."""

    first_minute: int
    last_minute: int
    zone: str


def window(text: str) -> Window | None:
    """The window that `"Fri 16:00-Mon 08:00 Europe/Berlin"` means (either dash), or None if it is none.

    Only the form is checked: whether the zone exists is a question to the machine's time zone data.
    """
    match = _WINDOW.match(text)
    if match is None:
        return None
    first_day, first_hour, first_minute, last_day, last_hour, last_minute, zone = match.groups()
    first = (DAYS.index(first_day) * 24 + int(first_hour)) * 60 + int(first_minute)
    last = (DAYS.index(last_day) * 24 + int(last_hour)) * 60 + int(last_minute)
    return Window(first, last, zone) if first != last else None
