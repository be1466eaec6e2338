"""The editors' schema says what the validator says, as far as a schema can."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from console.domain.keys import TABLES
from console.domain.metrics import METRIC_NAMES
from console.registry.schema import schema

SCHEMA = schema()
ROUTE = SCHEMA["properties"]["routes"]["additionalProperties"]
MODEL = SCHEMA["properties"]["models"]["additionalProperties"]
GATES = ROUTE["properties"]["gates"]


def test_it_is_json():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    ("place", "table"),
    [
        (SCHEMA, ""),
        (ROUTE, "route"),
        (ROUTE["properties"]["guard"], "guard"),
        (GATES["properties"]["error"], "metric"),
        (MODEL, "model"),
        (MODEL["properties"]["price"], "price"),
    ],
)
def test_every_key_is_there_and_no_other_is_allowed(place: dict[str, Any], table: Any):
    assert set(place["properties"]) == set(TABLES[table].names)
    assert place["additionalProperties"] is False
    assert place.get("required", []) == [key.name for key in TABLES[table].keys if key.required]
    assert all(entry["description"] for entry in place["properties"].values())


def test_gates_have_a_table_for_each_metric():
    assert set(GATES["properties"]) == {*TABLES["gates"].names, *METRIC_NAMES}


def test_defaults_are_those_of_the_table():
    assert ROUTE["properties"]["steps"]["default"] == [5, 25, 50, 100]
    assert GATES["properties"]["min_step_time"]["default"] == "24h"


def test_a_canary_needs_its_three_keys():
    assert ROUTE["dependentRequired"]["canary"] == ["canary_percentage", "canary_start"]


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (GATES["properties"]["warm_up"]["pattern"], "90s", "90"),
        (
            ROUTE["properties"]["guard"]["properties"]["freeze"]["items"]["pattern"],
            "Fri 16:00-Mon 08:00 Europe/Berlin",
            "Fri 16-Mon 8",
        ),
        (MODEL["properties"]["provider"]["pattern"], "anthropic", "two words"),
    ],
)
def test_patterns_agree_with_the_validator(pattern: str, good: str, bad: str):
    assert re.search(pattern, good)
    assert not re.search(pattern, bad)
