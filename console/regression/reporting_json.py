"""A run as one JSON document, for programs."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import UTC

from console.regression.records import CaseResult, SuiteRun

SCHEMA = 1


def as_json(run: SuiteRun) -> str:
    """The document: ASCII only, so that control characters stay escaped."""
    return json.dumps(document(run), indent=2, default=str, allow_nan=False) + "\n"


def document(run: SuiteRun) -> dict[str, object]:
    """The run as plain values. Answers are whole; `schema` is the number of this form."""
    return {
        "schema": SCHEMA,
        "suite": run.suite,
        "suite_path": str(run.suite_path),
        "route": run.route,
        "old_model": run.old_model,
        "new_model": run.new_model,
        "stand_in": run.stand_in,
        "partial": run.partial,
        "started": run.started.astimezone(UTC).isoformat(),
        "seconds": _finite(run.seconds),
        "counts": dict(run.counts),
        "share_not_measured": run.not_measured,
        "measured": not run.unmeasured,
        "cost_usd": {"old": run.old_cost_usd, "new": run.new_cost_usd},
        "clusters": {name or "other": [one.case for one in found] for name, found in run.clusters.items()},
        "cases": [case_fields(result) for result in run.results],
    }


def case_fields(result: CaseResult) -> dict[str, object]:
    """One case as plain values."""
    triage = result.triage
    return {
        "id": result.case,
        "status": result.status,
        "needs_human": result.needs_human,
        "cluster": result.cluster,
        "flaky": result.flaky,
        "accepted": result.accepted,
        "note": result.note,
        "score": triage.score if triage else None,
        "reasons": [asdict(reason) for reason in triage.reasons] if triage else [],
        "old": list(result.old),
        "new": [
            {
                "text": run.answer.text,
                "served_model": run.answer.served_model,
                "outcome": run.answer.outcome,
                "failure": run.answer.failure.message if run.answer.failure else None,
                "cached": run.cached,
            }
            for run in result.new
        ],
        "figures": {
            "old": {name: _finite(value) for name, value in asdict(result.old_figures).items()},
            "new": {name: _finite(value) for name, value in asdict(result.new_figures).items()},
        },
        "tags": list(result.tags),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
