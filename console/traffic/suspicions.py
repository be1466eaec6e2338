"""Why the data of a rollout could not be trusted just now, whatever their outcomes: causes that void a comparison.

A served model that changed, a prompt that changed on one side, requests that the log had to drop, a split that is not
the one set. All but the split come and go: while one is there, closed blocks are left out on both arms alike. None of
them looks at an outcome, so leaving blocks out bends no evidence.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from console.catalog.rerouting import rerouted, same_model
from console.domain.cells import SLOT_S
from console.domain.record import record
from console.domain.registry import Route
from console.traffic.clusters import number_at
from console.verdict.ratio import SUSPECT, log_ratio_evidence

RECENT_S = 600.0
SAMPLE_ROWS = 400
ENOUGH = 20
DOMINANT = 0.8
"""A prompt is judged where most of an arm's requests share it: one with the hour in it changes all the time."""
DROPPED_SHARE = 0.02
SETTLING_SLOTS = 6
"""A minute for every process to learn a new percentage."""
WINDOWS_S = (RECENT_S, 3_600.0)
"""In which the present split shows: ten minutes of a busy route, an hour of a quiet one."""
WINDOW_ROWS = 20_000

_HOUR_SLOTS = int(3_600 // SLOT_S)
_PROMPT = "the prompt changed on"

Notes = dict[str, Any]
"""What earlier looks saw: kept with the evidence, as JSON."""


@record
class Passing:
    """The causes that are there just now, and the blocks that they void.

    `spans` are the (first, last) slots in which another model answered, by the hour; `everything`: one of the causes
    began nobody knows when, so that whatever was not looked at before is void.
    """

    causes: tuple[str, ...] = ()
    everything: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    def voids(self, first_slot: int, last_slot: int) -> bool:
        """Whether a block of these slots is to be left out."""
        return self.everything or any(first <= last_slot and first_slot <= last for first, last in self.spans)


class _Stray(NamedTuple):
    """A model that answered in one hour without being asked for."""

    asked: str
    served: str
    hour: int
    last_at: float


def passing(db: sqlite3.Connection, route: Route, notes: Notes, now: float) -> Passing:
    """The causes that are there at epoch second `now` and were not at the start. Updates `notes`."""
    strays = tuple(_strays(db, route, notes))
    lately = [stray for stray in strays if now - stray.last_at < RECENT_S]
    served = tuple(dict.fromkeys(f"{stray.asked} is answered by {stray.served}" for stray in lately))
    others = (*_prompts(db, route, notes), *_dropped(db, notes))
    spans = tuple(
        (stray.hour * _HOUR_SLOTS, int((now if stray in lately else stray.last_at) // SLOT_S)) for stray in strays
    )
    return Passing((*served, *others), bool(others), spans)


def passes_by_itself(cause: str) -> bool:
    """Whether `cause` is part of a usual deployment: a new prompt reaches one arm a moment before the other."""
    return cause.startswith(_PROMPT)


def _strays(db: sqlite3.Connection, route: Route, notes: Notes) -> Iterator[_Stray]:
    """Whatever answered without being asked for: a retired id that is rerouted, an alias that moved.

    A pinned id has to be answered by itself from the first request on. Of any other, what answered first is what it
    stands for: that is known from `ENOUGH` answers on.
    """
    rows = db.execute(
        "SELECT series.model, served.model, served.hour, sum(served.requests), max(served.last_at) FROM served"
        " JOIN series ON series.id = served.series WHERE series.route = ? AND series.rollout = ? AND served.model != ''"
        " GROUP BY 1, 2, 3 ORDER BY 3",
        (route.name, route.rollout_id),
    ).fetchall()
    known: dict[str, list[str]] = notes.setdefault("served", {})
    for asked in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == asked]
        if asked not in known and (first := _first(mine)):
            known[asked] = first
        for _, served, hour, _, last_at in mine:
            strange = asked in known and not any(same_model(served, usual) for usual in known[asked])
            if strange or rerouted(asked, served):
                yield _Stray(asked, served, hour, last_at)


def _first(rows: list[tuple[str, str, int, int, float]]) -> list[str]:
    """Who gave the first `ENOUGH` answers, all of their hour included; nobody where there are fewer."""
    found: dict[str, None] = {}
    answers, enough_in = 0, None
    for _, served, hour, requests, _ in rows:
        if enough_in is not None and hour > enough_in:
            break
        found[served] = None
        answers += requests
        if answers >= ENOUGH:
            enough_in = hour
    return sorted(found) if enough_in is not None else []


def _prompts(db: sqlite3.Connection, route: Route, notes: Notes) -> Iterator[str]:
    rows = db.execute(
        "SELECT series.arm, shapes.prompt_hash, count(*) FROM"
        " (SELECT series, shape FROM requests ORDER BY n DESC LIMIT ?) AS newest"
        " JOIN series ON series.id = newest.series JOIN shapes ON shapes.id = newest.shape"
        " WHERE series.route = ? AND series.rollout = ? AND shapes.prompt_hash != '' GROUP BY 1, 2",
        (SAMPLE_ROWS, route.name, route.rollout_id),
    ).fetchall()
    known: dict[str, str] = notes.setdefault("prompts", {})
    changed: dict[str, str] = {}
    for arm in ("production", "canary"):
        counts = {prompt: n for of, prompt, n in rows if of == arm}
        if sum(counts.values()) < ENOUGH:
            continue
        most = max(counts, key=lambda prompt: counts[prompt])
        if counts[most] >= DOMINANT * sum(counts.values()):
            if known.setdefault(arm, most) != most:
                changed[arm] = most
        elif arm in known and counts.get(known[arm], 0) < DOMINANT * sum(counts.values()):
            changed[arm] = ""
    if len(changed) == 2 and "" not in changed.values():
        known |= changed  # both arms moved to their new prompt: from here on this is what is compared
        yield f"{_PROMPT} both arms"
    elif changed:
        yield f"{_PROMPT} {' and '.join(changed)}"


def _dropped(db: sqlite3.Connection, notes: Notes) -> Iterator[str]:
    """Requests that came in faster than the log could write them."""
    dropped, rows = (value or 0 for value in db.execute("SELECT sum(dropped), sum(rows) FROM writers").fetchone())
    before = notes.get("dropped")
    notes["dropped"] = [dropped, rows]
    if before is None:
        return
    lost, written = dropped - before[0], max(0, rows - before[1])
    if lost > 0 and lost > DROPPED_SHARE * (lost + written):
        yield f"{lost:,} requests were dropped by the log"


def split(db: sqlite3.Connection, route: Route, steps: list[tuple[int, float]], notes: Notes, now: float) -> str:
    """Whether the split of users is the one that is set; "" if so. `steps` are (slot, percentage) changes so far.

    Users of earlier steps move to the canary when the share grows, so after a step only users who are new since then
    are counted: each of them was split at the present percentage. A step that nobody saw, because nobody looked, shows
    in the split of the last minutes: where that is as set, counting begins anew.
    """
    if not 0 < route.canary_percentage < 100:
        return ""
    row = db.execute("SELECT id, production, canary FROM rollouts WHERE rollout = ?", (route.rollout_id,)).fetchone()
    if row is None:
        return ""
    number, production, canary = row
    since = max(steps[-1][0] if steps else -1, notes.get("split_since", -1))
    if since >= 0:
        production, canary = _new_users(db, number, since + SETTLING_SLOTS, production + canary, notes)
    share = route.canary_percentage / 100
    if log_ratio_evidence(canary, production, share) < math.log(SUSPECT):
        return ""
    measured = canary / max(1, canary + production)
    if _is_as_set_now(db, route.rollout_id, share, measured, now):
        notes["split_since"] = int(now // SLOT_S)
        return ""
    return f"canary share {100 * measured:.1f} % of users, {route.canary_percentage:g} % configured"


def _is_as_set_now(db: sqlite3.Connection, rollout: str, share: float, measured: float, now: float) -> bool:
    """Whether the users of the last minutes speak for `share` and against the share that was `measured` of all."""
    edge = min(max(measured, 1e-6), 1 - 1e-6)
    for seconds in WINDOWS_S:
        first = number_at(db, int((now - seconds) // SLOT_S))
        users = dict(
            db.execute(
                "SELECT series.arm, count(DISTINCT newest.user) FROM"
                " (SELECT series, user, why FROM requests WHERE n >= ? ORDER BY n DESC LIMIT ?) AS newest"
                " JOIN series ON series.id = newest.series WHERE series.rollout = ? AND newest.why = 'bucket'"
                " GROUP BY 1",
                (first, WINDOW_ROWS, rollout),
            ).fetchall()
        )
        canary, production = users.get("canary", 0), users.get("production", 0)
        spoken = canary * math.log(share / edge) + production * (math.log1p(-share) - math.log1p(-edge))
        if spoken >= math.log(SUSPECT) and log_ratio_evidence(canary, production, share) < math.log(SUSPECT):
            return True
    return False


def _new_users(db: sqlite3.Connection, rollout: int, since: int, users: int, notes: Notes) -> tuple[int, int]:
    """(production, canary) users first seen after slot `since`; counted anew when users have grown by a twentieth."""
    known = notes.get("new_users")
    if known and known[0] == since and users < 1.05 * known[1] + 1:
        return known[2], known[3]
    found = dict(
        db.execute(
            "SELECT arm, count(*) FROM rollout_users AS one WHERE rollout = ? AND first_slot > ? AND NOT EXISTS"
            " (SELECT 1 FROM rollout_users AS other WHERE other.rollout = one.rollout AND other.user = one.user"
            " AND other.arm != one.arm AND other.first_slot <= ?) GROUP BY arm",
            (rollout, since, since),
        ).fetchall()
    )
    notes["new_users"] = [since, users, found.get("production", 0), found.get("canary", 0)]
    return found.get("production", 0), found.get("canary", 0)
