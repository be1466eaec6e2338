"""What the validator says about a whole registry: every problem once, at its place, and nothing that is not one."""

from __future__ import annotations

import copy
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from console.domain.errors import Problem
from console.domain.keys import TABLES
from console.domain.metrics import METRICS
from console.domain.validate import DEEPEST, check, too_deep, unknown

PIN = {"pinned_date": date(2026, 5, 15), "reason": "known"}
SMALL: dict[str, Any] = {
    "schema": 1,
    "routes": {"support": {"production": "old"}},
    "models": {"old": PIN, "new": PIN, "gpt-4.1": PIN},
}
CANARY = {"canary": "new", "canary_percentage": 5, "canary_start": datetime(2026, 11, 20, 9, tzinfo=UTC)}


def small(**route: Any) -> dict[str, Any]:
    plain = copy.deepcopy(SMALL)
    plain["routes"]["support"].update(route)
    return plain


def found(plain: object) -> dict[str, Problem]:
    _, problems = check(plain)
    assert len(problems) == len(set(problems)), "told twice"
    return {".".join(problem.path): problem for problem in problems}


def nested(levels: int, kind: str) -> Any:
    value: Any = 1
    for number in range(levels):
        value = [value] if kind == "lists" or (kind == "both" and number % 2) else {"a": value}
    return value


@pytest.mark.parametrize("kind", ["lists", "tables", "both"])
def test_sixty_four_levels_are_followed_and_one_more_is_not(kind: str):
    assert not too_deep(nested(DEEPEST, kind))
    assert too_deep(nested(DEEPEST + 1, kind))


def test_a_wide_document_is_not_a_deep_one():
    assert not too_deep({str(number): [number] * 10 for number in range(1_000)})


def test_params_may_be_as_deep_as_anything():
    around = 3  # the registry itself, routes, the route
    assert check(small(params=nested(DEEPEST - around, "tables")))[0] is not None
    assert "nested deeper" in found(small(params=nested(DEEPEST - around + 1, "tables")))[""].message


@pytest.mark.parametrize("plain", [None, 5, "x", [SMALL]])
def test_what_is_no_table_is_no_registry(plain: object):
    registry, (problem,) = check(plain)
    assert registry is None
    assert (problem.path, problem.message[:15]) == ((), "must be a table")


def test_the_order_of_routes_models_and_keys_changes_nothing():
    plain = small(**CANARY, fallback="gpt-4.1")
    dice = random.Random(4)

    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        items = list(value.items())
        dice.shuffle(items)
        return {key: shuffled(inner) for key, inner in items}

    expected, _ = check(plain)
    assert expected is not None
    for _ in range(10):
        assert check(shuffled(plain)) == (expected, ())


def test_checking_changes_nothing_of_what_it_reads():
    plain = small(**CANARY, params={"tools": [{"name": "x"}]}, gates={"error": {"limit": 1}})
    before = copy.deepcopy(plain)
    check(plain)
    assert plain == before


@pytest.mark.parametrize("key", ["schema", "routes", "models"])
def test_each_of_the_top_keys_is_required(key: str):
    plain = {name: value for name, value in SMALL.items() if name != key}
    assert found(plain)[key].message == "is missing"


def test_a_registry_without_routes_is_none_and_without_models_cannot_be():
    assert found({**SMALL, "routes": {}})["routes"].message == "there must be at least one route"
    assert set(found({**SMALL, "models": {}})) == {"routes.support.production"}


def test_a_route_that_is_no_table_is_told_at_its_name():
    assert found({**SMALL, "routes": {"support": 5}})["routes.support"].message == "must be a table, got 5"
    assert found({**SMALL, "models": {**SMALL["models"], "x": []}})["models.x"].message == "must be a table, got a list"


@pytest.mark.parametrize("given", [["canary"], ["canary_percentage"], ["canary_start"], ["canary", "canary_start"]])
def test_an_incomplete_canary_names_what_is_missing(given: list[str]):
    problems = found(small(**{key: CANARY[key] for key in given}))
    (problem,) = problems.values()
    assert problem.path[-1] == given[0]
    missing = [key for key in CANARY if key not in given]
    assert problem.message.startswith(f"{' and '.join(missing)} missing")


def test_a_canary_with_a_wrong_part_is_only_blamed_for_that():
    assert set(found(small(**{**CANARY, "canary_percentage": 500}))) == {"routes.support.canary_percentage"}
    assert set(found(small(**{**CANARY, "canary_start": "soon"}))) == {"routes.support.canary_start"}


