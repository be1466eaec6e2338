"""The history as the screen needs it: lines to read, and the mark of a changed percentage in a plot."""

from __future__ import annotations

from datetime import UTC

from console.actions.past import ShareChange
from console.history.records import Entry
from console.text import words
from console.text.safe import NOTHING, SafeText, safe_line
from console.view.records import ChangeDetail, ChangeView, DiffLine, State


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


def change_detail(entry: Entry, filename: str) -> ChangeDetail:
    """One change with its reason, the verdict it was decided on, and the exact lines of the file."""
    from console.registry.editing import compare  # loads tomlkit, which no list of changes needs

    evidence = entry.evidence or {}
    state = str(evidence.get("state", ""))
    return ChangeDetail(
        number=entry.number,
        title=safe_line(entry.summary),
        who=safe_line(f"{entry.actor} · {entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        reason=safe_line(entry.reason),
        state=State(state) if state in set(State) else None,
        sentence=safe_line(str(evidence.get("sentence", ""))),
        command=safe_line(entry.command),
        diff=tuple(DiffLine(kind, safe_line(text)) for kind, text in compare(entry.before, entry.after, filename).diff),
        fate=_fate(entry),
    )


def _fate(entry: Entry) -> SafeText:
    if entry.state == "abandoned":
        return SafeText("was never written")
    if entry.undone_by is not None:
        return SafeText(f"undone by change {entry.undone_by}")
    return SafeText(f"takes back change {entry.undoes}") if entry.undoes is not None else NOTHING
