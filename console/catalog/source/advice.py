"""What a wise colleague would say about a registry: its pins judged, and advice that never fails a check."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from console.catalog.identify import identify
from console.catalog.ladder import LadderClock, against_ladder, ladder_days
from console.catalog.lifecycle import Clock, clock
from console.catalog.source.judging import Standard, troubles
from console.catalog.source.troubles import Trouble
from console.domain.paths import KeyPath
from console.domain.registry import Pin, Registry, Route
from console.text.words import plural

MOST_PRODUCTION_MODELS = 3
PIN_DAYS = 365
CANARY_DAYS = 28
_NO_REASON = re.compile(
    r"\s*(?:todo\b.*|tbd|fixme\b.*|\?+|-+|\.+|n/?a|none|reason|test|x+|because)?\s*", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A trouble at one place of the registry. `model_id` is "" where it is about no single model."""

    path: KeyPath
    model_id: str
    trouble: Trouble


def remarks(registry: Registry, by: Standard) -> tuple[Remark, ...]:
    """Everything to say about the registry, route by route, then pin by pin."""
    found = [remark for route in registry.routes.values() for remark in _of_route(route, registry, by)]
    found += _too_many(registry)
    for model_id, pin in registry.models.items():
        found += _of_pin(model_id, pin, by.today)
    return tuple(found)


def _of_route(route: Route, registry: Registry, by: Standard) -> Iterator[Remark]:
    for tier, model_id in route.tiers():
        path = ("routes", route.name, tier)
        serving = tier in ("production", "canary")
        for trouble in troubles(model_id, by):
            if trouble.rule in ("unlisted", "unknown"):
                continue
            level = trouble.level if serving or (tier == "fallback" and trouble.rule == "retired") else "warning"
            message = f"{tier}: {trouble.message}"
            ladder = _ladder(route, registry, by) if (tier, trouble.rule) == ("production", "retires") else None
            if ladder is not None:
                message += f"; {ladder.words}"
                level = "error" if ladder.spare < 0 else level
            yield Remark(path, model_id, Trouble(trouble.rule, level, message, trouble.use_instead))
        if identify(model_id).kind == "unknown" and serving:
            words = f"{tier}: cannot be pinned; a regression run on a schedule would notice when it moves"
            yield Remark(path, model_id, Trouble("advice", "advice", words))
    yield from _fallback(route, registry, by.today)
    if route.canary and (age := (by.today - route.canary.start.date()).days) > CANARY_DAYS:
        words = f"the canary is {age} days old: promote it, or drop it"
        yield Remark(("routes", route.name, "canary_start"), route.canary.model_id, Trouble("advice", "advice", words))


def _ladder(route: Route, registry: Registry, by: Standard) -> LadderClock | None:
    ends = clock(route.production, by.today, registry.models.get(route.production))
    return against_ladder(ends, ladder_days(route), by.today, running=route.canary_percentage > 0)


def _fallback(route: Route, registry: Registry, today: date) -> Iterator[Remark]:
    if route.fallback is None:
        return
    path = ("routes", route.name, "fallback")
    mine, other = identify(route.production), identify(route.fallback)
    if mine.provider and (mine.provider, mine.platform) == (other.provider, other.platform):
        words = f"the fallback is of the same provider ({mine.provider}): an outage takes both"
        yield Remark(path, route.fallback, Trouble("advice", "advice", words))
    first, second = (clock(one, today, registry.models.get(one)) for one in (route.production, route.fallback))
    if second is not None and _days_left(second) < _days_left(first):
        words = f"the fallback ends before production does: {second.words}"
        yield Remark(path, route.fallback, Trouble("advice", "advice", words))


def _days_left(ends: Clock | None) -> float:
    """Until a real deadline; a floor, and an end that nobody knows, is none."""
    return ends.days_left if ends and ends.deadline and ends.days_left is not None else math.inf


def _too_many(registry: Registry) -> Iterator[Remark]:
    models = sorted({route.production for route in registry.routes.values()})
    if len(models) > MOST_PRODUCTION_MODELS:
        words = f"{len(models)} models in production: each is one more upgrade to make before its date"
        yield Remark(("routes",), "", Trouble("advice", "advice", words))


def _months(age: timedelta) -> str:
    return plural(age.days // 30, "month")


def _of_pin(model_id: str, pin: Pin, today: date) -> Iterator[Remark]:
    path = ("models", model_id)
    run = pin.last_regression_test
    if (today - max(filter(None, (run, pin.pinned_date)))).days > PIN_DAYS:
        last = f"the last regression run {_months(today - run)} ago" if run else "no regression run since"
        words = f"pinned {_months(today - pin.pinned_date)} ago, {last}: its reasons may no longer hold"
        yield Remark((*path, "pinned_date"), model_id, Trouble("advice", "advice", words))
    if _NO_REASON.fullmatch(pin.reason):
        words = "no reason is given: whoever upgrades it next has to guess"
        yield Remark((*path, "reason"), model_id, Trouble("advice", "advice", words))
