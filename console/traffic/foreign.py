"""Logs of other origin as request rows: CSV or JSON lines, with line and reason of every row that is not one."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from console.domain.choice import Arm
from console.domain.errors import LogInvalid
from console.domain.requests import OUTCOMES, Outcome, RequestRow

COLUMNS = (
    "at",
    "arm",
    "user",
    "latency_ms",
    "ttft_ms",
    "outcome",
    "error",
    "cost_usd",
    "satisfied",
    "regression",
)
REQUIRED = ("at", "arm")
LATEST_S = 32_503_680_000.0
"""The year 3000: a larger number is not in seconds."""
LARGEST = 1e12
LONGEST_LINE = 10_000_000
"""Characters of one line; a longer one is none of a log."""
_METRICS: Mapping[str, tuple[str, ...]] = {
    "outcome": ("error", "refusal", "empty", "truncated"),
    "error": ("error",),
    "latency_ms": ("latency_p50", "latency_p95"),
    "ttft_ms": ("ttft_p50",),
    "cost_usd": ("cost",),
    "satisfied": ("dissatisfied",),
    "regression": ("flagged",),
}
_YES, _NO = ("1", "true", "yes", "t", "y"), ("0", "false", "no", "f", "n")
_Value = TypeVar("_Value")


class _Reader(Protocol):
    """What `csv.reader` makes."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


class _Bad(ValueError):
    """A row that means nothing, and why."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: its line in the file (from 1) and the reason."""

    line: int
    reason: str