def test_a_hold_belongs_to_its_canary():
    held, problems = check(small(**CANARY, canary_held="errors"))
    assert held is not None
    assert held.routes["support"].canary is not None
    assert (held.routes["support"].canary.held, problems) == ("errors", ())
    loose, (problem,) = check(small(canary_held="errors"))
    assert loose is not None
    assert (problem.severity, loose.routes["support"].canary) == ("warning", None)


@pytest.mark.parametrize(
    ("changes", "place", "severity"),
    [
        ({**CANARY, "canary": "old"}, "canary", "error"),
        ({"fallback": "old"}, "fallback", "warning"),
        ({**CANARY, "canary_start": datetime(2026, 11, 20)}, "canary_start", "warning"),
        ({**CANARY, "canary_start": date(2026, 11, 20)}, None, None),
        ({**CANARY, "fallback": "new"}, None, None),
        ({"experimental": "old"}, None, None),
    ],
)
def test_what_makes_no_sense_together(changes: dict[str, Any], place: str | None, severity: str | None):
    problems = found(small(**changes))
    assert [(path, problem.severity) for path, problem in problems.items()] == (
        [] if place is None else [(f"routes.support.{place}", severity)]
    )


@pytest.mark.parametrize("tier", ["production", "canary", "fallback", "experimental"])
def test_a_model_that_is_not_listed_is_told_with_its_table_and_the_nearest_name(tier: str):
    changes = {**CANARY, tier: "gpt-4.l"} if tier == "canary" else {tier: "gpt-4.l"}
    message = found(small(**changes))[f"routes.support.{tier}"].message
    assert message == '\'gpt-4.l\' has no table [models."gpt-4.l"]; did you mean "gpt-4.1"?'
    far = found(small(**{**changes, tier: "something else"}))[f"routes.support.{tier}"].message
    assert "did you mean" not in far


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_takes_a_gate_of_its_own_and_compares_it_with_its_own_default(metric: Any):
    r, d = metric.margin
    assert found(small(gates={metric.name: {"tolerance": [r, d]}})) == {}
    too_wide = found(small(gates={metric.name: {"tolerance": [r * 2, d]}}))
    assert list(too_wide) == [f"routes.support.gates.{metric.name}.tolerance"]
    too_tight = found(small(gates={metric.name: {"margin": [metric.tolerance[0] / 2, d]}}))
    assert list(too_tight) == [f"routes.support.gates.{metric.name}.margin"]
    assert found(small(gates={metric.name: {"limit": 5, "role": "display"}})) == {}


def test_a_gate_that_is_no_table_shows_how_one_looks():
    assert (
        "{ tolerance = [1.1, 0.001] }, got 0.5"
        in found(small(gates={"error": 0.5}))["routes.support.gates.error"].message
    )


def test_a_price_may_be_given_in_part():
    plain = copy.deepcopy(SMALL)
    plain["models"]["old"] = {**PIN, "price": {"input": 3}}
    registry, problems = check(plain)
    assert problems == ()
    assert registry is not None
    price = registry.models["old"].price
    assert price is not None
    assert (price.input, price.output) == (3.0, None)


@pytest.mark.parametrize("table", [name for name in TABLES if name])
def test_an_unknown_key_far_from_all_others_lists_them_all(table: Any):
    names = TABLES[table].names
    message = unknown("zzzzzz", names)
    assert message == f"unknown key; known are {', '.join(names)}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Production", "production"),
        ("canary_percent", "canary_percentage"),
        ("fall_back", "fallback"),
        ("step", "steps"),
    ],
)
def test_an_unknown_key_is_recognised_in_any_case_and_spelling(written: str, meant: str):
    assert unknown(written, TABLES["route"].names) == f"unknown key; did you mean {meant}?"


def test_a_secret_is_told_once_as_a_secret_and_not_as_an_unknown_key():
    problems = found(small(api_key="x"))
    assert list(problems) == ["routes.support.api_key"]
    assert "may not carry a key" in problems["routes.support.api_key"].message


def test_two_routes_share_models_and_keep_their_own_problems():
    plain = small()
    plain["routes"]["other"] = {"production": "gone", "steps": [5, 5]}
    assert set(found(plain)) == {"routes.other.production", "routes.other.steps"}
