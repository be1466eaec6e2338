"""Since when a canary is held: the registry says why, the history when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from console.actions.past import held_since
from console.domain.registry import Route
from console.history.records import Entry
from console.text import words
from console.text.safe import join
from console.view.records import CanaryView, State

_TODAY_S = 43_200
"""A time of day that is longer ago could be taken for one of today."""


class Holds:
    """Looks into the history once for every hold."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int, datetime], datetime | None] = {}

    def dated(self, view: CanaryView, route: Route, entries: Sequence[Entry], now: datetime) -> CanaryView:
        """`view` with `held 13:05: ` before the reason, where `entries` (newest first) tell of it."""
        held = route.canary.held if route.canary else None
        if view.state is not State.HELD or held is None or not entries:
            return view
        # With its time: a history that was restored or merged gives its numbers to other changes.
        key = (route.name, held, entries[0].number, entries[0].at)
        if key not in self._known:
            self._known[key] = held_since(route, entries)
        since = self._known[key]
        return view if since is None else replace(view, sentence=join(f"held {_when(since, now)}: ", view.sentence))


def _when(at: datetime, now: datetime) -> str:
    recent = (now - at).total_seconds() < _TODAY_S
    return words.clock(at) if recent else words.day(at.astimezone(UTC).date(), now.astimezone(UTC).date())
