"""The history as the screen needs it: lines to read, and the mark of a changed percentage in a plot."""

from __future__ import annotations

from console.actions.past import ShareChange
from console.history.records import Entry
from console.text import words
from console.text.safe import safe_line
from console.view.records import ChangeView


def change_view(entry: Entry) -> ChangeView:
    """One change as a line."""
    return ChangeView(
        number=entry.number,
        at=entry.at,
        text=safe_line(entry.summary),
        actor=safe_line(entry.actor.split("@")[0]),
        reason=safe_line(entry.reason),
        undone=entry.undone_by is not None,
    )


def label(change: ShareChange) -> str:
    """The word at the mark in a plot: `25 %`."""
    return words.percentage(change.percentage)
