"""The registry pane: every route with its pins, their shares and retirement clocks; below, changes and retirements."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from console.text import words
from console.text.cells import cell_width, clip_middle, wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import STATES, TIERS, TONES
from console.tui.drawing.timeline import ROWS as TIMELINE_ROWS
from console.tui.drawing.timeline import draw_timeline
from console.view.records import ChangeView, FleetView, PinView, RouteView, State

INDENT = 3
_ROOMY = 50
"""From this width the model id stands beside its tier."""
_ID_COLUMN = 20
_CHANGES = 4
NO_ROUTES = "no routes in this registry"


class Detail(NamedTuple):
    """What is shown beside the never missing rows."""

    reasons: bool = True
    changes: bool = True
    timeline: bool = True
    blanks: bool = True
    descriptions: bool = True


_LEVELS = (
    Detail(),
    Detail(reasons=False),
    Detail(reasons=False, changes=False),
    Detail(reasons=False, changes=False, blanks=False),
    Detail(reasons=False, changes=False, blanks=False, timeline=False),
    Detail(reasons=False, changes=False, blanks=False, timeline=False, descriptions=False),
)
"""From everything to little. The time line outlives the blank rows between pins: it says what they cannot."""


class _Blocks(NamedTuple):
    """The routes one below the other, a blank row between them."""

    routes: tuple[Canvas, ...]
    starts: tuple[int, ...]
    """The first row of each route."""

    @property
    def rows(self) -> int:
        """Of all of them; 1 for the sentence that stands there without a route."""
        return self.starts[-1] + self.routes[-1].height if self.routes else 1


def pins_text(view: FleetView) -> str:
    """`2 routes · 5 pins`, for the strip."""
    pins = sum(len(route.pins) for route in view.routes)
    return f"{words.plural(len(view.routes), 'route')} · {words.plural(pins, 'pin')}"


def draw_registry(
    view: FleetView,
    width: int,
    height: int,
    selected: int = 0,
    *,
    bg: str = "side",
    details: bool = True,
    empty: str = NO_ROUTES,
) -> Canvas:
    """The body of the pane. `details` allows reasons and changes; the selected route is always in sight.

    A registry taller than the pane is scrolled so that the whole selected route shows, and says how much is hidden.
    """
    canvas = Canvas(width, height, bg)
    blocks, below = _fitting(view, width, height, selected, bg, details)
    room = height - below.height
    top = _scroll(blocks, selected, room - 1)
    _put_routes(canvas, blocks, top, room - 1, selected)
    if not view.routes:
        canvas.put(INDENT, 1, empty, "muted", end=width - 1)
    slack = height - 1 - blocks.rows - below.height - 1
    canvas.paste(0, height - below.height - max(0, min(2, slack)), below)
    _put_hidden(canvas, blocks, top, room)
    return canvas


def route_at(view: FleetView, width: int, height: int, selected: int, y: int, *, details: bool = True) -> int | None:
    """The index of the route drawn on row `y` of the body, or None beside the routes."""
    blocks, below = _fitting(view, width, height, selected, "side", details)
    room = height - below.height
    row = y - 1 + _scroll(blocks, selected, room - 1)
    if not 1 <= y < room:
        return None
    return next((n for n, start in enumerate(blocks.starts) if start <= row < start + blocks.routes[n].height), None)


def _fitting(view: FleetView, width: int, height: int, selected: int, bg: str, details: bool) -> tuple[_Blocks, Canvas]:
    """The fullest drawing that fits: the routes, and what stands below them."""
    barest = _draw_routes(view, width, _LEVELS[-1], bg)
    if 1 + barest.rows > height:
        return barest, Canvas(width, 0)
    for level in _LEVELS if details else _LEVELS[2:]:
        level = level._replace(reasons=level.reasons and width >= _ROOMY)
        blocks = _draw_routes(view, width, level, bg)
        below = _below(view, width, level, bg)
        if 1 + blocks.rows + (below.height + 1 if below.height else 0) <= height:
            return blocks, below
    return barest, Canvas(width, 0)


def _scroll(blocks: _Blocks, selected: int, room: int) -> int:
    if blocks.rows <= room or not blocks.starts:
        return 0
    chosen = min(max(selected, 0), len(blocks.starts) - 1)
    start = blocks.starts[chosen]
    end = start + blocks.routes[chosen].height
    wanted = start if end - start >= room else max(0, end - room + 1)
    return min(start, wanted, max(0, blocks.rows - room))


def _put_hidden(canvas: Canvas, blocks: _Blocks, top: int, room: int) -> None:
    after = blocks.rows - top - (room - 1)
    if top > 0:
        canvas.put(INDENT, 0, f"↑ {words.plural(top, 'more line')}", "muted", end=canvas.width - 2)
    if after > 0 and room > 2:
        canvas.fill(1, canvas.width, room - 1)
        canvas.put(INDENT, room - 1, f"↓ {words.plural(after + 1, 'more line')}", "muted", end=canvas.width - 2)


def _put_routes(canvas: Canvas, blocks: _Blocks, top: int, room: int, selected: int) -> None:
    """The rows from `top` on, at most `room` of them; a bar beside the selected route."""
    for index, (route, start) in enumerate(zip(blocks.routes, blocks.starts, strict=True)):
        first, last = max(start, top), min(start + route.height, top + room)
        if first >= last:
            continue
        canvas.paste(0, 1 + first - top, route, first - start, last - first)
        if index == selected:
            for row in range(first, last):
                canvas.put(0, 1 + row - top, "▎", "strong")


def _draw_routes(view: FleetView, width: int, detail: Detail, bg: str) -> _Blocks:
    routes = tuple(_drawn_route(route, width, detail, bg) for route in view.routes)
    return _Blocks(routes, tuple(accumulate((route.height + 1 for route in routes[:-1]), initial=0)) if routes else ())


@lru_cache(maxsize=512)
def _drawn_route(route: RouteView, width: int, detail: Detail, bg: str) -> Canvas:
    """One route, as high as it has rows. It hardly ever changes, and there may be many."""
    canvas = Canvas(width, 5 + 10 * len(route.pins), bg)
    rows = _draw_route(canvas, 0, route, detail)
    drawn = Canvas(width, rows, bg)
    drawn.paste(0, 0, canvas, 0, rows)
    return drawn


def _draw_route(canvas: Canvas, y: int, route: RouteView, detail: Detail) -> int:
    right = canvas.width - 2
    mark = STATES[route.state]
    quiet = route.state in (State.NO_CANARY, State.NO_DATA)
    word = route.state.value if quiet else f"{mark.glyph} {route.state.value}"
    state_style = "muted" if mark.style == "muted" else "fg bold" if mark.style == "strong" else f"{mark.style} bold"
    edge = canvas.right(right, y, word, state_style, start=INDENT)
    canvas.put(INDENT, y, route.name, "strong bold", end=max(INDENT, edge - 2))
    y += 1
    if detail.descriptions and route.description:
        canvas.put(INDENT, y, route.description, "muted", end=right)
        y += 1
    if route.override:
        canvas.put(INDENT, y, f"LLM_MODEL forces {route.override}", "amber", end=right)
        y += 1
    for pin in route.pins:
        if detail.blanks:
            y += 1
        y = _draw_pin(canvas, y, pin, detail)
    return y


def _draw_pin(canvas: Canvas, y: int, pin: PinView, detail: Detail) -> int:
    right, mark = canvas.width - 2, TIERS[pin.tier]
    edge = right
    if pin.share is not None:
        edge = canvas.right(right, y, words.percentage(pin.share), "fg", start=INDENT) - 1
    canvas.put(INDENT, y, mark.glyph, mark.style if mark.style != "fg" else "muted")
    canvas.put(INDENT + 2, y, pin.tier, mark.style, end=edge)
    id_style = "strong" if pin.share else "fg"
    if canvas.width >= _ROOMY:
        canvas.put(_ID_COLUMN, y, clip_middle(pin.model_id, edge - _ID_COLUMN), id_style)
    else:
        y += 1
        canvas.put(INDENT + 2, y, clip_middle(pin.model_id, right - INDENT - 2), id_style)
    y = _draw_ladder(canvas, _draw_clock(canvas, y + 1, pin), pin, detail)
    if pin.note and pin.note_tone in ("waiting", "bad"):
        canvas.put(INDENT + 2, y, f"▲ {pin.note}", TONES[pin.note_tone], end=right)
        y += 1
    if detail.reasons:
        notes = (pin.why, "" if pin.note_tone in ("waiting", "bad") else pin.note)
        for text in filter(None, notes):
            first, *more = wrap(text, right - INDENT - 2)
            canvas.put(INDENT + 2, y, first, "muted")
            if more:
                y += 1
                canvas.put(INDENT + 2, y, " ".join(more), "muted", end=right)
            y += 1
    return y


def _draw_clock(canvas: Canvas, y: int, pin: PinView) -> int:
    right, x = canvas.width - 2, INDENT + 2
    if pin.clock:
        soon = pin.clock_tone in ("waiting", "bad")
        glyph = "◕" if soon else "◔"
        x = canvas.put(x, y, f"{glyph} {pin.clock}", TONES[pin.clock_tone] if soon else "muted", end=right)
        y += 1
    if not pin.replacement:
        return y
    if pin.clock and canvas.width >= _ROOMY and right - x >= 16:
        canvas.put(x + 1, y - 1, "→ " + clip_middle(pin.replacement, right - x - 3), "muted")
        return y
    canvas.put(INDENT + 2, y, "→ " + clip_middle(pin.replacement, right - INDENT - 4), "muted")
    return y + 1


def _draw_ladder(canvas: Canvas, y: int, pin: PinView, detail: Detail) -> int:
    """By when the replacement must be on its way; it outlives the blank rows where it asks for somebody."""
    soon = pin.clock_tone in ("waiting", "bad")
    if not pin.ladder or not (soon or detail.blanks):
        return y
    right, x = canvas.width - 2, INDENT + 4
    text = pin.ladder if x + cell_width(pin.ladder) <= right else pin.ladder_short
    canvas.put(x, y, text, TONES[pin.clock_tone] if soon else "muted", end=right)
    return y + 1


def _below(view: FleetView, width: int, detail: Detail, bg: str) -> Canvas:
    """What stands at the bottom of the pane: the last changes and the time line."""
    newest = sorted(view.changes, key=lambda change: change.at, reverse=True)[:_CHANGES]
    changes = newest if detail.changes and width >= _ROOMY else []
    timeline = detail.timeline and bool(view.retirements)
    change_rows = len(changes) + 2 + (2 if timeline else 0) if changes else 0
    canvas = Canvas(width, change_rows + (TIMELINE_ROWS if timeline else 0), bg)
    if changes:
        canvas.put(INDENT, 0, "Changes", "fg bold")
        canvas.right(width - 2, 0, "h history", "muted")
        for y, change in enumerate(changes, 2):
            _draw_change(canvas, y, change, view.now)
    if timeline:
        canvas.paste(0, change_rows, draw_timeline(view.retirements, view.now.date(), width, bg, view.facts_as_of))
    return canvas


def _draw_change(canvas: Canvas, y: int, change: ChangeView, now: datetime) -> None:
    at = change.at.astimezone(UTC)
    when = words.clock(at) if at.date() == now.date() else words.day(at.date(), now.date())
    canvas.put(INDENT, y, when, "muted", end=INDENT + 9)
    actor_x = canvas.right(canvas.width - 2, y, change.actor, "muted", start=canvas.width - 14)
    text = change.text + (" (undone)" if change.undone else "")
    canvas.put(INDENT + 10, y, text, "muted" if change.undone else "fg", end=actor_x - 1)
