"""The findings that a team has accepted for the time being, so that only new ones fail the check."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.catalog.source.troubles import Finding

SCHEMA = 1
Accepted = Counter[tuple[str, str, str]]
"""(path, id, rule) -> how often. No lines: a finding that merely moved is still the same."""


def document(findings: Iterable[Finding]) -> str:
    """The text of a baseline that accepts `findings`, sorted so that its diffs are small."""
    counted: Accepted = Counter(
        (finding.use.path, finding.use.id, trouble.rule) for finding in findings for trouble in finding.troubles
    )
    rows = [
        {"path": path, "id": model_id, "rule": rule, "count": count}
        for (path, model_id, rule), count in sorted(counted.items())
    ]
    return json.dumps({"schema": SCHEMA, "accepted": rows}, indent=1, ensure_ascii=True) + "\n"


def parse(text: str) -> Accepted:
    """What a baseline accepts. Raises ValueError, with a sentence, for anything that is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("is not JSON") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("accepted"), list):
        raise ValueError('must hold {"schema": 1, "accepted": […]}')
    accepted: Accepted = Counter()
    for row in data["accepted"]:
        if not isinstance(row, dict) or not isinstance(row.get("count"), int):
            raise ValueError("must hold path, id, rule and count in every row")
        accepted[str(row.get("path")), str(row.get("id")), str(row.get("rule"))] += row["count"]
    return accepted


def without(findings: Sequence[Finding], accepted: Accepted) -> tuple[tuple[Finding, ...], int]:
    """The findings that are not accepted, and how many were: a worse trouble with an accepted id is new."""
    left = Counter(accepted)
    fresh = []
    for finding in findings:
        new = []
        for trouble in finding.troubles:
            key = (finding.use.path, finding.use.id, trouble.rule)
            if left[key] > 0:
                left[key] -= 1
            else:
                new.append(trouble)
        if new:
            fresh.append(replace(finding, troubles=tuple(new)))
    return tuple(fresh), len(findings) - len(fresh)
