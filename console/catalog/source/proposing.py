"""A first registry from the ids that the code uses: routes guessed from names, aliases resolved to pinned ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from console.catalog.identify import identify
from console.catalog.lifecycle import clock
from console.catalog.source.deciding import words
from console.catalog.source.records import Use
from console.catalog.source.vocabulary import NO_ROUTE
from console.domain.kinds import bad_name
from console.text.safe import safe_line

DEFAULT_ROUTE = "default"
LONGEST_ROUTE = 40
_STAND_BY = frozenset({"fallback", "fallbacks", "backup", "secondary", "spare"})
_PIECES = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class ProposedRoute:
    """One route: what it serves, and where in the code that was read."""

    name: str
    production: str
    fallback: str | None
    experimental: str | None
    place: str


@dataclass(frozen=True, slots=True)
class ProposedPin:
    """One pinned id with the reason to write; `allow_alias` where no pinned id is known for an alias."""

    model_id: str
    reason: str
    allow_alias: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Routes and pins, in the order in which the code names them."""

    routes: tuple[ProposedRoute, ...]
    pins: tuple[ProposedPin, ...]


def propose(uses: Sequence[Use], today: date) -> Proposal:
    """What a registry of these uses looks like; empty without uses."""
    usable = [use for use in uses if not bad_name(use.model)]
    groups = _groups(usable)
    if len({use.model for use in usable}) == 1 or len(groups) == 1:
        groups = {DEFAULT_ROUTE: usable} if usable else {}
    pins = {use.model: _pin(use, today) for use in reversed(usable)}
    routes = tuple(_route(name, members, pins) for name, members in groups.items())
    ordered = dict.fromkeys(pins[use.model].model_id for use in usable)
    by_id = {pin.model_id: pin for pin in reversed(pins.values())}
    return Proposal(routes, tuple(by_id[model_id] for model_id in ordered))


def _groups(uses: Sequence[Use]) -> dict[str, list[Use]]:
    """The uses by route. What only stands by (`FALLBACK_MODEL`) belongs to the first route of its file."""
    groups: dict[str, list[Use]] = {}
    first: dict[str, str] = {}
    spare = [use for use in uses if _stands_by(use)]
    for use in uses:
        if not _stands_by(use):
            name = route_name(use)
            groups.setdefault(name, []).append(use)
            first.setdefault(use.path, name)
    for use in spare:
        groups.setdefault(first.get(use.path) or route_name(use), []).append(use)
    return groups


def _stands_by(use: Use) -> bool:
    return bool(words(use.name) & _STAND_BY)


def route_name(use: Use) -> str:
    """What the place of a use is for: from the name of its variable, of the function, of the file, of the folder."""
    path = PurePosixPath(use.path)
    for name in (use.name, use.within, path.name.partition(".")[0], path.parent.name):
        kept = [piece.lower() for piece in _PIECES.split(name) if piece and piece.lower() not in NO_ROUTE]
        kept = [piece for piece in kept if not piece.isdigit()]
        if kept:
            return "-".join(kept)[:LONGEST_ROUTE].rstrip("-")
    return DEFAULT_ROUTE


def _route(name: str, members: Iterable[Use], pins: dict[str, ProposedPin]) -> ProposedRoute:
    members = list(members)
    serving = [use for use in members if not _stands_by(use)] or members
    standing_by = [use for use in members if _stands_by(use)]
    production = pins[serving[0].model].model_id
    fallback = _other(standing_by, pins, {production})
    experimental = _other(serving, pins, {production, fallback or production})
    return ProposedRoute(name, production, fallback, experimental, _place(serving[0]))


def _other(uses: Iterable[Use], pins: dict[str, ProposedPin], taken: set[str]) -> str | None:
    return next((pins[use.model].model_id for use in uses if pins[use.model].model_id not in taken), None)


def _pin(use: Use, today: date) -> ProposedPin:
    identity = identify(use.model)
    if identity.kind != "alias":
        return ProposedPin(use.model, f"TODO: why this model. Found in {_place(use)}{_ending(use.model, today)}", False)
    alive = [one for one in identity.candidates if not _ending(one, today)] or list(identity.candidates)
    if not alive:
        return ProposedPin(
            use.model, f"TODO: pin it; an alias, and no pinned id is known for it. Found in {_place(use)}", True
        )
    chosen = alive[-1]
    others = f" It could also be {', '.join(alive[:-1])}:" if alive[:-1] else " It is the only one known;"
    said = f"TODO: why this model. {_place(use)} says {use.model}, an alias.{others} see which one answers today"
    return ProposedPin(chosen, said + _ending(chosen, today), False)


def _ending(model_id: str, today: date) -> str:
    ends = clock(model_id, today)
    if ends is None or not ends.deadline or ends.days_left is None or ends.days_left > 90:
        return ""
    instead = f", replacement {ends.replacement}" if ends.replacement else ""
    return f"; {ends.words}{instead}"


def _place(use: Use) -> str:
    return f"{safe_line(use.path, 160)}:{use.line}"
