"""Which models really answered: for each asked model of a route who served it lately, and who did before."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from console.domain.cells import SLOT_S
from console.domain.record import record

LATELY_S = 3_600.0
EARLIER_S = 8 * 86_400.0


class Log(Protocol):
    """Whatever can be asked with SQL: the log's reader."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A short look at the database."""
        ...


@record
class Server:
    """One model that answered. `since` is the epoch second of the hour of its first answer in the last eight days,
    `last_at` of its newest; `requests` are those since then."""

    model: str
    requests: int
    since: float
    last_at: float


Servers = Mapping[tuple[str, str], tuple[Server, ...]]
"""(route, asked model) -> who answered, whoever did last first."""


def servers(log: Log, now: float) -> Servers:
    """Who answered in the eight days before epoch second `now`. Answers that named no model are left out.

    May raise LogInvalid. Reads one row for each hour and model: about 2 ms for a busy week.
    """
    with log.reading() as db:
        rows = db.execute(
            "SELECT series.route, series.model, served.model, sum(served.requests), min(served.hour) * 3600.0,"
            " max(served.last_at) FROM served JOIN series ON series.id = served.series"
            " WHERE served.hour >= ? AND served.model != '' GROUP BY 1, 2, 3 ORDER BY 6 DESC",
            (int((now - EARLIER_S) // 3_600),),
        ).fetchall()
    found: dict[tuple[str, str], tuple[Server, ...]] = {}
    for route, asked, *rest in rows:
        found[route, asked] = (*found.get((route, asked), ()), Server(*rest))
    return found


class Serving:
    """Remembers what it read for the length of a slot."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._slot = -1
        self._known: Servers = {}

    def of(self, now: float) -> Servers:
        """Who answered, as of the slot of epoch second `now`. May raise LogInvalid."""
        slot = int(now // SLOT_S)
        if slot != self._slot:
            self._known, self._slot = servers(self._log, now), slot
        return self._known
