"""The triage of a comparison in words, and the words of an answer that its reasons name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TypedDict

from console.compare.records import Comparison
from console.compare.similarity import WARNING_BELOW
from console.text.diffing import Run as Difference
from console.text.safe import NOTHING, SafeText, safe_line
from console.triage.records import WORRYING_FROM, Reason, Triage
from console.view.comparison import RunKind, TriageWord

_MOST_NAMES = 40
_KINDS: tuple[RunKind, ...] = ("same", "only", "named")
_SHORTENED = "…"


class Judgement(TypedDict):
    """The fields of a comparison's view that come from the triage."""

    triage: TriageWord
    reason: SafeText
    values: tuple[SafeText, SafeText] | None
    second: SafeText
    similarity: SafeText


def judgement(comparison: Comparison) -> Judgement:
    """The triage word, the first reason with its two values, the second one, and the similarity beside them."""
    found = comparison.triage
    if found is None:
        return Judgement(triage="", reason=NOTHING, values=None, second=NOTHING, similarity=NOTHING)
    reasons = ranked(found)
    first, others = (reasons[0] if reasons else None), reasons[1:]
    values = first.values if first else None
    return Judgement(
        triage=judged(found),
        reason=safe_line(first.label) if first else SafeText("the same but for white space"),
        values=(safe_line(values[0]), safe_line(values[1])) if values else None,
        second=safe_line(others[0].text) if others else NOTHING,
        similarity=_similarity(comparison, found),
    )


def judged(found: Triage) -> TriageWord:
    """The word for a judgement."""
    return "needs a human" if found.needs_human else found.verdict


def ranked(found: Triage) -> list[Reason]:
    """The reasons: what decided comes first; the soft one tells how much of the rest is the same."""
    return sorted(found.reasons, key=lambda reason: reason.weight < WORRYING_FROM)


def _similarity(comparison: Comparison, found: Triage) -> SafeText:
    if found.verdict == "same":
        return NOTHING
    value = similarity(comparison.left_runs, comparison.right_runs)
    side = "below" if value < WARNING_BELOW else "above"
    wrong = (value < WARNING_BELOW) != (found.verdict == "worrying")
    note = f", {side} the usual {WARNING_BELOW:.2f} line: shown, not used" if wrong else ""
    return SafeText(f"word similarity {value:.2f}{note}")


def similarity(left: Sequence[Difference], right: Sequence[Difference]) -> float:
    """The share of the characters of both sides that are on both, 0..1: a lexical similarity."""
    runs = (*left, *right)
    whole = sum(len(run.text) for run in runs)
    return sum(len(run.text) for run in runs if not run.changed) / whole if whole else 1.0


def named(found: Triage | None, side: int) -> tuple[str, ...]:
    """The values of one side (0 old, 1 new) that the deciding reasons name."""
    if found is None:
        return ()
    values = [reason.values[side] for reason in found.reasons if reason.values and reason.weight >= WORRYING_FROM]
    parts = [part.strip(" .()[]{}\"'") for value in values for part in (value, *value.split(", "))]
    return tuple(dict.fromkeys(part for part in parts if part and not part.endswith(_SHORTENED)))


def marked(runs: Sequence[Difference], names: Sequence[str]) -> list[tuple[str, RunKind]]:
    """The text of `runs` cut anew: where a name, as whole words, touches what changed, it is "named"."""
    if not names:
        return [(run.text, "only" if run.changed else "same") for run in runs]
    text = "".join(run.text for run in runs)
    kinds = bytearray().join(bytes([run.changed]) * len(run.text) for run in runs)
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)[:_MOST_NAMES])
    spans = [match.span() for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.IGNORECASE)]
    for start, end in spans:
        if 1 in kinds[start:end]:
            kinds[start:end] = bytes([2]) * (end - start)
    pieces: list[tuple[str, RunKind]] = []
    for kind, group in groupby(range(len(text)), kinds.__getitem__):
        places = list(group)
        pieces.append((text[places[0] : places[-1] + 1], _KINDS[kind]))
    return pieces
