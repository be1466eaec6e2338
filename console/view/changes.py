"""The history as the screen needs it: lines to read, and the moments when a route's percentage changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.domain.errors import RegistryInvalid
from console.history.records import Entry
from console.registry.reading import parse
from console.text import words
from console.text.safe import safe_line
from console.view.records import ChangeView


def change_view(entry: Entry) -> ChangeView:
    """One change as a line."""
    return ChangeView(
        number=entry.number,
        at=entry.at,
        text=safe_line(entry.summary),
        actor=safe_line(entry.actor.split("@")[0]),
        reason=safe_line(entry.reason),
        undone=entry.undone_by is not None,
    )


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


def label(change: ShareChange) -> str:
    """The word at the mark in a plot: `25 %`."""
    return words.percentage(change.percentage)
