"""The main screen as one drawing, as it stands before the first key: what its widgets show, without any widget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from console.text import words
from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.empty import draw_empty, draw_invitation, draw_next
from console.tui.drawing.frame import EMPTY_COMPARER, Frame, draw_header, draw_strip, draw_tabs, frame
from console.tui.drawing.glyphs import TONES
from console.tui.drawing.live import draw_live, next_tops, plot_rows
from console.tui.drawing.registry import draw_registry, pins_text
from console.tui.drawing.scale import Top
from console.view.attention import elsewhere, worst
from console.view.records import CanaryView, FleetView, PinView, State


def draw_screen(view: FleetView, width: int, height: int, override: SafeText = NOTHING) -> Canvas:
    """Header, panes and an empty footer: no key works before the screen is there.

    The worst route is chosen where one has an alarm, else the first.
    """
    canvas = Canvas(width, height)
    chosen = worst(view.routes) or next(iter(view.routes), None)
    name = chosen.name if chosen else None
    canvas.paste(0, 0, draw_header(view, width, override, elsewhere(view.routes, name)))
    layout = frame(width, height)
    canary = next((each for each in view.canaries if each.route == name), None)
    if layout.layout == "tabs":
        _paste_tab(canvas, view, canary)
    else:
        _paste_panes(canvas, view, canary, layout, view.routes.index(chosen) if chosen else 0)
    canvas.row(height - 1, "side")
    return canvas


def _paste_tab(canvas: Canvas, view: FleetView, canary: CanaryView | None) -> None:
    canvas.paste(0, 1, draw_tabs(canvas.width, 2, *tabs_note(view, canary)))
    canvas.paste(0, 2, draw_canary(canary, view, canvas.width, canvas.height - 3, margin=1))


def _paste_panes(canvas: Canvas, view: FleetView, canary: CanaryView | None, layout: Frame, chosen: int) -> None:
    left, height = layout.registry_width, canvas.height - 2
    width, live = canvas.width - left, height - EMPTY_COMPARER
    canvas.paste(0, 1, draw_strip(left, 1, right=pins_text(view)))
    canvas.paste(0, 2, draw_registry(view, left, height - 1, chosen))
    canvas.paste(left, 1, draw_live_strip(canary, view.now, width, focused=True))
    canvas.paste(left, 2, draw_canary(canary, view, width, live - 1))
    canvas.paste(left, 1 + live, draw_strip(width, 3))
    canvas.paste(left, 2 + live, draw_invitation(width, EMPTY_COMPARER - 1))


def age_of(view: CanaryView | None, now: datetime | None) -> str:
    """How old the newest data of the route is: `2 s ago`."""
    if view is None or now is None or view.as_of is None:
        return ""
    ago = words.ago((now - view.as_of).total_seconds())
    return f"looked {ago}" if view.state is State.NO_DATA else ago


def tabs_note(view: FleetView | None, canary: CanaryView | None) -> tuple[str, str]:
    """What the tab row says of the route at its right end, and the style of that: `support · 2 s ago`.

    The end of its production model goes before the age, which the header has, too, while the data is fresh: on a small
    screen nothing else beside the canary speaks of it.
    """
    if view is None or canary is None:
        return "", "muted"
    ending = None if canary.stale else _ending(view, canary.route)
    if ending is not None:
        return f"{canary.route} · ◕ {ending.clock.partition(' · ')[0]}", TONES[ending.clock_tone]
    age = age_of(canary, view.now)
    return f"{canary.route} · {age}" if age else canary.route, "amber" if canary.stale else "muted"


def _ending(view: FleetView, route: str) -> PinView | None:
    """The production pin of `route` where its model ends soon."""
    pins = next((each.pins for each in view.routes if each.name == route), ())
    return next((pin for pin in pins if pin.tier == "production" and pin.clock_tone in ("waiting", "bad")), None)


def draw_live_strip(view: CanaryView | None, now: datetime | None, width: int, *, focused: bool) -> Canvas:
    """`2 Live canary  support   2 s ago`."""
    route, stale = (view.route, view.stale) if view else ("", False)
    return draw_strip(width, 2, route, age_of(view, now), focused, late=stale)


def draw_canary(
    view: CanaryView | None,
    fleet: FleetView,
    width: int,
    height: int,
    *,
    margin: int = 2,
    plot: int = 0,
    tops: Sequence[Top] | None = None,
) -> Canvas:
    """The live canary, or what to do where there is none yet. Without `tops` each plot's scale is its own."""
    if view is None:
        return Canvas(width, height)
    if view.state is State.NO_DATA and not view.metrics:
        return draw_empty(view, fleet, width, height, margin=margin)
    if tops is None:
        tops = tops_of((), view, fleet, width, height, margin)
    below = _next(view, fleet, width - 2 * margin)
    values = [top.value for top in tops]
    return draw_live(view, width, height, margin=margin, plot=plot, tops=values, below=below)


def tops_of(
    before: Sequence[Top], view: CanaryView, fleet: FleetView, width: int, height: int, margin: int
) -> tuple[Top, ...]:
    """The scales of the plots after another look, given those of the last one."""
    rows = plot_rows(view, width, height, margin)
    return next_tops(before, view.plots, rows, fleet.now) if rows else tuple(before)


def _next(view: CanaryView, fleet: FleetView, width: int) -> Canvas | None:
    """What can be done on a route that has no canary."""
    if view.state is not State.NO_CANARY:
        return None
    return draw_next(next((each for each in fleet.routes if each.name == view.route), None), width, seen=True)
