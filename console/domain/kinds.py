"""One reader for each kind of value: a plain TOML value in, the record's value out, or Wrong with a plain reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, get_args

from console.domain.durations import duration_s, window
from console.domain.keys import Kind
from console.domain.registry import Role, UserMode
from console.domain.secrets import is_secret

SCHEMA = 1
ROLES: tuple[str, ...] = get_args(Role)
USER_MODES: tuple[str, ...] = get_args(UserMode)
LONGEST_NAME = 200
LARGEST = 1e12
_PROVIDER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")


class Wrong(ValueError):
    """A value that cannot be meant. Its text is the reason, without the place."""


def got(value: object) -> str:
    """`value` as a message quotes it: short, printable, and never a key."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if is_secret(value):
            return "a key"
        text = repr(value)
        return text if len(text) <= 60 else text[:57] + "…'"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a huge number"
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def bad_name(name: str) -> str:
    """Why `name` cannot name a route or a model, or "": it becomes part of the rollout's id."""
    if not name.strip():
        return "a name may not be empty"
    if len(name) > LONGEST_NAME:
        return f"a name may have at most {LONGEST_NAME} characters"
    if not name.isprintable() or "|" in name or name != name.strip():
        return "a name may not contain '|', control characters or outer spaces"
    return ""


def _number(value: object, expected: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"{expected}, got {got(value)}")
    return value


def _schema(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(f"must be {SCHEMA}, got {got(value)}")
    if value != SCHEMA:
        raise Wrong(f"this version reads schema {SCHEMA}, got {got(value)}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"must be text in quotes, got {got(value)}")
    if "\0" in value:
        raise Wrong("may not contain a NUL character")
    return value


def _filled(value: object) -> str:
    if not _text(value).strip():
        raise Wrong("may not be empty")
    return _text(value)


def _model(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"must be a model id in quotes, got {got(value)}")
    if reason := bad_name(value):
        raise Wrong(f"is not a model id: {reason}")
    return value


def _provider(value: object) -> str:
    if not isinstance(value, str) or not _PROVIDER.match(value):
        raise Wrong(f'must be one word like "anthropic", got {got(value)}')
    return value


def _percentage(value: object) -> float:
    expected = "must be between 0 and 100"
    number = _number(value, expected)
    if not 0 <= number <= 100:
        raise Wrong(f"{expected}, got {got(value)}")
    if round(number, 4) != number:
        raise Wrong(f"may have up to 4 decimals, got {got(value)}")
    return number


def _percentages(value: object) -> tuple[float, ...]:
    expected = "must be rising percentages like [5, 25, 50, 100]"
    if not isinstance(value, list | tuple) or not value:
        raise Wrong(f"{expected}, got {got(value)}")
    steps = tuple(_percentage(step) for step in value)
    if steps[0] <= 0 or any(later <= earlier for earlier, later in pairwise(steps)):
        raise Wrong(f"{expected}, got [{', '.join(got(step) for step in steps[:12])}]")
    return steps


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        try:
            return aware.astimezone(UTC).replace(microsecond=0)
        except OverflowError as error:
            raise Wrong(f"is out of range: {got(value)}") from error
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise Wrong(f"must be an instant like 2026-11-20T09:00:00Z, without quotes, got {got(value)}")


def _date(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Wrong(f"must be a date like 2026-05-15, without quotes, got {got(value)}")
    return value


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, got {got(value)}")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10**9:
        raise Wrong(f"must be a whole number from 1 to 1,000,000,000, got {got(value)}")
    return value


def _duration(value: object) -> float:
    seconds = duration_s(value) if isinstance(value, str) else None
    if seconds is None:
        raise Wrong(f'must be a duration like "90s", "2m", "24h" or "7d", got {got(value)}')
    return seconds


def _probability(value: object) -> float:
    expected = "must be between 0 and 1, both excluded"
    number = _number(value, expected)
    if not 0 < number < 1:
        raise Wrong(f"{expected}, got {got(value)}")
    return float(number)


def _pair(value: object) -> tuple[float, float]:
    expected = "must be [r, d] with r above 0 and d from 0, like [1.1, 0.001]"
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong(f"{expected}, got {got(value)}")
    relative, absolute = (_number(part, expected) for part in value)
    if not (0 < relative <= LARGEST and 0 <= absolute <= LARGEST):
        raise Wrong(f"{expected}, got [{got(relative)}, {got(absolute)}]")
    return float(relative), float(absolute)


def _role(value: object) -> str:
    if not isinstance(value, str) or value not in ROLES:
        raise Wrong(f"must be one of {', '.join(ROLES)}, got {got(value)}")
    return value


def _users(value: object) -> str:
    if not isinstance(value, str) or value not in USER_MODES:
        raise Wrong(f"must be one of {', '.join(USER_MODES)}, got {got(value)}")
    return value


def _positive(value: object) -> float:
    expected = "must be a number from 0"
    number = _number(value, expected)
    if not 0 <= number <= LARGEST:
        raise Wrong(f"{expected}, got {got(value)}")
    return float(number)


def _windows(value: object) -> tuple[str, ...]:
    expected = 'must be a list of windows like "Fri 16:00-Mon 08:00 Europe/Berlin"'
    if not isinstance(value, list | tuple):
        raise Wrong(f"{expected}, got {got(value)}")
    for item in value:
        if not isinstance(item, str) or window(item) is None:
            raise Wrong(f"{expected}, got {got(item)}")
    return tuple(value)


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Wrong(f"must be a table, got {got(value)}")
    return dict(value)


READERS: Mapping[Kind, Callable[[object], Any]] = {
    "schema": _schema,
    "text": _text,
    "filled": _filled,
    "model": _model,
    "provider": _provider,
    "percentage": _percentage,
    "percentages": _percentages,
    "instant": _instant,
    "date": _date,
    "bool": _bool,
    "count": _count,
    "duration": _duration,
    "probability": _probability,
    "pair": _pair,
    "role": _role,
    "users": _users,
    "number": _positive,
    "windows": _windows,
    "free": _table,
    "table": _table,
    "tables": _table,
}
