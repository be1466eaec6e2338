"""The one validator: plain data, as `tomllib` gives it, becomes a Registry, or problems that each name a place.

Router, console and continuous integration all call `check`, so what one accepts the others accept too. Whether an id
is an alias is not decided here: the router must serve what it is given, and only actions and `check` are strict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from console.domain import secrets
from console.domain.errors import Problem
from console.domain.keys import TABLES, Key, TableName
from console.domain.kinds import READERS, Wrong, bad_name, got
from console.domain.metrics import METRIC_NAMES, METRICS
from console.domain.paths import KeyPath, dotted
from console.domain.registry import Canary, Gates, GuardSettings, MetricGate, Pin, Price, Registry, Route

DEEPEST = 64
"""Tables and lists inside each other. Deeper is no registry, and recursion must have an end."""
_CANARY = ("canary", "canary_percentage", "canary_start")


def check(plain: object) -> tuple[Registry | None, tuple[Problem, ...]]:
    """The registry that `plain` means, and every problem found (without lines), in no particular order.

    The registry is None if and only if a problem is an error; warnings never stop anything. Never raises.
    """
    if not isinstance(plain, Mapping):
        return None, (Problem((), f"must be a table, got {got(plain)}"),)
    if too_deep(plain):
        return None, (Problem((), f"tables and lists are nested deeper than {DEEPEST} levels"),)
    found = _Findings()
    for path, reason in secrets.find(plain):
        found.error(path, reason)
    top = found.read("", plain, ())
    models = _named(found, top["models"], "models")
    routes = _named(found, top["routes"], "routes")
    pins = {name: _pin(found, name, table) for name, table in models.items()}
    known = {name: _route(found, name, table, models) for name, table in routes.items()}
    if "routes" in plain and not top["routes"]:
        found.error(("routes",), "there must be at least one route")
    problems = tuple(dict.fromkeys(found.problems))
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    return Registry(known, pins, top["schema"]), problems


def too_deep(value: object) -> bool:
    """Whether tables and lists are nested deeper than DEEPEST. Does not recurse, so that it can say so."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [child for parent in level for child in _children(parent) if isinstance(child, Mapping | list)]
        if not level:
            return False
    return True


