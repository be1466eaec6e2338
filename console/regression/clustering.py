"""What kind of change a judgement found: cases that changed alike are looked at together."""

from __future__ import annotations

from collections.abc import Mapping

from console.regression.records import Cluster
from console.triage.records import WORRYING_FROM, Reason, Triage

_OF_CHECK: Mapping[str, Cluster] = {
    "required": "requirements",
    "error": "refusal",
    "empty": "fault",
    "refusal": "refusal",
    "tool call": "shape",
    "shape": "shape",
    "json": "shape",
    "code": "shape",
    "stated answer": "facts",
    "values": "facts",
    "number": "facts",
    "negation": "facts",
    "name": "facts",
    "reference": "facts",
    "tail": "length",
}
"""The triage's checks -> the cluster. An error is a provider's own refusal: answers that failed are not judged."""
_LONGER = 1.5
"""From here on one text is called longer than another, rather than worded otherwise."""


def cluster_of(triage: Triage, old: str, new: str) -> Cluster:
    """The kind of change that decided; "" where nothing changed."""
    if triage.verdict == "same" or not triage.reasons:
        return ""
    if any(breaks_demand(reason) for reason in triage.reasons):
        return "requirements"
    first = max(triage.reasons, key=lambda reason: reason.weight)
    if first.check == "json" and first.label.endswith("changed:"):
        return "facts"
    if first.check == "tail" and "garbled" in first.text:
        return "shape"
    return _OF_CHECK.get(first.check) or _of_length(old, new)


def breaks_demand(reason: Reason) -> bool:
    """Whether a reason says that a requirement of the case is not kept."""
    return reason.check in ("required", "reference") and reason.weight >= WORRYING_FROM


def _of_length(old: str, new: str) -> Cluster:
    shorter, longer = sorted((len(old.split()), len(new.split())))
    return "length" if longer > _LONGER * shorter else "tone"
