"""Which models of a provider's list are new, and which routes that concerns: those with a model of the same family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from console.catalog import facts
from console.catalog.identify import identify
from console.catalog.listings import Listed, Listing
from console.catalog.platforms import place
from console.domain.registry import Registry

_MAKERS = {"google": "gemini"}
"""The catalog's name of a maker -> the name of its API."""


@dataclass(frozen=True, slots=True)
class Release:
    """A model that an earlier list (at first: the shipped data) did not name. `routes` use its family."""

    id: str
    provider: str
    family: str | None
    released: date | None
    routes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A model that its provider's list does not name. `since` None: no earlier list named it either."""

    id: str
    provider: str
    since: date | None
    routes: tuple[str, ...]


def releases(before: Listing | None, after: Listing, registry: Registry | None) -> tuple[Release, ...]:
    """What is new in `after`, the models of families that routes use first."""
    families = _families(registry)
    found = []
    for model in _new(before, after):
        identity = identify(model.id)
        routes = families.get((_MAKERS.get(identity.provider, identity.provider), identity.family), ())
        found.append(Release(model.id, after.provider, identity.family, model.released, tuple(routes)))
    return tuple(sorted(found, key=lambda release: (not release.routes, release.id)))


def gone(before: Listing | None, after: Listing, registry: Registry | None) -> tuple[Missing, ...]:
    """What the list names no longer, and what routes use although no list names it."""
    earlier = {model.id for model in before.present} if before else set()
    routes = _routes(registry, after.provider)
    left: dict[str, date | None] = {
        model.id: model.gone for model in after.models if model.gone and model.id in {*earlier, *routes}
    }
    names = {place(model.id.lower()).name for model in after.models}
    for model_id in routes:
        # An alias is served without being listed; of a snapshot that is not listed nobody says that it is served.
        if model_id not in left and place(model_id.lower()).name not in names and identify(model_id).kind != "alias":
            left[model_id] = None
    return tuple(Missing(one, after.provider, since, tuple(routes.get(one, ()))) for one, since in left.items())


def _new(before: Listing | None, after: Listing) -> Iterator[Listed]:
    if before is not None:
        known = {model.id for model in before.models}
        yield from (model for model in after.present if model.id not in known)
        return
    shipped = {place(row["id"]).name for row in facts.document("lifecycle.json")["models"]}
    for model in after.present:
        # What is older than the shipped data and not in it was left out of it: it is no news.
        old = model.released is not None and model.released <= facts.as_of()
        if not old and model.state != "retired" and place(model.id.lower()).name not in shipped:
            yield model


def _families(registry: Registry | None) -> dict[tuple[str, str | None], list[str]]:
    """(provider, family) -> the routes that use it."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for route, model_id in _uses(registry):
        identity = identify(model_id)
        names = found.setdefault((_MAKERS.get(identity.provider, identity.provider), identity.family), [])
        if route not in names:
            names.append(route)
    return found


def _routes(registry: Registry | None, provider: str) -> dict[str, list[str]]:
    """Each model that routes call at `provider` itself -> those routes."""
    found: dict[str, list[str]] = {}
    for route, model_id in _uses(registry):
        identity = identify(model_id)
        if not identity.platform and _MAKERS.get(identity.provider, identity.provider) == provider:
            names = found.setdefault(model_id, [])
            if route not in names:
                names.append(route)
    return found


def _uses(registry: Registry | None) -> Iterable[tuple[str, str]]:
    for route in registry.routes.values() if registry is not None else ():
        for _, model_id in route.tiers():
            yield route.name, model_id
