"""The table of keys: what validator, schema and docs rely on."""

from __future__ import annotations

from dataclasses import fields

import pytest

from console.domain.keys import TABLES
from console.domain.kinds import READERS
from console.domain.metrics import METRIC_NAMES
from console.domain.registry import Gates, GuardSettings, MetricGate, Pin, Price, Route

RECORDS = [("route", Route), ("gates", Gates), ("metric", MetricGate), ("guard", GuardSettings), ("model", Pin)]


@pytest.mark.parametrize("name", TABLES)
def test_names_are_unique_and_every_key_is_explained(name: str):
    table = TABLES[name]
    assert len(set(table.names)) == len(table.names)
    assert all(key.meaning and key.kind in READERS for key in table.keys)


def test_no_metric_hides_a_key_of_the_gates():
    assert not set(METRIC_NAMES) & set(TABLES["gates"].names)


@pytest.mark.parametrize(("name", "record"), [*RECORDS, ("price", Price)])
def test_every_field_of_a_record_can_be_written(name: str, record: type):
    written = set(TABLES[name].names)
    named_otherwise = {"name", "model_id", "metrics"}
    for field in fields(record):
        assert {field.name, field.name.removesuffix("_s")} & written or field.name in named_otherwise


@pytest.mark.parametrize("name", TABLES)
def test_every_default_is_valid(name: str):
    for key in TABLES[name].keys:
        if key.default is not None:
            READERS[key.kind](key.default)
