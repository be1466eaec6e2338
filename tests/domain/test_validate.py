"""The validator: what a registry may say, and what is said about the rest."""

from __future__ import annotations

import copy
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Problem
from console.domain.registry import Canary, Gates, GuardSettings, MetricGate, Price, Route
from console.domain.validate import check

SMALLEST = """
schema = 1
[routes.default]
production = "claude-sonnet-5-5"
[models.claude-sonnet-5-5]
pinned_date = 2026-11-18
reason = "first"
"""
FULL = """
schema = 1
[routes.support]
description = "Replies to customer e-mail"
production = "old"
canary = "new"
canary_percentage = 12.5
canary_start = 2026-11-20T10:00:00+01:00
canary_held = "errors"
fallback = "spare"
experimental = "next"
steps = [1, 12.5, 100]
suite = "suites/support"
[routes.support.params]
max_tokens = 1024
tools = [{ name = "login", input_schema = { token = "string" } }]
[routes.support.gates]
min_requests = 50
min_step_time = "7d"
warm_up = "90s"
alpha = 0.02
alpha_pass = 0.1
users = "exact"
error = { tolerance = [1.2, 0.01], margin = [1.5, 0.02], role = "signal", weight = 0.4, limit = 0.05 }
[routes.support.guard]
auto_rollback = false
auto_advance = true
auto_promote = true
grace = "30s"
rollback_window = "2d"
freeze = ["Fri 16:00-Mon 08:00 Europe/Berlin", "Tue 00:00–Tue 23:59 UTC"]
[models.old]
provider = "anthropic"
pinned_date = 2026-05-15
pinned_by = "olga"
reason = "known"
tested = true
regression_tested = true
last_regression_test = 2026-06-01
allow_alias = true
price = { input = 3, output = 15.0, cache_read = 0.3, cache_write = 3.75 }
retires = 2026-11-30
replacement = "new"
[models.new]
pinned_date = 2026-11-18
reason = "newer"
[models.spare]
pinned_date = 2026-11-18
reason = "spare"
[models.next]
pinned_date = 2026-11-18
reason = "next"
"""

# Put together here, so that no scanner for leaked keys stops at this file.
SECRET = "-".join(("sk", "ant", "0123456789" * 3))


def problems(text: str) -> dict[str, Problem]:
    found = check(tomllib.loads(text))[1]
    return {".".join(problem.path): problem for problem in found}


def edited(old: str, new: str, text: str = FULL) -> str:
    assert old in text
    return text.replace(old, new)


def only(text: str) -> tuple[str, str]:
    """The one error of a registry, which is refused because of it."""
    registry, found = check(tomllib.loads(text))
    assert registry is None
    assert len(found) == 1
    return ".".join(found[0].path), found[0].message


def test_seven_lines_are_a_registry():
    registry, found = check(tomllib.loads(SMALLEST))
    assert found == ()
    assert registry is not None
    assert registry.routes == {"default": Route("default", "claude-sonnet-5-5")}


def test_every_key_arrives_in_the_record():
    registry, found = check(tomllib.loads(FULL))
    assert found == ()
    assert registry is not None
    route = registry.routes["support"]
    assert route.canary == Canary("new", 12.5, datetime(2026, 11, 20, 9, tzinfo=UTC), "errors")
    assert route.rollout_id == "support|new|2026-11-20T09:00:00Z"
    assert route.steps == (1, 12.5, 100)
    assert (route.suite, route.experimental, route.description) == (
        "suites/support",
        "next",
        "Replies to customer e-mail",
    )
    gate = MetricGate((1.2, 0.01), (1.5, 0.02), "signal", 0.4, 0.05)
    assert route.gates == Gates(50, 7 * 86_400.0, 90.0, 0.02, 0.1, {"error": gate}, "exact")
    windows = ("Fri 16:00-Mon 08:00 Europe/Berlin", "Tue 00:00–Tue 23:59 UTC")
    assert route.guard == GuardSettings(False, True, True, 30.0, 2 * 86_400.0, windows)
    assert route.params["max_tokens"] == 1024
    pin = registry.models["old"]
    assert pin.price == Price(3.0, 15.0, 0.3, 3.75)
    assert (pin.retires, pin.replacement, pin.allow_alias) == (date(2026, 11, 30), "new", True)
    assert registry.models["new"].price is None


