"""What the validator accepts an editor does not underline, and what is plainly wrong both refuse.

A schema says less than the validator, so the two are compared where a schema can speak: types, ranges and names.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.keys import TABLES, Kind, TableName
from console.domain.metrics import METRIC_NAMES
from console.domain.validate import check
from console.registry.schema import schema
from tests.effort import examples

SCHEMA = schema()
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def objections(value: Any, rule: dict[str, Any], place: str = "$") -> Iterator[str]:
    """Where `value` breaks `rule`: as much of JSON Schema as the registry's uses."""
    wanted = rule.get("type")
    if wanted and (not isinstance(value, _TYPES[wanted]) or (wanted != "boolean" and isinstance(value, bool))):
        yield f"{place}: no {wanted}"
        return
    if "const" in rule and (value != rule["const"] or isinstance(value, bool)):
        yield f"{place}: not {rule['const']}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{place}: none of {rule['enum']}"
    if isinstance(value, str):
        yield from _of_text(value, rule, place)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(value, rule, place)
    elif isinstance(value, list):
        yield from _of_list(value, rule, place)
    elif isinstance(value, dict):
        yield from _of_table(value, rule, place)


def _of_text(value: str, rule: dict[str, Any], place: str) -> Iterator[str]:
    if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", 10**9):
        yield f"{place}: length"
    if "pattern" in rule and not re.search(rule["pattern"], value):
        yield f"{place}: pattern"


def _of_number(value: float, rule: dict[str, Any], place: str) -> Iterator[str]:
    if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        yield f"{place}: range"
    if value <= rule.get("exclusiveMinimum", value - 1) or value >= rule.get("exclusiveMaximum", value + 1):
        yield f"{place}: range"


