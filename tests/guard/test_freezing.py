"""Freeze windows: wall time of their own zone, across weeks, changes of the clock and each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.durations import DAYS
from console.domain.registry import GuardSettings, Registry, Route
from console.guard.freezing import freeze, problems

WEEKEND = "Fri 16:00-Mon 08:00 Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("windows", "now", "until"),
    [
        ((), "2026-11-27T16:00+01:00", None),
        ((WEEKEND,), "2026-11-27T15:59+01:00", None),
        ((WEEKEND,), "2026-11-27T16:00+01:00", "2026-11-30T08:00+01:00"),
        ((WEEKEND,), "2026-11-29T23:59+01:00", "2026-11-30T08:00+01:00"),
        ((WEEKEND,), "2026-11-30T07:59+01:00", "2026-11-30T08:00+01:00"),
        ((WEEKEND,), "2026-11-30T08:00+01:00", None),
        # The weekend in which Berlin's clock is put back: Friday is still summer time, Monday no longer.
        ((WEEKEND,), "2026-10-23T16:00+02:00", "2026-10-26T08:00+01:00"),
        ((WEEKEND,), "2026-03-27T16:00+01:00", "2026-03-30T08:00+02:00"),
        # 02:30 comes twice on that Sunday: the second one counts.
        (("Sun 01:00-Sun 02:30 Europe/Berlin",), "2026-10-25T01:30+02:00", "2026-10-25T02:30+01:00"),
        # 02:30 never comes on this one.
        (("Sun 01:00-Sun 02:30 Europe/Berlin",), "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"),
        (("Mon 00:00-Tue 00:00 UTC",), "2026-11-23T12:00+00:00", "2026-11-24T00:00+00:00"),
        (("Sun 22:00-Mon 02:00 Asia/Kolkata",), "2026-11-22T20:00+00:00", "2026-11-22T20:30+00:00"),
        (("Sun 22:00–Mon 02:00 Asia/Kolkata",), "2026-11-22T16:29+00:00", None),
        # One that begins where the other ends is one freeze.
        ((WEEKEND, "Mon 08:00-Mon 12:00 Europe/Berlin"), "2026-11-28T00:00+01:00", "2026-11-30T12:00+01:00"),
    ],
)
def test_whether_and_until_when(windows, now, until) -> None:
    found = freeze(windows, at(now))
    assert (found and found.until) == (at(until) if until else None)
    assert bool(found) == bool(until)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "Europe/../Berlin", "posixrules/x"])
def test_an_unknown_zone_freezes_until_somebody_mends_it(zone) -> None:
    found = freeze((f"Fri 16:00-Mon 08:00 {zone}",), at("2026-11-25T12:00+00:00"))
    assert found is not None
    assert found.until is None
    route = Route("support", "m", guard=GuardSettings(freeze=(f"Fri 16:00-Mon 08:00 {zone}", WEEKEND)))
    (problem,) = problems(Registry({"support": route}, {}))
    assert problem.path == ("routes", "support", "guard", "freeze")
    assert zone in problem.message


def test_windows_that_fill_the_week_never_end() -> None:
    week = ("Mon 00:00-Thu 00:00 UTC", "Thu 00:00-Mon 00:00 UTC")
    found = freeze(week, at("2026-11-25T12:00+00:00"))
    assert found is not None
    assert found.until is None


moments = st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59))


@given(
    moments,
    moments,
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
)
def test_a_freeze_ends_and_holds_until_then(first, last, zone, naive) -> None:
    if first == last:
        return
    text = "-".join(f"{DAYS[day]} {hour:02}:{minute:02}" for day, hour, minute in (first, last)) + f" {zone}"
    now = naive.replace(tzinfo=UTC)
    found = freeze((text,), now)
    local = now.astimezone(ZoneInfo(zone))
    minute = (local.weekday() * 24 + local.hour) * 60 + local.minute
    start, end = ((day * 24 + hour) * 60 + m for day, hour, m in (first, last))
    assert bool(found) == ((minute - start) % 10_080 < (end - start) % 10_080)
    if found is not None:
        assert found.until is not None
        assert now < found.until <= now + timedelta(days=7, hours=2)
        assert freeze((text,), found.until) is None
