"""What came in lately, per arm: how fast, and when last. Read once per slot, since within a slot nothing closes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from console.domain.cells import SLOT_S, Cell
from console.domain.choice import Arm
from console.domain.record import record

QUIET_S = 600.0
"""An arm without a request for this long has nothing to be compared with."""
RATE_OVER_S = 120.0
ARMS: tuple[Arm, Arm] = ("production", "canary")


class Cells(Protocol):
    """Whatever can be asked for cells: the log's reader."""

    def cells(self, route: str, rollout: str | None = None, since_slot: int = 0) -> tuple[Cell, ...]:
        """The cells of a route from a slot on."""
        ...


@record
class Recent:
    """The last ten minutes of one rollout. `per_s` are requests per second, `quiet` arms without any request."""

    per_s: Mapping[Arm, float]
    quiet: tuple[Arm, ...]


class RecentTraffic:
    """Remembers what it read for the length of a slot."""

    def __init__(self, reader: Cells) -> None:
        self._reader = reader
        self._known: dict[tuple[str, str], tuple[int, Recent]] = {}

    def of(self, route: str, rollout: str, now: float) -> Recent:
        """The recent traffic of `rollout` at epoch second `now`."""
        slot = int(now // SLOT_S)
        known = self._known.get((route, rollout))
        if known is None or known[0] != slot:
            known = self._known[route, rollout] = (slot, self._read(route, rollout, now))
        return known[1]

    def _read(self, route: str, rollout: str, now: float) -> Recent:
        cells = self._reader.cells(route, rollout, int((now - QUIET_S) // SLOT_S))
        seen = {cell.arm for cell in cells if cell.shown.requests}
        since = (now - RATE_OVER_S) // SLOT_S
        fresh = [cell for cell in cells if cell.slot >= since]
        # A rollout younger than the window is not slow: count from its first cell in sight.
        first = min((cell.slot for cell in fresh), default=int(now // SLOT_S))
        seconds = max(float(SLOT_S), min(RATE_OVER_S, now - first * SLOT_S))
        per_s = {arm: sum(cell.shown.requests for cell in fresh if cell.arm == arm) / seconds for arm in ARMS}
        return Recent(per_s, tuple(arm for arm in ARMS if arm not in seen))
