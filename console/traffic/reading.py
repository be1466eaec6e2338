"""The console's end of the log: cells in, counts out. It reads no raw rows and holds no lock longer than a query.

`LogReader.refresh` costs what is new since the last one: nothing was committed, one PRAGMA; otherwise the totals and
the few cells of slots that are still open. Everything else is asked of closed slots, which never change.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from console.domain.cells import SLOT_S, Block, Cell, Counts
from console.domain.choice import Arm
from console.domain.errors import LogInvalid
from console.domain.record import record
from console.traffic.blocks import EvidenceCell, blocks
from console.traffic.cells import NEVER, CellTally, StoredCell, Total, read_cells, read_totals, slot_of
from console.traffic.files import Identity, identity, journal_reason, look
from console.traffic.schema import PULLED_BACK, closed_through, get_meta
from console.traffic.tally import Malformed, Tally, decode

_WAIT_S = 0.25
_ACTIVE_S = 60.0
CLOSED_AFTER_S = 1.0
"""A slot is closed for the evidence this long after its end: writers may still be committing."""


class LogMissing(LogInvalid):
    """There is no request log yet: nothing was recorded."""


@record
class Series:
    """What a cell counts: one model on one arm of one rollout ("" without a canary) of a route."""

    route: str
    rollout: str
    arm: Arm
    model: str


@record
class LogHealth:
    """How the log is doing. Times are epoch seconds, None where nothing was recorded; `size_bytes` with journals."""

    path: Path
    size_bytes: int
    journal_mode: str
    journal_why: str
    requests: int
    """Ever recorded, rows that have expired included."""
    rows: int
    """Kept; counted by their numbers, so an upper bound after rows were deleted by hand."""
    dropped: int
    lost_feedback: int
    oldest_at: float | None
    newest_at: float | None
    last_commit_at: float | None
    writers: int
    """Processes that committed within the last minute."""


@dataclass(slots=True)
class _State:
    """What the last refresh saw."""

    through: int = -1
    totals: dict[int, Total] = field(default_factory=dict)
    open: tuple[StoredCell, ...] = ()
    last_commit_at: float | None = None


class LogReader:
    """Reads the request log at `path`. Not for use by two threads at once.

    Every method may raise LogMissing (no log yet) or LogInvalid (locked, corrupt, another program's database).
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path).absolute()
        self._db: sqlite3.Connection | None = None
        self._file: Identity | None = None
        self._version = -1
        self._state = _State()
        self._series: dict[int, Series] = {}
        self._sums: dict[tuple[str, str, bool], dict[Arm, Counts]] = {}

    def refresh(self) -> bool:
        """Reads what is new. Whether anything was."""
        with self._reading() as db:
            version = int(db.execute("PRAGMA data_version").fetchone()[0])
            if version == self._version:
                return False
            db.execute("BEGIN")
            through = closed_through(db)
            totals = self._state.totals if through == self._state.through else read_totals(db)
            cells = tuple(read_cells(db, through))
            last = db.execute("SELECT max(last_commit_at) FROM writers").fetchone()[0]
            self._learn(db)
            db.execute("COMMIT")
            self._state = _State(through, totals, cells, last)
            self._version = version
            self._sums.clear()
            return True

    def close(self) -> None:
        """Closes the file; reading again opens it again."""
        db, self._db = self._db, None
        self._version = -1
        self._state = _State()
        self._series.clear()
        self._sums.clear()
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    @property
    def last_commit_at(self) -> float | None:
        """Epoch second of the newest commit that the last refresh saw."""
        return self._state.last_commit_at

    def routes(self) -> tuple[str, ...]:
        """The routes that requests were recorded on, in the order of their appearance."""
        self._ready()
        return tuple(dict.fromkeys(series.route for series in self._series.values()))

    def series(self, route: str) -> tuple[Series, ...]:
        """What was counted on `route`: rollouts, arms and models, in the order of their appearance."""
        self._ready()
        return tuple(series for series in self._series.values() if series.route == route)

    def totals(self, route: str, rollout: str) -> dict[Arm, Counts]:
        """Everything recorded on `rollout` of `route`, by arm: what the screen shows."""
        return self._sum(route, rollout, evidence_only=False)

    def evidence_totals(self, route: str, rollout: str) -> dict[Arm, Counts]:
        """What may decide of `rollout`, by arm, open slots included."""
        return self._sum(route, rollout, evidence_only=True)

    def cells(
        self, route: str, rollout: str | None = None, since_slot: int = 0, end_slot: int | None = None
    ) -> tuple[Cell, ...]:
        """The cells of `route` from `since_slot` on, merged over writers, by slot. `rollout` None: all of them.

        With `end_slot` only those that begin before it.
        Reads and decodes them anew: ask for what is new, and keep the rest.
        """
        self._ready()
        wanted = self._numbers(route, rollout)
        with self._reading() as db:
            end = NEVER if end_slot is None else end_slot
            return tuple(self._merged(read_cells(db, since_slot - 1, end, wanted)))

    def blocks(self, route: str, rollout: str, *, after_slot: int = -1, now: float) -> Iterator[Block]:
        """The closed blocks of evidence after the block that ended in `after_slot`. See console.traffic.blocks."""
        self._ready()
        wanted = self._numbers(route, rollout)
        with self._reading() as db:
            marks = ", ".join(map(str, sorted(wanted))) or "NULL"
            rows = db.execute(
                f"SELECT slot, series, evidence FROM cells WHERE slot > ? AND series IN ({marks})"  # noqa: S608
                " AND length(evidence) > 0 AND (slot + slots) * ? + ? <= ? ORDER BY slot",
                (after_slot, SLOT_S, CLOSED_AFTER_S, now),
            ).fetchall()
            cells = [EvidenceCell(slot, self._series[series].arm, decode(data)) for slot, series, data in rows]
        return blocks(cells)

    def pulled_back(self, watermark: int, now: float) -> int | None:
        """Where to go on after `watermark` was reached by a clock that was ahead and has been set right; else None."""
        if watermark <= slot_of(now):
            return None
        with self._reading() as db:
            end = db.execute("SELECT max(slot + slots) FROM cells").fetchone()[0]
            back = get_meta(db, PULLED_BACK)
        return int(back) if back is not None and (end or 0) <= watermark else None

    def users(self, rollout: str) -> dict[Arm, int]:
        """How many different users were put on each arm of `rollout` by their bucket."""
        with self._reading() as db:
            row = db.execute("SELECT production, canary FROM rollouts WHERE rollout = ?", (rollout,)).fetchone()
        production, canary = row or (0, 0)
        return {"production": production, "canary": canary}

    def last_seen(self, route: str, rollout: str) -> dict[Arm, float]:
        """Epoch second of each arm's newest request on `rollout`, within a slot; arms without one are absent."""
        self._ready()
        wanted = self._numbers(route, rollout)
        slots = [(number, total.last_slot) for number, total in self._state.totals.items()]
        slots += [(cell.series, cell.slot) for cell in self._state.open]
        seen: dict[Arm, float] = {}
        for number, slot in slots:
            if number in wanted:
                arm = self._series[number].arm
                end = min((slot + 1) * float(SLOT_S), self._state.last_commit_at or math.inf)
                seen[arm] = max(seen.get(arm, 0.0), end)
        return seen

    def rate(self, route: str, rollout: str | None = None, *, now: float, seconds: float = 60.0) -> float:
        """Requests per second on `route` over the closed slots of the last `seconds`."""
        last = slot_of(now - CLOSED_AFTER_S) - 1
        slots = max(1, int(seconds // SLOT_S))
        found = self.cells(route, rollout, last - slots + 1)
        return sum(cell.shown.requests for cell in found if cell.slot <= last) / (slots * SLOT_S)

    def served(self, route: str, since: float) -> dict[tuple[str, str], int]:
        """(asked model, served model) -> requests since epoch second `since`, by whole hours."""
        self._ready()
        wanted = self._numbers(route, None)
        with self._reading() as db:
            rows = db.execute(
                "SELECT series, model, sum(requests) FROM served WHERE hour >= ? GROUP BY series, model",
                (int(since // 3_600),),
            ).fetchall()
        found: dict[tuple[str, str], int] = {}
        for series, model, requests in rows:
            if series in wanted:
                key = (self._series[series].model, model)
                found[key] = found.get(key, 0) + requests
        return found

    def health(self, now: float) -> LogHealth:
        """Sizes, journal, losses and ages."""
        self._ready()
        with self._reading() as db:
            # Only WAL is a property of the file; the kinds of rollback journal are each writer's own.
            mode = "wal" if db.execute("PRAGMA journal_mode").fetchone()[0] == "wal" else "truncate"
            dropped, lost, last, ever = db.execute(
                "SELECT sum(dropped), sum(lost_feedback), max(last_commit_at), sum(rows) FROM writers"
            ).fetchone()
            active = db.execute("SELECT count(*) FROM writers WHERE last_commit_at >= ?", (now - _ACTIVE_S,)).fetchone()
            first, rows = (
                db.execute(f"SELECT n, at FROM requests ORDER BY n {order} LIMIT 1").fetchone()  # noqa: S608
                for order in ("ASC", "DESC")
            )
        why = journal_reason()[1]
        sizes = [self.path.parent / (self.path.name + side) for side in ("", "-journal", "-wal", "-shm")]
        return LogHealth(
            path=self.path,
            size_bytes=sum(file.stat().st_size for file in sizes if file.exists()),
            journal_mode=mode,
            journal_why=why,
            requests=ever or 0,
            rows=rows[0] - first[0] + 1 if rows else 0,
            dropped=dropped or 0,
            lost_feedback=lost or 0,
            oldest_at=first[1] if first else None,
            newest_at=rows[1] if rows else None,
            last_commit_at=last,
            writers=active[0],
        )

    def _ready(self) -> None:
        if self._version < 0:
            self.refresh()

    def _learn(self, db: sqlite3.Connection) -> None:
        known = max(self._series, default=0)
        rows = db.execute("SELECT id, route, rollout, arm, model FROM series WHERE id > ? ORDER BY id", (known,))
        self._series.update({row[0]: Series(*row[1:]) for row in rows.fetchall()})

    def _numbers(self, route: str, rollout: str | None) -> set[int]:
        return {
            number
            for number, series in self._series.items()
            if series.route == route and rollout in (None, series.rollout)
        }

    def _sum(self, route: str, rollout: str, *, evidence_only: bool) -> dict[Arm, Counts]:
        self._ready()
        key = (route, rollout, evidence_only)
        if key not in self._sums:
            wanted = self._numbers(route, rollout)
            tallies: dict[Arm, Tally] = {"production": Tally(), "canary": Tally()}
            parts = [(number, total.tally) for number, total in self._state.totals.items() if number in wanted]
            parts += [(cell.series, cell.tally()) for cell in self._state.open if cell.series in wanted]
            for number, part in parts:
                arm = tallies[self._series[number].arm]
                arm.merge(part.evidence)
                if not evidence_only:
                    arm.merge(part.rest)
            self._sums[key] = {arm: tally.counts() for arm, tally in tallies.items()}
        return self._sums[key]

    def _merged(self, stored: Iterable[StoredCell]) -> Iterator[Cell]:
        groups: dict[tuple[int, int], tuple[int, CellTally]] = {}
        for cell in stored:
            key = (cell.slot, cell.series)
            if key in groups:
                groups[key][1].merge(cell.tally())
            else:
                groups[key] = (cell.slots, cell.tally())
        for (slot, number), (slots, tally) in groups.items():
            of = self._series[number]
            evidence = tally.evidence.counts()
            tally.evidence.merge(tally.rest)
            yield Cell(slot, of.route, of.rollout, of.arm, of.model, tally.evidence.counts(), evidence, slots)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A short look at the database for a query of one's own; what SQLite says becomes a LogInvalid."""
        return _Reading(self)

    def _reading(self) -> _Reading:
        return _Reading(self)

    def open(self) -> sqlite3.Connection:
        """The connection, opened anew when the file was replaced."""
        if self._db is not None and self._file != identity(self.path):
            self.close()
        if self._db is None:
            _refuse_others(self.path)
            self._file = identity(self.path)
            self._db = _connect(self.path)
        return self._db


class _Reading(AbstractContextManager[sqlite3.Connection]):
    """One short look at the database; turns what SQLite says into one clear message."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    def __enter__(self) -> sqlite3.Connection:
        try:
            return self._reader.open()
        except (sqlite3.Error, OSError) as error:
            raise _explained(self._reader, error) from error

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error | Malformed | OSError):
            explained = _explained(self._reader, error)
            self._reader.close()
            raise explained from error


def _refuse_others(path: Path) -> None:
    found = look(path)
    if found.kind in ("missing", "empty"):
        raise LogMissing(f"there is no request log at {path} yet", "It is made by the first request that is recorded.")
    if found.kind == "foreign":
        raise LogInvalid(f"{path} {found.why}", "Give the request log a path of its own, or pass the right one.")


def _connect(path: Path) -> sqlite3.Connection:
    """Read-only. A journal that a killed writer left behind is rolled back first, which needs to write once."""
    uri = path.as_uri()
    db = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("SELECT 1 FROM migrations LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        if "readonly" not in str(error) and "unable to open" not in str(error):
            raise
        repair = sqlite3.connect(f"{uri}?mode=rw", uri=True, timeout=_WAIT_S, isolation_level=None)
        try:
            repair.execute("SELECT 1 FROM migrations LIMIT 1").fetchone()
        finally:
            repair.close()
        return sqlite3.connect(
            f"{uri}?mode=ro", uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
    return db


def _explained(reader: LogReader, error: Exception) -> LogInvalid:
    text, path = str(error), reader.path
    if "locked" in text or "busy" in text:
        return LogInvalid(
            f"{path} is locked by another process", "It is read again by itself. `fuser` names who holds it."
        )
    if "malformed" in text or "not a database" in text:
        return LogInvalid(
            f"{path} is corrupt: {text}", "Writers move it aside and begin a new one; `console doctor` tells more."
        )
    if "no such table" in text:
        return LogMissing(f"{path} holds no requests yet", "It is made by the first request that is recorded.")
    return LogInvalid(f"{path} cannot be read: {text}", "Check who owns the file and its directory.")
