"""Blocks and braille of a terminal picture as shapes instead of text.

Few fonts have all of them, none fills its line to the last pixel, and cairo looks into one font only. As shapes they
look the same in every viewer, as they do in a terminal.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from console.text.cells import char_width

CELL_WIDTH = 12.2
CELL_HEIGHT = 24.4
OVERLAP = 0.25
"""What a shape reaches into the next line, so that no seam shows; the picture's own backgrounds do the same."""
ASCENT = 18.5
"""From the top of a line to its baseline, in the SVG that Rich writes."""
DOT_RADIUS = 1.9
BRAILLE = range(0x2800, 0x2900)
_TEXT = re.compile(r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')
_PLACED = re.compile(r'<text([^>]*?) x="([\d.]+)"([^>]*?) textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
_RECT = re.compile(r'(<rect fill="#[0-9a-f]{6}" x="[\d.]+" y="[\d.]+" )width="([\d.]+)"')
SEAM = 0.6
_ENTITY = re.compile(r"&#?\w+;|.", re.DOTALL)
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""(column, row) of the eight braille dots, from the lowest bit on."""

Box = tuple[float, float, float, float]
"""x, y, width, height as shares of the cell."""


def boxes() -> dict[str, Box]:
    """The block characters that are one rectangle."""
    lower = {chr(0x2580 + n): (0.0, 1 - n / 8, 1.0, n / 8) for n in range(1, 9)}
    left = {chr(0x2590 - n): (0.0, 0.0, n / 8, 1.0) for n in range(1, 8)}
    return {**lower, **left, "▔": (0.0, 0.0, 1.0, 1 / 8), "▀": (0.0, 0.0, 1.0, 0.5), "▐": (0.5, 0.0, 0.5, 1.0)}


BOXES = boxes()


def drawn(svg: str) -> str:
    """`svg` with every block and braille character replaced by a path of the same colour."""
    return _TEXT.sub(_replaced, svg)


def seamless(svg: str) -> str:
    """`svg` whose backgrounds reach a little under their right neighbours, so that no hair line shows between them."""
    return _RECT.sub(lambda match: f'{match[1]}width="{float(match[2]) + SEAM:.4g}"', svg)


def on_grid(svg: str) -> str:
    """`svg` with every character at its own column, for programs that set text in another font than a browser's."""
    return _PLACED.sub(_placed, svg)


def _placed(match: re.Match[str]) -> str:
    before, x, between, _, after, content = match.groups()
    text, at, places = html.unescape(content), float(x), []
    for char in text:
        places.append(_n(at))
        at += CELL_WIDTH * char_width(char)
    return f'<text{before} x="{" ".join(places)}"{between}{after}>{content}</text>'


def _replaced(match: re.Match[str]) -> str:
    style, x, y, text = match.groups()
    cells = _ENTITY.findall(text)
    path = "".join(_shapes(cells, float(x), float(y) - ASCENT))
    if not path:
        return match.group(0)
    rest = "".join("&#160;" if _is_drawn(cell) else cell for cell in cells)
    kept = match.group(0).replace(f">{text}<", f">{rest}<") if rest.replace("&#160;", "") else ""
    return f'{kept}<path class="{style}" d="{path}"/>'


def _is_drawn(cell: str) -> bool:
    return cell in BOXES or (len(cell) == 1 and ord(cell) in BRAILLE)


def _shapes(cells: list[str], left: float, top: float) -> Iterator[str]:
    run = 0
    for column, cell in enumerate(cells):
        x = left + column * CELL_WIDTH
        if cell in BOXES:
            if run:
                run -= 1
                continue
            run = _equal(cells[column:]) - 1 if BOXES[cell][2] == 1.0 else 0
            yield _rectangle(BOXES[cell], x, top, 1 + run)
        elif len(cell) == 1 and ord(cell) in BRAILLE:
            yield from _circles(ord(cell) - BRAILLE.start, x, top)


def _equal(cells: list[str]) -> int:
    """How many cells from the first on are the same: they are drawn as one, without seams."""
    return next((count for count, cell in enumerate(cells) if cell != cells[0]), len(cells))


def _rectangle(box: Box, x: float, top: float, cells: int) -> str:
    dx, dy, width, height = box
    tall = height * CELL_HEIGHT + (OVERLAP if dy + height == 1.0 else 0.0)
    wide = width * CELL_WIDTH * cells
    return f"M{_n(x + dx * CELL_WIDTH)} {_n(top + dy * CELL_HEIGHT)}h{_n(wide)}v{_n(tall)}h{_n(-wide)}z"


def _circles(bits: int, x: float, top: float) -> Iterator[str]:
    for bit, (column, row) in enumerate(_DOTS):
        if bits >> bit & 1:
            cx, cy = x + (column + 0.5) * CELL_WIDTH / 2, top + (row + 0.5) * CELL_HEIGHT / 4
            r, d = _n(DOT_RADIUS), _n(2 * DOT_RADIUS)
            yield f"M{_n(cx - DOT_RADIUS)} {_n(cy)}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
