"""When a model ends, as its provider says, and the retirement clock that the screen, `status` and `check` show.

Dates differ by platform, so facts are keyed by (platform, id). None means unknown, and unknown is never shown as safe.
A "not sooner than" date is a floor, not a deadline: nothing happens on that day, so it never raises an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from console.catalog import facts
from console.catalog.platforms import place
from console.domain.registry import Pin
from console.text.safe import SafeText
from console.text.words import day, plural

State = Literal["active", "deprecated", "retired", "rerouted"]
RetiresKind = Literal[
    "exact", "exact_then_rerouted", "rerouted_same_day", "earliest", "not_sooner_than", "to_be_announced"
]
"""What kind of date `retires` is. `earliest` and `not_sooner_than` are floors; the rerouted kinds mean that requests
are answered by the replacement instead of failing."""
FLOORS: frozenset[str] = frozenset({"earliest", "not_sooner_than"})
REROUTED: frozenset[str] = frozenset({"exact_then_rerouted", "rerouted_same_day"})

SOON_DAYS = 30
"""From here the clock waits for a person (amber)."""
LAST_DAYS = 2
"""Below this many days the clock is red: no ladder finishes in under 48 hours."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the provider says about the life of one model, as it stood on `as_of`."""

    state: State
    released: date | None
    deprecated: date | None
    retires: date | None
    retires_kind: RetiresKind | None
    replacement: str | None
    source: str
    as_of: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The retirement of one pin, seen from one day.

    `days_left` is negative after the date, None without one. `words` is "retires in 7 days · 30 Nov". `tone` is "bad"
    (act now), "waiting" (needs a person soon) or "none". `deadline` is False for floors and for models without a date:
    such a clock may be left away where room is short. `as_of` is None where the registry itself gave the date.
    """

    on: date | None
    days_left: int | None
    words: SafeText
    tone: Literal["bad", "waiting", "none"]
    deadline: bool
    replacement: str | None = None
    as_of: date | None = None


def lifecycle(model_id: str, platform: str = "") -> Lifecycle | None:
    """What is known about the life of `model_id`; an alias has the life of the snapshot it points to.

    `platform` as in `identify`. None is "unknown": the model is not in the data, or not on this platform.
    """
    where = place(model_id.strip().lower(), platform.strip().lower())
    if where.hidden or not where.name:
        return None
    # What a gateway passes straight on ends when its maker ends it; a router with several hosts decides for itself.
    return _rows().get(("" if where.platform == "litellm" else where.platform, where.name))


def clock(
    model_id: str, today: date, pin: Pin | None = None, *, platform: str = "", ladder_days: float = 0.0
) -> Clock | None:
    """The retirement clock of `model_id` on `today` (UTC), or None when nothing is known.

    `pin.retires` and `pin.replacement` win over the shipped data. `ladder_days` is how long the canary that replaces
    this model still needs at least: when that no longer fits before the date, the clock is red.
    """
    known = lifecycle(model_id, platform)
    replacement = (pin.replacement if pin else None) or (known.replacement if known else None)
    if pin is not None and pin.retires is not None:
        return _deadline(pin.retires, "exact", today, ladder_days, replacement, None)
    if known is None:
        return None
    if known.retires is None or known.retires_kind is None:
        return _undated(known, replacement)
    ended = known.state == "retired" and today >= known.retires
    if known.retires_kind in FLOORS and not ended:
        return _floor(known.retires, today, replacement, known.as_of)
    return _deadline(known.retires, known.retires_kind, today, ladder_days, replacement, known.as_of)


def _deadline(
    on: date, kind: str, today: date, ladder_days: float, replacement: str | None, as_of: date | None
) -> Clock:
    left = (on - today).days
    verb = ("rerouted", "rerouted") if kind in REROUTED else ("retires", "retired")
    urgent = left < LAST_DAYS or left < ladder_days
    tone: Literal["bad", "waiting", "none"] = "bad" if urgent else "waiting" if left <= SOON_DAYS else "none"
    if left < 0:
        words = f"{verb[1]} {plural(-left, 'day')} ago"
    elif left == 0:
        words = f"{verb[0]} today · {day(on, today)}"
    else:
        words = f"{verb[0]} in {plural(left, 'day')} · {day(on, today)}"
    return Clock(on, left, SafeText(words), tone, True, replacement, as_of)


def _floor(on: date, today: date, replacement: str | None, as_of: date) -> Clock:
    left = (on - today).days
    words = f"not before {day(on, today)}" if left >= 0 else f"no date announced, possible since {day(on, today)}"
    return Clock(on, left, SafeText(words), "none", False, replacement, as_of)


def _undated(known: Lifecycle, replacement: str | None) -> Clock:
    deprecated = known.state != "active"
    words = "deprecated, date to be announced" if deprecated else "no date announced"
    return Clock(None, None, SafeText(words), "waiting" if deprecated else "none", False, replacement, known.as_of)


@cache
def _rows() -> Mapping[tuple[str, str], Lifecycle]:
    """(platform, id or alias) -> its life."""
    as_of = facts.as_of()
    rows: dict[tuple[str, str], Lifecycle] = {}
    for row in facts.document("lifecycle.json")["models"]:
        life = _lifecycle(row, as_of)
        for name in (row["id"], *row.get("aliases", ())):
            rows[row.get("platform", ""), name] = life
    return rows


def _lifecycle(row: Mapping[str, Any], as_of: date) -> Lifecycle:
    def on(key: str) -> date | None:
        return date.fromisoformat(row[key]) if key in row else None

    return Lifecycle(
        state=row["state"],
        released=on("released"),
        deprecated=on("deprecated"),
        retires=on("retires"),
        retires_kind=row.get("retires_kind"),
        replacement=row.get("replacement"),
        source=row["source"],
        as_of=as_of,
        note=row.get("note", ""),
    )
