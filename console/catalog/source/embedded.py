"""Ids inside longer text: a command line, a request body, an address, a default in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.catalog.source.deciding import modelish, words
from console.catalog.source.shapes import shape

_ID = r"(?P<id>[~A-Za-z][\w.:/@~-]*[\w\]])"
_SEGMENT = r"(?P<id>[~A-Za-z][\w.:@~-]*\w)"
_Q = r"\\?[\"']"
_FORMS = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        rf"(?:(?<=\s)|^|(?<=[\"'`]))--?[\w-]*(?:model|llm)[\w-]*(?:\s+|=|[\"'],\s*[\"'])[\"']?{_ID}",
        rf"(?:(?<=\s)|^)-m\s+[\"']?{_ID}",
        rf"{_Q}\w*[mM]odel(?:_?[iI]d|_?[nN]ame)?{_Q}\s*:\s*{_Q}{_ID}{_Q}",
        rf"(?:[?&\s]|^)\w*model\w*={_Q}?{_ID}",
        rf"\$\{{[^{{}}\s]*?(?::[-=]?|[-=]){_ID}\}}",
        rf"foundation-model/{_SEGMENT}$",
        rf"/models/{_SEGMENT}:(?:generate|stream|embed|count|predict|raw)\w*",
        rf"/deployments/{_SEGMENT}/",
        rf"/model/{_SEGMENT}/(?:invoke|converse)",
    )
)
_LINES = re.compile(rf"^[ \t]*(?:- )?(?P<name>[\w.-]+):[ \t]*[\"']?{_ID}[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_ASSIGNED = re.compile(
    rf"(?:^|[\s;])(?:(?:export|ENV|ARG|local|readonly|set)\s+)?(?P<name>[A-Za-z_]\w*)=[\"']?{_ID}[\"']?(?=\s|;|$)",
    re.MULTILINE,
)
_PROPERTY = re.compile(rf"^[ \t]*(?P<name>[\w.-]+)[ \t]*[=:][ \t]*{_ID}[ \t]*$", re.MULTILINE)
_TEXTS = frozenset({"name", "title", "description", "image", "tag", "label", "comment", "version", "note", "reason"})


@dataclass(frozen=True, slots=True)
class Part:
    """An id with its offset in the text that was searched, and the name in front of it, "" without one."""

    start: int
    id: str
    name: str = ""


def in_text(text: str, *, lines: bool = False) -> Iterator[Part]:
    """Ids in a string or script whose place says that they are sent. `lines`: also `model: id` on a line of its own."""
    seen: set[int] = set()
    for form in _FORMS:
        for match in form.finditer(text):
            yield from _part(match, seen, "")
    for match in _LINES.finditer(text) if lines else ():
        if modelish(match["name"]):
            yield from _part(match, seen, match["name"])


def in_assignments(text: str, *, properties: bool = False) -> Iterator[Part]:
    """Ids that a shell, a Dockerfile or an `.env` file gives to a variable; `properties`: a line `a.b = id`."""
    for match in (_PROPERTY if properties else _ASSIGNED).finditer(text):
        name, kind = match["name"], shape(match["id"])
        if kind and (modelish(name) or (kind == "strong" and not words(name) & _TEXTS)):
            yield Part(match.start("id"), match["id"], name)


def _part(match: re.Match[str], seen: set[int], name: str) -> Iterator[Part]:
    start = match.start("id")
    if start not in seen and shape(match["id"]):
        seen.add(start)
        yield Part(start, match["id"], name)
