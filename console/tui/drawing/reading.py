"""Pages to read: the history as rows with a cursor, and the keys in their groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from console.text import words
from console.text.cells import wrap
from console.tui.drawing.canvas import Canvas
from console.tui.keys import KEYS, Group, Key
from console.view.records import ChangeView

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
    ),
    (
        "Comparer: one prompt on production and canary, side by side. Tinted words stand on one side only.",
        "Difference is not damage: a changed word is not yet worse.",
    ),
    (
        "Review: every case that the new model answers otherwise, those that changed alike together, worst first.",
        "Accepting writes the snapshot; every decision is on the disk at once, and undo puts back what stood there.",
    ),
)
REVIEW = 4
"""The page of help about the review; 1 to 3 are those about the panes."""
_WHEN, _WHAT, _WHO = 2, 16, 12


def draw_history(changes: Sequence[ChangeView], now: datetime, width: int, height: int, cursor: int) -> Canvas:
    """One row a change, newest first; under the one at the cursor its reason. The cursor is always in sight."""
    canvas = Canvas(width, height, "bg")
    _put_title(canvas, "History", "u undo this change   esc back")
    if not changes:
        canvas.put(2, 2, "nothing was changed from this console yet", "muted", end=width - 2)
        return canvas
    room = max(1, height - 3)
    first = max(0, min(cursor - room // 2, len(changes) - room + 1))
    y = 2
    for number, change in enumerate(changes[first:], first):
        if y >= height:
            break
        y = _put_change(canvas, y, change, now, chosen=number == cursor)
    return canvas


def _put_change(canvas: Canvas, y: int, change: ChangeView, now: datetime, chosen: bool) -> int:
    width = canvas.width
    if chosen:
        canvas.row(y, "raised")
        canvas.put(0, y, "▌", "strong")
    canvas.put(_WHEN, y, _when(change.at, now), "muted", end=_WHAT - 1)
    style = "muted" if change.undone else "strong" if chosen else "fg"
    canvas.put(_WHAT, y, change.text + (" (undone)" if change.undone else ""), style, end=width - _WHO - 3)
    canvas.right(width - 2, y, change.actor, "muted", start=width - _WHO - 2)
    if not chosen:
        return y + 1
    reason = change.reason or "no reason was given"
    for line in wrap(reason, max(10, width - _WHAT - 2))[:3]:
        if y + 1 < canvas.height:
            y += 1
            canvas.put(_WHAT, y, line, "muted", end=width - 2)
    return y + 1


def _when(at: datetime, now: datetime) -> str:
    local = at.astimezone(UTC)
    if local.date() == now.astimezone(UTC).date():
        return local.strftime("%H:%M:%S")
    return f"{words.day(local.date(), now.date())} {local:%H:%M}"


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
    about = [part for line in _ABOUT[min(max(pane, 1), len(_ABOUT)) - 1] for part in wrap(line, max(10, width - 4))]
    canvas = Canvas(width, len(about) + len(keys) + 2 * len(_GROUPS), "bg")
    for y, line in enumerate(about):
        canvas.put(2, y, line, "fg", end=width - 2)
    y = len(about)
    for group, title in _GROUPS:
        title = "Decide" if (group, pane) == ("act", REVIEW) else title
        y += 1
        canvas.put(2, y, title, "strong bold", end=width - 2)
        for key in (key for key in keys if key.group == group):
            y += 1
            canvas.put(4, y, key.shown, "strong bold", end=12)
            canvas.put(12, y, key.label, "fg", end=28)
            canvas.put(29, y, key.help, "muted", end=width - 2)
        y += 1
    return canvas, y


def _put_title(canvas: Canvas, title: str, keys: str) -> None:
    canvas.row(0, "raised")
    canvas.put(0, 0, "▌", "strong")
    canvas.put(2, 0, title, "strong bold")
    canvas.right(canvas.width - 2, 0, keys, "muted", start=len(title) + 4)
