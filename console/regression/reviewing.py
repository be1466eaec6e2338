"""Reviewing a run: one changed case after the other is accepted, rejected or left for later.

Accepting writes the snapshot, undoing puts back the bytes that stood there. Whatever is decided is in the journal
before this returns. What changed on the disk since the run is never written over: then the answer is a refusal.
"""

from __future__ import annotations

import difflib
import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from console.domain.errors import ReadOnly, Refused, Usage
from console.registry.replacing import refusal
from console.regression import snapshots
from console.regression.decisions import Decision, DecisionJournal, What, next_batch
from console.regression.grouping import Changed, changed_clusters
from console.regression.records import CaseResult, Suite, SuiteRun
from console.regression.snapshots import SnapshotInvalid

_RELOAD = "Leave the review and open it again; what was decided stays."
Signature = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Files:
    """What a review stands on: the suite's file and the saved run. Neither may change while decisions are taken."""

    suite: Path
    run: Path


class Review:
    """The review of `run`, whose suite is `suite`. Not thread-safe: call it from one thread at a time."""

    def __init__(
        self,
        run: SuiteRun,
        suite: Suite,
        journal: DecisionJournal,
        files: Files,
        *,
        actor: str,
        clock: Callable[[], datetime],
        read_only: bool = False,
    ) -> None:
        self.run = run
        self.suite = suite
        self.read_only = read_only
        self._journal = journal
        self._files = files
        self._actor = actor
        self._clock = clock
        self._session = secrets.token_hex(4)
        self._hashes: dict[Path, tuple[Signature, str]] = {}
        self._signatures = (_signature(files.suite), _signature(files.run))
        self._cases = {case.id: case for case in suite.cases}
        self._base = {case: self._hash(case) for case in self.results}

    @cached_property
    def clusters(self) -> tuple[Changed, ...]:
        """What changed, in clusters, worst first."""
        return changed_clusters(self.run)

    @cached_property
    def results(self) -> Mapping[str, CaseResult]:
        """The changed cases by id, in the order of the list."""
        return {result.case: result for cluster in self.clusters for result in cluster.results}

    def decisions(self) -> Mapping[str, Decision]:
        """What stands. An accepted case whose snapshot is not what was accepted then is not decided any more."""
        return {each.case: each for each in self._journal.decisions() if self._stands(each)}

    @property
    def taken(self) -> tuple[Decision, ...]:
        """What is written down: the same object until somebody, here or elsewhere, decides or undoes something."""
        return self._journal.decisions()

    def _stands(self, decision: Decision) -> bool:
        case = decision.case
        return case in self.results and (decision.what != "accepted" or self._hash(case) == decision.after)

    def rest_of(self, cluster: str) -> tuple[str, ...]:
        """The undecided cases of `cluster`, worst first. Raises Usage where there is no such cluster."""
        found = next((one for one in self.clusters if one.name == cluster), None)
        if found is None:
            raise Usage(f"no cluster {cluster!r} in this run", f"The clusters: {self._cluster_names()}")
        decided = self.decisions()
        return tuple(result.case for result in found.results if result.case not in decided)

    def new_batch(self) -> int:
        """The number for decisions of this review that belong together and are undone together."""
        return next_batch(self._journal.decisions())

    def decide(self, what: What, case: str, batch: int | None = None) -> Decision:
        """Take one decision; it is on the disk when this returns.

        Raises Usage for a case that is not on the list, ReadOnly, and Refused where run, suite or snapshot are not
        what was looked at, or the disk does not take it: then nothing was decided and every file is as it was.
        """
        if self.read_only:
            raise ReadOnly("nothing is decided: this console was opened with --read-only")
        result = self._result(case)
        self._refuse_stale(case)
        standing = next((each for each in self._journal.decisions() if each.case == case and self._stands(each)), None)
        if standing is not None and standing.what == what:
            return standing
        if standing is not None and standing.what == "accepted":
            self._take_back(standing)
        batch = self.new_batch() if batch is None else batch
        if what == "accepted":
            return self._accept(result, batch)
        decision = Decision(case, what, self._clock(), self._actor, batch, session=self._session)
        self._write_down(decision)
        return decision

    def undo(self) -> tuple[Decision, ...]:
        """Take back the last decision, with all of its batch; accepted snapshots are as they were before.

        Raises Refused where there is nothing to undo, or a snapshot is not the one that was accepted.
        """
        if self.read_only:
            raise ReadOnly("nothing is undone: this console was opened with --read-only")
        decisions = list(self.decisions().values())
        if not decisions:
            raise Refused("there is no decision to undo")
        last = [decision for decision in decisions if decision.together == decisions[-1].together]
        for decision in reversed(last):
            self._take_back(decision)
        return tuple(last)

    def stale(self, case: str) -> str:
        """Why nothing can be decided about `case` now, or ""."""
        name = self._files.suite.name
        if _signature(self._files.run) != self._signatures[1]:
            return f"a newer run of {self.suite.name} was saved since this review was opened"
        if _signature(self._files.suite) != self._signatures[0]:
            return f"{name} was changed since this review was opened"
        known, result = self._cases.get(case), self.results[case]
        if known is None:
            return f"{case} is no longer in {name}"
        if result.prompt and known.prompt != result.prompt:
            return f"{case} has another prompt in {name} than in this run"
        if self._hash(case) not in self._ours(case):
            when = "since this review was opened" if self._hash(case) != self._base[case] else "since this run"
            return f"the snapshot of {case} was changed {when}"
        return ""

    def must_be_changed(self, case: str) -> None:
        """Raises Usage where there is nothing to decide about `case`."""
        self._result(case)

    def path_of(self, case: str) -> Path:
        """The snapshot of `case`."""
        return snapshots.path_of(self.suite, case)

    def _accept(self, result: CaseResult, batch: int) -> Decision:
        """Written down first, with what is replaced: a crash before the snapshot is there leaves the case undecided."""
        now = self._clock()
        data = snapshots.dump(snapshots.snapshot_of(result, now.date()))
        path = self.path_of(result.case)
        self._refuse_invented(result, path)
        after = hashlib.sha256(data).hexdigest()
        decision = Decision(result.case, "accepted", now, self._actor, batch, _bytes(path), after, self._session)
        self._write_down(decision)
        try:
            snapshots.write_bytes(path, data)
        except Refused:
            with suppress(OSError):  # a line about a snapshot that is not there says nothing anyway
                self._journal.take_back(decision, now, self._actor)
            raise
        return decision

    def _refuse_invented(self, result: CaseResult, path: Path) -> None:
        """What the stand-in made up takes no place of an answer that a person accepted of a model."""
        if not any(run.answer.stand_in for run in result.new):
            return
        try:
            found = snapshots.read(path)
        except SnapshotInvalid:
            return  # what it is not compared with, it does not replace: staleness has been looked at before
        if found is not None and not found.stand_in:
            raise Refused(
                f"{result.case} has an accepted answer of {found.model}, and this one is the stand-in's",
                "Run the suite on the model itself, then accept.",
            )

    def _take_back(self, decision: Decision) -> None:
        """The snapshot first: a crash in between leaves an accepted case undecided, never one with a wrong snapshot."""
        path = self.path_of(decision.case)
        if decision.what == "accepted":
            snapshots.write_bytes(path, decision.before)
        try:
            self._journal.take_back(decision, self._clock(), self._actor)
        except OSError as error:
            raise _unkept(decision.case, error) from error

    def _write_down(self, decision: Decision) -> None:
        try:
            self._journal.take(decision)
        except OSError as error:
            raise _unkept(decision.case, error) from error

    def _refuse_stale(self, case: str) -> None:
        reason = self.stale(case)
        if reason:
            raise Refused(reason, _RELOAD)

    def _ours(self, case: str) -> set[str]:
        """What the snapshot may hold: what the run was compared with, or what the review made of it.

        Decisions that were taken back count, too: a review that is opened while one stands, and then undoes it, meets
        the bytes from before it for the first time.
        """
        known = {self._base[case]} if self._is_as_in_the_run(case) else set()
        for decision in self._journal.ever_taken():
            if decision.case == case and decision.what == "accepted":
                known |= {decision.after, _digest(decision.before)}
        return known

    def _is_as_in_the_run(self, case: str) -> bool:
        """Whether the snapshot, as it was at the opening, is what the run was compared with."""
        result = self.results[case]
        if not result.accepted or self._hash(case) != self._base[case]:
            return True
        try:
            found = snapshots.read(self.path_of(case))
        except SnapshotInvalid:
            return False
        return found is not None and found.answers == result.old

    def _result(self, case: str) -> CaseResult:
        if case in self.results:
            return self.results[case]
        if any(result.case == case for result in self.run.results):
            raise Usage(f"{case} has not changed, or was not measured: there is nothing to decide")
        near = difflib.get_close_matches(case, self.results, 1)
        raise Usage(f"no case {case!r} in this run", f"Did you mean {near[0]}?" if near else "--list names them.")

    def _cluster_names(self) -> str:
        return ", ".join(one.name for one in self.clusters) or "none, nothing has changed"

    def _hash(self, case: str) -> str:
        """SHA-256 of the snapshot as it is on the disk; "" where there is none. Read again only when it was written."""
        path = self.path_of(case)
        signature = _signature(path)
        known = self._hashes.get(path)
        if known is None or known[0] != signature:
            known = (signature, _digest(_bytes(path)) if signature else "")
            self._hashes[path] = known
        return known[1]


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()


def _signature(path: Path) -> Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(error, path.name, path) from error


def _unkept(case: str, error: OSError) -> Refused:
    reason = error.strerror or str(error)
    return Refused(f"the decision about {case} could not be kept: {reason}", "Nothing was decided.")
