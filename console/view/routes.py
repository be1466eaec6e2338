"""The registry pane's records: every route with its pins, their clocks, and what is to be known about their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date

from console.catalog.identify import identify
from console.catalog.ladder import LadderClock, against_ladder, ladder_days
from console.catalog.lifecycle import Clock, clock
from console.domain.record import record
from console.domain.registry import Pin, Registry, Route, Tier
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe
from console.view.records import PinView, RetirementView, RouteView, State, Tone

HORIZON_DAYS = 60


@record
class Truth:
    """Of each model asked for: who answers, and how that is told where it is somebody else; absent: nobody knows."""

    answered: Mapping[str, SafeText] = field(default_factory=dict)
    moved: Mapping[str, SafeText] = field(default_factory=dict)


UNSEEN = Truth()


def route_view(
    route: Route,
    registry: Registry,
    state: State,
    today: date,
    override: str = "",
    truth: Truth = UNSEEN,
    at_rate_days: int = 0,
) -> RouteView:
    """One route; `override` is the model that the environment forces, or "". `truth` is what the log saw.

    `at_rate_days` is what the rest of the ladder takes at the present rate, 0 where nobody knows.
    """
    pins = tuple(
        _told(pin_view(tier, model_id, registry.models.get(model_id), route, today, at_rate_days), model_id, truth)
        for tier, model_id in route.tiers()
    )
    return RouteView(
        name=safe(route.name),
        description=safe(route.description),
        state=state,
        pins=pins,
        percentage=route.canary_percentage,
        held=safe(route.canary.held) if route.canary and route.canary.held else NOTHING,
        override=safe(override),
    )


def pin_view(tier: Tier, model_id: str, pin: Pin | None, route: Route, today: date, at_rate_days: int = 0) -> PinView:
    """One pin with its share of users, its retirement clock, who chose it and why."""
    ends, ladder = _ends(tier, model_id, pin, route, today, at_rate_days)
    note, tone = _note(model_id, pin)
    shown = ends is not None and (ends.deadline or ends.tone != "none")
    return PinView(
        tier=tier,
        model_id=safe(model_id),
        share=_share(tier, route),
        retires=ends.on if ends else None,
        clock=ends.words if ends and shown else NOTHING,
        clock_tone=ends.tone if ends else "none",
        replacement=safe(ends.replacement) if ends and shown and ends.replacement else NOTHING,
        ladder=SafeText(ladder.words) if ladder else NOTHING,
        ladder_short=SafeText(ladder.short) if ladder else NOTHING,
        start_by=ladder.start_by if ladder else None,
        why=_why(pin, today),
        note=note,
        note_tone=tone,
    )


def _told(pin: PinView, model_id: str, truth: Truth) -> PinView:
    """The pin with who answers; another model than the one asked for is said before anything else about the id."""
    served, moved = truth.answered.get(model_id, NOTHING), truth.moved.get(model_id, NOTHING)
    return replace(pin, served=served, note=moved, note_tone="bad") if moved else replace(pin, served=served)


def _ends(
    tier: Tier, model_id: str, pin: Pin | None, route: Route, today: date, at_rate_days: int
) -> tuple[Clock | None, LadderClock | None]:
    """When the model ends; for production, whose successor climbs the ladder, also what that means for the ladder."""
    if tier != "production":
        return clock(model_id, today, pin), None
    needed = ladder_days(route)
    ends = clock(model_id, today, pin, ladder_days=needed)
    running = route.canary_percentage > 0
    return ends, against_ladder(ends, needed, today, running=running, at_rate_days=at_rate_days)


def _share(tier: Tier, route: Route) -> float | None:
    if tier == "production":
        return 100 - route.canary_percentage
    return route.canary_percentage if tier == "canary" else None


def _why(pin: Pin | None, today: date) -> SafeText:
    if pin is None:
        return NOTHING
    by = f" by {pin.pinned_by}" if pin.pinned_by else ""
    return join("pinned ", words.day(pin.pinned_date, today), by, f": {pin.reason}" if pin.reason else "")


def _note(model_id: str, pin: Pin | None) -> tuple[SafeText, Tone]:
    kind = identify(model_id).kind
    if kind == "alias":
        return SafeText("alias: may move to other weights"), "waiting"
    if kind == "unknown":
        return SafeText("cannot be pinned: nothing promises that it stays"), "waiting"
    if pin is not None and pin.last_regression_test is not None:
        day = f"{pin.last_regression_test:%d %b}".removeprefix("0")
        if pin.tested and not pin.regression_tested:
            return SafeText(f"suite not passed {day}"), "waiting"
        return SafeText(f"suite run {day}"), "none"
    return NOTHING, "none"


def facts_as_of(registry: Registry, today: date) -> date | None:
    """The day of the oldest fact that the clocks of `registry` go by; its own dates are of no age."""
    models = {model_id for route in registry.routes.values() for _, model_id in route.tiers()}
    clocks = [clock(model_id, today, registry.models.get(model_id)) for model_id in models]
    return min((ends.as_of for ends in clocks if ends is not None and ends.as_of is not None), default=None)


def retirements(registry: Registry, today: date) -> tuple[RetirementView, ...]:
    """Every announced end of a pinned model, the nearest first. Floors are no dates."""
    found: dict[tuple[date, str], RetirementView] = {}
    for route in registry.routes.values():
        for _, model_id in route.tiers():
            ends = clock(model_id, today, registry.models.get(model_id))
            if ends is None or ends.on is None or not ends.deadline:
                continue
            found.setdefault(
                (ends.on, route.name),
                RetirementView(
                    ends.on, safe(route.name), safe(model_id), ends.tone if ends.tone != "none" else "plain"
                ),
            )
    return tuple(sorted(found.values(), key=lambda event: (event.on, event.route)))
