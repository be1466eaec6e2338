"""The cells that plots are drawn from, kept between two looks: reading eight hours anew takes half a second."""

from __future__ import annotations

from console.domain.cells import Cell
from console.traffic.reading import LogReader

_LATE_SLOTS = 6
"""Writers commit within seconds, so a minute of slots is read again."""


class Window:
    """The recent cells of one route, whatever rollout they belong to."""

    def __init__(self, route: str) -> None:
        self._route = route
        self._cells: tuple[Cell, ...] = ()
        self._since = self._through = -1

    def cells(self, reader: LogReader, since: int, slot: int) -> tuple[Cell, ...]:
        """Those from slot `since` on, where `slot` is the present one. May raise LogInvalid, and keeps nothing then."""
        known = 0 <= self._since <= since and self._through <= slot
        start = max(since, self._through - _LATE_SLOTS) if known else since
        kept = [cell for cell in self._cells if since <= cell.slot < start] if known else []
        self._since = -1
        self._cells = (*kept, *reader.cells(self._route, None, start))
        self._since, self._through = since, slot
        return self._cells
