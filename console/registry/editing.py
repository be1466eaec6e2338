"""Making an edit in the text of a registry, exactly: comments, order and every other line stay as they are.

tomlkit changes a value where it stands, which it does without touching another byte. Whole lines and tables go in and
out on the text itself, because tomlkit's structural edits can write wrong or invalid files. Either way `tomllib` reads
the result, and it must be the data that the same edit makes of plain values; otherwise nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from console.domain.edits import AddTable, DropKey, Edit, EditImpossible, SetKey, apply, canonical, identical
from console.domain.errors import Refused, RegistryInvalid
from console.domain.keys import TABLES, TableName
from console.domain.paths import KeyPath, dotted
from console.domain.validate import check
from console.registry.lines import Diff, Line, assembled, difference, joined, matched, split
from console.registry.literals import header, literal
from console.registry.reading import BOM, Snapshot, decode, parse
from console.registry.scanning import Layout, Statement, scan

# tomlkit answers odd but valid documents with these, besides its own errors.
_TOMLKIT = (TOMLKitError, KeyError, TypeError, ValueError, AttributeError, IndexError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Preview:
    """A change before it is made: the bytes of the file before and after, and what a person reads."""

    before: bytes
    after: bytes
    diff: Diff


def preview(snapshot: Snapshot, edits: Sequence[Edit]) -> Preview:
    """What `edits` would make of the file. Raises Refused, with the edit to make by hand, if it cannot be exact."""
    try:
        wanted = apply(snapshot.plain, edits)
        _must_be_valid(wanted, snapshot.name)
        text = decode(snapshot.data, snapshot.name)
        before = split(text)
        lines = [Line(line, index) for index, line in enumerate(before)]
        for edit in edits:
            lines = _made(lines, edit)
        data = (BOM if snapshot.data.startswith(BOM) else b"") + assembled(lines, text).encode()
        if not identical(parse(data, snapshot.name).plain, wanted):
            raise EditImpossible("the file would not say exactly that")
    except EditImpossible as impossible:
        raise Refused(f"{snapshot.name} was not changed: {impossible}", by_hand(edits)) from impossible
    except RegistryInvalid as invalid:
        reason = "the way it is written does not allow this edit"
        raise Refused(f"{snapshot.name} was not changed: {reason}", by_hand(edits)) from invalid
    return Preview(snapshot.data, data, difference(before, lines))


def compare(before: bytes, after: bytes, name: str) -> Preview:
    """The change between two whole files. Raises RegistryInvalid if `after` is no registry."""
    parse(after, name)
    old = split(before.removeprefix(BOM).decode("utf-8", "replace"))
    new = split(decode(after, name))
    return Preview(before, after, difference(old, matched(old, new)))


def by_hand(edits: Sequence[Edit]) -> str:
    """The edit as instructions for a person with an editor."""
    steps: list[str] = []
    for edit in edits:
        try:
            match edit:
                case SetKey(path, value):
                    written = literal(canonical(path[-1], value))
                    steps.append(f"  in {_table_words(path)}: {dotted(path[-1:])} = {written}")
                case DropKey(path):
                    steps.append(f"  in {_table_words(path)}: remove {dotted(path[-1:])}")
                case AddTable(path, values):
                    steps.append(f"  at the end: {' | '.join(_table_lines(path, values))}")
        except EditImpossible:
            steps.append(f"  {dotted(edit.path)}: has no TOML form")
    return "To make it by hand:\n" + "\n".join(steps)


def _table_words(path: KeyPath) -> str:
    return header(path[:-1]) if len(path) > 1 else "the top of the file"


def _must_be_valid(wanted: dict[str, Any], name: str) -> None:
    registry, problems = check(wanted)
    if registry is None:
        first = next(problem for problem in problems if problem.severity == "error")
        raise Refused(f"{name} was not changed: {dotted(first.path)}: {first.message}")


def _made(lines: list[Line], edit: Edit) -> list[Line]:
    layout = scan(joined(lines))
    match edit:
        case SetKey(path, value):
            return _set(lines, layout, path, canonical(path[-1], value))
        case DropKey(path):
            return _dropped(lines, layout, path)
        case AddTable(path, values):
            gap = [Line("")] if lines and lines[-1].text.strip() else []
            return [*lines, *gap, *(Line(text) for text in _table_lines(path, values))]


def _table_lines(path: KeyPath, values: Any) -> list[str]:
    return [header(path), *(f"{dotted((key,))} = {literal(canonical(key, value))}" for key, value in values.items())]


def _set(lines: list[Line], layout: Layout, path: KeyPath, value: object) -> list[Line]:
    if around := _around(layout, path):
        return _in_place(lines, around, lambda table: table.__setitem__(path[-1], tomlkit.value(literal(value))), path)
    siblings = [entry for entry in layout.statements if entry.path[:-1] == path[:-1] and not entry.inner]
    text = f"{dotted(path[-1:])} = {literal(value)}"
    if siblings:
        anchor = _anchor(siblings, path)
        index = anchor.last if anchor else siblings[0].first - 1
        return _inserted(lines, index, (anchor or siblings[0]).prefix + text)
    for place in layout.headers:
        if place.path == path[:-1] and not place.array:
            title = lines[place.line - 1].text
            return _inserted(lines, place.line, title[: len(title) - len(title.lstrip())] + text)
    if around := _around(layout, path[:-1]):
        return _in_place(lines, around, lambda table: table.__setitem__(path[-1], tomlkit.value(literal(value))), path)
    return _made(lines, AddTable(path[:-1], {path[-1]: value}))


def _inserted(lines: list[Line], index: int, text: str) -> list[Line]:
    return [*lines[:index], Line(text), *lines[index:]]


def _around(layout: Layout, path: KeyPath) -> Statement | None:
    """The statement on lines of its own that is, or contains in an inline table, the key `path`."""
    around: Statement | None = None
    for statement in layout.statements:
        around = around if statement.inner else statement
        if statement.path == path:
            return around
    return None


def _anchor(siblings: Sequence[Statement], path: KeyPath) -> Statement | None:
    """The key after which a person would look for the new one; None: it comes first."""
    order = _order(path)
    if path[-1] not in order:
        return siblings[-1]
    earlier = order[: order.index(path[-1])]
    known = [entry for entry in siblings if entry.path[-1] in earlier]
    return max(known, key=lambda entry: earlier.index(entry.path[-1]), default=None)


def _order(path: KeyPath) -> tuple[str, ...]:
    """The usual order of the keys in the table that holds `path`."""
    name: TableName | None = None
    match path[:-1]:
        case ():
            name = ""
        case ("routes", _):
            name = "route"
        case ("routes", _, "gates"):
            name = "gates"
        case ("routes", _, "gates", _):
            name = "metric"
        case ("routes", _, "guard"):
            name = "guard"
        case ("models", _):
            name = "model"
        case ("models", _, "price"):
            name = "price"
    return TABLES[name].names if name is not None else ()


def _dropped(lines: list[Line], layout: Layout, path: KeyPath) -> list[Line]:
    around = _around(layout, path)
    if around is not None and around.path != path:
        return _in_place(lines, around, lambda table: table.__delitem__(path[-1]), path)
    below = [entry for entry in layout.statements if entry.path[: len(path)] == path and not entry.inner]
    gone = {index for entry in below for index in range(entry.first - 1, entry.last)}
    for place in layout.headers:
        if place.path[: len(path)] == path:
            last = max((entry.last for entry in layout.statements if entry.header is place), default=place.line)
            gap = place.line > 1 and not lines[place.line - 2].text.strip()
            gone.update(range(place.line - (2 if gap else 1), last))
    return [line for index, line in enumerate(lines) if index not in gone]


def _in_place(lines: list[Line], around: Statement, change: Callable[[Any], None], path: KeyPath) -> list[Line]:
    """The lines after tomlkit changed something inside one statement, which is all that it is shown."""
    head = around.first - 1
    old = lines[head : around.last]
    try:
        document = tomlkit.parse(joined(old))
        table: Any = document
        for key in path[len(around.header.path) if around.header else 0 : -1]:
            table = table[key]
        change(table)
        texts = split(document.as_string())
    except _TOMLKIT as error:
        raise EditImpossible(f"{dotted(path)} cannot be changed where it stands") from error
    new = matched([line.text for line in old], texts)
    kept = [old[line.origin] if line.origin is not None else line for line in new]
    return [*lines[:head], *kept, *lines[around.last :]]
