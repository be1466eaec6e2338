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
from typing import Literal, get_args

from console.providers.private import append_line
from console.regression.files import read_file

What = Literal["accepted", "rejected", "skipped"]
_UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Decision:
    """One case decided. Decisions of one key press or command share a `batch` (from 1) and are undone together.

    Of an accepted case: `before` are the bytes of its snapshot as they were, None where it had none, and `after` is the
    SHA-256 of those that replaced them.
    """

    case: str
    what: What
    at: datetime
    actor: str
    batch: int
    before: bytes | None = None
    after: str = ""


class DecisionJournal:
    """The decisions about one run, in the order in which they were taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, tuple[Decision, ...], tuple[Decision, ...]] = (-1, (), ())

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def decisions(self) -> tuple[Decision, ...]:
        """Every decision that was not taken back, in their order. Another console may have added to them meanwhile.

        A file that cannot be read holds none; a line that is none of ours is left out.
        """
        return self._seen()[1]

    def ever_taken(self) -> tuple[Decision, ...]:
        """Every decision that was ever taken, those that were taken back included."""
        return self._seen()[2]

    def _seen(self) -> tuple[int, tuple[Decision, ...], tuple[Decision, ...]]:
        try:
            size = self._path.stat().st_size
        except OSError:
            return -1, (), ()
        if size != self._read[0]:
            self._read = (size, *_standing(self._lines()))
        return self._read

    def take(self, decision: Decision) -> None:
        """Add a decision; it is on the disk when this returns. Raises OSError, and then nothing was decided."""
        before = decision.before
        self._append(
            {
                "what": decision.what,
                "case": decision.case,
                "batch": decision.batch,
                "before": None if before is None else base64.b64encode(before).decode("ascii"),
                "after": decision.after,
            },
            decision.at,
            decision.actor,
        )

    def take_back(self, decision: Decision, at: datetime, actor: str) -> None:
        """Say that `decision` no longer stands. Raises OSError."""
        self._append({"what": _UNDONE, "case": decision.case, "batch": decision.batch}, at, actor)

    def _append(self, fields: Mapping[str, object], at: datetime, actor: str) -> None:
        line = json.dumps({**fields, "at": at.astimezone(UTC).isoformat(), "actor": actor})
        append_line(self._path, line.encode())

    def _lines(self) -> Sequence[bytes]:
        try:
            return read_file(self._path).split(b"\n")
        except OSError:
            return ()


def next_batch(decisions: Iterable[Decision]) -> int:
    """A number that none of `decisions` has."""
    return max((decision.batch for decision in decisions), default=0) + 1


def _standing(lines: Iterable[bytes]) -> tuple[tuple[Decision, ...], tuple[Decision, ...]]:
    """One decision a case, the last one that was not taken back; and all that were ever taken."""
    taken, ever = list[Decision](), list[Decision]()
    for line in filter(None, lines):
        fields = _fields(line)
        decision = _decision(fields)
        if decision is not None:
            taken.append(decision)
            ever.append(decision)
        elif fields.get("what") == _UNDONE:
            _take_out(taken, fields.get("case"), fields.get("batch"))
    last = {decision.case: number for number, decision in enumerate(taken)}
    return tuple(taken[number] for number in sorted(last.values())), tuple(ever)


def _take_out(taken: list[Decision], case: object, batch: object) -> None:
    for number in range(len(taken) - 1, -1, -1):
        if (taken[number].case, taken[number].batch) == (case, batch):
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
    return Decision(case, what, at, str(fields.get("actor", "")), batch, kept, after)  # type: ignore[arg-type]
