"""What the history tells of a route: when its percentage changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.domain.errors import RegistryInvalid
from console.history.records import Entry
from console.registry.reading import parse


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A route's percentage changed at this moment; `before` is what it was, None for another rollout."""

    at: datetime
    route: str
    percentage: float
    before: float | None = None


class ShareChanges:
    """Finds them in the history; every entry's files are read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ShareChange, ...]] = {}

    def of(self, entries: Iterable[Entry]) -> tuple[ShareChange, ...]:
        """All changes of a percentage in `entries`, in their order."""
        found: list[ShareChange] = []
        for entry in entries:
            if entry.state != "committed":
                continue
            if entry.number not in self._known:
                self._known[entry.number] = _changes(entry)
            found.extend(self._known[entry.number])
        return tuple(found)


def _changes(entry: Entry) -> tuple[ShareChange, ...]:
    before, after = _shares(entry.before), _shares(entry.after)
    return tuple(
        ShareChange(entry.at, route, share, was[1] if was and was[0] == rollout else None)
        for route, (rollout, share) in after.items()
        if (was := before.get(route)) != (rollout, share)
    )


def _shares(data: bytes) -> dict[str, tuple[str, float]]:
    """Route -> (rollout, percentage) of the file's content; nothing where it was no registry."""
    try:
        registry = parse(data, "registry.toml").registry
    except RegistryInvalid:
        return {}
    return {name: (route.rollout_id, route.canary_percentage) for name, route in registry.routes.items()}
