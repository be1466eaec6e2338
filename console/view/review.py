"""A review in words: the changed cases of a run in their clusters, and one case with its two answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from console.text.safe import NOTHING, SafeText, safe_line
from console.view.comparison import AnswerView, TriageWord

DecisionWord = Literal["", "accepted", "rejected", "skipped", "saving"]
"""saving: decided, and not yet on the disk."""
Worst = Literal["failed", "worrying", "acceptable"]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One changed case on the list. `case` is its id as the suite has it: never shown."""

    case: str
    id: SafeText
    decision: DecisionWord = ""
    needs_human: bool = False
    """Its judgement is not sure: this one wants to be read."""


@dataclass(frozen=True)
class ClusterRow:
    """Cases that changed alike; `name` is what the command takes, `title` what a person reads."""

    name: str
    title: SafeText
    worst: Worst
    cases: tuple[CaseRow, ...]

    @cached_property
    def open(self) -> int:
        """How many are not decided."""
        return len(self.undecided)

    @cached_property
    def undecided(self) -> tuple[CaseRow, ...]:
        """Those that are not decided, in their order."""
        return tuple(row for row in self.cases if not row.decision)


@dataclass(frozen=True)
class ReviewView:
    """The list: what changed, worst first, and how much of it is decided."""

    suite: SafeText
    model: SafeText
    ran: SafeText
    """When the run was: "run 23 Nov 13:58"."""
    clusters: tuple[ClusterRow, ...]
    cases: int
    unchanged: int
    not_measured: int = 0
    warning: SafeText = NOTHING
    """Why decisions are not for keeps, or not possible: "stand-in answers", "READ-ONLY"; or ""."""
    typed: SafeText = NOTHING
    """What every case on the list holds, where only some are shown."""
    of: int = 0
    """How many changed in all, where only some are shown."""

    @cached_property
    def rows(self) -> tuple[CaseRow, ...]:
        """Every changed case in the order of the list."""
        return tuple(row for cluster in self.clusters for row in cluster.cases)

    @cached_property
    def changed(self) -> int:
        """How many are on the list."""
        return sum(len(cluster.cases) for cluster in self.clusters)

    @cached_property
    def decided(self) -> int:
        """How many of them a person has decided."""
        return sum(len(cluster.cases) - cluster.open for cluster in self.clusters)

    def cluster_of(self, case: str) -> ClusterRow | None:
        """The cluster that `case` is in."""
        return self._clusters.get(case)

    @cached_property
    def _clusters(self) -> dict[str, ClusterRow]:
        return {row.case: cluster for cluster in self.clusters for row in cluster.cases}


def narrowed(view: ReviewView, typed: str, texts: Mapping[str, str]) -> ReviewView:
    """`view` with the cases that hold every word of `typed`: in their text of `texts` (in small letters), or in their
    decision, `undecided` where there is none. Nothing typed: all of them."""
    wanted = typed.casefold().split()
    if not wanted:
        return view

    def holds(row: CaseRow) -> bool:
        text = f"{texts[row.case]}\n{row.decision or 'undecided'}"
        return all(word in text for word in wanted)

    kept = (replace(cluster, cases=tuple(filter(holds, cluster.cases))) for cluster in view.clusters)
    clusters = tuple(cluster for cluster in kept if cluster.cases)
    return replace(view, clusters=clusters, typed=safe_line(" ".join(typed.split())), of=view.changed)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of the new answer beside the old one: `latency`, `3.02 s`, `×1.31`."""

    label: str
    text: SafeText
    ratio: SafeText = NOTHING


@dataclass(frozen=True, slots=True)
class Demand:
    """One requirement of the case and whether the new answer keeps it."""

    text: SafeText
    kept: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """One changed case. `answers` are accepted and new; `whole` is False while only their beginnings are shown."""

    case: str
    id: SafeText
    place: SafeText
    """"case 1 of 5 in this cluster"."""
    prompt: SafeText
    triage: TriageWord | Literal["failed"]
    reason: SafeText
    answers: tuple[AnswerView, AnswerView]
    values: tuple[SafeText, SafeText] | None = None
    more: tuple[SafeText, ...] = ()
    """Further reasons, and what the repeats say; each one line."""
    measures: tuple[Measure, ...] = ()
    demands: tuple[Demand, ...] = ()
    info: tuple[tuple[str, SafeText], ...] = ()
    """Label and text: models, dates, parameters, tags."""
    whole: bool = True
