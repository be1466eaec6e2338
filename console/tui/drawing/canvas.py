"""A rectangle of styled cells: what every pane is drawn on, without a terminal.

A style is a name such as "muted", "strong bold" or "canary bold on raised": a colour of the palette, attributes
(`bold`, `underline`, `reverse`), and after `on` the background. Without `on` a text keeps the background it is put on.
Everything outside the rectangle is clipped, so any layout may be drawn at any size.
"""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import compress, count, islice
from operator import is_not
from typing import NamedTuple

from console.text.cells import cell_width, char_width, clip, drawable, only_narrow


class Paint(NamedTuple):
    """How one cell looks. `fg` and `bg` are names of the palette."""

    fg: str = "fg"
    bg: str = ""
    bold: bool = False
    underline: bool = False
    reverse: bool = False


class Segment(NamedTuple):
    """Neighbouring cells of one row that look the same."""

    text: str
    paint: Paint


Row = tuple[Segment, ...]
_segment = partial(tuple.__new__, Segment)
"""As `Segment`, in half the time: a frame has hundreds."""
_LONGEST_KEPT = 256
_TEXT = frozenset(("fg", "strong", "prod", "canary", "green", "amber", "red"))


_looks: dict[Paint, Paint] = {}


def _one(look: Paint) -> Paint:
    """The one object for each look: cells that look the same are told by identity. There are some hundred looks."""
    return _looks.setdefault(look, look)


@lru_cache(maxsize=512)
def paint(style: str) -> Paint:
    """The look that a style name means. Raises ValueError for a name with two colours on one side of `on`."""
    before, _, after = style.partition(" on ")
    words = before.split()
    colours = [word for word in words if word not in ("bold", "underline", "reverse")]
    if len(colours) > 1 or len(after.split()) > 1:
        raise ValueError(f"a style names one colour and one background, got {style!r}")
    return _one(
        Paint(colours[0] if colours else "fg", after.strip(), "bold" in words, "underline" in words, "reverse" in words)
    )


@lru_cache(maxsize=4_096)
def _over(top: Paint, under: Paint) -> Paint:
    return top if top.bg else _one(top._replace(bg=under.bg))


@lru_cache(maxsize=1_024)
def _on(look: Paint, bg: str) -> Paint:
    return _one(look._replace(bg=bg))


@lru_cache(maxsize=1_024)
def _faded(look: Paint) -> Paint:
    return _one(look._replace(fg="muted")) if look.fg in _TEXT else look


class Ink(NamedTuple):
    """A text as it is drawn, the cells it takes, and whether each of its characters takes exactly one."""

    text: str
    width: int
    narrow: bool


def _measured(text: str) -> Ink:
    clean = drawable(text)
    return Ink(clean, cell_width(clean), only_narrow(clean))


_kept = lru_cache(maxsize=2_048)(_measured)


def ink_of(text: str) -> Ink:
    """`text` measured once: most of what is drawn was drawn a second ago. A long one is not kept."""
    return _kept(text) if len(text) <= _LONGEST_KEPT else _measured(text)


