"""What `console catalog` prints: sources with their age, and what a refresh found; as words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from console.catalog import facts
from console.catalog.lifecycle import FLOORS
from console.catalog.listings import PROVIDERS, Kept, Listing
from console.catalog.releases import Release
from console.providers.records import Failure
from console.providers.refreshing import Changed, Read, Refresh
from console.text.words import ago, count, day, plural


def sources(kept: Kept, now: datetime) -> Mapping[str, object]:
    """Every source of facts, as JSON."""
    shipped = facts.document("lifecycle.json")
    return {
        "shipped": {
            "as_of": facts.as_of(),
            "age_days": (now.date() - facts.as_of()).days,
            "models": len(shipped["models"]),
            "sources": shipped["sources"],
        },
        "listings": [
            {
                "provider": listing.provider,
                "source": listing.source,
                "fetched": listing.fetched.isoformat(),
                "age_s": round((now - listing.fetched).total_seconds()),
                "models": len(listing.present),
                "gone": [model.id for model in listing.models if model.gone],
            }
            for listing in kept.listings.values()
        ],
        "problems": list(kept.problems),
    }


def source_rows(kept: Kept, now: datetime) -> list[list[str]]:
    """The same as a table."""
    today, shipped = now.date(), facts.document("lifecycle.json")
    models = len(shipped["models"])
    rows = [["source", "models", "as of", "age", "from"]]
    rows.append(
        ["shipped", count(models), day(facts.as_of(), today), _days(facts.as_of(), today), "the providers' pages"]
    )
    for provider in PROVIDERS:
        if (listing := kept.listings.get(provider)) is None:
            rows.append([provider, "", "", "never read", "console catalog refresh"])
            continue
        seconds = (now - listing.fetched).total_seconds()
        when = day(listing.fetched.date(), today)
        rows.append([provider, count(len(listing.present)), when, ago(seconds), listing.source])
    return rows


def _days(then: date, today: date) -> str:
    return "today" if then >= today else f"{plural((today - then).days, 'day')} ago"


def concerning(new: Sequence[Release], route: str | None) -> tuple[Release, ...]:
    """The new models of the families that routes use; with `route`, of those it uses."""
    return tuple(one for one in new if (route in one.routes if route is not None else one.routes))


def refreshed(done: Refresh, route: str | None, stand_in: bool) -> Mapping[str, object]:
    """A refresh, as JSON. `new` without routes is new in families that no route uses."""
    new = concerning(done.new, route) if route is not None else done.new
    missing = [one for one in done.missing if route is None or route in one.routes]
    return {
        "stand_in": stand_in,
        "providers": [_read(read) for read in done.reads],
        "new": [asdict(one) for one in new],
        "missing": [asdict(one) for one in missing],
        "changed": [
            {"id": one.id, **{side: _end(*getattr(one, side)) for side in ("before", "after")}} for one in done.changed
        ],
        "shipped_as_of": facts.as_of(),
    }


def _read(read: Read) -> Mapping[str, object]:
    kept = read.found if isinstance(read.found, Listing) else read.before
    failure = read.found if isinstance(read.found, Failure) else None
    return {
        "provider": read.provider,
        "read": failure is None,
        "error": failure.message if failure else None,
        "source": kept.source if kept else None,
        "fetched": kept.fetched.isoformat() if kept else None,
        "models": len(kept.present) if kept else None,
    }


def _end(on: date | None, kind: str | None) -> Mapping[str, object]:
    return {"retires": on, "retires_kind": kind}


def lines(done: Refresh, route: str | None, today: date) -> Iterator[str]:
    """A refresh in words, the news of the routes' own families first."""
    for read in done.reads:
        if isinstance(read.found, Listing):
            yield f"{read.provider}: {plural(len(read.found.models), 'model')} listed at {read.found.source}"
    for new in concerning(done.new, route):
        released = f", released {day(new.released, today)}" if new.released else ""
        yield f"new: {new.id}{released} (the family of {', '.join(new.routes)})"
    if route is None and (others := [one for one in done.new if not one.routes]):
        yield f"new in families that no route uses: {plural(len(others), 'model')}"
    for gone in done.missing:
        if route is None or route in gone.routes:
            yield f"{_gone_words(gone.since is not None, gone.provider)}: {gone.id}{_used(gone.routes)}"
    for changed in done.changed:
        yield f"changed: {changed.id}: {_end_words(changed, today)}"


def _gone_words(was_listed: bool, provider: str) -> str:
    return f"gone from {provider}'s list" if was_listed else f"not in {provider}'s list for this key"


def _used(routes: tuple[str, ...]) -> str:
    return f" (on {', '.join(routes)})" if routes else ""


def _end_words(changed: Changed, today: date) -> str:
    before, after = (_one_end(*side, today) for side in (changed.before, changed.after))
    return f"{before} → {after}"


def _one_end(on: date | None, kind: str | None, today: date) -> str:
    if on is None:
        return "no date"
    return f"{'not before' if kind in FLOORS else 'retires'} {day(on, today)}"


def failure(read: Read, now: datetime) -> str:
    """Why one provider gave no list, what to do, and what holds instead. One line."""
    found = read.found
    hint = f" {found.hint}" if isinstance(found, Failure) and found.hint else ""
    words = found.message if isinstance(found, Failure) else ""
    if read.before is None:
        return f"{read.provider}: {words.rstrip('.')}.{hint} {shipped_hold(now)}"
    kept = ago((now - read.before.fetched).total_seconds())
    return f"{read.provider}: {words.rstrip('.')}.{hint} The list of {kept} is kept."


def shipped_hold(now: datetime) -> str:
    """Which facts hold where no list was read, and how old they are."""
    return f"The shipped facts hold, as of {facts.as_of()} ({_days(facts.as_of(), now.date())})."
