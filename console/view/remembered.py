"""The registry's side of a look, kept from one look to the next: a second changes the numbers, hardly ever the pins."""

from __future__ import annotations

from datetime import date

from console.catalog.listings import stamp
from console.domain.registry import Registry, Route
from console.view.records import RetirementView, RouteView, State
from console.view.routes import UNSEEN, Truth, facts_as_of, retirements, route_view


class Remembered:
    """What `console.view.routes` says of one registry on one day, said once.

    Fifty routes of two hundred pins took 15 ms of each second. Call `begin` at the start of every look.
    """

    def __init__(self) -> None:
        self._registry = Registry({}, {})
        self._of: object = None
        self._today = date.min
        self._routes: dict[str, tuple[object, RouteView]] = {}
        self._ends: tuple[RetirementView, ...] | None = None
        self._facts: tuple[date | None] | None = None

    def begin(self, registry: Registry, today: date) -> None:
        """Another registry, another day or another list of a provider's models: everything is said anew."""
        of = (today, stamp())
        if registry is not self._registry or of != self._of:
            self._registry, self._of, self._today = registry, of, today
            self._routes, self._ends, self._facts = {}, None, None

    def route(
        self, route: Route, state: State, override: str = "", truth: Truth = UNSEEN, at_rate_days: int = 0
    ) -> RouteView:
        """As `route_view`."""
        key = (state, override, truth, at_rate_days)
        known = self._routes.get(route.name)
        if known is None or known[0] != key:
            known = (key, route_view(route, self._registry, state, self._today, override, truth, at_rate_days))
            self._routes[route.name] = known
        return known[1]

    def retirements(self) -> tuple[RetirementView, ...]:
        """As `retirements`."""
        if self._ends is None:
            self._ends = retirements(self._registry, self._today)
        return self._ends

    def facts_as_of(self) -> date | None:
        """As `facts_as_of`."""
        if self._facts is None:
            self._facts = (facts_as_of(self._registry, self._today),)
        return self._facts[0]
