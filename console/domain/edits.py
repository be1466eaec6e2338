"""A change of the registry as data: the same edits are made on plain values and on the file, and must agree."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.domain.paths import KeyPath, dotted


@dataclass(frozen=True, slots=True)
class SetKey:
    """Give `path` a scalar value. The table that holds it must exist."""

    path: KeyPath
    value: object


@dataclass(frozen=True, slots=True)
class DropKey:
    """Take `path` out of the file. It must be there."""

    path: KeyPath


@dataclass(frozen=True, slots=True)
class AddTable:
    """Append a whole `[a.b]` table of scalars at the end of the file. It must not exist."""

    path: KeyPath
    values: Mapping[str, object]


Edit = SetKey | DropKey | AddTable


class EditImpossible(Exception):
    """An edit does not fit the data it is made on: the table is missing, or the key is already gone."""


def apply(plain: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """The data after `edits`, in a copy; `plain` is untouched. Raises EditImpossible where an edit does not fit."""
    result: dict[str, Any] = copy.deepcopy(dict(plain))
    for edit in edits:
        match edit:
            case SetKey(path, value):
                _table(result, path[:-1])[path[-1]] = value
            case DropKey(path):
                table = _table(result, path[:-1])
                if path[-1] not in table:
                    raise EditImpossible(f"{dotted(path)} is not in the file")
                del table[path[-1]]
            case AddTable(path, values):
                parent = result
                for key in path[:-1]:
                    parent = parent.setdefault(key, {})
                if path[-1] in parent:
                    raise EditImpossible(f"{dotted(path)} is already in the file")
                parent[path[-1]] = copy.deepcopy(dict(values))
    return result


def _table(plain: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    table: Any = plain
    for key in path:
        if not isinstance(table, dict) or key not in table:
            raise EditImpossible(f"{dotted(path)} is not in the file")
        table = table[key]
    if not isinstance(table, dict):
        raise EditImpossible(f"{dotted(path)} is not a table")
    return table
