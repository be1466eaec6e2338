"""The rows around the panes: header, footer, the strip on top of a pane, and the tab row of small terminals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from console.text import words
from console.text.cells import cell_width
from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import GUARD, STATES, TONES
from console.view.attention import QUIET, Alarm
from console.view.records import FleetView

Layout = Literal["wide", "panes", "tabs"]
PANES = ("Registry", "Live canary", "Comparer")
EMPTY_COMPARER = 4
"""Rows of the comparer before anything was compared: the plot above it has a use for the rest."""
NARROW, TINY = 100, 50
"""Columns: narrower than the first the footer keeps two pinned keys, narrower than the second none."""
_LATE_S = 60.0
"""Data older than a minute is no longer live: the age turns amber."""

Piece = tuple[str, str]
"""A text and its style."""


class Hint(NamedTuple):
    """One key of the footer with the effect it would have: `+`, "to 25 %"."""

    key: str
    label: str


class Frame(NamedTuple):
    """Where things stand on a screen of some size. Widths are columns, heights rows."""

    layout: Layout
    registry_width: int
    comparer_height: int
    margin: int
    bare: bool = False
    """Room for the live pane's verdict only: no header, tabs or footer."""


def frame(width: int, height: int) -> Frame:
    """The layout for a terminal of this size."""
    if width >= 160 and height >= 44:
        return Frame("wide", 57, 19, 2)
    if width >= 118 and height >= 34:
        return Frame("panes", 36, 9, 2)
    return Frame("tabs", width, max(0, height - 3), 1, bare=width < 30 or height < 8)


def put_pieces(canvas: Canvas, x: int, y: int, pieces: Sequence[Piece], end: int | None = None) -> int:
    """Write `pieces` one after the other from column `x`; returns the next column."""
    for text, style in pieces:
        if end is not None and x >= end:
            break
        x = canvas.put(x, y, text, style, end=end)
    return x


def pieces_width(pieces: Sequence[Piece]) -> int:
    """The cells that `pieces` take together."""
    return sum(cell_width(text) for text, _ in pieces)


def draw_header(view: FleetView, width: int, override: SafeText = NOTHING, alarm: Alarm = QUIET) -> Canvas:
    """The first row: what is looked at, who guards it, how old the data is, and the time in UTC.

    `alarm` is what is wrong on a route that is not looked at: it stands before all that, and goes last.
    """
    canvas = Canvas(width, 1)
    mark = STATES[alarm.state]
    said: list[Piece] = [(f"{mark.glyph} {alarm.text}", f"{mark.style} bold")] if alarm.text else []
    for left, right in _header_choices(view, width, override):
        right = [*said, ("   ", "fg"), *right] if said else right
        if 2 + pieces_width(left) + 3 + pieces_width(right) + 2 <= width:
            break
    else:
        left, right = [], said or _header_right(view, override, False, False)[:-2]
    put_pieces(canvas, 2, 0, left)
    put_pieces(canvas, max(2, width - 2 - pieces_width(right)), 0, right, end=width)
    return canvas


def _header_choices(view: FleetView, width: int, override: SafeText) -> list[tuple[list[Piece], list[Piece]]]:
    """From the fullest to the shortest; the log's path goes first, then "data", then "UTC"."""
    gap = "   " if width >= NARROW else "  "
    name: list[Piece] = [("console", "strong bold")]
    registry = [*name, (gap, "fg"), (view.registry_name, "muted")]
    both = [*registry, ("  ", "fg"), (view.log_name, "muted")]
    full, undated = _header_right(view, override, True, True), _header_right(view, override, False, True)
    short = _header_right(view, override, False, False)
    guard = short[:-2]
    choices = [(both, full), (registry, full), (registry, undated)] if width >= NARROW else []
    return [*choices, (registry, short), (name, short), (name, guard), ([], short), ([], guard)]


def _header_right(view: FleetView, override: SafeText, data: bool, utc: bool) -> list[Piece]:
    pieces: list[Piece] = [(GUARD[view.guard_tone], TONES[view.guard_tone]), (" " + view.guard, "fg")]
    if override:
        pieces += [("   ", "fg"), (override, "amber")]
    if view.read_only:
        pieces = [(" READ-ONLY ", "amber bold"), ("  ", "fg"), *pieces]
    age = "no data yet" if view.data_age_s is None else f"{'data ' if data else ''}{words.age(view.data_age_s)} old"
    late = bool(view.problem) or (view.data_age_s or 0.0) > _LATE_S
    clock = words.clock(view.now) + (" UTC" if utc else "")
    return [*pieces, ("   " + age, "amber" if late else "muted"), ("   " + clock, "muted")]


