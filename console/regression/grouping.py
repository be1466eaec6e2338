"""What changed in a run, in clusters and worst first: the order of the review and of every report."""

from __future__ import annotations

from collections.abc import Mapping

from console.domain.record import record
from console.regression.records import CHANGED, CaseResult, Cluster, Status, SuiteRun
from console.triage.records import Reason

TITLES: Mapping[Cluster, str] = {
    "requirements": "a requirement is not kept",
    "refusal": "refuses, or no longer does",
    "facts": "facts changed",
    "shape": "another shape",
    "length": "another length",
    "tone": "other words, same content",
    "fault": "answers that failed",
    "": "changed otherwise",
}


@record
class Changed:
    """Cases that changed alike, worst first. `name` is the cluster ("other" where it has none), `title` its words."""

    name: str
    title: str
    results: tuple[CaseResult, ...]

    @property
    def worst(self) -> Status:
        """The worst state in it."""
        return self.results[0].status


def changed_clusters(run: SuiteRun) -> tuple[Changed, ...]:
    """The changed cases of `run`: the cluster with the worst case first, larger ones before smaller ones."""
    clusters = [_changed(name, tuple(sorted(results, key=_severity))) for name, results in run.clusters.items()]
    return tuple(sorted(clusters, key=lambda one: (CHANGED.index(one.worst), -len(one.results), one.name)))


def deciding(result: CaseResult) -> Reason | None:
    """The weightiest reason, where there is one."""
    reasons = result.triage.reasons if result.triage else ()
    return max(reasons, key=lambda reason: reason.weight, default=None)


def reason_text(result: CaseResult) -> str:
    """What decided, in one line; the note where there is no triage."""
    reason = deciding(result)
    return result.note if reason is None else reason.text


def _changed(name: Cluster, results: tuple[CaseResult, ...]) -> Changed:
    """The title says what all of them have in common, where that is more than the cluster's name."""
    labels = {_label(result) for result in results}
    label = labels.pop() if len(labels) == 1 else ""
    fits = label and len(label) <= 40 and (len(results) > 1 or name in ("facts", "shape", "refusal"))
    return Changed(name or "other", label if fits else TITLES[name], results)


def _label(result: CaseResult) -> str:
    """What decided, without its values: those differ from case to case."""
    reason = deciding(result)
    return (result.note if reason is None else reason.label).strip().rstrip(":")


def _severity(result: CaseResult) -> tuple[int, float, str]:
    score = result.triage.score if result.triage else 0.0
    return CHANGED.index(result.status), -score, result.case
