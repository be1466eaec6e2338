"""How a route is called: the names of parameters it was called with, and the sizes of its newest requests.

Reads the newest rows only, within one short look: how an application calls its models changes by a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from console.domain.cells import SLOT_S
from console.traffic.reading import LogReader

NEWEST = 20_000
"""Rows of all routes that are looked at: about 50 ms."""
SIZED = 2_000
"""Rows of the route whose sizes are read one by one: prices go by the size of each request."""
_DAY_S = 86_400.0


class Called(NamedTuple):
    """One way of calling: names of parameters, SDK, how often in sight, and how many of those were answered."""

    parameters: tuple[str, ...]
    sdk: str
    requests: int
    answered: int


class Sizes(NamedTuple):
    """The size of one answered request of `model`. Tokens as in the log: input includes cached and newly cached."""

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_write_tokens: int


@dataclass(frozen=True, slots=True)
class Mix:
    """What is in sight of one route. `conversations` of `turns` requests continued one; `per_day` None: not known."""

    called: tuple[Called, ...] = ()
    sizes: tuple[Sizes, ...] = ()
    turns: int = 0
    conversations: int = 0
    per_day: float | None = None


def read_mix(reader: LogReader, route: str, now: float) -> Mix:
    """The mix of `route` at epoch second `now`. Raises LogMissing or LogInvalid."""
    with reader.reading() as db:
        newest = (
            "FROM (SELECT * FROM requests ORDER BY n DESC LIMIT ?) AS newest"
            " JOIN series ON series.id = newest.series LEFT JOIN shapes ON shapes.id = newest.shape"
            " WHERE series.route = ?"
        )
        called = db.execute(
            f"SELECT coalesce(parameters, ''), coalesce(sdk, ''), count(*), sum(outcome != 'error') {newest}"
            " GROUP BY 1, 2 ORDER BY 3 DESC",
            (NEWEST, route),
        ).fetchall()
        sizes = db.execute(
            "SELECT coalesce(nullif(served, ''), model), input_tokens, output_tokens, coalesce(cached_tokens, 0),"
            f" coalesce(cache_write_tokens, 0) {newest} AND outcome IN ('ok', 'truncated')"
            " AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL ORDER BY n DESC LIMIT ?",
            (NEWEST, route, SIZED),
        ).fetchall()
        # A system message and a question are no conversation; a question, an answer and a question are.
        turns, conversations = db.execute(
            f"SELECT count(messages), coalesce(sum(messages > 2), 0) {newest}",
            (NEWEST, route),
        ).fetchone()
        day = db.execute(
            "SELECT coalesce(sum(requests), 0), min(slot) FROM cells JOIN series ON series.id = cells.series"
            " WHERE route = ? AND slot > ?",
            (route, int((now - _DAY_S) // SLOT_S)),
        ).fetchone()
    return Mix(
        called=tuple(Called(tuple(names.split()), *rest) for names, *rest in called),
        sizes=tuple(Sizes(*row) for row in sizes),
        turns=turns,
        conversations=conversations,
        per_day=_per_day(day[0], day[1], now),
    )


def _per_day(requests: int, first_slot: int | None, now: float) -> float | None:
    """Requests a day from those of the last 24 hours; a younger log counts from its first slot, an hour at least."""
    if not requests or first_slot is None:
        return None
    return requests * _DAY_S / min(_DAY_S, max(3_600.0, now - first_slot * SLOT_S))
