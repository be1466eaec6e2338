"""Retirements and moved pins become alerts with stable keys: each is told once, and floors and rumours never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.registry import Canary, Pin, Registry, Route
from console.guard.alerts.notices import Served, notices, served_by
from console.history.outbox import Outbox

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
OLD, NEW, OTHER = "acme-1-2025-01-01", "acme-2-2026-01-01", "acme-3-2026-06-01"


def registry(
    ends: date | None, *, model: str = OLD, replacement: str | None = NEW, tier: str = "production"
) -> Registry:
    pin = Pin(model, date(2026, 5, 1), "chosen", retires=ends, replacement=replacement)
    uses = {"production": OTHER, tier: model}
    route = Route("support", uses["production"], fallback=uses.get("fallback"), experimental=uses.get("experimental"))
    return Registry({"support": route}, {model: pin})


def told(found: Registry, at: datetime, served: dict[str, Served] | None = None) -> list[tuple[str, str]]:
    return [(alert.key, alert.severity) for alert in notices(found, served or {}, at)]


@pytest.mark.parametrize(
    ("days", "step", "severity"),
    [
        *((30, 30, "info"), (15, 30, "info"), (14, 14, "info"), (8, 14, "info"), (7, 7, "warning"), (2, 7, "warning")),
        *((1, 1, "critical"), (0, 0, "critical"), (-1, 0, "critical"), (-400, 0, "critical")),
    ],
)
def test_an_end_is_told_in_steps(days, step, severity) -> None:
    ends = NOON.date() + timedelta(days=days)
    assert told(registry(ends), NOON) == [(f"retires/{OLD}/{ends}/{step}", severity)]


def test_an_end_further_away_is_not_told() -> None:
    assert told(registry(NOON.date() + timedelta(days=31)), NOON) == []
    assert told(registry(None), NOON) == []


def test_over_a_month_each_step_is_told_once_however_often_it_is_asked(path) -> None:
    outbox = Outbox(path, {"slack": "info"})
    found = registry(NOON.date() + timedelta(days=32))
    put = [
        alert.key.rpartition("/")[2]
        for hour in range(0, 24 * 40, 3)
        for alert in notices(found, {}, NOON + timedelta(hours=hour))
        if outbox.put(alert)
    ]
    assert put == ["30", "14", "7", "1", "0"]


def test_a_date_that_the_provider_moves_is_told_anew() -> None:
    first, second = (NOON.date() + timedelta(days=days) for days in (5, 6))
    assert told(registry(first), NOON) != told(registry(second), NOON)


def test_an_alert_says_who_uses_it_and_what_to_do() -> None:
    (alert,) = notices(registry(date(2026, 11, 8)), {}, NOON)
    assert alert.title == f"support: {OLD} retires in 7 days · 8 Nov"
    assert alert.what == f"{OLD} is production on support; its named replacement is {NEW}"
    assert alert.undo == f"console canary support {NEW}"
    assert (alert.route, alert.at) == ("support", NOON)


def test_without_a_named_replacement_the_command_looks_into_it() -> None:
    (alert,) = notices(registry(date(2026, 11, 8), replacement=None), {}, NOON)
    assert alert.undo == f"console identify {OLD}"


def test_a_fallback_counts_and_what_is_only_tried_out_is_never_urgent() -> None:
    tomorrow = date(2026, 11, 2)
    assert [severity for _, severity in told(registry(tomorrow, tier="fallback"), NOON)] == ["critical"]
    assert [severity for _, severity in told(registry(tomorrow, tier="experimental"), NOON)] == ["info"]


def test_a_model_on_many_routes_is_one_alert() -> None:
    pin = Pin(OLD, date(2026, 5, 1), "chosen", retires=date(2026, 11, 8))
    routes = {name: Route(name, OLD, fallback=OLD if name == "b" else None) for name in ("a", "b", "c")}
    (alert,) = notices(Registry(routes, {OLD: pin}), {}, NOON)
    assert alert.title.startswith("a, b, c: ")
    assert "production on a, production on b, fallback on b, production on c" in alert.what


def test_the_shipped_facts_tell_of_ends_too_and_a_floor_tells_nothing() -> None:
    route = Route("support", "claude-sonnet-4-5-20250929", Canary("claude-sonnet-5-5", 5, NOON))
    found = Registry({"support": route}, {})
    keys = [key for key, _ in told(found, datetime(2026, 11, 23, tzinfo=UTC))]
    assert keys == ["retires/claude-sonnet-4-5-20250929/2026-11-30/7"]


def test_a_model_without_any_known_life_tells_nothing() -> None:
    assert told(Registry({"r": Route("r", "my-own-model")}, {}), NOON) == []


KNOWN = {(OTHER, OTHER): 500}


@pytest.mark.parametrize(
    ("lately", "earlier", "moved"),
    [
        ({(OTHER, "new"): 5}, KNOWN, True),
        ({(OTHER, OTHER): 400, (OTHER, "new"): 5}, KNOWN, True),
        ({(OTHER, "new"): 4}, KNOWN, False),
        ({(OTHER, "new"): 500}, {(OTHER, OTHER): 19}, False),
        ({(OTHER, OTHER): 500}, KNOWN, False),
        ({(OTHER, "new"): 500}, {**KNOWN, (OTHER, "new"): 1}, False),
        ({("elsewhere", "new"): 500}, KNOWN, False),
        ({}, KNOWN, False),
    ],
)
def test_a_pin_has_moved_when_a_model_answers_that_never_did(lately, earlier, moved) -> None:
    keys = told(registry(None, tier="fallback"), NOON, {"support": Served(lately, earlier)})
    assert keys == ([(f"moved/support/{OTHER}/new", "warning")] if moved else [])


def test_a_moved_pin_says_both_models_and_the_numbers() -> None:
    (alert,) = notices(registry(None, tier="fallback"), {"support": Served({(OTHER, "new"): 12}, KNOWN)}, NOON)
    assert alert.decided == "12 requests answered by new in the last hour, none of 500 requests in the week before"
    assert f"{OTHER} until now, new lately" in alert.what


def test_what_answered_is_read_off_the_log_in_two_parts() -> None:
    class Log:
        def served(self, route: str, since: float) -> dict[tuple[str, str], int]:
            if since == NOON.timestamp() - 3_600:
                return {("a", "new"): 7, ("a", "a"): 3}
            return {("a", "new"): 7, ("a", "a"): 103, ("a", "b"): 1}

    found = served_by(Log(), registry(None), NOON.timestamp())
    assert found == {"support": Served({("a", "new"): 7, ("a", "a"): 3}, {("a", "a"): 100, ("a", "b"): 1})}


@given(st.integers(-800, 800), st.integers(0, 23))
def test_at_any_moment_an_end_is_told_at_most_once_and_never_early(days, hour) -> None:
    at = datetime(2026, 11, 1, hour, tzinfo=UTC)
    found = notices(registry(at.date() + timedelta(days=days)), {}, at)
    assert len(found) == (1 if days <= 30 else 0)
