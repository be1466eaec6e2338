"""The line that says that breakers are open: a canary whose requests go elsewhere looks better than it is."""

from __future__ import annotations

from collections.abc import Mapping

from console.domain.cells import SLOT_S
from console.text.safe import NOTHING, SafeText
from console.text.words import plural
from console.traffic.diverted import Diverted, Log, diverted


class BreakerLines:
    """Remembers what it read for the length of a slot."""

    def __init__(self) -> None:
        self._slot = -1
        self._known: Mapping[str, Diverted] = {}

    def of(self, log: Log, route: str, now: float) -> SafeText:
        """The line of `route` at epoch second `now`, or "". May raise LogInvalid."""
        slot = int(now // SLOT_S)
        if slot != self._slot:
            self._known, self._slot = diverted(log, now), slot
        found = self._known.get(route)
        return NOTHING if found is None else line(found)


def line(found: Diverted) -> SafeText:
    """`breaker open in 2 processes: 34 requests in the last minute got another model`."""
    where, what = plural(found.processes, "process", "processes"), plural(found.requests, "request")
    return SafeText(f"breaker open in {where}: {what} in the last minute got another model")
