"""What nobody did and people must still be told: a pinned model ends soon, or another one answers in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from console.catalog.lifecycle import Clock, clock
from console.domain.alerts import Alert, Severity
from console.domain.registry import Registry
from console.text.words import plural

STEPS: tuple[tuple[int, Severity], ...] = ((0, "critical"), (1, "critical"), (7, "warning"), (14, "info"), (30, "info"))
"""At most this many days before a model ends an alert is due, each once; a day after the end is day 0 too."""
LATELY_S = 3_600.0
EARLIER_S = 8 * 86_400.0
KNOWN_REQUESTS, NEW_REQUESTS = 20, 5
"""A model that answered this often before is known; one that did not, and answers this often in an hour, is new."""

Answers = Mapping[tuple[str, str], int]
"""(asked model, served model) -> requests."""


@dataclass(frozen=True, slots=True)
class Served:
    """Which models answered on one route: in the last hour or two, and in the week before."""

    lately: Answers = field(default_factory=dict)
    earlier: Answers = field(default_factory=dict)


class Reader(Protocol):
    """The part of the log's reader that is asked."""

    def served(self, route: str, since: float) -> Mapping[tuple[str, str], int]:
        """(asked model, served model) -> requests since an epoch second."""
        ...


def served_by(reader: Reader, registry: Registry, now: float) -> dict[str, Served]:
    """What answered on every route of `registry`, as of epoch second `now`. Raises LogInvalid."""
    found: dict[str, Served] = {}
    for route in registry.routes:
        lately, all_of_it = reader.served(route, now - LATELY_S), reader.served(route, now - EARLIER_S)
        before = {key: n - lately.get(key, 0) for key, n in all_of_it.items()}
        found[route] = Served(lately, {key: n for key, n in before.items() if n > 0})
    return found


def notices(registry: Registry, served: Mapping[str, Served], at: datetime) -> tuple[Alert, ...]:
    """Every alert that is due at `at` (aware). Their keys are stable: put them all, each is told once."""
    return (*_endings(registry, at), *_moves(registry, served, at))


def _endings(registry: Registry, at: datetime) -> Iterator[Alert]:
    today = at.astimezone(UTC).date()
    for model, uses in _uses(registry).items():
        ends = clock(model, today, registry.models.get(model))
        if ends is None:
            continue
        if ends.deadline and ends.on is not None and ends.days_left is not None:
            left = max(0, ends.days_left)
            step = next(((days, severity) for days, severity in STEPS if left <= days), None)
            if step is not None:
                yield _ending(model, uses, ends, f"retires/{model}/{ends.on.isoformat()}/{step[0]}", step[1], at)
        elif ends.tone == "bad":
            yield _ending(model, uses, ends, f"retires/{model}/unknown", "critical", at)


def _ending(model: str, uses: list[tuple[str, str]], ends: Clock, key: str, severity: Severity, at: datetime) -> Alert:
    routes = ", ".join(dict.fromkeys(route for route, _ in uses))
    roles = ", ".join(f"{tier} on {route}" for route, tier in uses)
    only_tried = all(tier == "experimental" for _, tier in uses)
    named = f"; its named replacement is {ends.replacement}" if ends.replacement else ""
    known = f" (known on {ends.as_of.isoformat()})" if ends.as_of else " (the registry says so)"
    route = uses[0][0]
    return Alert(
        key=key,
        severity="info" if only_tried else severity,
        title=f"{routes}: {model} {ends.words}",
        at=at,
        route=route,
        what=f"{model} is {roles}{named}",
        decided=f"{ends.words}{known}",
        done="nothing: a person chooses the next model",
        undo=f"console canary {route} {ends.replacement}" if ends.replacement else f"console identify {model}",
    )


def _uses(registry: Registry) -> dict[str, list[tuple[str, str]]]:
    """Model -> (route, tier) of every use, in the order of the file."""
    found: dict[str, list[tuple[str, str]]] = {}
    for route in registry.routes.values():
        for tier, model in route.tiers():
            found.setdefault(model, []).append((route.name, tier))
    return found


def _moves(registry: Registry, served: Mapping[str, Served], at: datetime) -> Iterator[Alert]:
    for name, route in registry.routes.items():
        seen = served.get(name, Served())
        for asked in dict.fromkeys(model for _, model in route.tiers()):
            known = {by: n for (model, by), n in seen.earlier.items() if model == asked}
            if sum(known.values()) < KNOWN_REQUESTS:
                continue
            for (model, by), requests in seen.lately.items():
                if model == asked and by not in known and requests >= NEW_REQUESTS:
                    yield _move(name, asked, by, requests, known, at)


def _move(route: str, asked: str, by: str, requests: int, known: Mapping[str, int], at: datetime) -> Alert:
    usual = max(known, key=lambda name: known[name])
    before = plural(sum(known.values()), "request")
    return Alert(
        key=f"moved/{route}/{asked}/{by}",
        severity="warning",
        title=f"{route}: {asked} is answered by {by}",
        at=at,
        route=route,
        what=f"the provider serves another model than before under the same id: {usual} until now, {by} lately",
        decided=f"{plural(requests, 'request')} answered by {by} in the last hour, none of {before} in the week before",
        done="nothing: verdicts leave such data out",
        undo=f"console identify {asked} {by}",
    )
