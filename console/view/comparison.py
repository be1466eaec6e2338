"""Two answers to one prompt, side by side, in words: what the comparer, the review and `console compare` show."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from console.domain.record import record
from console.text.safe import NOTHING, SafeText

Side = Literal["production", "canary", "accepted", "old", "new", "fallback", "experimental"]
RunKind = Literal["same", "only", "named"]
"""same: both sides have it; only: just this side has it; named: a reason of the triage names it."""
TriageWord = Literal["", "same", "acceptable", "worrying", "needs a human"]


@record
class Run:
    """A stretch of an answer. The runs of an answer, put together, are the answer."""

    text: SafeText
    kind: RunKind = "same"


@record
class Figure:
    """One measured figure of one answer, for one line: `1,829 in` and, on the newer side, `×1.30`."""

    text: SafeText
    ratio: SafeText = NOTHING
    minor: bool = False
    """Left out first where columns are narrow."""


@record
class AnswerView:
    """One side. While it streams `runs` is one growing run of kind "same": differences are marked once, at the end."""

    side: Side
    model_id: SafeText
    runs: tuple[Run, ...] = ()
    note: SafeText = NOTHING
    """Beside the heading of a stored answer: "1 Jun by olga"; while streaming: "writing"."""
    problem: SafeText = NOTHING
    """Why there is no answer, or ""."""
    figures: tuple[Figure, ...] = ()
    """The first is the time it took."""


@record
class MeasuredView:
    """One row of "Measured". `ratio` is canary ÷ production, None where one side has no value."""

    label: str
    production: SafeText
    canary: SafeText
    ratio: float | None = None
    note: SafeText = NOTHING


@record
class KeyView:
    """One path of two JSON answers whose value differs; "" where a side has no such key."""

    path: SafeText
    old: SafeText
    new: SafeText


@record
class ComparisonView:
    """One prompt on two models. `values` are the two sides of the first reason, to be shown as chips."""

    prompt: SafeText
    answers: tuple[AnswerView, AnswerView]
    route: SafeText = NOTHING
    system: SafeText = NOTHING
    triage: TriageWord = ""
    reason: SafeText = NOTHING
    values: tuple[SafeText, SafeText] | None = None
    second: SafeText = NOTHING
    similarity: SafeText = NOTHING
    measured: tuple[MeasuredView, ...] = ()
    status: SafeText = NOTHING
    """"both finished", "waiting for claude-sonnet-5-5"."""
    finished_at: datetime | None = None
    keys: tuple[KeyView, ...] | None = None
    """What differs key by key where both answers are JSON; None where one of them is not."""
    agreement: SafeText = NOTHING
    """How repeated runs agree, or how far they are."""
    third: AnswerView | None = None
    """Another model's answer, where there is room for a third column."""
    stand_in: bool = False
    """Invented answers: no model was asked."""