class Canvas:
    """`width` × `height` cells on the background `bg`, both sizes 0 or more. Rows and columns count from 0."""

    def __init__(self, width: int, height: int, bg: str = "bg") -> None:
        self.width = max(0, width)
        self.height = max(0, height)
        blank = _on(paint("fg"), bg)
        self._chars = [[" "] * self.width for _ in range(self.height)]
        self._paints = [[blank] * self.width for _ in range(self.height)]
        self._wide: set[int] = set()
        """Rows on which a character may take two cells, or none."""

    def put(self, x: int, y: int, text: str, style: str = "fg", end: int | None = None) -> int:
        """Write `text` from column `x`, cut with an ellipsis before column `end`. Returns the next column."""
        ink = ink_of(text)
        if end is not None and ink.width > (room := min(end, self.width) - x):
            ink = ink_of(clip(ink.text, room))
        return self._write(x, y, ink, style)

    def _write(self, x: int, y: int, ink: Ink, style: str) -> int:
        text, width, narrow = ink
        if not 0 <= y < self.height:
            return x + width
        look, chars, paints = paint(style), self._chars[y], self._paints[y]
        if narrow and y not in self._wide:
            return self._put_narrow(x, text, look, chars, paints)
        self._wide.add(y)
        for char in text:
            size = 1 if char < "\u0300" else char_width(char)
            if size == 0:
                self._join(x - 1, y, char)
                continue
            if x >= 0 and x + size <= self.width:
                self._set(x, y, char, size, look, chars, paints)
            elif size == 2 and (x == -1 or x == self.width - 1):
                half = max(x, 0)
                self._set(half, y, " ", 1, look, chars, paints)
            x += size
        return x

    def _put_narrow(self, x: int, text: str, look: Paint, chars: list[str], paints: list[Paint]) -> int:
        """Most of what is ever drawn: one character for one cell, on a row of such cells."""
        after = x + len(text)
        start, end = x, after
        if x < 0 or after > self.width:
            start, end = max(0, x), min(after, self.width)
            text = text[start - x : end - x]
        if start < end:
            chars[start:end] = text
            if look.bg:
                paints[start:end] = [look] * (end - start)
            else:
                below = paints[start:end]
                if below.count(below[0]) == len(below):  # nearly always: one call instead of one for each cell
                    paints[start:end] = [_over(look, below[0])] * len(below)
                else:
                    paints[start:end] = [_over(look, under) for under in below]
        return after

    def right(self, x_end: int, y: int, text: str, style: str = "fg", start: int | None = None) -> int:
        """Write `text` so that it ends before column `x_end`, cut at `start`. Returns its first column."""
        ink = ink_of(text)
        if start is not None and ink.width > x_end - start:
            ink = ink_of(clip(ink.text, x_end - start))
        self._write(x_end - ink.width, y, ink, style)
        return x_end - ink.width

    def fill(self, x0: int, x1: int, y: int, char: str = " ", style: str = "fg") -> None:
        """Repeat the one-cell `char` from column `x0` up to, not including, `x1`."""
        x0, x1 = max(0, x0), min(x1, self.width)
        if x1 > x0:
            self.put(x0, y, char * (x1 - x0), style)

    def row(self, y: int, bg: str, x0: int = 0, x1: int | None = None) -> None:
        """Give row `y` (from `x0` up to `x1`) the background `bg`; what is written on it stays."""
        if 0 <= y < self.height:
            cells = self._paints[y]
            for x in range(max(0, x0), min(self.width, self.width if x1 is None else x1)):
                cells[x] = _on(cells[x], bg)

    def paste(self, x: int, y: int, other: Canvas, top: int = 0, rows: int | None = None) -> None:
        """Copy `rows` rows of `other`, from its row `top`, with their top left corner at (`x`, `y`)."""
        last = other.height if rows is None else min(other.height, top + rows)
        for source in range(max(0, top), last):
            target = y + source - top
            if 0 <= target < self.height:
                self._copy_row(x, target, other, source)

    def under(self, first: Canvas) -> Canvas:
        """This canvas with the rows of `first` above it. Both are used up: the rows become the new canvas's own."""
        whole = Canvas(self.width, 0)
        whole.height = first.height + self.height
        whole._chars, whole._paints = first._chars + self._chars, first._paints + self._paints
        whole._wide = first._wide | {y + first.height for y in self._wide}
        return whole

    def fade(self) -> None:
        """Turn every text muted, leaving decoration: how numbers look when they are no longer current."""
        self._paints = [[_faded(cell) for cell in row] for row in self._paints]

    def segments(self, y: int) -> Row:
        """Row `y` as runs of equal look; together exactly `width` cells."""
        chars, paints = self._chars[y], self._paints[y]
        if not paints:
            return ()
        found, start = [], 0
        for end in (*compress(count(1), map(is_not, paints, islice(paints, 1, None))), len(paints)):
            found.append(_segment(("".join(chars[start:end]), paints[start])))
            start = end
        return tuple(found)

    def is_narrow(self, y: int) -> bool:
        """Whether each character of row `y` takes exactly one cell."""
        return y not in self._wide

    def rows(self) -> list[Row]:
        """Every row as segments."""
        return [self.segments(y) for y in range(self.height)]

    def changed_rows(self, before: Canvas) -> list[int]:
        """The rows that differ from those of a canvas of the same size."""
        return [
            y for y in range(self.height) if self._chars[y] != before._chars[y] or self._paints[y] != before._paints[y]
        ]

    def text(self) -> list[str]:
        """The plain twin: what stands on each row, without trailing blanks. For tests and for screen readers."""
        return ["".join(chars).rstrip() for chars in self._chars]

    def _set(self, x: int, y: int, char: str, size: int, look: Paint, chars: list[str], paints: list[Paint]) -> None:
        self._split(x, chars)
        if size == 2:
            self._split(x + 1, chars)
            chars[x + 1] = ""
            paints[x + 1] = _over(look, paints[x])
        elif x + 1 < self.width and chars[x + 1] == "":
            chars[x + 1] = " "
        paints[x] = _over(look, paints[x])
        chars[x] = char

    def _split(self, x: int, chars: list[str]) -> None:
        """Overwriting one half of a wide character leaves a blank in the other."""
        if chars[x] == "" and x > 0:
            chars[x - 1] = " "
            chars[x] = " "
        if x + 1 < self.width and chars[x + 1] == "":
            chars[x + 1] = " "

    def _join(self, x: int, y: int, mark: str) -> None:
        """A combining mark belongs to the character before it; marks without end would be a way to smear the screen."""
        if not 0 <= x < self.width:
            return
        chars = self._chars[y]
        at = x - 1 if chars[x] == "" and x > 0 else x
        if len(chars[at]) < 4:
            chars[at] += mark

    def _copy_row(self, x: int, y: int, other: Canvas, source: int) -> None:
        start, end = max(0, -x), min(other.width, self.width - x)
        if end <= start:
            return
        chars, paints = self._chars[y], self._paints[y]
        paints[x + start : x + end] = other._paints[source][start:end]
        copied = other._chars[source][start:end]
        if source not in other._wide and y not in self._wide:  # no character can be cut in two
            chars[x + start : x + end] = copied
            return
        if source in other._wide:
            self._wide.add(y)
        if copied[0] == "":
            copied[0] = " "
        if end < other.width and other._chars[source][end] == "":
            copied[-1] = " "
        self._split(x + start, chars)
        self._split(x + end - 1, chars)
        chars[x + start : x + end] = copied
