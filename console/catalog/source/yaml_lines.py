"""YAML line by line: keys by their indentation, values, flow lists, and blocks of text."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from console.catalog.source.context import Link
from console.catalog.source.deciding import modelish, used
from console.catalog.source.embedded import Part, in_assignments, in_text
from console.catalog.source.shapes import shape

_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)"
    r"(?:(?P<key>\"[^\"]*\"|'[^']*'|[^\s\"'#:\[\]{},&*!|>][^#:\n]*?)\s*:(?=\s|$))?"
    r"[ \t]*(?P<value>[^\n]*)"
)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
_BLOCK = re.compile(r"[|>][+-]?\d?\s*(?:#.*)?$")
_SCALAR = re.compile(r"(?P<quote>[\"']?)(?P<body>[^\"']*)(?P=quote)\s*$")
_ITEM = re.compile(r"(?P<lead>[\[{,:])\s*(?P<quote>[\"']?)(?P<id>[~A-Za-z][^\s,\]}\"']*)(?P=quote)\s*(?=[,\]}])")
_ASSIGNMENT = re.compile(r"[\"']?(?:export\s+)?\w+=\S+")
_ANCHOR = re.compile(r"\s*&[\w-]+(?=\s)")
_FLOW_NAME = re.compile(r"\bname\s*:\s*[\"']?([\w.-]+)[\"']?\s*,[^{}]*$")
_FLOW_KEY = re.compile(r"[\"']?([\w.-]+)[\"']?\s*:\s*\[?\s*(?:[^\[\]{}]*,\s*)?$")


@dataclass(slots=True)
class _Outline:
    """The keys around a line, as (column, key), and the last `name:` beside it."""

    keys: list[tuple[int, str]] = field(default_factory=list)
    named: tuple[int, str] = (-1, "")

    def enter(self, column: int, key: str) -> None:
        self.leave(column)
        if key:
            self.keys.append((column, key))

    def leave(self, column: int) -> None:
        while self.keys and self.keys[-1][0] >= column:
            self.keys.pop()


def parts(text: str) -> Iterator[Part]:
    """Every id that the document gives to something."""
    outline = _Outline()
    block = -1
    offset = 0
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if block >= 0 and (not line.strip() or indent > block):
            yield from _script(line, offset)
        elif line.strip() and not line.lstrip().startswith("#"):
            block = yield from _entry(line.rstrip("\r\n"), offset, outline)
        offset += len(line)


def _script(line: str, offset: int) -> Iterator[Part]:
    code = _COMMENT.sub("", line)
    seen: set[int] = set()
    for part in (*in_text(code), *in_assignments(code)):
        if part.start not in seen:
            seen.add(part.start)
            yield Part(offset + part.start, part.id, part.name)


def _entry(line: str, offset: int, outline: _Outline) -> Generator[Part, None, int]:
    """Yields the ids of one line; returns the column that a block of text beneath it is deeper than, or -1."""
    match = _LINE.match(line)
    if match is None:
        return -1
    column = match.end("dashes")
    key = (match["key"] or "").strip("\"'")
    outline.enter(column if key or not match["dashes"] else match.end("indent") + 1, key)
    value = _COMMENT.sub("", match["value"])
    if key.lower() == "name":
        outline.named = (column, value.strip().strip("\"'"))
    if _BLOCK.match(value):
        return match.end("indent")
    if shape_of_text := value.strip():
        around = _links(outline, key, column)
        value = _ANCHOR.sub(lambda match: " " * len(match.group()), value)
        flow = shape_of_text[0] in "[{"
        found = _flow(value, around) if flow else _scalar(value, around)
        for part in found:
            yield Part(offset + match.start("value") + part.start, part.id, part.name)
    return -1


def _links(outline: _Outline, key: str, column: int) -> tuple[Link, ...]:
    names = [name for _, name in reversed(outline.keys)]
    if key == "value" and outline.named[0] == column:
        names.insert(0, outline.named[1])
    return tuple(Link("key", name) for name in names) or (Link("key", key),)


def _scalar(value: str, around: tuple[Link, ...]) -> Iterator[Part]:
    match = _SCALAR.match(value.strip())
    body = match["body"].strip() if match else ""
    kind = shape(body)
    if kind and used(kind, around):
        yield Part(value.index(body), body, around[0].name)
    elif not kind:
        yield from in_text(value)
        if _ASSIGNMENT.fullmatch(value.strip()):
            yield from in_assignments(value)


def _flow(value: str, around: tuple[Link, ...]) -> Iterator[Part]:
    for match in _ITEM.finditer(value):
        kind = shape(match["id"])
        if not kind:
            continue
        key = _FLOW_KEY.search(value[: match.start("id")].rstrip("\"'"))
        named = _FLOW_NAME.search(value[: match.start("id")]) if key and key[1] == "value" else None
        name = named[1] if named else key[1] if key else ""
        inner = (Link("key", name), *around) if name else around
        if used(kind, inner) or (kind == "weak" and modelish(name)):
            yield Part(match.start("id"), match["id"], inner[0].name)
