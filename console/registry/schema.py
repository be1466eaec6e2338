"""A JSON Schema of the registry for editors, generated from the table the validator works off.

An editor with a TOML language server completes keys and underlines mistakes with it. It is a help while typing; the
validator has the last word, since a schema cannot say that a route's model must be listed.
"""

from __future__ import annotations

from typing import Any

from console.domain.durations import DAYS
from console.domain.keys import TABLES, Key, Kind, TableName
from console.domain.kinds import LONGEST_NAME, ROLES, SCHEMA, USER_MODES
from console.domain.metrics import METRICS

_DAY = f"({'|'.join(DAYS)}) [0-2][0-9]:[0-5][0-9]"
_KINDS: dict[Kind, dict[str, Any]] = {
    "schema": {"const": SCHEMA},
    "text": {"type": "string"},
    "filled": {"type": "string", "minLength": 1},
    "model": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
    "provider": {
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_-]*$",
        "examples": ["anthropic", "openai", "gemini"],
    },
    "percentage": {"type": "number", "minimum": 0, "maximum": 100},
    "percentages": {
        "type": "array",
        "items": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "minItems": 1,
        "uniqueItems": True,
    },
    "instant": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "bool": {"type": "boolean"},
    "count": {"type": "integer", "minimum": 1},
    "duration": {"type": "string", "pattern": r"^\d+(\.\d+)?[smhdw]$"},
    "probability": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "pair": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2, "maxItems": 2},
    "role": {"enum": list(ROLES)},
    "users": {"enum": list(USER_MODES)},
    "number": {"type": "number", "minimum": 0},
    "windows": {"type": "array", "items": {"type": "string", "pattern": f"^{_DAY} ?[-–] ?{_DAY} \\S+$"}},
    "free": {"type": "object"},
}
_NESTED: dict[tuple[TableName, str], TableName] = {
    ("", "routes"): "route",
    ("", "models"): "model",
    ("route", "gates"): "gates",
    ("route", "guard"): "guard",
    ("model", "price"): "price",
}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a registry file, as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Model registry",
        "description": "Every model an application calls, pinned.",
        **_table(""),
    }


def _table(name: TableName) -> dict[str, Any]:
    keys = TABLES[name].keys
    properties = {key.name: _key(name, key) for key in keys}
    if name == "gates":
        properties |= {metric.name: {**_table("metric"), "description": metric.label} for metric in METRICS}
    result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required := [key.name for key in keys if key.required]:
        result["required"] = required
    if name == "route":
        trio = ["canary", "canary_percentage", "canary_start"]
        result["dependentRequired"] = {key: [other for other in trio if other != key] for key in trio}
    return result


def _key(table: TableName, key: Key) -> dict[str, Any]:
    inner = _NESTED.get((table, key.name))
    if key.kind == "tables" and inner is not None:
        shape: dict[str, Any] = {"type": "object", "additionalProperties": _table(inner), "minProperties": 1}
    elif inner is not None:
        shape = _table(inner)
    else:
        shape = dict(_KINDS[key.kind])
    shape["description"] = f"{key.meaning} ({key.unit})" if key.unit else key.meaning
    if key.default is not None:
        shape["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
    return shape