def test_defaults_of_the_table_are_those_of_the_records():
    text = SMALLEST + "[routes.default.gates]\n[routes.default.guard]\n"
    registry, _ = check(tomllib.loads(text))
    assert registry is not None
    assert registry.routes["default"].gates == Gates()
    assert registry.routes["default"].guard == GuardSettings()


@pytest.mark.parametrize("percentage", ["0", "100", "0.0001", "99.9999", "5.0", "33"])
def test_percentages_have_up_to_four_decimals(percentage: str):
    assert problems(edited("= 12.5\n", f"= {percentage}\n")) == {}


@pytest.mark.parametrize(
    ("percentage", "words"),
    [
        ("500", "must be between 0 and 100, got 500"),
        ("-1", "must be between 0 and 100, got -1"),
        ("100.0001", "must be between 0 and 100, got 100.0001"),
        ("nan", "must be between 0 and 100, got nan"),
        ("inf", "must be between 0 and 100, got inf"),
        ("0.00001", "may have up to 4 decimals, got 1e-05"),
        ("true", "must be between 0 and 100, got true"),
        ('"5"', "must be between 0 and 100, got '5'"),
        ("[5]", "must be between 0 and 100, got a list"),
        ("{ x = 5 }", "must be between 0 and 100, got a table"),
        ("0x" + "f" * 5000, "must be between 0 and 100, got a huge number"),
    ],
)
def test_a_wrong_percentage_is_named(percentage: str, words: str):
    assert only(edited("= 12.5\n", f"= {percentage}\n")) == ("routes.support.canary_percentage", words)


@pytest.mark.parametrize("missing", ["canary = ", "canary_percentage = ", "canary_start = "])
def test_a_canary_is_all_three_keys_or_none(missing: str):
    text = "\n".join(line for line in FULL.splitlines() if not line.startswith(missing))
    assert f"{missing.split()[0]} missing" in only(text)[1]


@pytest.mark.parametrize(
    ("written", "rollout"),
    [
        ("2026-11-20", "2026-11-20T00:00:00Z"),
        ("2026-11-20T09:00:00.75Z", "2026-11-20T09:00:00Z"),
        ("2026-11-20 00:30:00+05:30", "2026-11-19T19:00:00Z"),
    ],
)
def test_every_way_to_write_an_instant_gives_one_rollout_id(written: str, rollout: str):
    registry, found = check(tomllib.loads(edited("2026-11-20T10:00:00+01:00", written)))
    assert found == ()
    assert registry is not None
    assert registry.routes["support"].rollout_id == f"support|new|{rollout}"


def test_an_instant_without_an_offset_is_utc_with_a_warning():
    registry, found = check(tomllib.loads(edited("10:00:00+01:00", "09:00:00")))
    assert registry is not None
    assert registry.routes["support"].rollout_id.endswith("|2026-11-20T09:00:00Z")
    assert [problem.severity for problem in found] == ["warning"]


def test_an_instant_in_quotes_is_refused():
    path, words = only(edited("2026-11-20T10:00:00+01:00", '"2026-11-20T09:00:00Z"'))
    assert path == "routes.support.canary_start"
    assert "without quotes" in words


def test_a_model_that_is_not_listed_is_refused_with_the_nearest_one():
    path, words = only(edited('production = "claude-sonnet-5-5"', 'production = "claude-sonnet-55"', SMALLEST))
    assert path == "routes.default.production"
    assert words == ("'claude-sonnet-55' has no table [models.claude-sonnet-55]; did you mean \"claude-sonnet-5-5\"?")


