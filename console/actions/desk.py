"""The desk: where every action is planned and made, whether a key, a command or the guard asks for it.

Load, plan, write, record. A plan is bound to the bytes that the person was looking at, so what happens is what was
shown, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from console.actions.gates import OK, Level
from console.actions.models import Lookup, catalogued
from console.actions.naming import tidy
from console.actions.planning import propose
from console.actions.plans import Plan, World
from console.actions.requests import Request, Undo
from console.actions.standing import UNKNOWN, Standing
from console.domain.errors import HistoryInvalid, ReadOnly, Refused, RegistryInvalid
from console.history.records import Draft, Entry
from console.history.store import History, beside
from console.registry.lines import Diff
from console.registry.reading import Snapshot, read
from console.registry.replacing import changed
from console.registry.writing import Journal, Replacement, Written, compare, preview, write
from console.text.clock import utc_now


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change that was made. `number` is its place in the history, 0 if the history could not take it."""

    plan: Plan
    number: int
    command: str
    summary: str
    snapshot: Snapshot
    notes: tuple[str, ...] = ()
    undo: str = ""
    """What takes it back; "" where the history does not know the change."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """The journal of a change that must be made although the history is broken."""

    def intend(self, before: bytes, after: bytes) -> int:
        """Nothing is kept; the change has no number."""
        return 0

    def commit(self, number: int) -> None:
        """Nothing to mark."""

    def abandon(self, number: int) -> None:
        """Nothing to mark."""


@contextmanager
def nothing_written() -> Iterator[None]:
    """What a broken registry stops is a change that is not made, and the message says so."""
    try:
        yield
    except RegistryInvalid as invalid:
        raise RegistryInvalid(invalid.filename, invalid.problems, f"Nothing was written. {invalid.hint}") from invalid


class Desk:
    """Plans and makes changes of one registry in the name of `actor`.

    `clock` gives aware instants; `history` is the one beside the registry unless given; `lookup` says what is known
    about a model. Safe to use from several threads and beside other desks on the same file.
    """

    def __init__(
        self,
        registry_path: str | Path,
        *,
        actor: str,
        read_only: bool = False,
        clock: Callable[[], datetime] = utc_now,
        history: History | None = None,
        lookup: Lookup = catalogued,
    ) -> None:
        self.path = registry_path
        self.actor = actor
        self.read_only = read_only
        self.history = history or History(beside(registry_path))
        self._clock = clock
        self._lookup = lookup

    def plan(self, request: Request, standing: Standing = UNKNOWN, *, reason: str = "") -> Plan:
        """What `request` would do, on the file as it is. Writes nothing.

        A refusal is part of the plan. Raises Usage for a request that makes no sense, RegistryInvalid, and for an undo
        HistoryInvalid.
        """
        with nothing_written():
            snapshot = read(self.path)
        return self._plan(request, snapshot, standing, tidy(reason), self._clock())

    def route_of(self, request: Request) -> str:
        """The name of the route that `request` is about, so that its evidence can be handed in; "" where there is none.

        An undo is about the route of the change that it takes back. Raises HistoryInvalid for one.
        """
        if not isinstance(request, Undo):
            return getattr(request, "route", "")
        entry = self._named(request)
        return entry.route if entry else ""

    def apply(self, plan: Plan, *, reason: str = "", force: bool = False) -> Outcome:
        """Make the change that `plan` shows, and record it.

        Raises ReadOnly; Refused where the plan is refused, or needs a reason (or `force`) that was not given;
        RegistryChanged, with the difference, if the file is not the one that was looked at; RegistryInvalid;
        HistoryInvalid, but never for a change that lowers traffic: that one is made all the same, and says so.
        """
        if self.read_only:
            raise _read_only(self.path)
        if plan.snapshot is None or plan.at is None:
            raise Refused("this plan was made on no file")
        reason = tidy(reason) or plan.reason
        with nothing_written():
            snapshot = read(self.path)
        if snapshot.sha256 != plan.seen:
            raise changed(snapshot.name, plan.snapshot.data, snapshot.data)
        final = self._plan(plan.request, snapshot, plan.standing, reason, plan.at)
        _must_be_allowed(final, reason, force)
        return self._write(final)

    def notice(self) -> Entry | None:
        """Record what happened to the file since the last change: by hand, or by a console that crashed.

        Returns the change that was found, if it was somebody else's. Does nothing in a read-only console.
        """
        if self.read_only:
            return None
        # The history is read before the file: another console's change between the two then is in neither or in both.
        known = self.history.last_known()
        data = read(self.path).data
        if self.history.recover(data):
            known = self.history.last_known()
        if known is None or known == data:
            return None
        return self.history.record_external(known, data, self._clock())

    def _plan(self, request: Request, snapshot: Snapshot, standing: Standing, reason: str, at: datetime) -> Plan:
        entry = self._entry(request, snapshot) if isinstance(request, Undo) else None
        world = World(snapshot.registry, snapshot.plain, self.actor, at, self._lookup, reason, standing)
        plan = propose(request, world, snapshot, entry)
        if plan.edits or plan.replacement is not None:
            try:
                plan = replace(plan, diff=_change(plan, snapshot))
            except Refused as refusal:
                plan = replace(plan, refusal=refusal, gate=OK, edits=(), replacement=None)
        if self.read_only and plan.refusal is None:
            plan = replace(plan, refusal=_read_only(self.path))
        return plan

    def _entry(self, request: Undo, snapshot: Snapshot) -> Entry | None:
        if not self.read_only:
            self.history.recover(snapshot.data)
        return self._named(request)

    def _named(self, request: Undo) -> Entry | None:
        return self.history.latest() if request.number is None else self.history.entry(request.number)

    def _write(self, plan: Plan) -> Outcome:
        draft = Draft(
            at=self._clock(),
            actor=self.actor,
            action=plan.action,
            route=plan.route,
            summary=plan.summary,
            reason=plan.reason,
            command=plan.command,
            evidence=plan.standing.evidence(),
            undoes=plan.undoes,
        )
        try:
            self.notice()
            written = self._written(plan, self.history.begin(draft))
            notes = written.notes
        except HistoryInvalid as error:
            if not plan.lowers:
                raise
            written = self._written(plan, Unrecorded())
            notes = (*written.notes, f"not recorded: {error.message}")
        number = written.number
        undo = "" if not number else f"console undo {number}" if plan.undoes else plan.undo
        return Outcome(plan, number, plan.command, plan.summary, written.snapshot, notes, undo)

    def _written(self, plan: Plan, journal: Journal) -> Written:
        edits = plan.edits if plan.replacement is None else Replacement(plan.replacement)
        seen = plan.snapshot or plan.seen
        return write(self.path, edits, seen=seen, journal=journal, read_only=self.read_only)


def _change(plan: Plan, snapshot: Snapshot) -> Diff:
    if plan.replacement is not None:
        return compare(snapshot.data, plan.replacement, snapshot.name).diff
    return preview(snapshot, plan.edits).diff


def _must_be_allowed(plan: Plan, reason: str, force: bool) -> None:
    if plan.refusal is not None and not (plan.forceable and force):
        raise plan.refusal
    if plan.gate.level is not Level.OK and not reason:
        raise Refused(f"a reason is needed: {plan.gate.sentence}", "Give it with --reason.")


def _read_only(path: str | Path) -> ReadOnly:
    return ReadOnly(f"{path} was not changed: this console is read-only", "Start it without --read-only.")
