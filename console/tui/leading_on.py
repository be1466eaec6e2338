"""Where keys lead from the share that a route has: said in the footer, and under the verdict of a held canary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.domain.registry import Route
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe_line
from console.tui.keys import Key, by_action
from console.view.lookout import Look
from console.view.records import CanaryView, FleetView, State


def target_of(route: Route, action: str) -> float | None:
    """The percentage that `+` or `-` leads to; None where the ladder ends."""
    now = route.canary_percentage
    if action == "advance":
        return next((step for step in route.steps if step > now), None)
    below = [step for step in route.steps if step < now]
    return below[-1] if below else 0.0


def resumed(route: Route) -> str:
    """What resuming leads to: the share that is held, or a new rollout from the first step."""
    if route.canary_percentage > 0:
        return f"resume at {words.percentage(route.canary_percentage)}"
    first = target_of(route, "advance")
    return f"start again at {words.percentage(first)}" if first is not None and first < 100 else "start again"


def ways_on(view: CanaryView, route: Route | None, keys: tuple[Key, ...], *, read_only: bool) -> SafeText:
    """The key that ends the hold of `route`, what it leads to, and the same as a command.

    Empty where nothing is held, or this console may not write.
    """
    held = route is not None and route.canary is not None and route.canary.held is not None
    if route is None or not held or view.state is not State.HELD or read_only:
        return NOTHING
    from console.actions.naming import command

    key = by_action("resume", keys)
    same = safe_line(command("resume", route.name, reason=""))
    return join(f"press {key.shown.split()[0]} to {resumed(route)} · ", same)


def with_ways_on(view: CanaryView, route: Route | None, keys: tuple[Key, ...], *, read_only: bool) -> CanaryView:
    """`view` as it is shown: under the verdict of a hold stands first how to end it."""
    on = ways_on(view, route, keys, read_only=read_only)
    if not on:
        return view
    return replace(view, second=safe_line(" · ".join(part for part in (on, view.second) if part)))


def fleet_with_ways_on(look: Look, keys: tuple[Key, ...], *, read_only: bool) -> FleetView:
    """Everything that `look` found, as it is shown."""
    routes: Sequence[Route] = tuple(look.snapshot.registry.routes.values()) if look.snapshot else ()
    named = {safe_line(route.name): route for route in routes}
    canaries = (with_ways_on(each, named.get(each.route), keys, read_only=read_only) for each in look.view.canaries)
    return replace(look.view, canaries=tuple(canaries))