@pytest.mark.parametrize("tier", ["production", "canary", "fallback", "experimental"])
def test_every_tier_must_be_listed(tier: str):
    lines = [f'{tier} = "gone"' if line.startswith(f"{tier} =") else line for line in FULL.splitlines()]
    assert only("\n".join(lines)) == (f"routes.support.{tier}", "'gone' has no table [models.gone]")


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("canary_percentage", "canary_percent", "canary_percent", "did you mean canary_percentage?"),
        ("fallback", "Fallback", "Fallback", "did you mean fallback?"),
        ("min_requests", "min_request", "gates.min_request", "did you mean min_requests?"),
        ("error = {", "errors = {", "gates.errors", "did you mean error?"),
        ("tolerance", "tolerence", "gates.error.tolerence", "did you mean tolerance?"),
        ("auto_rollback", "autorollback", "guard.autorollback", "did you mean auto_rollback?"),
        ("suite =", "qqq =", "qqq", "known are description, production"),
    ],
)
def test_an_unknown_key_suggests_the_nearest_known_one(old: str, new: str, path: str, words: str):
    found = problems(edited(old, new))
    assert words in found[f"routes.support.{path}"].message


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "schema = true", "schema"),
        ("schema = 1", "schema = 1.0", "schema"),
        ("steps = [1, 12.5, 100]", "steps = []", "routes.support.steps"),
        ("steps = [1, 12.5, 100]", "steps = [5, 5]", "routes.support.steps"),
        ("steps = [1, 12.5, 100]", "steps = [0, 5]", "routes.support.steps"),
        ("steps = [1, 12.5, 100]", "steps = 'x'", "routes.support.steps"),
        ("min_requests = 50", "min_requests = 0", "routes.support.gates.min_requests"),
        ("min_requests = 50", "min_requests = 5.5", "routes.support.gates.min_requests"),
        ('"7d"', '"7 days"', "routes.support.gates.min_step_time"),
        ('"7d"', "7", "routes.support.gates.min_step_time"),
        ("alpha = 0.02", "alpha = 0", "routes.support.gates.alpha"),
        ("alpha = 0.02", "alpha = nan", "routes.support.gates.alpha"),
        ("[1.2, 0.01]", "[1.2]", "routes.support.gates.error.tolerance"),
        ("[1.2, 0.01]", "[0, 0.01]", "routes.support.gates.error.tolerance"),
        ("[1.2, 0.01]", "[inf, 0.01]", "routes.support.gates.error.tolerance"),
        ("[1.2, 0.01]", "[1.2, nan]", "routes.support.gates.error.tolerance"),
        ("[1.5, 0.02]", "[1.1, 0.02]", "routes.support.gates.error.margin"),
        ('"signal"', '"advice"', "routes.support.gates.error.role"),
        ("weight = 0.4", "weight = -1", "routes.support.gates.error.weight"),
        ("Fri 16:00-Mon", "Fri 25:00-Mon", "routes.support.guard.freeze"),
        ("auto_advance = true", "auto_advance = 1", "routes.support.guard.auto_advance"),
        ('provider = "anthropic"', 'provider = "my company"', "models.old.provider"),
        ("pinned_date = 2026-05-15", "pinned_date = 2026-05-15T00:00:00Z", "models.old.pinned_date"),
        ('reason = "known"', 'reason = "  "', "models.old.reason"),
        ('reason = "known"', 'reason = "a\\u0000b"', "models.old.reason"),
        ("input = 3", "input = -3", "models.old.price.input"),
        ("[models.next]", "[models.'a|b']", "models.a|b"),
    ],
)
def test_what_cannot_be_meant_is_an_error_at_its_place(old: str, new: str, path: str):
    registry, found = check(tomllib.loads(edited(old, new)))
    assert registry is None
    assert path in [".".join(problem.path) for problem in found]


@pytest.mark.parametrize("name", ["", "  ", "a|b", "a\\u001bb", "a\\nb", " a", "x" * 201])
def test_a_route_needs_a_name_that_can_be_part_of_an_id(name: str):
    text = edited("[routes.default]", f'[routes."{name}"]', SMALLEST)
    assert "a name may" in only(text)[1]


def test_all_problems_are_found_at_once():
    text = edited("= 12.5\n", "= 500\n").replace("alpha = 0.02", "alpha = 2").replace('reason = "spare"\n', "")
    assert set(problems(text)) == {
        "routes.support.canary_percentage",
        "routes.support.gates.alpha",
        "models.spare.reason",
    }


