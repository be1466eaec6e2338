"""Two JSON answers key by key: what each path held before and holds now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST = 2_000
"""Differences that are listed; whoever has more reads none of them."""
_DEEPEST = 60
_FENCE = re.compile(r"\A```[\w-]*\n(.*?)\n?```\Z", re.DOTALL)
_LONGEST = 1_000_000
_PLAIN_KEY = re.compile(r"\A[A-Za-z_][\w-]*\Z")


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One path whose value differs. `old` and `new` are JSON texts; None where that side has no such key."""

    path: str
    old: str | None
    new: str | None


def key_changes(left: str, right: str) -> tuple[KeyChange, ...] | None:
    """The differences of two JSON objects or lists, in the order of the left one; None where a side is neither.

    A fence around the JSON is looked through. At most 2,000 are given. Never raises on any text.
    """
    values = _parsed(left), _parsed(right)
    if values[0] is None or values[1] is None:
        return None
    found: list[KeyChange] = []
    for change in _changes(values[0], values[1], "", 0):
        found.append(change)
        if len(found) == MOST:
            break
    return tuple(found)


def _parsed(text: str) -> object | None:
    """The object or list in `text`; None where it holds neither."""
    inner = text.strip()
    if len(inner) > _LONGEST:
        return None
    fenced = _FENCE.match(inner)
    inner = fenced.group(1).strip() if fenced else inner
    if not inner.startswith(("{", "[")):
        return None
    try:
        return json.loads(inner)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _changes(old: object, new: object, path: str, depth: int) -> Iterator[KeyChange]:
    if depth <= _DEEPEST and isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in (*old, *(key for key in new if key not in old)):
            yield from _of_key(old, new, key, f"{path}{_step(key, path)}", depth)
    elif depth <= _DEEPEST and isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            one, other = ({index: side[index]} if index < len(side) else {} for side in (old, new))
            yield from _of_key(one, other, index, f"{path}[{index}]", depth)
    elif _text(old) != _text(new):
        yield KeyChange(path or "the value", _text(old), _text(new))


def _of_key(
    old: Mapping[Any, object], new: Mapping[Any, object], key: object, path: str, depth: int
) -> Iterator[KeyChange]:
    if key in old and key in new:
        yield from _changes(old[key], new[key], path, depth + 1)
    else:
        yield KeyChange(path, _text(old[key]) if key in old else None, _text(new[key]) if key in new else None)


def _step(key: object, path: str) -> str:
    name = str(key)
    if not _PLAIN_KEY.match(name):
        return f"[{json.dumps(name, ensure_ascii=False)}]"
    return f".{name}" if path else name


def _text(value: object) -> str:
    """`1` and `1.0` are the same number, `true` is none: as JSON has them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "nested too deeply"
