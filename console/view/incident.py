"""An incident note in Markdown: what happened on a route, what decided, what was done, who was told, what is open.

Everything comes from the history and the outbox, so the note can be written days later, by whoever was not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.guard.alerts.sending import source_of
from console.guard.telling import history_key
from console.history.outbox import Delivery, Outbox
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.editing import compare
from console.text import words
from console.text.safe import safe_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_SIGNS: Mapping[str, str] = {"same": " ", "removed": "-", "added": "+"}
_TIMELINE = 20
"""Changes of the route before and after the one in question."""
_REMEMBERED = 1_000
_NOBODY = "Nobody was told of it."
_OPEN = ("- [ ] Cause:", "- [ ] Users who met it:", "- [ ] What keeps it from happening again:")


def details(evidence: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The numbers behind a decision, a line each: every metric of both arms, requests, users."""
    if not evidence:
        return ()
    lines = [str(line) for line in evidence.get("details") or ()]
    lines += _both(evidence, "requests", "request")
    lines += _both(evidence, "users", "user")
    return tuple(safe_line(line) for line in lines)


def told_of(registry: Path, entry: Entry) -> tuple[str, ...]:
    """Who was told of a change of `registry`: `slack at 2026-11-23 14:33:04 UTC`. Raises HistoryInvalid."""
    found = Outbox(beside(registry)).about(history_key(entry.number))
    return tuple(safe_line(_delivered(each)) for each in found if each.target)


def incident_note(registry: Path, entry: Entry) -> str:
    """The note about one change of `registry`, with what happened on its route around it. Raises HistoryInvalid."""
    around = History(beside(registry)).entries(limit=_REMEMBERED, route=entry.route or None)
    return note(entry, around, told_of(registry, entry), source_of(registry))


def note(entry: Entry, around: Sequence[Entry], told: Sequence[str], source: str) -> str:
    """The note about `entry`. `around` are the changes of its route, in any order; `source` says which registry."""
    return "\n".join(_lines(entry, around, told, source)) + "\n"


def _lines(entry: Entry, around: Sequence[Entry], told: Sequence[str], source: str) -> Iterator[str]:
    evidence = entry.evidence or {}
    yield f"# {_plain(entry.summary)}"
    yield ""
    yield f"- When: {_at(entry.at)}"
    yield f"- Where: {_plain(source)}" + (f", route {_code(entry.route)}" if entry.route else "")
    yield f"- By: {_plain(entry.actor)} (change {entry.number})"
    yield f"- Now: {_fate(entry)}"
    yield from _section("What decided", _decided(entry, evidence))
    yield from _section("What was done", ["```diff", *_diff(entry), "```"])
    yield from _section("Who was told", _bullets(told) or [_NOBODY])
    yield from _section("Timeline", _timeline(entry, around))
    yield from _section("To take it back", _undo(entry))
    yield from _section("Still to find out", _OPEN)


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", *lines)


def _decided(entry: Entry, evidence: Mapping[str, Any]) -> list[str]:
    state = str(evidence.get("state") or "")
    sentence = str(evidence.get("sentence") or "")
    reason = _plain(entry.reason) or "No reason was given."
    lines = [reason]
    if sentence and sentence != entry.reason:
        lines += ["", f"Verdict at that moment: {_plain(state)}, {_plain(sentence)}"]
    elif state:
        lines[0] = f"{_plain(state.capitalize())}: {reason}"
    numbers = details(evidence)
    if numbers:
        return [*lines, "", *_bullets(numbers)]
    return lines if evidence else [*lines, "", "No verdict was known."]


def _both(evidence: Mapping[str, Any], name: str, word: str) -> list[str]:
    found = [(arm, evidence.get(f"{arm}_{name}")) for arm in ("canary", "production")]
    known = [f"{words.plural(count, word)} on {arm}" for arm, count in found if isinstance(count, int) and count > 0]
    return [", ".join(known)] if known else []


def _diff(entry: Entry) -> list[str]:
    found = compare(entry.before, entry.after, "registry.toml").diff
    return [f"{_SIGNS[kind]}{safe_line(text).replace('```', '` ` `')}" for kind, text in found] or [" (nothing)"]


def _timeline(entry: Entry, around: Sequence[Entry]) -> list[str]:
    ordered = sorted({each.number: each for each in (*around, entry)}.values(), key=lambda each: each.number)
    place = next(index for index, each in enumerate(ordered) if each.number == entry.number)
    shown = ordered[max(0, place - _TIMELINE) : place + _TIMELINE + 1]
    lines = ["| when | change | who | what |", "| --- | --- | --- | --- |"]
    for each in shown:
        what = f"**{_plain(each.summary)}**" if each.number == entry.number else _plain(each.summary)
        lines.append(f"| {_at(each.at)} | {each.number} | {_plain(each.actor)} | {what} |")
    return lines


def _undo(entry: Entry) -> list[str]:
    if entry.undone_by is not None:
        return [f"Change {entry.undone_by} has taken it back."]
    return ["```sh", f'console undo {entry.number} --force --reason "…"', "```"]


def _fate(entry: Entry) -> str:
    if entry.state == "abandoned":
        return "was never written"
    return f"taken back by change {entry.undone_by}" if entry.undone_by is not None else "still in force"


def _delivered(delivery: Delivery) -> str:
    if delivery.state == "sent":
        at = f" at {_at(datetime.fromtimestamp(delivery.ended_at, UTC))}" if delivery.ended_at else ""
        return f"{delivery.target}{at}"
    why = f": {delivery.error}" if delivery.error else ""
    return f"{delivery.target}, not yet ({delivery.state}{why})"


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {_plain(line)}" for line in lines]


def _plain(text: str) -> str:
    """Text from outside as text: nothing in it is a heading, a link or a table of ours."""
    return _SPECIAL.sub(r"\\\1", safe_line(text))


def _code(text: str) -> str:
    return f"`{safe_line(text).replace('`', chr(39))}`"


def _at(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
