"""A change of the registry as data: the same edits are made on plain values and on the file, and must agree."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.domain.paths import KeyPath, dotted


@dataclass(frozen=True, slots=True)
class SetKey:
    """Give `path` a value: a scalar, or a list of scalars. The table that holds it must exist."""

    path: KeyPath
    value: object


@dataclass(frozen=True, slots=True)
class DropKey:
    """Take `path` out of the file: a key, or a whole table. It must be there."""

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
                _table(result, path[:-1])[path[-1]] = canonical(path[-1], value)
            case DropKey(path):
                table = _table(result, path[:-1])
                if path[-1] not in table:
                    raise EditImpossible(f"{dotted(path)} is not in the file")
                del table[path[-1]]
            case AddTable(path, values):
                parent = _table(result, path[:-1], create=True)
                if path[-1] in parent:
                    raise EditImpossible(f"{dotted(path)} is already in the file")
                parent[path[-1]] = {key: canonical(key, value) for key, value in values.items()}
    return result


def canonical(key: str, value: object) -> Any:
    """`value` in the one form in which it is written: instants in UTC, percentages without needless decimals."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if key == "canary_percentage" and isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 4)
    if isinstance(value, Mapping):
        return {name: canonical(name, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical("", item) for item in value]
    return value


def identical(one: object, other: object) -> bool:
    """Whether two plain values are the same in type and value: `5` is not `5.0`, `1` is not `true`, NaN is NaN."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(identical(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


def reverse(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Edit, ...]:
    """The edits that turn `after` back into `before`, and so can undo one change under later ones.

    A table that was dropped comes back at the end of the file, so its keys are `before`'s but not its place.
    """
    return tuple(_reverse(before, after, ()))


def _reverse(before: Mapping[str, Any], after: Mapping[str, Any], path: KeyPath) -> list[Edit]:
    edits: list[Edit] = [DropKey((*path, key)) for key in after if key not in before]
    for key, value in before.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(after.get(key), dict):
            edits += _reverse(value, after[key], here)
        elif key in after and identical(value, after[key]):
            continue
        elif isinstance(value, dict):
            edits += [DropKey(here)] if key in after else []
            edits += _added(value, here)
        else:
            edits += [DropKey(here)] if isinstance(after.get(key), dict) else []
            edits.append(SetKey(here, value))
    return edits


def _added(table: Mapping[str, Any], path: KeyPath) -> list[Edit]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    edits: list[Edit] = [AddTable(path, {key: value for key, value in table.items() if key not in inner})]
    for key, value in inner.items():
        edits += _added(value, (*path, key))
    return edits


def _table(plain: dict[str, Any], path: KeyPath, create: bool = False) -> dict[str, Any]:
    table = plain
    for number, key in enumerate(path, 1):
        if create:
            table.setdefault(key, {})
        if key not in table:
            raise EditImpossible(f"{dotted(path[:number])} is not in the file")
        if not isinstance(table[key], dict):
            raise EditImpossible(f"{dotted(path[:number])} is not a table")
        table = table[key]
    return table
