"""What a comparison is made of: the two questions, what happens while they are answered, and the result."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from console.domain.record import record
from console.providers.parameters import Note
from console.providers.records import Answer, Question
from console.text.diffing import Run
from console.triage.records import Requirements, Triage

Side = Literal["left", "right"]


@record
class Pair:
    """One prompt for two models, with what of the route's parameters each of them is not sent."""

    left: Question
    right: Question
    prompt: str
    left_notes: tuple[Note, ...] = ()
    right_notes: tuple[Note, ...] = ()
    requirements: Requirements | None = None
    """What the new answer must do, whatever the old one was."""


@record
class Ratios:
    """Right divided by left. None where either is unknown, or the left one is zero."""

    latency: float | None = None
    ttft: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    cost: float | None = None


@record
class Comparison:
    """Two answers to one prompt, and how they differ. `at` is when both were there, in UTC."""

    pair: Pair
    left: Answer
    right: Answer
    left_runs: tuple[Run, ...]
    right_runs: tuple[Run, ...]
    ratios: Ratios
    at: datetime
    triage: Triage | None = None
    """The judgement of the two answers; None where a side failed, so that there is nothing to judge."""

    @property
    def prompt(self) -> str:
        """What both were asked."""
        return self.pair.prompt

    @property
    def worrying(self) -> bool:
        """Whether something changed that a program or a person would trip over."""
        return self.triage is not None and self.triage.verdict == "worrying"

    @property
    def same_text(self) -> bool:
        """Whether no word differs; white space is not compared."""
        return not any(run.changed for run in (*self.left_runs, *self.right_runs))


@record
class Delta:
    """A piece of one side's answer."""

    side: Side
    text: str


@record
class Done:
    """One side has answered, or failed."""

    side: Side
    answer: Answer


@record
class Compared:
    """Both sides are there. The last event."""

    comparison: Comparison


CompareEvent = Delta | Done | Compared
