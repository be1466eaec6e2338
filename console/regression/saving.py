"""The last run of each suite on each model, in the user's own folder: what a review looks at, also tomorrow.

Answers are what customers asked and were told, so the files are readable by their user alone and forgotten after 30
days.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from console.domain.errors import Refused
from console.providers.private import forget_old, state_folder, write_whole
from console.regression.records import SuiteRun
from console.text.clock import utc_now

FOLDER = "regression"
_SCHEMA = 1


def folder_of(folder: Path | None = None) -> Path:
    """Where runs are kept: in `folder`, else in `state_folder()`."""
    return (state_folder() if folder is None else folder) / FOLDER


def path_of(suite_path: Path, model: str, folder: Path | None = None) -> Path:
    """The file of the last run of the suite at `suite_path` on the new `model`. It may not exist."""
    return folder_of(folder) / f"{_digest(str(suite_path.resolve()))}-{_digest(model)}.json"


def save(run: SuiteRun, folder: Path | None = None, now: Callable[[], datetime] = utc_now) -> Path:
    """Keep `run`, instead of the one before on the same model. Raises Refused where the disk does not take it."""
    path = path_of(run.suite_path, run.new_model, folder)
    forget_old(path.parent, now())
    text = json.dumps({"schema": _SCHEMA, "run": asdict(run)}, separators=(",", ":"), default=_as_json)
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise Refused(f"the run could not be kept for a review: {error.strerror or error}") from error
    return path


def load_latest(suite_path: Path, model: str = "", folder: Path | None = None) -> SuiteRun | None:
    """The last run of the suite, on `model` or on whichever was last; None where none is kept that can be read."""
    names = f"{_digest(str(suite_path.resolve()))}-{_digest(model) if model else '*'}.json"
    found = [(modified, path) for path in folder_of(folder).glob(names) if (modified := _modified(path))]
    runs = (load(path) for _, path in sorted(found, reverse=True))
    return next((run for run in runs if run is not None), None)


def load(path: Path) -> SuiteRun | None:
    """The run in a file, or None where it is gone, or not as this version wrote it."""
    try:
        value = json.loads(path.read_bytes())
        if value["schema"] != _SCHEMA:
            return None
        run = _read(SuiteRun, value["run"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return run if isinstance(run, SuiteRun) else None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _as_json(value: object) -> object:
    """What JSON does not know: instants, days, paths, read-only tables."""
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else str(value)


def _read(kind: Any, value: Any) -> Any:
    """`value` of a JSON file as the type `kind` of a record. Raises TypeError or ValueError where it is none."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        record: Any = kind
        read = _fields(record)
        return record(**{name: read[name](item) for name, item in value.items() if name in read})
    if origin is tuple:
        return _tuple(get_args(kind), value)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _read(next(each for each in get_args(kind) if each is not types.NoneType), value)
    if origin is Literal:
        if value not in get_args(kind):
            raise ValueError(value)
        return value
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is Path:
        return Path(value)
    return _plain(origin or kind, value)


def _plain(kind: Any, value: Any) -> Any:
    accepted = (int, float) if kind is float else kind
    if kind is not object and (not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool)):
        raise TypeError(f"{kind} expected")
    return value


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError("a list expected")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], item) for item in value)
    return tuple(_read(kind, item) for kind, item in zip(kinds, value, strict=True))


@cache
def _fields(kind: Any) -> Mapping[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {one.name: partial(_read, hints[one.name]) for one in fields(kind)}
