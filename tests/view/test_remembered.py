"""What a look says of the registry is said once, and anew as soon as anything about it is different."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from console.catalog import listings
from console.domain.registry import Registry
from console.text.safe import SafeText
from console.view.records import State
from console.view.remembered import Remembered
from console.view.routes import Truth, facts_as_of, retirements, route_view

TODAY = date(2026, 11, 23)


@pytest.fixture
def remembered(registry) -> Remembered:
    found = Remembered()
    found.begin(registry, TODAY)
    return found


def test_it_is_what_the_drawings_were_given_before(remembered, registry, route) -> None:
    assert remembered.route(route, State.WATCHING) == route_view(route, registry, State.WATCHING, TODAY)
    assert remembered.retirements() == retirements(registry, TODAY)
    assert remembered.facts_as_of() == facts_as_of(registry, TODAY)


def test_the_next_look_gets_the_same_records(remembered, registry, route) -> None:
    first = remembered.route(route, State.WATCHING), remembered.retirements()
    remembered.begin(registry, TODAY)
    second = remembered.route(route, State.WATCHING), remembered.retirements()
    assert all(before is after for before, after in zip(first, second, strict=True))


def test_another_state_override_or_server_is_said(remembered, route) -> None:
    first = remembered.route(route, State.WATCHING)
    assert remembered.route(route, State.REGRESSION).state is State.REGRESSION
    assert remembered.route(route, State.WATCHING, "gpt-x").override == "gpt-x"
    model = route.production
    moved = remembered.route(route, State.WATCHING, "", Truth({}, {model: SafeText("answered by another")}))
    assert moved.pins[0].note == "answered by another"
    assert remembered.route(route, State.WATCHING) == first


def test_another_registry_is_another_route(remembered, registry, route, changed) -> None:
    remembered.route(route, State.WATCHING)
    risen = changed(route, percentage=50.0)
    remembered.begin(Registry({risen.name: risen}, registry.models), TODAY)
    assert remembered.route(risen, State.WATCHING).percentage == 50.0


def test_a_new_day_moves_the_clocks(remembered, registry, route) -> None:
    before = remembered.route(route, State.WATCHING)
    later = TODAY + timedelta(days=1)
    remembered.begin(registry, later)
    assert remembered.route(route, State.WATCHING) == route_view(route, registry, State.WATCHING, later)
    assert remembered.route(route, State.WATCHING) is not before


def test_a_new_list_of_models_is_read(remembered, registry, route, tmp_path, monkeypatch) -> None:
    before = remembered.route(route, State.WATCHING)
    monkeypatch.setenv(listings.VARIABLE, str(tmp_path))
    remembered.begin(registry, TODAY)
    assert remembered.route(route, State.WATCHING) is not before
