"""Refreshing the catalog: the providers' lists read, compared with what was known, and kept in the user's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from console.catalog import listings, releases
from console.catalog.lifecycle import Lifecycle, RetiresKind, lifecycle
from console.catalog.listings import Listing
from console.catalog.releases import Missing, Release
from console.domain.registry import Registry
from console.providers.endpoints import STAND_IN_HINT, Endpoints
from console.providers.listing import LIST_LIMITS, listings_of
from console.providers.private import write_whole
from console.providers.records import Failure, Limits
from console.text.clock import utc_now


@dataclass(frozen=True, slots=True)
class Read:
    """How it went with one provider: its new list or why there is none, and the list that was kept before."""

    provider: str
    found: Listing | Failure
    before: Listing | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A model about whose end the catalog says something else since the refresh."""

    id: str
    before: tuple[date | None, RetiresKind | None]
    after: tuple[date | None, RetiresKind | None]


@dataclass(frozen=True, slots=True)
class Refresh:
    """One refresh: provider by provider, then what is new, missing and changed."""

    reads: tuple[Read, ...]
    new: tuple[Release, ...] = ()
    missing: tuple[Missing, ...] = ()
    changed: tuple[Changed, ...] = ()

    @property
    def asked(self) -> tuple[Read, ...]:
        """The providers for which something is set in the environment."""
        return tuple(read for read in self.reads if not (isinstance(read.found, Failure) and _unset(read.found)))

    @property
    def failed(self) -> tuple[Read, ...]:
        """Those that were asked and gave no list: what was kept of them stays."""
        return tuple(read for read in self.asked if isinstance(read.found, Failure))


async def refresh(
    endpoints: Endpoints,
    registry: Registry | None,
    place: Path | None,
    *,
    limits: Limits = LIST_LIMITS,
    now: Callable[[], datetime] = utc_now,
) -> Refresh:
    """Read every list there is a key for and keep it in the folder `place`; None keeps nothing. Raises OSError.

    Each list is kept whole or not at all; a provider that fails changes nothing of what is kept of it.
    """
    found = await listings_of(endpoints, limits=limits, now=now)
    kept = listings.read(place).listings if place is not None else {}
    reads = tuple(Read(provider, outcome, kept.get(provider)) for provider, outcome in found.items())
    whole = {
        read.provider: listings.joined(read.before, read.found) for read in reads if isinstance(read.found, Listing)
    }
    before = _ends(whole)
    for provider, listing in whole.items():
        if place is not None:
            write_whole(place / f"{provider}.json", listings.document(listing))
    after = _ends(whole)
    earlier = {read.provider: read.before for read in reads}
    return Refresh(
        reads,
        tuple(one for name, listing in whole.items() for one in releases.releases(earlier[name], listing, registry)),
        tuple(one for name, listing in whole.items() for one in releases.gone(earlier[name], listing, registry)),
        tuple(Changed(one, before[one], after[one]) for one in before if before[one] != after[one]),
    )


def _unset(failure: Failure) -> bool:
    return failure.kind == "no_key" and failure.hint == STAND_IN_HINT


def _ends(whole: Mapping[str, Listing]) -> dict[str, tuple[date | None, RetiresKind | None]]:
    """What the catalog says about the end of every model that has been known before."""
    lives = {model.id: lifecycle(model.id) for listing in whole.values() for model in listing.models}
    return {model_id: _end(life) for model_id, life in lives.items() if life is not None}


def _end(life: Lifecycle) -> tuple[date | None, RetiresKind | None]:
    return life.retires, life.retires_kind
