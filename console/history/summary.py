"""What a change by hand changed, in words: read off the two versions of the file, since nobody said why."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from console.domain.paths import KeyPath, dotted

SHOWN = 3
"""Changed keys that a summary names; the rest are counted."""


def changed_paths(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[KeyPath, ...]:
    """Every place where the two differ, the shortest path that says it: a new table is one place."""
    return tuple(path for path, _, _ in _differences(before, after, ()))


def summarise(before: bytes, after: bytes) -> tuple[str, str]:
    """(summary, route) of what changed. The route is "" where the change is not within exactly one."""
    try:
        old, new = _plain(before), _plain(after)
    except ValueError:  # not UTF-8, or not TOML
        return "edited by hand: the file is not valid TOML", ""
    found = tuple(_differences(old, new, ()))
    if not found:
        return "edited by hand: comments or layout only", ""
    words = [_words(path, was, now) for path, was, now in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    routes = {path[1] for path, _, _ in found if path[0] == "routes" and len(path) > 1}
    return f"edited by hand: {', '.join(words)}{more}", routes.pop() if len(routes) == 1 else ""


def _plain(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], path: KeyPath
) -> Iterator[tuple[KeyPath, object, object]]:
    for key in (*before, *(key for key in after if key not in before)):
        was, now = before.get(key), after.get(key)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _differences(was, now, (*path, key))
        elif was != now or type(was) is not type(now):
            yield (*path, key), was, now


def _words(path: KeyPath, was: object, now: object) -> str:
    place = dotted(path[1:] if path[0] == "routes" and len(path) > 1 else path)
    if was is None:
        return f"{place} added" if isinstance(now, Mapping) else f"{place} = {_value(now)}"
    if now is None:
        return f"{place} removed"
    return f"{place} {_value(was)} → {_value(now)}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    try:
        text = str(value)
    except ValueError:  # TOML has hexadecimal numbers of any length, and Python writes none of thousands of digits
        return "a huge number"
    return text if len(text) <= 40 else text[:39] + "…"
