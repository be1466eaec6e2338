"""Comparisons as plain data: what `console compare --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from statistics import median

from console.compare.many import Finished
from console.compare.records import Comparison
from console.compare.repeats import Agreement
from console.compare.similarity import Similarity
from console.providers.records import Answer
from console.triage.records import Triage
from console.view.judged import judged, ranked

_PLAIN = tuple(field.name for field in fields(Answer) if field.name not in ("failure", "tool_calls"))
_RATIOS = ("latency", "ttft", "input_tokens", "output_tokens", "cost")


def document(
    made: Sequence[Finished],
    names: Sequence[str],
    route: str,
    agreements: Sequence[tuple[str, Agreement]],
    likenesses: Sequence[Similarity | None],
) -> dict[str, object]:
    """Every comparison, how repeated runs agree, and the summary."""
    return {
        "comparisons": [
            _fields(one, name, route, likeness) for one, name, likeness in zip(made, names, likenesses, strict=True)
        ],
        "agreements": [{"name": name, **asdict(agreement)} for name, agreement in agreements],
        "summary": summary([one.comparison for one in made]),
    }


def summary(comparisons: Sequence[Comparison]) -> dict[str, object]:
    """How many were judged what, how many could not be measured, and the medians of the ratios."""
    found = Counter("unmeasured" if made.triage is None else judged(made.triage) for made in comparisons)
    return {
        "compared": len(comparisons),
        "same": found["same"],
        "acceptable": found["acceptable"],
        "needs_human": found["needs a human"],
        "worrying": found["worrying"],
        "unmeasured": found["unmeasured"],
        "median_ratios": {key: median_ratio(comparisons, key) for key in _RATIOS},
    }


def median_ratio(comparisons: Sequence[Comparison], key: str) -> float | None:
    """The median of one ratio; None where no comparison has it."""
    values = [value for made in comparisons if (value := getattr(made.ratios, key)) is not None]
    return median(values) if values else None


def _fields(made: Finished, name: str, route: str, likeness: Similarity | None) -> dict[str, object]:
    """One comparison. `production` and `canary` are its two sides, whatever their tiers are."""
    comparison, pair = made.comparison, made.comparison.pair
    return {
        "name": name,
        "prompt": comparison.prompt,
        "route": route,
        "at": comparison.at.isoformat(),
        "triage": None if comparison.triage is None else _triage(comparison.triage),
        "same": comparison.same_text if comparison.triage is not None else None,
        "stand_in": comparison.left.stand_in or comparison.right.stand_in,
        "kept_answers": made.kept,
        "production": {**_answer(comparison.left), "not_sent": _notes(pair.left_notes)},
        "canary": {**_answer(comparison.right), "not_sent": _notes(pair.right_notes)},
        "ratios": {ratio: getattr(comparison.ratios, ratio) for ratio in _RATIOS},
        "similarity": None if likeness is None else asdict(likeness),
        "differences": {
            "production": [{"text": run.text, "only_here": run.changed} for run in comparison.left_runs],
            "canary": [{"text": run.text, "only_here": run.changed} for run in comparison.right_runs],
        },
    }


def _triage(found: Triage) -> dict[str, object]:
    return {
        "verdict": found.verdict,
        "score": round(found.score, 3),
        "needs_human": found.needs_human,
        "reasons": [{"check": reason.check, "text": reason.text} for reason in ranked(found)],
    }


def _answer(answer: Answer) -> dict[str, object]:
    plain = {name: getattr(answer, name) for name in _PLAIN}
    failure = answer.failure
    told = None if failure is None else {"kind": failure.kind, "message": failure.message, "hint": failure.hint}
    calls = [{"name": call.name, "arguments": call.arguments} for call in answer.tool_calls]
    return {**plain, "failure": told, "tool_calls": calls}


def _notes(notes: Sequence[object]) -> list[dict[str, object]]:
    return [{"parameter": getattr(note, "parameter", ""), "reason": getattr(note, "reason", "")} for note in notes]