def _children(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


class _Findings:
    """Collects problems while tables are read, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def error(self, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(path, message))

    def warn(self, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(path, message, severity="warning"))

    def read(self, table: TableName, data: Mapping[str, Any], path: KeyPath, also: tuple[str, ...] = ()) -> _Values:
        """Every known key of `data`: its value, else its default, else None (an empty table for tables)."""
        keys = TABLES[table].keys
        names = (*TABLES[table].names, *also)
        for name in data:
            if name not in names and not secrets.forbidden(name):
                self.error((*path, name), unknown(name, names))
        return {key.name: self._value(key, data, path) for key in keys}

    def _value(self, key: Key, data: Mapping[str, Any], path: KeyPath) -> Any:
        if key.name in data:
            try:
                return READERS[key.kind](data[key.name])
            except Wrong as wrong:
                self.error((*path, key.name), str(wrong))
        elif key.required:
            self.error((*path, key.name), "is missing")
        if key.default is not None:
            return READERS[key.kind](key.default)
        return {} if key.kind in ("table", "tables", "free") else None

    def pinned(self, path: KeyPath, model_id: str, models: Mapping[str, Any]) -> None:
        """Every model that a route names has a pin: this also catches most files that were cut short."""
        if model_id not in models:
            near = _nearest(model_id, models, 0.8)
            hint = f'; did you mean "{near}"?' if near else ""
            self.error(path, f"{got(model_id)} has no table [{dotted(('models', model_id))}]{hint}")


_Values = dict[str, Any]


def unknown(name: str, known: tuple[str, ...]) -> str:
    """`unknown key; did you mean canary_percentage?`, or all known keys where none is near."""
    near = _nearest(name.lower(), known, 0.5)
    return f"unknown key; did you mean {near}?" if near else f"unknown key; known are {', '.join(known)}"


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str:
    from difflib import get_close_matches  # for mistakes only

    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), "")


def _named(found: _Findings, tables: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    """The tables whose names people chose."""
    good: dict[str, Mapping[str, Any]] = {}
    for name, table in tables.items():
        if reason := bad_name(name):
            found.error((kind, name), reason)
        if isinstance(table, Mapping):
            good[name] = table
        else:
            found.error((kind, name), f"must be a table, got {got(table)}")
    return good


def _route(found: _Findings, name: str, data: Mapping[str, Any], models: Mapping[str, Any]) -> Route:
    path = ("routes", name)
    values = found.read("route", data, path)
    for tier in ("production", "canary", "fallback", "experimental"):
        if values[tier] is not None:
            found.pinned((*path, tier), values[tier], models)
    if values["fallback"] is not None and values["fallback"] == values["production"]:
        found.warn((*path, "fallback"), "is the production model: a rollback would change nothing")
    return Route(
        name=name,
        production=values["production"],
        canary=_canary(found, data, values, path),
        fallback=values["fallback"],
        experimental=values["experimental"],
        description=values["description"],
        steps=values["steps"],
        suite=values["suite"],
        params=values["params"],
        gates=_gates(found, values["gates"], (*path, "gates")),
        guard=_guard(found, values["guard"], (*path, "guard")),
    )


def _canary(found: _Findings, data: Mapping[str, Any], values: _Values, path: KeyPath) -> Canary | None:
    given = [key for key in _CANARY if key in data]
    if not given:
        if "canary_held" in data:
            found.warn((*path, "canary_held"), "has no effect: there is no canary")
        return None
    if missing := [key for key in _CANARY if key not in data]:
        need = ", ".join(_CANARY)
        found.error((*path, given[0]), f"{' and '.join(missing)} missing: a canary needs {need}, or none of them")
    if any(values[key] is None for key in _CANARY):
        return None
    if values["canary"] == values["production"]:
        found.error((*path, "canary"), "is the production model: there is nothing to compare")
    written = data["canary_start"]
    if isinstance(written, datetime) and written.tzinfo is None:
        found.warn((*path, "canary_start"), "has no offset and is read as UTC; write a Z after it")
    return Canary(values["canary"], values["canary_percentage"], values["canary_start"], values["canary_held"])


def _gates(found: _Findings, data: Mapping[str, Any], path: KeyPath) -> Gates:
    values = found.read("gates", data, path, also=METRIC_NAMES)
    metrics = {name: _metric(found, name, data[name], (*path, name)) for name in METRIC_NAMES if name in data}
    return Gates(
        min_requests=values["min_requests"],
        min_step_time_s=values["min_step_time"],
        warm_up_s=values["warm_up"],
        alpha=values["alpha"],
        alpha_pass=values["alpha_pass"],
        users=values["users"],
        metrics=metrics,
    )


def _metric(found: _Findings, name: str, data: object, path: KeyPath) -> MetricGate:
    if not isinstance(data, Mapping):
        found.error(path, f"must be a table like {{ tolerance = [1.1, 0.001] }}, got {got(data)}")
        return MetricGate()
    gate = MetricGate(**found.read("metric", data, path))
    usual = next(metric for metric in METRICS if metric.name == name)
    tolerance, margin = gate.tolerance or usual.tolerance, gate.margin or usual.margin
    if (gate.tolerance or gate.margin) and (margin[0] < tolerance[0] or margin[1] < tolerance[1]):
        place = (*path, "margin" if gate.margin else "tolerance")
        found.error(place, f"the margin {list(margin)} may not be tighter than the tolerance {list(tolerance)}")
    return gate


def _guard(found: _Findings, data: Mapping[str, Any], path: KeyPath) -> GuardSettings:
    values = found.read("guard", data, path)
    return GuardSettings(
        auto_rollback=values["auto_rollback"],
        auto_advance=values["auto_advance"],
        auto_promote=values["auto_promote"],
        grace_s=values["grace"],
        rollback_window_s=values["rollback_window"],
        freeze=values["freeze"],
    )


def _pin(found: _Findings, model_id: str, data: Mapping[str, Any]) -> Pin:
    path = ("models", model_id)
    values = found.read("model", data, path)
    prices = found.read("price", values["price"], (*path, "price"))
    price = Price(**prices) if "price" in data else None
    return Pin(**{**values, "model_id": model_id, "price": price})