@dataclass(slots=True)
class Foreign:
    """A log that was read. `measured` are the metrics that production's rows say something about."""

    rows: list[RequestRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    measured: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    """Columns that mean nothing here."""
    backwards: int = 0
    """Rows that are earlier than the one before them: a clock that was set back, or a log that is not sorted."""


def read_foreign(path: Path) -> Foreign:
    """The log at `path`. Raises LogInvalid where it cannot be read at all, or has no column `at` or `arm`."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return _collect(_records(_lines(file, path), path))
    except (OSError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LogInvalid(f"{path} cannot be read: {reason}", "Give a CSV or JSON-lines file.") from error


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of a file, none of them without end."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise LogInvalid(
                f"{path}:{number}: is longer than {LONGEST_LINE // 1_000_000} million characters",
                "Give a CSV or JSON-lines file.",
            )
        yield line


_Record = tuple[int, Mapping[str, Any] | str]
"""A line number, and what stands there by column, or why it is nothing."""


def _records(file: Iterable[str], path: Path) -> Iterator[_Record]:
    lines = iter(file)
    number, first = next(((n, line) for n, line in enumerate(lines, 1) if line.strip()), (1, ""))
    if first.lstrip().startswith("{"):
        return _json_lines(number, first, lines)
    separator = max(",;\t", key=first.count)
    columns = [name.strip().lower() for name in next(csv.reader([first], delimiter=separator), [])]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise LogInvalid(
            f"{path} has no column {' and no column '.join(missing)}",
            f"The first line names the columns: {', '.join(COLUMNS)}. `at` and `arm` are needed, the others optional.",
        )
    return _csv_rows(columns, csv.reader(lines, delimiter=separator), number)


def _json_lines(start: int, first: str, lines: Iterable[str]) -> Iterator[_Record]:
    for number, line in enumerate(chain([first], lines), start):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"is not JSON: {error}"
            continue
        yield number, value if isinstance(value, dict) else "must be an object"


def _csv_rows(columns: list[str], reader: _Reader, header: int) -> Iterator[_Record]:
    for cells in reader:
        line = reader.line_num + header
        if not cells:
            continue
        if len(cells) != len(columns):
            yield line, f"has {len(cells)} cells where the first line names {len(columns)}"
        else:
            yield line, dict(zip(columns, cells, strict=True))


def _collect(records: Iterator[_Record]) -> Foreign:
    found, used, unknown, last = Foreign(), set[str](), dict[str, None](), -math.inf
    for line, record in records:
        if isinstance(record, str):
            found.bad.append(BadRow(line, record))
            continue
        unknown.update(dict.fromkeys(str(name) for name in record if name not in COLUMNS))
        try:
            row = _row(record, len(found.rows))
        except _Bad as error:
            found.bad.append(BadRow(line, str(error)))
            continue
        found.backwards += row.at < last
        last = row.at
        found.rows.append(row)
        if row.arm == "production" and len(used) < len(_METRICS):
            used.update(name for name in _METRICS if not _empty(record.get(name)))
    found.measured = frozenset(metric for name in used for metric in _METRICS[name])
    found.ignored = tuple(unknown)
    return found


def _row(record: Mapping[str, Any], number: int) -> RequestRow:
    return RequestRow(
        id=str(number),
        at=_needed(record, "at", _instant),
        route="",
        model="",
        arm=_needed(record, "arm", _arm),
        user="" if _empty(record.get("user")) else str(record["user"]),
        outcome=_outcome(record),
        latency_ms=_optional(record, "latency_ms", _amount),
        ttft_ms=_optional(record, "ttft_ms", _amount),
        cost_usd=_optional(record, "cost_usd", _amount),
        satisfied=_optional(record, "satisfied", _truth),
        flagged=_optional(record, "regression", _truth),
    )


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _needed(record: Mapping[str, Any], name: str, read: Callable[[str, Any], _Value]) -> _Value:
    if _empty(record.get(name)):
        raise _Bad(f"{name} is missing")
    return read(name, record[name])


def _optional(record: Mapping[str, Any], name: str, read: Callable[[str, Any], _Value]) -> _Value | None:
    return None if _empty(record.get(name)) else read(name, record[name])


def _instant(name: str, value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _iso(name, value)
    except OverflowError:
        seconds = math.inf
    if isinstance(value, bool) or not math.isfinite(seconds) or seconds < 0:
        raise _Bad(f"{name} must be ISO 8601 or epoch seconds, got {_short(value)}")
    if seconds >= LATEST_S:
        raise _Bad(f"{name} is beyond the year 3000, got {_short(value)}; epoch seconds, not milliseconds")
    return seconds


def _iso(name: str, value: Any) -> float:
    try:
        at = datetime.fromisoformat(str(value).strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise _Bad(f"{name} must be ISO 8601 or epoch seconds, got {_short(value)}") from error


def _arm(name: str, value: Any) -> Arm:
    match str(value).strip().lower():
        case "production":
            return "production"
        case "canary":
            return "canary"
    raise _Bad(f"{name} must be production or canary, got {_short(value)}")


def _amount(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _Bad(f"{name} must be a number, got {_short(value)}") from error
    if isinstance(value, bool) or not math.isfinite(number):
        raise _Bad(f"{name} must be a finite number, got {_short(value)}")
    if number > LARGEST:
        raise _Bad(f"{name} must be at most {LARGEST:g}, got {_short(value)}")
    if number < 0:
        raise _Bad(f"{name} must not be negative, got {_short(value)}")
    return number


def _truth(name: str, value: Any) -> bool:
    word = str(value).strip().lower().removesuffix(".0")
    if word not in (*_YES, *_NO):
        raise _Bad(f"{name} must be 0 or 1, got {_short(value)}")
    return word in _YES


def _outcome(record: Mapping[str, Any]) -> Outcome:
    failed = _optional(record, "error", _truth)
    written = record.get("outcome")
    if _empty(written):
        return "error" if failed else "ok"
    word = str(written).strip().lower()
    outcome = next((known for known in OUTCOMES if known == word), None)
    if outcome is None:
        raise _Bad(f"outcome must be one of {', '.join(OUTCOMES)}, got {_short(written)}")
    if failed is not None and failed != (outcome == "error"):
        raise _Bad(f"outcome {outcome} and error {int(failed)} contradict each other")
    return outcome


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