def _of_list(value: list[Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", 10**9):
        yield f"{place}: items"
    if rule.get("uniqueItems") and len({repr(item) for item in value}) < len(value):
        yield f"{place}: repeated"
    for number, item in enumerate(value):
        yield from objections(item, rule.get("items", {}), f"{place}[{number}]")


def _of_table(value: dict[str, Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    known, others = rule.get("properties", {}), rule.get("additionalProperties", True)
    yield from (f"{place}.{name}: missing" for name in rule.get("required", ()) if name not in value)
    for name, needs in rule.get("dependentRequired", {}).items():
        if name in value:
            yield from (f"{place}.{need}: missing" for need in needs if need not in value)
    if len(value) < rule.get("minProperties", 0):
        yield f"{place}: too few"
    for name, inner in value.items():
        if name in known:
            yield from objections(inner, known[name], f"{place}.{name}")
        elif others is False:
            yield f"{place}.{name}: unknown"
        elif isinstance(others, dict):
            yield from objections(inner, others, f"{place}.{name}")


def as_json(value: Any) -> Any:
    """Plain TOML data as an editor's schema sees it: dates are text."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def underlined(plain: Any) -> list[str]:
    return list(objections(as_json(plain), SCHEMA))


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
SHARES = st.integers(1, 1_000_000).map(lambda units: units / 10_000)
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12).filter(str.strip)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=12),
    "filled": TEXT,
    "model": st.sampled_from(["old", "new", "spare"]),
    "provider": st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,63}", fullmatch=True),
    "percentage": st.one_of(SHARES, st.integers(0, 100)),
    "percentages": st.lists(SHARES, min_size=1, max_size=5, unique=True).map(sorted),
    "instant": st.one_of(INSTANTS, st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    "date": st.dates(),
    "bool": st.booleans(),
    "count": st.integers(1, 10**9),
    "duration": st.builds("{}{}".format, st.integers(0, 500), st.sampled_from("smhdw")),
    "probability": st.floats(0.0001, 0.9999),
    "pair": st.just([1_000.0, 0.5]),
    "role": st.sampled_from(["guardrail", "signal", "display"]),
    "users": st.sampled_from(["tempered", "exact"]),
    "number": st.floats(0, 1e12),
    "windows": st.lists(
        st.sampled_from(["Fri 16:00-Mon 08:00 UTC", "Tue 00:00 – Tue 23:59 Europe/Berlin"]), max_size=2
    ),
    "free": st.dictionaries(st.sampled_from(["max_tokens", "effort"]), st.integers(), max_size=2),
}


def table_of(name: TableName, leave_out: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    keys = [key for key in TABLES[name].keys if key.kind in VALUES and key.name not in leave_out]
    return st.fixed_dictionaries(
        {key.name: VALUES[key.kind] for key in keys if key.required},
        optional={key.name: VALUES[key.kind] for key in keys if not key.required},
    )


@st.composite
def registries(draw: st.DrawFn) -> dict[str, Any]:
    """Documents that mean something: every key may be there, with any value it can take."""
    route = draw(table_of("route", ("production", "canary", "canary_percentage", "canary_start")))
    route["production"] = "old"
    if draw(st.booleans()):
        route |= {"canary": "new", "canary_percentage": draw(VALUES["percentage"])}
        route["canary_start"] = draw(VALUES["instant"])
    gates = draw(table_of("gates"))
    for metric in draw(st.sets(st.sampled_from(METRIC_NAMES), max_size=2)):
        gates[metric] = draw(table_of("metric", ("tolerance",)))
    route |= {"gates": gates, "guard": draw(table_of("guard"))}
    models = {name: draw(table_of("model")) for name in ("old", "new", "spare")}
    models["old"]["price"] = draw(table_of("price"))
    return {"schema": 1, "routes": {"support": route}, "models": models}


@settings(max_examples=examples(20))
@given(registries())
def test_nothing_that_the_validator_accepts_is_underlined(plain: dict[str, Any]):
    registry, problems = check(plain)
    assert registry is not None, problems
    assert underlined(plain) == []


WRONG = st.sampled_from([None, True, -1, 1e13, "", "x y", "\n", [], [True], {}, {"x": 1}, [5, 5], "1h 30m", 0.5, 7])


@settings(max_examples=examples(20))
@given(registries(), st.data(), WRONG)
def test_whatever_is_underlined_the_validator_refuses_too(plain: dict[str, Any], data: st.DataObject, value: Any):
    route = plain["routes"]["support"]
    tables = [route, route["guard"], route["gates"], plain["models"]["old"], plain]
    table = data.draw(st.sampled_from([table for table in tables if table]))
    table[data.draw(st.sampled_from(sorted(table)))] = value
    if underlined(plain):
        assert check(plain)[0] is None


@settings(max_examples=examples(8))
@given(registries(), st.sampled_from(["colour", "Production", "canary-percentage", ""]))
def test_an_unknown_key_is_refused_by_both(plain: dict[str, Any], name: str):
    for table in (plain, plain["routes"]["support"], plain["models"]["old"], plain["routes"]["support"]["gates"]):
        changed = copy.deepcopy(plain)
        place = copy.deepcopy(table)
        place[name] = 1
        changed = _with(changed, table, place)
        assert underlined(changed)
        assert check(changed)[0] is None


def _with(plain: Any, old: Any, new: Any) -> Any:
    if plain == old:
        return new
    return {key: _with(value, old, new) for key, value in plain.items()} if isinstance(plain, dict) else plain


REQUIRED = [("", "schema"), ("", "routes"), ("", "models"), ("model", "pinned_date"), ("model", "reason")]


@pytest.mark.parametrize(("table", "key"), [*REQUIRED, ("route", "production"), ("route", "canary_start")])
def test_a_missing_key_is_refused_by_both(table: str, key: str, design: str):
    plain = tomllib.loads(design)
    place = {"": plain, "route": plain["routes"]["support"], "model": plain["models"]["claude-sonnet-5-5"]}[table]
    del place[key]
    assert underlined(plain)
    assert check(plain)[0] is None


def test_the_registry_of_the_documentation_is_not_underlined(design: str):
    assert underlined(tomllib.loads(design)) == []


def test_every_kind_of_value_is_drawn():
    kinds = {key.kind for table in TABLES.values() for key in table.keys}
    assert kinds - {"schema", "table", "tables"} == set(VALUES)
