"""Which suite is meant, and which route it belongs to: by the name of the route, or by the suite's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from console.actions.naming import route_named
from console.domain.errors import ConsoleError, RegistryInvalid, Usage
from console.domain.record import record
from console.domain.registry import Registry, Route
from console.registry import reading
from console.regression import suites
from console.regression.records import Suite

_MOST_FILES = 500


@record
class Meant:
    """A suite with its route in the registry."""

    suite: Suite
    route: Route
    registry: Registry


def find(
    target: str, registry_path: Path, *, suite: str = "", route: str = "", models: tuple[str, str] | None = None
) -> Meant:
    """The suite that `target` names: a route, a suite's file, or "" for the only one there can be.

    `suite` is its file, whatever it is called; `route` the one to use for a file, instead of what it says. `models` are
    new and old where both are given: a suite's file with both needs no registry. Raises Usage, SuiteInvalid and
    RegistryInvalid.
    """
    file = suite or (target if is_file(target) else "")
    registry = _registry(registry_path, missing_is_empty=models is not None and bool(file))
    root = registry_path.resolve().parent
    if not file:
        chosen = _chosen(registry, route or target)
        return Meant(suites.read(suite_path(chosen, registry_path), root), chosen, registry)
    read = suites.read(Path(file), root)
    if not registry.routes and models is not None:
        return Meant(read, Route(route or read.route or read.name, models[1]), registry)
    return Meant(read, _chosen(registry, route or read.route), registry)


def is_file(target: str) -> bool:
    """Whether a target is meant as a file: a route's name has no dot and no slash at such a place."""
    return target.endswith(".toml") or "/" in target


def suite_path(route: Route, registry: Path) -> Path:
    """The file of the route's suite: what the registry says, from its own folder, else the first that names the route
    in `suites` or `tests`, else `suites/ROUTE.toml` where there is one. Raises Usage."""
    if route.suite is not None:
        return registry.parent / route.suite
    root = registry.resolve().parent
    for path in _suite_files(root):
        try:
            if suites.read(path, root).route == route.name:
                return path
        except ConsoleError:
            continue  # somebody else's TOML
    usual = registry.parent / "suites" / f"{route.name}.toml"
    if usual.exists():
        return usual
    hint = f'Write suites/{route.name}.toml, or say suite = "…" on the route, or name a file: console regress FILE.toml'
    raise Usage(f"{route.name} has no suite", hint)


def _registry(path: Path, *, missing_is_empty: bool) -> Registry:
    try:
        return reading.read(path).registry
    except RegistryInvalid:
        if missing_is_empty and not path.exists():
            return Registry({}, {})
        raise


def _chosen(registry: Registry, name: str) -> Route:
    """The route called `name`; "" is the only one, the only one with a suite, or the only one with a canary."""
    if name:
        return route_named(registry, name)
    routes = list(registry.routes.values())
    with_suite = [route for route in routes if route.suite is not None]
    on_trial = [route for route in routes if route.canary is not None]
    for candidates in (routes, with_suite, on_trial):
        if len(candidates) == 1:
            return candidates[0]
    raise Usage("which route?", f"Name one of: {', '.join(registry.routes)}")


def _suite_files(root: Path) -> Iterator[Path]:
    found = 0
    for pattern in ("suites/*.toml", "tests/**/*.toml"):
        for path in sorted(root.glob(pattern)):
            found += 1
            if found > _MOST_FILES:
                return
            yield path
