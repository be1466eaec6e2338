"""The shipped facts, read from the package once, when first needed: importing the catalog reads no file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from console.catalog.openai_ids import undated


@cache
def document(name: str) -> Mapping[str, Any]:
    """The data file `name` of this package: an object with at least `as_of` and `sources`."""
    import json  # with pathlib a quarter of the time that importing the catalog would take

    path = os.path.join(os.path.dirname(__file__), "data", name)  # noqa: PTH118, PTH120
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        data: dict[str, Any] = json.load(file)
    return data


def as_of() -> date:
    """The day on which the shipped facts were checked; their age is shown beside them."""
    return date.fromisoformat(document("lifecycle.json")["as_of"])


@cache
def dated_claudes() -> tuple[str, ...]:
    """Every dated Claude snapshot known, on any platform's API of Anthropic itself."""
    rows = document("lifecycle.json")["models"]
    return tuple(row["id"] for row in rows if row["provider"] == "anthropic" and row["id"][-8:].isdigit())


@cache
def openai_snapshots() -> Mapping[str, tuple[str, ...]]:
    """Undated OpenAI name -> its dated snapshots, oldest first; an alias of an undated model has none."""
    data = document("openai.json")
    known: dict[str, list[str]] = {alias: [] for alias in data["aliases"]}
    for snapshot in data["snapshots"]:
        known.setdefault(undated(snapshot)[0], []).append(snapshot)
    for alias, target in data["aliases"].items():
        if undated(target)[1]:
            known[alias].append(target)
    return {name: tuple(ids) for name, ids in known.items()}