@pytest.mark.parametrize("plain", [None, [], "x", 5, {}, {"schema": 1}, {"schema": 1, "routes": {}, "models": {}}])
def test_what_is_no_registry_at_all_is_refused(plain: object):
    registry, found = check(plain)
    assert registry is None
    assert found


@pytest.mark.parametrize("key", ["routes", "models"])
@pytest.mark.parametrize("value", [None, 5, [], "x", {"a": 5}, {"a": []}])
def test_tables_must_be_tables(key: str, value: object):
    assert check({**tomllib.loads(SMALLEST), key: value})[0] is None


def test_a_canary_that_is_production_is_an_error_and_such_a_fallback_a_warning():
    assert only(edited('canary = "new"', 'canary = "old"'))[0] == "routes.support.canary"
    assert problems(edited('fallback = "spare"', 'fallback = "old"'))["routes.support.fallback"].severity == "warning"


def test_a_hold_without_a_canary_is_a_warning():
    found = problems(edited("[models.c", 'canary_held = "why"\n[models.c', SMALLEST).replace("[models.c", "[models.c"))
    assert found["routes.default.canary_held"].severity == "warning"


def test_a_custom_tolerance_may_not_be_wider_than_the_usual_margin():
    found = problems(
        edited("error = { tolerance = [1.2, 0.01], margin = [1.5, 0.02]", "error = { tolerance = [2, 0.01]")
    )
    assert "tighter than the tolerance" in found["routes.support.gates.error.tolerance"].message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('api_key = "abc"', "may not carry a key"),
        ('API-KEY = "abc"', "may not carry a key"),
        ('base_url = "http://evil"', "where keys are sent"),
        ('openai_base_url = "http://evil"', "where keys are sent"),
        (f'pinned_by = "{SECRET}"', "may not carry a key"),
    ],
)
@pytest.mark.parametrize("place", ["[models.next]\n", "[routes.support.params]\n"])
def test_keys_and_addresses_are_refused_and_never_repeated(line: str, words: str, place: str):
    registry, found = check(tomllib.loads(edited(place, place + line + "\n")))
    assert registry is None
    assert [problem for problem in found if words in problem.message]
    assert not any("0123456789" in problem.message or "evil" in problem.message for problem in found)


def test_a_key_in_place_of_a_number_is_not_quoted_in_the_error():
    _, found = check(tomllib.loads(edited("= 12.5\n", f'= "{SECRET}"\n')))
    assert not any("0123456789" in problem.message for problem in found)


def test_what_a_route_tells_its_model_about_tokens_is_its_own_business():
    assert check(tomllib.loads(FULL))[0] is not None
    assert check(tomllib.loads(SMALLEST.replace("default", "token")))[0] is not None


def test_nesting_without_end_is_refused_and_not_followed():
    deep: dict[str, Any] = {}
    for _ in range(20_000):
        deep = {"a": deep}
    plain = tomllib.loads(FULL)
    plain["routes"]["support"]["params"] = deep
    registry, found = check(plain)
    assert registry is None
    assert "nested deeper" in found[0].message
    while deep:  # taken apart by hand: freeing 20,000 levels would recurse
        deep = deep.pop("a", {})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(plain: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    if isinstance(plain, dict):
        found += [place for key, value in plain.items() for place in places(value, (*path, key))]
    return found


PLACES = places(tomllib.loads(FULL))


@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_any_value_anywhere_gives_a_registry_or_errors_and_never_raises(place: tuple[str, ...], value: object):
    plain = copy.deepcopy(tomllib.loads(FULL))
    table: Any = plain
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    registry, found = check(plain)
    assert (registry is None) == any(problem.severity == "error" for problem in found)


@given(cut=st.integers(0, len(FULL)))
def test_a_file_cut_short_is_refused_or_complete_for_every_route_it_names(cut: int):
    try:
        plain = tomllib.loads(FULL[:cut])
    except tomllib.TOMLDecodeError:
        return
    registry, _ = check(plain)
    if registry is not None:
        assert all(model in registry.models for route in registry.routes.values() for _, model in route.tiers())
