"""What the history tells of a route: its percentages, its holds, and which model took production from which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from console.domain.errors import RegistryInvalid
from console.domain.record import record
from console.domain.registry import Route
from console.history.records import Entry
from console.registry.reading import parse

_Key = tuple[int, datetime]
"""A history that was set aside is followed by one whose numbers begin anew."""


@record
class ShareChange:
    """A route's percentage changed at this moment; `before` is what it was, None for another rollout."""

    at: datetime
    route: str
    percentage: float
    before: float | None = None
    actor: str = ""
    number: int = 0
    """Of the change in the history."""


class ShareChanges:
    """Finds them in the history; every entry's files are read once."""

    def __init__(self) -> None:
        self._known: dict[_Key, tuple[ShareChange, ...]] = {}

    def of(self, entries: Iterable[Entry]) -> tuple[ShareChange, ...]:
        """All changes of a percentage in `entries`, in their order."""
        found: list[ShareChange] = []
        for entry in entries:
            if entry.state != "committed":
                continue
            key = (entry.number, entry.at)
            if key not in self._known:
                self._known[key] = _changes(entry)
            found.extend(self._known[key])
        return tuple(found)


@record
class ProductionChange:
    """Change `number` made `after` the production model of `route`, in place of `before`.

    `promoted` where `after` was the route's canary until then: it has shown itself, and is watched for a while.
    """

    number: int
    at: datetime
    route: str
    before: str
    after: str
    promoted: bool
    rollout: str = ""
    """The rollout that the promotion ended."""


class ProductionChanges:
    """Finds them in the history; every entry's files are read once."""

    def __init__(self) -> None:
        self._known: dict[_Key, tuple[ProductionChange, ...]] = {}

    def newest(self, entries: Iterable[Entry]) -> Mapping[str, ProductionChange]:
        """Route -> the last change of its production model in `entries` (the newest first)."""
        found: dict[str, ProductionChange] = {}
        for entry in entries:
            if entry.state != "committed":
                continue
            key = (entry.number, entry.at)
            if key not in self._known:
                self._known[key] = _productions(entry)
            for change in self._known[key]:
                found.setdefault(change.route, change)
        return found


def held_since(route: Route, entries: Iterable[Entry]) -> datetime | None:
    """When the hold on `route` was written, as `entries` (the newest first) tell; None where none of them does."""
    held = route.canary.held if route.canary else None
    for entry in entries:
        if entry.state != "committed" or b"canary_held" not in entry.after:
            continue
        if _held(entry.after, route) == held and _held(entry.before, route) != held:
            return entry.at
    return None


def _held(data: bytes, route: Route) -> str | None:
    then = _routes(data).get(route.name)
    return then.canary.held if then is not None and then.canary is not None else None


def _changes(entry: Entry) -> tuple[ShareChange, ...]:
    before, after = _shares(entry.before), _shares(entry.after)
    return tuple(
        ShareChange(entry.at, route, share, was[1] if was and was[0] == rollout else None, entry.actor, entry.number)
        for route, (rollout, share) in after.items()
        if (was := before.get(route)) != (rollout, share)
    )


def _shares(data: bytes) -> dict[str, tuple[str, float]]:
    """Route -> (rollout, percentage) of the file's content; nothing where it was no registry."""
    return {name: (route.rollout_id, route.canary_percentage) for name, route in _routes(data).items()}


def _productions(entry: Entry) -> tuple[ProductionChange, ...]:
    before, after = _routes(entry.before), _routes(entry.after)
    return tuple(
        ProductionChange(
            number=entry.number,
            at=entry.at,
            route=name,
            before=was.production,
            after=route.production,
            promoted=was.canary is not None and was.canary.model_id == route.production,
            rollout=was.rollout_id,
        )
        for name, route in after.items()
        if (was := before.get(name)) is not None and was.production != route.production
    )


@lru_cache(maxsize=4)  # what one change left is what the next one found
def _routes(data: bytes) -> Mapping[str, Route]:
    try:
        return parse(data, "registry.toml").registry.routes
    except RegistryInvalid:
        return {}
