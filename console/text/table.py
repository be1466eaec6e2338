"""Columns of plain text, aligned by the cells they take on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence


def cells(text: str) -> int:
    """How many terminal cells `text` takes: wide characters two, combining ones none."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def table(rows: Sequence[Sequence[str]], right: Collection[int] = (), gap: str = "  ") -> str:
    """`rows` as lines; the columns in `right` are aligned at their right edge. No trailing spaces."""
    if not rows:
        return ""
    widths = [max(cells(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    return "\n".join(gap.join(_put(row, i, widths, right) for i in range(len(row))).rstrip() for row in rows)


def _put(row: Sequence[str], index: int, widths: Sequence[int], right: Collection[int]) -> str:
    space = " " * (widths[index] - cells(row[index]))
    return space + row[index] if index in right else row[index] + space
