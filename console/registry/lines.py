"""A file as lines that know where they come from, so that what a change did is known and not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from console.registry.scanning import Header, scan

Kind = Literal["same", "removed", "added"]
Diff = tuple[tuple[Kind, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `origin` is its index in the file before the change, None for a new one."""

    text: str
    origin: int | None = None


def split(text: str) -> tuple[str, ...]:
    """The lines of `text` without their ends (`\\n` or `\\r\\n`)."""
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(lines[:-1] if lines[-1] == "" else lines)


def joined(lines: Sequence[Line]) -> str:
    """The text that `lines` make, with `\\n`."""
    return "".join(line.text + "\n" for line in lines)


def assembled(lines: Sequence[Line], before: str) -> str:
    """The text after a change of `before`: kept lines with the line end they had, new ones with the usual one."""
    original = before.split("\n")
    newline = "\r\n" if before.count("\r\n") * 2 > before.count("\n") else "\n"
    result: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.origin is None:
            result.append(line.text + newline)
        elif line.origin < len(original) - 1:
            result.append(original[line.origin] + "\n")
        else:
            result.append(original[line.origin] + (newline if number < len(lines) else ""))
    return "".join(result)


def matched(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """The lines of `after`, each with its origin in `before` where a line-by-line comparison finds one."""
    lines = [Line(text) for text in after]
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            lines[block.b + offset] = Line(after[block.b + offset], block.a + offset)
    return lines


def difference(before: Sequence[str], after: Sequence[Line]) -> Diff:
    """What a person reads before confirming: under each table's header what goes, then what comes; nothing else.

    Blank lines that only keep tables apart are left out.
    """
    old_headers = _headers_by_line("".join(line + "\n" for line in before), len(before))
    new_headers = _headers_by_line(joined(after), len(after))
    kept = {line.origin for line in after}
    groups: dict[tuple[str, ...], tuple[list[str], list[str], list[str]]] = {}

    def group(header: Header | None, title: str) -> tuple[list[str], list[str], list[str]]:
        return groups.setdefault(header.path if header else (), ([title], [], []))

    for index, text in enumerate(before):
        if index not in kept and text.strip():
            header = old_headers[index]
            group(header, before[header.line - 1] if header else "")[1].append(text)
    for index, line in enumerate(after):
        if line.origin is None and line.text.strip():
            header = new_headers[index]
            group(header, after[header.line - 1].text if header else "")[2].append(line.text)
    return tuple(entry for title, removed, added in groups.values() for entry in _entries(title[0], removed, added))


def _entries(title: str, removed: list[str], added: list[str]) -> list[tuple[Kind, str]]:
    context: list[tuple[Kind, str]] = [("same", title)] if title and title not in (*removed, *added) else []
    return [*context, *(("removed", text) for text in removed), *(("added", text) for text in added)]


def _headers_by_line(text: str, count: int) -> list[Header | None]:
    """For each line the table it belongs to."""
    result: list[Header | None] = [None] * count
    headers = scan(text).headers
    ends = [header.line - 1 for header in headers[1:]]
    for header, last in zip(headers, [*ends, count], strict=False):
        result[header.line - 1 : last] = [header] * (last - header.line + 1)
    return result
