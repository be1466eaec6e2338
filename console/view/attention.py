"""Which routes wait for a person, the most urgent first: with fifty routes on a screen, most are out of sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from console.text import words
from console.text.safe import NOTHING, SafeText
from console.view.records import RouteView, State

_URGENCY: Mapping[State, int] = {
    State.REGRESSION: 0,
    State.SUSPECT: 1,
    State.UNDECIDED: 2,
    State.PASS: 3,
    State.HELD: 4,
}
"""What a person has to decide, or may. The other states go on by themselves."""
_ALARMING = 1
"""Up to this one it is said wherever one looks."""


class Alarm(NamedTuple):
    """What is wrong on routes that are not looked at: `summarise regression`, `3 routes regression`; "" if nothing."""

    text: SafeText = NOTHING
    state: State = State.NO_DATA


QUIET = Alarm()


def urgency(route: RouteView) -> int | None:
    """The smaller, the more urgent; None where nobody is waited for."""
    if route.state is State.REGRESSION and route.percentage == 0:
        return _URGENCY[State.HELD]  # it serves nobody any more
    return _URGENCY.get(route.state)


def waiting(routes: Sequence[RouteView]) -> tuple[RouteView, ...]:
    """Those that wait for a person, the most urgent first, else in the order of the file."""
    found = [(urgent, route) for route in routes if (urgent := urgency(route)) is not None]
    return tuple(route for _, route in sorted(found, key=lambda each: each[0]))


def next_waiting(routes: Sequence[RouteView], name: SafeText | None) -> RouteView | None:
    """The one to go to from the route `name`: the most urgent, and from one of those the next; None: there is none."""
    found = waiting(routes)
    names = [route.name for route in found]
    after = names.index(name) + 1 if name in names else 0
    others = [route for route in (*found[after:], *found[:after]) if route.name != name]
    return others[0] if others else None


def worst(routes: Sequence[RouteView]) -> RouteView | None:
    """The most urgent route of those with an alarm; None: there is no alarm."""
    return next((route for route in waiting(routes)[:1] if _alarms(route)), None)


def elsewhere(routes: Sequence[RouteView], name: SafeText | None) -> Alarm:
    """What is wrong on routes other than `name`, the worst of it."""
    found = [route for route in waiting(routes) if route.name != name and _alarms(route)]
    if not found:
        return QUIET
    state = found[0].state
    same = [route for route in found if route.state is state]
    where = found[0].name if len(same) == 1 else words.plural(len(same), "route")
    return Alarm(SafeText(f"{where} {state.value}"), state)


def _alarms(route: RouteView) -> bool:
    urgent = urgency(route)
    return urgent is not None and urgent <= _ALARMING
