"""The retirements of the next 60 days on one line: a date above each point, its route below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from console.text import words
from console.text.cells import cell_width
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TONES
from console.view.records import RetirementView

DAYS = 60
ROWS = 4
OLD_DAYS = 60
"""Providers give notice of about that long: what is older may miss an end that has been announced since."""


def draw_timeline(
    events: Sequence[RetirementView], today: date, width: int, bg: str = "side", as_of: date | None = None
) -> Canvas:
    """Four rows: heading, dates, track, routes. Labels that would touch: the nearer stays, the others are counted.

    `as_of` is how old what is known of ends is; where a refresh is due it is amber and goes before the scope.
    """
    canvas = Canvas(width, ROWS, bg)
    left, right = 3, width - 2
    near = sorted((event for event in events if (event.on - today).days <= DAYS), key=lambda event: event.on)
    far = min((event.on for event in events if (event.on - today).days > DAYS), default=None)
    x = canvas.put(left, 0, "Retirements", "fg bold")
    scope = f"next {DAYS} days" if near or far is None else f"next {words.day(far, today)}"
    old = as_of is not None and (today - as_of).days > OLD_DAYS
    age = f"as of {words.day(as_of, today)}" if as_of is not None else ""
    if age and x + 5 + len(scope) + len(age) <= right:
        canvas.right(right, 0, age, "amber" if old else "muted")
        canvas.right(right - len(age), 0, f"{scope} · ", "muted")
    elif x + 2 + len(age if old else scope) <= right:
        canvas.right(right, 0, age if old else scope, "amber" if old else "muted")
    canvas.fill(left, right, 2, "─", "track")
    canvas.put(left, 2, "├", "muted")
    canvas.put(left, 3, "today", "muted")
    _put_events(canvas, near, today, left, right)
    return canvas


def _put_events(canvas: Canvas, events: Sequence[RetirementView], today: date, left: int, right: int) -> None:
    dates_from, names_from, hidden, last = left, left + 6, 0, (left, left)
    for event in events:
        colour = "fg" if event.tone in ("none", "plain", "good") else TONES[event.tone]
        dot = min(right - 1, left + round(max(0, (event.on - today).days) / DAYS * (right - left)))
        canvas.put(dot, 2, "●", colour)
        when = words.day(event.on, today)
        before = 1 if dot < (left + right) // 2 else 5
        date_x = max(left, min(dot - before, right - cell_width(when)))
        name_x = max(left + 6, min(dot - before, right - cell_width(event.route)))
        if date_x < dates_from or name_x < names_from:
            hidden += 1
            canvas.put(last[1], 3, f" +{hidden}", "muted", end=right)
            names_from = last[1] + 4
            continue
        end = canvas.put(date_x, 1, when, colour, end=right)
        last, hidden = (end, canvas.put(name_x, 3, event.route, "fg", end=right)), 0
        dates_from, names_from = last[0] + 1, last[1] + 1
