"""Durations and weekly windows in the form of the registry."""

from __future__ import annotations

import pytest

from console.domain.durations import Window, duration_s, window


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("2m", 120), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600), ("1.5h", 5_400)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float):
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "h", "-1h", "1 h", "1H", "1h30m", "1e3s", "٣h", "99999d", "1h\n", "nan"])
def test_anything_else_is_no_duration(text: str):
    assert duration_s(text) is None


@pytest.mark.parametrize("dash", ["-", "–", " - ", " – "])
def test_a_window_counts_minutes_from_monday(dash: str):
    assert window(f"Fri 16:00{dash}Mon 08:00 Europe/Berlin") == Window(4 * 1440 + 960, 480, "Europe/Berlin")


@pytest.mark.parametrize("zone", ["UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "EST5EDT"])
def test_zones_are_taken_by_their_form(zone: str):
    found = window(f"Sat 00:00-Sun 23:59 {zone}")
    assert found is not None
    assert found.zone == zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fri 16:00-Mon 08:00",
        "Fri 24:00-Mon 08:00 UTC",
        "Fri 16:60-Mon 08:00 UTC",
        "Freitag 16:00-Mon 08:00 UTC",
        "Fri 16:00 Mon 08:00 UTC",
        "Fri 16:00-Fri 16:00 UTC",
        "Fri 16:00-Mon 08:00 ../../etc/passwd",
        "Fri 16:00-Mon 08:00 UTC\n",
    ],
)
def test_anything_else_is_no_window(text: str):
    assert window(text) is None
