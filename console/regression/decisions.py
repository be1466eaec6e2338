"""What a person decided about the changed cases of a run: an append-only file, each decision on the disk at once.

Nothing is ever taken out of it; taking a decision back is a line, too. A line that a killed writer left half is left
out. For an accepted case the snapshot itself is the truth: the line is written before the snapshot, with the bytes
that stood there and a hash of those that were to stand there, so that a crash between the two is seen for what it is.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from console.providers.private import append_line
from console.regression.files import open_file

What = Literal["accepted", "rejected", "skipped"]
_UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Decision:
    """One case decided. Decisions of one key press or command share a `batch` (from 1) and are undone together.

    `session` is of the review that took it: two that are open at a time may give their batches the same number. Of an
    accepted case: `before` are the bytes of its snapshot as they were, None where it had none, and `after` is the
    SHA-256 of those that replaced them.
    """

    case: str
    what: What
    at: datetime
    actor: str
    batch: int
    before: bytes | None = None
    after: str = ""
    session: str = ""

    @property
    def together(self) -> tuple[str, int]:
        """The same for all that are undone together, and for no other."""
        return self.session, self.batch


class _Known(NamedTuple):
    """What was read of a file up to `size`, which is the end of a line: what was taken and not taken back.

    `ever` is all that was ever taken, `standing` the last decision of each case; a last line without its end is in
    both of them already.
    """

    size: int = 0
    file: int = 0
    whole: tuple[Decision, ...] = ()
    taken: tuple[Decision, ...] = ()
    ever: tuple[Decision, ...] = ()
    standing: tuple[Decision, ...] = ()


class DecisionJournal:
    """The decisions about one run, in the order in which they were taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = _Known()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def decisions(self) -> tuple[Decision, ...]:
        """Every decision that was not taken back, in their order. Another console may have added to them meanwhile.

        A file that cannot be read holds none; a line that is none of ours is left out.
        """
        return self._seen().standing

    def ever_taken(self) -> tuple[Decision, ...]:
        """Every decision that was ever taken, those that were taken back included."""
        return self._seen().ever

    def _seen(self) -> _Known:
        """The file is only added to, so only what was added is read: a review may take thousands of decisions."""
        try:
            status = self._path.stat()
        except OSError:
            return _Known()
        known = self._read
        if (status.st_size, status.st_ino) == known[:2]:
            return known
        if status.st_size < known.size or status.st_ino != known.file:
            known = _Known()
        self._read = _grown(known, self._added(known.size), status.st_ino)
        return self._read

    def _added(self, size: int) -> bytes:
        """What stands after the first `size` bytes; nothing where it is no file."""
        try:
            with open_file(self._path) as file:
                file.seek(size)
                return file.read()
        except OSError:
            return b""

    def take(self, decision: Decision) -> None:
        """Add a decision; it is on the disk when this returns. Raises OSError, and then nothing was decided."""
        before = decision.before
        self._append(
            {
                "what": decision.what,
                "case": decision.case,
                "batch": decision.batch,
                "session": decision.session,
                "before": None if before is None else base64.b64encode(before).decode("ascii"),
                "after": decision.after,
            },
            decision.at,
            decision.actor,
        )

    def take_back(self, decision: Decision, at: datetime, actor: str) -> None:
        """Say that `decision` no longer stands. Raises OSError."""
        named = {"case": decision.case, "batch": decision.batch, "session": decision.session}
        self._append({"what": _UNDONE, **named}, at, actor)

    def _append(self, fields: Mapping[str, object], at: datetime, actor: str) -> None:
        line = json.dumps({**fields, "at": at.astimezone(UTC).isoformat(), "actor": actor})
        append_line(self._path, line.encode())


def next_batch(decisions: Iterable[Decision]) -> int:
    """A number that none of `decisions` has."""
    return max((decision.batch for decision in decisions), default=0) + 1


def _grown(known: _Known, added: bytes, file: int) -> _Known:
    """`known` with the lines of `added`. A last line without its end counts, and is read again when it has grown."""
    taken, ever = list(known.taken), list(known.whole)
    whole, _, torn = added.rpartition(b"\n")
    for line in filter(None, whole.split(b"\n")):
        _take_in(line, taken, ever)
    kept = _Known(known.size + len(added) - len(torn), file, tuple(ever), tuple(taken))
    if torn:
        _take_in(torn, taken, ever)
    return kept._replace(ever=tuple(ever), standing=_last_of_each(taken))


def _take_in(line: bytes, taken: list[Decision], ever: list[Decision]) -> None:
    fields = _fields(line)
    decision = _decision(fields)
    if decision is not None:
        taken.append(decision)
        ever.append(decision)
    elif fields.get("what") == _UNDONE:
        _take_out(taken, (fields.get("case"), fields.get("batch"), fields.get("session", "")))


def _last_of_each(taken: Sequence[Decision]) -> tuple[Decision, ...]:
    """One decision a case, the last one."""
    last = {decision.case: number for number, decision in enumerate(taken)}
    return tuple(taken[number] for number in sorted(last.values()))


def _take_out(taken: list[Decision], named: tuple[object, object, object]) -> None:
    for number in range(len(taken) - 1, -1, -1):
        if (taken[number].case, taken[number].batch, taken[number].session) == named:
            del taken[number]
            return


def _fields(line: bytes) -> Mapping[str, object]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _decision(fields: Mapping[str, object]) -> Decision | None:
    case, what, batch = fields.get("case"), fields.get("what"), fields.get("batch")
    before, after = fields.get("before"), fields.get("after")
    if not (isinstance(case, str) and what in get_args(What) and isinstance(batch, int) and isinstance(after, str)):
        return None
    try:
        at = datetime.fromisoformat(str(fields.get("at")))
        kept = None if before is None else base64.b64decode(str(before), validate=True)
    except (ValueError, binascii.Error):
        return None
    who, session = str(fields.get("actor", "")), str(fields.get("session", ""))
    return Decision(case, what, at, who, batch, kept, after, session)  # type: ignore[arg-type]
