"""The code cells of a notebook, each source line with its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LONGEST_SEARCH = 200_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell as a program. `offsets` are those of its lines' JSON strings in the file."""

    code: str
    offsets: tuple[int, ...]


def code_cells(text: str) -> Iterator[Cell]:
    """Every code cell in order; none where the file is no notebook. Outputs and prose are left out."""
    at = 0
    for cell in _cells(text):
        source = cell.get("source", [])
        lines = source if isinstance(source, list) else [source]
        at = max(at, text.find('"source":', at))
        offsets = []
        for line in lines:
            found = _find(text, str(line), at)
            at = found if found >= 0 else at
            offsets.append(at)
        if cell.get("cell_type") == "code":
            yield _split("".join(map(str, lines)), lines, offsets)


def _cells(text: str) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    cells = document.get("cells") if isinstance(document, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict):
            yield cell


def _find(text: str, line: str, at: int) -> int:
    places = (
        text.find(json.dumps(line, ensure_ascii=ascii_only), at, at + _LONGEST_SEARCH) for ascii_only in (False, True)
    )
    return min((place for place in places if place >= 0), default=-1)


def _split(code: str, lines: list[Any], offsets: list[int]) -> Cell:
    """A cell may keep its whole source in one string: then all its lines have the place of that string."""
    per_line = [
        offset for line, offset in zip(lines, offsets, strict=True) for _ in range(max(1, str(line).count("\n")))
    ]
    return Cell(code, tuple(per_line))
