"""What breakers did lately: requests that a process kept away from a failing model, read off the newest rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from console.domain.record import record

LATELY_S = 60.0
MOST_ROWS = 50_000
"""Rows that are looked at: a minute of 800 requests a second, in about 10 ms. Beyond that the counts are too low."""


class Log(Protocol):
    """Whatever can be asked with SQL: the log's reader."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A short look at the database."""
        ...


@record
class Diverted:
    """The last minute of one route: how many processes have an open breaker, and requests that got another model."""

    processes: int
    requests: int


def diverted(log: Log, now: float) -> Mapping[str, Diverted]:
    """Route -> what breakers did in the minute before epoch second `now`; routes without any are absent.

    Trials of the failing model are not counted. Processes are told apart by the middle part of a request's id. May
    raise LogInvalid.
    """
    with log.reading() as db:
        rows = db.execute(
            "SELECT series.route, count(DISTINCT substr(newest.id, 13, 8)), count(*) FROM"
            " (SELECT id, series, at, why FROM requests ORDER BY n DESC LIMIT ?) AS newest"
            " JOIN series ON series.id = newest.series"
            " WHERE newest.at >= ? AND newest.why = 'breaker' AND series.arm = 'production' GROUP BY 1",
            (MOST_ROWS, now - LATELY_S),
        ).fetchall()
    return {route: Diverted(processes, requests) for route, processes, requests in rows}
