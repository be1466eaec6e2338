"""What stands in a pane before there is something to show: in the live pane what is missing, and the lines to paste."""

from __future__ import annotations

from collections.abc import Sequence

from console.text.cells import cell_width, wrap
from console.text.safe import NOTHING, SafeText, safe_line
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Piece, pieces_width, put_pieces
from console.tui.drawing.verdict import draw_verdict
from console.view.records import CanaryView, FleetView, RouteView

Line = Sequence[Piece]
INVITATION = "Press enter and type a prompt: both models answer side by side."
"""In a pane, where every letter is a key."""
TYPING = "Type a prompt and press enter: both models answer side by side."
"""On the comparer's own screen, where the cursor is in the prompt."""


def draw_empty(view: CanaryView, fleet: FleetView, width: int, height: int, *, margin: int = 2) -> Canvas:
    """The body of the pane for a route without data, with the person's own route, model and paths in the code."""
    canvas = Canvas(width, height)
    inner = width - 2 * margin
    tight = height < 20
    missing = view.sentence or f"no request on {view.route} has reached {fleet.log_name} yet"
    verdict = draw_verdict(view.state, missing, max(1, inner))
    y = 0 if tight else 1
    canvas.paste(margin, y, verdict)
    y += verdict.height + (0 if tight else 1)
    route = next((route for route in fleet.routes if route.name == view.route), None)
    for number, title, lines in _blocks(view, fleet, route):
        block = _draw_code(title, lines, inner, number, padded=height >= 24)
        if y + block.height > height:
            break
        canvas.paste(margin, y, block)
        y += block.height + (0 if tight else 1)
    canvas.paste(margin, y, draw_next(route, inner, seen=False))
    return canvas


def draw_waiting(seconds: int, width: int, height: int, *, margin: int = 2) -> Canvas:
    """The body of the pane while the first look takes longer than a second."""
    canvas = Canvas(width, height)
    if seconds:
        text = f"reading the request log: what was before this rollout takes a while, once · {seconds} s"
        for y, line in enumerate(wrap(text, width - 2 * margin), 1 if height > 1 else 0):
            canvas.put(margin, y, line, "muted")
    return canvas


def draw_invitation(width: int, height: int, *, margin: int = 2, typing: bool = False) -> Canvas:
    """The body of the comparer before the first comparison. `typing`: a prompt can be typed already."""
    canvas = Canvas(width, height)
    for y, line in enumerate(wrap(TYPING if typing else INVITATION, width - 2 * margin), 1 if height > 1 else 0):
        canvas.put(margin, y, line, "muted")
    return canvas


def _blocks(view: CanaryView, fleet: FleetView, route: RouteView | None) -> list[tuple[bool, Line, list[Line]]]:
    model = next((pin.model_id for pin in route.pins if pin.tier == "production"), NOTHING) if route else NOTHING
    calls: list[Line] = [
        [("choice = router.select(", "fg"), (_quoted(view.route), "strong bold"), (", user_id)", "fg")],
        [("with log.request(choice, user_id) as request:", "fg")],
        [("    response = client.messages.create(model=", "fg"), ("choice.model", "strong bold"), (", …)", "fg")],
        [("    request.record(response)", "fg")],
    ]
    starts: list[Line] = [
        [("from console import Router, RequestLog", "fg")],
        [(f"router = Router({_quoted(fleet.registry_name)}, default={_quoted(model)})", "fg")],
        [(f"log = RequestLog({_quoted(fleet.log_name)})", "fg")],
    ]
    return [
        (True, [("Four lines", "strong bold"), (" where your application calls the model", "fg")], calls),
        (False, [("Three", "strong bold"), (" where it starts", "fg")], starts),
    ]


def _quoted(text: str) -> SafeText:
    """A Python string literal of `text`, as a person would type it."""
    return safe_line('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def _draw_code(title: Line, lines: list[Line], width: int, numbered: bool, padded: bool) -> Canvas:
    pad = 1 if padded else 0
    canvas = Canvas(width, 1 + len(lines) + 2 * pad)
    put_pieces(canvas, 0, 0, title, end=width)
    for y in range(1, canvas.height):
        canvas.row(y, "side")
    indent = 6 if width >= 60 and max(map(pieces_width, lines)) + 8 <= width else 2
    for index, line in enumerate(lines):
        y = 1 + pad + index
        if numbered and indent == 6:
            canvas.put(2, y, str(index + 1), "muted")
        put_pieces(canvas, indent, y, line, end=width - 1)
    return canvas


def _candidate(route: RouteView | None) -> tuple[SafeText, str]:
    """The model that the question for a canary begins with, and what it is: the experimental one comes first."""
    for pin in route.pins if route else ():
        if pin.tier == "experimental":
            return pin.model_id, "experimental on this route"
    named = (pin.replacement for pin in (route.pins if route else ()) if pin.tier == "production")
    return next(named, NOTHING), "the named replacement"


def draw_next(route: RouteView | None, width: int, *, seen: bool) -> Canvas:
    """What can be done now, one row each; `seen`: the application's requests arrive already."""
    candidate, what = _candidate(route)
    named = f"{candidate}, {what}" if candidate else "a newer model"
    name, model = (route.name if route else "ROUTE"), candidate or "MODEL"
    alone = route is None or all(pin.tier != "canary" for pin in route.pins)
    start: tuple[Line, str] = ([("c", "strong bold"), (" start a canary", "muted")], f"5 % of users on {named}")
    if seen:
        rows: list[tuple[Line, str]] = [
            start,
            ([("before that", "muted")], f"console preflight {name} {model}"),
            ([("enter", "strong bold"), (" ask both", "muted")], "one prompt on two models, side by side"),
        ]
    else:
        rows = [
            ([("first request", "muted")], "appears here within 2 seconds, nothing to restart"),
            *([start] if alone else []),
            ([("only looking", "muted")], "console demo: a simulated world with live traffic"),
        ]
    canvas = Canvas(width, len(rows))
    for y, (label, text) in enumerate(rows):
        put_pieces(canvas, 0, y, label, end=width)
        if 18 + cell_width(text) // 3 < width:
            canvas.put(18, y, text, "fg", end=width)
    return canvas