def draw_footer(width: int, hints: Sequence[Hint], pinned: Sequence[Hint] = ()) -> Canvas:
    """The last row: the keys that work here, the most useful first. `pinned` stand at the right end.

    What has no room is dropped from the right end; of `pinned` the middle ones go first.
    """
    canvas = Canvas(width, 1, "side")
    for x, hint in _placed_hints(width, hints, pinned):
        end = canvas.put(x, 0, hint.key, "strong bold")
        canvas.put(end + 1, 0, hint.label, "muted")
    return canvas


def hint_at(width: int, hints: Sequence[Hint], pinned: Sequence[Hint], x: int) -> Hint | None:
    """The key of the footer at column `x`; None between them."""
    placed = _placed_hints(width, hints, pinned)
    return next((hint for start, hint in placed if start <= x < start + _hint_width(hint)), None)


def _placed_hints(width: int, hints: Sequence[Hint], pinned: Sequence[Hint]) -> list[tuple[int, Hint]]:
    """What has room in the footer, with its first column."""
    kept = list(pinned if width >= NARROW else (*pinned[:1], *pinned[1:][-1:]) if width >= TINY else ())
    end = width - 2 - _hints_width(kept)
    room = end - (3 if kept else 0)
    shown = list(hints)
    while shown and 2 + _hints_width(shown) > room:
        shown.pop()
    return [*_side_by_side(2, shown or hints[:1]), *_side_by_side(end, kept)]


def _side_by_side(x: int, hints: Sequence[Hint]) -> list[tuple[int, Hint]]:
    placed = []
    for hint in hints:
        placed.append((x, hint))
        x += _hint_width(hint) + 3
    return placed


def _hint_width(hint: Hint) -> int:
    return cell_width(hint.key) + 1 + cell_width(hint.label)


def _hints_width(hints: Sequence[Hint]) -> int:
    return sum(map(_hint_width, hints)) + 3 * max(0, len(hints) - 1)


def draw_strip(
    width: int,
    pane: int,
    detail: str = "",
    right: str = "",
    focused: bool = False,
    *,
    detail_x: int = 0,
    late: bool = False,
) -> Canvas:
    """The first row of pane number `pane` (1..3): its name, what it shows, and at the right the age of that."""
    canvas = Canvas(width, 1, "raised" if focused else "side")
    if focused:
        canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, str(pane), "muted")
    x = canvas.put(4, 0, PANES[pane - 1], "strong bold" if focused else "fg bold")
    edge = width - 2
    if right and x + 2 + cell_width(right) <= edge:
        edge = canvas.right(edge, 0, right, "amber" if late else "muted") - 2
    if detail:
        canvas.put(max(x + 2, detail_x), 0, detail, "fg", end=edge)
    return canvas


def draw_tabs(width: int, active: int, right: str = "", style: str = "muted") -> Canvas:
    """The tab row; `active` is 1..3. Where names have no room, only the active tab keeps its name."""
    canvas = Canvas(width, 1, "side")
    x = 1
    for number, (start, end, label) in enumerate(_tabs(width, active), 1):
        chosen = number == active
        if chosen:
            canvas.row(0, "raised", start, end)
        canvas.put(start + 1, 0, str(number), "muted")
        canvas.put(start + 3, 0, label, "strong bold" if chosen else "muted")
        x = end + 2
    if right and x + cell_width(right) <= width - 2:
        canvas.right(width - 2, 0, right, style)
    return canvas


def tab_at(width: int, active: int, x: int) -> int:
    """The number (1..3) of the tab at column `x`; 0 between tabs."""
    for number, (start, end, _) in enumerate(_tabs(width, active), 1):
        if start <= x < end:
            return number
    return 0


def _tabs(width: int, active: int) -> list[tuple[int, int, str]]:
    """First column, column after the last, and name of each tab."""
    everything = 1 + sum(len(name) + 6 for name in PANES)
    tabs, x = [], 1
    for number, name in enumerate(PANES, 1):
        label = name if number == active or everything <= width else ""
        end = x + (4 + len(label) if label else 3)
        tabs.append((x, end, label))
        x = end + 2
    return tabs
