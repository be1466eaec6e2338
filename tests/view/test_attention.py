"""Which routes wait for a person, and what is said of those that are not looked at."""

from __future__ import annotations

import pytest

from console.text.safe import SafeText as S
from console.view.attention import QUIET, elsewhere, next_waiting, urgency, waiting, worst
from console.view.records import RouteView, State


def route(name: str, state: State, percentage: float = 5.0) -> RouteView:
    return RouteView(S(name), S(""), state, (), percentage)


FLEET = (
    route("calm", State.WATCHING),
    route("ready", State.PASS),
    route("red", State.REGRESSION),
    route("over", State.REGRESSION, 0.0),
    route("odd", State.SUSPECT),
    route("empty", State.NO_CANARY, 0.0),
    route("held", State.HELD),
    route("between", State.UNDECIDED),
)


def names(routes: tuple[RouteView, ...]) -> list[str]:
    return [str(each.name) for each in routes]


def test_the_most_urgent_route_comes_first_and_quiet_ones_not_at_all() -> None:
    assert names(waiting(FLEET)) == ["red", "odd", "between", "ready", "over", "held"]


@pytest.mark.parametrize("state", [State.WATCHING, State.WARMING_UP, State.NO_CANARY, State.NO_DATA, State.ERROR])
def test_what_goes_on_by_itself_waits_for_nobody(state: State) -> None:
    assert urgency(route("a", state)) is None


def test_a_regression_that_serves_nobody_any_more_is_no_alarm() -> None:
    over = route("over", State.REGRESSION, 0.0)
    assert urgency(over) == urgency(route("held", State.HELD))
    assert worst((over,)) is None
    assert elsewhere((over,), None) == QUIET


def test_from_each_waiting_route_the_next_and_from_a_quiet_one_the_most_urgent() -> None:
    found, seen = S("calm"), []
    for _ in range(7):
        following = next_waiting(FLEET, found)
        assert following is not None
        found = following.name
        seen.append(str(found))
    assert seen == ["red", "odd", "between", "ready", "over", "held", "red"]


def test_the_only_waiting_route_leads_nowhere_from_itself() -> None:
    only = (route("calm", State.WATCHING), route("red", State.REGRESSION))
    assert next_waiting(only, S("red")) is None
    assert next_waiting(only, S("calm")) is only[1]
    assert next_waiting((), None) is None


def test_the_route_that_is_looked_at_is_not_elsewhere() -> None:
    red, odd = route("red", State.REGRESSION), route("odd", State.SUSPECT)
    assert elsewhere((red, odd), S("odd")) == (S("red regression"), State.REGRESSION)
    assert elsewhere((red, odd), S("red")) == (S("odd suspect data"), State.SUSPECT)
    assert elsewhere((red,), S("red")) == QUIET


def test_several_routes_are_counted_and_the_worst_state_is_named() -> None:
    fleet = (*(route(f"r{number}", State.REGRESSION) for number in range(3)), route("odd", State.SUSPECT))
    assert elsewhere(fleet, None).text == "3 routes regression"
    assert elsewhere(fleet, S("r0")).text == "2 routes regression"


def test_a_console_opens_on_an_alarm_and_on_nothing_less() -> None:
    assert worst(FLEET) is FLEET[2]
    assert worst((route("ready", State.PASS), route("between", State.UNDECIDED))) is None
