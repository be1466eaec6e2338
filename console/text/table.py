"""Columns of plain text, aligned by the cells they take on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from console.text.cells import cell_width


def table(rows: Sequence[Sequence[str]], right: Collection[int] = (), gap: str = "  ") -> str:
    """`rows` as lines; the columns in `right` are aligned at their right edge. No trailing spaces."""
    if not rows:
        return ""
    widths = [max(cell_width(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    return "\n".join(gap.join(_put(row, i, widths, right) for i in range(len(row))).rstrip() for row in rows)


def _put(row: Sequence[str], index: int, widths: Sequence[int], right: Collection[int]) -> str:
    space = " " * (widths[index] - cell_width(row[index]))
    return space + row[index] if index in right else row[index] + space
