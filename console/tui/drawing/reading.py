"""The page of help: what the focused pane shows, the keys in their groups, and what the words of a verdict mean."""

from __future__ import annotations

from collections.abc import Sequence

from console.text import words
from console.text.cells import wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import STATES
from console.tui.keys import KEYS, Group, Key
from console.view.records import State

_GROUPS: tuple[tuple[Group, str], ...] = (
    ("act", "Change the rollout"),
    ("look", "Look closer"),
    ("move", "Move"),
    ("leave", "Leave"),
)
_ABOUT = (
    (
        "Registry: every route with its pinned models, their share of users and when they retire.",
        "● production  ◆ canary  ○ fallback  ◇ experimental. Amber: retires within 30 days, or the id may move.",
    ),
    (
        "Live canary: the verdict, the ladder, and every metric on both arms. The verdict may be looked at every",
        "second: a false alarm stays below 1 % over a rollout's whole life. The meter runs from regression to pass.",
        "The table counts the whole rollout, the plot averages an hour: after a fault they differ, and both are right.",
    ),
    (
        "Comparer: one prompt on production and canary, side by side. Tinted words stand on one side only.",
        "Difference is not damage: a changed word is not yet worse.",
    ),
    (
        "Review: every case that the new model answers otherwise, those that changed alike together, worst first.",
        "Accepting writes the snapshot; every decision is on the disk at once, and undo puts back what stood there.",
    ),
    (
        "Requests: what stands behind a number, of the newest 100,000 in the log. At the first row new ones appear by",
        "themselves, at most once a second; further down the list stands still until you are back at the first row.",
    ),
)
_STATES: tuple[tuple[State, str], ...] = (
    (State.REGRESSION, "beyond doubt worse than the limit: r or a guard ends it"),
    (State.PASS, "every guardrail within its limit: it can be promoted"),
    (State.WATCHING, "neither yet; the sentence says how much is missing"),
    (State.WARMING_UP, "too few requests to pass; a regression already shows"),
    (State.UNDECIDED, "enough requests, still within the margin: you decide"),
    (State.HELD, "nothing raises it until a person resumes it: e"),
    (State.SUSPECT, "users are not split as set: no number means anything"),
    (State.NO_COMPARISON, "one arm has no recent requests"),
    (State.ERROR, "the log cannot be read; old numbers stay, muted"),
)
_KEY_X, _LABEL_X, _EFFECT_X = 3, 10, 31
"""Columns. On 80 of them an effect has 47 cells, as in the palette: none is cut there."""
_READABLE = 108
"""Columns: longer rows of prose are hard to follow."""
LIVE, REVIEW, BEHIND = 2, 4, 5
"""The pages of help about the live canary, the review and the requests; 1 to 3 are those about the panes."""


def draw_help(width: int, height: int, pane: int, keys: Sequence[Key] = KEYS, top: int = 0) -> Canvas:
    """What the focused pane shows, then every key with its effect; from row `top` on where not all of it fits."""
    canvas = Canvas(width, height, "bg")
    whole, rows = _help(width, pane, keys)
    room = height - 2
    canvas.paste(0, 2, whole, top, min(room, rows - top))
    _put_title(canvas, "Help", "esc back")
    hidden = rows - top - room
    if hidden > 0 and room > 2:
        canvas.fill(0, width, height - 1)
        canvas.put(2, height - 1, f"↓ {words.plural(hidden + 1, 'more line')}", "muted", end=width - 2)
    return canvas


def hidden_help(width: int, height: int, pane: int, keys: Sequence[Key] = KEYS) -> int:
    """How many rows of the help lie below a page of this size."""
    return max(0, _help(width, pane, keys)[1] - (height - 2))


def _help(width: int, pane: int, keys: Sequence[Key]) -> tuple[Canvas, int]:
    about = wrap(" ".join(_ABOUT[min(max(pane, 1), len(_ABOUT)) - 1]), max(10, min(_READABLE, width - 4)))
    canvas = Canvas(width, len(about) + len(keys) + 2 * len(_GROUPS) + 2 + 2 * len(_STATES), "bg")
    for y, line in enumerate(about):
        canvas.put(2, y, line, "fg", end=width - 2)
    y = len(about)
    for group, title in _GROUPS:
        deciding = group == "act"
        title = "Decide" if deciding and pane == REVIEW else title
        own = [key for key in keys if key.group == group]
        y = _put_keys(canvas, y + 1, title, own) if own else y
        if deciding and pane == LIVE:  # whoever is woken reads first what to press, then what the word means
            y = _put_states(canvas, y + 1)
    return canvas, y


def _put_keys(canvas: Canvas, y: int, title: str, keys: Sequence[Key]) -> int:
    """One group of keys; returns the row after it."""
    width = canvas.width
    canvas.put(2, y, title, "strong bold", end=width - 2)
    for key in keys:
        y += 1
        canvas.put(_KEY_X, y, key.shown, "strong bold", end=_LABEL_X - 1)
        canvas.put(_LABEL_X, y, key.label, "fg", end=_EFFECT_X - 1)
        canvas.put(_EFFECT_X, y, key.help, "muted", end=width - 2)
    return y + 1


def _put_states(canvas: Canvas, y: int) -> int:
    """What each word of the verdict means; returns the row after them."""
    width = canvas.width
    canvas.put(2, y, "Verdicts", "strong bold", end=width - 2)
    for state, text in _STATES:
        y += 1
        mark = STATES[state]
        canvas.put(_KEY_X, y, f"{mark.glyph} {state.value.upper()}", f"{mark.style} bold", end=22)
        first, *more = wrap(text, max(10, width - 24))
        canvas.put(22, y, first, "muted", end=width - 2)
        for line in more[:1]:
            y += 1
            canvas.put(22, y, line, "muted", end=width - 2)
    return y + 1


def _put_title(canvas: Canvas, title: str, keys: str) -> None:
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, title, "strong bold")
    canvas.right(canvas.width - 2, 0, keys, "muted", start=len(title) + 4)
