"""When a model ends, as its provider says, and the retirement clock that the screen, `status` and `check` show.

Dates differ by platform, so facts are keyed by (platform, id). None means unknown, and unknown is never shown as safe.
A "not sooner than" date is a floor, not a deadline: nothing happens on that day, so it never raises an alarm.
What the providers' own lists said later (`console catalog refresh`) goes over the shipped facts; a list that gives no
date takes none away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from functools import lru_cache
from typing import Any, Literal

from console.catalog import facts, listings
from console.catalog.listings import Listed, Listing
from console.catalog.platforms import place
from console.domain.record import record
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


@record
class Lifecycle:
    """What the provider says about the life of one model, as it stood on `as_of`.

    `gone` is the day of the first list of its provider that named it no longer.
    """

    state: State
    released: date | None
    deprecated: date | None
    retires: date | None
    retires_kind: RetiresKind | None
    replacement: str | None
    source: str
    as_of: date
    note: str = ""
    gone: date | None = None


@record
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
    return _rows(listings.stamp()).get(("" if where.platform == "litellm" else where.platform, where.name))


def clock(
    model_id: str, today: date, pin: Pin | None = None, *, platform: str = "", ladder_days: float = 0.0
) -> Clock | None:
    """The retirement clock of `model_id` on `today` (UTC), or None when nothing is known.

    `pin.retires` and `pin.replacement` win over the shipped data. `ladder_days` is how long the canary that replaces
    this model still needs at least: when that no longer fits before the date, the clock is red, and it waits for a
    person `SOON_DAYS` before that.
    """
    known = lifecycle(model_id, platform)
    replacement = (pin.replacement if pin else None) or (known.replacement if known else None)
    if pin is not None and pin.retires is not None:
        return _deadline(pin.retires, "exact", today, ladder_days, replacement, None)
    if known is None:
        return None
    ended = known.retires is not None and known.state == "retired" and today >= known.retires
    dated = known.retires_kind is not None and (known.retires_kind not in FLOORS or ended)
    if known.gone is not None and not dated:
        words = SafeText(f"gone from the provider's list since {day(known.gone, today)}")
        return Clock(None, None, words, "waiting", False, replacement, known.as_of)
    if known.retires is None or known.retires_kind is None:
        return _undated(known, replacement)
    if not dated:
        return _floor(known.retires, today, replacement, known.as_of)
    if known.state == "deprecated" and known.retires < known.as_of <= today:
        words = SafeText(f"was to end {day(known.retires, today)}, still listed {day(known.as_of, today)}")
        return Clock(known.retires, (known.retires - today).days, words, "bad", True, replacement, known.as_of)
    return _deadline(known.retires, known.retires_kind, today, ladder_days, replacement, known.as_of)


def _deadline(
    on: date, kind: str, today: date, ladder_days: float, replacement: str | None, as_of: date | None
) -> Clock:
    left = (on - today).days
    verb = ("rerouted", "rerouted") if kind in REROUTED else ("retires", "retired")
    urgent = left < LAST_DAYS or left < ladder_days
    soon = left <= SOON_DAYS + ladder_days
    tone: Literal["bad", "waiting", "none"] = "bad" if urgent else "waiting" if soon else "none"
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
    if known.state == "retired":
        words = SafeText("retired, on a day that is not known")
        return Clock(None, None, words, "bad", False, replacement, known.as_of)
    deprecated = known.state != "active"
    told = "deprecated, date to be announced" if deprecated else "no date announced"
    return Clock(None, None, SafeText(told), "waiting" if deprecated else "none", False, replacement, known.as_of)


@lru_cache(maxsize=2)
def _rows(stamp: tuple[str, int]) -> Mapping[tuple[str, str], Lifecycle]:
    """(platform, id or alias) -> its life, with the lists that were kept at `stamp`."""
    as_of = facts.as_of()
    listed = {
        place(model.id.lower()).name: (model, listing)
        for listing in listings.kept(stamp).listings.values()
        for model in listing.models
    }
    rows = {("", name): _listed_only(*told) for name, told in listed.items()}
    for row in facts.document("lifecycle.json")["models"]:
        life, platform = _lifecycle(row, as_of), row.get("platform", "")
        if not platform and (told := listed.get(place(row["id"]).name)):
            life = _updated(life, *told)
        for name in (row["id"], *row.get("aliases", ())):
            rows[platform, name] = life
    return rows


def _listed_only(model: Listed, listing: Listing) -> Lifecycle:
    """A model that only its provider's list knows."""
    state: State = model.state or ("deprecated" if model.retires else "active")
    kind: RetiresKind | None = "exact" if model.retires else None
    on = listing.fetched.astimezone(UTC).date()
    return Lifecycle(
        state, model.released, model.deprecated, model.retires, kind, None, listing.source, on, gone=model.gone
    )


def _updated(life: Lifecycle, model: Listed, listing: Listing) -> Lifecycle:
    """The shipped facts with what a later list says. Silence, and a word like "active", take no date away."""
    on = listing.fetched.astimezone(UTC).date()
    if on < life.as_of:
        return life
    life = replace(life, gone=model.gone)
    if model.retires is None and (model.state in (None, "active") or model.gone):
        return life
    told = _listed_only(model, listing)
    return replace(
        life,
        state=told.state,
        deprecated=told.deprecated or life.deprecated,
        retires=told.retires or life.retires,
        retires_kind=told.retires_kind or life.retires_kind,
        source=told.source,
        as_of=on,
    )


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
