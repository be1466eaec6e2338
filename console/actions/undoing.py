"""Undo: give back the exact bytes where nothing happened since, else only what that change changed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from console.actions.gates import OK, PROMOTE, RAISE, Case, GateResult, Level
from console.actions.naming import command
from console.actions.plans import Plan, World
from console.actions.requests import Undo
from console.actions.shares import raises
from console.domain.edits import DropKey, Edit, EditImpossible, apply, identical, reverse
from console.domain.errors import Refused, Usage
from console.domain.paths import KeyPath, dotted
from console.domain.registry import Registry, Route
from console.domain.validate import check
from console.history.records import Entry
from console.registry.reading import Snapshot

_NOTHING = object()
_GUARD = re.compile(r"guard\b")
_ROLLOUT = ("production", "canary", "canary_start")
"""While these three are the same it is the same rollout; a share of another one means something else."""


def undo(request: Undo, world: World, entry: Entry | None, snapshot: Snapshot) -> Plan:
    """The plan to take back `entry`. Refused where a later change touched the same keys, which are then named."""
    entry = _undoable(request, entry)
    edits, replacement = _way_back(entry, snapshot)
    after = _after(snapshot, entry, edits, replacement)
    gate, old, new = _judged(entry, world, after)
    shown = new or old
    model = shown.canary.model_id if shown and shown.canary else shown.production if shown else ""
    exact = "every byte as it was" if replacement is not None else "later changes of other keys stay"
    return Plan(
        request=Undo(entry.number),
        action="undo",
        route=entry.route,
        title=f"Undo change {entry.number}: {entry.summary}",
        verb="Undo",
        summary=f"undid {entry.number}: {entry.summary}",
        command=command("undo", str(entry.number), reason=world.reason),
        edits=edits,
        model_id=model,
        arm="canary" if shown and shown.canary else "production" if shown else "",
        before=old.canary_percentage if old else 0,
        after=new.canary_percentage if new else 0,
        lowers=gate == OK and not (old and new and raises(old, new)),
        gate=gate,
        undo="console undo NUMBER",
        undo_note=exact,
        undoes=entry.number,
        replacement=replacement,
    )


def _undoable(request: Undo, entry: Entry | None) -> Entry:
    if entry is None:
        if request.number is None:
            raise Refused("there is nothing to undo: the history has no change that still stands")
        raise Usage(f"there is no change {request.number}", "`console history` lists the changes.")
    if entry.state != "committed":
        raise Refused(f"change {entry.number} was never made: the file was not written")
    if entry.undone_by is not None:
        hint = f"`console undo {entry.undone_by}` makes it again."
        raise Refused(f"change {entry.number} was undone already, by change {entry.undone_by}", hint)
    return entry


def _way_back(entry: Entry, snapshot: Snapshot) -> tuple[tuple[Edit, ...], bytes | None]:
    """The edits, and the whole old file where the file is still what the change left."""
    before, after = _plain(entry, entry.before), _plain(entry, entry.after)
    edits = reverse(before, after)
    if snapshot.data == entry.after:
        return edits, entry.before
    edits = tuple(edit for edit in edits if not _is_kept_pin(edit, after, snapshot, edits))
    if not edits:
        raise Refused(f"change {entry.number} left nothing that could be undone")
    for path in _touched(edits, after):
        if not identical(_value(snapshot.plain, path), _value(after, path)):
            raise Refused(
                f"change {entry.number} cannot be undone: {dotted(path)} was changed since,"
                f" from {_words(_value(after, path))} to {_words(_value(snapshot.plain, path))}",
                "`console history` says by whom; undo that change first, or set the key by hand.",
            )
    return edits, None


def _plain(entry: Entry, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except (ValueError, RecursionError) as error:
        raise Refused(f"change {entry.number} cannot be undone: it was made on a file that is no registry") from error


def _touched(edits: Sequence[Edit], after: Mapping[str, Any]) -> list[KeyPath]:
    """Every key that must still be what the change left: those to be edited, and those that name their rollout."""
    paths = [edit.path for edit in edits]
    routes = {path[1] for path in paths if path[0] == "routes" and len(path) == 3}
    paths += [("routes", route, key) for route in sorted(routes) for key in _ROLLOUT]
    return list(dict.fromkeys(paths))


def _is_kept_pin(edit: Edit, after: Mapping[str, Any], snapshot: Snapshot, edits: Sequence[Edit]) -> bool:
    """Whether `edit` would take away a pin that somebody uses, or has written into, since."""
    if not isinstance(edit, DropKey) or len(edit.path) != 2 or edit.path[0] != "models":
        return False
    if not identical(_value(snapshot.plain, edit.path), _value(after, edit.path)):
        return True
    try:
        registry, _ = check(apply(snapshot.plain, edits))
    except EditImpossible:
        return False
    return registry is None and any(
        model == edit.path[1]
        for name, route in snapshot.registry.routes.items()
        for tier, model in route.tiers()
        if ("routes", name, tier) not in {other.path for other in edits}
    )


def _after(snapshot: Snapshot, entry: Entry, edits: Sequence[Edit], replacement: bytes | None) -> Registry:
    try:
        plain = apply(snapshot.plain, edits) if replacement is None else _plain(entry, replacement)
    except EditImpossible as error:
        raise Refused(f"change {entry.number} cannot be undone: {error}") from error
    registry, problems = check(plain)
    if registry is None:
        first = next(problem for problem in problems if problem.severity == "error")
        raise Refused(f"change {entry.number} cannot be undone: {dotted(first.path)} {first.message}")
    return registry


def _judged(entry: Entry, world: World, after: Registry) -> tuple[GateResult, Route | None, Route | None]:
    """What the undo needs, and its route before and after: taking back a raise needs nothing, making one does."""
    gate = OK
    if _GUARD.match(entry.actor):
        sentence = f"the guard did this: {entry.reason or entry.summary}"
        gate = GateResult(Level.FORCE, (sentence,))
    for name, new in after.routes.items():
        old = world.registry.routes.get(name)
        if old is not None and raises(old, new):
            gate = gate & _raising(old, new, world)
    return gate, world.registry.routes.get(entry.route), after.routes.get(entry.route)


def _raising(old: Route, new: Route, world: World) -> GateResult:
    if old.canary is not None and new.canary is None and new.production == old.canary.model_id:
        return PROMOTE(Case(old, world.standing, world.facts(new.production)))
    model = new.canary.model_id if new.canary else new.production
    # Asked of the route as it will be: whoever takes back a hold lets the canary go on by that.
    return RAISE(Case(new, world.standing, world.facts(model), new.canary_percentage))


def _value(plain: Mapping[str, Any], path: KeyPath) -> object:
    value: Any = plain
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return _NOTHING
        value = value[key]
    return value


def _words(value: object) -> str:
    if value is _NOTHING:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    try:
        return str(value)
    except ValueError:  # thousands of digits
        return "a huge number"
