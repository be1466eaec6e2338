"""What the providers' own lists of models said when last read: kept in the user's folder, never over shipped data.

One file for each provider, so that two refreshes at once lose nothing. A file that cannot be read counts as not there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from console.catalog.own import VARIABLE, state_folder
from console.domain.record import record

ListedState = Literal["active", "deprecated", "retired"]
FOLDER = "catalog"
PROVIDERS = ("anthropic", "openai", "gemini")
LARGEST_BYTES = 16_000_000
_STATES: tuple[ListedState, ...] = ("active", "deprecated", "retired")
_PLAUSIBLE = re.compile(r"[!-~]{1,256}")
_SCHEMA = 1


@record
class Listed:
    """One model of a list. `state` None: the list does not say; a missing date is one it did not give.

    `seen` is the day of the first list that named it, `gone` the day of the first one that did so no longer.
    """

    id: str
    state: ListedState | None = None
    released: date | None = None
    deprecated: date | None = None
    retires: date | None = None
    seen: date | None = None
    gone: date | None = None


@record
class Listing:
    """One provider's list: where it came from, when it was read (aware, UTC), and what it named."""

    provider: str
    source: str
    fetched: datetime
    models: tuple[Listed, ...]

    @property
    def present(self) -> tuple[Listed, ...]:
        """What the newest list names."""
        return tuple(model for model in self.models if model.gone is None)


@record
class Kept:
    """Every list that is kept, by provider; and what is wrong with files that could not be read."""

    listings: Mapping[str, Listing]
    problems: tuple[str, ...] = ()


def folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where the lists are kept: in the folder `CONSOLE_STATE` names, else in the user's own. It may not exist yet."""
    return state_folder(environment) / FOLDER


def plausible(model_id: object) -> bool:
    """Whether a list's word can be a model id at all: printable ASCII without spaces, up to 256 characters."""
    return isinstance(model_id, str) and _PLAUSIBLE.fullmatch(model_id) is not None


def joined(before: Listing | None, fresh: Listing) -> Listing:
    """`fresh` with what earlier lists knew: since when each model is listed, and which are gone since when."""
    today = fresh.fetched.astimezone(UTC).date()
    known = {model.id: model for model in before.models} if before else {}
    now = [replace(model, seen=_seen(known.get(model.id), today)) for model in fresh.models]
    names = {model.id for model in fresh.models}
    gone = [replace(model, gone=model.gone or today) for model in known.values() if model.id not in names]
    return replace(fresh, models=(*now, *gone))


def _seen(earlier: Listed | None, today: date) -> date:
    return earlier.seen if earlier is not None and earlier.seen is not None else today


def document(listing: Listing) -> bytes:
    """The file that `parse` reads."""
    rows = [
        {key: str(value) for key, value in ((key, getattr(model, key)) for key in Listed.__match_args__) if value}
        for model in listing.models
    ]
    plain = {
        "schema": _SCHEMA,
        "provider": listing.provider,
        "source": listing.source,
        "fetched": listing.fetched.astimezone(UTC).isoformat(timespec="seconds"),
        "models": rows,
    }
    return (json.dumps(plain, indent=1) + "\n").encode()


def parse(data: bytes) -> Listing:
    """The list in a file. Raises ValueError where it is not one."""
    try:
        plain = json.loads(data)
        if plain["schema"] != _SCHEMA or plain["provider"] not in PROVIDERS:
            raise ValueError("of another version")
        fetched = datetime.fromisoformat(plain["fetched"])
        if fetched.tzinfo is None:
            raise ValueError("no zone")
        return Listing(plain["provider"], str(plain["source"]), fetched, tuple(map(_listed, plain["models"])))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a list of models ({type(error).__name__})") from error


def _listed(row: Mapping[str, Any]) -> Listed:
    def on(key: str) -> date | None:
        return date.fromisoformat(row[key]) if key in row else None

    state = row.get("state")
    if not plausible(row["id"]) or state not in (None, *_STATES):
        raise ValueError("not a model")
    return Listed(row["id"], state, on("released"), on("deprecated"), on("retires"), on("seen"), on("gone"))


def read(place: Path) -> Kept:
    """Every list in the folder `place`. Never raises: what cannot be read is a problem in words."""
    found, problems = {}, []
    for provider in PROVIDERS:
        path = place / f"{provider}.json"
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_BYTES + 1)
            if len(data) > LARGEST_BYTES:
                raise ValueError("too large")
            listing = parse(data)
            if listing.provider != provider:
                raise ValueError(f"the list of {listing.provider}")
            found[provider] = listing
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problems.append(f"{path} cannot be read: {error.strerror}")
        except ValueError:
            problems.append(f"{path} is no list of models: `console catalog refresh` writes it anew")
    return Kept(found, tuple(problems))


def stamp() -> tuple[str, int]:
    """Changes whenever a list is written: asking costs one look at the folder."""
    place = _place(os.environ.get(VARIABLE, ""))
    try:
        return place, os.stat(place).st_mtime_ns  # noqa: PTH116 - asked for every clock on the screen
    except OSError:
        return place, 0


@lru_cache(maxsize=2)
def kept(of: tuple[str, int]) -> Kept:
    """The lists as they stood at `stamp()`."""
    return read(Path(of[0])) if of[1] else Kept({})


@lru_cache(maxsize=4)
def _place(named: str) -> str:
    return str(folder({VARIABLE: named}))
